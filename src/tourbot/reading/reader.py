"""Choose the sentences that answer a question, judge whether they do, and say what to quote."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from tourbot import acronyms
from tourbot.embedding import Embedding, Pair
from tourbot.index import Generation
from tourbot.lexical import analyse
from tourbot.reading.conditions import Conditions
from tourbot.reading.features import NAMES, AnalysedQuestion, Candidate, Matrix, measure
from tourbot.reading.model import AnswerModel, load_model
from tourbot.reading.question import (
    Expected,
    holds_several_values,
    tells_disagreement,
    tells_several_points,
)
from tourbot.sentences import Segment, list_after, segments
from tourbot.types import Document, Passage, Retrieved

# Passages read per question; the answer stands in the best five for nine questions in ten.
PASSAGES_READ = 6
# Of their sentences, so many are read once more, beside the question.
_PAIRS_READ = 8
_MAX_SENTENCES = 3
_MAX_LIST_CHARS = 900
# A further sentence must be nearly as convincing as the first, and say something else.
_FURTHER = 0.93
_SAME_WORDS = 0.6
# A statement that sources disagree need convince so much as much as the best sentence; less where
# one value is asked for, which such a statement often names only afterwards.
_DISAGREEING = 0.35
_DISAGREEING_ON_VALUES = 0.2
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
_CACHED_SENTENCES = 20_000
_FULL_STOPS = (".", "!", "…")
# Where a document that bears the name of a thing begins, it tells what the thing is.
_CERTAIN = 0.9
# A sentence so unconvincing, in passages with so few of the question's words, has nothing to do
# with it: of 8 development questions off the topic 6 are told by it, of 135 others 2.
_HOPELESS = 0.05
_FEW_WORDS = 0.3


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


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, the kind of answer wanted, and how much it convinces.

    Attributes:
        probability: By which the sentences of one question are compared.
        confidence: The share of answers so probable that are right.
        coverage: Share of the question's words in its passage, weighted by idf; NaN where they
            cannot be compared.
    """

    candidate: Candidate
    probability: float
    expected: Expected
    confidence: float
    coverage: float


