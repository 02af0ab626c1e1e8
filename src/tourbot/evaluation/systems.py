"""What is measured: tourbot itself, and the baselines that it must be worth more than."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from tourbot import chunking
from tourbot.assistant import Assistant
from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.evaluation.questions import Dataset, Question
from tourbot.index import Fingerprint, Generation, IndexStore
from tourbot.ingestion import Progress, Silence
from tourbot.retrieval import Retriever
from tourbot.store import Store
from tourbot.types import Answer, Retrieved

RRF_K = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One stretch that a system found."""

    document_id: str
    start: int
    end: int
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question.

    Attributes:
        answer: As a member gets it.
        forced: What would be said if nothing were withheld (threshold 0).
        seconds: Time of the first.
    """

    answer: Answer
    forced: Answer
    seconds: float


class System(Protocol):
    """Anything that finds passages; ``ask`` returns None where it gives no answers."""

    name: str

    def standalone(self, question: Question) -> str:
        """Return the question that is searched for: a follow-up completed from its dialogue."""
        ...

    def retrieve(self, question: Question, count: int, without: Collection[str] = ()) -> list[Hit]:
        """Return the best stretches, best first, outside some documents."""
        ...

    def ask(self, question: Question, without: Collection[str] = ()) -> Asked | None:
        """Answer a question without some documents."""
        ...


class Tourbot:
    """The program as members use it.

    Args:
        index: Where the generations are.
        embedding: The one that the settings name.
        threshold: As in ``Assistant``.
    """

    name = "tourbot"

    def __init__(
        self, index: IndexStore, embedding: Embedding, threshold: float | None = None
    ) -> None:
        shared = remembering(embedding)
        self.assistant = Assistant(index, shared, threshold=threshold)
        self._forced = Assistant(index, shared, threshold=0.0)

    def standalone(self, question: Question) -> str:
        """Return what was understood of a question in its dialogue."""
        return self.assistant.understand(
            question.question, self._history(question), _today(question)
        )

    def retrieve(self, question: Question, count: int, without: Collection[str] = ()) -> list[Hit]:
        """Return the ranking, reranked by what was read."""
        found = self.assistant.retrieve(
            self.standalone(question), question.lang, count, without=without
        )
        return [_hit(r) for r in found]

    def ask(self, question: Question, without: Collection[str] = ()) -> Asked:
        """Ask twice, of which the first is timed."""
        history, today = self._history(question), _today(question)
        began = time.perf_counter()
        answer = self.assistant.ask(
            question.question, history, record=False, without=without, today=today
        )
        seconds = time.perf_counter() - began
        forced = self._forced.ask(
            question.question, history, record=False, without=without, today=today
        )
        return Asked(answer, forced, seconds)

    def _history(self, question: Question) -> list[str]:
        history: list[str] = []
        for earlier in question.history:
            history.append(self.assistant.understand(earlier, history, _today(question)))
        return history


def _today(question: Question) -> dt.date | None:
    return dt.date.fromisoformat(question.today) if question.today else None


class Baseline:
    """A ranking alone, over the same passages and for the same standalone questions as tourbot's.

    Args:
        name: As shown in tables.
        tourbot: Completes follow-ups.
        rank: Ranks for a standalone question and its language.
    """

    def __init__(
        self, name: str, tourbot: Tourbot, rank: Callable[[str, str], list[Retrieved]]
    ) -> None:
        self.name = name
        self._tourbot = tourbot
        self._rank = rank

    def standalone(self, question: Question) -> str:
        """Return what tourbot understands."""
        return self._tourbot.standalone(question)

    def retrieve(self, question: Question, count: int, without: Collection[str] = ()) -> list[Hit]:
        """Return the baseline's ranking."""
        found = self._rank(self.standalone(question), question.lang)
        return [_hit(r) for r in found if r.passage.document_id not in without][:count]

    def ask(self, question: Question, without: Collection[str] = ()) -> None:  # noqa: ARG002
        """Give no answer."""
        return


