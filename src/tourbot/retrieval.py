"""Question → passages: dense and lexical scores, standardised and added.

Ranks alone (reciprocal rank fusion) throw away how much better the best passage is; on French
Wikipedia questions a sum of z-scores is clearly ahead of it (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from tourbot import language
from tourbot.embedding import Embedding
from tourbot.glossary import to_french
from tourbot.index import Generation
from tourbot.lexical import analyse, analyse_question
from tourbot.types import Passage, Retrieved

Scores = npt.NDArray[np.float64]
# Candidates per side; beyond 100 nothing changes in nDCG@10 (measured on PIAF dev).
POOL = 100
# Weight of the lexical side for passages in the question's language, and in another: there only
# names and numbers can match, and a missing match says nothing.
LEXICAL_WEIGHT = 0.5
FOREIGN_LEXICAL_WEIGHT = 0.03


class Retriever:
    """Search over one generation.

    Args:
        generation: Open for reading.
        embedding: The one that the generation was built with.
        lexical_weight: Share of the lexical score, in [0, 1]; 0 is dense alone, 1 BM25 alone.
        foreign_lexical_weight: The same for passages in another language than the question.
    """

    def __init__(
        self,
        generation: Generation,
        embedding: Embedding,
        lexical_weight: float = LEXICAL_WEIGHT,
        foreign_lexical_weight: float = FOREIGN_LEXICAL_WEIGHT,
    ) -> None:
        self.generation = generation
        self.embedding = embedding
        self._weights = (lexical_weight, foreign_lexical_weight)
        self._languages = sorted(generation.catalogue.languages()) or ["fr"]

    def retrieve(
        self,
        question: str,
        lang: str = "fr",
        count: int = 10,
        allowed: Callable[[Passage], bool] | None = None,
    ) -> list[Retrieved]:
        """Return the best passages for a question.

        Args:
            question: A standalone question.
            lang: Its language.
            count: How many passages at most.
            allowed: Leaves out passages for which it is false.

        Returns:
            Best first, equal scores ordered by passage id.
        """
        generation = self.generation
        vector = self.embedding.queries([question])[0]
        dense = generation.nearest(vector, POOL)
        lexical = generation.lexical.scores(self._terms(question, lang))
        best = np.argsort(-lexical, kind="stable")[:POOL]
        matching = [generation.lexical.ids[row] for row in best if lexical[row] > 0]
        ids = sorted(set(dense) | set(matching))
        if not ids:
            return []
        stored = generation.vectors([id_ for id_ in ids if id_ not in dense])
        dense |= {id_: float(other @ vector) for id_, other in stored.items()}
        passages = generation.catalogue.passages(ids)
        cosines = np.array([dense[p.id] for p in passages])
        matches = np.array([float(lexical[generation.lexical.row(p.id)]) for p in passages])
        scores = self._fuse(cosines, matches, [p.lang == lang for p in passages])
        found = [
            Retrieved(p, float(s), float(d), float(m))
            for p, s, d, m in zip(passages, scores, cosines, matches, strict=True)
            if allowed is None or allowed(p)
        ]
        found.sort(key=lambda r: (-r.score, r.passage.id))
        return found[:count]

    def _terms(self, question: str, lang: str) -> list[str]:
        """Index terms of the question; an English one also has its French words."""
        terms = analyse_question(question, self._languages)
        if lang == "en" and "fr" in self._languages:
            terms += [t for words in to_french(question) for w in words for t in analyse(w, "fr")]
        return list(dict.fromkeys(terms))

    def _fuse(self, dense: Scores, lexical: Scores, same_language: Sequence[bool]) -> Scores:
        own, foreign = self._weights
        share = np.where(np.array(same_language), own, foreign)
        return (1 - share) * _standardise(dense) + share * _standardise(lexical)


def _standardise(values: Scores) -> Scores:
    """Return z-scores; all zero when the values do not differ."""
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values)


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
