"""One generation and everything that answering derives from it: question → answer, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Sequence

from tourbot import (
    acronyms,
    contrasts,
    conversation,
    dates,
    decomposition,
    editions,
    events,
    regions,
)
from tourbot.editions import Editions
from tourbot.embedding import Embedding
from tourbot.events import Events
from tourbot.index import Generation
from tourbot.lexical import analyse
from tourbot.lookalikes import Family, families, newer_versions, subject
from tourbot.reading import Evidence, Reader
from tourbot.reading.question import Expected, expected_answer
from tourbot.reading.reader import Judged, has_to_do, reranked
from tourbot.reading.short import short_answer
from tourbot.retrieval import Retriever, Within
from tourbot.shorthand import addressed
from tourbot.strings import date_label
from tourbot.types import Answer, Citation, Metadata, Retrieved
from tourbot.typography import fold, loose_pattern

PASSAGES_SHOWN = 5
_RETRIEVED = 10
# Of each look-alike document, this many passages are read.
_PASSAGES_PER_VARIANT = 3
# Where the question names what they have in common, each is to be heard.
_HALF_AS_GOOD = 0.2
# Of more look-alikes that the question does not name, it is asked which one is meant.
_VARIANTS_TOLD = 3
# Among so many passages the editions of an event are looked for.
_DATED = 20
# A thing is introduced with so many sentences.
_FIRST_SENTENCES = 2
# Of each part of a question, so many quotes are kept.
_PER_PART = 2
# Where one part of a comparison is answered, the others are from so much of the threshold on.
_BESIDE = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class _Ask:
    """A question on its way.

    Attributes:
        question, understood, searched: As typed, as completed, and with its acronyms spelt out.
        without: Ids of documents to answer without.
        today: The day that it is asked on.
        occasions: Which events it asks for, where it asks what happens when.
        threshold: Confidence from which it is answered.
        edition: Which of several times it is about, where it asks for the latest or the next.
        none_coming: Whether it asks for the next of something of which none is announced.
    """

    question: str
    understood: str
    searched: str
    lang: str
    without: frozenset[str]
    today: dt.date
    threshold: float
    occasions: events.Asked | None = None
    edition: editions.Edition | None = None
    none_coming: bool = False


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
        self.newer = newer_versions(self.metadata)
        self.families = families(
            {id_: m for id_, m in self.metadata.items() if id_ not in self.newer}
        )
        self._families = list({id(f): f for f in self.families.values()}.values())
        self.events = Events(generation, self.metadata)
        self.editions = Editions(generation)
        self.retriever = Retriever(generation, embedding)
        names = {fold(name): name for m in self.metadata.values() if (name := subject(m.title))}
        self.subjects = sorted(names.values())
        self._words = [(name, frozenset(_words(name))) for name in self.subjects]
        self.acronyms = acronyms.explained(d.text for d in generation.catalogue.documents())
        self.reader = Reader(generation, embedding, threshold, self.acronyms)

    def understand(self, question: str, history: Sequence[str], today: dt.date) -> str:
        """Complete a follow-up from the questions before it, and « l’an dernier » from today."""
        question = dates.absolute(question, today)
        if events.about_any(question, today):
            return question
        return conversation.standalone(question, history, self.subjects)

    def retrieve(
        self, question: str, lang: str, count: int, without: frozenset[str]
    ) -> list[Retrieved]:
        """Return the best passages outside some documents, reranked by their sentences."""
        found = self._search(question, lang, count, without)
        return reranked(found, self.reader.judge(question, lang, found))

    def _search(
        self, question: str, lang: str, count: int, without: frozenset[str]
    ) -> list[Retrieved]:
        return self.retriever.retrieve(question, lang, count, _outside(without))

    def answer(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> Answer:
        """Answer a standalone question from all documents but those left out.

        What asks several things is answered part by part; what asks for the latest or the next of
        several is asked of the edition that the documents date so. Where a subject was carried into
        the question and what it finds has none of the question's own words, the topic has changed,
        unless the question says that it goes on.
        """
        answer = self._newest(question, understood, lang, without, today)
        own = conversation.own_part(understood)
        if own and not conversation.goes_on(own) and not _touches(own, answer):
            alone = self._newest(question, own, lang, without, today)
            return alone if _touches(own, alone) else answer
        return answer

    def _newest(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> Answer:
        """Answer from the newest version of each document.

        An older one is read where no newer one answers, or where its year is asked for.
        """
        years = dates.years(understood)
        older = {
            id_
            for id_, newest in self.newer.items()
            if years.isdisjoint({self.metadata[id_].date[:4]} - {self.metadata[newest].date[:4]})
        }
        answer = self._answer(question, understood, lang, without | older, today)
        if answer.abstained and older - without:
            answer = self._answer(question, understood, lang, without, today)
        return answer

    def _answer(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> Answer:
        asks = [
            (self._asked(question, part.question, lang, without, today), part.label)
            for part in decomposition.parts(understood, self.subjects)
        ]
        answers = [self._one(ask) for ask, _ in asks]
        if len(asks) == 1:
            return answers[0]
        labels = [label for _, label in asks]
        if all(labels) and any(answer.citations for answer in answers):
            # The same was asked of several: half a comparison is none.
            answers = [
                answer
                if answer.citations
                else self._one(dataclasses.replace(ask, threshold=_BESIDE * ask.threshold))
                for answer, (ask, _) in zip(answers, asks, strict=True)
            ]
        return self._together(question, understood, list(zip(answers, labels, strict=True)))

    def _asked(
        self, question: str, understood: str, lang: str, without: frozenset[str], today: dt.date
    ) -> _Ask:
        none_coming, edition, standing = False, None, understood
        occasions = events.asked(understood, lang, today)
        ordered = dates.ordered(understood)
        if occasions is not None:
            spoken = occasions.spoken
            understood = f"{understood.rstrip(' ?')} ({spoken}) ?" if spoken else understood
        elif ordered and not dates.years(understood):
            thing = self._thing(understood, ordered.of)
            told = self._told(understood, thing, lang, without)
            period = dates.choose((t.entry.period for t in told), ordered.order, today)
            if period is not None:
                edition = editions.Edition.of(period, thing, told)
                understood = f"{understood.rstrip(' ?')} ({period.spoken(lang)}) ?"
            none_coming = bool(told) and period is None and ordered.order == "next"
        threshold = self.reader.threshold
        # What else is told of an event that recurs holds for all its days, and names none.
        searched = standing if edition is not None and edition.recurs else understood
        return _Ask(
            question,
            understood,
            self._searched(searched),
            lang,
            without,
            today,
            threshold,
            occasions,
            edition,
            none_coming,
        )

    def _searched(self, understood: str) -> str:
        return acronyms.expand(self._as_written(addressed(understood)), self.acronyms)

    def _told(
        self, understood: str, thing: frozenset[str], lang: str, without: frozenset[str]
    ) -> list[editions.Told]:
        """Return when a thing that a question names took or takes place, wherever that is said."""
        found = self._search(self._searched(understood), lang, _DATED, without)
        return self.editions.of(thing, (r.passage for r in found))

    def _thing(self, understood: str, otherwise: str = "") -> frozenset[str]:
        """Return the index terms of what a question names."""
        named = conversation.subjects_of(understood, self.subjects)
        return frozenset(analyse(re.sub(r"[’'&@-]", " ", named[0] if named else otherwise)))

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
        found = self._search(ask.searched, ask.lang, _RETRIEVED, ask.without)
        if ask.occasions is not None:
            listed = self._events(ask, ask.occasions, found)
            if listed is not None:
                return listed
        introduced = self._introduction(ask, found)
        if introduced is not None:
            return introduced
        judged = self._judge(ask, found)
        family = self._ambiguous_family(ask.understood, judged)
        if family is not None:
            meant = family.meant(ask.understood)
            if meant or regions.mentioned(ask.understood):
                others = {v.document_id for v in family.variants} - {v.document_id for v in meant}
                without = ask.without | frozenset(others)
                found = self._search(ask.searched, ask.lang, _RETRIEVED, without)
                judged = self._judge(ask, found)
            elif contrasts.answers(family, judged):
                each = self._per_variant(ask, family, found)
                if each is not None:
                    return each
        if ask.none_coming:
            silent = self._make(ask, [], [], found)
            return dataclasses.replace(silent, silence="none_coming")
        answer = self._quoted(ask, judged, found)
        return self._dated(ask, answer, found) or answer

    def _judge(self, ask: _Ask, found: Sequence[Retrieved]) -> list[Judged]:
        """Judge the sentences of passages, but for those that tell of another edition.

        They may be as like the question as those that tell of the one that is meant.
        """
        judged = self.reader.judge(ask.searched, ask.lang, found)
        if ask.edition is None:
            return judged
        kept = []
        for item in judged:
            passage, segment = item.candidate.retrieved.passage, item.candidate.segment
            if not self.editions.tells_another(ask.edition, passage, segment.start, segment.end):
                kept.append(item)
        return kept

    def _dated(self, ask: _Ask, answer: Answer, found: Sequence[Retrieved]) -> Answer | None:
        """Answer when an edition takes place with a sentence that says so.

        None where something else is asked of it, or a sentence that says so is quoted already.
        """
        asks_when = expected_answer(ask.understood) in {Expected.DATE, Expected.DAY}
        if ask.edition is None or not asks_when:
            return None
        told = ask.edition.dated(ask.understood)
        quoted = {(c.document_id, c.start, c.end) for c in answer.citations}
        if not told or any((e.document_id, e.start, e.end) in quoted for e in told):
            return None
        return self._make(ask, told[:1], [], found)

    def _introduction(self, ask: _Ask, found: Sequence[Retrieved]) -> Answer | None:
        """Tell what a thing is with the beginning of the document that bears its name.

        Of look-alikes, each with its label.
        """
        if expected_answer(ask.understood) is not Expected.DEFINITION:
            return None
        named = conversation.subjects_of(ask.understood, self.subjects)
        documents = [
            id_
            for id_, metadata in self.metadata.items()
            if named and subject(metadata.title) == named[0] and id_ not in ask.without
        ]
        most = _FIRST_SENTENCES if len(documents) == 1 else 1
        evidence = [e for id_ in documents for e in self.reader.beginning(id_, most)]
        family = self.families.get(documents[0]) if len(documents) > 1 else None
        labels = {v.document_id: v.label for v in family.variants} if family else {}
        if not evidence:
            return None
        told = [labels.get(e.document_id, "") for e in evidence]
        return self._make(ask, evidence, [], found, told)

    def _events(
        self, ask: _Ask, occasions: events.Asked, found: Sequence[Retrieved]
    ) -> Answer | None:
        """Answer with the events asked for; None where their kind or name may be told elsewhere."""
        named = self._thing(dates.without_months(ask.understood)) - events.ANY
        happening = self.events.matching(occasions, named, ask.understood, ask.without)
        answer = self._make(ask, happening, [], found)
        if happening:
            return answer
        if named or occasions.kind:
            return None
        return dataclasses.replace(answer, silence="no_event")

    def _quoted(self, ask: _Ask, judged: Sequence[Judged], found: Sequence[Retrieved]) -> Answer:
        """Quote what answers: one value, one for each year, or all sides of a contradiction."""
        evidence = self.reader.quote(judged, threshold=ask.threshold)
        if len(evidence) != 1:
            return self._make(ask, evidence, judged, found)
        sure = [j for j in judged if j.confidence >= ask.threshold]
        yearly = contrasts.yearly(ask.understood, sure)
        each = [self.reader.stretches(item)[-1] for item in yearly.values()]
        # A list that is quoted whole holds them already.
        if not all(evidence[0].start <= e.start and e.end <= evidence[0].end for e in each):
            return self._make(ask, each, judged, found, list(yearly))
        sides = contrasts.contradictory(ask.understood, sure, self.metadata, self.families.keys())
        if sides:
            evidence = [e for item in sides for e in self.reader.stretches(item)]
        labels = [self._source(e.document_id, ask.lang) for e in evidence] if sides else []
        answer = self._make(ask, evidence, judged, found, labels)
        return dataclasses.replace(answer, differ=bool(sides))

    def _source(self, document_id: str, lang: str) -> str:
        """Name the publisher of a document, or the document, and its date."""
        metadata = self.metadata[document_id]
        return f"{metadata.publisher or metadata.title}, {date_label(lang, metadata.date)}"

    def _as_written(self, question: str) -> str:
        """Write known names as the documents do: accents and capitals are part of them."""
        said = set(_words(question))
        for name, words in self._words:
            if words <= said:
                question = loose_pattern(name).sub(name.replace("\\", r"\\"), question)
        return question

    def _ambiguous_family(self, understood: str, judged: Sequence[Judged]) -> Family | None:
        """Return the family whose members could be confused in answering this question, if any."""
        terms = set(analyse(understood))
        for family in self._families:
            if family.named_by(terms):
                return family
        if not judged or conversation.subjects_of(understood, self.subjects):
            return None
        best = judged[0].candidate.retrieved.passage.document_id
        return self.families.get(best)

    def _per_variant(self, ask: _Ask, family: Family, found: Sequence[Retrieved]) -> Answer | None:
        """Answer once for each variant, or ask which one is meant; None when no variant answers."""
        evidence: list[Evidence] = []
        everything: list[Judged] = []
        best: dict[str, float] = {}
        for variant in family.variants:
            if variant.document_id in ask.without:
                continue
            own = self.retriever.retrieve(
                ask.searched, ask.lang, _PASSAGES_PER_VARIANT, {variant.document_id}.__contains__
            )
            judged = self._judge(ask, own)
            judged = [j for j in judged if not contrasts.tells_of_another(j, variant, family)]
            everything += judged
            probable = [best.get(variant.label, 0.0), *(j.probability for j in judged)]
            best[variant.label] = max(probable)
            evidence += self.reader.quote(judged, most=1)
        if not evidence:
            return None
        everything.sort(key=lambda j: -j.probability)
        named_itself = family.named_in(ask.understood)
        share = _HALF_AS_GOOD if named_itself else contrasts.NEARLY_AS_GOOD
        floor = share * max(e.probability for e in evidence)
        evidence = [e for e in evidence if e.probability >= floor]
        named = {v.document_id: v.label for v in family.variants}
        labels = [named[e.document_id] for e in evidence]
        # A choice need not be sure, an answer must: leaving out a choice hides it.
        choices = tuple(label for label, probability in best.items() if probability >= floor)
        if len(choices) <= _VARIANTS_TOLD or family.named_in(ask.question):
            return self._make(ask, evidence, everything, found, labels)
        return dataclasses.replace(self._make(ask, [], everything, found), choices=choices)

    def _make(
        self,
        ask: _Ask,
        evidence: Sequence[Evidence],
        judged: Sequence[Judged],
        found: Sequence[Retrieved],
        labels: Sequence[str] = (),
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
                label=label,
                short=None if "\n" in quote else short_answer(ask.understood, quote),
                past=self.events.over(e.passage, quote, ask.today),
                newer=self.metadata[self.newer[e.document_id]].date
                if e.document_id in self.newer
                else "",
            )
            for number, (e, label) in enumerate(
                zip(evidence, labels or [""] * len(evidence), strict=True), start=1
            )
        )
        sure = max((e.probability for e in evidence), default=0.0)
        confidence = judged[0].confidence if judged else sure
        related = bool(evidence) or not judged or has_to_do(judged)
        shown = tuple(reranked(found, judged)[:PASSAGES_SHOWN]) if related else ()
        return Answer(ask.question, ask.understood, ask.lang, citations, confidence, shown)

    def _slice(self, evidence: Evidence) -> str:
        document = self.generation.catalogue.document(evidence.document_id)
        assert document is not None, evidence.document_id  # noqa: S101 - read from it a moment ago
        return document.text[evidence.start : evidence.end]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def _touches(question: str, answer: Answer) -> bool:
    """Tell whether what is quoted has a word of the question."""
    terms = set(analyse(question))
    return any(
        terms & set(analyse(f"{c.metadata.title} {' '.join(c.locator.headings)} {c.quote}"))
        for c in answer.citations
    )


def _same_place(one: Citation, other: Citation) -> bool:
    overlap = one.start < other.end and other.start < one.end
    return one.document_id == other.document_id and overlap


def _outside(ids: Collection[str]) -> Within | None:
    return (lambda id_: id_ not in ids) if ids else None
