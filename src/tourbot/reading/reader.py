"""Judge how much each sentence of the best passages answers a question, and whether any does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tourbot import rules
from tourbot.embedding import Embedding
from tourbot.embedding.passage_reader import Reading
from tourbot.index import Generation
from tourbot.reading.conditions import Conditions
from tourbot.reading.features import NAMES, AnalysedQuestion, Candidate, Matrix, measure
from tourbot.reading.model import AnswerModel, load_model
from tourbot.reading.passages import reading, terms_of
from tourbot.reading.question import (
    Expected,
)
from tourbot.text import acronyms
from tourbot.text.sentences import Segment, segments
from tourbot.types import Document, Passage, Retrieved

# Passages read per question; the answer stands in the best five for nine questions in ten.
PASSAGES_READ = 6
# A sentence so unconvincing, in passages with so few of the question's words, has nothing to do
# with it: of 8 development questions off the topic 6 are told by it, of 135 others 2.
_HOPELESS = 0.05
_FEW_WORDS = 0.3
# What may stand after the last mark of a sentence.
_CLOSING = ' »”"’)*_'


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, the kind of answer wanted, and how much it convinces.

    Attributes:
        probability: By which the sentences of one question are compared.
        confidence: The share of answers so probable that are right.
        wanted: Whether the passage reader takes it for a part of the answer, whatever else tells.
        coverage: Share of the question's words in its passage, weighted by idf; NaN where they
            cannot be compared.
    """

    candidate: Candidate
    probability: float
    expected: Expected
    confidence: float
    coverage: float
    wanted: bool


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
        self._threshold = threshold

    @cached_property
    def model(self) -> AnswerModel:
        """The fitted model, for an embedding that comes with a passage reader or does not."""
        return load_model(read=self._embedding.passage_reader is not None)

    @property
    def threshold(self) -> float:
        """Confidence from which an answer is given."""
        return self.model.threshold if self._threshold is None else self._threshold

    def judge(
        self, question: str, lang: str, passages: Sequence[Retrieved], before: str = ""
    ) -> list[Judged]:
        """Give every sentence of the best passages its probability, best first.

        Args:
            question: What is asked.
            lang: Its language.
            passages: Best first.
            before: The question that it goes on from, read beside it.
        """
        candidates, table = self.measure(question, lang, passages, before)
        if not candidates:
            return []
        conditions = Conditions.of(question)
        factors = np.array(
            [
                conditions.factor(c, self._metadata[c.retrieved.passage.document_id])
                for c in candidates
            ]
        )
        probabilities = factors / (1 + np.exp(-self.model.log_odds(table)))
        scores = np.array([c.retrieved.score for c in candidates])
        confidences = self.model.confidences(probabilities, scores, table)
        coverages = table[:, NAMES.index("passage_coverage")]
        wanted = table[:, NAMES.index("sentence_read")] > 0
        judged = [
            Judged(c, float(p), conditions.expected, float(confidence), float(coverage), bool(w))
            for c, p, confidence, coverage, w in zip(
                candidates, probabilities, confidences, coverages, wanted, strict=True
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
        self, question: str, lang: str, passages: Sequence[Retrieved], before: str = ""
    ) -> tuple[list[Candidate], Matrix]:
        """Return the candidates of the best passages and their features, a row each."""
        candidates = self._candidates(passages[:PASSAGES_READ])
        if not candidates:
            return [], np.empty((0, len(NAMES)))
        read = self._read(f"{before} {question}".strip(), lang, candidates)
        idf = self._generation.lexical.idf
        analysed = AnalysedQuestion.of(question, lang, self._shorten)
        return candidates, measure(analysed, candidates, read, idf, self._shorten)

    def _shorten(self, text: str) -> str:
        return acronyms.shorten(text, self._acronyms)

    def _candidates(self, passages: Sequence[Retrieved]) -> list[Candidate]:
        found: list[Candidate] = []
        seen: set[str] = set()
        for retrieved in passages:
            passage = retrieved.passage
            document = self._document(passage.document_id)
            year = document.metadata.date[:4]
            for segment in segments_of(document, passage):
                text = document.text[segment.start : segment.end]
                intro = document.text[slice(*segment.intro)] if segment.intro else ""
                key = f"{intro}\n{text}"
                if rules.on("no-question") and text.rstrip(_CLOSING).endswith("?"):
                    continue
                if key not in seen:  # the same sentence in two documents: the better passage has it
                    seen.add(key)
                    found.append(Candidate(retrieved, segment, text, intro, year))
        return found

    def _document(self, id_: str) -> Document:
        document = self._generation.catalogue.document(id_)
        if document is None:  # a generation is immutable: this cannot happen on an intact one
            raise LookupError(f"the generation {self._generation.name} has no document {id_}")
        return document

    def _read(self, question: str, lang: str, candidates: Sequence[Candidate]) -> Matrix | None:
        """Return log-odds of each candidate and of its passage, as they are read, (n, 2)."""
        passage_reader = self._embedding.passage_reader
        if passage_reader is None:
            return None
        passages = list({(p := c.retrieved.passage).id: p for c in candidates}.values())
        cut = [segments_of(self._document(p.document_id), p) for p in passages]
        found = passage_reader.read(
            [self._reading(question, lang, p, s) for p, s in zip(passages, cut, strict=True)]
        )
        said = {
            (passage.id, segment.start): (float(score), read.passage)
            for passage, segments, read in zip(passages, cut, found, strict=True)
            for segment, score in zip(segments, read.segments, strict=True)
        }
        return np.array([said[c.retrieved.passage.id, c.segment.start] for c in candidates])

    def _reading(
        self, question: str, lang: str, passage: Passage, segments: Sequence[Segment]
    ) -> Reading:
        """Return a passage as it is read beside a question."""
        text, intro = self._document(passage.document_id).text, segments[0].intro
        return reading(
            question,
            (passage.title, *passage.locator.headings, passage.locator.event or ""),
            [text[s.start : s.end] for s in segments],
            passage.lang,
            terms_of(question, lang, passage.lang, self._generation.lexical.idf),
            text[slice(*intro)] if intro and intro[0] < passage.start else "",
        )


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


def segments_of(
    document: Document, passage: Passage, *, whole_block: bool = False
) -> list[Segment]:
    """Return the segments of a passage (or of its whole block), lists joined to their intro."""
    block = next(b for b in document.blocks if b.start <= passage.start < b.end)
    found = segments(document.text, block.start, block.end)
    if whole_block:
        return found
    return [s for s in found if passage.start <= s.start and s.end <= passage.end]
