"""The history of the staff page, as HTML; everything in it is escaped here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

from tourbot.staffroom import Deed
from tourbot.web.staff_render import note_html, table_html
from tourbot.web.staff_words import DEED_COLUMNS, DEEDS, OUTCOMES, WORDS


def deeds_html(deeds: Sequence[Deed]) -> str:
    """List who did what, newest first."""
    rows = [[escape(cell) for cell in _cells(deed)] for deed in deeds]
    shown = table_html(DEED_COLUMNS, rows) if rows else note_html(WORDS["no_deeds"])
    return f"<h4>{escape(WORDS['deeds'])}</h4>{shown}"


def _cells(deed: Deed) -> list[str]:
    when = dt.datetime.fromisoformat(deed.at).astimezone()
    files = ", ".join(deed.files)
    if deed.number > len(deed.files):
        files += f" {WORDS['deed_more'].format(number=deed.number)}"
    outcome = OUTCOMES.get(deed.outcome, deed.outcome)
    if deed.times > 1:
        outcome = WORDS["deed_times"].format(number=deed.times)
    return [
        f"{when:%d/%m/%Y %H:%M}",
        deed.name or WORDS["deed_unknown"],
        DEEDS.get(deed.action, deed.action),
        files,
        outcome,
        deed.address or WORDS["deed_local"],
    ]
