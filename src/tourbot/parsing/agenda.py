"""ICS calendars through icalendar: one block per event, its dates written in French words."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, overload
from zoneinfo import ZoneInfo

import icalendar

from tourbot.errors import DocumentError
from tourbot.parsing import tags
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
_SAID = {
    "LOCATION": "Lieu",
    "ORGANIZER": "Organisateur",
    "CONTACT": "Contact",
}
_NAME = re.compile(r"[\w-]+(?=[;:])")
_PROPERTIES = {name.upper() for name in icalendar.prop.TypesFactory.types_map}
_TEXT = re.compile(r"(?:comment|contact|description|location|summary)[;:]", re.IGNORECASE)
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
    calendars = icalendar.Calendar.from_ical(_mended(decode(_FOLD.sub(b"", data))), multiple=True)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
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
    title = clean(str(_first(calendars[0], "X-WR-CALNAME") or "")) if len(calendars) == 1 else ""
    return writer.builder.build(Metadata(title=title or name_title(name), kind="agenda"))


def _mended(text: str) -> str:
    """Return calendars without lines that are none, and with the ends that are missing.

    What goes on without indent belongs to the text before.
    """
    lines: list[str] = []
    inside: list[str] = []

    def close(name: str) -> None:
        while name in inside:
            lines.append(f"END:{inside.pop()}")

    for line in text.split("\n"):
        word = _NAME.match(line)
        kind, name = word[0].upper() if word else "", line.partition(":")[2].strip().upper()
        if kind == "END":
            close(name)
        elif kind == "BEGIN":
            close(name)
            inside.append(name)
            lines.append(line)
        elif inside and word and (word[0].isupper() or word[0].upper() in _PROPERTIES):
            lines.append(line)
        elif lines and _TEXT.match(lines[-1]) and line.strip():
            lines[-1] += "\\n" + line.strip().replace(";", "\\;").replace(",", "\\,")
    close(inside[0] if inside else "")
    return "\r\n".join(lines) + "\r\n"


def _is_lasting(change: icalendar.Component) -> bool:
    """Tell whether a change is one of all days from one on."""
    day = change.get("RECURRENCE-ID")
    return str(getattr(day, "params", {}).get("RANGE", "")).upper() == "THISANDFUTURE"


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
            start = times[0]
            rest = [c for c in changes if _is_lasting(c) and _times(c) is not None]
            lasting = sorted(
                (wall(_first(c, "RECURRENCE-ID"), start), n) for n, c in enumerate(rest)
            )
            changes = [c for c in changes if c not in rest]
            changed = {wall(_first(change, "RECURRENCE-ID"), start) for change in changes}
            moved = [c for c in changes if _about(c) == _about(event)]
            changes = [c for c in changes if _about(c) != _about(event)]
            told = [moment for c in moved if (moment := _times(c)) is not None]
            others: list[list[tuple[dt.date, dt.date]]] = [[] for _ in rest]
            for day in days:
                if (hour := wall(day, start)) in changed:
                    continue
                since, ruling = max(
                    (pair for pair in lasting if pair[0] <= hour), default=(hour, -1)
                )
                begins, ends = (_times(rest[ruling]) if ruling >= 0 else None) or times
                begin = day + (wall(begins, start) - (since if ruling >= 0 else wall(start, start)))
                same = ruling < 0 or _about(rest[ruling]) == _about(event)
                (told if same else others[ruling]).append((begin, begin + (ends - begins)))
            told.sort(key=lambda pair: str(french_time(pair[0])))
            self._tell(event, *(told or ([] if any(others) else [times])))
            for change, pairs in zip(rest, others, strict=True):
                if pairs:
                    self._tell(change, *pairs)
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
        said = {
            label: ", ".join(filter(None, (_told(value) for value in _all(event, name))))
            for name, label in _SAID.items()
        }
        tell(
            self.builder,
            _summary(event),
            ["" if pair is None else when(*pair) for pair in times],
            said,
            cancelled=str(_first(event, "STATUS")).upper() == "CANCELLED",
        )
        lines = str(_first(event, "DESCRIPTION") or "").splitlines()
        page = tags.words(str(_first(event, "X-ALT-DESC") or ""))
        for line in lines if len("".join(lines)) >= len(page) / 2 else page.splitlines():
            self.builder.line(line)


def tell(
    builder: TextBuilder,
    name: str,
    times: Sequence[str],
    said: Mapping[str, str],
    *,
    cancelled: bool = False,
) -> None:
    """Write a block about an event.

    Args:
        builder: Receives the text.
        name: Of the event.
        times: When it takes place, each as « le 3 mai 2027 ».
        said: What is said of it beside, as « Lieu ».
        cancelled: Whether it does not take place.
    """
    builder.place(event=name)
    for when_ in times or [""]:
        sentence = f"{name.rstrip(' .')}, {when_}" if when_ else name
        sentence = f"Annulé\u00a0: {sentence}" if cancelled else sentence
        builder.line(sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}.")
    for label, value in said.items():
        if value:
            builder.line(f"{label} de « {name} » : {value.rstrip(' .')}.")


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


def _all(component: icalendar.Component, name: str) -> list[Any]:
    value = component.get(name)
    return value if isinstance(value, list) else [value]


def _told(value: Any) -> str:
    """Return what a property says, with the name that an address is given."""
    address = re.sub(r"^mailto:", "", clean(str(value or "")), flags=re.IGNORECASE)
    name = clean(str(getattr(value, "params", {}).get("CN", "")))
    return f"{name} ({address})" if name and name != address else address


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


def when(start: dt.date, end: dt.date) -> str:
    """Write when something takes place, the end of whole days being the day after the last."""
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
