"""A run as one HTML page that needs nothing else: figures, charts, and the worst questions."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from tourbot.evaluation import charts
from tourbot.evaluation.figures import FALLING, GROUPED, Summary
from tourbot.evaluation.run import Outcome, Run

WORST = 20


def write(run: Run, summary: Summary, path: Path) -> None:
    """Write the report of a run and its figures."""
    environment = Environment(
        loader=PackageLoader("tourbot.evaluation", "."), autoescape=True, trim_blocks=True
    )
    page = environment.get_template("report.html").render(
        run=run,
        figures=summary.overall,
        falling=FALLING,
        groups={"By kind": summary.by_kind, "By language": summary.by_language},
        grouped=GROUPED,
        charts={title: Markup(svg) for title, svg in drawings(run, summary).items()},  # noqa: S704 - ours
        worst=worst(run),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def drawings(run: Run, summary: Summary) -> dict[str, str]:
    """Return the charts of a run as SVG, by title: those for which it has figures."""
    found = summary.overall
    answered = [o for o in run.outcomes if "forced right" in o.values and o.confidence is not None]
    drawn = {}
    if "retrieval/recall@1" in found:
        drawn["Recall by depth"] = charts.recall_by_depth({run.settings["system"]: found})
    if answered:
        drawn["Risk and coverage"] = charts.risk_by_coverage(
            [o.confidence or 0.0 for o in answered],
            [bool(o.values["forced right"]) for o in answered],
        )
        drawn["Time of one ask"] = charts.times([o.seconds or 0.0 for o in answered])
    for name, groups in (("kind", summary.by_kind), ("language", summary.by_language)):
        right = {g: f["answers/right"] for g, f in groups.items() if "answers/right" in f}
        if right:
            drawn[f"Right answers by {name}"] = charts.bars(right, "share right")
    return drawn


def worst(run: Run, count: int = WORST) -> list[Outcome]:
    """Return the questions that went worst: wrong with the most confidence first, then unfound.

    Where nothing is known of answers, those whose relevant passages were ranked lowest.
    """

    def badness(outcome: Outcome) -> tuple[float, float]:
        wrong = 1 - outcome.values.get("right", outcome.values.get("nDCG@10", 1.0))
        said = 0.0 if outcome.abstained else outcome.confidence or 0.0
        return (-wrong, -said)

    failed = [o for o in run.outcomes if badness(o)[0] < 0]
    return sorted(failed, key=badness)[:count]
