"""What to quote of the sentences that were judged: what can be read alone, and whole lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tourbot import rules
from tourbot.index import Generation
from tourbot.reading.question import (
    Expected,
    holds_several_values,
    tells_disagreement,
    tells_several_points,
)
from tourbot.reading.reader import Judged, segments_of
from tourbot.text.lexical import analyse
from tourbot.text.sentences import Segment, list_after
from tourbot.types import Document, Passage

_MAX_SENTENCES = 3
_MAX_LIST_CHARS = 900
# A further sentence must be nearly as convincing as the first, and say something else.
_FURTHER = 0.93
_SAME_WORDS = 0.6
# A statement that sources disagree must convince nearly as much as the best sentence.
_DISAGREEING = 0.8
# One item of a list answers these; others are answered by the list.
_ONE_VALUE = frozenset(
    {
        Expected.EMAIL,
        Expected.PHONE,
        Expected.HOURS,
        Expected.WEBSITE,
        Expected.MONEY,
        Expected.SHARE,
        Expected.NUMBER,
        Expected.AREA,
        Expected.DAY,
        Expected.DATE,
        Expected.PLACE,
    }
)
_FULL_STOPS = (".", "!", "…")
# Where a document that bears the name of a thing begins, it tells what the thing is.
_CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch to quote.

    Attributes:
        start, end: Offsets in the document's text.
        probability: That it answers the question.
    """

    document_id: str
    passage: Passage
    start: int
    end: int
    probability: float


