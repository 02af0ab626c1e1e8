"""DOCX: its XML read as it is shown, as if all changes were accepted; python-docx opens it."""

from __future__ import annotations

import email.parser
import email.policy
import io
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from functools import cache
from pathlib import PurePosixPath

import docx
import lxml.etree
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, nsmap, qn
from docx.table import Table

from tourbot.errors import DocumentError
from tourbot.parsing import ooxml, xml
from tourbot.parsing.builder import (
    NOTE_MARK,
    Parsed,
    TextBuilder,
    clean,
    name_title,
    not_read,
    property_title,
    table_rows,
)
from tourbot.parsing.layout import PAGE_NUMBER
from tourbot.parsing.numbering import Numbers, labelled
from tourbot.parsing.properties import described, office_properties
from tourbot.parsing.raised import raised, settled
from tourbot.parsing.tables import Cell

_HEADING = re.compile(r"(?:heading|titre)\s*(\d)", re.IGNORECASE)
_TITLES = {"title", "titre"}
# Tracked deletions, tables of contents, and the "click here" of forms that were not filled in.
_DROPPED = """
.//w:del | .//w:moveFrom | .//w:tr[w:trPr/w:del] | .//w:tr[w:trPr/w:hidden]
| .//w:sdt[w:sdtPr/w:docPartObj/w:docPartGallery[@w:val="Table of Contents"]]
| .//w:sdtPr | .//w:sdtEndPr | .//w:customXmlPr | .//w:smartTagPr | .//w:rt
"""
_UNFILLED = ".//w:sdt[w:sdtPr/w:showingPlcHdr]"
_CHOICES = "w:sdtPr/w:dropDownList/w:listItem | w:sdtPr/w:comboBox/w:listItem"
# Content controls, tracked insertions, fields and tags: what stands in them is text like any other.
_WRAPPERS = "sdt sdtContent ins moveTo smartTag customXml fldSimple".split()
_HIDING = [qn(f"w:{name}") for name in "strike dstrike vanish".split()]
_OFF = {"0", "false", "off"}
_NO_TEXT = {qn(f"w:{name}") for name in "pPr rPr instrText delText delInstrText".split()}
_WRITTEN = {
    qn(f"w:{name}"): text
    for name, text in {
        "tab": " ",
        "ptab": " ",
        "br": "\n",
        "cr": "\n",
        "noBreakHyphen": "-",
    }.items()
}
_HANGING = {qn("w:txbxContent"), qn("dgm:relIds"), qn("c:chart")}
_PAGES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt"}
_MARGINS = {RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER}

_Read = Callable[[bytes, str], Parsed]


def parse(data: bytes, name: str, read: _Read) -> Parsed:
    """Read a DOCX file; the title is the one in the Title style or the document property.

    Args:
        data: The whole file.
        name: Path or name.
        read: Reads a file that stands within it as its text (``altChunk``).
    """
    document = docx.Document(io.BytesIO(ooxml.transitional(data)))
    reader = _Reader(document, read)
    body = document.element.body
    _prepare(body)
    reader.read(body)
    reader.builder.place()
    for line in reader.margins():
        reader.builder.line(line)
    if comments := sum(1 for root in reader.parts(RELATIONSHIP_TYPE.COMMENTS) for _ in root):
        reader.builder.gap("comments", not_read(f"comments ({comments})", "comments"))
    title = reader.title or property_title(document.core_properties.title or "")
    return reader.builder.build(described(office_properties(data), title or name_title(name)))


def _prepare(root: lxml.etree._Element) -> None:
    """Leave in a part only what is shown, without what stands around words."""
    ooxml.choose(root)
    for control in _xpath(root, _UNFILLED):
        choices = [choice.get(qn("w:displayText")) or "" for choice in _xpath(control, _CHOICES)]
        words = control.makeelement(qn("w:t"))
        words.text = " / ".join(filter(None, choices[:1000]))
        runs = list(control.iter(qn("w:r")))
        for run in runs:
            run.clear()
        if runs and words.text:
            runs[0].append(words)
    for element in _xpath(root, _DROPPED):
        if element.getparent() is not None:
            xml.drop(element)
    lxml.etree.strip_tags(root, *(qn(f"w:{name}") for name in _WRAPPERS))


