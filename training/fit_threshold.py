"""Fit the threshold of ``src/tourbot/reading/model.json`` on our development questions.

    TOURBOT_HOME=var python training/fit_threshold.py

Run it after ``fit_reader.py`` and an ingest of ``corpus/``. The threshold is fitted on the
questions in the documents' language; then a bias for English questions is chosen so that the same
threshold decides best there too.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from tourbot.embedding import open_embedding
from tourbot.evaluation import adapters
from tourbot.evaluation.measure import measure
from tourbot.evaluation.metrics.abstention import best_threshold
from tourbot.evaluation.run import Outcome
from tourbot.ingestion import Store
from tourbot.reading.model import MODEL_FILE, load_model
from tourbot.settings import load_settings

QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"


def main() -> None:
    """Fit, write and report."""
    model = json.loads(MODEL_FILE.read_text(encoding="utf-8")) | {"foreign_bias": 0.0}
    write(model)
    load_model.cache_clear()
    index = Store(load_settings().home).index
    run = measure(adapters.load(QUESTIONS, "dev"), QUESTIONS, index, open_embedding())
    own = [o for o in run.outcomes if o.lang == "fr"]
    other = [o for o in run.outcomes if o.lang != "fr"]
    threshold, foreign = fit(own), fit(other)
    model["threshold"] = round(threshold, 3)
    model["foreign_bias"] = round(logit(threshold) - logit(foreign), 4)
    write(model)
    print(f"threshold {threshold:.3f} on {len(own)} questions in French")
    print(f"the same threshold after moving {foreign:.3f} on {len(other)} questions in English")


def write(model: dict[str, object]) -> None:
    """Store the model."""
    MODEL_FILE.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


def fit(outcomes: list[Outcome]) -> float:
    """Return the confidence that best separates right answers from all else."""
    good = [bool(o.values["forced right"]) for o in outcomes]
    return best_threshold([o.confidence or 0.0 for o in outcomes], good)


def logit(probability: float) -> float:
    """Return the log-odds of a probability."""
    return math.log(probability / (1 - probability))


if __name__ == "__main__":
    main()
