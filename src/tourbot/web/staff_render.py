"""What the staff page shows, as HTML; every word of a file or a person is escaped here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tourbot.catalogue import Overview
from tourbot.ingestion import Report
from tourbot.journal import Entry, Vote
from tourbot.planning import Change, Failure, Plan
from tourbot.strings import NARROW, NBSP, date_label, kind_label
from tourbot.text.typography import fold
from tourbot.types import Metadata
from tourbot.uploads import UPLOADS
from tourbot.web.desk import Recheck, Work
from tourbot.web.staff_words import (
    DOCUMENT_COLUMNS,
    DONE_KINDS,
    FIELDS,
    KINDS,
    RUN_COLUMNS,
    STATES,
    WORDS,
    counted,
    failure_words,
)

FILE = "/staff/fichier"
# Of each kind in a plan; the number says how many there are.
_LISTED = 40
_STEPS = {"read": "reading", "embed": "embedding", "index": "indexing", "": "starting"}


def plan_html(plans: Sequence[Plan]) -> str:
    """Tell what an ingest would do."""
    parts = []
    for plan in plans:
        named = _by_kind(plan)
        if any(lines for kind, lines in named.items() if kind not in {"unchanged", "duplicates"}):
            parts.append(_folder_html(plan.folder, named, KINDS))
    return "".join(parts) or note_html(WORDS["nothing_to_do"])


def report_html(reports: Sequence[Report]) -> str:
    """Tell what was done."""
    last = reports[-1]
    seconds = sum(report.seconds for report in reports)
    done = WORDS["done"].format(
        seconds=f"{seconds:.1f}".replace(".", ","),
        documents=counted("documents", last.documents),
        passages=counted("passages", last.passages),
        embedded=counted("embedded", sum(report.embedded for report in reports)),
    )
    parts = [note_html(done)]
    for report in reports:
        named = _by_kind(report)
        if any(lines for kind, lines in named.items() if kind not in {"unchanged", "duplicates"}):
            parts.append(_folder_html(report.folder, named, DONE_KINDS))
    return "".join(parts)


def work_html(work: Work) -> str:
    """Show how far a run is."""
    label = WORDS[_STEPS[work.step]]
    left = work.seconds_left
    told = f" – {WORDS['left'].format(seconds=left)}" if left is not None else ""
    numbers = f"{NBSP}: {work.done} / {work.total}{told}" if work.total else "…"
    bar = f'<progress max="{max(work.total, 1)}" value="{work.done}"></progress>'
    return f'<div role="status"><p>{escape(label + numbers)}</p>{bar}</div>'


def note_html(text: str) -> str:
    """Write a sentence."""
    return f'<p class="note" role="status">{escape(text)}</p>'


def alert_html(text: str) -> str:
    """Write a sentence that says what went wrong."""
    return f'<p class="alert" role="alert">{escape(text)}</p>'


def documents_html(
    documents: Iterable[Overview],
    duplicates: Mapping[str, str],
    failures: Iterable[Failure],
    wanted: str = "",
) -> str:
    """List the documents whose title, kind, date or name has the words wanted."""
    kept = {failure.document_id: failure for failure in failures if failure.kept}
    rows = []
    for document in documents:
        metadata = document.metadata
        state = STATES["ok"]
        if document.id in duplicates:
            state = STATES["duplicate"].format(of=duplicates[document.id])
        if document.id in kept:
            state = STATES["kept"]
        cells = [
            _given(metadata, "title", metadata.title),
            kind_label("fr", metadata.kind) if metadata.kind else "",
            _given(metadata, "date", date_label("fr", metadata.date)),
            str(document.passages),
            state,
        ]
        if all(word in fold(" ".join([*cells, document.id])) for word in fold(wanted).split()):
            link = f"{FILE}?{urlencode({'id': document.id})}"
            opened = f'<a href="{escape(link)}">{WORDS["open"]}</a>'
            rows.append([*map(escape, cells), opened])
    return table_html(DOCUMENT_COLUMNS, rows) if rows else note_html(WORDS["no_documents"])


def _given(metadata: Metadata, field: str, value: str) -> str:
    return WORDS["inferred"].format(value=value) if field in metadata.inferred else value


def failures_html(failures: Sequence[Failure]) -> str:
    """List what could not be read, with what to do."""
    return _section(KINDS["failed"], [_failure_html(f) for f in failures]) if failures else ""


def runs_html(runs: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """List the last runs."""
    rows = []
    for finished, report in runs:
        when = dt.datetime.fromisoformat(finished).astimezone()
        named = "↩" if report.get("undone") else _folder_name(report["folder"])
        numbers = [len(report[kind]) for kind in ("new", "changed", "vanished", "failed")]
        seconds = f"{report['seconds']:.1f}{NARROW}s".replace(".", ",")
        rows.append(
            [escape(x) for x in (f"{when:%d/%m/%Y %H:%M}", named, *map(str, numbers), seconds)]
        )
    return table_html(RUN_COLUMNS, rows) if rows else note_html(WORDS["no_runs"])


def questions_html(entries: Sequence[Entry], checked: Sequence[Recheck] = ()) -> str:
    """List the questions without an answer; those that are answered now first."""
    now = {recheck.question: recheck.titles for recheck in checked}
    lines = []
    for entry in sorted(entries, key=lambda e: not now.get(e.question)):
        line = escape(entry.question) + _times(entry.times)
        if fold(entry.understood) != fold(entry.question):
            line += f' <span class="quiet">({escape(entry.understood)})</span>'
        if entry.question in now:
            titles = now[entry.question]
            told = (
                WORDS["answered_now"].format(titles=", ".join(titles))
                if titles
                else WORDS["still_unanswered"]
            )
            line += f'<br><span class="{"good" if titles else "quiet"}">{escape(told)}</span>'
        lines.append(line)
    return _section(WORDS["unanswered"], lines) if lines else note_html(WORDS["no_questions"])


def votes_html(votes: Sequence[Vote]) -> str:
    """List the answers that someone found bad."""
    lines = [
        f"{escape(vote.question)}{_times(vote.times)}"
        f"<br><span class='quiet'>{escape(vote.answer[:300])}</span>"
        for vote in votes
    ]
    return _section(WORDS["disliked"], lines) if lines else ""


def _times(count: int) -> str:
    told = WORDS["times"].format(count=count)
    return f' <span class="quiet">· {told}</span>' if count > 1 else ""


def _by_kind(told: Plan | Report) -> dict[str, list[str]]:
    """Return the lines of each kind."""
    changes = {change.document_id: change for change in told.changes}
    return {
        "failed": [_failure_html(failure) for failure in told.failed],
        "incomplete": [_failure_html(failure) for failure in told.incomplete],
        "vanished": [escape(id_) for id_ in told.vanished],
        "new": [escape(id_) for id_ in told.new],
        "changed": [_changed_html(id_, changes.get(id_)) for id_ in told.changed],
        "moved": [f"{escape(move.old)} → {escape(move.new)}" for move in told.moved],
        "duplicates": [f"{escape(a)} = {escape(b)}" for a, b in told.duplicates.items()],
        "unchanged": [escape(id_) for id_ in told.unchanged],
    }


def _folder_html(folder: str, named: Mapping[str, list[str]], titles: Mapping[str, str]) -> str:
    sections = [
        f"<p>{titles[kind]}{NBSP}: {len(lines)}</p>"
        if kind == "unchanged"
        else _section(f"{titles[kind]}{NBSP}: {len(lines)}", lines)
        for kind, lines in named.items()
        if lines
    ]
    return f"<h3>{escape(_folder_name(folder))}</h3>{''.join(sections)}"


def _folder_name(folder: str) -> str:
    name = Path(folder).name
    return WORDS["uploads"] if name == UPLOADS else folder


def _section(title: str, lines: Sequence[str]) -> str:
    shown = "".join(f"<li>{line}</li>" for line in lines[:_LISTED])
    more = "<li>…</li>" if len(lines) > _LISTED else ""
    return f"<h4>{escape(title)}</h4><ul>{shown}{more}</ul>"


def _changed_html(id_: str, change: Change | None) -> str:
    if change is None:
        return escape(id_)
    parts = [FIELDS[name] for name in change.fields]
    for what, number in (("added", change.added), ("removed", change.removed)):
        parts += [counted(what, number)] if number else []
    return escape(f"{id_} ({', '.join(parts)})" if parts else id_)


def _failure_html(failure: Failure) -> str:
    reason, hint = failure_words(failure.code, failure.reason, failure.hint)
    return (
        f"<strong>{escape(failure.document_id)}</strong>{NBSP}: {escape(reason)}."
        f'<br><span class="quiet">{escape(hint)}</span>'
    )


def table_html(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table, of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
