"""CSV and TSV through the standard library: each row an item that carries its headers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.tables import Cell
from tourbot.types import Metadata

# As of a workbook: more is a database to query, not a document to quote.
MAX_CELLS = 200_000
_SAMPLE = 100  # lines that tell the delimiter
_DECLARED = re.compile(r"sep=(.)\r?\n")  # the first line of some files, for Excel
_MAX_STRAYS = 100  # each costs the reading of 128 kB
_QUOTES = re.compile(r'^\s*"(.*)"\s*$|^\s*"(.*)', re.DOTALL)
_ONE_COLUMN = "\x1f"


def parse(data: bytes, name: str) -> Parsed:
    """Read a CSV or TSV file; the title is the name of the file.

    Raises:
        DocumentError: It has more than ``MAX_CELLS`` cells that hold something, or a quotation mark
            that nothing closes.
    """
    text = decode(data)
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    builder = TextBuilder()
    builder.table(_rows(text, declared[1] if declared else _delimiter(text, name)))
    return builder.build(Metadata(title=name_title(name)))


def _rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    left = MAX_CELLS
    for row in _records(list(io.StringIO(text, newline="")), delimiter):
        cells = [Cell(clean(cell)) for cell in row]
        left -= len([cell for cell in cells if cell.text])
        if left < 0:
            raise DocumentError(
                "too-large",
                f"the table has more than {MAX_CELLS:,} cells with content",
                "Keep the rows that members need, as totals rather than records",
            )
        yield cells


def _records(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Split lines into cells; one whose quotation mark swallows rows is taken as it stands."""
    widths = [line.count(delimiter) for line in lines]
    width = next((width for width, _ in Counter(filter(None, widths)).most_common(1)), 0)
    at = strays = 0
    while at < len(lines):
        start = at
        whole = width and widths[start] == width and strays < _MAX_STRAYS
        try:
            reader = csv.reader((lines[n] for n in range(start, len(lines))), delimiter=delimiter)
            row = next(reader)
            at += reader.line_num
            stray = whole and at - start > 1 and widths[at - 1] == width
        except csv.Error as error:
            stray = whole
            if not stray:
                raise DocumentError(
                    "broken",
                    f"the table cannot be read ({error}; a quotation mark that nothing closes?)",
                    "Open it in a spreadsheet program and save it again as CSV",
                ) from error
        if stray:
            strays += 1
            at = start + 1
            cells = lines[start].split(delimiter)
            row = [_QUOTES.sub(r"\1\2", cell).replace('""', '"') for cell in cells]
        yield row


def _delimiter(text: str, name: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of cells, and most."""
    if name.lower().endswith(".tsv"):
        return "\t"
    sample = "".join(islice(io.StringIO(text, newline=""), _SAMPLE))

    def regularity(delimiter: str) -> tuple[float, int]:
        try:
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = Counter(len(row) for row in rows if any(row))
        except csv.Error:
            return 0.0, 0
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        return (times / widths.total() if width > 1 else 0.0), width

    best = max(";\t,|", key=regularity)
    return best if regularity(best)[0] else _ONE_COLUMN
