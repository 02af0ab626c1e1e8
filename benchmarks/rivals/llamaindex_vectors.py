"""Retrieval as LlamaIndex's starter tutorial builds it: a VectorStoreIndex with its defaults.

SentenceSplitter (1,024 tokens, 200 shared) and the simple vector store.

Source:
    "Starter tutorial (local LLMs)",
    https://developers.llamaindex.ai/python/framework/getting_started/starter_example_local/
"""

from __future__ import annotations

from collections.abc import Callable

from llama_index.core import Document, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from shared import Hit, Model, Text

NAME = "LlamaIndex starter"


def build(texts: list[Text], model: Model) -> Callable[[str, int], list[Hit]]:
    """Index texts; return the search."""
    embedding = HuggingFaceEmbedding(
        model_name=str(model.folder),
        query_instruction=model.query_prefix,
        text_instruction=model.passage_prefix,
    )
    documents = [Document(text=text.whole, id_=text.id) for text in texts]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedding)

    def search(question: str, count: int) -> list[Hit]:
        found = index.as_retriever(similarity_top_k=count).retrieve(question)
        return [
            Hit(
                f.node.ref_doc_id or "",
                f.node.start_char_idx or 0,
                f.node.end_char_idx or 0,
                f.score or 0.0,
            )
            for f in found
        ]

    return search
