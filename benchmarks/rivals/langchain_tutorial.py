"""Retrieval as LangChain's tutorials build it, with their defaults.

RecursiveCharacterTextSplitter (1,000 characters, 200 shared) and Chroma in memory.

Source:
    "Build a RAG agent", https://docs.langchain.com/oss/python/langchain/rag
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from shared import Hit, Model, Text

NAME = "LangChain tutorial"
CHUNK_CHARACTERS = 1000
SHARED_CHARACTERS = 200


class _Embeddings(Embeddings):
    """What ``langchain_huggingface.HuggingFaceEmbeddings`` does with its default arguments.

    That package is left out: its newest release (1.2.3) asks for huggingface-hub below 2.
    """

    def __init__(self, model: Model) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(model.folder), local_files_only=True)
        self._given = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._encode(self._given.passage_prefix, texts)

    def embed_query(self, text: str) -> list[float]:
        return self._encode(self._given.query_prefix, [text])[0]

    def _encode(self, prefix: str, texts: list[str]) -> list[list[float]]:
        lines = [prefix + text.replace("\n", " ") for text in texts]
        return self._model.encode(lines, show_progress_bar=False).tolist()


def build(texts: list[Text], model: Model) -> Callable[[str, int], list[Hit]]:
    """Index texts; return the search."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=SHARED_CHARACTERS, add_start_index=True
    )
    chunks = splitter.split_documents(
        [Document(text.whole, metadata={"id": text.id}) for text in texts]
    )
    # In one process all in-memory collections of the same name are one: each index needs its own.
    store = Chroma.from_documents(
        chunks, _Embeddings(model), collection_name=f"tutorial-{uuid4().hex}"
    )

    def search(question: str, count: int) -> list[Hit]:
        found = store.similarity_search_with_score(question, k=min(count, len(chunks)))
        return [
            Hit(
                chunk.metadata["id"],
                chunk.metadata["start_index"],
                chunk.metadata["start_index"] + len(chunk.page_content),
                -score,
            )
            for chunk, score in found
        ]

    return search
