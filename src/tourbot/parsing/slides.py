"""PPTX through python-pptx: one slide after the other, tables and speaker notes included."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.base import BaseShape
from pptx.shapes.group import GroupShape
from pptx.table import _Row

from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title, property_title
from tourbot.parsing.properties import described, office_properties
from tourbot.parsing.tables import Cell

NOTES_HEADING = "Notes"
# Shown on every slide, and no words of any.
_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER}


def parse(data: bytes, name: str) -> Parsed:
    """Read a PPTX file; the title is the document property or the first slide's title.

    Hidden slides are left out: their author does not show them.
    """
    deck = pptx.Presentation(io.BytesIO(data))
    builder = TextBuilder()
    title = property_title(deck.core_properties.title or "")
    for number, slide in enumerate(deck.slides, start=1):
        if slide._element.get("show") in {"0", "false"}:
            continue
        builder.place(slide=number)
        title_shape = slide.shapes.title
        if title_shape is not None and title_shape.has_text_frame:
            builder.heading(1, title_shape.text_frame.text)
            title = title or clean(title_shape.text_frame.text)
        rest = [
            s for s in slide.shapes if title_shape is None or s.shape_id != title_shape.shape_id
        ]
        _write(rest, builder)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = slide.notes_slide.notes_text_frame.text
            if notes.strip():
                builder.heading(2, NOTES_HEADING)
                for line in notes.splitlines():
                    builder.line(line)
    return builder.build(described(office_properties(data), title or name_title(name)))


def _write(shapes: Iterable[BaseShape], builder: TextBuilder) -> None:
    for shape in shapes:
        if shape.is_placeholder and shape.placeholder_format.type in _FURNITURE:
            continue
        if isinstance(shape, GroupShape):
            _write(shape.shapes, builder)
        elif getattr(shape, "has_table", False):
            builder.table(_row(row) for row in shape.table.rows)
        elif shape.has_text_frame:
            paragraphs = [p.text for p in shape.text_frame.paragraphs if p.text.strip()]
            for text in paragraphs:
                (builder.item if len(paragraphs) > 1 else builder.line)(text)


def _row(row: _Row) -> list[Cell]:
    cells = []
    for cell in row.cells:
        if not cell.is_spanned:
            runs = [run for p in cell.text_frame.paragraphs for run in p.runs if run.text.strip()]
            bold = bool(runs) and all(run.font.bold for run in runs)
            cells.append(Cell(clean(cell.text), cell.span_height, cell.span_width, bold))
    return cells
