"""A standalone question → what is asked: of which days, of which edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tourbot import rules
from tourbot.answering import editions, events
from tourbot.answering.atlas import Atlas
from tourbot.text import dates
from tourbot.types import Passage

# Finds passages for a question in a language, outside some documents.
Search = Callable[[str, str, int, frozenset[str]], Sequence[Passage]]
# Among so many passages the editions of an event are looked for.
_DATED = 20


@dataclass(frozen=True, slots=True)
class Ask:
    """A question on its way.

    Attributes:
        question, understood: As typed, and as completed.
        without: Ids of documents to answer without.
        today: The day that it is asked on.
        threshold: Confidence from which it is answered.
        searched: What passages are searched for and read with.
        beside: The question before it, where passages are searched for and read with both.
        occasions: Which events it asks for, where it asks what happens when.
        edition: Which of several times it is about, where it asks for the latest or the next.
        none_coming: Whether it asks for the next of something of which none is announced.
    """

    question: str
    understood: str
    lang: str
    without: frozenset[str]
    today: dt.date
    threshold: float
    searched: str = ""
    beside: str = ""
    occasions: events.Asked | None = None
    edition: editions.Edition | None = None
    none_coming: bool = False

    @property
    def query(self) -> str:
        """What passages are searched for."""
        return f"{self.beside} {self.searched}".strip()


def asked(plain: Ask, atlas: Atlas, search: Search) -> Ask:
    """Find out for which days and of which edition a question asks.

    Args:
        plain: The question as it was understood.
        atlas: Of the documents.
        search: Finds where the editions of an event are told.
    """
    question, lang, today = plain.understood, plain.lang, plain.today
    none_coming, edition, understood = False, None, question
    occasions = events.asked(question, lang, today) if rules.on("events") else None
    ordered = dates.ordered(question) if rules.on("editions") else None
    if occasions is not None:
        understood = _with(question, occasions.spoken)
    elif ordered and not dates.years(question):
        thing = atlas.thing(question, ordered.of)
        found = search(question, lang, _DATED, plain.without)
        told = atlas.editions.of(thing, found)
        period = dates.choose((t.entry.period for t in told), ordered.order, today)
        if period is not None:
            edition = editions.Edition.of(period, thing, told)
            understood = _with(question, period.spoken(lang))
        none_coming = bool(told) and period is None and ordered.order == "next"
    # What else is told of an event that recurs holds for all its days, and names none.
    searched = question if edition is not None and edition.recurs else understood
    return replace(
        plain,
        understood=understood,
        searched=searched,
        occasions=occasions,
        edition=edition,
        none_coming=none_coming,
    )


def _with(question: str, period: str) -> str:
    return f"{question.rstrip(' ?')} ({period}) ?" if period else question
