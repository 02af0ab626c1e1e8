"""Fit ``src/tourbot/reading/model.json``: which sentence answers, and whether any does.

    TOURBOT_HOME=var python training/fit_weights.py --piaf PIAF_DEV.json --afriqa AFRIQA_FOLDER \
        --reading FOLDER --store FOLDER [--keep FILE]

Run it after ``fit_encoder.py``, ``fit_passage_reader.py`` and an ingest of ``corpus/``. The program
answers questions of several collections, none of which the layers were trained on; what its reader
sees of each is kept. Then, with what the passage reader says and without, three things are fitted,
each collection counting as much as the others:

- the weights under which, of the sentences of a question and « none », what is right is the most
  probable;
- the weights of what tells whether the best sentence answers, as a calibrated probability;
- the threshold: the least confidence at which four of five questions without an answer are
  refused in each collection.

The reading set's part ``dev`` is never fitted on: it is only reported, as is each other collection
with the parameters fitted on the others, and all of them without each condition.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tourbot.embedding import open_embedding
from tourbot.evaluation import adapters
from tourbot.evaluation.measure import sample
from tourbot.evaluation.metrics.abstention import expected_calibration_error
from tourbot.evaluation.questions import Dataset
from tourbot.evaluation.systems import Tourbot, index_documents
from tourbot.reading import conditions
from tourbot.reading.conditions import Conditions
from tourbot.reading.features import NAMES, READ
from tourbot.reading.model import MODEL_FILE, AnswerModel
from tourbot.reading.reader import Reader
from tourbot.settings import load_settings
from tourbot.store import Store
from tourbot.types import Retrieved

QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"
LEFT_OUT = "reading-dev"
REFUSED = 0.8
PRIOR = 0.002  # pulls weights towards zero
DEVIATION = 1e-3


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its n candidates.

    Attributes:
        table: Features, (n, len(NAMES)).
        factors: Logarithms of the conditions' factors, (n, len(conditions.NAMES)).
        scores: Of their passages in retrieval, (n,).
        right: Which candidates answer, (n,).
    """

    lang: str
    table: np.ndarray
    factors: np.ndarray
    scores: np.ndarray
    right: np.ndarray


Sources = Mapping[str, Sequence[Asked]]


def collect(dataset: Dataset, system: Tourbot, *, removed: bool) -> list[Asked]:
    """Ask all questions, and keep what the program's reader saw of each.

    Args:
        dataset: What is asked.
        system: The program over its documents.
        removed: Whether to ask again without the documents that answer.
    """
    seen: list[Asked] = []
    judge = Reader.judge
    caught: list[tuple[Reader, str, str, Sequence[Retrieved]]] = []

    def noting(
        reader: Reader, question: str, lang: str, passages: Sequence[Retrieved], before: str = ""
    ) -> object:
        caught.append((reader, question, lang, passages))
        return judge(reader, question, lang, passages, before)

    Reader.judge = noting
    try:
        for question in dataset.questions:
            rounds = [()] if question.unanswerable or not removed else [(), question.documents]
            for without in rounds:
                caught.clear()
                system.ask(question, without)
                gold = [(q.document_id, q.start, q.end) for q in question.quotes if not without]
                seen += [measured(*first, gold) for first in caught[:1] if first[3]]
    finally:
        Reader.judge = judge
    return [asked for asked in seen if len(asked.table)]


def measured(
    reader: Reader,
    question: str,
    lang: str,
    found: Sequence[Retrieved],
    gold: Sequence[tuple[str, int, int]],
) -> Asked:
    """Return what the fit needs of one question."""
    candidates, table = reader.measure(question, lang, found)
    demands = Conditions.of(question)
    metadata = reader._generation.catalogue.metadata()
    factors = [demands.factors(c, metadata[c.retrieved.passage.document_id]) for c in candidates]
    right = [
        any(
            c.retrieved.passage.document_id == document
            and c.segment.start < end
            and start < c.segment.end
            for document, start, end in gold
        )
        for c in candidates
    ]
    scores = [c.retrieved.score for c in candidates]
    return Asked(lang, table, np.log(factors), np.array(scores), np.array(right, dtype=bool))


