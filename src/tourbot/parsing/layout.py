"""What stands where on printed pages: tables, running headers and footers, contents lists, bullets.

Lengths are in points from the lower left corner, as in PDF.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tourbot.parsing.tables import Cell, Row, header_rows

if TYPE_CHECKING:
    from tourbot.parsing.outline import Section

# A drawing of more lines is a plan or a chart, and comparing each with each would take long.
_MAX_RULES = 600
_TOUCH = 3.0  # lines that meet on paper miss each other by their own width
_LONGEST_CELL = 1000  # longer texts stand in boxes side by side, not in a table
_MARGIN = 0.13  # share of the page, at its top and bottom, in which headers and footers stand
_SAME_HEIGHT = 3.0
_LARGER = 1.12  # of the size of most text
_MOST_HEADINGS = 0.3  # of the characters
_LEADER = re.compile(r"(?:(?:\s*[.·_]){4,}|\s*…{2,})\s*(\d{1,4})?\s*$")
PAGE_NUMBER = re.compile(r"(?:page|p\.)?\W*\d+(?:\s*(?:/|sur|of|de)\s*\d+)?\W*", re.IGNORECASE)
_CONTENTS = re.compile(r"sommaire|table des matières|(?:table of )?contents", re.IGNORECASE)
_CONTENTS_ENTRIES = 3
_NEAR_BULLET = 60.0
BULLET = "•"
# A space so wide, in heights of its line, may still be one between words of a justified line.
_WIDE_SPACE = 1.5
_LINES_AROUND = 3.2  # heights of the line, above and below
_COLUMN = 100.0
_CROSSING = 2
_ROWS_APART = 3.5  # heights of their lines, rows of a table without rules at most
_CELL = 45  # characters of a cell on average, at most
_LISTED = re.compile(r"\W*|\d{1,2}[.)]|[a-z]\)")


@dataclass
class Line:
    """A line of text as it is printed.

    Attributes:
        sections: Of the outline, those that begin with it.
        titles: The one whose title it is, or a part of it.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float = 0.0
    bold: bool = False
    sections: list[Section] = field(default_factory=list)
    titles: Section | None = None

    def beside(self, other: Line) -> bool:
        """Whether two lines stand at one height."""
        shared = min(self.y1, other.y1) - max(self.y0, other.y0)
        return shared > 0.5 * min(self.y1 - self.y0, other.y1 - other.y0)


@dataclass
class Box:
    """Lines that belong together, or a table.

    Attributes:
        rows: Of a table.
        columns: Where the columns of a table begin and end.
        header: Whether the first row of a table may be its header.
        y0: Top of a table.
        sections: Of the outline, those that begin with a table.
    """

    lines: list[Line] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    columns: list[float] = field(default_factory=list)
    header: bool = True
    y0: float = 0.0
    sections: list[Section] = field(default_factory=list)


@dataclass
class Page:
    """The boxes of a page in reading order."""

    height: float
    boxes: list[Box]

    def lines(self) -> list[Line]:
        """All lines outside tables."""
        return [line for box in self.boxes for line in box.lines]

    def drop(self, dropped: Iterable[Line]) -> None:
        """Take lines out, and boxes that are then empty."""
        gone = {id(line) for line in dropped}
        for box in self.boxes:
            box.lines = [line for line in box.lines if id(line) not in gone]
        self.boxes = [box for box in self.boxes if box.lines or box.rows]


# --- lines -----------------------------------------------------------------------------------

Bounds = tuple[float, float, float, float]


def torn(lines: Sequence[Bounds]) -> tuple[int, int] | None:
    """Return the left and right half of a line that a wide space has cut, if there is one.

    Between columns there is a gap in the lines above and below as well; most of those around a
    wide space run across it.
    """
    order = sorted(range(len(lines)), key=lambda i: _middle(lines[i]))
    middles = [_middle(lines[i]) for i in order]
    for i in order:
        _, y0, x1, y1 = line = lines[i]
        reach = _LINES_AROUND * (y1 - y0)
        near = order[
            bisect_left(middles, _middle(line) - reach) : bisect_right(
                middles, _middle(line) + reach
            )
        ]
        space = _WIDE_SPACE * (y1 - y0)
        beside = [
            (lines[j][0], j)
            for j in near
            if 0 < lines[j][0] - x1 < space and _level(line, lines[j]) > 0.7
        ]
        if not beside:
            continue
        end, other = min(beside)
        around = [
            lines[j]
            for j in near
            if lines[j][2] > x1 - _COLUMN
            and lines[j][0] < end + _COLUMN
            and _level(line, lines[j]) <= 0.5
        ]
        crossing = sum(a < x1 and b > end for a, _, b, _ in around)
        if crossing >= _CROSSING and 2 * crossing >= len(around):
            return i, other
    return None


