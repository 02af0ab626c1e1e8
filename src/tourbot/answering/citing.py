"""Evidence → an answer: quotes with what a reader must know of them, or the nearest passages."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tourbot.answering.asking import Ask
from tourbot.answering.atlas import Atlas
from tourbot.index import Generation
from tourbot.reading import Evidence
from tourbot.reading.quoting import with_neighbours
from tourbot.reading.reader import Judged, has_to_do, reranked
from tourbot.reading.short import short_answer
from tourbot.types import Answer, Citation, Near, Retrieved

PASSAGES_SHOWN = 5
# So many passages are shown, cited or near, the latter with their best sentence.
_NEAR = 3
# Of each part of a question, so many quotes are kept.
_PER_PART = 2


class Citing:
    """Makes answers over one generation.

    Args:
        generation: Open for reading.
        atlas: Of its documents.
    """

    def __init__(self, generation: Generation, atlas: Atlas) -> None:
        self._generation, self._atlas = generation, atlas

    def answer(
        self,
        ask: Ask,
        evidence: Sequence[Evidence],
        judged: Sequence[Judged],
        found: Sequence[Retrieved],
        labels: Sequence[str] = (),
    ) -> Answer:
        """Quote the evidence; without any, show what comes nearest.

        Args:
            ask: What is answered.
            evidence: What is quoted, in this order.
            judged: The sentences that were read, best first.
            found: The passages that were found.
            labels: What each piece of evidence is about, where they are about several things.
        """
        named = labels or [""] * len(evidence)
        citations = tuple(
            self._citation(ask, number, e, label)
            for number, (e, label) in enumerate(zip(evidence, named, strict=True), start=1)
        )
        sure = max((e.probability for e in evidence), default=0.0)
        confidence = judged[0].confidence if judged else sure
        related = bool(evidence) or not judged or has_to_do(judged)
        shown = tuple(reranked(found, judged)[:PASSAGES_SHOWN]) if related else ()
        near = self.near(judged, citations) if related else ()
        return Answer(
            ask.question, ask.understood, ask.lang, citations, confidence, shown, near=near
        )

    def _citation(self, ask: Ask, number: int, evidence: Evidence, label: str) -> Citation:
        id_ = evidence.document_id
        document = self._generation.catalogue.document(id_)
        assert document is not None, id_  # noqa: S101 - read from it a moment ago
        quote = document.text[evidence.start : evidence.end]
        newer = self._atlas.newer.get(id_)
        return Citation(
            number=number,
            document_id=id_,
            metadata=self._atlas.metadata[id_],
            locator=evidence.passage.locator,
            quote=quote,
            start=evidence.start,
            end=evidence.end,
            passage=evidence.passage,
            label=label,
            short=None if "\n" in quote else short_answer(ask.understood, quote),
            past=self._atlas.events.over(evidence.passage, quote, ask.today),
            newer=self._atlas.metadata[newer].date if newer else "",
        )

    def near(self, judged: Sequence[Judged], citations: Sequence[Citation]) -> tuple[Near, ...]:
        """Return the passages of the most convincing sentences, each once, beside those cited."""
        cited = {c.passage.id for c in citations}
        best: dict[str, Judged] = {}
        for item in judged:
            if item.candidate.retrieved.passage.id not in cited:
                best.setdefault(item.candidate.retrieved.passage.id, item)
        most = max(_NEAR - len(cited), 0)
        return tuple(
            Near(
                number,
                self._atlas.metadata[item.candidate.retrieved.passage.document_id],
                item.candidate.retrieved.passage,
                *with_neighbours(item, judged),
            )
            for number, item in enumerate(list(best.values())[:most], start=len(citations) + 1)
        )


def together(question: str, understood: str, answers: Sequence[tuple[Answer, str]]) -> Answer:
    """Join the answers to the parts of a question; what answers two parts is quoted once.

    Args:
        question: As typed.
        understood: Standalone.
        answers: Of each part, with its label.
    """
    citations: list[Citation] = []
    for answer, label in answers:
        for citation in answer.citations[:_PER_PART]:
            if not any(_same_place(citation, other) for other in citations):
                named = citation.label or label
                number = len(citations) + 1
                citations.append(dataclasses.replace(citation, number=number, label=named))
    answered = [answer for answer, _ in answers if answer.citations]
    sure = min if len(answered) == len(answers) else max
    passages = {r.passage.id: r for answer, _ in answers for r in answer.passages}
    cited = {c.passage.id for c in citations}
    others = {n.passage.id: n for answer, _ in answers for n in answer.near}
    near = [n for id_, n in others.items() if id_ not in cited][: max(_NEAR - len(cited), 0)]
    return Answer(
        question,
        understood,
        answers[0][0].language,
        tuple(citations),
        sure(answer.confidence for answer in answered or [a for a, _ in answers]),
        tuple(list(passages.values())[:PASSAGES_SHOWN]),
        near=tuple(
            dataclasses.replace(n, number=number)
            for number, n in enumerate(near, start=len(citations) + 1)
        ),
    )


def _same_place(one: Citation, other: Citation) -> bool:
    overlap = one.start < other.end and other.start < one.end
    return one.document_id == other.document_id and overlap
