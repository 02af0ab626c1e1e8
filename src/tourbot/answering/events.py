"""Questions that ask what happens when: « quels événements en novembre ? », "what is coming up?".

They are answered from the chronology of the documents, not by likeness: a sentence about another
month is as like the question as one about the month that was asked for.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tourbot.chronology import Dated
from tourbot.index import Generation
from tourbot.reading import Evidence
from tourbot.reading.question import Expected, expected_answer
from tourbot.strings import date_label
from tourbot.text import dates, regions
from tourbot.text.dates import Period
from tourbot.text.lexical import analyse
from tourbot.text.typography import plain
from tourbot.types import Metadata, Passage, document_of

# Events named in one answer at most.
_MOST = 12
# Sentences about the same days are about one event when they and their titles share so many terms.
_SHARED_TERMS = 4
# A sentence of the chronology answers such a question by its form alone.
SURE = 0.9
_KINDS_OF_DOCUMENT = frozenset({"evenement", "agenda"})
_FIRST_DAY, _LAST_DAY = dt.date.min, dt.date.max
# Any event; the others name a kind of event, which the sentence or its title must name too.
_NAMES = "evenement rendez-vous manifestation event agenda calendrier calendar"
_ANY = "|".join(f"{name}s?" for name in _NAMES.split())
# A document that is called so, an « evenements.csv » say, is not what is asked about.
ANY = frozenset(analyse(_NAMES))
_EVENTS = re.compile(
    rf"\b(?:{_ANY})\b|\b(?P<kind>salons|forums|conferences|journees|rencontres|etapes|editions|"
    r"assises|semaines|fairs|meetings|stages|stops)\b|"
    r"que se passe(?:-t-il)?\b|\bqu'est-ce qui (?:se passe|est prevu)|\bquoi de prevu|"
    r"\bwhat(?:'s| is| was)? (?:on|happening|happens|happened|coming up|planned)\b"
)
_KINDS = {
    "fairs": "salons",
    "meetings": "rencontres",
    "stages": "étapes",
    "stops": "étapes",
}
# « Combien d’événements », « qui organise l’événement » ask for something else about them.
_ASKED = frozenset({Expected.LIST, Expected.DATE, Expected.DAY, Expected.OTHER})
_COMING = re.compile(
    r"\b(?:prochaine?s?|a venir|futurs?|bientot|upcoming|next|coming|forthcoming|soon)\b"
)
_GONE = re.compile(
    r"\b(?:derni(?:er|ere)s?|passee?s?|recent(?:e?s)?|latest|last|past|recently|most recent)\b"
)
_SINGLE = re.compile(
    r"\b(?:(?:le|la|du|l') ?(?:prochaine?|derni(?:er|ere))|prochain evenement|next|latest|last)\b"
    r"(?!\s+\w+s\b)"
)
_BEFORE = re.compile(r"\b(?:avant|before|prior to)\s+(?:(?:le|la|l'|the|fin|debut)\s*)?$")
_UNTIL = re.compile(r"\b(?:jusqu'(?:en|a|au)|until|till|up to)\s+(?:(?:le|the)\s+)?$")
_AFTER = re.compile(r"\b(?:apres|after)\s+(?:(?:le|la|l'|the)\s*)?$")
_SINCE = re.compile(
    r"\b(?:depuis|a partir d[eu]|des|since|from|starting(?: in)?)\s+(?:(?:le|la|l'|the)\s*)?$"
)
_BETWEEN = re.compile(r"\b(?:entre|between|de|d'|from|du)\s+(?:(?:le|the)\s+)?$")
_MONTH_ALONE = re.compile(
    rf"\b(?:en|au mois de|au mois d'|in|during)\s*(?P<month>{dates.MONTH})\b(?!\s+(?:19|20)\d\d)"
)
_PAST_TENSE = re.compile(
    r"\b(?:ont|a) (?:eu lieu|ete)|"
    r"\b(?:s'est|se sont|y a(?:vait)? eu|etaient|etait|took|was|were|did|happened)\b"
)
# What tells that a dated sentence is about an event itself.
_TAKES_PLACE = re.compile(
    r"\b(?:a|ont|aura|auront|avait) (?:eu )?lieu|\bse (?:tien\w+|tenait|deroul\w+)|"
    r"\bs'est (?:tenue?|deroulee?|ouverte?)|"
    r"\b(?:edition|etape|salon|forum|journee|rencontre|conference|ceremonie|sommet)s?\b|"
    r"\btakes? place|\btook place|\bheld\b"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question about events asks for.

    Attributes:
        first, last: Between which days.
        newest_first: Whether the latest come first.
        single: Whether one event is asked for.
        kind: Index terms of the kind of event; none when any will do.
        spoken: The days in words, in the question's language, where the question counts from
            today; an empty string otherwise.
    """

    first: dt.date
    last: dt.date
    newest_first: bool
    single: bool
    kind: frozenset[str]
    spoken: str


