"""How one ask grows with the number of passages, over text made of real sentences.

    python benchmarks/growth.py --data PIAF_TRAIN.json --work FOLDER [--sizes 1000 100000]

``--data`` is what ``tourbot evaluate --data`` takes; its sentences are drawn at random (seeded) into
new passages until there are enough, and its questions are asked. Embedding 100,000 passages would
take hours: a made passage gets the mean of the vectors of the passages that its sentences are from,
with a little noise, which is where its own would be. Nothing else is shortened: catalogue, Chroma,
BM25, dates and the reader are the program's own. ``--work`` keeps the stores between runs.

Prints, for each size, p50 and p95 of one ask whose sentences are not yet embedded, the time to open
the index, and how much p95 grew.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from pathlib import Path

import numpy as np

from tourbot import chunking
from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.catalogue.tables import text_hash
from tourbot.embedding import Embedding, open_embedding
from tourbot.evaluation import adapters
from tourbot.evaluation.questions import Dataset
from tourbot.index import Fingerprint
from tourbot.store import Store
from tourbot.text.sentences import split_sentences
from tourbot.types import Block, Document, Locator, Metadata

SEED = 0
PASSAGES_OF_A_DOCUMENT = 10
SENTENCES_OF_A_PASSAGE = 4
NOISE = 0.05
SOURCES = 1000
QUESTIONS = 100


def main() -> None:
    """Build the stores that are missing, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    options = parser.parse_args()
    dataset = adapters.load(options.data)
    embedding = open_embedding()
    questions = [q.question for q in dataset.questions]
    random.Random(SEED).shuffle(questions)
    print("| passages | open | one ask, p50 | p95 | growth of p95 |")
    print("|---|---|---|---|---|")
    first = 0.0
    for size in options.sizes:
        store = Store(options.work / str(size))
        if store.index.current_name() is None:
            grow(store, dataset, size, embedding)
        began = time.perf_counter()
        assistant = Assistant(store.index, embedding)
        opened = time.perf_counter() - began
        assistant.warm_up()
        seconds = []
        for question in questions[:QUESTIONS]:
            began = time.perf_counter()
            assistant.ask(question, record=False)
            seconds.append(time.perf_counter() - began)
        p50, p95 = np.quantile(seconds, [0.5, 0.95]) * 1000
        first = first or p95
        print(
            f"| {size:,} | {opened:.1f} s | {p50:.0f} ms | {p95:.0f} ms | {p95 / first:.2f} |",
            flush=True,
        )


def grow(store: Store, dataset: Dataset, size: int, embedding: Embedding) -> None:
    """Fill a store with so many made passages and build its index."""
    store.home.mkdir(parents=True, exist_ok=True)
    catalogue = store.open_catalogue()
    maker = Maker(catalogue, dataset, embedding)
    made = 0
    while made < size:
        made += maker.put(made)
    store.index.build(catalogue, Fingerprint(embedding.fingerprint))
    catalogue.close()


class Maker:
    """Makes documents of the sentences of a data set, always the same ones in the same order.

    Args:
        catalogue: Where they are put.
        dataset: Its first passages are embedded.
        seed: Another one gives other documents.
    """

    def __init__(
        self, catalogue: Catalogue, dataset: Dataset, embedding: Embedding, seed: int = SEED
    ) -> None:
        self._catalogue = catalogue
        self._model = embedding.fingerprint
        sources = [p for d in dataset.documents or () for p in chunking.chunk(d)][:SOURCES]
        self._vectors = embedding.passages([p.text_to_embed for p in sources])
        self._sentences = [
            (p.text[a:b].replace("\n", " "), row)
            for row, p in enumerate(sources)
            for a, b in split_sentences(p.text)
        ]
        self._drawn = random.Random(seed)

    def put(self, number: int) -> int:
        """Store one document with its vectors; return how many passages it has."""
        lines, rows = [], []
        for _ in range(PASSAGES_OF_A_DOCUMENT):
            chosen = self._drawn.sample(self._sentences, SENTENCES_OF_A_PASSAGE)
            lines.append(" ".join(sentence for sentence, _ in chosen))
            rows.append([row for _, row in chosen])
        starts = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
        blocks = tuple(
            Block(start, start + len(line), Locator(headings=(f"Partie {n}",)))
            for n, (start, line) in enumerate(zip(starts, lines, strict=False))
        )
        text = "\n".join(lines)
        digest = hashlib.sha256(text.encode()).hexdigest()
        title = f"{lines[0].split('.')[0][:60]} ({number})"
        document = Document(f"{number}.md", digest, Metadata(title=title), "fr", text, blocks)
        passages = chunking.chunk(document)
        places = [
            next(n for n, b in enumerate(blocks) if b.start <= p.start < b.end) for p in passages
        ]
        noise = np.random.default_rng(number).normal(size=(len(passages), self._vectors.shape[1]))
        made = np.array([self._vectors[rows[n]].mean(axis=0) for n in places])
        made += NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        self._catalogue.put("growth", "made", document, passages)
        hashes = [text_hash(p.text_to_embed) for p in passages]
        self._catalogue.put_vectors(self._model, hashes, made)
        return len(passages)


if __name__ == "__main__":
    main()
