"""What a document is, by its content first: names and declared types are often wrong."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import PurePosixPath

from tourbot import parsing
from tourbot.fetching.limits import FetchError

_ZIP = b"PK\x03\x04"
_OFFICE = {"word/": ".docx", "ppt/": ".pptx", "xl/": ".xlsx"}
_OPEN = {
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/epub+zip": ".epub",
}
_LINK = re.compile(rb"<link\s[^>]*>", re.I)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.I)
_TEXTS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/calendar": ".ics",
    "text/x-rst": ".rst",
    "text/org": ".org",
    "message/rfc822": ".eml",
}
# A server that does not know a format says one of these.
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_BY_NAME = frozenset({".md", ".markdown", ".csv", ".tsv", ".org", ".rst", ".eml", ".txt"})


def suffix(body: bytes, media_type: str, path: str) -> str:
    """Return the suffix of the format that a document has.

    Args:
        body: The whole document.
        media_type: What the server calls it.
        path: Of its address; decides only between formats that are plain text alike.

    Raises:
        FetchError: It is empty, or of a format that is not read.
    """
    if not body.strip():
        raise FetchError("the answer is empty", "Check that the address opens in a browser")
    found = _binary(body) or _textual(body, media_type, path)
    if found not in parsing.SUFFIXES:
        what = media_type or found or "of an unknown format"
        known = " ".join(parsing.SUFFIXES)
        raise FetchError(f"what it gives ({what}) is not read", f"These formats are: {known}")
    return found


def states_date(body: bytes) -> bool:
    """Whether a web page may itself say when it was published."""
    return (
        re.search(rb"datePublished|published_time|<time\b|name=.?(dc\.)?date", body, re.I)
        is not None
    )


def stated_address(body: bytes) -> str:
    """Return the address that a web page gives as its own, perhaps relative; empty without one.

    Source:
        RFC 6596, The Canonical Link Relation.
    """
    for tag in _LINK.findall(body):
        if re.search(rb"""rel=["']?canonical\b""", tag, re.I):
            address = re.search(rb"""href=(?:"([^"]+)"|'([^']+)'|([^\s>]+))""", tag, re.I)
            if address is not None:
                stated = next(part for part in address.groups() if part)
                return html.unescape(stated.decode("utf-8", "replace"))
    return ""


def _binary(body: bytes) -> str:
    if b"%PDF-" in body[:1024]:
        return ".pdf"
    if body.startswith(b"{\\rtf"):
        return ".rtf"
    return _archived(body) if body.startswith(_ZIP) else ""


def _archived(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except Exception as error:  # zipfile raises NotImplementedError and others on odd archives
        raise FetchError(f"the archive it gives is damaged ({error})") from error
    for folder, found in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return found
    # The member « mimetype » comes first and is stored as it is, so that it can be read like this.
    head = body[30:200]
    for label, found in _OPEN.items():
        if head.startswith(b"mimetype" + label.encode()):
            return found
    return ".zip"


def _textual(body: bytes, media_type: str, path: str) -> str:
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in body[:65536] and not wide:
        return ""
    start = body[:4096].replace(b"\x00", b"")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"BEGIN:VCALENDAR"):
        return ".ics"
    if media_type in _TEXTS:
        return _TEXTS[media_type]
    named = PurePosixPath(path).suffix.lower()
    if media_type in _VAGUE and named in _BY_NAME:
        return named
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and _HTML.search(start):
        return ".html"
    return ".txt" if media_type == "text/plain" else ""
