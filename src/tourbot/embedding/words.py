"""Vectors of the encoder's words, which all layers that come with the package start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
_WORDS_FILE = "words.npy"
_SCALES_FILE = "word_scales.npy"


class Words:
    """The table, mapped and not loaded: a question touches a few hundred of 250,000 rows.

    Args:
        folder: The prepared model's.

    Raises:
        OSError, ValueError: A file of it is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._rows = np.load(folder / _WORDS_FILE, mmap_mode="r")
        self._scales = np.load(folder / _SCALES_FILE)

    def of(self, ids: npt.ArrayLike) -> Vectors:
        """Return the vectors of t tokens, (t, d)."""
        rows = np.asarray(ids)
        found: Vectors = self._rows[rows].astype(np.float32) * self._scales[rows, None]
        return found


def write_words(vectors: Vectors, folder: Path) -> None:
    """Store the vectors of words as int8, each with a scale of its own.

    Args:
        vectors: Of shape (vocabulary, d).
        folder: The model's, being built.
    """
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / 127
    np.save(folder / _WORDS_FILE, np.round(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / _SCALES_FILE, scales)
