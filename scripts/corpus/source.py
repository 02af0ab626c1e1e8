"""The texts from which files of the corpus are built: Markdown with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import frontmatter
from markdown_it import MarkdownIt
from markdown_it.token import Token

CORPUS = Path(__file__).parents[2] / "corpus"
SOURCES = CORPUS / "sources"
# What our parsers read from the properties of a file, under the names that front matter has.
PROPERTIES = ("kind", "date", "region", "url", "publisher")
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)


@dataclass(frozen=True)
class Part:
    """A piece of a document.

    Attributes:
        kind: "heading", "text", "item", "table" or "note" (what a speaker says).
        text: The words; empty for a table.
        level: Of a heading, from 2.
        rows: Of a table, header first.
    """

    kind: str
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Source:
    """One text of ``sources/``."""

    name: str
    metadata: dict[str, object]
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """The title, as its front matter gives it."""
        return str(self.metadata["title"])

    @property
    def properties(self) -> dict[str, str]:
        """What is known of the document beside its title."""
        return {key: str(self.metadata[key]) for key in PROPERTIES if key in self.metadata}

    @property
    def date(self) -> datetime:
        """The first day of its date, which may be a year or a month."""
        year, month, day = (*map(int, str(self.metadata["date"]).split("-")), 1, 1)[:3]
        return datetime(year, month, day)

    @property
    def byline(self) -> str:
        """Publisher and date, as a reader expects them under a title."""
        parts = str(self.metadata["date"]).split("-")
        month = [MONTHS[int(parts[1]) - 1]] if len(parts) > 1 else []
        day = ["1er" if parts[2] == "01" else str(int(parts[2]))] if len(parts) > 2 else []
        return f"{self.metadata['publisher']}, {' '.join([*day, *month, parts[0]])}"

    def sections(self) -> list[tuple[str, list[Part]]]:
        """Parts under each heading of level 2, what stands before the first under the title."""
        found: list[tuple[str, list[Part]]] = [(self.title, [])]
        for part in self.parts:
            if part.kind == "heading" and part.level == 2:
                found.append((part.text, []))
            else:
                found[-1][1].append(part)
        return found


def read(path: Path) -> Source:
    """Read one Markdown text with front matter."""
    post = frontmatter.loads(path.read_text("utf-8"))
    tokens = MarkdownIt("commonmark").enable("table").parse(post.content)
    return Source(path.stem, dict(post.metadata), tuple(_parts(tokens)))


def _parts(tokens: list[Token]) -> Iterable[Part]:
    opened: list[str] = []
    rows: list[list[str]] = []
    for token in tokens:
        kind = re.sub("_(?:open|close)$", "", token.type)
        if token.nesting > 0:
            opened.append(kind)
            if kind == "tr":
                rows.append([])
        elif token.nesting < 0:
            opened.pop()
            if kind == "table":
                yield Part("table", rows=tuple(map(tuple, rows)))
                rows = []
        elif "table" in opened:
            rows[-1].append(token.content)
        elif "heading" in opened:
            yield Part("heading", token.content, level=int(tokens[tokens.index(token) - 1].tag[1]))
        elif token.type == "inline":
            inside = {"list_item": "item", "blockquote": "note"}
            yield Part(next((inside[o] for o in opened if o in inside), "text"), token.content)