def _middle(line: Bounds) -> float:
    return (line[1] + line[3]) / 2


def _level(one: Bounds, other: Bounds) -> float:
    """Return the share of the taller line's height that both have in common."""
    return (min(one[3], other[3]) - max(one[1], other[1])) / max(
        one[3] - one[1], other[3] - other[1], 1e-6
    )


# --- tables ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, horizontal or vertical."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def across(self) -> bool:
        """Whether it is horizontal."""
        return self.x1 - self.x0 > self.y1 - self.y0

    def touches(self, other: Rule) -> bool:
        """Whether two lines meet."""
        return (
            self.x0 - _TOUCH <= other.x1
            and other.x0 - _TOUCH <= self.x1
            and self.y0 - _TOUCH <= other.y1
            and other.y0 - _TOUCH <= self.y1
        )


def edges(x0: float, y0: float, x1: float, y1: float, *, outlined: bool) -> list[Rule]:
    """Return the lines that a drawn rectangle shows: itself if it is thin, else its outline."""
    if min(x1 - x0, y1 - y0) < _TOUCH:
        return [Rule(x0, y0, x1, y1)]
    sides = ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
    return [Rule(*side) for side in sides] if outlined else []


class Grid:
    """The cells between ruled lines.

    Attributes:
        x0, y0, x1, y1: Where it stands.
        columns: Where its columns begin and end.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._across = [rule for rule in rules if rule.across]
        self._down = [rule for rule in rules if not rule.across]
        self._ys = _distinct(rule.y0 for rule in self._across)
        self.columns = _distinct(rule.x0 for rule in self._down)
        self.x0, self.x1 = min(r.x0 for r in rules), max(r.x1 for r in rules)
        self.y0, self.y1 = min(r.y0 for r in rules), max(r.y1 for r in rules)
        self._cells: dict[tuple[int, int], list[tuple[float, float, str]]] = defaultdict(list)

    @property
    def tabular(self) -> bool:
        """Whether there are two rows and two columns at least."""
        return len(self.columns) > 2 and len(self._ys) > 2

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is within."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Return row and column of a point, from the top left; of a merged cell, its first."""
        left = [r.x0 for r in self._down if r.y0 - _TOUCH <= y <= r.y1 + _TOUCH and r.x0 <= x]
        above = [r.y0 for r in self._across if r.x0 - _TOUCH <= x <= r.x1 + _TOUCH and r.y0 >= y]
        column = bisect_right(self.columns, max(left, default=self.x0) + _TOUCH) - 1
        top = bisect_left(self._ys, min(above, default=self.y1) - _TOUCH)
        return len(self._ys) - 1 - top, max(column, 0)

    def write(self, cell: tuple[int, int], x: float, y: float, text: str) -> None:
        """Put a piece of a line into a cell."""
        self._cells[cell].append((-y, x, text))

    def rows(self) -> list[list[str]] | None:
        """Return the table, no rows of texts in frames, or None if there is but a frame."""
        table = [
            [self._text(row, column) for column in range(len(self.columns) - 1)]
            for row in range(len(self._ys) - 1)
        ]
        full = [row for row in table if sum(map(bool, row)) > 1]
        longest = max((len(cell) for row in table for cell in row), default=0)
        return None if len(full) < 2 else table if longest <= _LONGEST_CELL else []

    def _text(self, row: int, column: int) -> str:
        return " ".join(text.strip() for _, _, text in sorted(self._cells[row, column]))


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """Find the ruled tables of a page: lines that meet, in two directions."""
    if len(rules) > _MAX_RULES:
        return []
    groups: list[list[Rule]] = []
    for rule in rules:
        met = [group for group in groups if any(rule.touches(other) for other in group)]
        groups = [group for group in groups if group not in met]
        groups.append([rule, *(other for group in met for other in group)])
    return [grid for group in groups if len(group) > 3 and (grid := Grid(group)).tabular]


