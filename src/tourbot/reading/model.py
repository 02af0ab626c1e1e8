"""How sure a sentence answers: a linear model over ``features`` and what the passage reader says.

Weights come from ``training/fit_weights.py`` and stand in ``model.json``, once for an embedding
that comes with a passage reader and once for one that does not, with the means and deviations of
the training data; a feature that is NaN counts as average.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
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
        evidence: Weights of the columns of ``told``, float64 of shape (4,).
        intercept: Added to them, for log-odds that the answer is right.
        threshold: Confidence from which an answer is given.
    """

    means: Vector
    deviations: Vector
    weights: Vector
    bias: float
    evidence: Vector
    intercept: float
    threshold: float

    def scaled(self, table: Matrix) -> Matrix:
        """Return features as deviations from the average, which is what an unknown one counts as.

        Args:
            table: Features, (n, len(NAMES)).
        """
        return np.asarray(np.nan_to_num((table - self.means) / self.deviations))

    def log_odds(self, table: Matrix) -> Vector:
        """Return log-odds that each sentence answers rather than none, (n,); as ``scaled``."""
        return np.asarray(self.scaled(table) @ self.weights + self.bias)

    def told(self, probabilities: Vector, scores: Vector, table: Matrix) -> Matrix:
        """Return what tells whether there is an answer at all, (n, 4).

        Beside the log-odds of a sentence: the score of its passage in retrieval, what the passage
        reader says of the passage, and its similarity to the question. Shares of words and names,
        and whether the languages differ, tell nothing more of collections that were not fitted on.

        Args:
            probabilities: That each answers rather than others, (n,).
            scores: Of their passages in retrieval, (n,).
            table: Their features, (n, len(NAMES)).
        """
        kept = np.clip(probabilities, _LEAST, 1 - _LEAST)
        scaled = self.scaled(table)
        passage = [scaled[:, NAMES.index(name)] for name in ("passage_read", "passage_cosine")]
        return np.column_stack([np.log(kept / (1 - kept)), scores, *passage])

    def confidences(self, probabilities: Vector, scores: Vector, table: Matrix) -> Vector:
        """Return the share of answers of such evidence that are right, (n,); as ``told``.

        Source:
            Platt, Probabilistic Outputs for Support Vector Machines, 1999.
        """
        log_odds = self.told(probabilities, scores, table) @ self.evidence + self.intercept
        return np.asarray(1 / (1 + np.exp(-log_odds)))


@cache
def load_model(*, read: bool) -> AnswerModel:
    """Read the model that comes with the package.

    Args:
        read: Whether passages are read by the passage reader.

    Raises:
        SetupError: It was fitted for other features.
    """
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise SetupError(
            "reading/model.json was fitted for other features.\n"
            "Fit it again: python training/fit_weights.py"
        )
    own = data["read" if read else "unread"]
    means, deviations = np.array(data["means"]), np.array(data["deviations"])
    return AnswerModel(
        means,
        deviations,
        np.array(own["weights"]),
        own["bias"],
        np.array(own["evidence"]),
        own["intercept"],
        own["threshold"],
    )
