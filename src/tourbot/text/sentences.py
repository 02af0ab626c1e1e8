"""French (and English) sentences, list items and their introducing lines, as offsets.

A line break always ends a sentence: parsers write one paragraph, list item or table row per line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

# Words whose full stop does not end a sentence, whatever follows.
_ABBREVIATIONS = frozenset(
    """
m mm mme mmes mlle mlles dr drs pr prs me mes mgr st ste sts stes p pp cf ex env
av bd bld fg tél tel éd ed réf ref coll hab resp min max n sté
cie dép mr mrs ms prof vs inc ltd dept approx
""".split()
)
# Abbreviations that are also words (« une école d’art. Elle… »): they need a number behind them.
_NUMBERED = frozenset("art al fig chap vol num no nos".split())
_NUMBER = re.compile(r"\d|(?:[RD]|[IVXLC]+)(?=[\s.*\d]|$)")
# A row of marks is one match whether it ends a sentence or not: no row is read twice.
_TERMINATOR = re.compile(r"[.!?…]++(?P<end>(?:\s*+[»”\")\]]++)?(?=\s|$))?")
_LABEL = re.compile(r"\s*\d+")
_OPENING = re.compile(r"[«“\"(\[–—-]?[\s\u00a0\u202f]*[«“\"(]?[A-ZÀ-ÖØ-ÞŒ0-9]")
_BULLET = re.compile(r"[ \t]*(?:[•‣▪◦·●*–—-]|\d{1,2}[.)]|[a-z]\))[ \t\u00a0\u202f]+")
# A quotation shorter than this is kept in one piece, so that no quote shows a lone « or ».
_QUOTATION = re.compile(r"«[^«»\n]{0,400}»|“[^“”\n]{0,400}”")
_LONG_ITEM = 300


@dataclass(frozen=True, slots=True)
class Segment:
    """One quotable unit: a sentence or a list item (table rows are list items).

    Attributes:
        start, end: Offsets in the text, bullet and surrounding spaces left out.
        item: Whether it stands in a list.
        intro: Offsets of the line that introduces the list, when there is one.
    """

    start: int
    end: int
    item: bool = False
    intro: tuple[int, int] | None = None


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the offsets of the sentences of one line or of several.

    >>> line = "M. Dupont paie 1.5 € (art. 3, etc.). « Pourquoi moi ? Je l’ignore. » Fin !"
    >>> [line[a:b] for a, b in split_sentences(line)]
    ['M. Dupont paie 1.5 € (art. 3, etc.).', '« Pourquoi moi ? Je l’ignore. »', 'Fin !']
    """
    stop = len(text) if end is None else end
    found = []
    for line_start, line_end in _lines(text, start, stop):
        cut = line_start
        for boundary in _boundaries(text, line_start, line_end):
            found.append(_trim(text, cut, boundary))
            cut = boundary
        found.append(_trim(text, cut, line_end))
    return [(a, b) for a, b in found if a < b]


def segments(text: str, start: int = 0, end: int | None = None) -> list[Segment]:
    """Cut a stretch of text into sentences and list items, in order."""
    stop = len(text) if end is None else end
    found: list[Segment] = []
    intro: tuple[int, int] | None = None
    for line_start, line_end in _lines(text, start, stop):
        bullet = _BULLET.match(text, line_start, line_end)
        if bullet is None:
            spans = split_sentences(text, line_start, line_end)
            found.extend(Segment(a, b) for a, b in spans)
            if spans:
                last = spans[-1]
                intro = last if text[last[0] : last[1]].endswith(":") else None
            continue
        a, b = _trim(text, bullet.end(), line_end)
        if a == b:
            continue
        spans = [(a, b)] if b - a <= _LONG_ITEM else split_sentences(text, a, b)
        found.extend(Segment(x, y, item=True, intro=intro) for x, y in spans)
    return found


def list_after(found: list[Segment], intro: tuple[int, int]) -> list[Segment]:
    """Return the items that an introducing line introduces, in order."""
    return [segment for segment in found if segment.intro == intro]


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [match.start() for match in re.compile(r"\n").finditer(text, start, end)]
    starts = [start, *(cut + 1 for cut in cuts)]
    return [(a, b) for a, b in zip(starts, [*cuts, end], strict=True) if a < b]


def _boundaries(text: str, start: int, end: int) -> list[int]:
    quotations = [match.span() for match in _QUOTATION.finditer(text, start, end)]
    opens, closes = [a for a, _ in quotations], [b for _, b in quotations]

    def within_quotation(position: int) -> bool:
        before = bisect_right(opens, position - 1) - 1
        return before >= 0 and position < closes[before]

    found = []
    for match in _TERMINATOR.finditer(text, start, end):
        if match["end"] is None or within_quotation(match.end()):
            continue
        begin = _skip_spaces(text, match.end(), end)
        if begin == end or not _OPENING.match(text, begin, end):
            continue
        if match.group().startswith(".") and _is_abbreviation(text, start, match.start(), begin):
            continue
        found.append(match.end())
    return found


def _is_abbreviation(text: str, start: int, stop: int, following: int) -> bool:
    """Tell whether the word before a full stop is an abbreviation, given where the next begins."""
    word = re.search(r"\w*$", text[max(start, stop - 20) : stop])
    token = word.group().lower() if word else ""
    if token in _NUMBERED:
        return _NUMBER.match(text, following) is not None
    if token in _ABBREVIATIONS or (len(token) == 1 and token.isalpha()):
        return True
    # "1. Premier point": a number that opens the line is a label.
    return _LABEL.fullmatch(text, start, stop) is not None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    start = _skip_spaces(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _skip_spaces(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start
