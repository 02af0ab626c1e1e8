"""What recall is left after rounds of small changes, against an index that is written anew.

    python benchmarks/rounds.py --data PIAF_TRAIN.json --work FOLDER [--passages 10000]

A store of made passages (see ``growth.py``) has one document in fifty replaced, twenty times, each
followed by a build that changes a copy where it can. Then all is written anew, and both are asked
the questions of the data set: recall@10 against an exact search over all vectors, and the seconds of
the last build of each kind.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np
from growth import SEED, Maker, grow

from tourbot.embedding import open_embedding
from tourbot.evaluation import adapters
from tourbot.index import Fingerprint
from tourbot.store import Store

ROUNDS = 20
REPLACED = 0.02
QUESTIONS = 200
DEPTH = 10


def main() -> None:
    """Grow, change, measure, write anew, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="must not hold a store yet")
    parser.add_argument("--passages", type=int, default=10_000)
    options = parser.parse_args()
    dataset, embedding = adapters.load(options.data), open_embedding()
    store = Store(options.work)
    grow(store, dataset, options.passages, embedding)
    catalogue = store.open_catalogue()
    maker = Maker(catalogue, dataset, embedding, SEED + 1)
    texts = [q.question for q in dataset.questions]
    questions = embedding.queries(random.Random(SEED).sample(texts, QUESTIONS))
    fingerprint = Fingerprint(embedding.fingerprint)
    drawn = random.Random(SEED)

    def build(*, whole: bool) -> float:
        began = time.perf_counter()
        store.index.build(catalogue, fingerprint, whole=whole)
        return time.perf_counter() - began

    def report(name: str, seconds: float) -> None:
        passages = catalogue.passages()
        vectors = catalogue.vectors(embedding.fingerprint, passages)
        generation = store.index.open(fingerprint)
        found = []
        for question in questions:
            best = {passages[row].id for row in np.argsort(-(vectors @ question))[:DEPTH]}
            found.append(len(best & set(generation.nearest(question, DEPTH))) / DEPTH)
        replaced = generation.manifest.replaced
        generation.close()
        print(f"| {name} | {replaced:,} | {seconds:.1f} s | {np.mean(found):.3f} |", flush=True)

    print("| index | passages replaced in it | last build | recall@10 |")
    print("|---|---|---|---|")
    number = options.passages
    for _ in range(ROUNDS):
        ids = sorted(catalogue.entries())
        gone = drawn.sample(ids, round(REPLACED * len(ids)))
        catalogue.remove(gone)
        for _ in gone:
            number += maker.put(number)
        seconds = build(whole=False)
    report(f"after {ROUNDS} rounds", seconds)
    report("written anew", build(whole=True))
    catalogue.close()


if __name__ == "__main__":
    main()
