"""PPTX through python-pptx: one slide after the other, its boxes in the order of reading."""

from __future__ import annotations

import io
from collections.abc import Iterable

import lxml.etree
import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.shapes.base import BaseShape
from pptx.shapes.group import GroupShape
from pptx.table import _Row

from tourbot.parsing import ooxml, xml
from tourbot.parsing.builder import (
    Parsed,
    TextBuilder,
    clean,
    name_title,
    not_read,
    property_title,
)
from tourbot.parsing.properties import described, office_properties
from tourbot.parsing.raised import raised, settled
from tourbot.parsing.tables import Cell

NOTES_HEADING = "Notes"
# Shown on every slide, and no words of any.
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
_MAX_SORTED = 500  # boxes of a slide
_Place = tuple[int, int, int, int, BaseShape]  # top, left, height, width
_MATH = "{http://schemas.microsoft.com/office/drawing/2010/main}m"


def parse(data: bytes, name: str) -> Parsed:
    """Read a PPTX file; the title is the document property or the first slide's title.

    Hidden slides and comments are left out and told.
    """
    deck = pptx.Presentation(io.BytesIO(ooxml.transitional(data)))
    builder = TextBuilder()
    title = property_title(deck.core_properties.title or "")
    hidden, comments = 0, 0
    for number, slide in enumerate(deck.slides, start=1):
        comments += sum("comments" in relation.reltype for relation in slide.part.rels.values())
        if slide._element.get("show") in {"0", "false"}:
            hidden += 1
            continue
        _settle(slide._element)
        builder.place(slide=number)
        title_shape = slide.shapes.title
        if title_shape is not None and title_shape.has_text_frame:
            builder.heading(1, title_shape.text_frame.text)
            title = title or clean(title_shape.text_frame.text)
        shapes = [
            s for s in slide.shapes if title_shape is None or s._element != title_shape._element
        ]
        _write(shapes, builder)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            _settle(slide.notes_slide._element)
            notes = slide.notes_slide.notes_text_frame.text
            if notes.strip():
                builder.heading(2, NOTES_HEADING)
                for line in notes.splitlines():
                    builder.line(line)
    if hidden:
        builder.gap("slides", not_read(f"hidden slides ({hidden})"))
    if comments:
        builder.gap("comments", not_read(f"comments (on slides: {comments})", "comments"))
    return builder.build(described(office_properties(data), title or name_title(name)))


def _write(shapes: Iterable[BaseShape], builder: TextBuilder) -> None:
    for shape in _in_order([shape for shape in shapes if _is_read(shape)]):
        if isinstance(shape, GroupShape):
            _write(shape.shapes, builder)
        elif getattr(shape, "has_table", False):
            builder.table(_row(row) for row in shape.table.rows)
        elif shape.has_text_frame:
            paragraphs = [(p.text, p.level) for p in shape.text_frame.paragraphs]
            paragraphs = [(text, level) for text, level in paragraphs if text.strip()]
            for text, level in paragraphs:
                if len(paragraphs) > 1:
                    builder.item(text, level)
                else:
                    builder.line(text)
        else:
            _write_graphic(shape, builder)


def _row(row: _Row) -> list[Cell]:
    cells = []
    for cell in row.cells:
        if not cell.is_spanned:
            runs = [run for p in cell.text_frame.paragraphs for run in p.runs if run.text.strip()]
            bold = bool(runs) and all(run.font.bold for run in runs)
            cells.append(Cell(clean(cell.text), cell.span_height, cell.span_width, bold))
    return cells


def _write_graphic(shape: BaseShape, builder: TextBuilder) -> None:
    for reference in shape._element.iter(qn("c:chart"), "{*}relIds"):
        chart = reference.tag == qn("c:chart")
        key = reference.get(qn("r:id") if chart else qn("r:dm"))
        if key in shape.part.rels and not shape.part.rels[key].is_external:
            data = shape.part.related_part(key).blob
            (ooxml.write_chart if chart else ooxml.write_diagram)(data, builder)


def _is_read(shape: BaseShape) -> bool:
    """Whether a shape is shown and holds words: others would stand between those that do."""
    if shape.is_placeholder and shape.placeholder_format.type in _FURNITURE:
        return False
    if shape._element._nvXxPr.cNvPr.get("hidden") in {"1", "true"}:
        return False
    graphic = next(shape._element.iter("{*}graphicData"), None) is not None
    return graphic or any((t.text or "").strip() for t in shape._element.iter(qn("a:t")))


def _in_order(shapes: list[BaseShape]) -> list[BaseShape]:
    """Sort boxes as they are read: what is set apart by the widest gap is read one after another.

    A caption so stays with the box below it, whether boxes stand in rows or in columns.
    """
    ordered = list[BaseShape]()
    places = [(s.top or 0, s.left or 0, s.height or 0, s.width or 0, s) for s in shapes]
    waiting = [sorted(places, key=lambda place: place[:2])]
    while waiting:
        group = waiting.pop()
        gap, at, cut = max(
            (_widest_gap(group, axis) for axis in (0, 1)), key=lambda found: found[0]
        )
        if gap < 0 or len(group) > _MAX_SORTED:  # they overlap
            ordered += [place[-1] for place in group]
        else:
            waiting += [[p for p in group if (p[at] >= cut) == after] for after in (True, False)]
    return ordered


def _widest_gap(places: list[_Place], axis: int) -> tuple[int, int, int]:
    """Return the widest gap down (0) or across (1), negative for none; the axis; where it ends."""
    best, cut, end = -1, 0, None
    for start, length in sorted((place[axis], place[axis + 2]) for place in places):
        if end is not None and start - end > best:
            best, cut = start - end, start
        end = max(start + length, end or start)
    return best, axis, cut


def _settle(root: lxml.etree._Element) -> None:
    """Leave in the runs of a slide the words that it shows: the library reads nothing else."""
    ooxml.choose(root)
    for math in list(root.iter(_MATH)):
        run = math.makeelement(qn("a:r"))
        lxml.etree.SubElement(run, qn("a:t")).text = ooxml.equation(math)
        math.addprevious(run)
        xml.drop(math)
    for run in list(root.iter(qn("a:r"))):
        properties, words = run.find(qn("a:rPr")), run.find(qn("a:t"))
        if properties is None or words is None:
            continue
        if properties.get("strike", "noStrike") != "noStrike":
            xml.drop(run)
        elif properties.get("baseline", "0")[:1] in set("123456789"):
            before = ooxml.words(run.getprevious()) if run.getprevious() is not None else ""
            words.text = settled(before + raised(words.text or ""))[len(before) :]
