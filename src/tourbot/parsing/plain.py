"""Plain text: paragraphs, list items, and lines that stand alone like headings."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.types import Metadata

_BULLET = re.compile(r"\s*(?:[•‣▪◦·●*–—-]|\d{1,2}[.)])\s+")
_MONTHS = (
    "janv févr mars avr mai juin juil août sept oct nov déc".split(),
    "jan feb mar apr may jun jul aug sep oct nov dec".split(),
)
_ISO = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ].*)?")
_FIGURES = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")  # day first, as in French
_DATE = re.compile(r"^(\d{1,2})(?:er)?\s+([^\W\d]+)\.?\s+((?:19|20)\d\d)$")
# Shorter lines were broken on purpose; longer ones by a mail program or an editor.
_WRAPPED = 60
_HEADING_CHARS = 200
_GAP = re.compile(r"\S(?: {2}|\t|\|)|\|")
_WIDEST = 400  # characters, of a line of a table
_RULE = re.compile(r"[-=+|_ ]{3,}")  # a line drawn in a table
_TITLES = 3  # lines above a table, with those of its title
_HEADER_LINES = 12


def decode(data: bytes) -> str:
    """Decode text: a byte-order mark, else UTF-8, else Windows-1252, which French files use."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentError(
        "encoding", "its text is neither UTF-8 nor Windows-1252", "Save it as UTF-8"
    )


def parse(data: bytes, name: str) -> Parsed:
    """Read a .txt file; the title is the first line that stands alone and has five words."""
    builder = TextBuilder()
    title = date = ""
    seen = 0
    for lines in paragraphs(decode(data)):
        if seen < _HEADER_LINES and not date:
            date = next((d for d in map(_written_date, lines) if d), "")
        seen += len(lines)
        if len(lines) == 1 and _is_heading(lines[0]):
            if not title and len(lines[0].split()) >= 5:
                title = clean(lines[0])
            builder.heading(2, lines[0])
        else:
            write_lines(lines, builder)
    return builder.build(Metadata(title=title or name_title(name), date=date))


def paragraphs(text: str) -> Iterator[list[str]]:
    """Return the lines of each paragraph, those joined again that a program broke."""
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        yield _unwrap([line for line in paragraph.splitlines() if line.strip()])


def write_lines(lines: Iterable[str], builder: TextBuilder) -> None:
    """Write the lines of a paragraph, list items as such, and the table that ends it."""
    lines = list(lines)
    start, rows = _table(lines)
    for line in lines[:start]:
        bullet = _BULLET.match(line)
        if bullet:
            builder.item(line[bullet.end() :])
        else:
            builder.line(line)
    builder.table(rows)


def _table(lines: Sequence[str]) -> tuple[int, list[list[str]]]:
    """Find lines whose columns are set by tabs, spaces or « | »; they may stand below a title.

    Returns:
        How many lines stand above, and the cells of the others.
    """
    if not 2 * sum(map(bool, map(_GAP.search, lines))) >= len(lines) > 1:
        return len(lines), []
    kept = [line.expandtabs(1) if line[:1].isspace() else line.rstrip() for line in lines]
    for start in range(min(_TITLES, len(kept) - 1)):
        table = [line for line in kept[start:] if not _RULE.fullmatch(line)]
        if len(table) < 2 or any(map(_BULLET.match, table)):
            continue
        if len({line.count("\t") for line in table} - {0}) == 1 and all("\t" in t for t in table):
            return start, [line.split("\t") for line in table]
        if all(line.count("|") > 1 for line in table):
            return start, [line.strip().strip("|").split("|") for line in table]
        width = min(max(map(len, table)), _WIDEST)
        blank = "".join(
            " " if all(t[x : x + 1] in {"", " "} for t in table) else "x" for x in range(width)
        )
        cuts = [0, *(gap.end() for gap in re.finditer(r"(?<=x) {2,}(?=x)", blank)), None]
        rows = [[line[a:b].strip() for a, b in pairwise(cuts)] for line in table]
        if len(cuts) > 2 and 2 * sum(bool(row[0] and any(row[1:])) for row in rows) > len(rows):
            return start, rows
    return len(lines), []


def _unwrap(lines: list[str]) -> list[str]:
    joined: list[str] = []
    if _table(lines)[1]:
        return lines
    for line in lines:
        previous = joined[-1] if joined else ""
        wrapped = len(previous.split("\n")[-1]) >= _WRAPPED and not _BULLET.match(line)
        if wrapped and not previous.rstrip().endswith((".", "!", "?", ":", ";")):
            joined[-1] = f"{previous.rstrip()} {line.strip()}"
        else:
            joined.append(line)
    return joined


def _is_heading(line: str) -> bool:
    line = line.strip()
    alone = len(line) <= _HEADING_CHARS and not line.endswith((".", "!", "…", ":", ";", ",", "»"))
    return alone and line[:1].isupper() and not _BULLET.match(line) and not _written_date(line)


def read_date(text: str) -> str:
    """Read words that are a date and nothing else; what is no day of the calendar is no date.

    >>> read_date("18 Déc 2025"), read_date("18/12/2025"), read_date("2025-13")
    ('2025-12-18', '2025-12-18', '')
    """
    iso = _ISO.fullmatch(text.strip())
    figures = _FIGURES.fullmatch(text.strip())
    if iso:
        return _real(iso[1])
    if figures:
        return _real(f"{figures[3]}-{int(figures[2]):02d}-{int(figures[1]):02d}")
    return _written_date(text)


def _written_date(line: str) -> str:
    written = _DATE.match(line.strip())
    month = _month(written[2]) if written else None
    return _real(f"{written[3]}-{month:02d}-{int(written[1]):02d}") if written and month else ""


def _real(date: str) -> str:
    """Return an ISO date of any precision, or nothing when the calendar has no such day."""
    try:
        dt.date.fromisoformat(f"{date}-01-01"[:10])
    except ValueError:
        return ""
    return date


def _month(word: str) -> int | None:
    for names in _MONTHS:
        for number, month in enumerate(names, start=1):
            if word.lower().startswith(month):
                return number
    return None
