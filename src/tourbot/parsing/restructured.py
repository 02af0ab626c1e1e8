"""reStructuredText read for its words: headings, lists, tables, and the text of directives.

Not through docutils, which knows none of the directives that manuals are written with (Sphinx's),
reads files that a directive names, and takes 12 s for a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.properties import described
from tourbot.parsing.raised import raised, settled

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{1,}\s*")
_FIELD = re.compile(r":(?P<name>[^:`]+):(?:\s+(?P<value>.*)|\s*)")
_DIRECTIVE = re.compile(r"\.\.\s+(?:\|[^|]+\|\s+)?(?P<name>[\w:+.-]+?)\s*::(?:\s+(?P<words>.*))?")
_EXPLICIT = re.compile(r"\.\.(?:\s.*)?|__\s.*")
# Directives whose words are no text of the page, and those whose argument is a setting.
_DROPPED = """
image figure toctree contents include raw replace unicode date role default-role meta index
highlight currentmodule module py:module py:currentmodule automodule autoclass autofunction only
tabularcolumns sectnum target-notes class container graphviz plot math bibliography
literalinclude
""".split()
_SETTING = "code code-block sourcecode parsed-literal csv-table".split()
_KEPT_BODY = "figure class container only table".split()
_ITEM = re.compile(r"(?:[-*+•]|#\.|\(?(?:\d{1,3}|[a-zA-Z]|#)[.)])\s+(?P<words>.*)")
_LINE = re.compile(r"\|\s+(?P<words>.*)")
_SIMPLE_RULE = re.compile(r"=+(?:\s+=+)+\s*")
_INNER_RULE = re.compile(r"[=-]+(?:\s+[=-]+)*\s*")
_GRID_RULE = re.compile(r"\+[-=+]+\+\s*")
_CODE = re.compile(r"``(.{1,500}?)``")
_INLINE = (
    (re.compile(r"(?::[\w:.+-]+:)?`([^`<]{1,500}?)\s*<[^`>]{0,500}>`_{0,2}"), r"\1"),
    (re.compile(r"(?:\\ )?:sup(?:erscript)?:`([^`]+)`(?:\\ )?"), raised(r"\1")),
    (re.compile(r":[\w:.+-]+:`[~!]?([^`]+)`"), r"\1"),
    (re.compile(r"`([^`]+)`_{0,2}"), r"\1"),
    (re.compile(r"\*\*(\S|\S.{0,500}?\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*([^\s*]|[^\s*][^*]*?[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"\s?\[(?:#\w*|\*|\d+)\]_"), ""),
    (re.compile(r"(?<=\w)__?(?=$|[\s.,;:!?)])"), ""),
    (re.compile(r"\\(\S)"), r"\1"),
)


def parse(data: bytes, name: str) -> Parsed:
    """Read an RST file; the title is the first heading, the date that of a ``:date:`` field."""
    reader = _Reader(decode(data).expandtabs().splitlines())
    reader.read_all()
    metadata = described(reader.fields)
    title = metadata.title or reader.title or name_title(name)
    return reader.builder.build(replace(metadata, title=title))


class _Reader:
    """Goes through the lines of a file.

    Attributes:
        builder: Receives the text.
        fields: Values of the fields at the top, by name, lower case.
        title: The first heading.
    """

    def __init__(self, lines: list[str]) -> None:
        self.builder = TextBuilder()
        self.fields: dict[str, str] = {}
        self.title = ""
        self._lines = lines
        self._at = 0
        self._styles: list[tuple[str, bool]] = []
        self._paragraph: list[str] = []
        self._write: Callable[[str], None] = self.builder.line

    def read_all(self) -> None:
        """Read the file to its end."""
        readers = (self._heading, self._explicit, self._table, self._field, self._item)
        while self._at < len(self._lines):
            if not any(read() for read in readers):
                self._words()
        self._end()

    def _line(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._lines[at].rstrip() if 0 <= at < len(self._lines) else ""

    def _end(self) -> None:
        """Write the paragraph that ends here."""
        self._write(plain(" ".join(self._paragraph)))
        self._paragraph, self._write = [], self.builder.line

    def _begin(self, words: str, write: Callable[[str], None]) -> bool:
        self._end()
        self._paragraph, self._write = [words], write
        self._at += 1
        return True

    def _heading(self) -> bool:
        """Read a title with a line below, or below and above."""
        over = bool(_ADORNMENT.fullmatch(self._line())) and self._line(2) == self._line()
        words, under = self._line(over), self._line(1 + over)
        adorned = _ADORNMENT.fullmatch(under) and not _SIMPLE_RULE.fullmatch(under)
        # A line of two or three marks below a longer one is a list or dialogue, no underline.
        fits = adorned and words.strip() and len(under) >= min(len(words.strip()), 4)
        if not fits or _ADORNMENT.fullmatch(words) or (words[:1] == " " and not over):
            return False
        self._end()
        style = (under[0], over)
        if style not in self._styles:
            self._styles.append(style)
        words = plain(words)
        self.title = self.title or clean(words)
        self.builder.heading(self._styles.index(style) + 1, words)
        self._at += 2 + over
        return True

    def _explicit(self) -> bool:
        """Read a directive, comment, target or footnote: « .. something »."""
        line = self._line()
        if not _EXPLICIT.fullmatch(line.strip()):
            if not _ADORNMENT.fullmatch(line.strip()):
                return False
            self._end()  # a rule between paragraphs
            self._at += 1
            return True
        self._end()
        indent = _indent(line)
        directive = _DIRECTIVE.fullmatch(line.strip())
        note = re.match(r"\.\.\s+\[[^\]]+\]\s+(.*)", line.strip())
        self._at += 1
        name = directive["name"] if directive else ""
        if name == "list-table":
            self._skip_options(indent)
            self._list_table(indent)
        elif directive and name not in _DROPPED:
            self._skip_options(indent)
            if name in _SETTING:
                self._literal(indent)
            elif directive["words"]:
                self._paragraph.append(directive["words"])
        elif note:
            self._paragraph.append(note[1])
        elif name in _KEPT_BODY:
            self._skip_options(indent)
        else:
            for _ in self._below(indent):
                pass
        return True

    def _skip_options(self, indent: int) -> None:
        while _indent(self._line()) > indent and _FIELD.fullmatch(self._line().strip()):
            self._at += 1

    def _field(self) -> bool:
        """Read « :name: value »; those at the top tell what the file is, others are text."""
        field = _FIELD.fullmatch(self._line().strip())
        if field is None:
            return False
        value = plain(field["value"] or "")
        if len(self._styles) <= 1 and not _indent(self._line()):
            self.fields.setdefault(field["name"].lower(), value)
        return self._begin(f"{field['name']}\u00a0: {value}" if value else "", self.builder.line)

    def _item(self) -> bool:
        stripped = self._line().strip()
        item = _ITEM.fullmatch(stripped)
        if item:
            deep = partial(self.builder.item, depth=_indent(self._line()))
            return self._begin(item["words"], deep)
        line = _LINE.fullmatch(stripped)
        return bool(line) and self._begin(line["words"] if line else "", self.builder.line)

    def _table(self) -> bool:
        line = self._line().strip()
        if _SIMPLE_RULE.fullmatch(line):
            read = self._simple_rows
        elif _GRID_RULE.fullmatch(line):
            read = self._grid_rows
        else:
            return False
        self._end()
        rows = read(_indent(self._line()))
        self.builder.table([[plain(cell) for cell in row] for row in rows])
        return True

    def _simple_rows(self, indent: int) -> list[list[str]]:
        """Read a table whose columns stand below « ==== ==== »; blank first cells go on a row."""
        starts = [m.start() for m in re.finditer(r"=+", self._line())]
        rows: list[list[str]] = []
        rules = 1
        self._at += 1
        while self._at < len(self._lines):
            line = self._line()
            self._at += 1
            if _INNER_RULE.fullmatch(line.strip()) and line.strip():
                rules += line.strip()[0] == "="
                if rules > 2 or (rules == 2 and not self._line().strip()):
                    break
                continue
            if line and _indent(line) < indent:
                self._at -= 1
                break
            cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
            if rows and not cells[0]:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
        return rows

    def _grid_rows(self, indent: int) -> list[list[str]]:
        """Read a table drawn with « +---+ » and « | »."""
        rows: list[list[str]] = []
        fresh = True
        while self._line()[indent : indent + 1] in {"+", "|"}:
            line = self._line().strip()
            self._at += 1
            if _GRID_RULE.fullmatch(line):
                fresh = True
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if fresh or not rows or len(rows[-1]) != len(cells):
                rows.append(cells)
            else:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
            fresh = False
        return rows

    def _list_table(self, indent: int) -> None:
        """Read a table of which each row is an item « * » with an item « - » for each cell."""
        rows: list[list[str]] = []
        for line in self._below(indent):
            row = re.match(r"\s*\*\s+(?=-)", line)
            cell = re.match(r"\s*-(?:\s+|$)", line[row.end() :] if row else line)
            if row:
                rows.append([])
            if cell and rows:
                rows[-1].append(line[(row.end() if row else 0) + cell.end() :])
            elif rows and rows[-1]:
                rows[-1][-1] += f" {line.strip()}"
        self.builder.table([[plain(cell) for cell in row] for row in rows])

    def _literal(self, indent: int) -> None:
        """Write code line by line, as it stands."""
        for line in self._below(indent):
            self.builder.line(line)

    def _below(self, indent: int) -> Iterator[str]:
        """Take the lines that stand further right, and blank ones between."""
        while self._at < len(self._lines) and (not self._line() or _indent(self._line()) > indent):
            self._at += 1
            yield self._line(-1)

    def _words(self) -> None:
        line = self._line()
        self._at += 1
        words = line.strip()
        if not words:
            self._end()
        elif not words.endswith("::"):
            self._paragraph.append(words)
        else:
            self._paragraph.append(words[:-1].rstrip(":" if words == "::" else ""))
            self._end()
            self._literal(_indent(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def plain(text: str) -> str:
    """Return the words of a line without marks.

    >>> plain("Voir :ref:`le guide <guide>`, ``pip``, **Blois** et `la page <https://a.fr>`_.")
    'Voir le guide, pip, Blois et la page.'
    """
    pieces = _CODE.split(text)
    for pattern, kept in _INLINE:
        pieces[::2] = [pattern.sub(kept, piece) for piece in pieces[::2]]
    return settled("".join(pieces))
