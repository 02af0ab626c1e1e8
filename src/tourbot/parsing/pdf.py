"""PDF text in reading order, page by page, through pdfminer.six."""

from __future__ import annotations

import io
import re
import unicodedata

from pdfminer.high_level import extract_pages
from pdfminer.layout import (
    IndexAssigner,
    LAParams,
    LTFigure,
    LTLayoutContainer,
    LTTextBox,
)
from pdfminer.pdfdocument import (
    PDFDocument,
    PDFEncryptionError,
    PDFPasswordIncorrect,
    PDFTextExtractionNotAllowed,
)
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title, property_title
from tourbot.types import Metadata

_FROM_TOP, _BY_COLUMNS = LAParams(all_texts=True, boxes_flow=None), LAParams()
# Finding columns takes time by the square of the number of boxes and more: plans and maps, which
# have thousands and no columns, are read from top to bottom.
_ORDERED = 300
_BULLET = re.compile(r"\s*(?:\(cid:127\)|[•‣▪◦·●\uf0b7\uf0a7])\s*")
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})
_SOFT_HYPHEN = "\xad"
_CID = re.compile(r"\(cid:\d+\)")


def parse(data: bytes, name: str) -> Parsed:
    """Read a PDF file; each page is a block or several."""
    title = _title(data)
    builder = TextBuilder()
    text_seen = False
    for number, page in enumerate(extract_pages(io.BytesIO(data), laparams=_FROM_TOP), start=1):
        builder.place(page=number)
        for box in _boxes(page):
            text_seen |= _write(box.get_text(), builder)
    if not text_seen:
        raise DocumentError(
            "no-text-layer", "the PDF has no text layer (a scan?)", "Run it through OCR first"
        )
    return builder.build(Metadata(title=title or name_title(name)))


def _boxes(container: LTLayoutContainer) -> list[LTTextBox]:
    """Find the text boxes, also within forms, in which some programs draw the whole page."""
    boxes = [part for part in container if isinstance(part, LTTextBox)]
    if len(boxes) <= _ORDERED:
        assigner = IndexAssigner()
        for group in container.group_textboxes(_BY_COLUMNS, boxes) if boxes else ():
            group.analyze(_BY_COLUMNS)
            assigner.run(group)
        boxes.sort(key=lambda box: box.index)
    forms = [part for part in container if isinstance(part, LTFigure)]
    return boxes + [box for form in forms for box in _boxes(form)]


def _title(data: bytes) -> str:
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except (PDFPasswordIncorrect, PDFTextExtractionNotAllowed, PDFEncryptionError) as error:
        raise DocumentError(
            "encrypted", "the PDF asks for a password", "Save a copy without a password"
        ) from error
    for info in document.info:
        raw = resolve1(info.get("Title"))
        if isinstance(raw, bytes) and (title := property_title(decode_text(raw))):
            return title
    return ""


def _write(box: str, builder: TextBuilder) -> bool:
    """Write one text box as paragraphs and items; return whether it held words."""
    paragraphs: list[tuple[bool, str]] = []
    for raw in box.splitlines():
        bullet = _BULLET.match(raw)
        words = _CID.sub("", raw[bullet.end() :] if bullet else raw).translate(_LIGATURES)
        cut = words.rstrip().endswith(_SOFT_HYPHEN)
        line = clean(words) + (_SOFT_HYPHEN if cut else "")
        if not line and not bullet:
            continue
        if bullet or not paragraphs:
            paragraphs.append((bullet is not None, line))
        else:
            item, text = paragraphs[-1]
            paragraphs[-1] = (item, _join(text, line))
    for item, text in paragraphs:
        (builder.item if item else builder.line)(text)
    return any(unicodedata.category(c).startswith("L") for _, text in paragraphs for c in text)


def _join(text: str, line: str) -> str:
    """Join two lines of a paragraph, undoing hyphenation.

    >>> _join("la souverai-", "neté numérique"), _join("Centre-", "Val de Loire")
    ('la souveraineté numérique', 'Centre-Val de Loire')
    """
    if text.endswith(_SOFT_HYPHEN):
        return text[:-1] + line
    if re.search(r"[^\W\d]-$", text) and line[:1].islower():
        return text[:-1] + line
    if text.endswith("-"):
        return text + line
    return f"{text} {line}" if text else line
