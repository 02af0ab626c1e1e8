"""What comes from a page, looked at before it is used: no component of Gradio does so for us.

Anything can be sent; what is not of the form that the page sends counts as nothing.
"""

from __future__ import annotations

import gradio as gr

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


def language_of(value: object) -> str:
    """Return the language of the page, the default one for anything else."""
    return value if isinstance(value, str) and value in LANGUAGES else DEFAULT_LANGUAGE


def text_of(value: object) -> str:
    """Return what stands in a box, or was chosen among names."""
    return value if isinstance(value, str) else ""


def texts_of(value: object) -> tuple[str, ...]:
    """Return what was chosen in a list."""
    values = value if isinstance(value, list) else []
    return tuple(text for text in values if isinstance(text, str))


def session_of(request: gr.Request) -> str:
    """Return the name of the page's session; the guard has seen that it is this visitor's."""
    return str(request.session_hash or "")


def words_of(event: gr.EventData) -> str:
    """Return the words of the example or the choice that was clicked."""
    value = (event._data or {}).get("value")
    return str((value.get("text") if isinstance(value, dict) else value) or "")


def index_of(event: gr.EventData) -> int | None:
    """Return which message something was done with."""
    index = (event._data or {}).get("index")
    if isinstance(index, list):
        index = index[0] if index else None
    return index if isinstance(index, int) and index >= 0 else None


def liked(event: gr.EventData) -> bool:
    """Tell whether a thumb pointed up."""
    return (event._data or {}).get("liked") is True
