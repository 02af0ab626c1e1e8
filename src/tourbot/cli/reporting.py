"""What the commands print: answers, reports, progress, and errors as sentences."""

from __future__ import annotations

import json
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from tourbot import strings, wording
from tourbot.errors import TourbotError
from tourbot.types import Answer, Metadata

if TYPE_CHECKING:
    from tourbot.fetching import Fetched
    from tourbot.ingestion import Report
    from tourbot.planning import Change, Failure, Plan

EXIT_ERROR = 2

errors = Console(stderr=True, highlight=False)


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return what ``tourbot ask --json`` prints."""
    return {
        "question": answer.question,
        "understood": answer.understood,
        "language": answer.language,
        "answer": wording.answer_text(answer),
        "outcome": answer.outcome,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "choices": list(answer.choices),
        "differ": answer.differ,
        "silence": answer.silence,
        "filtered": answer.filtered,
        "citations": [
            {
                "number": c.number,
                "document_id": c.document_id,
                **_source(c.metadata),
                "label": c.label,
                "locator": strings.place_label(answer.language, c.locator),
                "quote": c.quote,
                "short": c.quote[slice(*c.short)] if c.short else "",
                "start": c.start,
                "end": c.end,
                "past": c.past,
                "newer": c.newer,
            }
            for c in answer.citations
        ],
        "near": [
            {
                "number": n.number,
                "document_id": n.document_id,
                **_source(n.metadata),
                "locator": strings.place_label(answer.language, n.passage.locator),
                "sentence": n.sentence,
                "start": n.start,
                "end": n.end,
                "text": n.passage.text,
            }
            for n in answer.near
        ],
        "passages": [
            {
                "document_id": r.passage.document_id,
                "text": r.passage.text,
                "score": round(r.score, 4),
            }
            for r in answer.passages
        ],
    }


def _source(metadata: Metadata) -> dict[str, Any]:
    """Return what is told of a document beside its words."""
    return {
        "title": metadata.title,
        "kind": metadata.kind,
        "publisher": metadata.publisher,
        "region": metadata.region,
        "date": metadata.date,
        "inferred": list(metadata.inferred),
        "url": metadata.url,
    }


@contextmanager
def reporting() -> Iterator[None]:
    """Turn errors into sentences on the error stream and the exit status 2."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print("Interrupted; what was finished is kept. Run the same command to go on.")
        raise typer.Exit(130) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        tell(error)
        raise typer.Exit(EXIT_ERROR) from None


def tell(error: Exception) -> None:
    """Print a sentence for an error; of one that nobody foresaw, the details go to a file."""
    if isinstance(error, TourbotError):
        sentence = str(error)
    elif isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        sentence = (
            f"The system refused an operation: {error.strerror or error}{where}.\n"
            "Check space and permissions there, then run the same command again."
        )
    else:
        sentence = (
            f"tourbot failed in a way that was not foreseen ({type(error).__name__}: {error}).\n"
            f"What was stored is safe. Please send the details in {_details(error)} to the "
            "maintainers."
        )
    errors.print(sentence, style="red", markup=False, soft_wrap=True)


def _details(error: Exception) -> str:
    """Write where an error came from into a file, and return its name."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tourbot-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exception(error, file=log)
    except OSError:  # the disk may be what failed
        traceback.print_exception(error)
        return "these lines"
    return log.name


class _Rate(ProgressColumn):
    """Units a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


