"""The probability that a sentence answers a question: logistic regression over ``features``.

Weights come from ``training/fit_reader.py`` and stand in ``model.json`` with the means and
deviations of the training data. There are two sets: one for a question in the passage's language,
one for another language, fitted without the features that compare words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from tourbot.errors import SetupError
from tourbot.reading.features import NAMES, Matrix


@dataclass(frozen=True, slots=True)
class Weights:
    """One logistic regression: float64 of shape (len(NAMES),), and a bias."""

    weights: npt.NDArray[np.float64]
    bias: float


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """The fitted model.

    Attributes:
        means, deviations: float64 of shape (len(NAMES),).
        threshold: Probability from which an answer is given; fitted on the development questions.
    """

    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]
    same_language: Weights
    other_language: Weights
    threshold: float

    def probabilities(self, table: Matrix) -> npt.NDArray[np.float64]:
        """Return P(the sentence answers), float64 of shape (n,), for features of shape (n, len(NAMES))."""
        scaled = np.nan_to_num((table - self.means) / self.deviations)
        same = table[:, NAMES.index("same_language")] == 1
        logits = [
            scaled @ part.weights + part.bias for part in (self.same_language, self.other_language)
        ]
        return np.asarray(1 / (1 + np.exp(-np.where(same, *logits))))


@lru_cache(maxsize=1)
def load_model() -> AnswerModel:
    """Read the model that comes with the package.

    Raises:
        SetupError: It was fitted for other features.
    """
    data = json.loads(files("tourbot.reading").joinpath("model.json").read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise SetupError(
            "reading/model.json was fitted for other features.\nFit it again: python training/fit_reader.py"
        )
    means, deviations = np.array(data["means"]), np.array(data["deviations"])
    same, other = (
        Weights(np.array(data[name]["weights"]), data[name]["bias"])
        for name in ("same_language", "other_language")
    )
    return AnswerModel(means, deviations, same, other, data["threshold"])
