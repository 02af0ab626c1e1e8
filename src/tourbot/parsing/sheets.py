"""XLSX through openpyxl: each sheet is a section, each row an item that carries its headers."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from itertools import islice

import openpyxl
from openpyxl.cell.cell import Cell as Cell_
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from tourbot.errors import DocumentError
from tourbot.parsing.agenda import MONTHS
from tourbot.parsing.builder import (
    Parsed,
    TextBuilder,
    clean,
    name_title,
    not_read,
    property_title,
)
from tourbot.parsing.properties import described, office_properties
from tourbot.parsing.tables import Cell

# Of what has no words: validation rules, styles, extensions.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
# A sheet of more is a database to query, not a document to quote: it would bury all others.
MAX_CELLS = 200_000
_MAX_SEEN = 3_000_000  # empty cells cost time too, about three seconds a million
_LAST_COLUMN = 16_384
_MAX_MERGED, _WIDEST = 50_000, 200  # merged cells that are read, and their columns
_EMPTY = Cell("")
_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_MIDNIGHT = dt.time()
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
# Places of digits with words between them: « 0#" "##" "##" "##" "## ».
_APART = re.compile(r'[0#]+(?:(?:"[^"\w]*"|\\\W)[0#]+)+')
_BEHIND = re.compile(r"[€£]|[A-Z]{0,3}\$|[A-Z]{3}")  # as the French write a currency
# openpyxl tells none of these while it reads row by row.
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(row|col)\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_RANGE = {b"row": (b"r", b"r"), b"col": (b"min", b"max")}
_NOT_COMPUTED = re.compile(
    rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def parse(data: bytes, name: str) -> Parsed:
    """Read an XLSX file; the title is the document property or the name of the file.

    Formulas count for the values that the spreadsheet program computed last; those that never were
    computed are told. Hidden sheets, rows and columns are left out: their author does not show
    them. Rows and columns are told.

    Raises:
        DocumentError: The workbook has more than ``MAX_CELLS`` cells that hold something.
    """
    # Charts, images and broken references outside the cells do not matter here.
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    builder = TextBuilder()
    budget = Budget()
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            _write(sheet, builder, budget)
    title = property_title(book.properties.title or "") or name_title(name)
    return builder.build(described(office_properties(data), title))


class Budget:
    """How many cells may still be read, over all sheets."""

    def __init__(self) -> None:
        self._filled, self._seen = MAX_CELLS, _MAX_SEEN

    def spend(self, filled: int, seen: int) -> None:
        """Count the cells of a row, those with content among them.

        Raises:
            DocumentError: Too many have been read.
        """
        self._filled -= filled
        self._seen -= seen + 1
        if self._filled < 0 or self._seen < 0:
            raise DocumentError(
                "too-large",
                f"the workbook has more than {MAX_CELLS:,} cells with content, or is almost empty"
                f" and has more than {_MAX_SEEN:,}",
                "Keep the sheets that members need, as totals rather than records",
            )


def _write(sheet: ReadOnlyWorksheet, builder: TextBuilder, budget: Budget) -> None:
    with sheet._get_source() as source:
        xml = source.read()
    where = f"sheet {sheet.title}"
    if never := len(_NOT_COMPUTED.findall(xml)):
        reason = "a program wrote them, and no spreadsheet computed them"
        hint = "Open the file in a spreadsheet program and save it"
        error = DocumentError("not-computed", f"{never} formulas have no value: {reason}", hint)
        builder.gap(where, error)
    rows = _Rows(xml)
    shown = list(rows.read(sheet, budget))
    if rows.left_out:
        builder.gap(where, not_read(f"hidden rows or columns ({rows.left_out} cells)"))
    if any(shown):
        builder.heading(1, sheet.title)
        builder.table(shown)


class _Rows:
    """Reads the rows of a sheet that are shown.

    Attributes:
        left_out: How many cells with content stand in hidden rows and columns.
    """

    def __init__(self, xml: bytes) -> None:
        self.left_out = 0
        self._hidden: dict[bytes, set[int]] = {b"row": set(), b"col": set()}  # from 1
        for found in _HIDDEN.finditer(xml):
            ends = [re.search(rb'\b%s="(\d+)"' % name, found[0]) for name in _RANGE[found[1]]]
            first, last = (int(end[1]) if end else 0 for end in ends)
            self._hidden[found[1]] |= set(range(first, min(last, first + _LAST_COLUMN) + 1))
        self._spans: dict[int, list[tuple[int, int, int]]] = {}  # by first row
        for found in islice(_MERGED.finditer(xml), _MAX_MERGED):
            left, top, right, bottom = range_boundaries(found[1].decode())
            self._spans.setdefault(top, []).append((left - 1, min(right, left + _WIDEST), bottom))
        self._styles: dict[int, tuple[str, bool]] = {}  # number format, and whether it is bold

    def read(self, sheet: ReadOnlyWorksheet, budget: Budget) -> Iterator[list[Cell]]:
        """Return cells row by row, a merged one in each of its places; blank rows are empty."""
        # What a file says of its own size is often wrong, and too much or too little is then read.
        sheet.reset_dimensions()
        above: dict[int, tuple[int, Cell]] = {}  # column → last row, and the cell that covers it
        blank = False
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [self._cell(cell) for cell in row]
            filled = len([cell for cell in cells if cell.text])
            budget.spend(filled, len(cells))
            for left, right, bottom in self._spans.get(number, ()):
                if left < len(cells):
                    above |= dict.fromkeys(range(left, right), (bottom, cells[left]))
            if not filled:
                if not blank:
                    yield []
                blank = True
                continue
            blank = False
            above = {x: covered for x, covered in above.items() if covered[0] >= number}
            cells += [_EMPTY] * (max(above, default=-1) + 1 - len(cells))
            hidden = number in self._hidden[b"row"]
            shown = [
                above[x][1] if x in above else cell
                for x, cell in enumerate(cells)
                if not hidden and x + 1 not in self._hidden[b"col"]
            ]
            self.left_out += filled - min(filled, sum(bool(cell.text) for cell in shown))
            if shown:
                yield shown

    def _cell(self, cell: Cell_ | ReadOnlyCell | EmptyCell) -> Cell:
        """Write the value of a cell as its reader sees it."""
        value = cell.value
        if value is None or cell.data_type == "e":  # « #N/A » is no content
            return _EMPTY
        style = self._styles.get(cell._style_id)
        if style is None:
            style = cell.number_format or "General", bool(cell.font and cell.font.b)
            self._styles[cell._style_id] = style
        if isinstance(value, bool):
            text = "oui" if value else "non"
        elif isinstance(value, (int, float)):
            text = french_number(value, style[0])
        else:
            text = clean(french_time(value, style[0]))
        return Cell(text, heads=style[1])


def french_time(value: object, number_format: str) -> str:
    """Write a day or an hour as far as its format shows it, and anything else as it is.

    >>> french_time(dt.datetime(2027, 3, 1), "mmmm yyyy"), french_time(dt.time(9), "h:mm")
    ('mars 2027', '09:00')
    >>> french_time(dt.datetime(2027, 3, 1), "dd/mm/yyyy"), french_time("Blois", "General")
    ('2027-03-01', 'Blois')
    """
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, dt.timedelta):
        return f"{value / dt.timedelta(hours=1):.15g} h".replace(".", ",")
    if not isinstance(value, dt.datetime):
        return str(value)
    shape = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", number_format.lower().partition(";")[0])
    hour = f"{value:%H:%M}" if value.time() != _MIDNIGHT and ("h" in shape) else ""
    day = re.search(r"(?<!d)d{1,2}(?!d)", shape)
    month, year = "m" in re.sub(r"h+\W*m+|m+\W*s+", "", shape), "y" in shape
    if (day and month and year) or not (day or month or year or "ddd" in shape or "h" in shape):
        return f"{value:%Y-%m-%d} {hour}".strip()
    shown = (
        _DAYS[value.weekday()] if "ddd" in shape else "",
        str(value.day) if day else "",
        MONTHS[value.month - 1] if month else "",
        str(value.year) if year else "",
        hour or ("00:00" if "h" in shape else ""),
    )
    return " ".join(filter(None, shown))


def french_number(value: float, number_format: str) -> str:
    r"""Write a number as the cell shows it in France, as far as its format leaves no doubt.

    Thousands are set apart only where the format says so: 2025 may be a year, 41000 a postcode.

    >>> french_number(0.075, "0.0%"), french_number(60.9, '0.0"\u202fMd€"')
    ('7,5\u202f%', '60,9\u202fMd€')
    >>> french_number(278703, "#,##0"), french_number(2025, "General"), french_number(0.1 + 0.2, "")
    ('278\u202f703', '2025', '0,3')
    >>> french_number(1000, "00000"), french_number(612345678, '0#" "##" "##" "##" "##')
    ('01000', '06 12 34 56 78')
    """
    positive, _, rest = number_format.partition(";")
    negative = rest.partition(";")[0]
    shape = negative if value < 0 and negative else positive
    apart = _APART.search(shape)
    if apart:
        return _placed(f"{abs(value):.0f}", _QUOTED.sub(r"\1\2", apart[0]))
    shape = re.sub(r'(?<!["\\])€(?!")', '"€"', _CURRENCY.sub(r'"\1"', shape))
    digits = _QUOTED.sub("", shape)
    # Powers of ten, fractions and thousands told as units are shown in ways that can mislead.
    if re.search(r"E[+-]|\?/|[0#],+(?![0#,])", digits):
        return _plain(value)
    percent = "%" in digits
    text = _rounded(value * 100 if percent else value, digits)
    before, behind = (_literal(part) for part in _around(shape))
    if _BEHIND.fullmatch(before):
        before, behind = "", before
    unit = "%" if percent else behind
    return f"{before} {text}".strip() + (f"\u202f{unit}" if unit else "")


def _placed(digits: str, places: str) -> str:
    """Put digits into their places, from the right."""
    left, written = list(digits), list[str]()
    for place in reversed(places):
        missing = "0" if place == "0" else ""
        written.append(place if place not in "0#" else left.pop() if left else missing)
    return "".join([*left, *reversed(written)])


def _rounded(value: float, digits: str) -> str:
    """Write a number with the decimals, thousands and sign that its format asks for."""
    wanted = re.search(r"([0#][0#,]*)(?:\.([0#]+))?", digits)
    if wanted is None:
        return _plain(value)
    decimals = wanted[2] or ""
    whole, _, rest = f"{abs(value):.{len(decimals)}f}".partition(".")
    optional = decimals.count("#")
    while optional and rest.endswith("0"):
        rest, optional = rest[:-1], optional - 1
    if "," in wanted[1]:
        whole = f"{int(whole):,}".replace(",", "\u202f")
    whole = whole.zfill(wanted[1].count("0"))
    sign = "-" if value < 0 else "+" if "+" in digits and value else ""
    return sign + whole + (f",{rest}" if rest else "")


def _plain(value: float) -> str:
    """Write the 15 digits that a spreadsheet keeps, so that 0.1 + 0.2 is no surprise."""
    text = f"{value:.15g}"
    return text if "e" in text else text.replace(".", ",")


def _around(shape: str) -> tuple[str, str]:
    """Return what a format holds before and behind the place of its first digit."""
    bare = _QUOTED.sub(lambda found: " " * len(found[0]), shape)
    first = re.search(r"[0#]|$", bare)
    at = first.start() if first else 0
    return shape[:at], shape[at:]


def _literal(shape: str) -> str:
    """Return the words in a format: « M€ », « km », « N° »."""
    return clean("".join(quoted or single for quoted, single in _QUOTED.findall(shape)))
