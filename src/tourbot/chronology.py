"""When what the documents tell took or takes place: each dated sentence, saved beside the vectors.

Read once, when a generation is built; a question about dates then looks them up.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tourbot.text import dates
from tourbot.text.dates import Period
from tourbot.text.sentences import Segment, segments
from tourbot.types import Document, Passage

# Raise it when other dates are found: indexes are then built again.
REVISION = "1"


@dataclass(frozen=True, slots=True)
class Dated:
    """A sentence or list item and a period of what it tells.

    Attributes:
        start, end: Its offsets in the document.
        own: Whether the sentence itself names the period; its headings or the line that introduces
            it do otherwise.
    """

    passage_id: str
    start: int
    end: int
    period: Period
    own: bool


class Chronology:
    """The dated sentences of a generation."""

    def __init__(self, entries: Sequence[Dated]) -> None:
        self._entries = tuple(entries)
        self._of: dict[str, list[Dated]] = defaultdict(list)
        for entry in self._entries:
            self._of[entry.passage_id].append(entry)

    @classmethod
    def build(cls, documents: Iterable[Document], passages: Iterable[Passage]) -> Chronology:
        """Read the dates of all documents."""
        cut: dict[str, list[Passage]] = defaultdict(list)
        for passage in passages:
            cut[passage.document_id].append(passage)
        return cls([entry for d in documents for entry in _entries(d, cut[d.id])])

    def save(self, path: Path) -> None:
        """Write a file that ``load`` reads."""
        rows = [
            [e.passage_id, e.start, e.end, str(e.period.first), str(e.period.last), e.own]
            for e in self._entries
        ]
        path.write_text(json.dumps(rows), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Chronology:
        """Read what ``save`` wrote."""
        day = dt.date.fromisoformat
        rows = json.loads(path.read_text(encoding="utf-8"))
        return cls([Dated(p, a, b, Period(day(f), day(t)), own) for p, a, b, f, t, own in rows])

    def of(self, passage_id: str) -> list[Dated]:
        """Return the dated sentences of a passage, in order."""
        return self._of.get(passage_id, [])

    def between(self, first: dt.date, last: dt.date) -> list[Dated]:
        """Return what happens between two days, both included, in part or as a whole."""
        return [e for e in self._entries if e.period.first <= last and first <= e.period.last]


def _entries(document: Document, passages: Sequence[Passage]) -> Iterator[Dated]:
    found = {block: segments(document.text, block.start, block.end) for block in document.blocks}
    for passage in passages:
        block = next(b for b in document.blocks if b.start <= passage.start < b.end)
        above = " ".join([*passage.locator.headings, passage.locator.event or ""])
        for segment in found[block]:
            if passage.start <= segment.start and segment.end <= passage.end:
                yield from _dated(document.text, segment, above, passage.id)


def _dated(text: str, segment: Segment, above: str, passage_id: str) -> Iterator[Dated]:
    own = dates.happening(text[segment.start : segment.end])
    intro = text[slice(*segment.intro)] if segment.intro else ""
    for period in own or dates.happening(f"{above} {intro}"):
        yield Dated(passage_id, segment.start, segment.end, period, bool(own))
