"""Knowing when not to answer: abstention, selective risk, calibration.

Unanswerable questions are the positives of abstention. Risk and calibration look at the answer that
would be given to every question if nothing were withheld.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_BINS = 10


def precision_recall_f1(
    abstained: npt.ArrayLike, unanswerable: npt.ArrayLike
) -> tuple[float, float, float]:
    """Compute precision, recall and F1 of abstaining.

    Returns:
        Each in [0, 1]; 0 where it is not defined.
    """
    said, due = np.asarray(abstained, dtype=bool), np.asarray(unanswerable, dtype=bool)
    right = int((said & due).sum())
    precision = right / int(said.sum()) if said.any() else 0.0
    recall = right / int(due.sum()) if due.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return precision, recall, f1


def risk_coverage(confidences: npt.ArrayLike, right: npt.ArrayLike) -> tuple[Array, Array]:
    """Return the risk–coverage curve.

    Args:
        confidences: Of n answers.
        right: Whether each is right.

    Returns:
        Coverages (1/n, 2/n … 1) and the share of wrong answers among the most confident ones, both
        float64 of shape (n,). Equal confidences keep their order.

    Source:
        El-Yaniv and Wiener, JMLR 11, 2010; Geifman and El-Yaniv, arXiv:1705.08500.
    """
    order = np.argsort(-np.asarray(confidences, dtype=np.float64), kind="stable")
    wrong = 1 - np.asarray(right, dtype=np.float64)[order]
    counts = np.arange(1, len(wrong) + 1)
    return counts / len(wrong), np.cumsum(wrong) / counts


def aurc(confidences: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Return the area under the risk–coverage curve, the mean of its risks; lower is better.

    Source:
        Geifman, Uziel and El-Yaniv, arXiv:1805.08206, eq. 4.
    """
    return float(risk_coverage(confidences, right)[1].mean())


def expected_calibration_error(confidences: npt.ArrayLike, right: npt.ArrayLike) -> float:
    """Return the mean gap between confidence and accuracy over ten bins of equal width.

    Args:
        confidences: Probabilities in [0, 1].
        right: What came true.

    Source:
        Guo et al., arXiv:1706.04599, eq. 3; a bin holds its upper bound.
    """
    values, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bins = np.clip(np.ceil(values * _BINS).astype(int) - 1, 0, _BINS - 1)
    gaps = [
        abs(hits[bins == n].mean() - values[bins == n].mean()) * np.mean(bins == n)
        for n in range(_BINS)
        if np.any(bins == n)
    ]
    return float(sum(gaps))


def auroc(confidences: npt.ArrayLike, answerable: npt.ArrayLike) -> float:
    """Return the chance that an answerable question has the higher confidence of a pair.

    Returns:
        In [0, 1], equal confidences counting one half; 0.5 when one kind is missing.

    Source:
        Hanley and McNeil, doi:10.1148/radiology.143.1.7063747.
    """
    values, kind = np.asarray(confidences, dtype=np.float64), np.asarray(answerable, dtype=bool)
    answered, other = values[kind], np.sort(values[~kind])
    if not len(answered) or not len(other):
        return 0.5
    below = np.searchsorted(other, answered, side="left")
    not_above = np.searchsorted(other, answered, side="right")
    return float((below + not_above).mean() / 2 / len(other))


def refused_at_90(confidences: npt.ArrayLike, answerable: npt.ArrayLike) -> float:
    """Return the share of unanswerable questions refused where 90 % of the others are answered.

    Returns:
        In [0, 1]; 0 when one kind is missing.
    """
    values, kind = np.asarray(confidences, dtype=np.float64), np.asarray(answerable, dtype=bool)
    if kind.all() or not kind.any():
        return 0.0
    return float(np.mean(values[~kind] < np.quantile(values[kind], 0.1)))
