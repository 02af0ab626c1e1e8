"""PDF text in reading order, page by page, through pdfminer.six."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pdfminer.layout import (
    IndexAssigner,
    LAParams,
    LTChar,
    LTComponent,
    LTCurve,
    LTImage,
    LTLayoutContainer,
    LTLine,
    LTRect,
    LTTextBox,
    LTTextBoxHorizontal,
    LTTextLine,
    LTTextLineHorizontal,
)
from pdfminer.pdfdocument import (
    PDFDocument,
    PDFEncryptionError,
    PDFPasswordIncorrect,
    PDFTextExtractionNotAllowed,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from pdfminer.utils import decode_text

from tourbot.errors import DocumentError
from tourbot.parsing import glyphs, hyphens, layout, ocr, outline
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title, property_title
from tourbot.parsing.hyphens import Hyphens
from tourbot.parsing.layout import Box, Grid, Line, Page, Print
from tourbot.parsing.outline import Section
from tourbot.parsing.properties import described
from tourbot.text.typography import plain

# What cannot be read is told as a failure or a gap, in words for staff.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
MAX_PAGES = 1000
_SCANNED = 0.3  # of a page, covered by pictures
_FIGURES = 14  # digits that « 12 / 120 » and a date have together, and one to spare
_FROM_TOP, _BY_COLUMNS = LAParams(all_texts=True, boxes_flow=None), LAParams()
# Finding columns takes time by the square of the number of boxes and more: plans and maps, which
# have thousands and no columns, are read from top to bottom.
_ORDERED = 300
_MAX_ALIGNED = 600  # lines of a page among which tables without rules are sought
_BULLET = re.compile(r"\s*(?:\(cid:127\)|[•‣▪◦·●\uf0b7\uf0a7])\s*")
# A dash begins an item where nothing is left unfinished before it, or where it stands alone.
_DASH = re.compile(r"\s*-\s+(?=\w)")
_LONE = re.compile(rf"{_BULLET.pattern}|\s*[-–]\s*")
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})
_CID = re.compile(r"\(cid:\d+\)")
_BOLD = re.compile(r"bold|black|heavy|semibold|-b$", re.IGNORECASE)
_NOTE = re.compile(r"[(\[]?\d{1,3}[)\].]?\s+\D|[*†‡]+\s*\w")
_SMALLER, _LOW = 0.95, 0.5  # than the text, and lower on the page than this: footnotes
_HEADING_CHARS = 200
_LABEL_CHARS = 30
_NO_HEADING = re.compile(r"[.,;:]$|^\W*$")
_UNFINISHED = re.compile(r"[\w,’'-]$")
_INDENT, _STEP = 60.0, 8.0  # points that an item stands further to the right than its parent
_PRINTED = 0.6  # of the words of a title that is meant
_TITLE = re.compile(r"[^\W\d_]{3}")
_FILE = re.compile(r"\S*[_\d]\S*")  # as files are named
_LEVELS = 100  # of headings from one size of print to the next: those that only the outline has


_NO_TEXT = DocumentError(
    "no-text-layer",
    "the PDF has no text layer, and no words were recognised in its pictures",
    "Scan it again, straight and at 300 dpi, or run it through another OCR program",
)
_SCAN = DocumentError(
    "no-text-layer",
    "it has no text layer (a scan?)",
    f"Install Tesseract for OCR ({ocr.INSTALL}), then ingest again with --rebuild",
)
_TOO_LONG = DocumentError(
    "too-large", f"of a PDF file, the first {MAX_PAGES:,} pages are read", "Split the file"
)


@dataclass
class _Paragraph:
    """One paragraph, list item, heading or table of a page.

    Attributes:
        sections: Of the outline, those that begin with it.
        titles: The one whose title it is.
        outstanding: Whether it is printed as headings are.
        x0: Where an item begins.
    """

    kind: str
    page: int
    text: str = ""
    style: tuple[float, bool] = (0.0, False)
    rows: list[list[str]] = field(default_factory=list)
    header: bool = True
    sections: list[Section] = field(default_factory=list)
    titles: Section | None = None
    outstanding: bool = True
    x0: float = 0.0


def parse(data: bytes, name: str) -> Parsed:
    """Read a PDF file; each page is a block or several."""
    title, properties = _information(data)
    sheets, cut = _sheets(data)
    pages = [sheet.page for sheet in sheets]
    layout.drop_furniture(pages)
    for page in pages:
        layout.drop_contents(page)
    layout.carry_headers(pages)
    print_ = Print.of(pages)
    scanned, unread = _read_scans(data, sheets)
    boxes = [[*page.boxes, *scanned.get(n, [])] for n, page in enumerate(pages, start=1)]
    outline.mark(_shifted(outline.read(data), sheets), boxes)
    join = Hyphens(_words(line.text) for found in boxes for box in found for line in box.lines).join
    paragraphs = [
        paragraph
        for number, found in enumerate(boxes, start=1)
        for box in found
        for paragraph in _paragraphs(box, number, print_, join, pages[number - 1].height)
    ]
    if not _legible(
        paragraphs, {n for n, s in enumerate(sheets, start=1) if s.written} | {*scanned}
    ):
        raise next(iter(unread.values()), _NO_TEXT)
    builder = TextBuilder()
    if cut:
        unread[f"pages from {MAX_PAGES + 1:,}"] = _TOO_LONG
    for where, error in unread.items():
        builder.gap(where, error)
    _write(_settled(_across(paragraphs, join)), builder)
    first = [line for page in pages[:1] for line in page.lines()]
    return builder.build(
        described(properties, _title(title, first, print_, join) or name_title(name))
    )


# --- pages without text ----------------------------------------------------------------------


@dataclass
class _Sheet:
    """A page with what tells whether it was scanned.

    Attributes:
        pictured: Share of the page that pictures cover.
        drawn: Whether anything stands on it beside text.
        written: Whether any letters do, or figures that no picture lies under.
        damage: Why the page could not be read.
        bottom: What the file takes for its lower edge; none where it is turned.
    """

    page: Page
    pictured: float
    drawn: bool
    written: bool
    damage: DocumentError | None = None
    bottom: float | None = None


def _sheets(data: bytes) -> tuple[list[_Sheet], bool]:
    """Return the pages, and whether there are more of them than are read."""
    sheets = list[_Sheet]()
    reader = glyphs.Reader()
    for page in PDFPage.get_pages(io.BytesIO(data), maxpages=MAX_PAGES + 1):
        if len(sheets) == MAX_PAGES:
            return sheets, True
        try:
            parts = reader.read(page)
            sheets.append(_sheet(*parts))
            turned = page.rotate or glyphs.turned(parts[0])
            sheets[-1].bottom = None if turned else page.mediabox[1]
        except Exception as error:  # one damaged font or colour is no reason to lose the others
            detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            damage = DocumentError(
                "broken", f"the page is damaged ({detail})", "Print it into a new PDF file"
            )
            sheets.append(_Sheet(Page(0.0, []), 1.0, drawn=True, written=False, damage=damage))
            reader = glyphs.Reader()
    return sheets, False


def _sheet(container: LTLayoutContainer, *turned: LTLayoutContainer) -> _Sheet:
    drawings = [part for part in container if isinstance(part, (LTImage, LTCurve))]
    area = max(1.0, container.width * container.height)
    pictured = sum(p.width * p.height for p in drawings if isinstance(p, LTImage)) / area
    page = _page([container, *turned])
    text = "".join(line.text for line in page.lines())
    text += "".join(cell for box in page.boxes for row in box.rows for cell in row)
    written = _has_letters(text) or (pictured <= _SCANNED and _has_figures(text))
    return _Sheet(page, pictured, bool(drawings), written)


def _scans(sheets: list[_Sheet]) -> list[int]:
    """Return the numbers of the pages that hold words as pictures only.

    Where others have text, a small picture alone on a page is a logo or a photograph.
    """
    mixed = any(sheet.written for sheet in sheets)
    return [
        number
        for number, sheet in enumerate(sheets, start=1)
        if not sheet.written and (sheet.pictured > _SCANNED if mixed else sheet.drawn)
    ]


def _read_scans(
    data: bytes, sheets: list[_Sheet]
) -> tuple[dict[int, list[Box]], dict[str, DocumentError]]:
    """Return what stands on scanned pages by their numbers, and which could not be read.

    Damaged pages are read like scanned ones: what draws pages forgives more.
    """
    numbers = _scans(sheets)
    boxes, failed = dict[int, list[Box]](), dict[int, DocumentError]()
    damaged = {number: sheets[number - 1].damage for number in numbers}
    if numbers and not ocr.available():
        failed = {number: damage or _SCAN for number, damage in damaged.items()}
    elif numbers:
        for number, found in ocr.read(data, numbers):
            damage = damaged[number]
            if isinstance(found, DocumentError):
                failed[number] = damage or found
            elif damage is not None and not found:
                failed[number] = damage
            else:
                boxes[number] = [Box([Line(t, 0, 0, 0, 0) for t in p.lines]) for p in found]
    return boxes, _named(failed)


def _named(failed: dict[int, DocumentError]) -> dict[str, DocumentError]:
    """Return the errors by the pages that they are about: one line for all of one kind."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for number, error in failed.items():
        alike.setdefault((error.code, error.reason, error.hint), []).append(number)
    return {
        f"{'page' if len(numbers) == 1 else 'pages'} {_ranges(numbers)}": failed[numbers[0]]
        for numbers in alike.values()
    }


