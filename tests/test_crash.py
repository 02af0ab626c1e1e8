"""Promise 5: kill an ingest anywhere, run it again, and the index equals a fresh one."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from support import CORPUS, environment

from tourbot.assistant import Assistant
from tourbot.index import Fingerprint
from tourbot.ingestion import ingest
from tourbot.retrieval import Retriever
from tourbot.store import Store
from tourbot.testing import hash_embedding
from tourbot.types import Document, Passage

# TOURBOT_KILLS=200 looks longer, for a quarter of an hour.
KILLS = int(os.environ.get("TOURBOT_KILLS", "10"))
SEED = 20251218
QUESTIONS = (
    "Qui porte Numéric’Emploi en Région Sud ?",
    "Quel est le taux du crédit d’impôt innovation ?",
    "Combien d’emplois à Blois ?",
)
# Imports everything once, then forks an ingest for each line it reads and kills it on time: a
# fresh interpreter for each would spend the time of the test on imports.
_WORKER = """
import json, os, signal, sys, time
import chromadb
from pathlib import Path
from tourbot.embedding import Embedding
from tourbot.embedding.encoder import Prefixes
from tourbot.ingestion import ingest
from tourbot.store import Store
from tourbot.testing import HashEncoder

class SlowEncoder(HashEncoder):
    def encode(self, texts, progress=None):
        vectors = super().encode(texts)
        for _ in texts:
            time.sleep(0.004)
        return vectors

for line in sys.stdin:
    folder, home, kill_after = json.loads(line)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        slow = Embedding("hash", Prefixes(), SlowEncoder)
        ingest(Path(folder), Store(Path(home)), slow)
        os._exit(0)
    killed = False
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if not killed and kill_after is not None and time.monotonic() - began >= kill_after:
            os.kill(child, signal.SIGKILL)
            killed = True
        time.sleep(0.002)
    print(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic() - began]), flush=True)
"""


class Worker:
    """Runs ingests in processes of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, folder: Path, home: Path, kill_after: float | None = None) -> tuple[int, float]:
        """Ingest, killing the process after some seconds; return exit status and duration."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), str(home), kill_after]) + "\n")
        self._process.stdin.flush()
        status, seconds = json.loads(self._process.stdout.readline())
        return status, seconds


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A process that is ready to fork ingests."""
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        yield Worker(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass(frozen=True)
class State:
    """All that a store holds, in the catalogue and in the index."""

    documents: list[Document]
    passages: list[Passage]
    vectors: npt.NDArray[np.float32]
    indexed: npt.NDArray[np.float32]
    rankings: list[list[tuple[str, float]]]

    def assert_equals(self, other: State) -> None:
        """Check that nothing tells one store from the other."""
        assert self.documents == other.documents
        assert self.passages == other.passages
        assert np.array_equal(self.vectors, other.vectors)
        assert np.array_equal(self.indexed, other.indexed)
        assert self.rankings == other.rankings


def state(store: Store) -> State:
    """Read everything from a store."""
    embedding = hash_embedding()
    catalogue = store.open_catalogue()
    documents, passages = list(catalogue.documents()), catalogue.passages()
    vectors = catalogue.vectors(embedding.fingerprint, passages)
    catalogue.close()
    generation = store.index.open(Fingerprint(embedding.fingerprint))
    by_id = generation.vectors([p.id for p in passages])
    indexed = np.array([by_id[p.id] for p in passages])
    assert np.allclose(vectors, indexed, atol=1e-6)
    retriever = Retriever(generation, embedding)
    rankings = [
        [(r.passage.id, round(r.score, 6)) for r in retriever.retrieve(question)]
        for question in QUESTIONS
    ]
    generation.close()
    return State(documents, passages, vectors, indexed, rankings)


def visible(store: Store) -> dict[str, str]:
    """Return the digests of the documents that a reader sees now."""
    generation = store.index.open(Fingerprint(hash_embedding().fingerprint))
    generation.verify()
    found = {document.id: document.digest for document in generation.catalogue.documents()}
    generation.close()
    return found


class Reader:
    """Asks in a thread of this process, while others write to the store.

    Attributes:
        asked: How many questions were answered.
        seen: The digests of all documents that were cited or shown.
        errors: What went wrong.
    """

    def __init__(self, store: Store) -> None:
        self.asked = 0
        self.seen: set[str] = set()
        self.errors: list[Exception] = []
        self._assistant = Assistant(store.index, hash_embedding(), threshold=0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        while not self._done.is_set():
            for question in QUESTIONS:
                try:
                    answer = self._assistant.ask(question)
                except Exception as error:
                    self.errors.append(error)
                    return
                self.seen |= {r.passage.digest for r in answer.passages}
                self.seen |= {c.passage.digest for c in answer.citations}
                self.asked += 1

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def test_an_ingest_killed_anywhere_is_made_good_by_the_next(worker: Worker, tmp_path: Path) -> None:
    """Kills at random moments, half on an empty store and half on one with an older version.

    After each, a reader finds the older version or the newer one, whole; after one more run,
    documents, passages, vectors and rankings equal those of a store that was never killed. Where
    there is an older version, questions are asked all the while, and none fails.
    """
    folder = tmp_path / "documents"
    folder.mkdir()
    names = sorted(path.name for path in CORPUS.glob("*.md") if path.name != "SOURCES.md")
    for name in names[:10]:
        shutil.copy(CORPUS / name, folder)
    before = Store(tmp_path / "before")
    ingest(folder, before, hash_embedding())
    old = visible(before)
    (folder / names[0]).unlink()
    shutil.copy(CORPUS / names[10], folder)
    (folder / names[1]).write_text("# Page refaite\n\nQuatre emplois à Blois.\n", encoding="utf-8")
    fresh = Store(tmp_path / "fresh")
    status, duration = worker.run(folder, fresh.home)
    assert status == 0
    expected, new = state(fresh), visible(fresh)
    rng = random.Random(SEED)
    killed = asked = 0
    for trial in range(KILLS):
        store = Store(tmp_path / f"trial{trial}")
        if trial % 2:
            shutil.copytree(before.home, store.home)
        moment = (trial + rng.random()) / KILLS * duration
        with Reader(store) if trial % 2 else contextlib.nullcontext() as reader:
            status, _ = worker.run(folder, store.home, kill_after=moment)
            assert status in {0, -signal.SIGKILL}
            killed += status != 0
            if trial % 2 or store.index.current_name():
                assert visible(store) in (old, new)
            assert worker.run(folder, store.home)[0] == 0
        if reader is not None:
            assert not reader.errors
            assert reader.seen <= {*old.values(), *new.values()}
            asked += reader.asked
        state(store).assert_equals(expected)
        assert not list(store.index.folder.glob("building-*"))
    assert killed >= KILLS // 2, "the kills came too late to prove anything"
    assert asked > KILLS, "too few questions to prove anything"
    print(f"{killed} of {KILLS} killed, {asked} questions meanwhile")  # noqa: T201 - for long runs
    answer = Assistant(store.index, hash_embedding(), threshold=0).ask(
        "Combien d’emplois à Blois ?"
    )
    assert "Quatre emplois à Blois." in [c.quote for c in answer.citations]
