"""What a fetch tells while it works and when it has done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol


class Progress(Protocol):
    """What a run tells while it works."""

    def start(self, step: str, total: int) -> None:
        """Begin the step ``"fetch"`` of ``total`` documents."""

    def advance(self, units: int) -> None:
        """Note that documents are done."""


class Failure(NamedTuple):
    """An address that gave nothing; a file that it gave before is kept.

    Attributes:
        sentence: What is wrong and what can be done.
    """

    address: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a run did. Files are named by their path under the folder, with forward slashes.

    Attributes:
        folder: Ingest this one.
        unchanged: Files that the server still gives as they are.
        removed: Files whose address is gone, or listed no more.
        failed: In the order in which they were tried.
        notes: Sentences about what was left out on purpose.
    """

    folder: Path
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