class Quoter:
    """Quotes the documents of one generation.

    Args:
        generation: Open for reading.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def quote(
        self,
        judged: Sequence[Judged],
        least: float,
        most: int = _MAX_SENTENCES,
    ) -> list[Evidence]:
        """Choose what to quote: one to three sentences, or a list with its introducing line.

        Args:
            judged: What ``Reader.judge`` returned.
            least: Confidence from which a sentence is quoted.
            most: How many sentences at most; an item's introducing line comes in addition.

        Returns:
            Most convincing first; empty when no sentence reaches the threshold.
        """
        chosen: list[Judged] = []
        for candidate in judged:
            enough = 1 if candidate.expected in _ONE_VALUE else most
            near = candidate.probability >= _FURTHER * judged[0].probability
            if candidate.confidence < least or not near or len(chosen) == enough:
                break
            if not any(_alike(candidate, other) for other in chosen):
                chosen.append(candidate)
        differing = _differing(judged) if chosen and rules.on("stated-disagreement") else None
        if differing is not None:
            # One of several values would hide the others.
            return self._all_values(differing)
        evidence: list[Evidence] = []
        for item in chosen:
            for found in self._readable(item, judged):
                if not any(_overlap(found, other) for other in evidence):
                    evidence.append(found)
        return evidence[:_MAX_SENTENCES]

    def beginning(self, document_id: str, most: int) -> list[Evidence]:
        """Return the first sentences of a document, headings and lines without a verb left out."""
        document = self._document(document_id)
        found: list[Evidence] = []
        for passage in self._generation.passages_of(document_id):
            for segment in segments_of(document, passage):
                text = document.text[segment.start : segment.end]
                if not segment.item and text.endswith(_FULL_STOPS) and len(found) < most:
                    found.append(
                        Evidence(document.id, passage, segment.start, segment.end, _CERTAIN)
                    )
            if found:
                return found
        return found

    def _readable(self, item: Judged, judged: Sequence[Judged]) -> list[Evidence]:
        """Quote what is read with a sentence: its list, or neighbours that belong to the answer."""
        passage, segment = item.candidate.retrieved.passage, item.candidate.segment
        if segment.intro is not None or item.candidate.text.endswith(":"):
            return self.stretches(item, one_value=_stands_out(item, judged))
        start, end = with_neighbours(item, judged)
        return [Evidence(passage.document_id, passage, start, end, item.probability)]

    def _document(self, id_: str) -> Document:
        document = self._generation.catalogue.document(id_)
        assert document is not None, id_  # noqa: S101 - read from it a moment ago
        return document

    def _all_values(self, judged: Judged) -> list[Evidence]:
        """Quote a statement that sources disagree with what each of them says."""
        candidate = judged.candidate
        segment = candidate.segment
        if segment.intro or candidate.text.endswith(":"):
            return self.stretches(judged, one_value=tells_several_points(candidate.intro))
        passage = candidate.retrieved.passage
        document = self._document(passage.document_id)
        after = [
            s for s in segments_of(document, passage, whole_block=True) if s.start >= segment.end
        ]
        last = after[0] if after and not holds_several_values(candidate.text) else segment
        spans = dict.fromkeys([(segment.start, segment.end), (last.start, last.end)])
        return [Evidence(document.id, passage, a, b, judged.probability) for a, b in spans]

    def stretches(self, judged: Judged, *, one_value: bool = True) -> list[Evidence]:
        """Complete a sentence that cannot be read alone: a list item or an introducing line.

        Args:
            judged: The sentence.
            one_value: Whether its item answers alone; the whole list does otherwise.
        """
        candidate = judged.candidate
        passage = candidate.retrieved.passage
        document = self._document(passage.document_id)
        segment = candidate.segment
        whole = segments_of(document, passage, whole_block=True)
        introducing = (segment.start, segment.end)
        intro = segment.intro or introducing
        items = list_after(whole, intro)
        spans = [introducing]
        if segment.intro is not None and one_value:
            spans = [intro, introducing]
        elif items and items[-1].end - intro[0] <= _MAX_LIST_CHARS:
            spans = [(intro[0], items[-1].end)]
        elif items:
            spans = [(intro[0], _last_within(items, intro[0]))]
            if segment.end > spans[0][1]:
                spans = [intro, introducing]
        return [Evidence(document.id, passage, a, b, judged.probability) for a, b in spans]


def with_neighbours(item: Judged, judged: Sequence[Judged]) -> tuple[int, int]:
    """Return where a sentence stands with the neighbours that the reader takes for its answer's.

    Those of a list item are items of the same list.
    """
    passage, segment = item.candidate.retrieved.passage, item.candidate.segment
    own = {
        j.candidate.segment.start: j
        for j in judged
        if j.candidate.retrieved.passage.id == passage.id
        and j.candidate.segment.intro == segment.intro
    }
    starts = sorted(own)
    first = last = starts.index(segment.start)
    if first > 0 and own[starts[first - 1]].wanted:
        first -= 1
    while last + 1 < min(len(starts), first + _MAX_SENTENCES) and own[starts[last + 1]].wanted:
        last += 1
    return starts[first], own[starts[last]].candidate.segment.end


def _differing(judged: Sequence[Judged]) -> Judged | None:
    """Return the statement that sources disagree on what is asked, where the best document has one.

    A question for one value would be answered by the first of several without it.
    """
    best = judged[0]
    for item in judged:
        if item.probability < _DISAGREEING * best.probability:
            return None
        same = item.candidate.retrieved.passage.document_id
        if same != best.candidate.retrieved.passage.document_id:
            continue
        meant = item is best or item.wanted
        if meant and tells_disagreement(f"{item.candidate.intro} {item.candidate.text}"):
            return item
    return None


def _stands_out(item: Judged, judged: Sequence[Judged]) -> bool:
    """Tell whether one item of a list answers alone.

    It does when one value is asked for, unless its neighbours answer as well: a table of what
    several sources or years give is quoted whole.
    """
    rivals = [
        other
        for other in judged
        if (other.wanted or other.probability >= _FURTHER * item.probability)
        and other.candidate.segment.intro == item.candidate.segment.intro
        and other.candidate.retrieved.passage.document_id
        == item.candidate.retrieved.passage.document_id
    ]
    return item.expected in _ONE_VALUE and len(rivals) == 1


def _last_within(items: Sequence[Segment], start: int) -> int:
    fitting = [item.end for item in items if item.end - start <= _MAX_LIST_CHARS]
    return fitting[-1] if fitting else items[0].end


def _alike(one: Judged, other: Judged) -> bool:
    a, b = (set(analyse(j.candidate.text)) for j in (one, other))
    return len(a & b) > _SAME_WORDS * min(len(a), len(b)) if a and b else True


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end