def _ranges(numbers: list[int]) -> str:
    """Write numbers in order, those that follow each other as a range.

    >>> _ranges([1, 2, 3, 7])
    '1–3, 7'
    """
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in ranges)


# --- from the page to lines and tables -------------------------------------------------------


def _page(containers: Sequence[LTLayoutContainer]) -> Page:
    page = Page(containers[0].height, [])
    bullets: list[Line] = []
    for container in containers:
        glyphs.settle_caps(container)
        container.analyze(_FROM_TOP)
        boxes = _boxes(container)
        if container is not containers[0]:  # what runs along the edge of a page is no heading
            for line in Page(0, boxes).lines():
                line.size, line.bold = 0.0, False
        page.boxes += boxes
        # What has no width, as the bullets of some fonts, is in no box.
        bullets += [_line(p) for p in container if isinstance(p, LTTextLine)]
    bullets += page.lines()
    layout.attach_bullets(page, [b for b in bullets if _LONE.fullmatch(b.text.strip() or " ")])
    return page


_Table = tuple[Box, tuple[float, float, float, float], list[LTTextLine]]


def _boxes(container: LTLayoutContainer) -> list[Box]:
    """Read the text boxes of a container in order, tables among them."""
    boxes = _text_boxes(container)
    tables, taken = _tables(container, boxes)
    free = [line for box in boxes for line in box if id(line) not in taken]
    if len(free) <= _MAX_ALIGNED:
        tables += _aligned([_line(line) for line in free], free)
    taken = {id(line) for _, _, inside in tables for line in inside}
    boxes = [box for box in boxes if any(id(line) not in taken for line in box)]
    read = {id(box): Box([_line(part) for part in box if id(part) not in taken]) for box in boxes}
    for table, bounds, _ in tables:
        # A box without lines stands for the table, so that it is put in order like the others.
        box = LTTextBoxHorizontal()
        box.set_bbox(bounds)
        boxes.append(box)
        read[id(box)] = table
    if len(boxes) <= _ORDERED:
        assigner = IndexAssigner()
        for group in container.group_textboxes(_BY_COLUMNS, boxes) if boxes else ():
            group.analyze(_BY_COLUMNS)
            assigner.run(group)
        boxes.sort(key=lambda box: box.index)
    return [read[id(box)] for box in boxes]


