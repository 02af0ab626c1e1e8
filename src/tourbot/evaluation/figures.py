"""Outcomes → figures with 95 % intervals: over all questions, by language and by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tourbot.evaluation import bootstrap
from tourbot.evaluation.bootstrap import Figure, Rows
from tourbot.evaluation.metrics import abstention, retrieval
from tourbot.evaluation.run import WORDS, Outcome, Run

# Name of a figure → name of the value of each question that it is the mean of.
MEANS = {
    **{f"retrieval/{name}": name for name in (*retrieval.MEASURES, f"recall@{WORDS} words")},
    "answers/right": "right",
    "answers/contained": "contained",
    "answers/hit@1": "hit@1",
    "answers/shown@3": "shown@3",
    "answers/exact match": "exact match",
    "answers/token F1": "token F1",
    "citations/precision": "citation precision",
    "citations/recall": "citation recall",
    "citations/verbatim": "verbatim",
}
# The lower the better.
FALLING = frozenset({"abstention/AURC", "abstention/ECE", "latency/p50 ms", "latency/p95 ms"})
GROUPED = ("answers/right", "answers/contained", "retrieval/recall@5", "retrieval/nDCG@10")


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a run: every figure over all questions, the main ones by group."""

    overall: dict[str, Figure]
    by_language: dict[str, dict[str, Figure]]
    by_kind: dict[str, dict[str, Figure]]

    def to_json(self) -> dict[str, Any]:
        """Return what a run's file holds."""
        return {name.replace("_", " "): value for name, value in asdict(self).items()}


def summarise(run: Run) -> Summary:
    """Compute the figures of a run, overall and by group."""
    return Summary(
        figures(run),
        by_group(run.outcomes, lambda o: o.lang),
        by_group(run.outcomes, lambda o: o.kind),
    )


def figures(run: Run) -> dict[str, Figure]:
    """Compute every figure that is defined for a run.

    ``answers/right`` is over all questions (an unanswerable one is right when the program
    abstained), the other answers and retrieval over the answerable ones, citations over the
    answered ones among these.
    """
    found = _means(run.outcomes, MEANS)
    answered = [o for o in run.outcomes if o.confidence is not None]
    found |= _abstention([o for o in answered if "forced right" in o.values])
    seconds = np.array([o.seconds for o in answered if o.seconds is not None])
    for name, share in (("latency/p50 ms", 0.5), ("latency/p95 ms", 0.95)):
        if len(seconds):
            found[name] = bootstrap.interval(_quantile(seconds, share), len(seconds))
    return found


def by_group(
    outcomes: Sequence[Outcome], group: Callable[[Outcome], str]
) -> dict[str, dict[str, Figure]]:
    """Compute the main figures of each group of questions, groups in order of their names."""
    names = sorted({group(o) for o in outcomes})
    return {
        name: _means(
            [o for o in outcomes if group(o) == name], {key: MEANS[key] for key in GROUPED}
        )
        for name in names
    }


def _means(outcomes: Sequence[Outcome], names: Mapping[str, str]) -> dict[str, Figure]:
    found = {}
    for name, key in names.items():
        values = [o.values[key] for o in outcomes if key in o.values]
        if values:
            found[name] = bootstrap.mean(values)
    return found


def _abstention(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    if not outcomes:
        return {}
    confidence = np.array([o.confidence for o in outcomes], dtype=np.float64)
    right = np.array([o.values["forced right"] for o in outcomes], dtype=bool)
    abstained = np.array([o.abstained for o in outcomes])
    unanswerable = np.array([o.unanswerable for o in outcomes])
    n = len(outcomes)
    found = {
        "abstention/AURC": lambda rows: abstention.aurc(confidence[rows], right[rows]),
        "abstention/ECE": lambda rows: abstention.expected_calibration_error(
            confidence[rows], right[rows]
        ),
    }
    if unanswerable.any() and not unanswerable.all():
        for position, name in enumerate(("precision", "recall", "F1")):
            found[f"abstention/{name}"] = _part_of(
                lambda rows: abstention.precision_recall_f1(abstained[rows], unanswerable[rows]),
                position,
            )
        found["abstention/AUROC"] = lambda rows: abstention.auroc(
            confidence[rows], ~unanswerable[rows]
        )
        found["abstention/refused at 90 % answered"] = lambda rows: abstention.refused_at_90(
            confidence[rows], ~unanswerable[rows]
        )
    return {name: bootstrap.interval(statistic, n) for name, statistic in found.items()}


def _part_of(
    statistic: Callable[[Rows], Sequence[float]], position: int
) -> Callable[[Rows], float]:
    return lambda rows: statistic(rows)[position]


def _quantile(seconds: np.ndarray, share: float) -> Callable[[Rows], float]:
    return lambda rows: float(np.quantile(seconds[rows], share)) * 1000
