"""``tourbot evaluate``: make a run, compare two, hold one against the thresholds."""

from __future__ import annotations

import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tourbot.cli.reporting import reporting, show_progress
from tourbot.errors import SetupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tourbot.embedding import Embedding
    from tourbot.evaluation.ablation import Worth
    from tourbot.evaluation.bootstrap import Figure
    from tourbot.evaluation.compare import Comparison
    from tourbot.evaluation.questions import Dataset
    from tourbot.evaluation.run import Outcome
    from tourbot.index import IndexStore
    from tourbot.settings import Settings

EXIT_FALLEN = 1
QUESTIONS = Path("evaluation/questions.jsonl")
THRESHOLDS = Path("evaluation/thresholds.toml")
_SHOWN = 10

app = typer.Typer(
    invoke_without_command=True,
    help="Measure retrieval, answers, citations and abstention on questions with known answers.",
)
_console = Console(highlight=False, soft_wrap=True)
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings to measure, in the form of tourbot.toml.")
]


@app.callback()
def run(
    context: typer.Context,
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="Questions (.jsonl), a SQuAD file (.json), a folder of BEIR, NoMIRACL or AfriQA, "
            "a reading set.",
        ),
    ] = QUESTIONS,
    split: Annotated[
        str | None,
        typer.Option("--split", help="Part of the data set; dev for our own questions."),
    ] = None,
    removed: Annotated[
        bool,
        typer.Option(
            "--removed",
            help="Ask each question again without the documents that answer: abstaining is right.",
        ),
    ] = False,
    distractors: Annotated[
        list[Path] | None,
        typer.Option("--distractors", help="A data set whose documents are indexed too."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Ask a fixed sample of so many questions.")
    ] = None,
    config: Config = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The run's JSON file; its report stands beside it as .html."),
    ] = None,
) -> None:
    """Measure retrieval, answers, citations and abstention on questions with known answers."""
    if context.invoked_subcommand is not None:
        return
    with reporting():
        _check_installed()
        from tourbot.evaluation import adapters, figures, report
        from tourbot.evaluation.measure import measure, sample
        from tourbot.settings import load_settings

        settings = load_settings(config)
        own = data.suffix == ".jsonl"
        dataset = adapters.load(data, split or ("dev" if own else None))
        if distractors:
            dataset = adapters.joined(dataset, [adapters.load(path) for path in distractors])
        dataset = sample(dataset, limit)
        index, embedding = _index(settings, dataset)
        with show_progress() as progress:
            progress.start("ask", len(dataset.questions))
            made = measure(
                dataset,
                data,
                index,
                embedding,
                threshold=settings.threshold,
                removed=removed,
                progress=progress.advance,
            )
        summary = figures.summarise(made)
        path = out or settings.home / "evaluation" / "runs" / f"{_now()}-{dataset.name}.json"
        made.save(path, summary.to_json())
        report.write(made, summary, path.with_suffix(".html"))
        _print_figures(f"{made.settings['data']}, {len(made.outcomes)} questions", summary.overall)
        _print_groups(summary.by_kind)
        _console.print(
            f"Run: {escape(str(path))}\nReport: {escape(str(path.with_suffix('.html')))}"
        )


@app.command()
def ablate(
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="A data set, as for a run; repeatable. Our own by default."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Part of the data set; dev for our own questions.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only this rule; repeatable.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Ask a fixed sample of so many questions.")
    ] = None,
    config: Config = None,
) -> None:
    """Ask the questions with each rule off: what does it change, win and lose?"""
    with reporting():
        _check_installed()
        from tourbot import rules
        from tourbot.evaluation import ablation, adapters
        from tourbot.evaluation.measure import asking, sample
        from tourbot.settings import load_settings

        settings = load_settings(config)
        with rules.without(*rule or ()):  # a name that is none is told before anything is asked
            pass
        for path in data or [QUESTIONS]:
            part = split or ("dev" if path.suffix == ".jsonl" else None)
            dataset = sample(adapters.load(path, part), limit)
            index, embedding = _index(settings, dataset)
            ask = asking(dataset, index, embedding, settings.threshold)
            _console.print(f"{escape(dataset.name)}, {len(dataset.questions)} questions")
            for worth in ablation.ablate(dataset.questions, ask, rule or list(rules.RULES)):
                _print_worth(worth)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="JSON file of a run.")],
    second: Annotated[Path, typer.Argument(help="JSON file of a later run.")],
) -> None:
    """Show what the second run won and lost against the first, and whether it is chance."""
    with reporting():
        _check_installed()
        from tourbot.evaluation.compare import compare as compare_runs
        from tourbot.evaluation.run import Run

        _print_comparison(compare_runs(Run.load(first), Run.load(second)))