class Reader:
    """Reads passages of one generation.

    Args:
        generation: Open for reading.
        embedding: The one that the generation was built with.
        threshold: Confidence from which an answer is given; the model's own by default.
        known_acronyms: Acronyms of the documents with their long forms.
    """

    def __init__(
        self,
        generation: Generation,
        embedding: Embedding,
        threshold: float | None = None,
        known_acronyms: Mapping[str, str] | None = None,
    ) -> None:
        self._generation = generation
        self._embedding = embedding
        self._acronyms = dict(known_acronyms or {})
        self._metadata = generation.catalogue.metadata()
        self._model: AnswerModel = load_model()
        self.threshold = self._model.threshold if threshold is None else threshold
        self._vectors: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def judge(self, question: str, lang: str, passages: Sequence[Retrieved]) -> list[Judged]:
        """Give every sentence of the best passages its probability, best first."""
        candidates, table = self.measure(question, lang, passages)
        if not candidates:
            return []
        conditions = Conditions.of(question, lang)
        factors = np.array(
            [
                conditions.factor(c, self._metadata[c.retrieved.passage.document_id])
                for c in candidates
            ]
        )
        log_odds = self._model.log_odds(table)
        log_odds += self._model.pair_weights(table) * self._read(
            question, candidates, log_odds, factors
        )
        probabilities = factors / (1 + np.exp(-log_odds))
        scores = np.array([c.retrieved.score for c in candidates])
        confidences = self._model.confidences(probabilities, scores, table)
        coverages = table[:, NAMES.index("passage_coverage")]
        judged = [
            Judged(candidate, float(p), conditions.expected, float(confidence), float(coverage))
            for candidate, p, confidence, coverage in zip(
                candidates, probabilities, confidences, coverages, strict=True
            )
        ]
        judged.sort(
            key=lambda j: (
                -j.probability,
                j.candidate.retrieved.passage.id,
                j.candidate.segment.start,
            )
        )
        return judged

    def measure(
        self, question: str, lang: str, passages: Sequence[Retrieved]
    ) -> tuple[list[Candidate], Matrix]:
        """Return the candidates of the best passages and their features, a row each."""
        candidates = self._candidates(passages[:PASSAGES_READ])
        if not candidates:
            return [], np.empty((0, len(NAMES)))
        cosines = self._cosines(question, candidates)
        idf = self._generation.lexical.idf
        analysed = AnalysedQuestion.of(question, lang, self._shorten)
        return candidates, measure(analysed, candidates, cosines, idf, self._shorten)

    def quote(
        self,
        judged: Sequence[Judged],
        most: int = _MAX_SENTENCES,
        threshold: float | None = None,
    ) -> list[Evidence]:
        """Choose what to quote: one to three sentences, or a list with its introducing line.

        Args:
            judged: The result of ``judge``.
            most: How many sentences at most; an item's introducing line comes in addition.
            threshold: Another than the reader's own.

        Returns:
            Most convincing first; empty when no sentence reaches the threshold.
        """
        least = self.threshold if threshold is None else threshold
        chosen: list[Judged] = []
        for candidate in judged:
            enough = 1 if candidate.expected in _ONE_VALUE else most
            near = candidate.probability >= _FURTHER * judged[0].probability
            if candidate.confidence < least or not near or len(chosen) == enough:
                break
            if not any(_alike(candidate, other) for other in chosen):
                chosen.append(candidate)
        if chosen and (differing := _differing(judged)) is not None:
            # One of several values would hide the others.
            return self._all_values(differing)
        evidence: list[Evidence] = []
        for item in chosen:
            for found in self.stretches(item, one_value=_stands_out(item, judged)):
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

    def _shorten(self, text: str) -> str:
        return acronyms.shorten(text, self._acronyms)

    def _candidates(self, passages: Sequence[Retrieved]) -> list[Candidate]:
        found: list[Candidate] = []
        seen: set[str] = set()
        for retrieved in passages:
            passage = retrieved.passage
            document = self._document(passage.document_id)
            year = document.metadata.date[:4]
            previous = ""
            for segment in segments_of(document, passage):
                text = document.text[segment.start : segment.end]
                intro = document.text[slice(*segment.intro)] if segment.intro else ""
                key = f"{intro}\n{text}"
                if key not in seen:  # the same sentence in two documents: the better passage has it
                    seen.add(key)
                    found.append(Candidate(retrieved, segment, text, intro, previous, year))
                previous = text
        return found

    def _document(self, id_: str) -> Document:
        document = self._generation.catalogue.document(id_)
        if document is None:  # a generation is immutable: this cannot happen on an intact one
            raise LookupError(f"the generation {self._generation.name} has no document {id_}")
        return document

    def _cosines(self, question: str, candidates: Sequence[Candidate]) -> npt.NDArray[np.float32]:
        texts = [c.text_to_embed for c in candidates]
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(missing, self._embedding.passages(missing), strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > _CACHED_SENTENCES:
                self._vectors.popitem(last=False)
        vector = self._embedding.queries([question])[0]
        return np.array([known[text] @ vector for text in texts], dtype=np.float32)

    def _read(
        self,
        question: str,
        candidates: Sequence[Candidate],
        log_odds: npt.NDArray[np.float64],
        factors: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        """Return what reading each candidate beside the question adds to its log-odds, (n,).

        Only the most promising are read. The others count as the least convincing of these.
        """
        cross_encoder = self._embedding.cross_encoder
        added = np.zeros(len(candidates))
        if cross_encoder is None:
            return added
        best = np.argsort(-factors / (1 + np.exp(-log_odds)), kind="stable")[:_PAIRS_READ]
        scores = cross_encoder.scores(
            [
                Pair(question, c.retrieved.passage.title, c.intro, c.previous, c.text)
                for c in (candidates[i] for i in best)
            ]
        )
        added[:] = min(scores)
        added[best] = scores
        return added

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


def reranked(retrieved: Sequence[Retrieved], judged: Sequence[Judged]) -> list[Retrieved]:
    """Put passages in the order of their most convincing sentences; those not read come after."""
    best: dict[str, float] = {}
    for item in judged:
        best.setdefault(item.candidate.retrieved.passage.id, item.probability)
    return sorted(retrieved, key=lambda r: -best.get(r.passage.id, 0.0))


def has_to_do(judged: Sequence[Judged]) -> bool:
    """Tell whether any of the passages read has to do with the question."""
    known = [j.coverage for j in judged if not math.isnan(j.coverage)]
    if not judged or judged[0].confidence >= _HOPELESS or not known:
        return bool(judged)
    return max(known) >= _FEW_WORDS


def _differing(judged: Sequence[Judged]) -> Judged | None:
    """Return the statement that sources disagree on what is asked, where the best document has one.

    A question for one value would be answered by the first of several without it.
    """
    best = judged[0]
    share = _DISAGREEING_ON_VALUES if best.expected in _ONE_VALUE else _DISAGREEING
    for item in judged:
        if item.probability < share * best.probability:
            return None
        same = item.candidate.retrieved.passage.document_id
        if same != best.candidate.retrieved.passage.document_id:
            continue
        if tells_disagreement(f"{item.candidate.intro} {item.candidate.text}"):
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
        if other.probability >= _FURTHER * item.probability
        and other.candidate.segment.intro == item.candidate.segment.intro
        and other.candidate.retrieved.passage.document_id
        == item.candidate.retrieved.passage.document_id
    ]
    return item.expected in _ONE_VALUE and len(rivals) == 1


def segments_of(
    document: Document, passage: Passage, *, whole_block: bool = False
) -> list[Segment]:
    """Return the segments of a passage (or of its whole block), lists joined to their intro."""
    block = next(b for b in document.blocks if b.start <= passage.start < b.end)
    found = segments(document.text, block.start, block.end)
    if whole_block:
        return found
    return [s for s in found if passage.start <= s.start and s.end <= passage.end]


def _last_within(items: Sequence[Segment], start: int) -> int:
    fitting = [item.end for item in items if item.end - start <= _MAX_LIST_CHARS]
    return fitting[-1] if fitting else items[0].end


def _alike(one: Judged, other: Judged) -> bool:
    a, b = (set(analyse(j.candidate.text)) for j in (one, other))
    return len(a & b) > _SAME_WORDS * min(len(a), len(b)) if a and b else True


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end
