"""DOCX through python-docx: headings by style, lists, tables, as if all changes were accepted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

import docx
import lxml.etree
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Tc
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from tourbot.parsing.builder import (
    Parsed,
    TextBuilder,
    clean,
    name_title,
    property_title,
    table_rows,
)
from tourbot.parsing.layout import PAGE_NUMBER
from tourbot.parsing.properties import described, office_properties
from tourbot.parsing.tables import Cell

_HEADING = re.compile(r"(?:heading|titre)\s*(\d)", re.IGNORECASE)
# Tracked deletions, what is formatted as hidden, tables of contents, and the "click here" of forms
# that were not filled in.
_DROPPED = """
.//w:del | .//w:moveFrom | .//w:tr[w:trPr/w:del] | .//w:tr[w:trPr/w:hidden]
| .//w:r[w:rPr/w:vanish[not(@w:val="0" or @w:val="false" or @w:val="off")]]
| .//w:sdt[w:sdtPr/w:docPartObj/w:docPartGallery[@w:val="Table of Contents"]]
| .//w:sdt[w:sdtPr/w:showingPlcHdr]
"""
# The same drawing again, for old programs.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
_MARGINS = {RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER}
# Content controls, tracked insertions and tags: python-docx does not see what they hold.
_WRAPPERS = [qn(f"w:{name}") for name in "sdt sdtContent ins moveTo smartTag customXml".split()]


def parse(data: bytes, name: str) -> Parsed:
    """Read a DOCX file; the title is the one in the Title style or the document property."""
    document = docx.Document(io.BytesIO(data))
    _unwrap(document)
    builder = TextBuilder()
    shown_title = ""
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            builder.table(_rows(part))
        else:
            shown_title = _paragraph(part, builder) or shown_title
    builder.place()
    for line in _margins(document):
        builder.line(line)
    title = shown_title or property_title(document.core_properties.title or "") or name_title(name)
    return builder.build(described(office_properties(data), title))


def _margins(document: WordDocument) -> list[str]:
    """Return the lines of headers and footers, once each, that the text does not have."""
    seen = {clean(paragraph.text) for paragraph in document.paragraphs}
    lines: dict[str, None] = {}
    for part in document.part.rels.values():
        if part.reltype in _MARGINS and not part.is_external:
            for paragraph in parse_xml(part.target_part.blob).iter(qn("w:p")):
                words = clean(_words(paragraph))
                if words not in seen and not PAGE_NUMBER.fullmatch(words):
                    lines[words] = None
    return list(lines)


def _words(paragraph: lxml.etree._Element) -> str:
    """Return the words of a paragraph; fields, as the number of the page, are what they show."""
    spaces = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:cr"): " "}
    return "".join(
        (part.text or "") if part.tag == qn("w:t") else spaces.get(part.tag, "")
        for part in paragraph.iter()
    )


def _unwrap(document: WordDocument) -> None:
    body = document.element.body
    for element in [*body.xpath(_DROPPED), *body.iter(_FALLBACK)]:
        element.getparent().remove(element)
    for ruby in list(body.iter(qn("w:ruby"))):
        words = "".join(t.text or "" for t in ruby.iterfind(f"{qn('w:rubyBase')}//{qn('w:t')}"))
        ruby.getparent().replace(ruby, parse_xml(f"<w:t {nsdecls('w')}>{escape(words)}</w:t>"))
    _place_notes(document)
    for box in reversed(list(body.iter(qn("w:txbxContent")))):
        _place_behind(box, box)
    lxml.etree.strip_tags(body, *_WRAPPERS)


def _place_notes(document: WordDocument) -> None:
    """Write each footnote and endnote behind the paragraph that refers to it."""
    for kind, relation in _NOTES.items():
        references = list(document.element.body.iter(qn(f"w:{kind}Reference")))
        parts = [r.target_part for r in document.part.rels.values() if r.reltype == relation]
        if references and parts:
            notes = {note.get(qn("w:id")): note for note in parse_xml(parts[0].blob)}
            for reference in reversed(references):
                _place_behind(reference, notes.get(reference.get(qn("w:id")), ()))


def _place_behind(anchor: lxml.etree._Element, content: Iterable[lxml.etree._Element]) -> None:
    """Move paragraphs and tables behind the paragraph in which they are anchored."""
    paragraph = next(anchor.iterancestors(qn("w:p")), None)
    if paragraph is not None:
        for part in reversed(list(content)):
            paragraph.addnext(part)


def _rows(table: Table) -> list[list[Cell]]:
    """Return the cells of a table, merged ones in each of their places."""
    made: dict[CT_Tc, Cell] = {}
    rows = []
    for row in table.rows:
        properties = row._tr.trPr
        header = properties is not None and properties.find(qn("w:tblHeader")) is not None
        for cell in row.cells:
            if cell._tc not in made:
                made[cell._tc] = Cell(_cell(cell), heads=header or _bold(cell))
        before = [Cell("")] * row.grid_cols_before
        rows.append(before + [made[cell._tc] for cell in row.cells])
    return rows


def _bold(cell: _Cell) -> bool:
    """Whether all words of a cell are bold, as names of rows and columns are."""
    bold = [
        run.bold if run.bold is not None else bool(part.style and part.style.font.bold)
        for part in cell.paragraphs
        for run in part.runs
        if run.text.strip()
    ]
    return bool(bold) and all(bold)


def _cell(cell: _Cell) -> str:
    """Write a cell in one line, tables within it included."""
    parts = [
        " ; ".join(table_rows(_rows(part))) if isinstance(part, Table) else part.text
        for part in cell.iter_inner_content()
    ]
    return clean("\n".join(parts))


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
