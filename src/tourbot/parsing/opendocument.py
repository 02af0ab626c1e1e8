"""ODT, ODP and ODS: their XML read directly, as if all changes were accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import PurePosixPath

import lxml.etree

from tourbot.errors import DocumentError
from tourbot.parsing import xml
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
from tourbot.parsing.numbering import labelled, told
from tourbot.parsing.properties import described
from tourbot.parsing.raised import LOWERED, RAISED, settled
from tourbot.parsing.sheets import Budget
from tourbot.parsing.tables import Cell

_SPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0": "presentation",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_URIS = {prefix: uri for uri, prefix in _SPACES.items()}
_BODIES = {".odt": "office:text", ".odp": "office:presentation", ".ods": "office:spreadsheet"}
# Deleted text, contents lists, comments, pronunciations, what a drawing or form holds beside words.
_DROPPED = frozenset(
    """
    text:tracked-changes text:table-of-content text:alphabetical-index text:illustration-index
    text:table-index text:user-index text:object-index office:annotation office:annotation-end
    office:forms office:event-listeners text:ruby-text svg:title svg:desc table:table-source
    text:page-number text:page-count text:sequence-decls presentation:footer text:note-citation
    presentation:date-time presentation:header office:settings draw:plugin table:shapes
    text:hidden-text text:number
    """.split()
)
_MARGINS = {"style:header", "style:footer", "style:header-first", "style:footer-first"}
_PARAGRAPHS = {"text:p", "text:h"}
_SHAPES = set("draw:text-box draw:custom-shape draw:rect draw:ellipse draw:circle".split())
_ASIDE = _SHAPES | {"text:note", "draw:frame", "draw:g"}
_FURNITURE = {"footer", "header", "date-time", "page-number", "handout", "page"}
# A cell that says it is repeated a million times, or a run of a thousand million spaces.
_MAX_REPEATED = 1000
_AXES = ("rows", "columns")
_UNSEEN = {"collapse", "filter"}
_EMPTY = Cell("")
_NOTES_HEADING = "Notes"
# How styles hide words, strike them through and raise them.
_STRUCK, _DISPLAY = "style:text-line-through-style", "text:display"
_RAISING, _UNSHOWN = "style:text-position", "presentation:visibility"
_SHOWN, _WEIGHT = "table:display", "fo:font-weight"
_FORMATS = {"1": "", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def parse(data: bytes, name: str) -> Parsed:
    """Read an ODF file; the title is that in the Title style, the property, or the first slide's.

    Raises:
        DocumentError: It has a password, or is another kind of ODF file than its suffix says.
    """
    suffix = PurePosixPath(name).suffix.lower()
    parts = _parts(data)
    if "META-INF/manifest.xml" in parts:
        manifest = xml.read(parts["META-INF/manifest.xml"])
        if any(_tag(e) == "manifest:encryption-data" for e in manifest.iter()):
            raise DocumentError(
                "encrypted", "the file asks for a password", "Save a copy without a password"
            )
    content = xml.read(parts["content.xml"])
    body = next((e for e in content.iter() if _tag(e) == _BODIES[suffix]), None)
    if body is None:
        raise DocumentError(
            "mismatch",
            f"the name ends in {suffix} but the file holds another kind of OpenDocument",
            "Give the file the suffix of its real format",
        )
    properties = _properties(parts)
    styles = [xml.read(parts["styles.xml"])] if "styles.xml" in parts else []
    roots = [content, *styles]
    marks = _marks(roots)
    for root in roots:
        _prepare(root, marks)
    levels = {
        (_get(entry.getparent(), "style:name"), _count(entry, "text:level")): entry
        for root in roots
        for entry in root.iter("{*}list-level-style-number", "{*}outline-level-style")
    }
    unshown = ((_UNSHOWN, "hidden"), (_SHOWN, "false"))
    hidden = frozenset(s for s, m in marks.items() if any(m.get(k) == v for k, v in unshown))
    bold = frozenset(style for style, m in marks.items() if m.get(_WEIGHT) == "bold")
    reader = _Reader(_titles(roots), hidden, bold, levels)
    reader.read(body)
    if comments := sum(_tag(e) == "office:annotation" for e in body.iter()):
        reader.builder.gap("comments", not_read(f"comments ({comments})", "comments"))
    if reader.hidden_slides:
        reader.builder.gap("slides", not_read(f"hidden slides ({reader.hidden_slides})"))
    if suffix == ".odt":
        reader.margins(styles)
    title = property_title(properties.pop("title", ""))
    # On slides the property is what the author filled in, in a text the title is what is shown.
    title = (reader.title or title) if suffix == ".odt" else (title or reader.title)
    return reader.builder.build(described(properties, title or name_title(name)))


def _parts(data: bytes) -> dict[str, bytes]:
    wanted = {"content.xml", "meta.xml", "styles.xml", "META-INF/manifest.xml"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in set(archive.namelist()) & wanted}


def _properties(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the title and the properties that a person added (File, Properties, Custom)."""
    found = dict[str, str]()
    if "meta.xml" in parts:
        for entry in xml.read(parts["meta.xml"]).iter():
            if _tag(entry) == "dc:title":
                found["title"] = "".join(entry.itertext())
            elif _tag(entry) == "meta:user-defined":
                found[_get(entry, "meta:name").lower()] = "".join(entry.itertext())
    return found