def aligned(lines: Sequence[Line]) -> list[list[list[list[int]]]]:
    """Find tables without rules: rows of pieces that stand in the same columns.

    Returns:
        Of each table its rows, of each row its cells, of each cell the positions of its lines.
    """
    rows: list[list[int]] = []
    for i in sorted(range(len(lines)), key=lambda i: (-lines[i].y1, lines[i].x0)):
        if rows and lines[i].beside(lines[rows[-1][0]]):
            rows[-1].append(i)
        elif lines[i].text.strip():
            rows.append([i])
    found, run = list[list[list[list[int]]]](), list[list[int]]()
    for row in [*rows, []]:
        row.sort(key=lambda i: lines[i].x0)
        after = bool(run and row)
        wrapped = after and len(row) < len(run[0]) and lines[row[0]].text[:1].islower()
        apart = lines[run[-1][0]].y0 - lines[row[0]].y0 if after else 0.0
        near = bool(row) and apart < _ROWS_APART * max(lines[i].y1 - lines[i].y0 for i in row)
        if near and (len(row) > 1 or wrapped) and _columns([*run, row], lines):
            run.append(row)
            continue
        if table := _table(run, lines):
            found.append(table)
        run = [row] if len(row) > 1 else []
    return found


def _columns(rows: Sequence[Sequence[int]], lines: Sequence[Line]) -> list[list[float]] | None:
    """Return where columns begin and end; none where a piece stands in two."""
    columns: list[list[float]] = []
    for row in rows:
        for i in row:
            met = [c for c in columns if lines[i].x0 < c[1] and c[0] < lines[i].x1]
            if len(met) > 1:
                return None
            if met:
                met[0][:] = min(met[0][0], lines[i].x0), max(met[0][1], lines[i].x1)
            else:
                columns.append([lines[i].x0, lines[i].x1])
    return sorted(columns)


def _table(rows: Sequence[Sequence[int]], lines: Sequence[Line]) -> list[list[list[int]]] | None:
    """Put the pieces of rows into cells, unless they are prose in columns, or a list."""
    columns = _columns(rows, lines) or []
    table: list[list[list[int]]] = []
    for row in rows:
        cells: list[list[int]] = [[] for _ in columns]
        for i in row:
            cells[next(n for n, c in enumerate(columns) if c[0] <= lines[i].x0 < c[1])].append(i)
        if table and lines[row[0]].text[:1].islower() and len(row) < len(columns):
            table[-1] = [cell + more for cell, more in zip(table[-1], cells, strict=True)]
        else:
            table.append(cells)
    texts = [[lines[c[0]].text.strip() for c in column if c] for column in zip(*table, strict=True)]
    if len(columns) < 2 or len(table) < 3 or min(map(len, texts)) * 2 < len(table):
        return None
    prose = sum(sum(t[:1].islower() for t in column) > 0.3 * len(column) for column in texts)
    long = sum(len(text) for column in texts for text in column) > _CELL * sum(map(len, texts))
    listed = all(_LISTED.fullmatch(text) for text in texts[0])
    leaders = any(_LEADER.search(text) for column in texts for text in column)
    figures = sum(any(map(str.isdigit, text)) for text in texts[-1]) * 2 >= len(texts[-1])
    if prose or long or listed or leaders or not _edged(table, lines):
        return None
    return table if len(columns) > 2 or len(table) > 3 or figures else None


