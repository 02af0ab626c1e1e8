"""DOCX through python-docx: headings by style, lists, tables."""

from __future__ import annotations

import io
import re
from pathlib import PurePosixPath

import docx
from docx.document import Document as WordDocument
from docx.table import Table
from docx.text.paragraph import Paragraph

from tourbot.parsing.builder import Parsed, TextBuilder, clean
from tourbot.types import Metadata

_HEADING = re.compile(r"(?:heading|titre)\s*(\d)", re.IGNORECASE)


def parse(data: bytes, name: str) -> Parsed:
    """Read a DOCX file; the title is the document property, the Title style or the first heading."""
    document = docx.Document(io.BytesIO(data))
    builder = TextBuilder()
    shown_title = ""
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            builder.table([[cell.text for cell in row.cells] for row in part.rows])
        else:
            shown_title = _paragraph(part, builder) or shown_title
    title = shown_title or _property_title(document) or PurePosixPath(name).stem
    return builder.build(Metadata(title=title))


def _property_title(document: WordDocument) -> str:
    return clean(document.core_properties.title or "")


def _paragraph(paragraph: Paragraph, builder: TextBuilder) -> str:
    """Write one paragraph; return its text when it is the document's title."""
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    heading = _HEADING.match(style)
    text = clean(paragraph.text)
    if style.lower() in {"title", "titre"}:
        builder.heading(1, text)
        return text
    if heading:
        builder.heading(int(heading.group(1)) + 1, text)
    elif "list" in style.lower() or (
        paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    ):
        builder.item(text)
    else:
        for line in paragraph.text.split("\n"):
            builder.line(line)
    return ""
