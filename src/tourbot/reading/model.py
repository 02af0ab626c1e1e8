"""The probability that a sentence answers a question: logistic regression over ``features``.

Weights come from ``training/fit_reader.py`` and stand in ``model.json`` with the means and
deviations of the training data; a feature that is NaN counts as average.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tourbot.errors import SetupError
from tourbot.reading.features import NAMES, Matrix

_LEAST = 1e-6
Vector = npt.NDArray[np.float64]
MODEL_FILE = Path(__file__).parent / "model.json"


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """The fitted model.

    Attributes:
        means, deviations, weights: float64 of shape (len(NAMES),).
        foreign_bias: Added when question and passage are in different languages: similarities are
            lower there than in the French training pairs.
        pair_weight: Of the cross-encoder's score, which is added to the log-odds.
        foreign_pair_weight: The same across languages, where the features, most of which compare
            words, tell less.
        retrieval_weight: Of the passage's retrieval score, which is added to the log-odds of the
            probability, after its conditions, where it tells whether there is an answer at all.
        names_weight, words_weight: Likewise of the shares of the question's names that the
            passage has and of its words that the sentence has, within one language: another
            sentence of the same passages has as many, but where there is no answer few have.
        calibration: Slope, intercept and what is added across languages, on that sum: to the share
            of such answers that are right.
        threshold: Confidence from which an answer is given; both are fitted on the development
            questions.
    """

    means: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: float
    foreign_bias: float
    pair_weight: float
    foreign_pair_weight: float
    retrieval_weight: float
    names_weight: float
    words_weight: float
    calibration: tuple[float, float, float]
    threshold: float

    def log_odds(self, table: Matrix) -> npt.NDArray[np.float64]:
        """Return log-odds that a sentence answers, (n,), for features of shape (n, len(NAMES))."""
        scaled = np.nan_to_num((table - self.means) / self.deviations)
        return np.asarray(scaled @ self.weights + self.bias + _foreign(table) * self.foreign_bias)

    def pair_weights(self, table: Matrix) -> npt.NDArray[np.float64]:
        """Return what scores of the cross-encoder are multiplied by, (n,)."""
        return np.where(_foreign(table), self.foreign_pair_weight, self.pair_weight)

    def evidence(self, probabilities: Vector, scores: Vector, table: Matrix) -> Vector:
        """Return the log-odds, not calibrated, that sentences answer, (n,).

        Args:
            probabilities: That each answers rather than others, (n,).
            scores: Of their passages in retrieval, (n,).
            table: Their features, (n, len(NAMES)).
        """
        kept = np.clip(probabilities, _LEAST, 1 - _LEAST)
        names, words = (self._column(table, n) for n in ("names_covered", "sentence_coverage"))
        shared = self.names_weight * names + self.words_weight * words
        found: Vector = (
            np.log(kept / (1 - kept))
            + self.retrieval_weight * scores
            + np.where(_foreign(table), 0, shared)
        )
        return found

    def confidences(self, probabilities: Vector, scores: Vector, table: Matrix) -> Vector:
        """Return the share of answers of such evidence that are right, (n,); as ``evidence``.

        Source:
            Platt, Probabilistic Outputs for Support Vector Machines, 1999.
        """
        slope, intercept, other = self.calibration
        evidence = self.evidence(probabilities, scores, table)
        found: Vector = 1 / (1 + np.exp(-(slope * evidence + intercept + other * _foreign(table))))
        return found

    def _column(self, table: Matrix, name: str) -> Vector:
        """Return how much more of a feature there is than on average; nothing where unknown."""
        index = NAMES.index(name)
        return np.asarray(np.nan_to_num(table[:, index] - self.means[index]))


def _foreign(table: Matrix) -> npt.NDArray[np.bool_]:
    return np.asarray(table[:, NAMES.index("same_language")] == 0)


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
        data["foreign_pair_weight"],
        data["retrieval_weight"],
        data["names_weight"],
        data["words_weight"],
        tuple(data["calibration"]),
        data["threshold"],
    )
