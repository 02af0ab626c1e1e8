"""Figures that say how good retrieval, answers and abstention are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import ir_measures
from ir_measures import R, nDCG

from tourbot.evaluation.datasets import Question
from tourbot.types import Answer, Retrieved
from tourbot.typography import fold

_MEASURES = (nDCG @ 10, R @ 1, R @ 5, R @ 10)


def ranking(retrieved: Sequence[Retrieved]) -> dict[str, float]:
    """Rank documents by their best passage; higher is better."""
    best: dict[str, float] = {}
    for r in retrieved:
        best[r.passage.document_id] = max(best.get(r.passage.document_id, -1e9), r.score)
    return best


def retrieval_figures(
    qrels: Mapping[str, Mapping[str, int]], runs: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Compute nDCG@10 and recall@1/5/10 with ir-measures, averaged over the questions of ``qrels``.

    Source:
        Järvelin and Kekäläinen, doi:10.1145/582415.582418; computed by ir-measures.
    """
    figures = ir_measures.calc_aggregate(_MEASURES, qrels, runs)
    return {str(measure): float(figures[measure]) for measure in _MEASURES}


def contains_answer(said: str, accepted: Sequence[str]) -> bool:
    """Whether an accepted string stands in what was said, apart from case, accents and spaces."""
    words = " ".join(fold(said).replace("’", "'").split())
    return any(" ".join(fold(a).replace("’", "'").split()) in words for a in accepted)


def citation_figures(pairs: Sequence[tuple[Question, Answer]]) -> dict[str, float]:
    """Compute citation precision and recall over the answered questions.

    A citation is right when it shares words, verbatim, with a quote that is known to answer, in the
    same document. Precision: right citations among all; recall: questions with a right one.
    """
    answered = [(q, a) for q, a in pairs if a.citations]
    cited = [(q, c) for q, a in answered for c in a.citations]
    right = [
        any(
            quote.document_id == c.document_id and _share_words(quote.text, c.quote)
            for quote in q.quotes
        )
        for q, c in cited
    ]
    found = {q.id for (q, _), good in zip(cited, right, strict=True) if good}
    return {
        "precision": sum(right) / len(right) if right else 0.0,
        "recall": len(found) / len(answered) if answered else 0.0,
    }


def _share_words(one: str, other: str) -> bool:
    return one in other or other in one


def abstention_figures(abstained: Sequence[bool], unanswerable: Sequence[bool]) -> dict[str, float]:
    """Compute precision, recall and F1 of abstaining; unanswerable questions are the positives."""
    pairs = list(zip(abstained, unanswerable, strict=True))
    right = sum(a and u for a, u in pairs)
    precision = right / sum(abstained) if any(abstained) else 0.0
    recall = right / sum(unanswerable) if any(unanswerable) else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def best_threshold(confidences: Sequence[float], good: Sequence[bool]) -> float:
    """Return the confidence that best separates answers to give from answers to withhold.

    Args:
        confidences: Of the best evidence for each question, in [0, 1].
        good: Whether giving it would have been right.

    Returns:
        The middle of the widest best gap: as many right decisions as possible, and no nearer to
        a question than needed.
    """
    values = sorted(set(confidences))
    middles = [0.0, *((a + b) / 2 for a, b in pairwise(values)), 1.0]

    def decisions(threshold: float) -> int:
        return sum((c >= threshold) == g for c, g in zip(confidences, good, strict=True))

    best = max(decisions(t) for t in middles)
    kept = [t for t in middles if decisions(t) == best]
    return kept[len(kept) // 2]
