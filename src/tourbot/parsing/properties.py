"""What a file says of itself beside its text: the same names in every format, French or English."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from tourbot.parsing import xml
from tourbot.parsing.builder import clean
from tourbot.parsing.plain import read_date
from tourbot.types import Metadata

# The names under which front matter, and the custom properties of Office and PDF files, tell it.
KEYS = {
    "title": ("title", "titre"),
    "kind": ("kind", "type"),
    "date": ("date",),
    "region": ("region", "région"),
    "url": ("url", "source"),
    "publisher": ("publisher", "editeur", "éditeur"),
}
_CUSTOM = "docProps/custom.xml"


def described(values: Mapping[str, str], title: str = "") -> Metadata:
    """Return metadata from values by name; a date that is none and a foreign address are dropped.

    Args:
        values: Values by any of the names in ``KEYS``, lower case.
        title: The title, if it is known from elsewhere.
    """
    found = {
        key: next((clean(values[name]) for name in names if name in values), "")
        for key, names in KEYS.items()
    }
    found["title"] = title or found["title"]
    found["date"] = read_date(found["date"])
    if not re.match(r"https?://", found["url"]):
        found["url"] = ""
    return Metadata.from_dict(found)


def office_properties(data: bytes) -> dict[str, str]:
    """Return the custom properties of an Office file (File, Info, Properties, Advanced), if any."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _CUSTOM not in archive.namelist():
            return {}
        root = xml.read(archive.read(_CUSTOM))
    return {
        (entry.get("name") or "").lower(): "".join(entry.itertext())
        for entry in root
        if isinstance(entry.tag, str)
    }
