"""The words of the documents and the acronyms that they explain, saved beside the vectors.

Collected once, when a generation is built, so that opening it reads no text.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tourbot.text import acronyms
from tourbot.types import Document

# Raise it when other words or acronyms are collected: indexes are then built again.
REVISION = "1"
_WORD = re.compile(r"[^\W\d_]{4,}")  # nothing is asked of shorter ones


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the documents of a generation are written with.

    Attributes:
        words: By language, how often each word is written, as it is written.
        acronyms: With their long forms.
    """

    words: Mapping[str, Mapping[str, int]]
    acronyms: Mapping[str, str]

    @classmethod
    def build(cls, documents: Iterable[Document]) -> Vocabulary:
        """Collect what the texts of documents hold; the first explanation of an acronym counts."""
        words: dict[str, Counter[str]] = defaultdict(Counter)
        explained: dict[str, str] = {}
        for document in documents:
            words[document.lang].update(_WORD.findall(document.text))
            explained = acronyms.explained([document.text]) | explained
        return cls(words, explained)

    def save(self, path: Path) -> None:
        """Write a file that ``load`` reads."""
        held = {"words": self.words, "acronyms": self.acronyms}
        path.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read what ``save`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
