"""Dates in documents and questions: periods as precise as written, « l’an dernier » on a day.

No date is invented: a period comes from digits that stand in the text, and words that count from
today are resolved against the day they were asked on.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tourbot.text.typography import fold

Order = Literal["latest", "next"]

_FRENCH = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
_ENGLISH = (
    "january february march april may june july august september october november december".split()
)
_MONTH_DAYS = 31
# Folded names of months.
NUMBERS = {
    fold(name): number for names in (_FRENCH, _ENGLISH) for number, name in enumerate(names, 1)
}
MONTH = "|".join(sorted(NUMBERS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
# On folded text, where every character stands where it stood (see ``_aligned``).
_DAYS = r"(?P<first>\d{1,2})(?:er|st|nd|rd|th)?"
_WRITTEN = re.compile(
    # « 31 mars (2026) au » before the last day of several
    rf"(?:(?<!\w)(?P<day0>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<month0>{MONTH})(?:,?\s+(?P<year0>{_YEAR}))?"
    r"\s+(?:au|to|until)\s+)?"
    rf"(?:{_DAYS}(?:\s*(?:et|au|to|and|[-–])\s*(?P<last>\d{{1,2}})(?:er|st|nd|rd|th)?)?\s+(?:of\s+)?)?"
    rf"(?<!\w)(?P<month>{MONTH})(?:\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,)?\s+(?P<year>{_YEAR})(?!\w)"
)
_DAY = r"\d{1,2}(?:er|st|nd|rd|th)?"
# « du 31 mars au 2 avril 2026 » as one stretch, whose first day may lack its year.
_STRETCH = re.compile(
    rf"(?<!\w)(?:{_DAY}(?:\s*(?:et|au|to|and|[-–])\s*{_DAY})?\s+)?(?:{MONTH})(?:\s+\d{{1,2}},)?(?:\s+{_YEAR})?"
    rf"(?:\s+(?:au|et|to|and)\s+{_DAY}\s+(?:{MONTH})(?:\s+{_YEAR})?)?(?!\w)|"
    rf"(?<![\w.,]){_YEAR}(?![\w%])"
)
_DIGITS = re.compile(
    rf"(?<![\d/-])(?:(?P<y>{_YEAR})-(?P<m>\d\d)(?:-(?P<d>\d\d))?|(?P<d2>\d\d?)/(?P<m2>\d\d)/(?P<y2>{_YEAR}))(?![\d/-])"
)
_BARE = re.compile(rf"(?<![\w/,.-])(?P<year>{_YEAR})(?![\w/%-]|[.,]\d|\s*(?:€|euros?\b|%))")
# What follows tells when a source spoke, not when something happened.
_SOURCE = re.compile(
    r"(?<!\w)(?:selon|d.apres|rendu compte|sources?|according to|rapport(?:e|ait)|annonc\w+ en)"
    r"(?!\w).*",
    re.DOTALL,
)

_RELATIVE: list[tuple[re.Pattern[str], str, int]] = [
    (re.compile(pattern, re.IGNORECASE), unit, shift)
    for pattern, unit, shift in [
        (r"(?:l[’']an(?:n[ée]e)? (?:derni[eè]re?|pass[ée]e?)|last year)", "year", -1),
        (r"(?:cette ann[ée]e|l[’']ann[ée]e en cours|this year)", "year", 0),
        (r"(?:l[’']an(?:n[ée]e)? prochaine?|next year)", "year", 1),
        (r"(?:le mois (?:dernier|pass[ée])|last month)", "month", -1),
        (r"(?:ce mois(?:-ci)?|this month)", "month", 0),
        (r"(?:le mois prochain|next month)", "month", 1),
    ]
]
# « les derniers mois » and « last but not least » are no order; a plural or another word follows.
_ORDERS: list[tuple[Order, re.Pattern[str]]] = [
    (
        "latest",
        re.compile(
            r"\b(?:(?:le|la|du|au|de la|a la) derni(?:er|ere)\b|l'edition la plus recente|"
            r"(?:le|la) plus recent\w*|\b(?:the|'s) (?:latest|last|most recent)\b)"
        ),
    ),
    (
        "next",
        re.compile(
            r"\b(?:(?:le|la|du|au|de la|a la) prochaine?\b|(?:the|'s) (?:next|upcoming)\b|"
            r"\bnext (?:edition|event|stage|stop)\b)"
        ),
    ),
]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From a first to a last day, both included: a day, a month or a year, as precise as said."""

    first: dt.date
    last: dt.date

    @property
    def precision(self) -> Literal["day", "month", "year"]:
        """As which the period is known; several days are days.

        >>> Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29)).precision
        'month'
        """
        whole_months = (
            self.first.day == 1 and self.last.month != (self.last + dt.timedelta(days=1)).month
        )
        if not whole_months:
            return "day"
        return "month" if self.first.month == self.last.month else "year"

    def meets(self, other: Period) -> bool:
        """Tell whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def spoken(self, lang: str) -> str:
        """Write it as precisely as it is known.

        >>> Period(dt.date(2024, 3, 26), dt.date(2024, 3, 28)).spoken("fr")
        '26 au 28 mars 2024'
        """
        month = _month(self.first.month, lang)
        if self.precision == "year":
            return str(self.first.year)
        if self.precision == "month":
            return f"{month} {self.first.year}"
        day, last = (_day(d.day, lang) for d in (self.first, self.last))
        end = f"{last} {_month(self.last.month, lang)} {self.last.year}"
        if self.first == self.last:
            return end
        to = {"fr": "au", "en": "to"}[lang]
        same_month = self.first.replace(day=1) == self.last.replace(day=1)
        return f"{day if same_month else f'{day} {month}'} {to} {end}"


def _month(number: int, lang: str) -> str:
    return _FRENCH[number - 1] if lang == "fr" else _ENGLISH[number - 1].capitalize()


def _day(number: int, lang: str) -> str:
    return "1er" if number == 1 and lang == "fr" else str(number)


def periods(text: str) -> list[Period]:
    """Return the periods that a text names, in order of appearance; impossible dates are none.

    >>> [str(p.first) for p in periods("du 14 au 17 juin 2023, puis en 2024")]
    ['2023-06-14', '2024-01-01']
    """
    return [period for _, _, period in spans(text)]


def spans(text: str, *, happening: bool = False) -> list[tuple[int, int, Period]]:
    """Return where each date stands and what it is, in order.

    Args:
        text: Any.
        happening: Leave out when the sources spoke that a sentence names.
    """
    aligned = _aligned(text)
    if happening:
        aligned = _SOURCE.sub("", aligned)
    found = []
    for pattern in (_WRITTEN, _DIGITS, _BARE):  # the most precise first: it holds its year
        matches = [
            (match.start(), match.end(), _period(match)) for match in pattern.finditer(aligned)
        ]
        found += [(start, end, period) for start, end, period in matches if period is not None]
        aligned = pattern.sub(lambda match: " " * len(match.group()), aligned)
    return sorted(found)


def happening(text: str) -> list[Period]:
    """Return the periods of what a sentence tells, without those of the sources it names.

    >>> [str(p.first) for p in happening("Le salon ouvre en mars 2024, selon Info Tours en 2023.")]
    ['2024-03-01']
    """
    return [period for _, _, period in spans(text, happening=True)]


_YEAR_THEN_MONTH = re.compile(
    rf"\b(?:en|in) ((?:19|20)\d\d),? ((?:en|in) (?:{'|'.join([*_FRENCH, *_ENGLISH])}))\b(?! \d)",
    re.IGNORECASE,
)


def absolute(question: str, today: dt.date) -> str:
    """Write years and months for the words of a question that count from today.

    >>> absolute("Combien l’an dernier ?", dt.date(2025, 3, 1))
    'Combien en 2024 ?'
    >>> absolute("Et l’an dernier en novembre ?", dt.date(2025, 3, 1))
    'Et en novembre 2024 ?'
    """
    for pattern, unit, shift in _RELATIVE:
        months = today.year * 12 + today.month - 1 + shift * (12 if unit == "year" else 1)
        month, year = months % 12, months // 12

        french = f"en {year}" if unit == "year" else f"en {_FRENCH[month]} {year}"
        english = f"in {year}" if unit == "year" else f"in {_ENGLISH[month].capitalize()} {year}"
        if match := pattern.search(question):
            said = english if match.group().lower().endswith(("year", "month")) else french
            question = pattern.sub(said, question)
    return _YEAR_THEN_MONTH.sub(r"\2 \1", question)


class Ordered(NamedTuple):
    """What is asked for by order: the latest or the next, and of which things (a word)."""

    order: Order
    of: str


def ordered(question: str) -> Ordered | None:
    """Tell whether a question asks for the latest or the next of several things.

    >>> ordered("Quand est la prochaine étape ?"), ordered("Qui préside ?")
    (Ordered(order='next', of='étape'), None)
    """
    text = _aligned(question).replace("’", "'")
    for name, pattern in _ORDERS:
        if match := pattern.search(text):
            thing = re.match(r"\W*(\w+)", question[match.end() :])
            return Ordered(name, thing.group(1) if thing else "")
    return None


def choose(found: Iterable[Period], wanted: Order, today: dt.date) -> Period | None:
    """Return the last period that is over, or the first that has not begun, as precise as known.

    A year or a month that is not over is neither. What is known by its month goes before what is
    known by its year, which may be a plan. One day of an event of several days is the whole event.
    """
    known = list(found)
    if wanted == "latest":
        known = [p for p in known if p.last <= today]
        chosen = max(known, key=lambda p: (p.last.year, p.first), default=None)
    else:
        known = [p for p in known if p.first > today]
        chosen = min(
            known, key=lambda p: ((p.last - p.first).days > _MONTH_DAYS, p.first), default=None
        )
    if chosen is None:
        return None
    within = [p for p in known if chosen.first <= p.first and p.last <= chosen.last]
    narrowest = min(within, key=lambda p: p.last - p.first)
    around = [
        p
        for p in known
        if p.precision == "day" and p.first <= narrowest.first and narrowest.last <= p.last
    ]
    return max(around, key=lambda p: p.last - p.first, default=narrowest)


def stretches(text: str) -> list[tuple[int, int]]:
    """Return where the dates of what a sentence tells stand, each as far as it is written.

    >>> said = "Le forum ira du 31 mars au 2 avril 2026, selon un article de mai 2025."
    >>> [said[start:end] for start, end in stretches(said)]
    ['31 mars au 2 avril 2026']
    """
    return [match.span() for match in _STRETCH.finditer(_SOURCE.sub("", _aligned(text)))]


def removed(text: str) -> str:
    """Return a text without its dates and years.

    >>> removed("Les 10 et 11 février 2025, 300 chefs")
    'Les , 300 chefs'
    """
    for start, end, _ in reversed(spans(text)):
        text = text[:start] + text[end:]
    return text


def without_months(text: str) -> str:
    """Return a text without its dates and without the names of months.

    >>> without_months("Which forums in November?")
    'Which forums in ?'
    """
    text = removed(text)
    aligned = _aligned(text)
    for match in reversed(list(re.finditer(rf"(?<!\w)(?:{MONTH})(?!\w)", aligned))):
        text = text[: match.start()] + text[match.end() :]
    return text


def is_month(text: str) -> bool:
    """Tell whether a text ends in the name of a month, without a year.

    >>> is_month("en décembre"), is_month("en décembre 2025")
    (True, False)
    """
    return re.search(rf"(?<!\w)(?:{MONTH})$", _aligned(text).rstrip(" ?")) is not None


def years(text: str) -> set[str]:
    """Return the years that a text names."""
    return {str(p.first.year) for p in periods(text)}


def _aligned(text: str) -> str:
    """Fold case and accents, one character for one."""
    whole = fold(text)
    if len(whole) == len(text):
        return whole
    return "".join(folded if len(folded := fold(c)) == 1 else c for c in text)


def _period(match: re.Match[str]) -> Period | None:
    groups = match.groupdict()
    year = int(groups.get("year") or groups.get("y") or groups.get("y2") or 0)
    month = groups.get("m") or groups.get("m2")
    number = NUMBERS[groups["month"]] if groups.get("month") else int(month or 0)
    day = next((groups[k] for k in ("first", "day", "d", "d2") if groups.get(k)), None)
    try:
        if not number:
            return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        if day is None:
            last = calendar.monthrange(year, number)[1]
            return Period(dt.date(year, number, 1), dt.date(year, number, last))
        first = dt.date(year, number, int(day))
        last_day = groups.get("last")
        if groups.get("month0"):
            month0 = NUMBERS[groups["month0"]]
            year0 = int(groups["year0"] or (year if month0 <= number else year - 1))
            return Period(dt.date(year0, month0, int(groups["day0"])), first)
        return Period(first, max(first, dt.date(year, number, int(last_day or day))))
    except ValueError:
        return None
