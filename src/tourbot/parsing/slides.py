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

from tourbot.parsing import ooxml
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

NOTES_HEADING = "Notes"
# Shown on every slide, and no words of any.
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}
_MAX_SORTED = 500  # boxes of a slide
_Place = tuple[int, int, int, int, BaseShape]  # top, left, height, width
_NO_TEXT = {qn("a:pPr"), qn("a:rPr"), qn("a:endParaRPr")}


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
        ooxml.choose(slide._element)
        builder.place(slide=number)
        title_shape = slide.shapes.title
        if title_shape is not None and title_shape.has_text_frame:
            words = " ".join(_words(p._p) for p in title_shape.text_frame.paragraphs)
            builder.heading(1, words)
            title = title or clean(words)
        shapes = [
            s for s in slide.shapes if title_shape is None or s._element != title_shape._element
        ]
        _write(shapes, builder)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
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
            builder.table([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif shape.has_text_frame:
            paragraphs = [(_words(p._p), p.level) for p in shape.text_frame.paragraphs]
            paragraphs = [(text, level) for text, level in paragraphs if text.strip()]
            for text, level in paragraphs:
                if len(paragraphs) > 1:
                    builder.item(text, level)
                else:
                    builder.line(text)
        else:
            _write_graphic(shape, builder)


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


def _words(element: lxml.etree._Element) -> str:
    """Return the words of a paragraph as they are shown: not what is struck through."""
    return settled(_text(element))


def _text(element: lxml.etree._Element) -> str:
    parts = []
    for child in element:
        if child.tag == qn("a:t"):
            parts.append(child.text or "")
        elif child.tag == qn("a:br"):
            parts.append("\n")
        elif child.tag == qn("a:r"):
            properties = child.find(qn("a:rPr"))
            marks = {} if properties is None else properties.attrib
            text = "" if marks.get("strike", "noStrike") != "noStrike" else _text(child)
            parts.append(
                raised(text) if text and marks.get("baseline", "0")[0] in "123456789" else text
            )
        elif child.tag not in _NO_TEXT:
            parts.append(ooxml.equation(child) if child.tag.endswith("}oMath") else _text(child))
    return "".join(parts)
