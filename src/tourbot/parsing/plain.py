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
_MIXED = "tourbot-mixed"
_LETTERS = "àâäæçéèêëîïôöœùûüÿ"
_FRENCH = re.compile(f"[{_LETTERS}{_LETTERS.upper()}«»‘’“”–—…€°•·²³\u00a0\u202f]")
# A capital or a sign within a word is an accent in another encoding.
_FOREIGN = re.compile(
    rf"[^\0-\x7f{_FRENCH.pattern[1:]}|(?<=[a-z{_LETTERS}])[{_LETTERS.upper()}]"
    r"|(?<=[^\W\d_])[«»“”–—…€°•·²³](?=[^\W\d_])"
)
_BROKEN = re.compile("[\0-\x08\x0e-\x1a\ufffd]")
_CODES = {bytes([b]).decode("cp1252", "ignore"): bytes([b]) for b in range(0x80, 0xC0)}
_GOES_ON = "\x80-\xbf" + "".join(_CODES)
_TWICE = re.compile(f"[ÂÃÅ][{_GOES_ON}]|â[{_GOES_ON}]{{2}}")


def utf16(data: bytes) -> str:
    """Return in which kind of UTF-16 a text is, with or without byte-order mark, or nothing."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = data[:2000]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        text = start.decode(encoding, errors="replace")
        if zeros.count(0) > len(start) / 4 and not re.search("[\0-\x08\ufffd]", text):
            return encoding
    return ""


def decode(data: bytes, declared: str = "") -> str:
    """Decode text: UTF-16, else UTF-8, else in what makes most French of it, byte by byte.

    Words that were encoded twice are mended; line ends of all kinds become new lines.

    Args:
        data: The whole text.
        declared: The encoding that it says to have: believed only where it makes French.

    Raises:
        DocumentError: It is no text.
    """
    try:
        text = data.decode(utf16(data) or "utf-8-sig")
    except UnicodeDecodeError:
        encodings = [e for e in (declared, "cp1252", "mac-roman", "cp850") if _is_known(e)]
        tried = [data.decode(encoding, errors="replace") for encoding in encodings]
        text = max(data.decode("utf-8-sig", errors=_MIXED), *tried, key=_french)
    if len(_BROKEN.findall(text)) > max(2, len(text) / 50):
        raise DocumentError("encoding", "its text is in no known encoding", "Save it as UTF-8")
    if _TWICE.search(text):
        text = re.sub("Ã[ \u00a0] ?", "à ", _TWICE.sub(_once, text))
    if re.search("[\x80-\x84\x86-\x9f]", text):  # Windows-1252 that was taken for Latin-1
        text = re.sub("[\x80-\x9f]", lambda c: _windows(c.group().encode("latin-1")), text)
    return re.sub("\r\n?|[\x85\u2028]", "\n", text).replace("\u2029", "\n\n")


def _windows(data: bytes) -> str:
    return data.decode("cp1252", errors="replace")


# Of what is UTF-8 but for some bytes, these are read as Windows-1252; so is what is none at all.
codecs.register_error(
    _MIXED,
    lambda e: (_windows(e.object[e.start : e.end]), e.end),  # type: ignore[attr-defined]
)


def _is_known(encoding: str) -> bool:
    try:
        return isinstance(b"a".decode(encoding), str)
    except (LookupError, ValueError):  # none of that name, or not one of text
        return False


def _french(text: str) -> int:
    """Return how many signs of a text French has, less those that it has not, or not there."""
    sample = text[:200_000]
    return len(_FRENCH.findall(sample)) - 2 * len(_FOREIGN.findall(sample))


def _once(twice: re.Match[str]) -> str:
    try:
        text = b"".join(_CODES.get(c) or c.encode("latin-1") for c in twice.group()).decode()
    except UnicodeError:
        return twice.group()
    return text if _FRENCH.match(text) else twice.group()


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
    for paragraph in re.split(r"\n[ \t]*\n", text):
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
