"""Two runs of the same questions: what was won, what was lost, and whether it is chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tourbot.errors import UsageError
from tourbot.evaluation import bootstrap
from tourbot.evaluation.bootstrap import Difference
from tourbot.evaluation.figures import MEANS
from tourbot.evaluation.run import Outcome, Run

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Second run against first.

    Attributes:
        differences: By name of the figure, over the questions for which both have it.
        won, lost: Questions that only the second, or only the first, gets right.
        skipped: Questions that only one of the runs asked.
    """

    differences: dict[str, Difference]
    won: tuple[tuple[Outcome, Outcome], ...]
    lost: tuple[tuple[Outcome, Outcome], ...]
    skipped: int


def compare(first: Run, second: Run) -> Comparison:
    """Compare two runs question by question.

    Raises:
        UsageError: They share no question.
    """
    one, two = _by_id(first), _by_id(second)
    pairs = [(one[id_], two[id_]) for id_ in one if id_ in two]
    if not pairs:
        raise UsageError("The two runs have no question in common.\nCompare runs of one data set.")
    differences = {}
    for name, key in MEANS.items():
        both = [(a, b) for a, b in pairs if key in a.values and key in b.values]
        if both:
            differences[name] = bootstrap.difference(
                [a.values[key] for a, _ in both], [b.values[key] for _, b in both]
            )
    judged = [(a, b) for a, b in pairs if "right" in a.values and "right" in b.values]
    return Comparison(
        differences,
        won=tuple(p for p in judged if p[0].values["right"] < p[1].values["right"]),
        lost=tuple(p for p in judged if p[0].values["right"] > p[1].values["right"]),
        skipped=len(one) + len(two) - 2 * len(pairs),
    )


def _by_id(run: Run) -> Mapping[str, Outcome]:
    return {outcome.id: outcome for outcome in run.outcomes}
