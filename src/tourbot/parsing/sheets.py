"""XLSX through openpyxl: each sheet is a section, each row an item that carries its headers."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title, property_title
from tourbot.parsing.properties import described, office_properties

# Of what has no words: validation rules, styles, extensions.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
# A sheet of more is a database to query, not a document to quote: it would bury all others.
MAX_CELLS = 200_000
_MAX_SEEN = 3_000_000  # empty cells cost time too, about three seconds a million
_MIDNIGHT = dt.time()
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
# openpyxl tells neither of the two while it reads row by row.
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_NOT_COMPUTED = re.compile(
    rb"<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def parse(data: bytes, name: str) -> Parsed:
    """Read an XLSX file; the title is the document property or the name of the file.

    Formulas count for the values that the spreadsheet program computed last; those that never were
    computed are told. A cell that stands for several rows is read in each. Hidden sheets are left
    out: their author does not show them.

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
        if sheet.sheet_state != "visible":
            continue
        with sheet._get_source() as source:
            xml = source.read()
        if not_computed := len(_NOT_COMPUTED.findall(xml)):
            builder.gap(f"sheet {sheet.title}", _never_computed(not_computed))
        if rows := list(_rows(sheet, _spans(xml), budget)):
            builder.heading(1, sheet.title)
            builder.table(without_empty_columns(rows))
    title = property_title(book.properties.title or "") or name_title(name)
    return builder.build(described(office_properties(data), title))


class Budget:
    """How many cells may still be read, over all sheets."""

    def __init__(self) -> None:
        self._filled, self._seen = MAX_CELLS, _MAX_SEEN

    def spend(self, row: list[str]) -> None:
        """Count a row.

        Raises:
            DocumentError: Too many have been read.
        """
        self._filled -= sum(map(bool, row))
        self._seen -= len(row) + 1
        if self._filled < 0 or self._seen < 0:
            raise DocumentError(
                "too-large",
                f"the workbook has more than {MAX_CELLS:,} cells with content, or is almost empty"
                f" and has more than {_MAX_SEEN:,}",
                "Keep the sheets that members need, as totals rather than records",
            )


def _never_computed(number: int) -> DocumentError:
    return DocumentError(
        "not-computed",
        f"{number} formulas have no value: a program wrote them, and no spreadsheet computed them",
        "Open the file in a spreadsheet program and save it",
    )


def _spans(xml: bytes) -> dict[int, list[tuple[int, int]]]:
    """Return the cells that stand for several rows: first row → column, from 0, and last row."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for found in _MERGED.finditer(xml):
        column, first, _, last = range_boundaries(found[1].decode())
        if last > first:
            spans.setdefault(first, []).append((column - 1, last))
    return spans


def _rows(
    sheet: ReadOnlyWorksheet, spans: dict[int, list[tuple[int, int]]], budget: Budget
) -> Iterator[list[str]]:
    # What a file says of its own size is often wrong, and too much or too little is then read.
    sheet.reset_dimensions()
    above: dict[int, tuple[int, str]] = {}  # column → last row and words of the cell that spans
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_shown(cell) for cell in row]
        budget.spend(cells)
        if not any(cells):
            continue
        for column, (last, words) in above.items():
            if number <= last and column < len(cells):
                cells[column] = cells[column] or words
        for column, last in spans.get(number, ()):
            if column < len(cells):
                above[column] = last, cells[column]
        yield cells


def without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    """Return rows of the same width without the columns in which nothing stands."""
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    kept = [x for x in range(width) if any(row[x] for row in rows)]
    return [[row[x] for x in kept] for row in rows]


def _shown(cell: Cell | ReadOnlyCell | EmptyCell) -> str:
    """Write the value of a cell as its reader sees it."""
    value = cell.value
    if value is None or cell.data_type == "e":  # « #N/A » is no content
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return french_number(value, cell.number_format or "General")
    return clean(_time(value))


def _time(value: object) -> str:
    """Write a date or an hour, and anything else as it is."""
    if isinstance(value, dt.datetime):
        day = value.date().isoformat()
        return day if value.time() == _MIDNIGHT else f"{day} {value:%H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, dt.timedelta):
        return f"{value / dt.timedelta(hours=1):.15g} h".replace(".", ",")
    return str(value)  # of a date, the ISO form


def french_number(value: float, number_format: str) -> str:
    r"""Write a number as the cell shows it in France, as far as its format leaves no doubt.

    Thousands are set apart only where the format says so: 2025 may be a year, 41000 a postcode.

    >>> french_number(0.075, "0.0%"), french_number(60.9, '0.0"\u202fMd€"')
    ('7,5\u202f%', '60,9\u202fMd€')
    >>> french_number(278703, "#,##0"), french_number(2025, "General"), french_number(0.1 + 0.2, "")
    ('278\u202f703', '2025', '0,3')
    """
    positive, _, rest = number_format.partition(";")
    negative = rest.partition(";")[0]
    shape = negative if value < 0 and negative else positive
    digits = _CURRENCY.sub("", _QUOTED.sub("", shape))
    # Powers of ten, fractions and thousands told as units are shown in ways that can mislead.
    if re.search(r"E[+-]|\?/|[0#],+(?![0#,])", digits):
        return _plain(value)
    percent = "%" in digits
    text = _rounded(value * 100 if percent else value, digits)
    return text + ("\u202f%" if percent else _unit(shape))


def _rounded(value: float, digits: str) -> str:
    """Write a number with the decimals, thousands and sign that its format asks for."""
    wanted = re.search(r"[0#][0#,]*(?:\.([0#]+))?", digits)
    if wanted is None:
        return _plain(value)
    decimals = wanted[1] or ""
    whole, _, rest = f"{abs(value):.{len(decimals)}f}".partition(".")
    optional = decimals.count("#")
    while optional and rest.endswith("0"):
        rest, optional = rest[:-1], optional - 1
    if "," in wanted[0]:
        whole = f"{int(whole):,}".replace(",", "\u202f")
    sign = "-" if value < 0 else "+" if "+" in digits and value else ""
    return sign + whole + (f",{rest}" if rest else "")


def _plain(value: float) -> str:
    """Write the 15 digits that a spreadsheet keeps, so that 0.1 + 0.2 is no surprise."""
    text = f"{value:.15g}"
    return text if "e" in text else text.replace(".", ",")


def _unit(shape: str) -> str:
    """Return what a format writes behind a number: « M€ », « € », « km »."""
    shape = _CURRENCY.sub(lambda found: f'"{found[1]}"', shape)
    shape = re.sub(r'(?<!["\\])€(?!")', '"€"', shape)
    unit = clean("".join(quoted or single for quoted, single in _QUOTED.findall(shape)))
    return f"\u202f{unit}" if unit else ""
