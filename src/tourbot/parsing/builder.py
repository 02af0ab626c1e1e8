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
# The narrow no-break space lies inside the range above, and what ends a line or sets words apart.
_KEPT = {"\u202f": "\u202f"} | dict.fromkeys(
    [*map(chr, range(32)), "\x85", "\u2028", "\u2029"], " "
)
# Ligatures, and letters that are bold or italic by themselves, as posts on social networks have.
_STYLED = re.compile("[\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff]+")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
# What programs write into the title property when nobody gave the document a title.
_PROGRAM = re.compile(r"Microsoft (?:Office )?(?:Word|PowerPoint|Excel) - ", re.IGNORECASE)
_UNTITLED = re.compile(
    r"\(?(?:untitled|anonymous|sans[ -]titre|document|slide|diapositive"
    r"|powerpoint presentation|présentation powerpoint)\)?\s*\d*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\.(?:docx?|pptx?|xlsx?|od[tps]|pdf|html?|indd|pages)$", re.IGNORECASE)
_HEADER_CHARS = 120
_MAX_OUTER = 3  # items that one is told with
_MAX_CARRIED = 1_000_000  # characters, so that no small file makes a large text
NOTE_MARK = "\ue022"  # stands where a note is referred to, and is never written
_ANCHOR = re.compile(r"^(?=.{81}).*?\s(?=.{1,80}$)")  # what stands before its last words
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
    text = _CONTROL.sub(lambda m: _KEPT.get(m.group(), ""), text)
    text = _STYLED.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def carried(text: str) -> str:
    """Return how an item is told before each of those that stand under it; nothing if it is long.

    >>> carried("Adhérents"), carried("Sont aidés :")
    ('Adhérents – ', 'Sont aidés\u00a0: ')
    """
    name = clean(text).rstrip(" \u00a0\u202f:;,.")
    mark = "\u00a0: " if text.rstrip().endswith(":") else " – "
    return name + mark if 0 < len(name) <= _HEADER_CHARS else ""


def not_read(what: str, code: str = "hidden") -> DocumentError:
    """Return what is told of ``hidden`` parts and ``comments``."""
    hint = "Show them or write them into the text, and save the file, if members may read them"
    return DocumentError(code, f"{what} are not read", hint)


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
        self._items: list[tuple[int, str]] = []  # in which the next one may stand: depth, words
        self._carried = 0
        self._notes: list[tuple[str, str]] = []

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
        if text := clean(text):
            self._items = []
            self._add(text)

    def _add(self, text: str) -> None:
        self._bare_heading = None
        locator = self._locator()
        if self._open is not None and self._open[1] != locator:
            self._close()
        if self._open is None:
            self._open = (self._write(text), locator)
        else:
            self._append("\n" + text)

    def item(self, text: str, depth: int = 0) -> None:
        """Add a list item, behind the names of those that it stands in: the last ones less deep."""
        text = clean(text)
        if text:
            self._items = [item for item in self._items if item[0] < depth]
            above = [carried(words) for _, words in self._items[-_MAX_OUTER:]]
            self._add(f"• {self.outer(above)}{text}")
            self._items.append((depth, text))

    def outer(self, above: Iterable[str]) -> str:
        """Return what an item is told behind: the last few of what it stands under."""
        outer = "".join([*filter(None, above)][-_MAX_OUTER:])
        self._carried += len(outer)
        return outer if self._carried < _MAX_CARRIED else ""

    def notes(self, notes: Iterable[str], text: str) -> None:
        """Add footnotes: blocks of their own behind their section, named after where they stand.

        Args:
            notes: The lines of each.
            text: The paragraph, with ``NOTE_MARK`` in the place of each.
        """
        anchor = ""
        for note, piece in zip(notes, text.split(NOTE_MARK), strict=False):
            anchor = (anchor + piece)[-_HEADER_CHARS:]
            if words := "\n".join(filter(None, map(clean, note.split("\n")))):
                self._notes.append((words, clean(anchor)))

    def table(self, rows: Iterable[Sequence[Cell | str]], *, header: bool = True) -> None:
        """Add a table; each row becomes an item that can be read alone.

        Args:
            rows: Cells from the left, without those that a merged one covers.
            header: Whether its first rows may name the columns.
        """
        for is_row, text in tables.written(map(_cells, rows), header=header):
            (self.item if is_row else self.line)(text)

    def include(self, name: str | None, part: Parsed) -> None:
        """Add a document that a file holds; its own places are kept, below a heading with a name.

        Args:
            name: None where its text goes on in the section.
            part: What was read of it.
        """
        self._close()
        if name:
            self.place()
            self.heading(1, name)
        self._bare_heading = None
        outer = self._locator().headings
        start = self._write(part.text)
        for block in part.blocks:
            where = replace(block.locator, headings=outer + block.locator.headings)
            self._blocks.append(Block(start + block.start, start + block.end, where))
        inside = f"{name}, " if name else ""
        self._gaps += [replace(gap, where=inside + gap.where) for gap in part.gaps]
        if name:
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
        self._items = []
        for text, anchor in self._notes:
            self._bare_heading = None
            start, where = self._write(text), self._locator()
            named = (*where.headings, f"Note «\u00a0{_ANCHOR.sub('…', anchor)}\u00a0»")
            self._blocks.append(Block(start, self._length, replace(where, headings=named)))
        self._notes = []

    def _keep_bare_heading(self) -> None:
        if self._bare_heading is not None:
            self._blocks.append(Block(*self._bare_heading))
            self._bare_heading = None


def table_rows(rows: Iterable[Sequence[Cell | str]]) -> list[str]:
    """Write a table within a cell, as ``TextBuilder.table`` does."""
    return [text for _, text in tables.written(map(_cells, rows))]


def _cells(row: Sequence[Cell | str]) -> list[Cell]:
    return [Cell(clean(cell)) if isinstance(cell, str) else cell for cell in row]