def _text_boxes(container: LTLayoutContainer) -> list[LTTextBox]:
    """Return the text boxes, lines made whole again that wide spaces between words have cut."""
    boxes = [part for part in container if isinstance(part, LTTextBox)]
    found = lines = [line for box in boxes for line in box]
    for line in lines:
        glyphs.mend(line)
    while len(lines) <= _ORDERED and (pair := layout.torn([line.bbox for line in lines])):
        left, right = (lines[i] for i in pair)
        whole = LTTextLineHorizontal(_FROM_TOP.word_margin)
        for part in [*left, *right]:
            if isinstance(part, LTChar):
                whole.add(part)
        whole.analyze(_FROM_TOP)
        glyphs.mend(whole)
        lines = [whole if line is left else line for line in lines if line is not right]
    if lines is found:
        return boxes
    boxes = list(container.group_textlines(_FROM_TOP, lines))
    for box in boxes:
        box.analyze(_FROM_TOP)
    return boxes


def _tables(container: LTLayoutContainer, boxes: list[LTTextBox]) -> tuple[list[_Table], set[int]]:
    """Return the ruled tables, where they stand, and the lines in them and in other frames."""
    rules = [
        rule
        for part in container
        if isinstance(part, (LTLine, LTRect))
        for rule in layout.edges(*part.bbox, outlined=bool(part.stroke))
    ]
    tables, framed = [], set[int]()
    for grid in layout.grids(rules):
        lines = [line for box in boxes for line in box if grid.holds(*_middle(line))]
        for line in lines:
            _fill(grid, line)
        rows = grid.rows()
        framed |= {id(line) for line in lines if rows is not None}
        if rows:
            box = Box(rows=rows, columns=grid.columns, y0=grid.y1)
            tables.append((box, (grid.x0, grid.y0, grid.x1, grid.y1), lines))
    return tables, framed


