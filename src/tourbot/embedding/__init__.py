"""Texts → vectors: the bundled multilingual-e5-small, or any sentence-transformers model."""

from tourbot.embedding.bundled import BUNDLED, model_folder, prepare
from tourbot.embedding.encoder import Embedding, Prefixes, open_embedding

__all__ = [
    "BUNDLED",
    "Embedding",
    "Prefixes",
    "model_folder",
    "open_embedding",
    "prepare",
]
