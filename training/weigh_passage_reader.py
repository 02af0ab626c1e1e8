"""Try a passage reader in the whole program: does it choose and refuse better, and by what weight?

    TOURBOT_HOME=var python training/weigh_passage_reader.py --layers READER.onnx \
        --piaf PIAF_DEV.json --afriqa AFRIQA_FOLDER --reading FOLDER --store FOLDER

Run it after ``fit_passage_reader.py`` and an ingest of ``corpus/``. The program answers the
questions of several collections; what its reader sees of each is kept, with what the passage reader
says of it. Then, for the regression with the cross-encoder, with the passage reader in its place
and with both, three things are fitted, each collection counting as much as the others:

- the weights with which their log-odds are added, so that of the sentences of a question and
  « none », what is right is the most probable;
- the weights of what tells whether the best sentence answers, as a calibrated probability;
- the threshold: the confidence at which most questions are dealt with rightly.

The reading set's part ``dev`` is never fitted on: it is only reported, as is each other collection
with the parameters fitted on the others. Nothing is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from tourbot.embedding import model_folder, open_embedding
from tourbot.embedding.passage_reader import PassageReader
from tourbot.evaluation import adapters
from tourbot.evaluation.measure import sample
from tourbot.evaluation.metrics.abstention import best_threshold, expected_calibration_error
from tourbot.evaluation.questions import Dataset
from tourbot.evaluation.systems import Tourbot, index_documents
from tourbot.reading.conditions import Conditions
from tourbot.reading.features import NAMES
from tourbot.reading.model import load_model
from tourbot.reading.passages import reading, terms_of
from tourbot.reading.reader import Candidate, Reader, segments_of
from tourbot.settings import load_settings
from tourbot.store import Store
from tourbot.types import Retrieved

QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"
LEFT_OUT = "reading-dev"
PRIOR = 0.02  # pulls weights towards those of a mere sum
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its n candidates.

    Attributes:
        terms: Log-odds by features and cross-encoder, of the segment and of the passage, (n, 3).
        pairs: What the cross-encoder added to the first of them, (n,).
        factors: Logarithms of the conditions' factors, (n,).
        told: Retrieval score, shares of names and of words beyond the average, (n, 3).
        foreign: Whether the passage is in another language, (n,).
        right: Which candidates answer, (n,).
    """

    lang: str
    terms: np.ndarray
    pairs: np.ndarray
    factors: np.ndarray
    told: np.ndarray
    foreign: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is fitted.

    Attributes:
        reading: Weights of ``Asked.terms`` and what is added to them; within one language and
            across languages, (2, 4).
        evidence: Weights of log-odds, retrieval score, names, words and passage, (5,).
        intercept, other: Of the calibration; what is added across languages.
        threshold: From which an answer is given.
    """

    reading: np.ndarray
    evidence: np.ndarray
    intercept: float
    other: float
    threshold: float

    def best(self, asked: Asked) -> tuple[bool, np.ndarray]:
        """Tell whether the best sentence is right, and what its confidence is judged by, (6,)."""
        weights = self.reading[asked.foreign.astype(int)]
        scores = (np.column_stack([asked.terms, np.ones(len(asked.terms))]) * weights).sum(axis=1)
        odds = np.exp(asked.factors) / (1 + np.exp(-scores))
        at = int(odds.argmax())
        kept = np.clip(odds[at], LEAST, 1 - LEAST)
        told = np.where(asked.foreign[at], 0, asked.told[at])
        told[0] = asked.told[at, 0]
        row = [np.log(kept / (1 - kept)), *told, asked.terms[at, 2], float(asked.foreign[at])]
        return bool(asked.right[at]), np.array(row)

    def confidence(self, row: np.ndarray) -> float:
        """Return the calibrated probability for what ``best`` returned."""
        return float(
            1 / (1 + np.exp(-(row[:5] @ self.evidence + self.intercept + self.other * row[5])))
        )


def collect(
    dataset: Dataset, system: Tourbot, passages: PassageReader, *, removed: bool
) -> list[Asked]:
    """Ask all questions, and keep what the program's reader saw of each.

    Args:
        dataset: What is asked.
        system: The program over its documents.
        passages: Reads each passage beside the question.
        removed: Whether to ask again without the documents that answer.
    """
    seen: list[Asked] = []
    judge = Reader.judge
    caught: list[tuple[object, ...]] = []

    def noting(reader: Reader, question: str, lang: str, passages: Sequence[object]) -> object:
        caught.append((reader, question, lang, passages))
        return judge(reader, question, lang, passages)

    Reader.judge = noting
    try:
        for question in dataset.questions:
            rounds = [()] if question.unanswerable or not removed else [(), question.documents]
            for without in rounds:
                caught.clear()
                system.ask(question, without)
                if caught:
                    gold = (
                        []
                        if without
                        else [(q.document_id, q.start, q.end) for q in question.quotes]
                    )
                    seen += measured(*caught[0], gold, passages)
    finally:
        Reader.judge = judge
    return seen


def measured(
    reader: Reader,
    question: str,
    lang: str,
    found: list[Retrieved],
    gold: list[tuple[str, int, int]],
    passages: PassageReader,
) -> list[Asked]:
    """Return what the fit needs of one question; nothing where there is no candidate."""
    candidates, table = reader.measure(question, lang, found)
    if not candidates:
        return []
    model = load_model()
    conditions = Conditions.of(question, lang)
    metadata = [reader._metadata[c.retrieved.passage.document_id] for c in candidates]
    factors = np.array([conditions.factor(c, m) for c, m in zip(candidates, metadata, strict=True)])
    log_odds = model.log_odds(table)
    pairs = model.pair_weights(table) * reader._read(question, candidates, log_odds, factors)
    right = [
        any(
            c.retrieved.passage.document_id == document
            and c.segment.start < end
            and start < c.segment.end
            for document, start, end in gold
        )
        for c in candidates
    ]
    told = [
        [c.retrieved.score for c in candidates],
        model._column(table, "names_covered"),
        model._column(table, "sentence_coverage"),
    ]
    return [
        Asked(
            lang,
            np.column_stack(
                [log_odds + pairs, *read(reader, question, lang, candidates, passages)]
            ),
            pairs,
            np.log(factors),
            np.column_stack(told),
            table[:, NAMES.index("same_language")] == 0,
            np.array(right),
        )
    ]


def read(
    reader: Reader,
    question: str,
    lang: str,
    candidates: Sequence[Candidate],
    passages: PassageReader,
) -> tuple[list[float], list[float]]:
    """Return log-odds of each candidate and of its passage, read beside the question."""
    seen: dict[str, tuple[dict[int, float], float]] = {}
    for candidate in candidates:
        passage = candidate.retrieved.passage
        if passage.id in seen:
            continue
        document = reader._document(passage.document_id)
        segments = segments_of(document, passage)
        intro = segments[0].intro
        given = reading(
            question,
            (passage.title, *passage.locator.headings, passage.locator.event or ""),
            [document.text[s.start : s.end] for s in segments],
            passage.lang,
            terms_of(question, lang, passage.lang, reader._generation.lexical.idf),
            document.text[slice(*intro)] if intro and intro[0] < passage.start else "",
        )
        (told,) = passages.read([given])
        scores = zip(segments, told.segments, strict=True)
        seen[passage.id] = {s.start: float(score) for s, score in scores}, told.passage
    of_each = [(seen[c.retrieved.passage.id], c.segment.start) for c in candidates]
    return [scores[start] for (scores, _), start in of_each], [whole for (_, whole), _ in of_each]


def fit(sources: dict[str, list[Asked]]) -> Fitted:
    """Fit everything; each source counts as much as the others."""
    reading = fit_reading(sources)
    nothing = np.zeros(5)
    rows, right, weights = [], [], []
    for asked in sources.values():
        found = [Fitted(reading, nothing, 0.0, 0.0, 0.0).best(a) for a in asked]
        rows += [row for _, row in found]
        right += [is_right for is_right, _ in found]
        weights += [1 / len(found)] * len(found)
    table, share = np.array(rows), np.array(weights) / np.mean(weights)
    fitted = LogisticRegression(C=1.0, max_iter=5000).fit(table, right, sample_weight=share)
    made = Fitted(
        reading, fitted.coef_[0][:5], float(fitted.intercept_[0]), float(fitted.coef_[0][5]), 0.0
    )
    thresholds = []
    for asked in sources.values():
        # Where the answer is another than the one found, giving and withholding it are both wrong.
        found = [
            (made.confidence(row), is_right)
            for a in asked
            for is_right, row in [made.best(a)]
            if is_right or not a.right.any()
        ]
        thresholds.append(best_threshold([c for c, _ in found], [r for _, r in found]))
    return Fitted(reading, made.evidence, made.intercept, made.other, float(np.mean(thresholds)))


def fit_reading(sources: dict[str, list[Asked]]) -> np.ndarray:
    """Return the weights under which right sentences win, or « none » where none is, (2, 4)."""
    start = torch.tensor([[0.5, 0.5, 0.5, 0.0]] * 2, dtype=torch.float64)
    weights = start.clone().requires_grad_(True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")
    prepared = [
        [
            (
                torch.tensor(np.column_stack([a.terms, np.ones(len(a.terms))])),
                torch.tensor(a.foreign.astype(int)),
                torch.tensor(a.factors),
                torch.tensor(a.right),
            )
            for a in asked
        ]
        for asked in sources.values()
    ]

    def loss() -> torch.Tensor:
        total = PRIOR * ((weights - start) ** 2).sum()
        for asked in prepared:
            lost = []
            for terms, foreign, factors, right in asked:
                scores = (terms * weights[foreign]).sum(1) + factors
                among = torch.logsumexp(torch.cat([scores, scores.new_zeros(1)]), 0)
                wins = torch.logsumexp(scores[right], 0) if right.any() else scores.new_zeros(())
                lost.append(among - wins)
            total = total + torch.stack(lost).mean() / len(prepared)
        return total

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss()
        value.backward()
        return value

    optimiser.step(closure)
    return weights.detach().numpy()


def report(name: str, asked: Sequence[Asked], fitted: Fitted) -> None:
    """Print how one source fares: in all and in each language of the questions."""
    for lang in (None, "fr", "en"):
        of = [a for a in asked if lang in {None, a.lang}]
        found = [(*fitted.best(a), bool(a.right.any())) for a in of]
        confident = np.array([fitted.confidence(row) for _, row, _ in found])
        right = np.array([r for r, _, _ in found], dtype=bool)
        there = np.array([t for _, _, t in found], dtype=bool)
        if not there.any() or there.all():
            continue
        said = confident >= fitted.threshold
        print(
            f"{name} {lang or 'all'} ({there.sum()} + {(~there).sum()}): first "
            f"{right[there].mean():.3f}, right {(right & said)[there].mean():.3f}, refused "
            f"{(~said)[~there].mean():.3f}, AUC {roc_auc_score(there, confident):.3f}, "
            f"calibration error {expected_calibration_error(confident, right):.3f}"
        )


def without(sources: dict[str, list[Asked]], what: str) -> dict[str, list[Asked]]:
    """Return what is asked as it would be without the cross-encoder or the passage reader."""

    def changed(asked: Asked) -> Asked:
        terms = asked.terms.copy()
        if what == "cross-encoder":
            terms[:, 0] -= asked.pairs
        else:
            terms[:, 1:] = 0
        return replace(asked, terms=terms)

    return {name: [changed(a) for a in asked] for name, asked in sources.items()}


def fit_and_report(sources: dict[str, list[Asked]]) -> None:
    """Fit on all but the source that is left out; report on each as if it had not been seen."""
    used = {name: asked for name, asked in sources.items() if name != LEFT_OUT}
    for name in used:
        others = {other: asked for other, asked in used.items() if other != name}
        report(name, sources[name], fit(others))
    fitted = fit(used)
    report(LEFT_OUT, sources[LEFT_OUT], fitted)
    print(fitted)


def main() -> None:
    """Collect, then fit and report, each collection with the parameters fitted on the others."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    for name in ("layers", "piaf", "afriqa", "reading", "store"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=150, help="of each other collection")
    arguments = parser.parse_args()
    embedding = open_embedding()
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    passages = PassageReader(arguments.layers, model_folder(), tokenizer)
    own = adapters.load(QUESTIONS, "dev")
    system = Tourbot(Store(load_settings().home).index, embedding)
    sources = {own.name: collect(own, system, passages, removed=False)}
    for path in (arguments.piaf, arguments.afriqa, arguments.reading):
        dataset = sample(adapters.load(path), arguments.questions)
        index = index_documents(dataset, arguments.store, embedding).index
        removed = path == arguments.piaf
        sources[dataset.name] = collect(
            dataset, Tourbot(index, embedding), passages, removed=removed
        )
    for title, variant in (
        ("with the cross-encoder", without(sources, "passage reader")),
        ("with the passage reader", without(sources, "cross-encoder")),
        ("with both", sources),
    ):
        print(f"Regression {title}:")
        fit_and_report(variant)


if __name__ == "__main__":
    main()
