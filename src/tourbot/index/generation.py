"""One generation, open for reading."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from tourbot.catalogue import Catalogue
from tourbot.chronology import Chronology
from tourbot.errors import IndexUnusableError
from tourbot.index import copies
from tourbot.index.manifest import REBUILD, Manifest
from tourbot.text.lexical import LexicalIndex
from tourbot.types import Passage, document_of
from tourbot.vocabulary import Vocabulary

COLLECTION = "passages"
Vectors = npt.NDArray[np.float32]
_PROBES = 20
_OPENING = Lock()
_CHROMA = "chroma"


class Generation:
    """One finished index, open for reading; safe to use from several threads.

    Args:
        folder: The generation's folder.

    Raises:
        IndexUnusableError: A part of it is missing or not as it was built, or there is no room for
            the copy that Chroma writes to.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.manifest = Manifest.read(folder)
        for name in self.manifest.files:
            if not name.startswith(f"{_CHROMA}/"):
                self.manifest.check(folder, name)
        copy = copies.copy(folder, _CHROMA, self.manifest)
        self._remove_copy = weakref.finalize(self, copy.remove)
        try:
            self.catalogue = Catalogue(folder / "documents.db", read_only=True)
            self.lexical = LexicalIndex.load(folder / "lexical")
            self.chronology = Chronology.load(folder / "dates.json")
            self.vocabulary = Vocabulary.load(folder / "words.json")
            self._client = client_of(copy.path)
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        except Exception as error:  # Chroma, bm25s and the file system each raise their own kinds
            self._remove_copy()
            raise IndexUnusableError(
                f"The index in {folder} cannot be opened ({error}).\n{REBUILD}"
            ) from error

    def nearest(self, vector: Vectors, count: int) -> dict[str, float]:
        """Return the ``count`` passages nearest to a unit vector: cosine similarities by id."""
        count = min(count, self.manifest.passages)
        if count == 0:
            return {}
        found = self._collection.query(
            query_embeddings=[vector.tolist()], n_results=count, include=["distances"]
        )
        distances = (found["distances"] or [[]])[0]
        return {id_: 1 - d for id_, d in zip(found["ids"][0], distances, strict=True)}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of passages, float32 of shape (d,), by id."""
        if not ids:
            return {}
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        stored = found["embeddings"]
        if stored is None:
            return {}
        return {
            id_: np.asarray(v, dtype=np.float32)
            for id_, v in zip(found["ids"], stored, strict=True)
        }

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return the passages of a document in reading order."""
        ids = [id_ for id_ in self.lexical.ids if document_of(id_) == document_id]
        return sorted(self.catalogue.passages(ids), key=lambda passage: passage.start)

    def close(self) -> None:
        """Give the files back."""
        self._client.close()
        self.catalogue.close()
        self._remove_copy()

    def verify(self) -> None:
        """Check counts, and that passages find themselves.

        Raises:
            IndexUnusableError: Something does not agree.
        """
        expected = self.manifest.passages
        counts = {
            "vectors": self._collection.count(),
            "lexical entries": len(self.lexical.ids),
            "passages": self.catalogue.count_passages(),
        }
        wrong = [f"{n} {name}" for name, n in counts.items() if n != expected]
        if wrong:
            raise IndexUnusableError(f"It holds {', '.join(wrong)} instead of {expected}.")
        if set(self._collection.get(include=[])["ids"]) != set(self.lexical.ids):
            raise IndexUnusableError("It holds vectors of other passages.")
        step = max(1, expected // _PROBES)
        for id_, vector in self.vectors(self.lexical.ids[::step]).items():
            best = max(self.nearest(vector, 5).values(), default=-1.0)
            if best < 0.999:
                raise IndexUnusableError(f"Its passage {id_} does not find itself.")


def client_of(path: Path) -> Any:
    """Open or create a Chroma database that this process may write to."""
    import chromadb
    from chromadb.config import Settings

    # Chroma shares one system among the clients of a folder, and hands it out before it has started
    # to a second thread that opens the same folder at the same time.
    with _OPENING:
        return chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))
