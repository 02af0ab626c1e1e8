"""Fit ``src/tourbot/reading/model.json``: which sentence answers, and whether any does.

    python training/fit_reader.py --train PIAF_TRAIN.json --dev PIAF_DEV.json --store FOLDER

Data: PIAF (SQuAD format). Every training question is seen twice: with its own passages, and with
the document that answers taken away, so that the model also learns what a miss looks like. The
threshold is not touched here: it is fitted on the development questions by ``fit_threshold.py``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tourbot.embedding import open_embedding
from tourbot.evaluation import adapters
from tourbot.evaluation.questions import Dataset, Question
from tourbot.evaluation.systems import index_documents
from tourbot.index import Fingerprint, Generation
from tourbot.reading.features import NAMES
from tourbot.reading.model import MODEL_FILE
from tourbot.reading.reader import PASSAGES_READ, Reader
from tourbot.retrieval import Retriever
from tourbot.typography import fold

SEED = 0

Sample = tuple[np.ndarray, np.ndarray, bool]


def main() -> None:
    """Build the store once, measure the features, fit and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument(
        "--store", type=Path, required=True, help="kept between runs: vectors are cached there"
    )
    parser.add_argument(
        "--questions", type=int, default=2000, help="training questions (default 2000)"
    )
    arguments = parser.parse_args()

    parts = adapters.load(arguments.train), adapters.load(arguments.dev)
    chosen = [list(part.questions) for part in parts]
    for questions in chosen:
        random.Random(SEED).shuffle(questions)
    reader, retriever = readers(open_store(arguments.store, *parts))
    train = samples(chosen[0][: arguments.questions], reader, retriever)
    dev = samples(chosen[1][: arguments.questions // 2], reader, retriever)

    table = np.vstack([features for features, _, _ in train])
    labels = np.concatenate([right for _, right, _ in train])
    # A feature that cannot be measured (a question of small words only) counts as average.
    means, deviations = np.nanmean(table, axis=0), np.maximum(np.nanstd(table, axis=0), 1e-3)

    def scaled(features: np.ndarray) -> np.ndarray:
        return np.nan_to_num((features - means) / deviations)

    model = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    model |= {
        "features": list(NAMES),
        "means": means.round(5).tolist(),
        "deviations": deviations.round(5).tolist(),
    }
    fitted = LogisticRegression(C=1.0, max_iter=2000, random_state=SEED)
    fitted.fit(scaled(table), labels)
    model["weights"] = fitted.coef_[0].round(4).tolist()
    model["bias"] = round(float(fitted.intercept_[0]), 4)
    report(dev, lambda features: fitted.predict_proba(scaled(features))[:, 1])
    MODEL_FILE.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(f"written: {MODEL_FILE}")


def open_store(folder: Path, train: Dataset, dev: Dataset) -> Generation:
    """Put both parts in one store (the training contexts are distractors for the dev questions)."""
    embedding = open_embedding()
    store = index_documents(adapters.joined(dev, [train]), folder, embedding)
    return store.index.open(Fingerprint(embedding.fingerprint))


def readers(generation: Generation) -> tuple[Reader, Retriever]:
    """Return a reader and a retriever over the generation."""
    embedding = open_embedding()
    return Reader(generation, embedding), Retriever(generation, embedding)


def samples(questions: list[Question], reader: Reader, retriever: Retriever) -> list[Sample]:
    """Measure each question twice: as it is, and with the document that answers taken away."""
    found: list[Sample] = []
    for question in questions:
        for removed in (False, True):
            passages = retriever.retrieve(question.question, "fr", PASSAGES_READ + 4)
            if removed:
                passages = [r for r in passages if r.passage.document_id not in question.documents]
            candidates, table = reader.measure(question.question, "fr", passages)
            right = [
                c.retrieved.passage.document_id in question.documents
                and any(fold(quote.text) in fold(c.text) for quote in question.quotes)
                for c in candidates
            ]
            found.append((table, np.array(right), removed))
    return found


def report(dev: list[Sample], probabilities: Callable[[np.ndarray], np.ndarray]) -> None:
    """Print how well a model chooses and refuses on the development part."""
    hits, kept, refused = [], [], []
    for table, right, removed in dev:
        scores = probabilities(table)
        (refused if removed else kept).append(scores.max())
        if not removed:
            hits.append(right[scores.argmax()])
    auc = roc_auc_score([1] * len(kept) + [0] * len(refused), kept + refused)
    threshold = np.quantile(kept, 0.1)
    share = np.mean(np.array(refused) < threshold)
    print(
        f"answer sentence hit@1 {np.mean(hits):.3f}, document-removed AUC {auc:.3f}, "
        f"refused at 90 % answered {share:.3f} ({len(kept)} questions)"
    )


if __name__ == "__main__":
    main()
