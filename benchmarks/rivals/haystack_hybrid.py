"""Retrieval as Haystack's tutorial on hybrid retrieval builds it, up to the joiner.

DocumentSplitter (512 words, 32 shared), BM25 and embeddings in memory, DocumentJoiner. The tutorial
ends in a cross-encoder (BAAI/bge-reranker-base), which only a model hub has; in its place the
joiner orders by reciprocal ranks, the mode that its manual names for results without a ranker.

Source:
    "Creating a Hybrid Retrieval Pipeline", https://haystack.deepset.ai/tutorials/33_hybrid_retrieval
"""

from __future__ import annotations

from collections.abc import Callable

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from shared import Hit, Model, Text

NAME = "Haystack hybrid"


def build(texts: list[Text], model: Model) -> Callable[[str, int], list[Hit]]:
    """Index texts; return the search."""
    store = InMemoryDocumentStore()
    splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
    documents = [Document(content=text.whole, meta={"id": text.id}) for text in texts]
    chunks = splitter.run(documents)["documents"]
    indexing = SentenceTransformersDocumentEmbedder(
        model=str(model.folder), prefix=model.passage_prefix, progress_bar=False
    )
    indexing.warm_up()
    store.write_documents(indexing.run(chunks)["documents"])
    asking = SentenceTransformersTextEmbedder(
        model=str(model.folder), prefix=model.query_prefix, progress_bar=False
    )
    asking.warm_up()
    lexical, dense = InMemoryBM25Retriever(store), InMemoryEmbeddingRetriever(store)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(question: str, count: int) -> list[Hit]:
        vector = asking.run(question)["embedding"]
        lists = [
            lexical.run(question, top_k=count)["documents"],
            dense.run(vector, top_k=count)["documents"],
        ]
        found = joiner.run(lists)["documents"][:count]
        return [
            Hit(
                d.meta["id"],
                d.meta["split_idx_start"],
                d.meta["split_idx_start"] + len(d.content or ""),
                d.score or 0.0,
            )
            for d in found
        ]

    return search
