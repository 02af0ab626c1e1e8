"""Org files: headings, lists, tables and paragraphs; settings, drawers and comments stay out."""

from __future__ import annotations

import re
from dataclasses import replace

from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.properties import described
from tourbot.parsing.raised import raised, settled

_HEADING = re.compile(
    r"(?P<stars>\*+)\s+(?:(?:TODO|NEXT|WAIT|WAITING|DONE|CANCELED|CANCELLED)\s+)?(?:\[#.\]\s*)?"
    r"(?P<words>.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*"
)
_KEYWORD = re.compile(r"\s*#\+(?P<name>\w+)(?:\[[^\]]*\])?:[ \t]*(?P<value>.*)")
_BLOCK = re.compile(r"\s*#\+(?P<edge>begin|end)_(?P<kind>\w+).*", re.IGNORECASE)
_VERBATIM = {"src", "example", "export", "comment"}
_DRAWER = re.compile(r"\s*:[\w-]+:\s*")
_PLANNING = re.compile(r"\s*(?:CLOSED|SCHEDULED|DEADLINE|CLOCK):\s*[<\[].*")
_COMMENT = re.compile(r"\s*#(?:\s.*)?")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-+]|\d{1,3}[.)]|\s\*)\s+(?:\[[ xX-]\]\s+)?(?P<words>.*)")
_RULE = re.compile(r"\s*(?:-{5,}|\|[-+|: ]*)\s*")
_LINK = re.compile(r"\[\[(?P<target>[^\]\[]*)\](?:\[(?P<words>[^\]\[]*)\])?\]")
_EMPHASIS = re.compile(
    r"(?P<before>^|[\s\-({'\"«’])(?P<mark>[*/_=~+])(?P<words>\S|\S.{0,500}?\S)(?P=mark)"
    r"(?=$|[\s\-.,:!?;'\")}\]»’…])"
)
_RAISED = re.compile(r"\^\{([^{}]*)\}")
_FOOTNOTE = re.compile(r"\[fn:(?:[^\]:]*)\]")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp)$", re.IGNORECASE)


def parse(data: bytes, name: str) -> Parsed:
    """Read an org file; title and date are those that ``#+TITLE`` and ``#+DATE`` give."""
    reader = _Reader()
    for line in decode(data).splitlines():
        reader.read(line)
    reader.end_paragraph()
    metadata = described(reader.keywords)
    title = metadata.title or reader.title or name_title(name)
    return reader.builder.build(replace(metadata, title=title))


class _Reader:
    """Takes a file line by line.

    Attributes:
        builder: Receives the text.
        keywords: Values of the settings by name, lower case.
        title: The first heading.
    """

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.keywords: dict[str, str] = {}
        self.title = ""
        self._paragraph: list[str] = []
        self._item = -1  # indent of the list item that the paragraph is, if it is one
        self._rows: list[list[str]] = []
        self._block = ""
        self._in_drawer = False

    def read(self, line: str) -> None:
        """Take the next line."""
        if self._hidden(line):
            return
        heading = None if self._block else _HEADING.fullmatch(line)
        if heading:
            self.end_paragraph()
            words = plain(heading["words"])
            self.title = self.title or clean(words)
            self.builder.heading(len(heading["stars"]), words)
        elif self._block in _VERBATIM:
            if self._block != "comment":
                self.builder.line(line)
        elif line.lstrip().startswith("|"):
            self._row(line)
        else:
            self._words(line)

    def end_paragraph(self) -> None:
        """Write the paragraph, list item or table that ends here."""
        if self._rows:
            self.builder.table(self._rows)
            self._rows = []
        if self._paragraph:
            text = plain(" ".join(self._paragraph))
            if self._item < 0:
                self.builder.line(text)
            else:
                self.builder.item(text, self._item)
        self._paragraph, self._item = [], -1

    def _hidden(self, line: str) -> bool:
        """Take what is no text: settings, edges of blocks, drawers, comments."""
        edge = _BLOCK.fullmatch(line)
        if edge and (not self._block or edge["kind"].lower() == self._block):
            self.end_paragraph()
            self._block = edge["kind"].lower() if edge["edge"].lower() == "begin" else ""
            return True
        if self._block in _VERBATIM:
            return False
        keyword = _KEYWORD.fullmatch(line)
        if keyword:
            self.end_paragraph()
            self._keyword(keyword["name"].lower(), keyword["value"])
            return True
        if _DRAWER.fullmatch(line) and (self._in_drawer or not self._paragraph):
            self._in_drawer = line.strip().upper() != ":END:"
            return True
        return bool(self._in_drawer or _PLANNING.fullmatch(line) or _COMMENT.fullmatch(line))

    def _keyword(self, name: str, value: str) -> None:
        if name == "caption":
            self.builder.line(plain(value))
        else:
            self.keywords.setdefault(name, plain(value).strip("<>[] "))

    def _row(self, line: str) -> None:
        if not self._rows:
            self.end_paragraph()
        if not _RULE.fullmatch(line):
            self._rows.append([plain(cell) for cell in line.strip().strip("|").split("|")])

    def _words(self, line: str) -> None:
        item = _ITEM.fullmatch(line)
        indent = len(line) - len(line.lstrip())
        if item:
            self.end_paragraph()
            self._item = len(item["indent"])
            self._paragraph = [item["words"].replace(" :: ", "\u00a0: ", 1)]
        elif not line.strip() or _RULE.fullmatch(line):
            self.end_paragraph()
        else:
            if self._rows or (self._item >= 0 and indent <= self._item):
                self.end_paragraph()
            self._paragraph.append(line.strip())


def plain(text: str) -> str:
    """Return the words of a line as they are shown: without marks and what is struck through.

    >>> plain("Voir [[https://a.fr][*le* guide]] de /Blois/ et a*b*c.")
    'Voir le guide de Blois et a*b*c.'
    """
    text = _LINK.sub(_link, text)
    text = _FOOTNOTE.sub("", text)
    for _ in range(2):  # a mark may stand in another
        text = _EMPHASIS.sub(lambda m: m["before"] + m["words"] * (m["mark"] != "+"), text)
    return settled(_RAISED.sub(raised(r"\1"), text).replace("\\\\", " "))


def _link(found: re.Match[str]) -> str:
    target = found["target"].removeprefix("file:")
    return found["words"] or ("" if _PICTURE.search(target) else target)
