"""The ways to answer one question, tried in a row: the first that has an answer gives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from tourbot import rules
from tourbot.answering import contrasts, events
from tourbot.answering.asking import Ask
from tourbot.answering.atlas import Atlas
from tourbot.answering.citing import Citing
from tourbot.lookalikes import Family
from tourbot.reading import Evidence, Quoter, Reader
from tourbot.reading.question import Expected, expected_answer
from tourbot.reading.reader import Judged
from tourbot.retrieval import Retriever, Within
from tourbot.text import dates, regions
from tourbot.types import Answer, Retrieved

_RETRIEVED = 10
# Of each look-alike document, this many passages are read.
_PASSAGES_PER_VARIANT = 3
# Where the question names what they have in common, each is to be heard.
_HALF_AS_GOOD = 0.2
# A thing is introduced with so many sentences.
_FIRST_SENTENCES = 2
# Half a comparison is none: where one of several things is answered, the others are from so much of
# the threshold on.
BESIDE = 0.6
# Of more look-alikes that the question does not name, it is asked which one is meant.
_VARIANTS_TOLD = 3


@dataclass
class Found:
    """What was found for a question.

    Attributes:
        passages: Best first.
    """

    passages: Sequence[Retrieved]
    _judge: Callable[[Sequence[Retrieved]], list[Judged]]

    @cached_property
    def judged(self) -> list[Judged]:
        """Their sentences, most convincing first: read when first asked for."""
        return self._judge(self.passages)


class Ways:
    """Answers what asks one thing.

    Args:
        atlas: Of the documents.
        retriever: Finds passages.
        reader: Judges their sentences.
        quoter: Chooses what to quote.
        citing: Makes answers of it.
    """

    def __init__(
        self, atlas: Atlas, retriever: Retriever, reader: Reader, quoter: Quoter, citing: Citing
    ) -> None:
        self._atlas, self._retriever, self._reader = atlas, retriever, reader
        self._quoter, self._citing = quoter, citing

    def answer(self, ask: Ask) -> Answer:
        """Try each way."""
        passages = self._retriever.retrieve(ask.query, ask.lang, _RETRIEVED, outside(ask.without))
        found = Found(passages, lambda passages: self._judge(ask, passages))
        ways = (
            self._happening,
            self._introduction,
            self._each_look_alike,
            self._none_coming,
        )
        answers = (way(ask, found) for way in ways)
        answer = next((answer for answer in answers if answer is not None), None)
        if answer is None:
            answer = self._quoted(ask, found)
            answer = self._dated(ask, found, answer) or answer
        return answer

    def _judge(self, ask: Ask, passages: Sequence[Retrieved]) -> list[Judged]:
        """Judge the sentences of passages, but for those that tell of another edition.

        They may be as like the question as those that tell of the one that is meant.
        """
        judged = self._reader.judge(ask.searched, ask.lang, passages, ask.beside)
        if ask.edition is None:
            return judged
        return [j for j in judged if not self._tells_another(ask, j)]

    def _tells_another(self, ask: Ask, judged: Judged) -> bool:
        passage, segment = judged.candidate.retrieved.passage, judged.candidate.segment
        return ask.edition is not None and self._atlas.editions.tells_another(
            ask.edition, passage, segment.start, segment.end
        )

    def _happening(self, ask: Ask, found: Found) -> Answer | None:
        """Answer with the events asked for; None where their kind or name may be told elsewhere."""
        if ask.occasions is None:
            return None
        named = self._atlas.thing(dates.without_months(ask.understood)) - events.ANY
        happening = self._atlas.events.matching(ask.occasions, named, ask.understood, ask.without)
        answer = self._citing.answer(ask, happening, [], found.passages)
        if happening:
            return answer
        if named or ask.occasions.kind:
            return None
        near = self._citing.near(found.judged, ())
        return dataclasses.replace(answer, silence="no_event", near=near)

    def _introduction(self, ask: Ask, found: Found) -> Answer | None:
        """Tell what a thing is with the beginning of the document that bears its name.

        Of look-alikes, each with its label.
        """
        asks_what = expected_answer(ask.understood) is Expected.DEFINITION
        if not asks_what or not rules.on("introduction"):
            return None
        named = self._atlas.named(ask.understood)[:1]
        documents = [d for name in named for d in self._atlas.about(name) if d not in ask.without]
        most = _FIRST_SENTENCES if len(documents) == 1 else 1
        evidence = [e for id_ in documents for e in self._quoter.beginning(id_, most)]
        if not evidence:
            return None
        family = self._atlas.families.get(documents[0]) if len(documents) > 1 else None
        labels = {v.document_id: v.label for v in family.variants} if family else {}
        told = [labels.get(e.document_id, "") for e in evidence]
        return self._citing.answer(ask, evidence, [], found.passages, told)

    def _each_look_alike(self, ask: Ask, found: Found) -> Answer | None:
        """Answer of those look-alikes that are meant; where none is named, of each."""
        family = self._ambiguous_family(ask, found)
        if family is None:
            return None
        meant = {v.document_id for v in family.meant(ask.understood)}
        if meant or regions.mentioned(ask.understood):
            others = {v.document_id for v in family.variants} - meant
            if others <= ask.without:
                return None
            return self.answer(dataclasses.replace(ask, without=ask.without | others))
        if not contrasts.answers(family, found.judged):
            return None
        return self._per_variant(ask, family, found)

    def _ambiguous_family(self, ask: Ask, found: Found) -> Family | None:
        """Return the family whose members could be confused in answering a question, if any."""
        if not rules.on("look-alikes"):
            return None
        named = self._atlas.family_named(ask.understood)
        if named or not found.judged or self._atlas.named(ask.understood):
            return named
        best = found.judged[0].candidate.retrieved.passage.document_id
        return self._atlas.families.get(best)

    def _per_variant(self, ask: Ask, family: Family, found: Found) -> Answer | None:
        """Answer once for each variant, or ask which one is meant; None when no variant answers."""
        evidence: list[Evidence] = []
        everything: list[Judged] = []
        best: dict[str, float] = {}
        least = ask.threshold * (BESIDE if rules.on("half-a-comparison") else 1)
        for variant in family.variants:
            if variant.document_id in ask.without:
                continue
            own = self._retriever.retrieve(
                ask.query, ask.lang, _PASSAGES_PER_VARIANT, {variant.document_id}.__contains__
            )
            judged = self._judge(ask, own)
            judged = [j for j in judged if not contrasts.tells_of_another(j, variant, family)]
            everything += judged
            probable = [best.get(variant.label, 0.0), *(j.probability for j in judged)]
            best[variant.label] = max(probable)
            evidence += self._quoter.quote(judged, least, most=1)
        if not evidence:
            return None
        everything.sort(key=lambda j: -j.probability)
        sure = any(j.confidence >= ask.threshold for j in everything)
        share = contrasts.NEARLY_AS_GOOD
        if family.named_in(ask.understood):
            share = _HALF_AS_GOOD
        floor = share * max(e.probability for e in evidence)
        evidence = [e for e in evidence if e.probability >= floor]
        named = {v.document_id: v.label for v in family.variants}
        labels = [named[e.document_id] for e in evidence]
        # A choice need not be sure, an answer must: leaving out a choice hides it.
        choices = tuple(label for label, probability in best.items() if probability >= floor)
        if len(choices) <= _VARIANTS_TOLD or family.named_in(ask.question):
            answer = self._citing.answer(ask, evidence, everything, found.passages, labels)
            return answer if sure else None
        nothing = self._citing.answer(ask, [], everything, found.passages)
        return dataclasses.replace(nothing, choices=choices)

    def _none_coming(self, ask: Ask, found: Found) -> Answer | None:
        if not ask.none_coming:
            return None
        silent = self._citing.answer(ask, [], [], found.passages)
        near = self._citing.near(found.judged, ())
        return dataclasses.replace(silent, silence="none_coming", near=near)

    def _dated(self, ask: Ask, found: Found, answer: Answer) -> Answer | None:
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
        return self._citing.answer(ask, told[:1], [], found.passages)

    def _quoted(self, ask: Ask, found: Found) -> Answer:
        """Quote what answers: one value, one for each year, or all sides of a contradiction."""
        judged, passages = found.judged, found.passages
        evidence = self._quoter.quote(judged, ask.threshold)
        if len(evidence) != 1:
            return self._citing.answer(ask, evidence, judged, passages)
        sure = [j for j in judged if j.confidence >= ask.threshold]
        yearly = contrasts.yearly(ask.understood, sure) if rules.on("yearly") else {}
        each = [self._quoter.stretches(item)[-1] for item in yearly.values()]
        # A list that is quoted whole holds them already.
        if not all(evidence[0].start <= e.start and e.end <= evidence[0].end for e in each):
            return self._citing.answer(ask, each, judged, passages, list(yearly))
        sides: list[Judged] = []
        if rules.on("contradiction"):
            known, alike = self._atlas.metadata, self._atlas.families.keys()
            sides = contrasts.contradictory(ask.understood, sure, known, alike)
        if sides:
            evidence = [e for item in sides for e in self._quoter.stretches(item)]
        labels = [self._atlas.source(e.document_id, ask.lang) for e in evidence] if sides else []
        answer = self._citing.answer(ask, evidence, judged, passages, labels)
        return dataclasses.replace(answer, differ=bool(sides))


def outside(ids: Collection[str]) -> Within | None:
    """Return the filter that hides some documents; None where none are hidden."""
    return (lambda id_: id_ not in ids) if ids else None
