"""Which of several times a question is about: « le prochain apéro », "the last fair".

The dated sentences of the documents tell when a thing takes place; which of them is meant is a
matter of days, not of likeness: « 5 novembre » is as like the question as « 5 décembre ».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tourbot.answering.events import SURE, above, is_about_event, is_deadline
from tourbot.chronology import Dated
from tourbot.index import Generation
from tourbot.reading import Evidence
from tourbot.text import dates
from tourbot.text.dates import Period
from tourbot.text.lexical import analyse, concepts
from tourbot.types import Passage

# What a question asks with when it asks when something takes place, and nothing else.
_WHEN = frozenset(
    analyse(
        "quand date jour heure mois lieu eu aura auront tenir tient tiendra tenu tenue dérouler "
        "déroule déroulera déroulé prévu prévue prochain prochaine dernier dernière édition"
    )
) | frozenset(
    analyse("when date day month time next last latest upcoming take took place held edition", "en")
)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that tells when a thing took or takes place.

    Attributes:
        terms: Index terms of the sentence and of what stands above it.
        itself: Whether it tells of the event itself, and names its date.
    """

    entry: Dated
    passage: Passage
    terms: frozenset[str]
    itself: bool

    @property
    def names_days(self) -> bool:
        """Whether it names days or months of the event itself."""
        return self.itself and self.entry.period.precision != "year"

    @property
    def evidence(self) -> Evidence:
        """What to quote."""
        entry = self.entry
        return Evidence(self.passage.document_id, self.passage, entry.start, entry.end, SURE)


@dataclass(frozen=True, slots=True)
class Edition:
    """One of several times at which a thing takes place.

    Attributes:
        thing: Index terms of what it is an edition of.
        told: The sentences that name its days, those of the agenda first.
        recurs: Whether it is a day of an event of the agenda that has several.
    """

    period: Period
    thing: frozenset[str]
    told: tuple[Told, ...]
    recurs: bool

    @classmethod
    def of(cls, period: Period, thing: frozenset[str], editions: Sequence[Told]) -> Edition:
        """Take what tells of a period out of what tells of all editions."""
        dated = [t for t in editions if t.names_days]
        told = [t for t in dated if t.entry.period.meets(period)]
        told.sort(key=lambda t: (t.passage.locator.event is None, t.entry.period != period))
        event = told[0].passage.locator.event if told else None
        days = {t.entry.period for t in dated if event and t.passage.locator.event == event}
        return cls(period, thing, tuple(told), recurs=len(days) > 1)

    def dated(self, question: str) -> list[Evidence]:
        """Return what answers when it takes place, where a question asks nothing else of it.

        Args:
            question: « Quand ouvrent les inscriptions au prochain salon ? » asks something else:
                nothing that tells when the fair is speaks of inscriptions.
        """
        words = dates.removed(question).split()
        return [
            t.evidence for t in self.told if all(_is_of(word, t.terms | _WHEN) for word in words)
        ]


class Editions:
    """The dated sentences of one generation, searched for the times of one thing.

    Args:
        generation: Open for reading.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def of(self, thing: frozenset[str], passages: Iterable[Passage]) -> list[Told]:
        """Return the sentences that tell when a thing took or takes place.

        Args:
            thing: Its index terms.
            passages: Where it is looked for. Of an event of the agenda that is found there, all
                days are returned: those of one that recurs fill more passages than are like a
                question.
        """
        looked_at = {passage.id: passage for passage in passages}
        for passage in list(looked_at.values()):
            if thing and passage.locator.event and thing <= set(analyse(passage.locator.event)):
                looked_at |= {p.id: p for p in self._same_event(passage)}
        return [told for passage in looked_at.values() for told in self._told(passage, thing)]

    def tells_another(self, edition: Edition, passage: Passage, start: int, end: int) -> bool:
        """Tell whether a sentence is about the same thing, but on other days than an edition's."""
        if not edition.thing:
            return False
        named = [
            told.entry.period
            for told in self._told(passage, edition.thing)
            if (told.entry.start, told.entry.end) == (start, end) and told.names_days
        ]
        return bool(named) and not any(period.meets(edition.period) for period in named)

    def _told(self, passage: Passage, thing: frozenset[str]) -> Iterator[Told]:
        for entry in self._generation.chronology.of(passage.id):
            sentence = passage.text[entry.start - passage.start : entry.end - passage.start]
            terms = frozenset(analyse(f"{passage.title} {above(passage)} {sentence}"))
            if thing <= terms and not is_deadline(sentence, entry.period):
                itself = entry.own and is_about_event(passage, sentence)
                yield Told(entry, passage, terms, itself=itself)

    def _same_event(self, passage: Passage) -> list[Passage]:
        """Return the passages of the event of the agenda that a passage is of."""
        id_, event = passage.document_id, passage.locator.event
        return [p for p in self._generation.passages_of(id_) if p.locator.event == event]


def _is_of(word: str, terms: frozenset[str]) -> bool:
    """Tell whether a word is one of some terms, or says nothing."""
    return any(all(terms & means for means in concepts(word, lang)) for lang in ("fr", "en"))
