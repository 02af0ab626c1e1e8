"""How sure a figure is: bootstrap intervals over questions, and between two runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLES = 1000
_SEED = 20250101
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value over n questions with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """Second run minus first, over the n questions of both.

    Attributes:
        p: Two-sided: how often a difference at least as large would come by chance if there were
            none.
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    p: float
    n: int


def interval(statistic: Callable[[Rows], float], n: int) -> Figure:
    """Estimate a statistic of n questions.

    Args:
        statistic: Computes it from the rows (positions in [0, n)) of a sample.
        n: At least 1.

    Returns:
        The value over all rows and its percentile interval over 1,000 resamples.

    Source:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, § 13.3.
    """
    rng = np.random.default_rng(_SEED)
    resampled = [statistic(rng.integers(0, n, n)) for _ in range(SAMPLES)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Figure(float(statistic(np.arange(n))), float(low), float(high), n)


def mean(values: Sequence[float]) -> Figure:
    """Estimate a mean."""
    array = np.asarray(values, dtype=np.float64)
    return interval(lambda rows: float(array[rows].mean()), len(array))


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare two runs by the paired bootstrap.

    Args:
        first: Values of the questions; at least one.
        second: Values of the same questions, in the same order.

    Source:
        Efron and Tibshirani 1993, § 16.4 (the differences, shifted to a mean of 0, are resampled);
        for retrieval: Smucker, Allan and Carterette, doi:10.1145/1321440.1321528.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    gaps = b - a
    n = len(gaps)
    rows = np.random.default_rng(_SEED).integers(0, n, (SAMPLES, n))
    means = gaps[rows].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    value = float(gaps.mean())
    by_chance = np.abs(means - value) >= abs(value) - 1e-12
    p = (int(by_chance.sum()) + 1) / (SAMPLES + 1)
    return Difference(
        float(a.mean()), float(b.mean()), value, float(low), float(high), float(min(p, 1.0)), n
    )
