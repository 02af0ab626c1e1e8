"""ICS calendars through icalendar: one block per event, its dates written in French words."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import Any, overload
from zoneinfo import ZoneInfo

import icalendar

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.recurrence import Window, occurrences, same_moment
from tourbot.types import Metadata

MONTHS = """
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
""".split()
_FRANCE = ZoneInfo("Europe/Paris")
_FOLD = re.compile(rb"\r?\n[ \t]")


def parse(data: bytes, name: str, today: dt.date | None = None) -> Parsed:
    """Read an ICS file; hours that bear a time zone are told in French time.

    Args:
        data: The whole file.
        name: Path or name.
        today: The day about which recurring events are told: from the beginning of the year before
            to the end of the second year after.
    """
    # Some programs fold lines within a character, so lines are unfolded before bytes are decoded.
    calendar = icalendar.Calendar.from_ical(decode(_FOLD.sub(b"", data)))
    builder = TextBuilder()
    events = calendar.walk("VEVENT")
    if not events:
        raise DocumentError(
            "no-text", "the calendar holds no event", "Export it again, with its events"
        )
    window = Window.around(today or dt.date.today())
    changes = _changes(events)
    for event in events:
        if "RECURRENCE-ID" in event and event in changes.get(_uid(event), []):
            continue  # told with the event that it changes
        try:
            _write(event, changes.get(_uid(event), []), window, builder)
        except DocumentError as error:
            if len(events) == 1:
                raise
            builder.gap(str(_first(event, "SUMMARY") or "") or "Événement", error)
    title = clean(str(_first(calendar, "X-WR-CALNAME") or ""))
    return builder.build(Metadata(title=title or name_title(name), kind="agenda"))


def _uid(event: icalendar.Component) -> str:
    return str(_first(event, "UID") or "")


def _changes(events: list[icalendar.Component]) -> dict[str, list[icalendar.Component]]:
    """Return the single days of recurring events that take place otherwise, by the event's UID."""
    recurring = {_uid(e) for e in events if "RECURRENCE-ID" not in e}
    changes = defaultdict[str, list[icalendar.Component]](list)
    for event in events:
        day = _first(event, "RECURRENCE-ID")
        if isinstance(day, dt.date) and _uid(event) in recurring:
            changes[_uid(event)].append(event)
    return changes


def _write(
    event: icalendar.Component,
    changes: list[icalendar.Component],
    window: Window,
    builder: TextBuilder,
) -> None:
    """Write an event with all its days, then the days on which it is another."""
    times = _times(event)
    days = None
    if times is not None:
        days = occurrences(event, times[0], window)
    told: list[tuple[dt.date, dt.date]] = [times] if times is not None else []
    others = changes
    if times is not None and days is not None:
        start, end = times
        changed = [_first(change, "RECURRENCE-ID") for change in changes]
        days = [d for d in days if not any(same_moment(d, c, start) for c in changed)]
        moved = [c for c in changes if _about(c) == _about(event)]
        others = [c for c in changes if c not in moved]
        told = [(day, day + (end - start)) for day in days]
        told += [moment for c in moved if (moment := _times(c)) is not None]
        told = sorted(told, key=lambda pair: str(french_time(pair[0]))) or [times]
    _tell(event, told, builder)
    for other in others:
        moment = _times(other)
        _tell(other, [moment] if moment is not None else [], builder)


def _about(event: icalendar.Component) -> tuple[str, ...]:
    """Return what an event says beside its times."""
    return tuple(
        str(_first(event, name) or "") for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
    )


def _tell(
    event: icalendar.Component, times: list[tuple[dt.date, dt.date]], builder: TextBuilder
) -> None:
    summary = clean(str(_first(event, "SUMMARY") or "")) or "Événement"
    builder.place(event=summary)
    cancelled = str(_first(event, "STATUS")).upper() == "CANCELLED"
    for when in [_when(*pair) for pair in times] or [""]:
        sentence = f"{summary.rstrip(' .')}, {when}" if when else summary
        if cancelled:
            sentence = f"Annulé\u00a0: {sentence}"
        builder.line(sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}.")
    if place := _first(event, "LOCATION"):
        builder.line(f"Lieu de « {summary} » : {place}.")
    for line in str(_first(event, "DESCRIPTION") or "").splitlines():
        builder.line(line)


def _first(component: icalendar.Component, name: str) -> Any:
    """Return a property's decoded value, the first one if it wrongly has several, or None."""
    value = component.decoded(name, None)
    value = value[0] if isinstance(value, list) else value
    return value.decode() if isinstance(value, bytes) else value


def _times(event: icalendar.Component) -> tuple[dt.date, dt.date] | None:
    """Return when an event begins and ends, or None if it does not say.

    Raises:
        DocumentError: The calendar has no such day: a wrong date would be worse than none.
    """
    start, end, duration = (_first(event, n) for n in ("DTSTART", "DTEND", "DURATION"))
    if start is None:
        return None
    if not isinstance(start, dt.date):
        raise DocumentError(
            "broken", f"its date is none ({start})", "Correct it in the calendar and export again"
        )
    if not isinstance(end, dt.date):
        end = start + duration if isinstance(duration, dt.timedelta) else start
    if _kind(start) != _kind(end):  # a day and an hour, or hours with and without zone
        end = start
    return start, end


def _kind(moment: dt.date) -> tuple[bool, bool]:
    hour = isinstance(moment, dt.datetime)
    return hour, isinstance(moment, dt.datetime) and moment.tzinfo is not None


def _when(start: dt.date, end: dt.date) -> str:
    start, end = french_time(start), french_time(end)
    if isinstance(start, dt.datetime):
        return _hours(start, end if isinstance(end, dt.datetime) else start)
    return _days(start, start if isinstance(end, dt.datetime) else end)


@overload
def french_time(moment: dt.datetime) -> dt.datetime: ...
@overload
def french_time(moment: dt.date) -> dt.date: ...
def french_time(moment: dt.date) -> dt.date:
    """Tell a moment by French clocks; dates and hours without time zone are what they are."""
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
        return moment.astimezone(_FRANCE).replace(tzinfo=None)
    return moment


def _hours(start: dt.datetime, end: dt.datetime) -> str:
    when = f"le {french_date(start)} à {start:%H h %M}"
    if end <= start:
        return when
    if end.date() == start.date():
        return f"{when}, jusqu’à {end:%H h %M}"
    return f"{when}, jusqu’au {french_date(end)} à {end:%H h %M}"


def _days(start: dt.date, end: dt.date) -> str:
    last = end - dt.timedelta(days=1)  # RFC 5545: the end of a whole-day event is exclusive
    if last <= start:
        return f"le {french_date(start)}"
    return f"du {french_date(start)} au {french_date(last)}"


def french_date(day: dt.date) -> str:
    """Write a date in French.

    >>> french_date(dt.date(2025, 3, 1))
    '1er mars 2025'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"
