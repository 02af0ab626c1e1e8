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
from tourbot.parsing.recurrence import Window, occurrences, wall
from tourbot.types import Metadata

MONTHS = """
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
""".split()
# Of all recurring events of a calendar.
MAX_DAYS = 20_000
_FRANCE = ZoneInfo("Europe/Paris")
# Programs write French events in it too: it is no place whose clocks somebody would go by.
_UNIVERSAL = {"UTC", "Etc/UTC", "GMT", "Etc/GMT"}
_FOLD = re.compile(rb"\r?\n[ \t]")


def parse(data: bytes, name: str, today: dt.date | None = None) -> Parsed:
    """Read an ICS file; hours of another time zone are told in French time, then as they are there.

    Args:
        data: The whole file.
        name: Path or name.
        today: The day about which recurring events are told: from the beginning of the year before
            to the end of the second year after.
    """
    # Some programs fold lines within a character, so lines are unfolded before bytes are decoded.
    calendar = icalendar.Calendar.from_ical(decode(_FOLD.sub(b"", data)))
    events = calendar.walk("VEVENT")
    if not events:
        raise DocumentError(
            "no-text", "the calendar holds no event", "Export it again, with its events"
        )
    writer = _Writer(Window.around(today or dt.date.today()), _changes(events))
    for event in events:
        try:
            writer.write(event)
        except DocumentError as error:
            if len(events) == 1:
                raise
            writer.gap(event, error)
    title = clean(str(_first(calendar, "X-WR-CALNAME") or ""))
    return writer.builder.build(Metadata(title=title or name_title(name), kind="agenda"))


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


class _Writer:
    """Writes the events of a calendar.

    Attributes:
        builder: Receives the text.
    """

    def __init__(self, window: Window, changes: dict[str, list[icalendar.Component]]) -> None:
        self.builder = TextBuilder()
        self._window = window
        self._changes = changes
        self._left = MAX_DAYS

    def gap(self, event: icalendar.Component, error: DocumentError) -> None:
        """Note what of an event is not told."""
        self.builder.gap(_summary(event), error)

    def write(self, event: icalendar.Component) -> None:
        """Write an event with all its days, then those on which it is another."""
        changes = self._changes.get(_uid(event), [])
        if "RECURRENCE-ID" in event and any(event is change for change in changes):
            return  # told with the event that it changes
        times = _times(event)
        days = self._days(event, times[0]) if times is not None else None
        if times is None or days is None:
            self._tell(event, times)
        else:
            start, end = times
            changed = {wall(_first(change, "RECURRENCE-ID"), start) for change in changes}
            moved = [c for c in changes if _about(c) == _about(event)]
            changes = [c for c in changes if _about(c) != _about(event)]
            told = [(day, day + (end - start)) for day in days if wall(day, start) not in changed]
            told += [moment for c in moved if (moment := _times(c)) is not None]
            told.sort(key=lambda pair: str(french_time(pair[0])))
            self._tell(event, *(told or [times]))
        for change in changes:
            self._tell(change, _times(change))

    def _days(self, event: icalendar.Component, start: dt.date) -> list[dt.date] | None:
        """Return on which days an event takes place, or None if it does not recur."""
        if not {"RRULE", "RDATE"} & set(event):
            return None
        if self._left <= 0:
            error = DocumentError(
                "too-large",
                f"of a calendar, {MAX_DAYS:,} days of recurring events are told at most",
                "Export fewer calendars into one file",
            )
            if self._left == 0:
                self.builder.gap(f"{_summary(event)} and what follows", error)
            self._left = -1
            return None
        days = occurrences(event, start, self._window)
        self._left = max(0, self._left - len(days or ()))
        return days

    def _tell(self, event: icalendar.Component, *times: tuple[dt.date, dt.date] | None) -> None:
        summary = _summary(event)
        self.builder.place(event=summary)
        cancelled = str(_first(event, "STATUS")).upper() == "CANCELLED"
        for pair in times:
            when = "" if pair is None else _when(*pair)
            sentence = f"{summary.rstrip(' .')}, {when}" if when else summary
            if cancelled:
                sentence = f"Annulé\u00a0: {sentence}"
            self.builder.line(
                sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."
            )
        if place := _first(event, "LOCATION"):
            self.builder.line(f"Lieu de « {summary} » : {place}.")
        for line in str(_first(event, "DESCRIPTION") or "").splitlines():
            self.builder.line(line)


def _summary(event: icalendar.Component) -> str:
    return clean(str(_first(event, "SUMMARY") or "")) or "Événement"


def _about(event: icalendar.Component) -> tuple[str, ...]:
    """Return what an event says beside its times."""
    return tuple(
        str(_first(event, name) or "") for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
    )


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
    there = _there(start)
    start, end = french_time(start), french_time(end)
    if isinstance(start, dt.datetime):
        return _hours(start, end if isinstance(end, dt.datetime) else start) + there
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


def _there(moment: dt.date) -> str:
    """Write what the clocks of an event's own time zone show where it is not the French hour.

    No town and no date is named that a question about places or days could take for the event's.

    >>> _there(dt.datetime(2025, 10, 14, 9, tzinfo=ZoneInfo("America/Montreal")))
    ' (heure française ; 09 h 00 dans le fuseau America/Montreal)'
    """
    if not isinstance(moment, dt.datetime) or moment.tzinfo is None:
        return ""
    if str(moment.tzinfo) in _UNIVERSAL or moment.replace(tzinfo=None) == french_time(moment):
        return ""
    days = moment.date().toordinal() - french_time(moment).toordinal()
    day = {-1: " la veille", 1: " le lendemain"}.get(days, "")
    zone = getattr(moment.tzinfo, "key", None) or f"UTC{moment.isoformat()[-6:]}"
    return f" (heure française ; {moment:%H h %M}{day} dans le fuseau {zone})"


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
