"""ICS calendars through icalendar: one block per event, its dates written in French words."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath

import icalendar

from tourbot.parsing.builder import Parsed, TextBuilder, clean
from tourbot.types import Metadata

MONTHS = """
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
""".split()


def parse(data: bytes, name: str) -> Parsed:
    """Read an ICS file."""
    calendar = icalendar.Calendar.from_ical(data)
    builder = TextBuilder()
    for event in calendar.walk("VEVENT"):
        summary = clean(str(event.get("SUMMARY", ""))) or "Événement"
        builder.place(event=summary)
        builder.line(f"{summary}, {_when(event)}." if event.get("DTSTART") else f"{summary}.")
        if event.get("LOCATION"):
            builder.line(f"Lieu de « {summary} » : {event.get('LOCATION')}.")
        for line in str(event.get("DESCRIPTION", "")).splitlines():
            builder.line(line)
    title = clean(str(calendar.get("X-WR-CALNAME", "")))
    return builder.build(Metadata(title=title or PurePosixPath(name).stem, kind="agenda"))


def _when(event: icalendar.Event) -> str:
    start = event.decoded("DTSTART")
    end = event.decoded("DTEND") if event.get("DTEND") else None
    if end is not None and not isinstance(end, dt.datetime):
        end -= dt.timedelta(days=1)  # RFC 5545: the end of a whole-day event is exclusive
    if isinstance(start, dt.datetime):
        when = f"le {french_date(start)} à {start:%H h %M}"
        if isinstance(end, dt.datetime) and end > start:
            same_day = end.date() == start.date()
            when += (
                f", jusqu’à {end:%H h %M}"
                if same_day
                else f", jusqu’au {french_date(end)} à {end:%H h %M}"
            )
        return when
    if end is not None and end > start:
        return f"du {french_date(start)} au {french_date(end)}"
    return f"le {french_date(start)}"


def french_date(day: dt.date) -> str:
    """Write a date in French.

    >>> french_date(dt.date(2025, 3, 1))
    '1er mars 2025'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"
