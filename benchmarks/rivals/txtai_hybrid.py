"""Retrieval as txtai's manual builds it: paragraphs in a hybrid (sparse + dense) index.

Source:
    https://neuml.github.io/txtai/embeddings/ (``hybrid``); paragraphs as its Textractor makes them,
    https://neuml.github.io/txtai/pipeline/data/textractor/
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shared import Hit, Model, Text
from txtai import Embeddings

NAME = "txtai hybrid"


def build(texts: list[Text], model: Model) -> Callable[[str, int], list[Hit]]:
    """Index texts; return the search."""
    paragraphs = [
        (text.id, found.start(), found.end(), found.group())
        for text in texts
        for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text.whole)
    ]
    instructions = {"query": model.query_prefix, "data": model.passage_prefix}
    index = Embeddings(
        path=str(model.folder),
        hybrid=True,
        method="sentence-transformers",
        instructions=instructions,
    )
    index.index([(row, paragraph[3], None) for row, paragraph in enumerate(paragraphs)])

    def search(question: str, count: int) -> list[Hit]:
        return [Hit(*paragraphs[row][:3], score) for row, score in index.search(question, count)]

    return search
