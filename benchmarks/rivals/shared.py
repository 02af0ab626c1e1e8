"""What every rival is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class Text:
    """A document: its title stands above its text, as most loaders put it."""

    id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n\n{self.text}"

    @property
    def shift(self) -> int:
        """How far offsets in ``whole`` are ahead of those in ``text``."""
        return len(self.title) + 2


@dataclass(frozen=True)
class Model:
    """A sentence-transformers folder and what the model reads before a text."""

    folder: Path
    query_prefix: str = ""
    passage_prefix: str = ""


class Hit(NamedTuple):
    """A stretch found, in offsets of ``Text.whole``."""

    id: str
    start: int
    end: int
    score: float