def _titles(roots: Iterable[lxml.etree._Element]) -> frozenset[str]:
    """Return the styles that mark a title: « Title », and those made from it."""
    parents = {
        _get(style, "style:name"): _get(style, "style:parent-style-name")
        for root in roots
        for style in root.iter(f"{{{_URIS['style']}}}style")
    }
    return frozenset(n for n, parent in parents.items() if "Title" in {n, parent}) | {"Title"}


def _marks(roots: list[lxml.etree._Element]) -> dict[str, dict[str, str]]:
    """Return how styles show words, by their names: their own properties and those inherited."""
    own, parents = dict[str, dict[str, str]](), dict[str, str]()
    for root in reversed(roots):
        for style in root.iter(f"{{{_URIS['style']}}}style"):
            name = _get(style, "style:name")
            parents[name] = _get(style, "style:parent-style-name")
            wanted = (_STRUCK, _DISPLAY, _RAISING, _UNSHOWN, _SHOWN, _WEIGHT)
            own[name] = {k: v for part in style for k in wanted if (v := _get(part, k))}
    found = {}
    for name in own:
        marks, at = dict[str, str](), name
        for _ in range(20):
            marks = own.get(at, {}) | marks
            at = parents.get(at, "")
        found[name] = marks
    return found


def _prepare(root: lxml.etree._Element, marks: dict[str, dict[str, str]]) -> None:
    """Take out what is hidden or struck through, and mark what is raised."""
    gone = {
        name
        for name, m in marks.items()
        if m.get(_STRUCK, "none") != "none" or m.get(_DISPLAY) == "none"
    }
    for element in list(root.iter(f"{{{_URIS['text']}}}*")):
        tag, style = _tag(element), _get(element, "text:style-name")
        hidden = _get(element, "text:display") == "none"  # a section
        paragraph = tag == "text:hidden-paragraph" and _get(element, "text:is-hidden")
        if hidden or (style in gone and tag in {"text:span", *_PARAGRAPHS}):
            xml.drop(element)
        elif paragraph == "true" and element.getparent().getparent() is not None:
            xml.drop(element.getparent())
        elif _raises(marks.get(style, {}).get(_RAISING, "")) and tag == "text:span":
            element.text = RAISED + (element.text or "")
            element.tail = LOWERED + (element.tail or "")


def _raises(position: str) -> bool:
    """Whether words stand above the line: « super 58% », « 33% 58% »."""
    return position.startswith("super") or position[:1] in set("123456789")


