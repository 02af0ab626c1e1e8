"""On which days a recurring event takes place, through dateutil."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

import icalendar
from dateutil import rrule

MAX_OCCURRENCES = 200  # of an event
# dateutil looks for a day that a rule may never meet up to the year 9999. The calendar repeats
# every 400 years, so that rules are worked out shortly before that end.
_CYCLE, _LAST = 400, 9999
_MOST_STEPS = 50_000  # days of more than a hundred years
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_UNKNOWN = {"BYEASTER", "RSCALE", "SKIP"}


@dataclass(frozen=True)
class Window:
    """The days between which occurrences are told.

    Attributes:
        today: Where too many occurrences, those about this day are told.
    """

    first: dt.date
    last: dt.date
    today: dt.date

    @classmethod
    def around(cls, today: dt.date) -> Window:
        """Return whole years, so that a file read again in the same year gives the same text."""
        return cls(dt.date(today.year - 1, 1, 1), dt.date(today.year + 2, 12, 31), today)


def occurrences(event: icalendar.Component, start: dt.date, window: Window) -> list[dt.date] | None:
    """Return when an event begins each time, in the type and time zone of its start.

    Args:
        event: Has rules (RRULE), days (RDATE) or days that are left out (EXDATE).
        start: When it begins first.
        window: Which days are asked for.

    Returns:
        None for an event that does not recur, or by a rule that is not understood.
    """
    rules = _values(event.get("RRULE"))
    if not rules and "RDATE" not in event:
        return None
    first = wall(start, start)
    days = {first}
    for rule in rules:
        found = _by_rule(rule, start, window)
        if found is None:
            return None
        days.update(found)
    days.update(wall(day, start) for day in _days(event, "RDATE"))
    left_out = {wall(day, start) for day in _days(event, "EXDATE")}
    days = {
        day
        for day in days
        if window.first <= day.date() <= window.last
        and not left_out & {day, dt.datetime.combine(day, dt.time.min)}
    }
    return [_like(day, start) for day in _about(sorted(days), window.today)]


def _about(days: list[dt.datetime], today: dt.date) -> list[dt.datetime]:
    """Return the days that matter most where there are too many: those to come, and the last."""
    coming = [day for day in days if day.date() >= today][:MAX_OCCURRENCES]
    past = [day for day in days if day.date() < today]
    rest = MAX_OCCURRENCES - len(coming)
    return (past[-rest:] if rest else []) + coming


def _by_rule(rule: icalendar.vRecur, start: dt.date, window: Window) -> list[dt.datetime] | None:
    parts = {
        str(name).upper(): value if isinstance(value, list) else [value]
        for name, value in rule.items()
    }
    if str(_first(parts.get("FREQ"))).upper() not in _FREQUENCIES or _UNKNOWN & set(parts):
        return None
    first = wall(start, start)
    until = _first(parts.pop("UNTIL", None))
    end = dt.datetime.combine(window.last, dt.time.max)
    if isinstance(until, dt.date):
        last = wall(until, start)
        if not isinstance(until, dt.datetime):
            last = dt.datetime.combine(last, dt.time.max)
        end = min(end, last)
    if end < first:
        return []
    shift = (_LAST - end.year) // _CYCLE * _CYCLE
    text = ";".join(f"{name}={','.join(map(str, value))}" for name, value in parts.items())
    try:
        rules = rrule.rrulestr(text, dtstart=first.replace(year=first.year + shift))
    except ValueError:
        return None
    shifted = end.replace(year=end.year + shift)
    found = takewhile(lambda day: day <= shifted, islice(rules, _MOST_STEPS))
    return [day.replace(year=day.year - shift) for day in found]


def _values(value: object) -> list[icalendar.vRecur]:
    values = value if isinstance(value, list) else [value]
    return [rule for rule in values if isinstance(rule, icalendar.vRecur)]


def _first(value: object) -> object:
    return (value[0] if value else None) if isinstance(value, list) else value


def _days(event: icalendar.Component, name: str) -> Iterator[dt.date]:
    """Return the days of RDATE or EXDATE, either of which may stand there twice."""
    value = event.get(name)
    for list_ in value if isinstance(value, list) else [value]:
        entries: Iterable[object] = getattr(list_, "dts", ())
        for entry in entries:
            day = getattr(entry, "dt", entry)
            day = day[0] if isinstance(day, tuple) else day
            if isinstance(day, dt.date):
                yield day


def wall(day: dt.date, start: dt.date) -> dt.datetime:
    """Return what the clock of an event shows: rules count by it, whatever summer time does."""
    if not isinstance(day, dt.datetime):
        hour = start.time() if isinstance(start, dt.datetime) else dt.time.min
        return dt.datetime.combine(day, hour)
    if day.tzinfo is not None and isinstance(start, dt.datetime) and start.tzinfo is not None:
        day = day.astimezone(start.tzinfo)
    return day.replace(tzinfo=None)


def _like(day: dt.datetime, start: dt.date) -> dt.date:
    if isinstance(start, dt.datetime):
        return day.replace(tzinfo=start.tzinfo)
    return day.date()
