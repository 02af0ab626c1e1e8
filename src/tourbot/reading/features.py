"""What can be measured of a question and a sentence that might answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tourbot.reading.question import Expected, expected_answer, holds
from tourbot.text import lexical, regions
from tourbot.text.glossary import same_meaning, to_french
from tourbot.text.lexical import analyse
from tourbot.text.sentences import Segment
from tourbot.text.typography import names
from tourbot.types import Retrieved

Matrix = npt.NDArray[np.float64]
Shorten = Callable[[str], str]
Concepts = frozenset[frozenset[str]]

# What the passage reader says of a sentence and of its passage: log-odds that they answer.
READ = ("sentence_read", "passage_read")
NAMES = (
    "passage_cosine",
    "passage_below_best",
    "sentence_coverage",
    "coverage_below_best",
    "context_coverage",
    "passage_coverage",
    "names_covered",
    "fits_type",
    "lacks_type",
    "novelty",
    "length",
    "item",
    "same_language",
    *READ,
)
# Features that compare words: from French to English, for want of a glossary, they say nothing.
WORD_FEATURES = (
    "sentence_coverage",
    "coverage_below_best",
    "context_coverage",
    "passage_coverage",
    "novelty",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence or list item that might answer.

    Attributes:
        retrieved: The passage in which it was found.
        segment: Its offsets in the document.
        text: Its words.
        intro: The line that introduces its list, or an empty string.
        year: Of the document's date, which what it says is of; empty where unknown.
    """

    retrieved: Retrieved
    segment: Segment
    text: str
    intro: str = ""
    year: str = ""

    @property
    def context(self) -> str:
        """What a reader knows before reading the sentence: title, headings, introducing line."""
        passage = self.retrieved.passage
        return " ".join(
            [passage.title, *passage.locator.headings, passage.locator.event or "", self.intro]
        )


@dataclass(frozen=True, slots=True)
class AnalysedQuestion:
    """A question, seen as the features need it.

    Attributes:
        concepts: For each language of passages, the terms of the question; alternatives (several
            translations of one word) stand in one set. No entry where words cannot be compared.
    """

    lang: str
    concepts: Mapping[str, Concepts]
    names: frozenset[str]
    regions: frozenset[str]
    expected: Expected

    @classmethod
    def of(cls, text: str, lang: str, shorten: Shorten = str) -> AnalysedQuestion:
        """Analyse a standalone question.

        A region has several names (« Région Sud », "PACA"): it is compared as a region, not by
        words.
        """
        rest = shorten(regions.remove(text))
        own = lexical.concepts(rest, lang)
        concepts = {lang: frozenset(own)}
        if lang == "fr":
            concepts["fr"] = frozenset(map(same_meaning, own))
        else:
            translated = (_alternatives(words) for words in to_french(rest))
            concepts["fr"] = frozenset(terms for terms in translated if terms)
        named = frozenset(regions.mentioned(text))
        return cls(lang, concepts, frozenset(names(rest)), named, expected_answer(text))


def measure(
    question: AnalysedQuestion,
    candidates: Sequence[Candidate],
    read: Matrix | None,
    idf: Callable[[str], float],
    shorten: Shorten = str,
) -> Matrix:
    """Measure every candidate.

    Args:
        question: Analysed.
        candidates: n of them.
        read: What the passage reader says of each, (n, 2); None where nothing reads passages.
        idf: Weight of a term in the corpus.
        shorten: Writes long forms as acronyms.

    Returns:
        float64 of shape (n, len(NAMES)), columns in the order of ``NAMES``. Word features are NaN
        where the words of question and passage cannot be compared, and what was not read is NaN.
    """
    best_passage = max(c.retrieved.score for c in candidates)
    rows = [_row(question, candidate, best_passage, idf, shorten) for candidate in candidates]
    table = np.array(rows, dtype=np.float64)
    table[:, -len(READ) :] = np.nan if read is None else read
    coverage = table[:, NAMES.index("sentence_coverage")]
    table[:, NAMES.index("coverage_below_best")] = coverage - coverage.max()
    apart = [not question.concepts.get(c.retrieved.passage.lang) for c in candidates]
    for name in WORD_FEATURES:
        table[apart, NAMES.index(name)] = np.nan
    return table


def _row(
    question: AnalysedQuestion,
    candidate: Candidate,
    best_passage: float,
    idf: Callable[[str], float],
    shorten: Shorten,
) -> list[float]:
    passage = candidate.retrieved.passage
    own = _terms(shorten(candidate.text), passage.lang)
    context = own | _terms(shorten(candidate.context), passage.lang)
    whole = context | _terms(shorten(passage.text), passage.lang)
    around = _named(candidate.context) | _named(passage.text) | {candidate.year}
    concepts = question.concepts.get(passage.lang, frozenset())
    asked = frozenset().union(*concepts)
    fits = holds(question.expected, candidate.text)
    values = {
        "passage_cosine": candidate.retrieved.dense,
        "passage_below_best": candidate.retrieved.score - best_passage,
        "sentence_coverage": _coverage(concepts, own, idf),
        "context_coverage": _coverage(concepts, context, idf),
        "passage_coverage": _coverage(concepts, whole, idf),
        "names_covered": _share(question.names | question.regions, around),
        "fits_type": float(fits is True),
        "lacks_type": float(fits is False),
        "novelty": 1 - _share(own, asked) if own else 0.0,
        "length": float(np.log1p(len(candidate.text))),
        "item": float(candidate.segment.item),
        "same_language": float(passage.lang == question.lang),
    }
    return [values.get(name, 0.0) for name in NAMES]


# The sentences of a passage share it, and questions share passages.
@lru_cache(maxsize=4096)
def _terms(text: str, lang: str) -> frozenset[str]:
    return frozenset(analyse(text, lang))


@lru_cache(maxsize=4096)
def _named(text: str) -> frozenset[str]:
    return frozenset(names(f". {text}")) | frozenset(regions.mentioned(text))


def _alternatives(words: Sequence[str]) -> frozenset[str]:
    return same_meaning(term for word in words for term in analyse(word, "fr"))


def _coverage(concepts: Concepts, found: frozenset[str], idf: Callable[[str], float]) -> float:
    """Share of the question's concepts that are found, each weighted by its commonest word."""
    weights = {concept: min(map(idf, concept)) for concept in concepts}
    total = sum(weights.values())
    return sum(w for concept, w in weights.items() if concept & found) / total if total else 0.0


def _share(wanted: Iterable[str], found: Iterable[str]) -> float:
    wanted = set(wanted)
    return len(wanted & set(found)) / len(wanted) if wanted else 1.0