def _tag(element: lxml.etree._Element) -> str:
    if not isinstance(element.tag, str):  # a comment
        return ""
    name = lxml.etree.QName(element)
    return f"{_SPACES.get(name.namespace, '')}:{name.localname}"


def _get(element: lxml.etree._Element, name: str) -> str:
    prefix, local = name.split(":")
    return str(element.get(f"{{{_URIS[prefix]}}}{local}") or "")


def _count(element: lxml.etree._Element, name: str) -> int:
    number = _get(element, name)
    return min(int(number), _MAX_REPEATED) if number.isdecimal() else 1


@dataclass
class _Reader:
    """Writes what stands in a body.

    Attributes:
        titles: Styles that mark a title.
        hidden: Styles of sheets and slides that are not shown.
        bold: Styles of bold words.
        levels: How lists are numbered, by the names of their styles and the level from 1.
        hidden_slides: How many were left out.
        title: The words in one of them, or of the first slide that has a title.
    """

    titles: frozenset[str]
    hidden: frozenset[str]
    bold: frozenset[str]
    levels: dict[tuple[str, int], lxml.etree._Element]
    hidden_slides: int = 0
    builder: TextBuilder = field(default_factory=TextBuilder)
    title: str = ""
    _slides: int = 0
    _sheets: bool = False
    _seen: set[str] = field(default_factory=set)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _label: str = ""  # of the next paragraph
    _budget: Budget = field(default_factory=Budget)

    def read(self, element: lxml.etree._Element, depth: int = 0, style: str = "") -> None:
        """Write what an element holds, in order.

        Args:
            element: Holds paragraphs, tables, shapes.
            depth: In how many lists it stands.
            style: That of the outermost of them.
        """
        self._sheets = self._sheets or _tag(element) == "office:spreadsheet"
        whole = {
            "table:table": self._table,
            "draw:page": self._slide,
            "presentation:notes": self._notes,
        }
        for child in element:
            tag = _tag(child)
            if tag in _DROPPED or _get(child, "presentation:class") in _FURNITURE:
                continue
            if tag in whole:
                whole[tag](child)
            elif tag in _PARAGRAPHS:
                self._paragraph(child, depth)
            elif tag == "text:list":
                self._list(child, depth, _get(child, "text:style-name") or style)
            elif tag in _SHAPES:
                self._shape(child, depth)
            else:
                if tag == "text:list-item":
                    self._label = self._number(style, depth)
                self.read(child, depth, style)

    def _list(self, element: lxml.etree._Element, depth: int, style: str) -> None:
        goes_on = _get(element, "text:continue-numbering") == "true"
        if not (depth or goes_on or _get(element, "text:continue-list")):
            self._counts.pop(style, None)
        self.read(element, depth + 1, style)

    def _number(self, style: str, level: int) -> str:
        """Return the number of the next item or heading of a level."""
        counts = self._counts.setdefault(style, {})
        entry = self.levels.get((style, level))
        start = 1 if entry is None else _count(entry, "text:start-value")
        counts[level] = counts[level] + 1 if level in counts else start
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if entry is None or not _get(entry, "style:num-format"):
            return "" if entry is None else _get(entry, "style:num-prefix").strip()
        shown = range(max(1, level + 1 - _count(entry, "text:display-levels")), level + 1)
        figures = [
            told(counts.get(at, 1), _FORMATS.get(_get(outer, "style:num-format"), ""))
            for at in shown
            if (outer := self.levels.get((style, at))) is not None
        ]
        ends = (_get(entry, f"style:num-{end}") for end in ("prefix", "suffix"))
        return ".".join(figures).join(ends).strip()

    def margins(self, styles: list[lxml.etree._Element]) -> None:
        """Write headers and footers, once each and behind the text."""
        self.builder.place()
        found = [e for root in styles for e in root.iter() if _tag(e) in _MARGINS]
        for line in dict.fromkeys(clean(line) for margin in found for line in _lines(margin)):
            if line not in self._seen and not PAGE_NUMBER.fullmatch(line):
                self.builder.line(line)

    def _paragraph(self, paragraph: lxml.etree._Element, depth: int) -> None:
        aside: list[lxml.etree._Element] = []
        text = _text(paragraph, aside)
        self._seen.add(clean(text))
        level = _count(paragraph, "text:outline-level")
        if _tag(paragraph) == "text:h" and not depth and clean(text):
            self._label = self._number("Outline", level)
        text, self._label = labelled(self._label, text), ""
        shown = _get(paragraph, "text:style-name") in self.titles
        if shown and not self.title and not self._slides:
            self.title = clean(text)
            self.builder.heading(1, text)
        elif _tag(paragraph) == "text:h" and not self._slides:
            self.builder.heading(level + 1, text)
        elif depth:
            self.builder.item(text, depth)
        else:
            for line in text.split("\n"):
                self.builder.line(line)
        notes = ["\n".join(_lines(part)) for part in aside if _tag(part) == "text:note"]
        self.builder.notes(notes, text)
        for part in aside:  # text boxes stand behind the paragraph they are anchored in
            if _tag(part) != "text:note":
                self.read(part)

    def _table(self, table: lxml.etree._Element) -> None:
        if not self._sheets:
            self.builder.table(row for row, _ in _rows(table, self.bold))
            return
        name = _get(table, "table:name")
        if _get(table, "table:style-name") in self.hidden:
            return
        read = list(_rows(table, self.bold, self._budget))
        if unseen := sum(number for _, number in read):
            gap = not_read(f"hidden rows or columns ({unseen} cells)")
            self.builder.gap(f"sheet {name}", gap)
        if any(row for row, _ in read):
            self.builder.heading(1, name)
            self.builder.table(row for row, _ in read)

    def _slide(self, slide: lxml.etree._Element) -> None:
        self._slides += 1
        if _get(slide, "draw:style-name") in self.hidden:
            self.hidden_slides += 1
            return
        self.builder.place(slide=self._slides)
        frames = [f for f in slide.iter() if _get(f, "presentation:class") == "title"]
        if frames:
            words = clean(" ".join(_lines(frames[0])))
            self.title = self.title or words
            self.builder.heading(1, words)
            frames[0].getparent().remove(frames[0])
        self.read(slide)

    def _notes(self, notes: lxml.etree._Element) -> None:
        frames = [f for f in notes if _get(f, "presentation:class") not in _FURNITURE]
        lines = [line for frame in frames for line in _lines(frame)]
        if any(map(clean, lines)):
            self.builder.heading(2, _NOTES_HEADING)
            for line in lines:
                self.builder.line(line)

    def _shape(self, shape: lxml.etree._Element, depth: int) -> None:
        """Write a shape: several paragraphs of a slide are points."""
        paragraphs = [p for p in shape if _tag(p) == "text:p" and clean(_text(p))]
        points = self._slides and len(paragraphs) > 1
        self.read(shape, depth + bool(points))


