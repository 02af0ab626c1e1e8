"""PDF: a plain report, two columns, a programme with contents and running headers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import partial
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents
from source import Part, Source

_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14.5, spaceAfter=7)
_ITEM = ParagraphStyle("item", _BODY, leftIndent=14, bulletIndent=3, spaceAfter=3)
_CELL = ParagraphStyle("cell", _BODY, fontSize=10, leading=12.5, spaceAfter=0)
_HEAD_CELL = ParagraphStyle("head-cell", _CELL, fontName="Times-Bold")
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=19, leading=23, spaceAfter=8)
_BYLINE = ParagraphStyle("byline", fontName="Helvetica", fontSize=9.5, leading=12, spaceAfter=16)
_H2 = ParagraphStyle(
    "h2",
    fontName="Helvetica-Bold",
    fontSize=13,
    leading=16,
    spaceBefore=9,
    spaceAfter=5,
    keepWithNext=1,
)
_H3 = ParagraphStyle("h3", _H2, fontSize=11.5, leading=14)
_CONTENTS = ParagraphStyle("contents", _H2, spaceBefore=0, spaceAfter=12)
_ENTRY = ParagraphStyle("entry", _BODY, spaceAfter=4)
_MARGIN = 2 * cm


def _information(source: Source, document: pdfdoc.PDFDocument) -> bytes:
    """Return the information dictionary, with the document's own date and properties."""
    values = source.properties | {
        "Title": source.title,
        "Author": source.properties["publisher"],
        "CreationDate": f"D:{source.date:%Y%m%d}000000Z",
    }
    strings = {key: pdfdoc.PDFString(value) for key, value in values.items()}
    return pdfdoc.PDFDictionary(strings).format(document)


class _Template(BaseDocTemplate):
    """A document that knows its headings, for the table of contents."""

    def __init__(self, source: Source, page: tuple[float, float], title: str = "") -> None:
        self.buffer = io.BytesIO()
        self._source, self._header = source, title
        super().__init__(
            self.buffer,
            pagesize=page,
            invariant=1,
            pageCompression=0,
            lang="fr-FR",
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN,
        )

    def frame(self, x: float = 0, width: float = 1, height: float = 1) -> Frame:
        """A frame as shares of the room within the margins, from the bottom."""
        return Frame(
            self.leftMargin + x * self.width,
            self.bottomMargin,
            width * self.width,
            height * self.height,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )

    def describe(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        """Set the information dictionary, of which reportlab writes standard entries only."""
        canvas._doc.info.format = partial(_information, self._source)

    def furnish(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        """Draw the running header and footer."""
        width, height = self.pagesize
        canvas.setFont("Helvetica", 8)
        canvas.drawString(self.leftMargin, height - 1.2 * cm, _latin(self._header))
        canvas.line(
            self.leftMargin, height - 1.35 * cm, width - self.rightMargin, height - 1.35 * cm
        )
        canvas.drawString(self.leftMargin, 1.1 * cm, _latin(self._source.byline))
        canvas.drawRightString(width - self.rightMargin, 1.1 * cm, f"Page {canvas.getPageNumber()}")

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 – reportlab calls it
        """Tell the table of contents where each chapter stands."""
        if isinstance(flowable, Paragraph) and flowable.style.name == "h2":
            self.notify("TOCEntry", (0, flowable.getPlainText(), self.page))

    def written(self, story: list[Flowable]) -> bytes:
        """Return the file."""
        self.multiBuild(story)
        return self.buffer.getvalue()


def report(source: Source) -> bytes:
    """A PDF in one column."""
    template = _Template(source, A4)
    template.addPageTemplates(PageTemplate("page", [template.frame()], template.describe))
    return template.written([*_masthead(source), *_story(source.parts, template.width)])


def columns(source: Source) -> bytes:
    """A PDF in two columns under a title of the full width."""
    template = _Template(source, A4)
    gap, head = 0.04, 0.14
    title = Frame(
        template.leftMargin,
        template.bottomMargin + (1 - head) * template.height,
        template.width,
        head * template.height,
        leftPadding=0,
        rightPadding=0,
    )
    width = (1 - gap) / 2
    # The columns end where the text is halved, as an editor would have it.
    frames = [template.frame(x, width, 1 - head) for x in (0, width + gap)]
    template.addPageTemplates(PageTemplate("page", [title, *frames], template.describe))
    half = _half(source.parts)
    left, right = source.parts[:half], source.parts[half:]
    story = [
        *_story(left, width * template.width),
        FrameBreak(),
        *_story(right, width * template.width),
    ]
    return template.written([*_masthead(source), FrameBreak(), *story])


def programme(source: Source) -> bytes:
    """A PDF booklet: cover, contents, a chapter a page or more, running header and footer."""
    template = _Template(source, A5, source.title)
    template.addPageTemplates(
        [
            PageTemplate("cover", [template.frame(height=0.7)], template.describe),
            PageTemplate("chapter", [template.frame()], template.describe, template.furnish),
        ]
    )
    contents = TableOfContents(levelStyles=[_ENTRY], dotsMinLevel=0)
    (_, opening), *chapters = source.sections()
    story = [
        *_masthead(source),
        *_story(opening, template.width),
        NextPageTemplate("chapter"),
        PageBreak(),
        Paragraph("Sommaire", _CONTENTS),
        contents,
    ]
    for heading, parts in chapters:
        story += [PageBreak(), Paragraph(_xml(heading), _H2), *_story(parts, template.width)]
    return template.written(story)


def _masthead(source: Source) -> list[Flowable]:
    return [Paragraph(_xml(source.title), _TITLE), Paragraph(_xml(source.byline), _BYLINE)]


def _half(parts: tuple[Part, ...]) -> int:
    """Where the heading stands before which half of the words are."""
    total = sum(len(part.text) for part in parts)
    starts = [n for n, part in enumerate(parts) if part.kind == "heading"]
    return min(starts, key=lambda n: abs(total / 2 - sum(len(part.text) for part in parts[:n])))


def _story(parts: Iterable[Part], width: float) -> list[Flowable]:
    story: list[Flowable] = []
    for part in parts:
        if part.kind == "heading":
            story.append(Paragraph(_xml(part.text), _H2 if part.level == 2 else _H3))
        elif part.kind == "item":
            story.append(Paragraph(_xml(part.text), _ITEM, bulletText="•"))
        elif part.kind == "table":
            story += [_grid(part.rows, width), Spacer(1, 9)]
        else:
            story.append(Paragraph(_xml(part.text), _BODY))
    return story


def _grid(rows: tuple[tuple[str, ...], ...], width: float) -> Table:
    """A ruled table, its columns as wide as their longest words ask."""
    longest = [max(min(len(row[n]), 40) for row in rows) + 4 for n in range(len(rows[0]))]
    cells = [
        [Paragraph(_xml(cell), _CELL if y else _HEAD_CELL) for cell in row]
        for y, row in enumerate(rows)
    ]
    return Table(
        cells,
        colWidths=[width * length / sum(longest) for length in longest],
        style=[
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
        repeatRows=1,
    )


def _latin(text: str) -> str:
    """The standard fonts have no narrow no-break space."""
    return text.replace("\u202f", "\xa0")


def _xml(text: str) -> str:
    return escape(_latin(text))
