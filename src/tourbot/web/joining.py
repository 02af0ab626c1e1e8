"""What a page sends when something is done on it, taken apart and written anew.

Gradio takes any JSON here, and reads as a file whatever looks like one, at any depth, in any
argument. Only what the pages send gets through: texts, numbers, lists of texts; from staff, the
files that were uploaded before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

SESSION = r"^[a-z0-9]{6,32}$"
_Number = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
_Scalar = StrictStr | StrictBool | _Number | None


class _Upload(BaseModel):
    """A file as Gradio's upload describes it; the address by which it could be had is left out."""

    model_config = ConfigDict(strict=True)
    path: str
    orig_name: str | None = None
    size: int | None = None


class _Event(BaseModel):
    """What was chosen on the page: which one, and its words."""

    index: _Number | list[_Number] | None = None
    value: Any = None
    liked: StrictBool | StrictStr | None = None


class _Join(BaseModel):
    session_hash: Annotated[StrictStr, Field(pattern=SESSION)]
    fn_index: _Number
    trigger_id: _Number | None = None
    data: Annotated[list[_Scalar | list[StrictStr]], Field(max_length=20)]
    event_data: _Event | None = None


class _StaffJoin(_Join):
    data: Annotated[
        list[_Scalar | list[StrictStr] | Annotated[list[_Upload], Field(max_length=100)]],
        Field(max_length=20),
    ]  # type: ignore[assignment]


def joined(
    body: bytes, inputs: dict[int, int], uploads: Path | None = None
) -> tuple[str, bytes] | None:
    """Read the body of a ``queue/join``.

    Args:
        body: As sent.
        inputs: How many inputs each function of the page has, by its number.
        uploads: The folder of uploaded files; none are taken without.

    Returns:
        The session that it names, and the body to pass on; None when no page sends such a thing.
    """
    try:
        join = (_StaffJoin if uploads else _Join).model_validate_json(body)
    except ValidationError:
        return None
    if inputs.get(join.fn_index) != len(join.data):
        return None
    try:
        data = [_passed_on(value, uploads) for value in join.data]
    except (OSError, ValueError):  # of a file that was not uploaded
        return None
    event = None
    if join.event_data is not None:
        event = join.event_data.model_dump() | {"value": _words(join.event_data.value)}
    return join.session_hash, json.dumps(
        {
            "session_hash": join.session_hash,
            "fn_index": join.fn_index,
            "trigger_id": join.trigger_id,
            "data": data,
            "event_data": event,
        }
    ).encode()


def _passed_on(value: object, uploads: Path | None) -> object:
    if not isinstance(value, list):
        return value
    files = {one.path: one for one in value if isinstance(one, _Upload)}  # each once
    return [_file(one, uploads) for one in files.values()] if files else value


def _file(upload: _Upload, uploads: Path | None) -> dict[str, object]:
    """Return a file for Gradio.

    Raises:
        ValueError: It does not lie among the uploaded ones.
        OSError: It is not there.
    """
    path = Path(upload.path).resolve(strict=True)
    if uploads is None or uploads.resolve() not in path.parents or not path.is_file():
        raise ValueError(upload.path)
    described = {"path": str(path), "orig_name": upload.orig_name, "size": upload.size}
    return described | {"meta": {"_type": "gradio.FileData"}}


def _words(value: object) -> object:
    """Return the words of what was chosen: it is a text or has one, and the rest is left out."""
    if isinstance(value, dict):
        value = value.get("text")
        return {"text": value} if isinstance(value, str) else None
    return value if isinstance(value, str) else None
