"""One generation and everything that answering derives from it: question → answer, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tourbot import rules
from tourbot.answering import events
from tourbot.answering.asking import Ask, asked
from tourbot.answering.atlas import Atlas
from tourbot.answering.citing import Citing, together
from tourbot.answering.ways import BESIDE, Ways, outside
from tourbot.embedding import Embedding
from tourbot.index import Generation
from tourbot.reading import Quoter, Reader
from tourbot.reading.question import expected_answer
from tourbot.reading.reader import reranked
from tourbot.retrieval import Retriever
from tourbot.text import dates
from tourbot.text.lexical import analyse
from tourbot.types import Answer, Metadata, Passage, Retrieved
from tourbot.understanding import conversation, decomposition
from tourbot.understanding.decomposition import Part

# Of passages and of sentences, so many are told in an explanation.
_EXPLAINED = 6


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
        self.atlas = Atlas(generation)
        self._languages = generation.catalogue.languages()
        self._retriever = Retriever(generation, embedding)
        self._reader = Reader(generation, embedding, threshold, self.atlas.acronyms)
        quoter, citing = Quoter(generation), Citing(generation, self.atlas)
        self._ways = Ways(self.atlas, self._retriever, self._reader, quoter, citing)

    @property
    def metadata(self) -> dict[str, Metadata]:
        """Of each document, by id."""
        return self.atlas.metadata

    def understand(self, question: str, history: Sequence[str], today: dt.date) -> str:
        """Complete a follow-up from the questions before it, and « l’an dernier » from today."""
        question = dates.absolute(question, today)
        if events.about_any(question, today) or not rules.on("follow-up"):
            return question
        return conversation.standalone(question, history, self.atlas.subjects)

    def retrieve(
        self, question: str, lang: str, count: int, without: frozenset[str]
    ) -> list[Retrieved]:
        """Return the best passages outside some documents, reranked by their sentences."""
        found = self._retriever.retrieve(question, lang, count, outside(without))
        return reranked(found, self._reader.judge(question, lang, found))

    def answer(
        self,
        question: str,
        understood: str,
        lang: str,
        without: frozenset[str],
        today: dt.date,
        previous: str = "",
    ) -> Answer:
        """Answer a standalone question from all documents but those left out.

        What asks several things is answered part by part; what asks for the latest or the next of
        several is asked of the edition that the documents date so. A question can be read in
        several ways, which are tried in a row: the first that is answered is what was understood.

        Args:
            question: As typed.
            understood: Standalone.
            lang: Its language.
            without: Ids of documents to answer without.
            today: The day that it is asked on.
            previous: What was understood of the question before it, if any.
        """
        ask = Ask(question, understood, lang, without, today, self._reader.threshold)
        first: Answer | None = None
        for reading in self._readings(ask, previous):
            answer = self._newest(reading)
            own = conversation.own_part(reading.understood)
            changed = own and not conversation.goes_on(own) and not _touches(own, answer)
            if not answer.abstained and not (changed and rules.on("topic-changed")):
                return answer
            first = first or answer
            if answer.choices:
                break
        assert first is not None  # noqa: S101 - there is one reading at least
        return first

    def _readings(self, ask: Ask, previous: str) -> Iterator[Ask]:
        """Yield what may be meant, the likeliest first.

        Where a subject was carried into a question, it may stand alone, unless it says that it
        goes on; what the question before it was about may be meant; words that the documents do not
        have may be misspelt.
        """
        yield ask
        own = conversation.own_part(ask.understood)
        if own and rules.on("topic-changed") and not conversation.goes_on(own):
            yield replace(ask, understood=own)
        if previous and rules.on("beside") and conversation.leans(own or ask.understood):
            yield replace(ask, understood=own or ask.understood, beside=previous)
        if ask.lang in self._languages and rules.on("spelling"):
            mended = self.atlas.spelling(ask.lang).mended(ask.understood)
            if mended != ask.understood:
                yield replace(ask, understood=mended)

    def _newest(self, ask: Ask) -> Answer:
        """Answer from the newest version of each document.

        An older one is read where no newer one answers, or where its year is asked for.
        """
        years, known = dates.years(ask.understood), self.metadata
        older = {
            id_
            for id_, newest in self.atlas.newer.items()
            if years.isdisjoint({known[id_].date[:4]} - {known[newest].date[:4]})
            and rules.on("newest-version")
        }
        answer = self._each_part(replace(ask, without=ask.without | older))
        if answer.abstained and older - ask.without:
            answer = self._each_part(ask)
        return answer

    def _each_part(self, ask: Ask) -> Answer:
        """Answer what asks several things part by part.

        Things that are compared may be told of in one sentence: where none does, each is asked of.
        """
        subjects = self.atlas.subjects
        parts = decomposition.parts(ask.understood, subjects) if rules.on("parts") else []
        if len(parts) > 1:
            return self._together(ask, parts)
        answer = self._ways.answer(self._asked(ask, ask.understood))
        if answer.abstained and not answer.choices and rules.on("compared-by-name"):
            parts = decomposition.by_name(ask.understood, subjects)
            each = self._together(ask, parts) if parts else answer
            return answer if each.abstained else each
        return answer

    def _together(self, ask: Ask, parts: Sequence[Part]) -> Answer:
        """Answer each part; where the same is asked of several, half a comparison is none."""
        asks = [self._asked(ask, part.question) for part in parts]
        answers = [self._ways.answer(one) for one in asks]
        half = any(answer.citations for answer in answers) and all(p.label for p in parts)
        if half and rules.on("half-a-comparison"):
            lower = [replace(one, threshold=BESIDE * one.threshold) for one in asks]
            answers = [
                answer if answer.citations else self._ways.answer(one)
                for answer, one in zip(answers, lower, strict=True)
            ]
        labels = [part.label for part in parts]
        labelled = list(zip(answers, labels, strict=True))
        return together(ask.question, ask.understood, labelled)

    def _asked(self, ask: Ask, part: str) -> Ask:
        return asked(replace(ask, understood=part), self.atlas, self._passages)

    def explain(self, understood: str, lang: str, today: dt.date) -> Iterator[tuple[str, str]]:
        """Tell of each part of a standalone question what is searched for and what is read.

        It is the first of its readings, over all documents; another may be what is answered.

        Args:
            understood: Standalone.
            lang: Its language.
            today: The day that it is asked on.
        """
        parts = [Part(understood)]
        if rules.on("parts"):
            parts = decomposition.parts(understood, self.atlas.subjects)
        plain = Ask(understood, understood, lang, frozenset(), today, self._reader.threshold)
        for ask in (self._asked(plain, part.question) for part in parts):
            if len(parts) > 1:
                yield "part", ask.understood
            yield "asks for", f"{expected_answer(ask.understood)}, {lang}"
            if ask.occasions is not None:
                yield "events", ask.occasions.spoken or "any"
            if ask.edition is not None:
                yield "edition", ask.understood
            yield "searched for", ask.searched
            found = self._retriever.retrieve(ask.searched, lang, _EXPLAINED)
            for number, r in enumerate(found, start=1):
                told = f"{r.passage.title} (score {r.score:.2f}, cosine {r.dense:.3f})"
                yield f"passage {number}", told
            judged = self._reader.judge(ask.searched, lang, found)
            for number, j in enumerate(judged[:_EXPLAINED], start=1):
                sure = f"(probability {j.probability:.3f}, confidence {j.confidence:.3f})"
                yield f"sentence {number}", f"{j.candidate.text} {sure}"
            yield "threshold", f"{ask.threshold:.3f}"

    def _passages(
        self, question: str, lang: str, count: int, without: frozenset[str]
    ) -> list[Passage]:
        found = self._retriever.retrieve(question, lang, count, outside(without))
        return [r.passage for r in found]


def _touches(question: str, answer: Answer) -> bool:
    """Tell whether what is quoted has a word of the question."""
    terms = set(analyse(question))
    return any(
        terms & set(analyse(f"{c.metadata.title} {' '.join(c.locator.headings)} {c.quote}"))
        for c in answer.citations
    )
