"""The probability that a sentence answers a question: logistic regression over ``features``.

Weights come from ``training/fit_reader.py`` and stand in ``model.json`` with the means and
deviations of the training data; a feature that is NaN counts as average.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tourbot.errors import SetupError
from tourbot.reading.features import NAMES, Matrix

_LEAST = 1e-6
MODEL_FILE = Path(__file__).parent / "model.json"


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """The fitted model.

    Attributes:
        means, deviations, weights: float64 of shape (len(NAMES),).
        foreign_bias: Added when question and passage are in different languages: similarities are
            lower there than in the French training pairs.
        pair_weight: Of the cross-encoder's score, which is added to the log-odds.
        calibration: Slope, intercept and what is added across languages, on the log-odds: from the
            probability, after its conditions, to the share of such answers that are right.
        threshold: Confidence from which an answer is given; both are fitted on the development
            questions.
    """

    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: float
    foreign_bias: float
    pair_weight: float
    calibration: tuple[float, float, float]
    threshold: float

    def log_odds(self, table: Matrix) -> npt.NDArray[np.float64]:
        """Return log-odds that a sentence answers, (n,), for features of shape (n, len(NAMES))."""
        scaled = np.nan_to_num((table - self.means) / self.deviations)
        foreign = table[:, NAMES.index("same_language")] == 0
        return np.asarray(scaled @ self.weights + self.bias + foreign * self.foreign_bias)

    def confidence(self, probability: float, *, foreign: bool) -> float:
        """Return the share of answers of such a probability that are right.

        Source:
            Platt, Probabilistic Outputs for Support Vector Machines, 1999.
        """
        slope, intercept, other = self.calibration
        kept = min(max(probability, _LEAST), 1 - _LEAST)
        logit = slope * math.log(kept / (1 - kept)) + intercept + other * foreign
        return 1 / (1 + math.exp(-logit))


@lru_cache(maxsize=1)
def load_model() -> AnswerModel:
    """Read the model that comes with the package.

    Raises:
        SetupError: It was fitted for other features.
    """
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise SetupError(
            "reading/model.json was fitted for other features.\n"
            "Fit it again: python training/fit_reader.py"
        )
    means, deviations, weights = (np.array(data[k]) for k in ("means", "deviations", "weights"))
    return AnswerModel(
        means,
        deviations,
        weights,
        data["bias"],
        data["foreign_bias"],
        data["pair_weight"],
        tuple(data["calibration"]),
        data["threshold"],
    )