def _aligned(lines: list[Line], parts: list[LTTextLine]) -> list[_Table]:
    """Return the same of tables without rules."""
    tables = []
    for rows in layout.aligned(lines):
        inside = [lines[i] for row in rows for cell in row for i in cell]
        box = Box(
            rows=[[" ".join(_words(lines[i].text) for i in cell) for cell in row] for row in rows],
            columns=[min(lines[i].x0 for cell in c for i in cell) for c in zip(*rows, strict=True)],
            y0=max(line.y1 for line in inside),
        )
        bounds = (
            min(line.x0 for line in inside),
            min(line.y0 for line in inside),
            max(line.x1 for line in inside),
            box.y0,
        )
        tables.append((box, bounds, [parts[i] for row in rows for cell in row for i in cell]))
    return tables


def _fill(grid: Grid, line: LTTextLine) -> None:
    """Write a line into its cells: columns that stand close share one line."""
    piece, start, place = "", 0.0, None
    _, y = _middle(line)
    for part in line:
        if isinstance(part, LTChar):
            cell = grid.cell(_middle(part)[0], y)
            if cell != place:
                if place is not None:
                    grid.write(place, start, y, _words(piece))
                piece, start, place = "", part.x0, cell
        piece += part.get_text()
    if place is not None:
        grid.write(place, start, y, _words(piece))


def _middle(part: LTComponent) -> tuple[float, float]:
    return (part.x0 + part.x1) / 2, (part.y0 + part.y1) / 2