def asked(question: str, lang: str, today: dt.date) -> Asked | None:
    """Read which events a question asks for; None when it asks something else.

    >>> day = dt.date(2025, 10, 1)
    >>> found = asked("Quels événements en novembre 2025 ?", "fr", day)
    >>> str(found.first), str(found.last)
    ('2025-11-01', '2025-11-30')
    >>> asked("Quels événements à venir ?", "fr", day).spoken
    'à partir du 1er octobre 2025'
    >>> asked("Combien d’événements en 2025 ?", "fr", day)
    """
    text = plain(question)
    noun = _EVENTS.search(text)
    if noun is None or expected_answer(question) not in _ASKED:
        return None
    coming, gone = _COMING.search(text), _GONE.search(text)
    found = _named_period(text, today)
    if found is not None:
        first, last, spoken = found
    elif coming:
        first, last, spoken = today, _LAST_DAY, _from(today, lang)
    elif gone:
        first, last, spoken = _FIRST_DAY, today, _until(today, lang)
    else:
        return None
    kind = noun["kind"] or ""
    return Asked(
        first,
        last,
        newest_first=gone is not None and not coming,
        single=_SINGLE.search(text) is not None,
        kind=frozenset(analyse(_KINDS.get(kind, kind))),
        spoken=spoken if isinstance(spoken, str) else spoken.spoken(lang),
    )


def about_any(question: str, today: dt.date) -> bool:
    """Tell whether a question asks for events of any kind, whatever was spoken of before.

    >>> about_any("Quels événements à venir ?", dt.date(2025, 10, 1))
    True
    >>> about_any("Et en décembre ?", dt.date(2025, 10, 1))
    False
    """
    found = asked(question, "fr", today)
    return found is not None and not found.kind


class Events:
    """The dated sentences of one generation, searched for what happens when.

    Args:
        generation: Open for reading.
        metadata: Of its documents, by id.
    """

    def __init__(self, generation: Generation, metadata: Mapping[str, Metadata]) -> None:
        self._generation = generation
        self._metadata = metadata

    def matching(
        self, asked_for: Asked, thing: frozenset[str], question: str, without: frozenset[str]
    ) -> list[Evidence]:
        """Return a sentence for each event that is asked for, in the order asked for.

        Args:
            asked_for: The days and the kind.
            thing: Index terms that the sentence, or what stands above it, must hold.
            question: Whose regions the events must be of.
            without: Ids of documents that are left out.
        """
        wanted = set(regions.mentioned(question))
        entries = [
            entry
            for entry in self._generation.chronology.between(asked_for.first, asked_for.last)
            if entry.own
            and entry.period.precision != "year"
            and (id_ := document_of(entry.passage_id)) not in without
            and (thing or self._metadata[id_].kind in _KINDS_OF_DOCUMENT)
        ]
        ids = {entry.passage_id for entry in entries}
        passages = {p.id: p for p in self._generation.catalogue.passages(sorted(ids))}
        # The agenda first: its sentences are made to be read alone.
        entries.sort(key=lambda e: (not passages[e.passage_id].locator.event, e.period))
        found: list[tuple[Dated, frozenset[str]]] = []
        for entry in entries:
            passage = passages[entry.passage_id]
            sentence = self._text(passage)(entry.start, entry.end)
            said = f"{passage.title} {above(passage)} {sentence}"
            terms = frozenset(analyse(said))
            place = regions.canonical(self._metadata[passage.document_id].region)
            told = (
                is_about_event(passage, sentence)
                and thing | asked_for.kind <= terms
                and (not wanted or wanted & {place, *regions.mentioned(f"{said} {passage.text}")})
            )
            if told and not any(_same_event(entry, terms, *other) for other in found):
                found.append((entry, terms))
        found.sort(key=lambda pair: pair[0].period, reverse=asked_for.newest_first)
        return [
            Evidence(document_of(e.passage_id), passages[e.passage_id], e.start, e.end, SURE)
            for e, _ in found[: 1 if asked_for.single else _MOST]
        ]

    def over(self, passage: Passage, sentence: str, today: dt.date) -> bool:
        """Tell whether a sentence is about an event that was over on a day."""
        kind = self._metadata[passage.document_id].kind
        if kind not in _KINDS_OF_DOCUMENT or not is_about_event(passage, sentence):
            return False
        periods = dates.happening(sentence) or dates.happening(above(passage))
        return bool(periods) and all(period.last < today for period in periods)

    def _text(self, passage: Passage) -> Callable[[int, int], str]:
        return lambda start, end: passage.text[start - passage.start : end - passage.start]