def baselines(tourbot: Tourbot, generation: Generation, embedding: Embedding) -> list[Baseline]:
    """Return BM25 alone, dense alone, and both fused by reciprocal ranks.

    Source:
        Robertson and Zaragoza, doi:10.1561/1500000019 (BM25); Cormack, Clarke and Büttcher,
        doi:10.1145/1571941.1572114 (reciprocal rank fusion, with their k = 60).
    """
    shared = remembering(embedding)
    bm25, dense = Retriever(generation, shared, 1), Retriever(generation, shared, 0)

    def ranked(retriever: Retriever) -> Callable[[str, str], list[Retrieved]]:
        return lambda question, lang: retriever.retrieve(question, lang, 100)

    def by_rank(question: str, lang: str) -> list[Retrieved]:
        return reciprocal_ranks([ranked(r)(question, lang) for r in (bm25, dense)])

    return [
        Baseline("BM25 alone", tourbot, ranked(bm25)),
        Baseline("dense alone", tourbot, ranked(dense)),
        Baseline("BM25 + dense, by rank (RRF)", tourbot, by_rank),
    ]


def reciprocal_ranks(rankings: Sequence[Sequence[Retrieved]]) -> list[Retrieved]:
    """Fuse rankings of passages by rank alone, best first, ties by id."""
    scores: dict[str, float] = {}
    found: dict[str, Retrieved] = {}
    for ranking in rankings:
        for rank, retrieved in enumerate(ranking, start=1):
            id_ = retrieved.passage.id
            scores[id_] = scores.get(id_, 0.0) + 1 / (RRF_K + rank)
            found[id_] = retrieved
    return [found[id_] for id_ in sorted(scores, key=lambda id_: (-scores[id_], id_))]


def index_documents(
    dataset: Dataset, home: Path, embedding: Embedding, progress: Progress | None = None
) -> Store:
    """Put the documents of a data set in a store of its own, or find it there from another run.

    Args:
        dataset: With documents.
        home: A folder for such stores.
        embedding: The one to measure.
        progress: Told what is done.

    Raises:
        UsageError: The data set brings no documents.
    """
    if not dataset.documents:
        raise UsageError(f"{dataset.name} brings no documents to index.")
    key = "\n".join(f"{d.id} {d.digest}" for d in dataset.documents)
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    store = Store(home / f"{dataset.name}-{digest}")
    store.home.mkdir(parents=True, exist_ok=True)
    fingerprint = Fingerprint(embedding.fingerprint)
    catalogue = store.open_catalogue()
    try:
        known = catalogue.entries()
        for document in dataset.documents:
            if document.id not in known:
                catalogue.put(dataset.name, "evaluation", document, chunking.chunk(document))
        missing = catalogue.missing_vectors(embedding.fingerprint)
        told = progress or Silence()
        told.start("embed", len(missing))
        for keys in _batches(list(missing)):
            vectors = embedding.passages([missing[k] for k in keys], told.advance)
            catalogue.put_vectors(embedding.fingerprint, keys, vectors)
        manifest = store.index.manifest()
        current = manifest and (manifest.revision, manifest.fingerprint)
        if current != (catalogue.revision, fingerprint) or store.index.damage():
            store.index.build(catalogue, fingerprint)
    finally:
        catalogue.close()
    return store


def index_bytes(index: IndexStore) -> int:
    """Return the size on disk of the generation in use."""
    folder = index.folder / (index.current_name() or "")
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remembering(embedding: Embedding) -> Embedding:
    """Return the same embedding, which reads no text twice."""
    return Embedding(embedding.name, embedding.prefixes, lambda: _Memory(embedding))


class _Memory:
    def __init__(self, embedding: Embedding) -> None:
        self._encoder = embedding.encoder
        self.passage_reader = embedding.passage_reader
        self._known: dict[str, np.ndarray] = {}

    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            vectors = self._encoder.encode(missing, progress)
            self._known |= dict(zip(missing, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def _batches(keys: list[str], size: int = 64) -> list[list[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _hit(retrieved: Retrieved) -> Hit:
    passage = retrieved.passage
    return Hit(passage.document_id, passage.start, passage.end, retrieved.score, passage.text)
