"""Recall, MRR and nDCG, computed by ir-measures from what a system ranked and what is relevant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, R, nDCG

# Järvelin and Kekäläinen, doi:10.1145/582415.582418 (nDCG); Voorhees, TREC-8 QA (MRR).
MEASURES = {
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@50": R @ 50,
    "MRR@10": RR @ 10,
    "nDCG@10": nDCG @ 10,
}
DEPTH = 50


def per_question(
    relevant: Mapping[str, Mapping[str, int]], ranked: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Compute every measure for every question.

    Args:
        relevant: For each question, what is relevant with its grade (> 0).
        ranked: For each question, what was found, best first, without repetition.

    Returns:
        For each question of ``relevant``, the measures by name, each in [0, 1]. A question for
        which nothing was found has 0.

    Source:
        ir-measures (MacAvaney et al., doi:10.1007/978-3-030-99739-7_38), over trec_eval.
    """
    names = {measure: name for name, measure in MEASURES.items()}
    runs = {
        id_: {unit: -float(rank) for rank, unit in enumerate(units)}
        for id_, units in ranked.items()
    }
    qrels = {id_: dict(units) for id_, units in relevant.items()}
    found = {id_: dict.fromkeys(MEASURES, 0.0) for id_ in relevant}
    for metric in ir_measures.iter_calc(list(names), qrels, runs):
        found[metric.query_id][names[metric.measure]] = float(metric.value)
    return found