def _same_event(
    one: Dated, terms: frozenset[str], other: Dated, other_terms: frozenset[str]
) -> bool:
    """Tell whether two sentences are about one event: one passage, or the same days and words."""
    if one.passage_id == other.passage_id:
        return True
    return one.period.meets(other.period) and len(terms & other_terms) >= _SHARED_TERMS


def is_deadline(sentence: str, period: Period) -> bool:
    """Tell whether a sentence only says that something goes on, or must be done, till then.

    >>> text = "Inscription au salon avant le 3 mai 2025, jusqu’en 2026 à Blois."
    >>> [is_deadline(text, period) for period in dates.happening(text)]
    [True, True]
    """
    before = [
        f"{plain(sentence[:start])} "
        for start, _, named in dates.spans(sentence, happening=True)
        if named == period
    ]
    return any(_UNTIL.search(text) or _BEFORE.search(text) for text in before)


def above(passage: Passage) -> str:
    """Return what stands above a passage."""
    return " ".join([*passage.locator.headings, passage.locator.event or ""])


def is_about_event(passage: Passage, sentence: str) -> bool:
    """Tell whether a dated sentence of a passage is about an event itself."""
    return passage.locator.event is not None or takes_place(sentence)


def takes_place(sentence: str) -> bool:
    """Tell whether a dated sentence is about an event itself.

    >>> takes_place("La 25e édition a eu lieu du 8 au 11 octobre 2025.")
    True
    """
    return _TAKES_PLACE.search(plain(sentence)) is not None


def _named_period(text: str, today: dt.date) -> tuple[dt.date, dt.date, str | Period] | None:
    """Return the days that a plain question names, and in words the month that lacked its year."""
    found = dates.spans(text)
    if not found:
        month = _MONTH_ALONE.search(text)
        if month is None:
            return None
        period = _nearest(dates.NUMBERS[month["month"]], today, past=bool(_PAST_TENSE.search(text)))
        return period.first, period.last, period
    start, _, period = found[0]
    before = text[:start]
    if len(found) > 1 and _BETWEEN.search(before):
        return period.first, found[1][2].last, ""
    day = dt.timedelta(days=1)
    for pattern, first, last in (
        (_BEFORE, _FIRST_DAY, period.first - day),
        (_UNTIL, _FIRST_DAY, period.last),
        (_AFTER, period.last + day, _LAST_DAY),
        (_SINCE, period.first, _LAST_DAY),
    ):
        if pattern.search(before):
            return first, last, ""
    return period.first, period.last, ""


def _nearest(month: int, today: dt.date, *, past: bool) -> Period:
    """Return the next such month, the present one included; in the past tense, the last one."""
    year = today.year
    if past and month > today.month:
        year -= 1
    elif not past and month < today.month:
        year += 1
    last = calendar.monthrange(year, month)[1]
    return Period(dt.date(year, month, 1), dt.date(year, month, last))


def _from(day: dt.date, lang: str) -> str:
    return {"fr": "à partir du ", "en": "from "}[lang] + date_label(lang, str(day))


def _until(day: dt.date, lang: str) -> str:
    return {"fr": "jusqu’au ", "en": "until "}[lang] + date_label(lang, str(day))
