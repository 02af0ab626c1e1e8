"""Fit calibration and threshold of ``src/tourbot/reading/model.json`` on our development questions.

    TOURBOT_HOME=var python training/fit_threshold.py

Run it after ``fit_reader.py`` and an ingest of ``corpus/``. The calibration maps the evidence of
the best sentence to the share of such answers that are right, for French and for English
questions; the threshold is the confidence at which most questions are dealt with rightly.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from tourbot.embedding import open_embedding
from tourbot.evaluation import adapters
from tourbot.evaluation.measure import measure
from tourbot.evaluation.metrics.abstention import best_threshold, expected_calibration_error
from tourbot.reading.model import MODEL_FILE, load_model
from tourbot.settings import load_settings
from tourbot.store import Store

QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"
FOLDS = 5
LEAST = 1e-6


def main() -> None:
    """Fit, write and report."""
    model = json.loads(MODEL_FILE.read_text(encoding="utf-8")) | {"calibration": [1.0, 0.0, 0.0]}
    write(model)
    load_model.cache_clear()
    index = Store(load_settings().home).index
    run = measure(adapters.load(QUESTIONS, "dev"), QUESTIONS, index, open_embedding())
    raw = np.clip([o.confidence or 0.0 for o in run.outcomes], LEAST, 1 - LEAST)
    table = np.column_stack([np.log(raw / (1 - raw)), [o.lang != "fr" for o in run.outcomes]])
    right = np.array([o.values["forced right"] for o in run.outcomes], dtype=bool)
    fitted = LogisticRegression(C=10.0).fit(table, right)
    (slope, foreign), intercept = fitted.coef_[0], fitted.intercept_[0]
    model["calibration"] = [round(float(v), 4) for v in (slope, intercept, foreign)]
    confidence = fitted.predict_proba(table)[:, 1]
    # Where the answer is another than the one found, giving and withholding it are both wrong.
    told = right | np.array([o.unanswerable for o in run.outcomes])
    threshold = best_threshold(confidence[told].tolist(), right[told].tolist())
    model["threshold"] = round(threshold, 3)
    write(model)
    unseen = cross_val_predict(fitted, table, right, cv=FOLDS, method="predict_proba")[:, 1]
    print(
        f"calibration {model['calibration']}, threshold {threshold:.3f} on {len(right)} questions"
    )
    for name, values in (("on these", confidence), (f"over {FOLDS} folds", unseen)):
        print(f"calibration error {name}: {expected_calibration_error(values, right):.3f}")


def write(model: dict[str, object]) -> None:
    """Store the model."""
    MODEL_FILE.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
