"""XML read without entities, which a few lines can make stand for a billion words."""

from __future__ import annotations

import io
import zipfile

import lxml.etree

from tourbot.errors import DocumentError

_PROLOGUE = 65_536  # a declaration must stand before the first element


def read(data: bytes) -> lxml.etree._Element:
    """Return the root of an XML file; nothing is expanded and nothing is fetched."""
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return lxml.etree.fromstring(data, parser)


def drop(element: lxml.etree._Element) -> None:
    """Take an element out of its tree, but not the words behind it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if parent is None:
        return
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        text = lxml.etree._Element.text  # what elements of Office libraries call so is another text
        text.__set__(parent, (text.__get__(parent) or "") + tail)
    parent.remove(element)


def refuse_declarations(data: bytes) -> None:
    """Refuse an archive of XML files when one declares entities, as no program does.

    Not all libraries that read the archive later can be told to leave them alone.

    Raises:
        DocumentError: One of them declares some.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith((".xml", ".rels")):
                with archive.open(member) as part:
                    start = part.read(_PROLOGUE).replace(b"\x00", b"")  # UTF-16
                if b"<!ENTITY" in start:
                    raise DocumentError(
                        "unsafe",
                        f"its part {member.filename} declares XML entities, which can fill the"
                        " memory and which no office program writes",
                        "Open it in its own program and save it again",
                    )