def _text(element: lxml.etree._Element, aside: list[lxml.etree._Element] | None = None) -> str:
    """Return the words of a paragraph as they are shown; what hangs on it is put into ``aside``."""
    return settled(_raw(element, aside))


def _raw(element: lxml.etree._Element, aside: list[lxml.etree._Element] | None = None) -> str:
    parts = [element.text or ""]
    for child in element:
        match _tag(child):
            case "text:s":
                parts.append(" " * _count(child, "text:c"))
            case "text:tab":
                parts.append(" ")
            case "text:line-break":
                parts.append("\n")
            case tag if tag in _ASIDE:
                if aside is not None:
                    aside.append(child)
                    parts.append(NOTE_MARK if tag == "text:note" else "")
            case tag if tag and tag not in _DROPPED:
                parts.append(_raw(child, aside))
        parts.append(child.tail or "")
    return "".join(parts)


def _lines(element: lxml.etree._Element) -> Iterator[str]:
    for part in element.iter():
        if _tag(part) in _PARAGRAPHS:
            yield _text(part)


def _rows(
    table: lxml.etree._Element, bold: Collection[str], budget: Budget | None = None
) -> Iterator[tuple[list[Cell], int]]:
    """Return the rows of a table and how many cells of each are hidden.

    Merged cells stand in each of their places; a row of which no cell begins in it is empty.
    """
    hidden = [
        _get(column, "table:visibility") in _UNSEEN
        for column in _own(table, "table:table-column")
        for _ in range(_count(column, "table:number-columns-repeated"))
    ]
    merged: dict[tuple[int, int], Cell] = {}
    number = 0
    for row in _own(table, "table:table-row"):
        header = _tag(row.getparent()) == "table:table-header-rows"
        cells: list[Cell] = []
        filled = 0
        for cell in row:
            times = _count(cell, "table:number-columns-repeated")
            at = number, len(cells)
            if _tag(cell) == "table:table-cell":
                words = _cell(cell, bold)
                made = Cell(words, heads=header or _is_bold(cell, bold)) if words else _EMPTY
                filled += times * bool(words)
                down, across = (_count(cell, f"table:number-{n}-spanned") for n in _AXES)
                if words and 1 < down * across <= _MAX_REPEATED:
                    places = product(range(down), range(across))
                    merged |= {(at[0] + y, at[1] + x): made for y, x in places}
                cells += [made] * times if times == 1 else [made._replace() for _ in range(times)]
            elif _tag(cell) == "table:covered-table-cell":
                cells += [merged.get((number, at[1] + n), _EMPTY) for n in range(times)]
        # The last cell of a sheet is repeated to its right edge, and the last row to its end.
        while cells and not cells[-1].text:
            cells.pop()
        times = _count(row, "table:number-rows-repeated") if filled else 1
        number += times
        for _ in range(times):
            if budget:
                budget.spend(filled, len(cells))
            unseen = _get(row, "table:visibility") in _UNSEEN
            shown = [c for x, c in enumerate(cells) if not unseen and not any(hidden[x : x + 1])]
            yield shown if filled else [], filled - min(filled, sum(bool(c.text) for c in shown))