def _line(line: LTTextLine) -> Line:
    chars = [part for part in line if isinstance(part, LTChar)]
    middle = sorted(char.size for char in chars)[len(chars) // 2] if chars else 0.0
    bold = sum(bool(_BOLD.search(char.fontname)) for char in chars) * 2 > len(chars)
    x0, y0, x1, y1 = line.bbox
    return Line(line.get_text().rstrip("\n"), x0, y0, x1, y1, round(middle * 2) / 2, bold)


def _shifted(sections: list[Section], sheets: list[_Sheet]) -> list[Section]:
    """Count heights from the lower edge of the page, as lines do."""
    bottoms = {number: sheet.bottom for number, sheet in enumerate(sheets, start=1)}

    def height(section: Section) -> float | None:
        bottom = bottoms.get(section.page)
        return None if section.y is None or bottom is None else section.y - bottom

    return [replace(section, y=height(section)) for section in sections]


# --- from lines to paragraphs ----------------------------------------------------------------


_Join = Callable[[str, str], str]


def _paragraphs(box: Box, page: int, print_: Print, join: _Join, height: float) -> list[_Paragraph]:
    """Make paragraphs, items, headings and footnotes of a box's lines."""
    if box.rows:
        rows, header, sections = box.rows, box.header, box.sections
        return [_Paragraph("table", page, rows=rows, header=header, sections=sections)]
    found: list[_Paragraph] = []
    sections = []
    for line in box.lines:
        bullet = _BULLET.match(line.text)
        if bullet is None and not (found and _UNFINISHED.search(found[-1].text)):
            bullet = _DASH.match(line.text)
        words = _words(line.text[bullet.end() :] if bullet else line.text)
        sections += line.sections
        if not words and not bullet:
            continue
        outstanding, style = print_.outdone_by(line), (line.size, line.bold)
        kind = "item" if bullet else "heading" if outstanding or line.titles else "text"
        opening = _opens_note(line, words, print_, height)
        if kind != "heading" and (opening or (found and found[-1].kind == "note" and not bullet)):
            kind = "note"
        last = found[-1] if found and not bullet and not opening else None
        opens = bool(sections) and not (last and _cut(last.text, words))
        if last and _belongs(last, line, kind, words, opens=opens):
            last.kind = "text" if kind != last.kind == "heading" else last.kind
            last.text = join(last.text, words)
        else:
            found.append(_Paragraph(kind, page, words, style, sections=sections, x0=line.x0))
            found[-1].titles, found[-1].outstanding = line.titles, outstanding
            sections = []
    if sections and found:
        found[-1].sections += sections
    for paragraph in found:
        if paragraph.kind == "heading" and not paragraph.titles and _no_heading(paragraph.text):
            paragraph.kind = "text"
    return found


def _opens_note(line: Line, words: str, print_: Print, height: float) -> bool:
    """Whether a line begins a footnote: small, low on its page, and with a mark."""
    small = 0 < line.size < _SMALLER * print_.size and line.y1 < _LOW * height
    return small and _NOTE.match(words) is not None


def _no_heading(text: str) -> bool:
    return len(text) > _HEADING_CHARS or _NO_HEADING.search(text) is not None


def _belongs(last: _Paragraph, line: Line, kind: str, words: str, *, opens: bool) -> bool:
    """Whether a line is one of a paragraph: by the outline where it tells, else by the print."""
    if line.titles or last.titles:
        return last.titles is line.titles
    return not opens and _goes_on(last, kind, (line.size, line.bold), words)


def _goes_on(last: _Paragraph, kind: str, style: tuple[float, bool], words: str) -> bool:
    """Whether a line continues the paragraph before it in its box."""
    if kind == "heading" == last.kind:
        return style == last.style
    if kind == last.kind or (kind, last.kind) == ("text", "item"):
        return True
    # Bold words that fill a line of a paragraph are no heading.
    return _cut(last.text, words)


def _cut(text: str, words: str) -> bool:
    """Whether a sentence goes on with these words."""
    return words[:1].islower() and _UNFINISHED.search(text) is not None


def _words(raw: str) -> str:
    text = _CID.sub("", raw).translate(_LIGATURES)
    return clean(text) + (hyphens.SOFT if text.rstrip().endswith(hyphens.SOFT) else "")


def _has_letters(text: str) -> bool:
    return any(unicodedata.category(c).startswith("L") for c in text)


def _has_figures(text: str) -> bool:
    """Whether a page has more figures than its number and the date that a scanner stamps on it."""
    return sum(c.isdecimal() for c in text) > _FIGURES


def _legible(paragraphs: list[_Paragraph], numbers: set[int]) -> bool:
    """Whether there is any text, figures alone only on the pages of these numbers."""
    figures = dict.fromkeys(numbers, "")
    for paragraph in paragraphs:
        if _has_letters(paragraph.text) or any(map(any, paragraph.rows)):
            return True
        if paragraph.page in figures:
            figures[paragraph.page] += paragraph.text
    return any(map(_has_figures, figures.values()))


def _across(paragraphs: list[_Paragraph], join: _Join) -> list[_Paragraph]:
    """Join paragraphs that columns or pages cut; they belong to the page where they begin.

    Footnotes and tables may stand between. Footnotes follow the text of their page.
    """
    joined: list[_Paragraph] = []
    last: _Paragraph | None = None
    page, sections = 0, list[Section]()
    for paragraph in paragraphs:
        if paragraph.kind in {"note", "table"}:
            joined.append(paragraph)
            continue
        if last and paragraph.page - page in {0, 1} and _runs_on(last, paragraph, page):
            last.text = join(last.text, paragraph.text)
            sections += paragraph.sections
        else:
            paragraph.sections = sections + paragraph.sections
            sections = []
            joined.append(paragraph)
            last = paragraph
        page = paragraph.page
    return joined


def _runs_on(last: _Paragraph, paragraph: _Paragraph, page: int) -> bool:
    """Whether a paragraph goes on; on one page, labels of drawings may only look so."""
    text = last.kind in {"text", "item"} and paragraph.kind == "text"
    like = paragraph.page > page or (
        last.style == paragraph.style and len(last.text) > _LABEL_CHARS
    )
    return text and like and _cut(last.text, paragraph.text)


def _settled(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Read headings with nothing under them as text: large print on posters, slides and covers."""
    below: _Paragraph | None = None
    for paragraph in reversed(paragraphs):
        if paragraph.kind == "note":
            continue
        if paragraph.kind == "heading" and _alone(paragraph, below):
            paragraph.sections = [s for s in paragraph.sections if s is not paragraph.titles]
            paragraph.kind, paragraph.titles = "text", None
        below = paragraph
    return paragraphs


def _alone(heading: _Paragraph, below: _Paragraph | None) -> bool:
    if below is None or below.kind != "heading":
        return below is None
    if heading.titles and below.titles:
        return below.titles.depth <= heading.titles.depth
    return below.style >= heading.style


def _write(paragraphs: list[_Paragraph], builder: TextBuilder) -> None:
    """Write paragraphs page by page; a section goes on where the page ends."""
    outstanding = [p for p in paragraphs if p.kind == "heading" and p.outstanding]
    styles = sorted({p.style for p in outstanding}, reverse=True)
    # The one heading that is larger than all others is the document's title, and stays.
    entitled = len(styles) > 1 and sum(p.style == styles[0] for p in outstanding) == 1
    top = _LEVELS if entitled else 0
    open_: list[tuple[int, int]] = []  # depth in the outline, level in the document
    page, noted, start, last = 0, False, 0.0, 0.0
    for paragraph in paragraphs:
        if paragraph.page != page or noted or paragraph.kind == "note":
            page, noted = paragraph.page, paragraph.kind == "note"
            builder.place(page=page, same_section=True)
        printed = paragraph.kind == "heading" and paragraph.outstanding
        level = _LEVELS * (styles.index(paragraph.style) + 1) if printed else 0
        for section in paragraph.sections:
            while open_ and open_[-1][0] >= section.depth:
                builder.section(max(open_.pop()[1], top + 1))
            under = (open_[-1][1] if open_ else top) + 1
            if section is paragraph.titles:
                level = level or under
            else:
                builder.section(under, section.title)
            open_.append((section.depth, level if section is paragraph.titles else under))
        if paragraph.kind == "heading":
            builder.heading(level or _LEVELS * (len(styles) + 1), paragraph.text)
        elif paragraph.kind == "table":
            builder.table(paragraph.rows, header=paragraph.header)
        elif paragraph.kind == "item":
            # Items further to the right stand under the last one, those of a new column do not.
            if start == 0.0 or abs(paragraph.x0 - last) > _INDENT:
                start = paragraph.x0
            last = paragraph.x0
            builder.item(paragraph.text, round((paragraph.x0 - start) / _STEP))
        else:
            builder.line(paragraph.text)


# --- what the file says of itself ------------------------------------------------------------


def _information(data: bytes) -> tuple[str, dict[str, str]]:
    """Return the title, if a person gave it, and the properties of the information dictionary."""
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except (PDFPasswordIncorrect, PDFTextExtractionNotAllowed, PDFEncryptionError) as error:
        raise DocumentError(
            "encrypted", "the PDF asks for a password", "Save a copy without a password"
        ) from error
    title, properties = "", dict[str, str]()
    for info in document.info:
        values = {key: resolve1(value) for key, value in info.items()}
        written = {k: decode_text(v) for k, v in values.items() if isinstance(v, bytes)}
        title = title or property_title(written.get("Title", ""))
        properties |= {k.lower(): v for k, v in written.items() if k != "Title"}
    return title, properties


def _title(given: str, lines: list[Line], print_: Print, join: _Join) -> str:
    """Return the title that the file gives itself, if it is printed, else the largest on page 1."""
    written = plain(" ".join(line.text for line in lines))
    words = [word for word in re.findall(r"\w+", plain(given)) if len(word) > 2]
    if words and sum(word in written for word in words) >= _PRINTED * len(words):
        return given
    large = [line for line in lines if line.size > print_.size or line.bold > print_.bold]
    large = [line for line in large if _TITLE.search(line.text)]
    top = max(((line.size, line.bold) for line in large), default=None)
    at = next((n for n, line in enumerate(lines) if (line.size, line.bold) == top), 0)
    found = ""
    for line in lines[at:] if top else ():
        if (line.size, line.bold) != top or len(found) + len(line.text) > _HEADING_CHARS:
            break
        found = join(found, _words(line.text))
    return found or ("" if _FILE.fullmatch(given) else given)