@app.command()
def gate(
    run: Annotated[
        Path | None, typer.Argument(help="JSON file of a run; by default the latest one.")
    ] = None,
    thresholds: Annotated[
        Path, typer.Option("--thresholds", help="The bounds, as TOML.")
    ] = THRESHOLDS,
    ratchet: Annotated[
        bool, typer.Option("--ratchet", help="Then raise the bounds to what this run reached.")
    ] = False,
    config: Config = None,
) -> None:
    """Exit with status 1 when a run falls below the thresholds."""
    with reporting():
        _check_installed()
        from tourbot.evaluation import gate as gates
        from tourbot.evaluation.figures import figures
        from tourbot.evaluation.run import Run
        from tourbot.settings import load_settings

        bounds = gates.Thresholds.load(thresholds)
        made = Run.load(run or _latest(load_settings(config)))
        found = figures(made)
        fallen = gates.check(bounds, made.settings["data"], found)
        for name, bound in bounds.bounds.items():
            beyond = next((f for f in fallen if f.name == name), None)
            value = "missing" if name not in found else f"{found[name].value:.3f}"
            _console.print(
                f"{'FELL' if beyond else 'held'}  {name}: {value} (bound {bound:.3f})",
                style="red" if beyond else None,
            )
        if ratchet and not fallen:
            for name, (before, after) in gates.ratchet(thresholds, found).items():
                _console.print(f"{name}: bound moved from {before:.3f} to {after:.3f}")
    if fallen:
        _console.print(
            "The run falls below the thresholds. See its report, and what changed with: "
            "tourbot evaluate compare EARLIER LATER",
            style="red",
        )
        raise typer.Exit(EXIT_FALLEN)


@app.command()
def locate(
    questions: Annotated[Path, typer.Argument(help="Questions (.jsonl), rewritten in place.")],
    config: Config = None,
) -> None:
    """Find the gold quotes in the documents of the index again, and write their offsets."""
    with reporting():
        from tourbot.evaluation.measure import documents_of
        from tourbot.evaluation.questions import locate as find
        from tourbot.settings import load_settings

        index, embedding = _index(load_settings(config), None)
        texts = {id_: d.text for id_, d in documents_of(index, embedding).items()}
        _console.print(f"{find(questions, texts)} quotes placed or moved in {questions}.")


def _check_installed() -> None:
    missing = [name for name in ("ir_measures", "jinja2", "matplotlib") if not find_spec(name)]
    if missing:
        raise SetupError(
            f"Evaluation needs {', '.join(missing)}, which is not installed.\n"
            "Install it with: pip install -e '.[evaluation]' -c constraints.txt"
        )


def _index(settings: Settings, dataset: Dataset | None) -> tuple[IndexStore, Embedding]:
    """Return the index to ask: a data set's own documents, or those in use."""
    from tourbot.embedding import open_embedding
    from tourbot.evaluation.systems import index_documents
    from tourbot.store import Store

    embedding = open_embedding(settings.embedding, settings.prefixes)
    if dataset is not None and dataset.documents is not None:
        with show_progress() as progress:
            home = settings.home / "evaluation" / "stores"
            return index_documents(dataset, home, embedding, progress).index, embedding
    return Store(settings.home).index, embedding


def _latest(settings: Settings) -> Path:
    runs = sorted((settings.home / "evaluation" / "runs").glob("*.json"))
    if not runs:
        raise UsageError(
            f"There is no run in {settings.home / 'evaluation' / 'runs'}.\n"
            "Make one with: tourbot evaluate"
        )
    return runs[-1]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")


def _print_figures(title: str, found: Mapping[str, Figure]) -> None:
    table = Table(title=escape(title), title_justify="left")
    table.add_column("Figure")
    for column in ("Value", "95 % interval", "Questions"):
        table.add_column(column, justify="right")
    for name, figure in found.items():
        places = 0 if name.startswith("latency") else 3
        table.add_row(
            name,
            f"{figure.value:.{places}f}",
            f"{figure.low:.{places}f} to {figure.high:.{places}f}",
            str(figure.n),
        )
    _console.print(table)


def _print_groups(groups: Mapping[str, Mapping[str, Figure]]) -> None:
    parts = [
        f"{group} {found['answers/right'].value:.2f} (n = {found['answers/right'].n})"
        for group, found in groups.items()
        if "answers/right" in found
    ]
    if parts:
        _console.print("Right by kind: " + ", ".join(parts))


def _print_comparison(found: Comparison) -> None:
    from tourbot.evaluation.compare import SIGNIFICANT

    table = Table(
        title="Second run against first",
        caption=f"* p < {SIGNIFICANT}, paired bootstrap",
        title_justify="left",
        caption_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),  # it fits in a terminal of 80 columns
    )
    table.add_column("Figure", no_wrap=True)
    for column in ("First", "Second", "Difference", "p", "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, d in found.differences.items():
        table.add_row(
            name,
            f"{d.first:.3f}",
            f"{d.second:.3f}",
            f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})",
            f"{d.p:.3f}{'*' if d.p < SIGNIFICANT else ' '}",
            str(d.n),
        )
    _console.print(table)
    _print_pairs("Won", found.won)
    _print_pairs("Lost", found.lost)
    if found.skipped:
        _console.print(f"{found.skipped} questions stand in one run only and are left out.")


def _print_worth(worth: Worth) -> None:
    """Print one rule as a line, and the questions that it decides."""
    _console.print(
        f"{worth.rule}: changes {worth.fired}, wins {len(worth.won)}, loses {len(worth.lost)}, "
        f"shows {worth.shown}, hides {worth.hidden}"
    )
    for sign, questions in (("+", worth.won), ("-", worth.lost)):
        for question in questions:
            _console.print(f"  {sign} {escape(question)}")


def _print_pairs(title: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> None:
    _console.print(f"{title}: {len(pairs)} questions")
    for before, after in pairs[:_SHOWN]:
        _console.print(f"  {escape(after.id)}: {escape(after.question)}")
        for label, outcome in (("first", before), ("second", after)):
            said = outcome.said.replace("\n", " · ")[:160] or "(abstained)"
            _console.print(f"    {label}: {escape(said)}")
    if len(pairs) > _SHOWN:
        _console.print(f"  and {len(pairs) - _SHOWN} more")
