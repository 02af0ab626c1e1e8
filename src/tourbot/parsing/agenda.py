"""ICS calendars through icalendar: one block per event, its dates written in French words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, overload
from zoneinfo import ZoneInfo

import icalendar

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.types import Metadata

MONTHS = """
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
""".split()
_FRANCE = ZoneInfo("Europe/Paris")
_FOLD = re.compile(rb"\r?\n[ \t]")


def parse(data: bytes, name: str) -> Parsed:
    """Read an ICS file; hours that bear a time zone are told in French time."""
    # Some programs fold lines within a character, so lines are unfolded before bytes are decoded.
    calendar = icalendar.Calendar.from_ical(decode(_FOLD.sub(b"", data)))
    builder = TextBuilder()
    events = calendar.walk("VEVENT")
    if not events:
        raise DocumentError(
            "no-text", "the calendar holds no event", "Export it again, with its events"
        )
    for event in events:
        summary = clean(str(_first(event, "SUMMARY") or "")) or "Événement"
        builder.place(event=summary)
        when = _when(event)
        sentence = f"{summary.rstrip(' .')}, {when}" if when else summary
        if str(_first(event, "STATUS")).upper() == "CANCELLED":
            sentence = f"Annulé\u00a0: {sentence}"
        builder.line(sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}.")
        if place := _first(event, "LOCATION"):
            builder.line(f"Lieu de « {summary} » : {place}.")
        for line in str(_first(event, "DESCRIPTION") or "").splitlines():
            builder.line(line)
    title = clean(str(_first(calendar, "X-WR-CALNAME") or ""))
    return builder.build(Metadata(title=title or name_title(name), kind="agenda"))


def _first(component: icalendar.Component, name: str) -> Any:
    """Return a property's decoded value, the first one if it wrongly has several, or None."""
    value = component.decoded(name, None)
    value = value[0] if isinstance(value, list) else value
    return value.decode() if isinstance(value, bytes) else value


def _when(event: icalendar.Component) -> str:
    start, end, duration = (_first(event, n) for n in ("DTSTART", "DTEND", "DURATION"))
    if start is None:
        return ""
    if end is None:
        end = start if duration is None else start + duration
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
