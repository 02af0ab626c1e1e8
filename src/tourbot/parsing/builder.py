"""The one way in which parsers write text: lines under headings, pages, slides or events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from tourbot.errors import DocumentError
from tourbot.parsing import tables
from tourbot.parsing.tables import Cell
from tourbot.types import Block, Gap, Locator, Metadata

# The private use area holds the bullets and icons of symbol fonts: no words, in any other font.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ue000-\uf8ff"
    r"\ufeff\ufffe\uffff]"
)
_KEPT = {"\u202f": "\u202f"}  # the narrow no-break space lies inside the range above
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
# What programs write into the title property when nobody gave the document a title.
_PROGRAM = re.compile(r"Microsoft (?:Office )?(?:Word|PowerPoint|Excel) - ", re.IGNORECASE)
_UNTITLED = re.compile(
    r"\(?(?:untitled|anonymous|sans[ -]titre|document|slide|diapositive"
    r"|powerpoint presentation|présentation powerpoint)\)?\s*\d*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\.(?:docx?|pptx?|xlsx?|od[tps]|pdf|html?|indd|pages)$", re.IGNORECASE)
_SURROGATES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser returns.

    Attributes:
        gaps: What the file holds beside the text and could not be read.
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata
    gaps: tuple[Gap, ...] = ()


def clean(text: str) -> str:
    r"""NFC, on one line, without control or invisible characters; no-break spaces are kept inside.

    >>> clean("  Cre\u0301dit\n d\u2019impo\u0302t\u202f: 20\u202f%\x00 ")
    'Crédit d’impôt\u202f: 20\u202f%'
    """
    text = _SURROGATES.sub("\ufffd", text)
    text = _CONTROL.sub(lambda m: _KEPT.get(m.group(), " " if m.group() < " " else ""), text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def property_title(given: str) -> str:
    """Return the title property of a file, or nothing where a program wrote it.

    >>> property_title("Microsoft Word - Bilan 2025.docx"), property_title("Untitled")
    ('Bilan 2025', '')
    """
    title = _SUFFIX.sub("", _PROGRAM.sub("", clean(given)))
    return "" if _UNTITLED.fullmatch(title) else title


def name_title(name: str) -> str:
    """Return the title of last resort: the name of a file, composed (Macs decompose accents)."""
    return clean(PurePosixPath(name).stem) or name


class TextBuilder:
    """Collect lines, then build the text of a document and its blocks.

    Headings stand in the text but outside the blocks: they are context, not evidence. A heading
    with nothing under it becomes a block of its own, so that its words can still be found.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._headings: dict[int, str] = {}
        self._place: Locator = Locator()
        self._open: tuple[int, Locator] | None = None
        self._bare_heading: tuple[int, int, Locator] | None = None
        self._gaps: list[Gap] = []

    def place(
        self,
        *,
        page: int | None = None,
        slide: int | None = None,
        event: str | None = None,
        same_section: bool = False,
    ) -> None:
        """Start a page, slide or event; headings start afresh unless the section goes on."""
        self._close()
        if not same_section:
            self._keep_bare_heading()
            self._headings = {}
        self._place = Locator(page=page, slide=slide, event=event)

    def heading(self, level: int, text: str) -> None:
        """Open a section; ``level`` counts from 1, outermost first."""
        text = clean(text)
        if not text:
            return
        self._close()
        deeper = self._bare_heading is not None and level > max(self._headings, default=0)
        if not deeper:
            self._keep_bare_heading()
        self._headings = {n: h for n, h in self._headings.items() if n < level} | {level: text}
        start = self._write(text)
        self._bare_heading = (start, self._length, self._locator())

    def section(self, level: int, text: str = "") -> None:
        """Open a section whose heading is not printed; without one, close those of its level."""
        self._close()
        if not (text and level > max(self._headings, default=0)):
            self._keep_bare_heading()
        self._headings = {n: h for n, h in self._headings.items() if n < level}
        if text:
            self._headings[level] = text

    def line(self, text: str) -> None:
        """Add a paragraph."""
        text = clean(text)
        if not text:
            return
        self._bare_heading = None
        locator = self._locator()
        if self._open is not None and self._open[1] != locator:
            self._close()
        if self._open is None:
            self._open = (self._write(text), locator)
        else:
            self._append("\n" + text)

    def item(self, text: str) -> None:
        """Add a list item."""
        text = clean(text)
        if text:
            self.line(f"• {text}")

    def table(self, rows: Iterable[Sequence[Cell | str]], *, header: bool = True) -> None:
        """Add a table; each row becomes an item that can be read alone.

        Args:
            rows: Cells from the left, without those that a merged one covers.
            header: Whether its first rows may name the columns.
        """
        for is_row, text in tables.written(map(_cells, rows), header=header):
            (self.item if is_row else self.line)(text)

    def include(self, name: str, part: Parsed) -> None:
        """Add a document that a file holds, under a heading; its own places are kept below it."""
        self.place()
        self.heading(1, name)
        self._bare_heading = None
        outer = self._locator().headings
        start = self._write(part.text)
        for block in part.blocks:
            where = replace(block.locator, headings=outer + block.locator.headings)
            self._blocks.append(Block(start + block.start, start + block.end, where))
        self._gaps += [replace(gap, where=f"{name}, {gap.where}") for gap in part.gaps]
        self.place()

    def gap(self, where: str, error: DocumentError) -> None:
        """Note a part that could not be read."""
        self._gaps.append(Gap(clean(where), error.code, error.reason, error.hint))

    def build(self, metadata: Metadata) -> Parsed:
        """Return the text, its blocks, the metadata and what could not be read."""
        self._close()
        self._keep_bare_heading()
        return Parsed("".join(self._text), tuple(self._blocks), metadata, tuple(self._gaps))

    def _locator(self) -> Locator:
        headings = tuple(self._headings[level] for level in sorted(self._headings))
        return Locator(headings, self._place.page, self._place.slide, self._place.event)

    def _write(self, text: str) -> int:
        if self._length:
            self._append("\n\n")
        start = self._length
        self._append(text)
        return start

    def _append(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)

    def _close(self) -> None:
        if self._open is not None:
            start, locator = self._open
            self._blocks.append(Block(start, self._length, locator))
            self._open = None

    def _keep_bare_heading(self) -> None:
        if self._bare_heading is not None:
            self._blocks.append(Block(*self._bare_heading))
            self._bare_heading = None


def table_rows(rows: Iterable[Sequence[Cell | str]]) -> list[str]:
    """Write a table within a cell, as ``TextBuilder.table`` does."""
    return [text for _, text in tables.written(map(_cells, rows))]


def _cells(row: Sequence[Cell | str]) -> list[Cell]:
    return [Cell(clean(cell)) if isinstance(cell, str) else cell for cell in row]
