"""The bundled encoder once more, trained to read a question and a whole passage together.

Its layers are int8 ONNX and come with the package, made by ``training/fit_passage_reader.py``; the
vectors of words and the tokenizer are those of the prepared model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tourbot.embedding.sessions import open_session
from tourbot.embedding.words import Words
from tourbot.text.lexical import analyse

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LAYERS_FILE = Path(__file__).parent / "passage_reader.onnx"
BOS, EOS = 0, 2
# Tokens read of each part, from its beginning.
QUESTION, ABOVE, PASSAGE = 48, 40, 320
MOST_TOKENS = QUESTION + ABOVE + PASSAGE + 5
_QUERY_PREFIX = "query: "
# Kinds of tokens, each with a learnt vector of its own.
_ASKED, _CONTEXT, _SAID = range(3)
# How rare a shared word is: marks 1 to 3; 0 where a word is not shared.
RARITIES = (0.4, 0.65)
MARKS = len(RARITIES) + 2
_WORD = re.compile(r"[^\W_]+")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: a question, and a passage where it stands.

    Attributes:
        above: Title, headings and, where the passage begins within a list, the line that
            introduces it; in this order.
        segments: The sentences and list items of the passage, in order.
        lang: The passage's language.
        terms: Index terms of the question in that language, each with how rare it is among the
            documents: from 1 to 3.
    """

    question: str
    above: tuple[str, ...]
    segments: tuple[str, ...]
    lang: str
    terms: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A reading as the layers take it: t tokens, at most ``MOST_TOKENS``.

    Attributes:
        ids, kinds, marks: int64 of shape (t,): token ids; question, context or passage; how rare
            the word of the token is where both question and passage have it, else 0.
        asked: Where the question stands.
        said: Where each segment stands; empty stretches for those that are cut off.
        offsets: Of each token its characters in its own part, (t, 2); zero for what frames parts.
    """

    ids: Ints
    kinds: Ints
    marks: Ints
    asked: slice
    said: tuple[slice, ...]
    offsets: Ints


@dataclass(frozen=True, slots=True)
class Read:
    """What was read.

    Attributes:
        segments: Of each segment, the log-odds that it belongs to the answer, float32 of shape
            (s,); those that were cut off count as the least convincing.
        passage: Log-odds that the passage answers at all.
        spans: Of each token, how much the shortest answer seems to begin and to end there: logits,
            (t, 2).
        said: Where in these each segment stands.
        offsets: Of each token, its first and last character (excluded) in its segment, (t, 2).
    """

    segments: Floats
    passage: float
    spans: Floats
    said: tuple[slice, ...]
    offsets: Ints

    def shortest(self, segment: int, most: int) -> tuple[int, int] | None:
        """Return where in a segment the shortest answer seems to stand, as offsets in it.

        Args:
            segment: Which.
            most: Characters at most.
        """
        part = self.said[segment]
        begins, ends = self.spans[part].T
        starts, stops = self.offsets[part].T
        length = stops[None, :] - starts[:, None]
        scores = np.where((length > 0) & (length <= most), begins[:, None] + ends[None, :], -np.inf)
        if not scores.size or not np.isfinite(scores.max()):
            return None
        first, last = np.unravel_index(int(scores.argmax()), scores.shape)
        return int(starts[first]), int(stops[last])


def rarity(share: float) -> int:
    """Return the mark of a word.

    Args:
        share: Its idf among the documents, as a share of the highest possible one.

    >>> [rarity(share) for share in (0.1, 0.5, 0.9)]
    [1, 2, 3]
    """
    return 1 + sum(share > bound for bound in RARITIES)


def tokens_of(reading: Reading, tokenizer: Tokenizer) -> Tokens:
    """Join the parts: ``<s> question </s></s> title </s> heading </s> segment </s> segment </s>``.

    Args:
        reading: What is to be read.
        tokenizer: The encoder's.
    """
    wanted = dict(reading.terms)
    shared: set[str] = set()
    for text in (*reading.above, *reading.segments):
        shared.update(term for _, _, terms in _words(text, reading.lang) for term in terms)
    ids, kinds, marks = [BOS], [_ASKED], [0]
    offsets = [(0, 0)]

    def add(text: str, most: int, kind: int, known: Mapping[str, int], prefix: str = "") -> slice:
        encoding = tokenizer.encode(prefix + text, add_special_tokens=False)
        read = min(len(encoding.ids), max(most, 0))
        start = len(ids)
        ids.extend(encoding.ids[:read])
        kinds.extend([kind] * read)
        places = [(max(a - len(prefix), 0), max(b - len(prefix), 0)) for a, b in encoding.offsets]
        offsets.extend(places[:read])
        marks.extend(_marks(text, reading.lang, places[:read], known))
        return slice(start, start + read)

    def close(kind: int) -> None:
        ids.append(EOS)
        kinds.append(kind)
        marks.append(0)
        offsets.append((0, 0))

    in_both = {term: mark for term, mark in wanted.items() if term in shared}
    asked = add(reading.question, QUESTION, _ASKED, in_both, _QUERY_PREFIX)
    close(_ASKED)
    close(_ASKED)
    left = ABOVE
    for text in filter(None, reading.above):
        part = add(text, left, _CONTEXT, wanted)
        left -= part.stop - part.start + 1
        close(_CONTEXT)
        if left <= 0:
            break
    left = PASSAGE
    said = []
    for text in reading.segments:
        part = add(text, left, _SAID, wanted)
        said.append(part)
        if part.stop > part.start:
            left -= part.stop - part.start + 1
            close(_SAID)
    return Tokens(
        np.array(ids),
        np.array(kinds),
        np.array(marks),
        asked,
        tuple(said),
        np.array(offsets),
    )


@lru_cache(maxsize=4096)
def _words(text: str, lang: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """Return the words of a text that mean something: their offsets and index terms."""
    found = []
    for word in _WORD.finditer(text):
        terms = _terms(word.group(), lang)
        if terms:
            found.append((word.start(), word.end(), terms))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _terms(word: str, lang: str) -> frozenset[str]:
    return frozenset(analyse(word, lang))


def _marks(
    text: str, lang: str, places: Sequence[tuple[int, int]], known: Mapping[str, int]
) -> list[int]:
    """Return the mark of each token of a text, given where the tokens stand."""
    marked = np.zeros(len(text) + 1, dtype=np.int64)
    for start, end, terms in _words(text, lang):
        mark = max((known.get(term, 0) for term in terms), default=0)
        marked[start:end] = mark
    return [int(marked[a:b].max()) if a < b else 0 for a, b in places]


class PassageReader:
    """Reads passages on ONNX Runtime, each in a run of its own: int8 scales are chosen for a run.

    Several are read at once, each in one thread: that is faster than one in several threads.

    Args:
        words: Vectors of words.
        tokenizer: The encoder's.
        threads: Passages read at once; 0 for as many as there are processors.
        layers: The ONNX file.
    """

    def __init__(
        self, words: Words, tokenizer: Tokenizer, threads: int = 0, layers: Path = LAYERS_FILE
    ) -> None:
        self._session = open_session(layers, 1)
        self._words, self._tokenizer = words, tokenizer
        count = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="reading")
        self._remembered = lru_cache(maxsize=4096)(self._read)

    def read(self, readings: Sequence[Reading]) -> list[Read]:
        """Read passages beside a question."""
        return list(self._pool.map(self._remembered, readings))

    def _read(self, reading: Reading) -> Read:
        tokens = tokens_of(reading, self._tokenizer)
        said, asked = masks(tokens)
        feed = {
            "words": self._words.of(tokens.ids)[None],
            "kinds": tokens.kinds[None],
            "marks": tokens.marks[None],
            "asked": asked[None],
            "said": said[None],
        }
        scores, passage, spans = self._session.run(None, feed)
        there = said.any(axis=1)
        lowest = scores[0][there].min() if there.any() else 0.0
        segments = np.where(there, scores[0], lowest).astype(np.float32)
        return Read(segments, float(passage[0]), spans[0], tokens.said, tokens.offsets)


def masks(tokens: Tokens) -> tuple[Floats, Floats]:
    """Return which tokens belong to each segment, (s, t), and which to the question, (t,)."""
    said = np.zeros((len(tokens.said), len(tokens.ids)), dtype=np.float32)
    for row, part in enumerate(tokens.said):
        said[row, part] = 1
    asked = np.zeros(len(tokens.ids), dtype=np.float32)
    asked[tokens.asked] = 1
    return said, asked