def _edged(table: list[list[list[int]]], lines: Sequence[Line]) -> bool:
    """Whether the cells of each column begin, end or have their middles at one place."""
    for column in zip(*table, strict=True):
        cells = [lines[cell[0]] for cell in column if cell]
        edges = ([c.x0 for c in cells], [c.x1 for c in cells], [(c.x0 + c.x1) / 2 for c in cells])
        if not any(
            sum(abs(place - sorted(places)[len(places) // 2]) <= _TOUCH for place in places)
            >= 0.7 * len(places)
            for places in edges
        ):
            return False
    return True


def carry_headers(pages: Sequence[Page]) -> None:
    """Give the header of a table to what stands of it on the next page."""
    last: Box | None = None
    for page in pages:
        first = page.boxes[0] if page.boxes else None
        if last and last.rows and first and first.rows and _aligned(last.columns, first.columns):
            header = last.rows[0]
            rows = [Row(map(Cell, row)) for row in (*last.rows, *first.rows)]
            first.header = last.header and header_rows(rows)[0] > 0
            if first.header and header != first.rows[0]:
                first.rows = [header, *first.rows]
        last = page.boxes[-1] if page.boxes else None


def _aligned(first: Sequence[float], second: Sequence[float]) -> bool:
    return len(first) == len(second) and all(
        abs(x - y) <= _TOUCH for x, y in zip(first, second, strict=True)
    )


def _distinct(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return found


# --- what is no text of the document ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Print:
    """How most of the text is printed.

    Attributes:
        size: In points.
        bold: Whether it is bold.
        headings: Whether larger or bolder lines are few, so that they can be headings. On posters
            and in scans with a text layer, sizes mean nothing.
    """

    size: float
    bold: bool
    headings: bool

    @classmethod
    def of(cls, pages: Sequence[Page]) -> Print:
        """Measure a document."""
        sizes: Counter[float] = Counter()
        bold: Counter[bool] = Counter()
        lines = [line for page in pages for line in page.lines()]
        for line in lines:
            sizes[line.size] += len(line.text)
            bold[line.bold] += len(line.text)
        most = max(sizes, key=lambda size: (sizes[size], -size), default=0.0)
        found = cls(most, bold[True] > bold[False], headings=True)
        outstanding = sum(len(line.text) for line in lines if found.outdone_by(line))
        return cls(most, found.bold, outstanding <= _MOST_HEADINGS * sizes.total())

    def outdone_by(self, line: Line) -> bool:
        """Whether a line is printed larger or bolder, as headings are."""
        if not self.headings:
            return False
        bolder = line.bold > self.bold and line.size >= self.size
        return bolder or line.size > self.size * _LARGER


def drop_furniture(pages: Sequence[Page]) -> None:
    """Take out running headers, footers and page numbers.

    They stand at the edge of the page, in no larger print than the text, and another page nearby
    has the same words at the same height; of its figures, the page's number may differ. Words that
    stand nowhere else are kept on the first page that has them.
    """
    larger = Print.of(pages).size * _LARGER
    seen: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for line in page.lines():
            middle = (line.y0 + line.y1) / 2 / page.height if page.height else 0.5
            if not _MARGIN < middle < 1 - _MARGIN and line.size <= larger:
                seen[re.sub(r"\d+", "0", _folded(line.text))].append((number, line))
    running = {words: _running(places) for words, places in seen.items()}
    for places in running.values():
        for number, line in places:
            pages[number].drop([line])
    rest = _folded(" ".join(line.text for page in pages for line in page.lines()))
    for places in running.values():
        if places and not PAGE_NUMBER.fullmatch(places[0][1].text.strip()):
            number, line = places[0]
            if _folded(line.text) not in rest:
                pages[number].boxes.insert(0, Box([line]))


def _running(places: list[tuple[int, Line]]) -> list[tuple[int, Line]]:
    """Return the lines, of those with the same words, that another page has at their height.

    Facing pages can have headers of their own: the next page but one counts too.
    """
    return [
        (number, line)
        for at, (number, line) in enumerate(places)
        if any(
            0 < abs(number - other) <= 2
            and abs(line.y0 - twin.y0) <= _SAME_HEIGHT
            and _numbers_agree(line.text, twin.text, other - number)
            for other, twin in places[max(at - 8, 0) : at + 9]
        )
    ]


def _numbers_agree(text: str, twin: str, distance: int) -> bool:
    """Tell whether the figures of two lines are the same, or differ as the numbers of their pages.

    >>> _numbers_agree("Bilan, page 3 sur 9", "Bilan, page 4 sur 9", 1)
    True
    >>> _numbers_agree("Aide : 12 000 euros", "Aide : 15 000 euros", 1)
    False
    """
    figures = zip(re.findall(r"\d+", text), re.findall(r"\d+", twin), strict=True)
    return all(a == b or int(b) - int(a) == distance for a, b in figures)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def drop_contents(page: Page) -> None:
    """Take out a table of contents: entries with dots that lead to a page number."""
    lines = page.lines()
    entries = []
    for line in lines:
        if leader := _LEADER.search(line.text):
            row = [other for other in lines if other is not line and other.beside(line)]
            if leader[1] or any(other.text.strip().isdigit() for other in row):
                entries.append([line, *row])
    if len(entries) >= _CONTENTS_ENTRIES:
        names = [line for line in lines if _CONTENTS.fullmatch(line.text.strip())]
        page.drop([*names, *(line for entry in entries for line in entry)])


def attach_bullets(page: Page, bullets: Sequence[Line]) -> None:
    """Write each bullet that was printed on its own before the line at its right."""
    page.drop(bullets)
    lines = page.lines()
    for bullet in bullets:
        right = [
            line
            for line in lines
            if 0 <= line.x0 - bullet.x0 < _NEAR_BULLET
            and bullet.y0 - 1 <= (line.y0 + line.y1) / 2 <= bullet.y1 + 1
        ]
        if right:
            nearest = min(right, key=lambda line: line.x0)
            if not nearest.text.startswith(BULLET):
                nearest.text = f"{BULLET} {nearest.text}"
                nearest.x0 = bullet.x0