def _xpath(root: lxml.etree._Element, path: str) -> list[lxml.etree._Element]:
    return list(lxml.etree.XPath(path, namespaces=nsmap)(root))


class _Reader:
    """Writes what stands in a document.

    Attributes:
        builder: Receives the text.
        title: The words in the Title style.
    """

    def __init__(self, document: WordDocument, read: _Read) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._document, self._read = document, read
        self._fields: list[bool] = []  # those that are open, and whether their result has begun
        self._seen: set[str] = set()
        self._aside: list[lxml.etree._Element] = []  # what hangs on the paragraph that is read
        self._noted: list[str] = []
        empty = parse_xml(f"<w:numbering {nsdecls('w')}/>")
        self._numbers = Numbers(next(self.parts(RELATIONSHIP_TYPE.NUMBERING), empty))
        self._notes = {
            (kind, note.get(qn("w:id"))): note
            for kind, relation in (
                ("footnote", RELATIONSHIP_TYPE.FOOTNOTES),
                ("endnote", RELATIONSHIP_TYPE.ENDNOTES),
            )
            for root in self.parts(relation)
            for note in root
        }
        styles = next(self.parts(RELATIONSHIP_TYPE.STYLES), empty)
        self._styles = {s.get(qn("w:styleId")): s for s in styles.iterfind(qn("w:style"))}
        self._default = next(
            (
                key
                for key, style in self._styles.items()
                if style.get(qn("w:default")) == "1" and style.get(qn("w:type")) == "paragraph"
            ),
            None,
        )
        self._styled = cache(self._styled)  # type: ignore[method-assign]

    def parts(self, relation: str) -> Iterator[lxml.etree._Element]:
        """Return the roots of the parts of a kind."""
        for found in self._document.part.rels.values():
            if found.reltype == relation and not found.is_external:
                root = xml.read(found.target_part.blob)
                _prepare(root)
                yield root

    def margins(self) -> list[str]:
        """Return the lines of headers and footers, once each, that the text does not have."""
        roots = [root for relation in _MARGINS for root in self.parts(relation)]
        lines = (clean(self._words(p)) for root in roots for p in root.iter(qn("w:p")))
        return [
            line
            for line in dict.fromkeys(lines)
            if line not in self._seen and not PAGE_NUMBER.fullmatch(line)
        ]

    def read(self, container: lxml.etree._Element) -> None:
        """Write paragraphs and tables in order."""
        for part in container:
            if part.tag == qn("w:p"):
                self._paragraph(part)
            elif part.tag == qn("w:tbl"):
                self.builder.table(self._rows(Table(part, self._document)))
                self._behind("")
            elif part.tag == qn("w:altChunk"):
                self._chunk(part)

    def _paragraph(self, paragraph: lxml.etree._Element) -> None:
        """Write a paragraph, then what hangs on it: notes, text boxes, diagrams, charts."""
        text = self._words(paragraph)
        words = clean(text)
        self._seen.add(words)
        style = self._style(paragraph)
        chain = list(self._chain(style))
        names = [_name(entry) for entry in chain] or [""]
        heading = next(filter(None, map(_HEADING.match, names)), None)
        outline = self._found(paragraph, chain, "w:pPr/w:outlineLvl")
        label, depth = self._label(paragraph, chain)
        text = labelled(label, text)
        if names[0].lower().startswith("toc "):
            pass
        elif names[0].lower() in _TITLES:
            self.builder.heading(1, text)
            self.title = clean(text) or self.title
        elif heading:
            self.builder.heading(int(heading[1]) + 1, text)
        elif outline is not None and len(words) <= 200 and _value(outline) in "012345678":
            self.builder.heading(int(_value(outline)) + 2, text)
        elif depth is not None or "list" in names[0].lower():
            self.builder.item(text, depth or 0)
        else:
            for line in text.split("\n"):
                self.builder.line(line)
        self._behind(text)

    def _behind(self, text: str) -> None:
        """Write the notes to a text and what else hangs on it."""
        noted, self._noted = self._noted, []
        aside, self._aside = self._aside, []
        self.builder.notes(noted, text)
        for part in aside:
            related = {key: self._related(part, key) for key in ("r:id", "r:dm")}
            if part.tag == qn("w:txbxContent"):
                self.read(part)
            elif part.tag == qn("c:chart") and related["r:id"] is not None:
                ooxml.write_chart(related["r:id"].blob, self.builder)
            elif related["r:dm"] is not None:
                ooxml.write_diagram(related["r:dm"].blob, self.builder)

    def _related(self, element: lxml.etree._Element, key: str) -> Part | None:
        return self._document.part.related_parts.get(element.get(qn(key)) or "")

    def _words(self, paragraph: lxml.etree._Element) -> str:
        """Return the words of a paragraph or note as they are shown."""
        # The result of a field may go on in the next paragraph, its code does not.
        self._fields = [field for field in self._fields if field]
        return settled(self._text(paragraph, self._style(paragraph)))

    def _text(self, element: lxml.etree._Element, style: str | None) -> str:
        parts = []
        for child in element:
            tag = child.tag
            if tag == qn("w:t"):
                parts.append((child.text or "") if all(self._fields) else "")
            elif tag == qn("w:r"):
                parts.append(self._run(child, style))
            elif tag in _WRITTEN:
                parts.append(_WRITTEN[tag])
            elif tag == qn("w:fldChar"):
                parts.append(self._field(child))
            elif tag in {qn("w:footnoteReference"), qn("w:endnoteReference")}:
                parts.append(self._note(child))
            elif tag == qn("m:oMath"):
                parts.append(ooxml.equation(child))
            elif tag in _HANGING:
                self._aside.append(child)
            elif tag not in _NO_TEXT:
                parts.append(self._text(child, style))
        return "".join(parts)

    def _shown(self, run: lxml.etree._Element, style: str | None) -> dict[str, str]:
        """Return the marks of words in a paragraph of a style."""
        properties = run.find(qn("w:rPr"))
        own = _value(run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}"))
        return self._styled(style) | self._styled(own) | _marks(properties)

    def _run(self, run: lxml.etree._Element, style: str | None) -> str:
        text, shown = self._text(run, style), self._shown(run, style)
        if any(shown.get(mark, "off") not in _OFF for mark in _HIDING):
            return ""
        return raised(text) if shown.get(qn("w:vertAlign")) == "superscript" and text else text

    def _field(self, char: lxml.etree._Element) -> str:
        """Follow a field from its code to its result; return what a drop-down of a form shows."""
        kind = char.get(qn("w:fldCharType"))
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()
        choices = [_value(entry) for entry in char.iter(qn("w:listEntry"))]
        chosen = next((_value(r) for r in char.iter(qn("w:result"))), "0")
        return choices[int(chosen)] if chosen.isdecimal() and int(chosen) < len(choices) else ""

    def _note(self, reference: lxml.etree._Element) -> str:
        kind = "footnote" if reference.tag == qn("w:footnoteReference") else "endnote"
        note = self._notes.pop((kind, reference.get(qn("w:id"))), None)
        if note is None:
            return ""
        fields, self._fields = self._fields, []
        lines = [self._words(p) for p in note.iter(qn("w:p"))]
        self._fields = fields
        self._noted.append("\n".join(lines))
        return NOTE_MARK

    def _label(
        self, paragraph: lxml.etree._Element, chain: list[lxml.etree._Element]
    ) -> tuple[str, int | None]:
        """Return the number that Word writes, and how far in an item stands; None for no item."""
        number, at = (
            _value(self._found(paragraph, chain, f"w:pPr/w:numPr/w:{key}"))
            for key in ("numId", "ilvl")
        )
        if not number or number == "0":
            return "", None
        level = int(at) if at.isdecimal() and len(at) == 1 else 0
        label = self._numbers.following(number, level)
        defined = self._numbers.level(number, level)
        holders = [h for h in (paragraph, defined, *chain) if h is not None]
        indents = (h.find(f"{qn('w:pPr')}/{qn('w:ind')}") for h in holders)
        sides = (i.get(qn(f"w:{n}")) for i in indents if i is not None for n in ("left", "start"))
        left = next(filter(None, sides), "")
        # Word's own lists differ by some twentieths of a point.
        return label, 4 * level + (round(int(left) / 180) if left.isdecimal() else 0)

    def _style(self, paragraph: lxml.etree._Element) -> str | None:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self._default if style is None else _value(style)

    def _chain(self, style: str | None) -> Iterator[lxml.etree._Element]:
        """Return a style and those that it is made from."""
        for _ in range(20):
            entry = self._styles.get(style)
            if entry is None:
                return
            yield entry
            style = _value(entry.find(qn("w:basedOn")))

    def _styled(self, style: str | None) -> dict[str, str]:
        """Return the marks of words in a style."""
        marks: dict[str, str] = {}
        for entry in reversed(list(self._chain(style))):
            marks |= _marks(entry.find(qn("w:rPr")))
        return marks

    def _found(
        self, paragraph: lxml.etree._Element, chain: list[lxml.etree._Element], path: str
    ) -> lxml.etree._Element | None:
        """Return a property of a paragraph, or of the nearest of its styles that has it."""
        steps = "/".join(map(qn, path.split("/")))
        return next((f for h in (paragraph, *chain) if (f := h.find(steps)) is not None), None)

    def _chunk(self, element: lxml.etree._Element) -> None:
        """Write a file that stands within the document as a part of its text."""
        part = self._related(element, "r:id")
        if part is None:
            return
        data, kind = part.blob, part.content_type
        suffix = PurePosixPath(part.partname).suffix.lower()
        if suffix in {".mht", ".mhtml"} or kind.startswith(("message/", "application/x-mime")):
            parser = email.parser.BytesParser(EmailMessage, policy=email.policy.default)
            message = parser.parsebytes(data.lstrip())
            page = message.get_body(("html", "plain"))
            data = b"" if page is None else str(page.get_content()).encode()
            suffix = ".html"
        try:
            self.builder.include(None, self._read(data, f"partie{_PAGES.get(kind, suffix)}"))
        except DocumentError as error:
            self.builder.gap("altChunk", error)

    def _rows(self, table: Table) -> list[list[Cell]]:
        """Return the cells of a table, merged ones in each of their places."""
        made = dict[lxml.etree._Element, Cell]()
        rows = []
        for row in table.rows:
            header = row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            cells = [cell._tc for cell in row.cells]
            for cell in cells:
                if cell not in made:
                    made[cell] = Cell(self._cell(cell), heads=header or self._bold(cell))
            rows.append([Cell("")] * row.grid_cols_before + [made[cell] for cell in cells])
        return rows

    def _bold(self, cell: lxml.etree._Element) -> bool:
        """Whether all words of a cell are bold, as names of rows and columns are."""
        bold = [
            self._shown(run, self._style(part)).get(qn("w:b"), "off") not in _OFF
            for part in cell.iterchildren(qn("w:p"))
            for run in part.iter(qn("w:r"))
            if ooxml.words(run)
        ]
        return bool(bold) and all(bold)

    def _cell(self, cell: lxml.etree._Element) -> str:
        """Write a cell in one line, tables within it included."""
        parts = []
        for part in cell:
            if part.tag == qn("w:tbl"):
                parts.append(" ; ".join(table_rows(self._rows(Table(part, self._document)))))
            elif part.tag == qn("w:p"):
                label, _ = self._label(part, list(self._chain(self._style(part))))
                words = self._words(part)
                self.builder.notes(self._noted, words)
                self._noted = []
                parts.append(labelled(label, words))
        return clean("\n".join(parts))


def _marks(properties: lxml.etree._Element | None) -> dict[str, str]:
    """Return the formatting of words by the names of its elements; « on » where no value stands."""
    return {} if properties is None else {m.tag: m.get(qn("w:val")) or "on" for m in properties}


def _value(element: lxml.etree._Element | None) -> str:
    return "" if element is None else str(element.get(qn("w:val")) or "")


def _name(style: lxml.etree._Element) -> str:
    return _value(style.find(qn("w:name")))
