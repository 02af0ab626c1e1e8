"""The outline of a PDF file, its bookmarks: which sections there are, and where they begin."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import pypdfium2
import pypdfium2.raw

from tourbot.parsing.builder import clean
from tourbot.parsing.layout import PAGE_NUMBER, Box, Line
from tourbot.text.typography import plain

logging.getLogger("pypdfium2").setLevel(logging.CRITICAL)
MAX_SECTIONS = 2000
_TITLE_CHARS = 200
# What stands before a title on the page and not in the outline, or the other way round.
_LABEL = re.compile(
    r"\d+|[ivxlc]+|[a-z]|chapitre|chapter|partie|part|section|annexe|appendix|article|titre"
)
_LABELS = 6  # words of them at most: « Annexe 12.2.1.1 »
# Which number of a view is the height that it shows at the top.
_HEIGHTS = {
    pypdfium2.raw.PDFDEST_VIEW_XYZ: 1,
    pypdfium2.raw.PDFDEST_VIEW_FITH: 0,
    pypdfium2.raw.PDFDEST_VIEW_FITBH: 0,
    pypdfium2.raw.PDFDEST_VIEW_FITR: 3,
}


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of an outline.

    Attributes:
        depth: From 0, outermost first.
        page: Its number, from 1.
        y: Where it begins on the page, in points of the file's own; its top where not told.
    """

    title: str
    depth: int
    page: int
    y: float | None = None


def read(data: bytes) -> list[Section]:
    """Return the outline in the order of the pages; nothing where it is broken."""
    found: list[Section] = []
    try:
        with pypdfium2.PdfDocument(data) as document:
            entries = [
                (entry.level, clean(entry.get_title()), *_place(entry.get_dest()))
                for entry in islice(document.get_toc(), MAX_SECTIONS)
            ]
    except Exception:  # the text is worth more than its outline
        return []
    page, y = 0, None
    for depth, title, number, height in reversed(entries):
        if number:
            page, y = number, height
        # An entry that leads nowhere stands above those that do.
        if page and 0 < len(title) <= _TITLE_CHARS and not PAGE_NUMBER.fullmatch(title):
            found.append(Section(title, depth, page, y))
    found.reverse()
    return sorted(found, key=lambda section: section.page)


def _place(destination: pypdfium2.PdfDest | None) -> tuple[int, float | None]:
    """Return number and height, zero and none where they are not told."""
    index = destination.get_index() if destination is not None else None
    if destination is None or index is None:
        return 0, None
    mode, numbers = destination.get_view()
    at = _HEIGHTS.get(mode, len(numbers))
    return index + 1, (numbers[at] or None) if at < len(numbers) else None


def mark(sections: Sequence[Section], pages: Sequence[Sequence[Box]]) -> None:
    """Tell lines and tables which sections begin with them, and lines whether they are a title."""
    waiting: list[Section] = []
    sections = list(sections)
    for number, boxes in enumerate(pages, start=1):
        here = [section for section in sections if section.page == number]
        starts: list[Box | Line] = []
        for box in boxes:
            starts += box.lines or ([box] if box.rows else [])
        if not starts:
            waiting += here
            continue
        starts[0].sections += waiting
        waiting = []
        placed = any(start.y0 for start in starts)
        for count, section in enumerate(here):
            if printed := _printed(section, boxes):
                printed[0].sections.append(section)
                for line in printed:
                    line.titles = section
            elif not placed:  # of a scanned page, only the first is known to stand above the text
                (waiting if count else starts[0].sections).append(section)
            elif below := [s for s in starts if section.y is None or s.y0 < section.y]:
                first = section.y is None
                (starts[0] if first else max(below, key=lambda s: s.y0)).sections.append(section)
            else:
                waiting.append(section)


def _printed(section: Section, boxes: Sequence[Box]) -> list[Line]:
    """Return the lines of a page that are the title of a section, as far as they are not taken.

    Those that stand in boxes of their own are brought together.
    """
    title = _words(section.title)
    lines = [(box, line) for box in boxes for line in box.lines]
    found: list[list[tuple[Box, Line]]] = []
    for start in range(len(lines)):
        words: list[str] = []
        for end, (_, line) in enumerate(lines[start:], start=start + 1):
            words += _words(line.text)
            if line.titles is not None or len(words) > len(title) + _LABELS + 1:
                break
            if _same(words, title):
                found.append(lines[start:end])
                break
    y = section.y
    if not found:
        return []
    nearest = found[0] if y is None else min(found, key=lambda part: abs(part[0][1].y1 - y))
    first, after = nearest[0][0], nearest[0][1]
    for box, line in nearest[1:]:
        if box is not first:
            box.lines = [other for other in box.lines if other is not line]
            first.lines.insert(1 + [id(other) for other in first.lines].index(id(after)), line)
        after = line
    return [line for _, line in nearest]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def _same(printed: list[str], title: list[str]) -> bool:
    """Whether two titles are the same but for a number or label before one of them, and hyphens.

    >>> _same(["2", "1", "ai", "des"], ["aides"]), _same(["les", "aides"], ["aides"])
    (True, False)
    """
    return any(
        all(map(_LABEL.fullmatch, longer[:count]))
        and bool(shorter)
        and "".join(longer[count:]) == "".join(shorter)
        for longer, shorter in ((printed, title), (title, printed))
        for count in range(_LABELS + 1)
    )
