"""One generation and everything that answering derives from it: question → answer, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from tourbot import acronyms, conversation, dates, decomposition, regions
from tourbot.embedding import Embedding
from tourbot.index import Generation
from tourbot.lexical import analyse
from tourbot.lookalikes import Family, Variant, families, subject
from tourbot.reading import Evidence, Reader
from tourbot.reading.reader import Judged, segments_of
from tourbot.reading.short import short_answer
from tourbot.retrieval import Retriever
from tourbot.types import Answer, Citation, Metadata, Passage, Retrieved
from tourbot.typography import fold, loose_pattern

PASSAGES_SHOWN = 5
_RETRIEVED = 10
# Of each look-alike document, this many passages are read.
_PASSAGES_PER_VARIANT = 3
# A look-alike is quoted when its sentence convinces nearly as much as the best one's: where one
# document clearly answers, a doubtful sentence of another would be taken for its answer.
_NEARLY_AS_GOOD = 0.6
# Among so many passages the editions of an event are looked for.
_DATED = 20
# Of each part of a question, so many quotes are kept.
_PER_PART = 2


@dataclasses.dataclass(frozen=True, slots=True)
class _Ask:
    """A question on its way: as typed, as understood, and as searched for (acronyms spelt out)."""

    question: str
    understood: str
    searched: str
    lang: str
    without: frozenset[str]


class Answering:
    """Answers questions over one generation.

    Args:
        generation: Open for reading.
        embedding: The one that the generation was built with.
        threshold: Confidence from which an answer is given; the fitted one when None.
    """

    def __init__(
        self, generation: Generation, embedding: Embedding, threshold: float | None
    ) -> None:
        self.generation = generation
        self.metadata: dict[str, Metadata] = generation.catalogue.metadata()
        self.families = families(self.metadata)
        self.retriever = Retriever(generation, embedding)
        names = {fold(name): name for m in self.metadata.values() if (name := subject(m.title))}
        self.subjects = sorted(names.values())
        self.acronyms = acronyms.explained(d.text for d in generation.catalogue.documents())
        self.reader = Reader(generation, embedding, threshold, self.acronyms)

    def understand(self, question: str, history: Sequence[str], today: dt.date) -> str:
        """Complete a follow-up from the questions before it, and « l’an dernier » from today."""
        return conversation.standalone(dates.absolute(question, today), history, self.subjects)

    def retrieve(
        self, question: str, lang: str, count: int, without: frozenset[str]
    ) -> list[Retrieved]:
        """Return the best passages outside some documents."""
        return self.retriever.retrieve(question, lang, count, _outside(without))

    def answer(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> Answer:
        """Answer a standalone question from all documents but those left out.

        What asks several things is answered part by part; what asks for the latest or the next of
        several is asked of the edition that the documents date so.
        """
        asks = [
            (self._asked(question, part.question, lang, without, today), part.label)
            for part in decomposition.parts(understood, self.subjects)
        ]
        if len(asks) == 1:
            return self._one(asks[0][0])
        return self._together(question, understood, [(self._one(ask), lb) for ask, lb in asks])

    def _asked(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> _Ask:
        searched = self._searched(understood)
        ordered = dates.ordered(understood)
        if ordered and not dates.years(understood):
            editions = self._editions(understood, ordered.of, lang, without)
            edition = dates.choose(editions, ordered.order, today)
            if edition is not None:
                understood = f"{understood.rstrip(' ?')} ({edition.spoken(lang)}) ?"
                searched = self._searched(understood)
        return _Ask(question, understood, searched, lang, without)

    def _searched(self, understood: str) -> str:
        return acronyms.expand(self._as_written(understood), self.acronyms)

    def _editions(
        self, understood: str, thing: str, lang: str, without: frozenset[str]
    ) -> list[dates.Period]:
        """Return when what a question names took or takes place, wherever that is said."""
        named = conversation.subjects_of(understood, self.subjects)
        wanted = set(analyse(re.sub(r"[’'&@-]", " ", named[0] if named else thing)))
        found: list[dates.Period] = []
        for retrieved in self.retrieve(self._searched(understood), lang, _DATED, without):
            passage = retrieved.passage
            document = self.generation.catalogue.document(passage.document_id)
            assert document is not None, passage.document_id  # noqa: S101 - just retrieved
            above = " ".join([*passage.locator.headings, passage.locator.event or ""])
            for segment in segments_of(document, passage):
                text = document.text[segment.start : segment.end]
                intro = document.text[slice(*segment.intro)] if segment.intro else ""
                if wanted <= set(analyse(f"{passage.title} {above} {intro} {text}")):
                    found += dates.happening(text) or dates.happening(f"{above} {intro}")
        return found

    def _together(
        self, question: str, understood: str, answers: Sequence[tuple[Answer, str]]
    ) -> Answer:
        """Join the answers to the parts of a question; what answers two parts is quoted once."""
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
        return Answer(
            question,
            understood,
            answers[0][0].language,
            tuple(citations),
            sure(answer.confidence for answer in answered or [a for a, _ in answers]),
            tuple(list(passages.values())[:PASSAGES_SHOWN]),
        )

    def _one(self, ask: _Ask) -> Answer:
        """Answer what asks one thing."""
        found = self.retrieve(ask.searched, ask.lang, _RETRIEVED, ask.without)
        judged = self.reader.judge(ask.searched, ask.lang, found)
        family = self._ambiguous_family(ask.understood, judged)
        if family is not None:
            meant = family.meant(ask.understood)
            if meant or regions.mentioned(ask.understood):
                others = {v.document_id for v in family.variants} - {v.document_id for v in meant}
                without = ask.without | frozenset(others)
                found = self.retrieve(ask.searched, ask.lang, _RETRIEVED, without)
                judged = self.reader.judge(ask.searched, ask.lang, found)
            elif _from(family, judged):
                answer = self._per_variant(ask, family, found)
                if answer is not None:
                    return answer
        return self._make(ask, self.reader.quote(judged), judged, found)

    def _as_written(self, question: str) -> str:
        """Write known names as the documents do: accents and capitals are part of them."""
        for name in self.subjects:
            question = loose_pattern(name).sub(name.replace("\\", r"\\"), question)
        return question

    def _ambiguous_family(self, understood: str, judged: Sequence[Judged]) -> Family | None:
        """Return the family whose members could be confused in answering this question, if any."""
        for family in {id(f): f for f in self.families.values()}.values():
            if family.named_in(understood):
                return family
        if not judged or conversation.subjects_of(understood, self.subjects):
            return None
        best = judged[0].candidate.retrieved.passage.document_id
        return self.families.get(best)

    def _per_variant(self, ask: _Ask, family: Family, found: Sequence[Retrieved]) -> Answer | None:
        """Answer once for each variant, or ask which one is meant; None when no variant answers."""
        evidence: list[Evidence] = []
        everything: list[Judged] = []
        for variant in family.variants:
            if variant.document_id in ask.without:
                continue
            own = self.retriever.retrieve(
                ask.searched, ask.lang, _PASSAGES_PER_VARIANT, _of_document(variant.document_id)
            )
            judged = self.reader.judge(ask.searched, ask.lang, own)
            judged = [j for j in judged if not _tells_of_another(j, variant, family)]
            everything += judged
            evidence += self.reader.quote(judged, most=1)
        if not evidence:
            return None
        everything.sort(key=lambda j: -j.probability)
        floor = _NEARLY_AS_GOOD * max(e.probability for e in evidence)
        evidence = [e for e in evidence if e.probability >= floor]
        labels = {v.document_id: v.label for v in family.variants}
        if len({e.document_id for e in evidence}) > 1 or family.named_in(ask.question):
            return self._make(ask, evidence, everything, found, labels)
        choices = tuple(v.label for v in family.variants if v.label)
        return dataclasses.replace(self._make(ask, [], everything, found), choices=choices)

    def _make(
        self,
        ask: _Ask,
        evidence: Sequence[Evidence],
        judged: Sequence[Judged],
        found: Sequence[Retrieved],
        labels: Mapping[str, str] | None = None,
    ) -> Answer:
        citations = tuple(
            Citation(
                number=number,
                document_id=e.document_id,
                metadata=self.metadata[e.document_id],
                locator=e.passage.locator,
                quote=(quote := self._slice(e)),
                start=e.start,
                end=e.end,
                passage=e.passage,
                label=(labels or {}).get(e.document_id, ""),
                short=None if "\n" in quote else short_answer(ask.understood, quote),
            )
            for number, e in enumerate(evidence, start=1)
        )
        confidence = judged[0].confidence if judged else 0.0
        shown = tuple(found[:PASSAGES_SHOWN])
        return Answer(ask.question, ask.understood, ask.lang, citations, confidence, shown)

    def _slice(self, evidence: Evidence) -> str:
        document = self.generation.catalogue.document(evidence.document_id)
        assert document is not None, evidence.document_id  # noqa: S101 - read from it a moment ago
        return document.text[evidence.start : evidence.end]


def _from(family: Family, judged: Sequence[Judged]) -> bool:
    """Tell whether a member of the family answers about as well as any other document."""
    if not judged:
        return True
    members = {v.document_id for v in family.variants}
    of_members = [
        j.probability for j in judged if j.candidate.retrieved.passage.document_id in members
    ]
    return max(of_members, default=0.0) >= _NEARLY_AS_GOOD * judged[0].probability


def _tells_of_another(judged: Judged, variant: Variant, family: Family) -> bool:
    """Tell whether a sentence names the region of another variant, and not its own."""
    named = set(regions.mentioned(judged.candidate.text))
    others = {v.region for v in family.variants} - {variant.region}
    return bool(named & others) and variant.region not in named


def _same_place(one: Citation, other: Citation) -> bool:
    overlap = one.start < other.end and other.start < one.end
    return one.document_id == other.document_id and overlap


def _outside(ids: Collection[str]) -> Callable[[Passage], bool] | None:
    return (lambda passage: passage.document_id not in ids) if ids else None


def _of_document(id_: str) -> Callable[[Passage], bool]:
    return lambda passage: passage.document_id == id_
