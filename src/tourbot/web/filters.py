"""The panel of the page in which a visitor chooses which documents are searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import gradio as gr

from tourbot.filtering import Filters
from tourbot.strings import kind_label, say
from tourbot.web.sent import language_of, texts_of

NAMES = tuple(field.name for field in fields(Filters))
# Beyond, the title would be a paragraph.
_NAMED = 3


class FilterPanel:
    """Four lists to choose from, folded away under a title that says what is chosen.

    Args:
        offered: Returns the values that there are; asked again at each visit, since an ingest may
            have changed them.
        lang: Language of the page at first.
    """

    def __init__(self, offered: Callable[[], Mapping[str, Sequence[str]]], lang: str) -> None:
        self._offered = offered
        there = offered()
        self.fold = gr.Accordion(_title(lang, ()), open=False, elem_id="filters")
        with self.fold, gr.Row(elem_id="filters-row"):
            self.lists = [
                gr.Dropdown(
                    _choices(lang, name, there[name]),
                    label=say(lang, f"filter_{name}"),
                    multiselect=True,
                    value=[],
                    min_width=150,
                    elem_id=f"filter-{name}",
                )
                for name in NAMES
            ]

    @property
    def components(self) -> list[Any]:
        """The title and the lists, as ``updates`` fills them."""
        return [self.fold, *self.lists]

    def updates(self, page_lang: object, *chosen: object) -> list[Any]:
        """Return the panel in a language, with the values that there are now."""
        lang, there = language_of(page_lang), self._offered()
        return [
            self.title(lang, *chosen),
            *(
                gr.update(
                    choices=_choices(lang, name, there[name]), label=say(lang, f"filter_{name}")
                )
                for name in NAMES
            ),
        ]

    def title(self, page_lang: object, *chosen: object) -> Any:
        """Return the title that names what is chosen, of the values that there are."""
        there = self._offered()
        values = [
            [value for value in there[name] if value in texts_of(given)]
            for name, given in zip(NAMES, chosen, strict=False)
        ]
        return gr.update(label=_title(language_of(page_lang), values))


def _choices(lang: str, name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(kind_label(lang, value) if name == "kind" else value, value) for value in values]


def _title(lang: str, chosen: Sequence[Sequence[str]]) -> str:
    named = [
        label
        for name, values in zip(NAMES, chosen, strict=False)
        for label, _ in _choices(lang, name, values or ())
    ]
    shown = ", ".join(named[:_NAMED]) + ("…" if len(named) > _NAMED else "")
    return say(lang, "filters", chosen=shown or say(lang, "filters_all"))