def _is_bold(cell: lxml.etree._Element, bold: Collection[str]) -> bool:
    """Whether a cell, or each paragraph or stretch in it, is in a bold style."""
    if _get(cell, "table:style-name") in bold:
        return True
    parts = [part for part in cell.iter() if _tag(part) in _PARAGRAPHS and clean(_text(part))]
    for part in parts:
        spans = [span for span in part if clean("".join(span.itertext()))]
        within = all(_get(span, "text:style-name") in bold for span in spans)
        if _get(part, "text:style-name") not in bold and (clean(part.text or "") or not within):
            return False
    return bool(parts)


def _own(table: lxml.etree._Element, tag: str) -> Iterator[lxml.etree._Element]:
    """Find rows or columns of a table, but not those of tables within it."""
    for child in table:
        if _tag(child) == tag:
            yield child
        elif _tag(child) in {
            "table:table-header-rows",
            "table:table-rows",
            "table:table-row-group",
            "table:table-columns",
            "table:table-header-columns",
            "table:table-column-group",
        }:
            yield from _own(child, tag)


def _cell(cell: lxml.etree._Element, bold: Collection[str]) -> str:
    """Write a cell in one line, lists and tables within it included."""
    parts: list[str] = []
    for part in cell:
        tag = _tag(part)
        if tag == "table:table":
            parts.append(" ; ".join(table_rows(row for row, _ in _rows(part, bold))))
        elif tag in _PARAGRAPHS:
            aside: list[lxml.etree._Element] = []
            parts.append(_text(part, aside))
            parts += [line for element in aside for line in _lines(element)]
        elif tag not in _DROPPED:
            parts.append(_cell(part, bold))
    return clean("\n".join(part for part in parts if part))
