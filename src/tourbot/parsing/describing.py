"""What stands beside a file about it, and what can be inferred where nobody said it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import yaml

from tourbot.errors import DocumentError
from tourbot.parsing.builder import name_title
from tourbot.parsing.markdown import PlainLoader
from tourbot.parsing.plain import decode, read_date
from tourbot.parsing.properties import KEYS, described
from tourbot.text import regions
from tourbot.types import Metadata

# « 2025-12-18 bilan.pdf », « bilan_2025-12.pdf », « cr_20251218.txt », « 25-12-18-cr.md »; a bare
# year may be anything's.
_DAY = re.compile(r"(?:^|(?<=[\W_]))((?:20|19)\d\d|^\d\d)([-_.]?)(\d\d)\2(\d\d)(?![^\W_])")
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.](0[1-9]|1[0-2])(?:[-_.](0[1-9]|[12]\d|3[01]))?(?!\d)")


def describe(metadata: Metadata, name: str, sidecar: bytes | None = None) -> Metadata:
    """Return what is known of a file beside its text.

    Args:
        metadata: What the file says of itself.
        name: Of the file.
        sidecar: The content of ``<name>.yaml``; what it says counts more than what the file says.

    Returns:
        The metadata; a title, a date in the name of the file, and a region that the title names
        are marked as inferred where nobody gave them.

    Raises:
        DocumentError: The sidecar is no YAML of the form ``title: …``.
    """
    if sidecar is not None:
        given = described(_read(sidecar, name))
        told = {field: value for field in KEYS if (value := getattr(given, field))}
        metadata = replace(metadata, **told)
    found = {}
    if not metadata.date:
        found["date"] = _name_date(PurePosixPath(name))
    if not metadata.region and len(named := regions.mentioned(metadata.title)) == 1:
        found["region"] = next(iter(named))
    inferred = [field for field, value in found.items() if value]
    if metadata.title == name_title(name):
        inferred.append("title")
    return replace(metadata, **found, inferred=tuple(sorted(inferred)))


def _name_date(name: PurePosixPath) -> str:
    """Return the date in a name; years of two figures count where programs for notes write them."""
    day, date = _DAY.search(name.stem), _DATE.search(name.stem)
    if day and (len(day[1]) == 4 or name.suffix.lower() in {".md", ".txt"}):
        year = day[1] if len(day[1]) == 4 else f"20{day[1]}"
        if found := read_date(f"{year}-{day[3]}-{day[4]}"):
            return found
    return read_date("-".join(filter(None, date.groups()))) if date else ""


def _read(sidecar: bytes, name: str) -> dict[str, str]:
    try:
        values = yaml.load(decode(sidecar), Loader=PlainLoader)  # noqa: S506 - a stricter safe one
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise _broken(name, str(error).splitlines()[0]) from error
    if not isinstance(values, dict):
        raise _broken(name, "it holds no names with values")
    return {
        str(key).lower(): str(value)
        for key, value in values.items()
        if value is not None and not isinstance(value, dict | list)
    }


def _broken(name: str, reason: str) -> DocumentError:
    return DocumentError(
        "sidecar",
        f"the file {name}.yaml, which describes it, cannot be read ({reason})",
        "Write lines like « title: Bilan 2025 » into it, or remove it",
    )
