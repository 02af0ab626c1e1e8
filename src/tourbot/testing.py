"""Fakes that can be checked by eye, for the tests of tourbot and of programs that build on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from tourbot.embedding.encoder import Embedding, Prefixes, Vectors
from tourbot.embedding.passage_reader import PassageReader
from tourbot.text.lexical import analyse

DIMENSIONS = 64


class HashEncoder:
    """A bag of stems: every term adds one to a coordinate, so that common words mean similarity.

    Attributes:
        calls: How many texts were encoded so far.
    """

    passage_reader: PassageReader | None = None

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 of shape (n, 64), rows of L2 norm 1."""
        self.calls += len(texts)
        vectors = np.full((len(texts), DIMENSIONS), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for term in analyse(text):
                digest = hashlib.sha256(term.encode()).digest()
                vectors[row, int.from_bytes(digest[:4], "big") % DIMENSIONS] += 1
        if progress:
            progress(len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def hash_embedding(name: str = "hash", encoder: HashEncoder | None = None) -> Embedding:
    """Return an ``Embedding`` over a ``HashEncoder``: no model, no waiting."""
    chosen = encoder or HashEncoder()
    return Embedding(name, Prefixes(), lambda: chosen)