def fit(sources: Sources, scale: AnswerModel) -> AnswerModel:
    """Fit everything; each source counts as much as the others."""
    model = fit_choice(sources, scale)
    rows, right, weights = [], [], []
    for asked in sources.values():
        found = [best(model, a) for a in asked]
        rows += [told for _, told in found]
        right += [is_right for is_right, _ in found]
        weights += [1 / len(found)] * len(found)
    share = np.array(weights) / np.mean(weights)
    fitted = LogisticRegression(C=1.0, max_iter=5000).fit(rows, right, sample_weight=share)
    model = replace(model, evidence=fitted.coef_[0], intercept=float(fitted.intercept_[0]))
    thresholds = [
        np.quantile([confidence(model, a) for a in asked if not a.right.any()], REFUSED)
        for asked in sources.values()
    ]
    return replace(model, threshold=float(np.max(thresholds)))


def fit_choice(sources: Sources, scale: AnswerModel) -> AnswerModel:
    """Return the weights under which right sentences win, or « none » where none is right."""
    weights = torch.zeros(len(NAMES) + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")
    prepared = [
        [
            (
                torch.tensor(np.column_stack([scale.scaled(a.table), np.ones(len(a.table))])),
                torch.tensor(a.factors.sum(axis=1)),
                torch.tensor(a.right),
            )
            for a in asked
        ]
        for asked in sources.values()
    ]

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        total = PRIOR * (weights[:-1] ** 2).sum()
        for asked in prepared:
            lost = []
            for table, factors, right in asked:
                scores = table @ weights + factors
                among = torch.logsumexp(torch.cat([scores, scores.new_zeros(1)]), 0)
                wins = torch.logsumexp(scores[right], 0) if right.any() else scores.new_zeros(())
                lost.append(among - wins)
            total = total + torch.stack(lost).mean() / len(prepared)
        total.backward()
        return total

    optimiser.step(closure)
    found = weights.detach().numpy()
    return replace(scale, weights=found[:-1], bias=float(found[-1]))


def best(model: AnswerModel, asked: Asked) -> tuple[bool, np.ndarray]:
    """Tell whether the best sentence is right, and what its confidence is judged by."""
    factors = np.exp(asked.factors.sum(axis=1))
    probabilities = factors / (1 + np.exp(-model.log_odds(asked.table)))
    at = int(probabilities.argmax())
    told = model.told(probabilities, asked.scores, asked.table)
    return bool(asked.right[at]), told[at]


def confidence(model: AnswerModel, asked: Asked) -> float:
    """Return the calibrated probability that the best sentence answers."""
    _, told = best(model, asked)
    return float(1 / (1 + np.exp(-(told @ model.evidence + model.intercept))))


def figures(asked: Sequence[Asked], model: AnswerModel) -> str:
    """Tell how one source fares."""
    right = np.array([best(model, a)[0] for a in asked])
    confident = np.array([confidence(model, a) for a in asked])
    there = np.array([a.right.any() for a in asked])
    said = confident >= model.threshold
    return (
        f"({there.sum()} + {(~there).sum()}): first {right[there].mean():.3f}, right "
        f"{(right & said)[there].mean():.3f}, refused {(~said)[~there].mean():.3f}, AUC "
        f"{roc_auc_score(there, confident):.3f}, calibration error "
        f"{expected_calibration_error(confident, right):.3f}"
    )


def report(sources: Sources, scale: AnswerModel) -> AnswerModel:
    """Fit on all but the source left out; tell how each fares as if it had not been seen."""
    used = {name: asked for name, asked in sources.items() if name != LEFT_OUT}
    for name in used:
        others = {other: asked for other, asked in used.items() if other != name}
        print(f"  {name} {figures(sources[name], fit(others, scale))}")
    model = fit(used, scale)
    for lang in ("fr", "en"):
        of = [a for a in sources[LEFT_OUT] if a.lang == lang]
        print(f"  {LEFT_OUT} {lang} {figures(of, model)}")
    print(f"  {LEFT_OUT} {figures(sources[LEFT_OUT], model)}")
    return model


def without_condition(sources: Sources, number: int) -> Sources:
    """Return what is asked as it would be without one of the conditions."""

    def changed(asked: Asked) -> Asked:
        factors = asked.factors.copy()
        factors[:, number] = 0
        return replace(asked, factors=factors)

    return {name: [changed(a) for a in asked] for name, asked in sources.items()}


def unread(sources: Sources) -> Sources:
    """Return what is asked as it would be without a passage reader."""

    def changed(asked: Asked) -> Asked:
        table = asked.table.copy()
        table[:, [NAMES.index(name) for name in READ]] = np.nan
        return replace(asked, table=table)

    return {name: [changed(a) for a in asked] for name, asked in sources.items()}


def scale_of(sources: Sources) -> AnswerModel:
    """Return a model that knows the means and deviations of the features, and nothing else."""
    table = np.vstack([a.table for n, asked in sources.items() if n != LEFT_OUT for a in asked])
    means, deviations = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    nothing = np.zeros(len(NAMES))
    return AnswerModel(
        means, np.maximum(deviations, DEVIATION), nothing, 0.0, np.zeros(4), 0.0, 0.5
    )


def rounded(model: AnswerModel) -> dict[str, object]:
    """Return what is fitted, as it is written."""
    return {
        "weights": model.weights.round(4).tolist(),
        "bias": round(model.bias, 4),
        "evidence": model.evidence.round(4).tolist(),
        "intercept": round(model.intercept, 4),
        "threshold": round(model.threshold, 3),
    }


def gathered(arguments: argparse.Namespace) -> dict[str, list[Asked]]:
    """Ask the questions of all collections."""
    embedding = open_embedding()
    own = adapters.load(QUESTIONS, "dev")
    system = Tourbot(Store(load_settings().home).index, embedding)
    sources = {own.name: collect(own, system, removed=False)}
    for path in (arguments.piaf, arguments.afriqa, arguments.reading):
        dataset = sample(adapters.load(path), arguments.questions)
        index = index_documents(dataset, arguments.store, embedding).index
        removed = path == arguments.piaf
        sources[dataset.name] = collect(dataset, Tourbot(index, embedding), removed=removed)
        print(f"{dataset.name}: {len(sources[dataset.name])} asked", flush=True)
    return sources


def main() -> None:
    """Collect, fit, report and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    for name in ("piaf", "afriqa", "reading", "store"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=150, help="of each other collection")
    parser.add_argument("--keep", type=Path, help="what was collected, kept between runs")
    arguments = parser.parse_args()
    if arguments.keep and arguments.keep.exists():
        sources = pickle.loads(arguments.keep.read_bytes())  # noqa: S301 - our own file
    else:
        sources = gathered(arguments)
        if arguments.keep:
            arguments.keep.write_bytes(pickle.dumps(sources))
    scale = scale_of(sources)
    for number, name in enumerate(conditions.NAMES):
        print(f"without the condition {name}:")
        report(without_condition(sources, number), scale)
    print("without the passage reader:")
    fitted = {"unread": report(unread(sources), scale)}
    print("as it is:")
    fitted["read"] = report(sources, scale)
    model = {
        "features": list(NAMES),
        "means": scale.means.round(5).tolist(),
        "deviations": scale.deviations.round(5).tolist(),
        **{name: rounded(model) for name, model in fitted.items()},
    }
    MODEL_FILE.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(f"written: {MODEL_FILE}")


if __name__ == "__main__":
    main()
