"""The bundled encoder a second time, trained to read a question and a sentence together.

Its layers are int8 ONNX and come with the package; the vectors of words and the tokenizer are those
of the prepared model. Trained by ``training/fit_cross_encoder.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tourbot.embedding.sessions import open_session
from tourbot.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYERS_FILE = Path(__file__).parent / "cross_encoder.onnx"
WORDS_FILE = "words.npy"
WORD_SCALES_FILE = "word_scales.npy"

BOS, EOS = 0, 2
# Tokens read of each part; a title and a sentence are read from their beginning, what stands before
# the sentence from its end.
QUESTION, TITLE, INTRO, PREVIOUS, SENTENCE = 48, 24, 32, 40, 96
_QUERY_PREFIX = "query: "
# Kinds of tokens, each with a learnt vector of its own.
_ASKED, _CONTEXT, _SAID, _BEFORE = range(4)


@dataclass(frozen=True, slots=True)
class Pair:
    """What is read: a question and a sentence where it stands.

    Attributes:
        title: Of the document.
        intro: The line that introduces the sentence's list, or an empty string.
        previous: The sentence before, in the same passage, or an empty string.
    """

    question: str
    title: str
    intro: str
    previous: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair as the layers take it; t is at most 256.

    Attributes:
        ids: Token ids, int64 of shape (t,).
        kinds: int64 of shape (t,): question, context, sentence or the sentence before.
        asked, said: Where the question and the sentence stand.
    """

    ids: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    asked: slice
    said: slice


def tokens_of(pair: Pair, tokenizer: Tokenizer) -> Tokens:
    """Join the parts of a pair: ``<s> question </s></s> title </s> intro </s> … sentence </s>``."""

    def ids_of(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids) if text else []

    question = ids_of(_QUERY_PREFIX + pair.question)[:QUESTION]
    ids = [BOS, *question, EOS, EOS]
    kinds = [_ASKED] * len(ids)
    for part, kind in (
        (ids_of(pair.title)[:TITLE], _CONTEXT),
        (ids_of(pair.intro)[-INTRO:], _CONTEXT),
        (ids_of(pair.previous)[-PREVIOUS:], _BEFORE),
    ):
        if part:
            ids += [*part, EOS]
            kinds += [kind] * (len(part) + 1)
    sentence = ids_of(pair.sentence)[:SENTENCE]
    said = slice(len(ids), len(ids) + len(sentence))
    ids += [*sentence, EOS]
    kinds += [_SAID] * (len(sentence) + 1)
    asked = slice(1, 1 + len(question))
    return Tokens(np.array(ids), np.array(kinds), asked, said)


class CrossEncoder:
    """Scores pairs on ONNX Runtime, one after the other: int8 scales are chosen for a whole run.

    Args:
        folder: The prepared model's, for the vectors of words.
        tokenizer: Its tokenizer.
        threads: Threads that one run may use; 0 lets ONNX Runtime choose.
    """

    def __init__(self, folder: Path, tokenizer: Tokenizer, threads: int = 0) -> None:
        try:
            self._session = open_session(LAYERS_FILE, threads)
            # Mapped, not loaded: a question touches a few hundred of 250,000 rows.
            self._words = np.load(folder / WORDS_FILE, mmap_mode="r")
            self._scales = np.load(folder / WORD_SCALES_FILE)
        except Exception as error:  # onnxruntime raises its own kinds on a damaged file
            raise ModelError(
                f"The model that reads sentences cannot be loaded ({error}).\n"
                f"Install tourbot again; if that does not help, remove {folder} and prepare it "
                "with: tourbot model"
            ) from error
        self._tokenizer = tokenizer
        self._remembered = lru_cache(maxsize=4096)(self._score)

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Return for each pair what is added to the log-odds that the sentence answers."""
        return [self._remembered(pair) for pair in pairs]

    def _score(self, pair: Pair) -> float:
        tokens = tokens_of(pair, self._tokenizer)
        words = self._words[tokens.ids].astype(np.float32) * self._scales[tokens.ids, None]
        asked, said = (np.zeros((1, len(tokens.ids)), dtype=np.float32) for _ in range(2))
        asked[0, tokens.asked], said[0, tokens.said] = 1, 1
        feed = {"words": words[None], "kinds": tokens.kinds[None], "asked": asked, "said": said}
        return float(self._session.run(None, feed)[0][0])


def write_words(vectors: npt.NDArray[np.float32], folder: Path) -> None:
    """Store the vectors of words as int8, each with a scale of its own.

    Args:
        vectors: Of shape (vocabulary, d).
        folder: The model's, being built.
    """
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / 127
    np.save(folder / WORDS_FILE, np.round(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / WORD_SCALES_FILE, scales)