def bar() -> Progress:
    """Return bars on the error stream, gone when done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )


_STEPS = {
    "fetch": "Fetching documents",
    "read": "Reading documents",
    "embed": "Embedding passages",
    "index": "Building the index",
    "ask": "Asking questions",
}


class _TerminalProgress:
    """Bars in a terminal, a line per step elsewhere."""

    def __init__(self, bars: Progress) -> None:
        self._bar = bars
        self._tasks: dict[str, TaskID] = {}
        self._task: TaskID | None = None

    def start(self, step: str, total: int) -> None:
        """Show a step; one that goes on keeps its bar."""
        if not errors.is_terminal:
            errors.print(f"{_STEPS[step]}: {total}")
            return
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(_STEPS[step], total=0)
        self._task = self._tasks[step]
        done = next(task.completed for task in self._bar.tasks if task.id == self._task)
        self._bar.update(self._task, total=done + total)

    def advance(self, units: int) -> None:
        if self._task is not None:
            self._bar.advance(self._task, units)


@contextmanager
def show_progress() -> Iterator[_TerminalProgress]:
    """Show what a step does while the block runs."""
    with bar() as bars:
        yield _TerminalProgress(bars)


def print_answer(answer: Answer) -> None:
    """Print an answer with its sources, or the nearest passages."""
    lang = answer.language
    if understood := wording.understanding(answer):
        typer.echo(understood + "\n")
    typer.echo(wording.answer_text(answer))
    if not answer.abstained:
        typer.echo(f"\n{strings.say(lang, 'sources_title')}")
        for citation in answer.citations:
            typer.echo(wording.source_line(lang, citation))
            if citation.metadata.url:
                typer.echo(f"    {citation.metadata.url}")
    elif answer.near:
        typer.echo(f"\n{strings.say(lang, 'sources_nearest')}")
        for near in answer.near:
            typer.echo(wording.near_line(lang, near))


def print_json(value: Report | Plan) -> None:
    """Print a plan or a report for machines."""
    typer.echo(json.dumps(value.to_dict(), ensure_ascii=False))


def print_fetched(fetched: Fetched) -> None:
    """Print what came from the web, on the error stream: what follows is the report."""
    for failure in fetched.failed:
        sentence = f"Failed: {failure.address}: {failure.sentence}"
        errors.print(sentence, style="red", markup=False, soft_wrap=True)
    for note in fetched.notes:
        errors.print(note, markup=False, soft_wrap=True)
    errors.print(
        f"Fetched: {len(fetched.written)} new or changed, {len(fetched.unchanged)} unchanged, "
        f"{len(fetched.removed)} gone, {len(fetched.failed)} failed."
    )


def print_plan(plan: Plan) -> None:
    """Print what an ingest would do, document by document."""
    console = Console(highlight=False, soft_wrap=True)
    _print_failures(console, plan)
    changes = {change.document_id: change for change in plan.changes}
    for kind, lines in (
        ("new", plan.new),
        ("changed", [_changed(id_, changes.get(id_)) for id_ in plan.changed]),
        ("moved", [f"{move.old} → {move.new}" for move in plan.moved]),
        ("vanished", plan.vanished),
        ("duplicate", [f"{id_} = {of}" for id_, of in plan.duplicates.items()]),
    ):
        for line in lines:
            console.print(f"{kind:<10}{escape(line)}")
    _print_numbers(console, f"Plan for {plan.folder}; nothing was changed", plan)
    if plan.empties:
        console.print(
            "More than a third of the documents would vanish: the ingest asks for --yes.",
            style="red",
        )


def print_report(report: Report) -> None:
    """Print what an ingest did, failures first."""
    console = Console(highlight=False, soft_wrap=True)
    _print_failures(console, report)
    title = "Undone" if report.undone else f"Ingest of {report.folder}"
    _print_numbers(console, title, report)
    if not (report.undone or report.new or report.changed or report.unchanged or report.failed):
        console.print(f"No document was found in {escape(report.folder)}.", style="red")
    state = "built" if report.rebuilt else "up to date"
    console.print(
        f"Index {state}: {report.documents} documents, {report.passages} passages"
        f" ({report.embedded} embedded now) in {report.seconds} s."
    )


def _print_numbers(console: Console, title: str, told: Report | Plan) -> None:
    table = Table(title=escape(title), title_justify="left")
    table.add_column("Documents")
    table.add_column("Number", justify="right")
    for kind in ("new", "changed", "moved", "unchanged", "vanished", "duplicates", "failed"):
        number = len(getattr(told, kind))
        # The usual kinds always have their line; the others when there is something to tell.
        if number or kind not in {"moved", "duplicates"}:
            table.add_row(kind, str(number))
    console.print(table)
    if told.kept_missing:
        console.print(f"Kept although their files are gone: {len(told.kept_missing)}.")


def _print_failures(console: Console, told: Report | Plan) -> None:
    for label, style, failures in (
        ("Failed", "red", told.failed),
        ("Left out", "yellow", told.incomplete),
    ):
        for (reason, hint), names in _grouped(failures).items():
            console.print(f"{label}: {escape(reason)}. {escape(hint)}.", style=style)
            for name in names:
                console.print(f"  {escape(name)}")


def _changed(id_: str, change: Change | None) -> str:
    """Say what is different in a document, as far as it was read."""
    if change is None:
        return id_
    parts = [*change.fields, f"passages: {change.added} new, {change.removed} gone"]
    return f"{id_} ({', '.join(parts)})"


def _grouped(failures: list[Failure]) -> dict[tuple[str, str], list[str]]:
    """Group the files that failed by reason and remedy: often one remedy serves many."""
    groups: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        kept = " (the former version stays searchable)" if failure.kept else ""
        groups.setdefault((failure.reason + kept, failure.hint), []).append(failure.document_id)
    return groups
