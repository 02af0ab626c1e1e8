"""LangChain's tutorial retrieval, reranked by a cross-encoder as its integration page shows.

The 20 nearest chunks are scored together with the question. No cross-encoder comes with the
registries that packages are installed from, so that one of the size of those in use
(mmarco-mMiniLMv2-L12-H384: 12 layers of 384) is made of tourbot's own encoder with a head that was
never trained: it takes the time of a real one, and its order means nothing. For times only.

Source:
    "Cross encoder reranker",
    https://docs.langchain.com/oss/python/integrations/document_transformers/cross_encoder_reranker
"""

from __future__ import annotations

from collections.abc import Callable

import langchain_tutorial
from shared import Hit, Model, Text

NAME = "LangChain tutorial + cross-encoder"
RERANKED = 20


def build(texts: list[Text], model: Model) -> Callable[[str, int], list[Hit]]:
    """Index texts; return the search."""
    from sentence_transformers import CrossEncoder

    wholes = {text.id: text.whole for text in texts}
    search = langchain_tutorial.build(texts, model)
    reranker = CrossEncoder(str(model.folder), num_labels=1, local_files_only=True)

    def reranked(question: str, count: int) -> list[Hit]:
        hits = search(question, RERANKED)
        pairs = [(question, wholes[hit.id][hit.start : hit.end]) for hit in hits]
        scores = reranker.predict(pairs, show_progress_bar=False)
        scored = [hit._replace(score=float(s)) for hit, s in zip(hits, scores, strict=True)]
        return sorted(scored, key=lambda hit: -hit.score)[:count]

    return reranked
