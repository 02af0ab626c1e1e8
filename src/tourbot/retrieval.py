"""Question → passages: dense and lexical scores, standardised and added.

Ranks alone (reciprocal rank fusion) throw away how much better the best passage is; on French
Wikipedia questions a sum of z-scores is clearly ahead of it (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from tourbot.embedding import Embedding
from tourbot.index import Generation
from tourbot.text import language
from tourbot.text.glossary import to_french
from tourbot.text.lexical import analyse, analyse_question
from tourbot.types import Passage, Retrieved, document_of

Scores = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]
# Of a document id, whether its passages may be found.
Within = Callable[[str], bool]
# Candidates per side; beyond 100 nothing changes in nDCG@10 (measured on PIAF dev).
POOL = 100
# Where the index would be asked for more than this, few passages are left: all are compared.
_WIDEST = 20 * POOL
# Share of the lexical score, fitted on several collections (docs/decisions/0003).
LEXICAL_WEIGHT = 0.25
_NO_DIFFERENCE = 1e-9


class _Pool(NamedTuple):
    """Passages with their cosine similarities and BM25 scores, each of shape (n,)."""

    passages: Sequence[Passage]
    cosines: Scores
    matches: Scores


class Retriever:
    """Search over one generation.

    Args:
        generation: Open for reading.
        embedding: The one that the generation was built with.
        lexical_weight: Share of the lexical score, in [0, 1]; 0 is dense alone, 1 BM25 alone.
    """

    def __init__(
        self,
        generation: Generation,
        embedding: Embedding,
        lexical_weight: float = LEXICAL_WEIGHT,
    ) -> None:
        self.generation = generation
        self.embedding = embedding
        self._share = lexical_weight
        self._languages = sorted(generation.catalogue.languages()) or ["fr"]

    def retrieve(
        self,
        question: str,
        lang: str = "fr",
        count: int = 10,
        within: Within | None = None,
    ) -> list[Retrieved]:
        """Return the best passages for a question.

        Args:
            question: A standalone question.
            lang: Its language.
            count: How many passages at most.
            within: Keeps to the documents for which it is true, as if there were no others.

        Returns:
            Best first, equal scores ordered by passage id.
        """
        vector = self.embedding.queries([question])[0]
        lexical = self.generation.lexical.scores(self._terms(question, lang))
        pool = self._pool(vector, lexical, self.generation.nearest(vector, POOL))
        chosen = pool
        if within is not None:
            kept = self._rows(within)
            near = self._nearest_among(kept, vector)
            chosen = self._pool(vector, np.where(kept, lexical, 0), near)
        scores = self._fuse(chosen, pool)
        found = [
            Retrieved(p, float(s), float(d), float(m))
            for p, s, d, m in zip(
                chosen.passages, scores, chosen.cosines, chosen.matches, strict=True
            )
        ]
        found.sort(key=lambda r: (-r.score, r.passage.id))
        return found[:count]

    def _pool(self, vector: Vector, lexical: Vector, near: Mapping[str, float]) -> _Pool:
        """Return the nearest passages and those with the most of the words, with both scores."""
        generation = self.generation
        best = np.argsort(-lexical, kind="stable")[:POOL]
        ids = sorted({*near, *(generation.lexical.ids[row] for row in best if lexical[row] > 0)})
        stored = generation.vectors([id_ for id_ in ids if id_ not in near])
        cosines = {**near, **{id_: float(other @ vector) for id_, other in stored.items()}}
        passages = generation.catalogue.passages(ids)
        return _Pool(
            passages,
            np.array([cosines[p.id] for p in passages], dtype=np.float64),
            np.array([lexical[generation.lexical.row(p.id)] for p in passages], dtype=np.float64),
        )

    @cached_property
    def _documents(self) -> tuple[list[str], npt.NDArray[np.intp]]:
        """Return the ids of the documents, and of each passage the position of its own."""
        ids, positions = np.unique(
            [document_of(id_) for id_ in self.generation.lexical.ids], return_inverse=True
        )
        return ids.tolist(), positions

    def _rows(self, within: Within) -> npt.NDArray[np.bool_]:
        """Tell of each passage whether its document may be found."""
        documents, positions = self._documents
        return np.array([within(id_) for id_ in documents], dtype=bool)[positions]

    def _nearest_among(self, kept: npt.NDArray[np.bool_], vector: Vector) -> dict[str, float]:
        """Return the nearest of some passages.

        Chroma's own filter takes half a second over 100,000 passages; asking for more and keeping
        to some of them takes a few milliseconds, and where these are few they are all compared.
        """
        ids = self.generation.lexical.ids
        allowed = [ids[row] for row in np.flatnonzero(kept)]
        if not allowed:
            return {}
        more = 2 * POOL * len(ids) // len(allowed)
        if more <= _WIDEST:
            chosen = set(allowed)
            found = self.generation.nearest(vector, more)
            near = {id_: cosine for id_, cosine in found.items() if id_ in chosen}
            if len(near) >= min(POOL, len(allowed)):
                return dict(list(near.items())[:POOL])
        stored = self.generation.vectors(allowed)
        cosines = {id_: float(other @ vector) for id_, other in stored.items()}
        return dict(sorted(cosines.items(), key=lambda pair: -pair[1])[:POOL])

    def _terms(self, question: str, lang: str) -> list[str]:
        """Index terms of the question; an English one also has its French words."""
        terms = analyse_question(question, self._languages)
        if lang == "en" and "fr" in self._languages:
            terms += [t for words in to_french(question) for w in words for t in analyse(w, "fr")]
        return list(dict.fromkeys(terms))

    def _fuse(self, chosen: _Pool, pool: _Pool) -> Scores:
        """Add both scores, standardised over the whole pool, so that filters change no score."""
        dense = _standardise(chosen.cosines, pool.cosines)
        words = _standardise(chosen.matches, pool.matches)
        return (1 - self._share) * dense + self._share * words


def _standardise(values: Scores, pool: Scores) -> Scores:
    """Return z-scores over a pool; all zero when its values do not differ."""
    if not pool.size or (deviation := pool.std()) <= _NO_DIFFERENCE:
        return np.zeros_like(values)
    return np.asarray((values - pool.mean()) / deviation)


class TourbotRetriever(BaseRetriever):
    """The same search as a LangChain retriever, for use in chains."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    count: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[LangChainDocument]:
        found = self.retriever.retrieve(query, language.detect(query), self.count)
        return [
            LangChainDocument(
                id=r.passage.id,
                page_content=r.passage.text,
                metadata={
                    "document_id": r.passage.document_id,
                    "title": r.passage.title,
                    "start": r.passage.start,
                    "end": r.passage.end,
                    "score": r.score,
                },
            )
            for r in found
        ]
