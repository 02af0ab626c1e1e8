"""Markdown with YAML front matter, through markdown-it-py."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import replace
from html import escape, unescape
from typing import Any

import lxml.html
import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from tourbot.errors import DocumentError
from tourbot.parsing import html, tags
from tourbot.parsing.builder import Parsed, TextBuilder, carried, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.properties import described
from tourbot.parsing.tables import Cell

# Site generators write these around boxes (« ::: tip Title » … « ::: ») and for a contents list.
_DIRECTIVE = re.compile(
    r":{3,}[ \t]*[\w-]*(?:[ \t]*\{[^}]*\})?(?P<title>.*)|\[\[?_?toc_?\]\]?\s*", re.IGNORECASE
)
_HEADER = re.compile(
    r"\s*(?P<mark>---|\+\+\+)[ \t]*\n(?P<header>.*?)^(?P=mark)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_ENTRY = re.compile(r"^(\w+)\s*[:=]\s*[\"']?([^\"'\[{\n]+)[\"']?\s*$", re.MULTILINE)
# What authors write for themselves, and what a site generator is told.
_PRIVATE = re.compile(r"[ \t]*(?:%%(?!\d).*?%%|\{\{[<%].*?[%>]\}\}|\{%.*?%\})", re.DOTALL)
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
# Notes stand at the end, each a block: between the lines of a sentence they would cut it.
_NOTE = re.compile(
    r"^ {0,3}\[\^[^\]\s]+\]:[ \t]*(.*(?:\n[ \t]+\S.*)*)|\^\[([^\]\n]+)\]", re.MULTILINE
)
_CALLOUT = re.compile(r"^\[!\w+\][+-]?[ \t]*(.*?)(?:\n|$)")
_TABLE = re.compile(r"^ {0,3}<table\b(?:(?!<table\b).)*?</table>", re.I | re.DOTALL | re.MULTILINE)
_HIDING = re.compile(r"<(/?)(?:script|style)\b[^>]*>", re.IGNORECASE)


def parse(data: bytes, name: str) -> Parsed:
    """Read a Markdown file; without a title in front matter, the first heading is the title.

    Front matter that is not valid is told as left out.
    """
    builder = TextBuilder()
    header, body = _front_matter(decode(data), builder)
    writer = _Writer(builder)
    body = _PRIVATE.sub("", body)
    notes = [note[1] or note[2] for note in _NOTE.finditer(body)]
    body = _NOTE.sub("", body)
    # A blank line ends HTML in Markdown, but no table.
    body = _TABLE.sub(lambda table: re.sub(r"\n\s*\n", "\n", table[0]), body)
    for token in _MARKDOWN.parse(body):
        writer.write(token)
    for note in notes:
        builder.section(1)
        for token in _MARKDOWN.parse(re.sub(r"\n[ \t]+", " ", note)):
            writer.write(token)
    metadata = described({str(key).lower(): _scalar(value) for key, value in header.items()})
    title = metadata.title or writer.title or name_title(name)
    return builder.build(replace(metadata, title=title))


def _directive(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """Read a line of a site generator: only its title is shown."""
    start = state.bMarks[line] + state.tShift[line]
    found = _DIRECTIVE.fullmatch(state.src[start : state.eMarks[line]])
    if found is None or state.is_code_block(line):
        return False
    if not silent:
        state.line = line + 1
        if title := (found["title"] or "").strip():
            state.push("paragraph_open", "p", 1)
            inline = state.push("inline", "", 0)
            inline.content, inline.children, inline.map = title, [], [line, line + 1]
            state.push("paragraph_close", "p", -1)
    return True


_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MARKDOWN.block.ruler.before(
    "table", "directive", _directive, {"alt": ["paragraph", "reference", "blockquote", "list"]}
)


class PlainLoader(yaml.SafeLoader):
    """YAML without aliases, a few of which can stand for a billion words; dates may be wrong."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_date(self, node: yaml.ScalarNode) -> object:
        """Return a date or time, or the text where there is no such day."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", PlainLoader.construct_date)


def _front_matter(text: str, builder: TextBuilder) -> tuple[dict[Any, Any], str]:
    """Return what stands before the text, as YAML or TOML, and the text."""
    found = _HEADER.match(text)
    if found is None:
        return {}, text
    try:
        # The loader is PyYAML's safe one, made stricter.
        yaml_ = found["mark"] == "---"
        values = (
            yaml.load(found["header"], Loader=PlainLoader)  # noqa: S506
            if yaml_
            else tomllib.loads(found["header"])
        )
        if isinstance(values, str) and "\n\n" in found["header"].strip(" "):  # between two rules
            return {}, text
        if not isinstance(values, dict | None):
            raise ValueError("it is no list of « key: value »")
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        detail = " ".join(str(error).split())[:200]
        reason = f"it is not valid {'YAML' if yaml_ else 'TOML'} ({detail})"
        hint = f"Mend the lines between the two {found['mark']}"
        builder.gap("front matter", DocumentError("front-matter", reason, hint))
        values = dict(_ENTRY.findall(found["header"]))
    return values or {}, text[found.end() :]


def _scalar(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dict):  # the name of a place with its code, say
        value = next(iter(value.values()), None)
    if isinstance(value, list):
        value = ", ".join(_scalar(part) for part in value)
    return "" if value is None else clean(str(value))


class _Writer:
    """Sends the tokens of a Markdown file to the builder.

    Attributes:
        title: The first heading.
    """

    def __init__(self, builder: TextBuilder) -> None:
        self.title = ""
        self._builder = builder
        self._above: list[str] = []  # for each open list, what its items stand under
        self._own = ""  # what a list within this item carries
        self._heading = 0
        self._rows: list[list[Cell]] | None = None
        self._hidden = False  # inside a script or style, which can span many tokens

    def write(self, token: Token) -> None:
        """Take one token of the block level."""
        match re.sub("_(?:open|close)$", "", token.type):
            case "bullet_list" | "ordered_list" if token.nesting > 0:
                self._above.append(self._own)
            case "bullet_list" | "ordered_list":
                self._own = self._above.pop()
            case "list_item" if token.nesting > 0:
                self._own = ""
            case "heading":
                self._heading = int(token.tag[1]) if token.nesting > 0 else 0
            case "table":
                self._table(token.nesting)
            case "tr" if token.nesting > 0 and self._rows is not None:
                self._rows.append([])
            case "inline":
                self._words(token)
            case "fence" | "code_block" if not self._hidden:
                self._lines(token.content)
            case "html_block":
                self._html(self._shown(token.content))

    def _table(self, nesting: int) -> None:
        if nesting > 0:
            self._rows = []
        elif self._rows is not None:
            self._builder.table(self._rows)
            self._rows = None

    def _words(self, token: Token) -> None:
        text = self._inline(token)
        if self._rows is not None:
            marks = [part.type for part in token.children or [] if part.content or part.nesting]
            bold = marks[:1] == ["strong_open"] and marks[-1:] == ["strong_close"]
            self._rows[-1].append(Cell(clean(text), heads=bold))
        elif self._heading:
            self.title = self.title or clean(text)
            self._builder.heading(self._heading, text)
        elif self._above:
            self._builder.item(self._builder.outer(self._above) + clean(text))
            self._own = self._own or carried(text)
        else:
            self._lines(text)

    def _lines(self, text: str) -> None:
        for line in text.split("\n"):
            self._builder.line(line)

    def _html(self, content: str) -> None:
        root = tags.fragment(content)
        if root is not None:
            html.Writer(self._builder, keep_open="</details" not in content).write(root)
        if "</details" in content:
            self._builder.section(html.FOLD)

    def _inline(self, token: Token) -> str:
        """Return the words of a line, without those that are struck through and marks of notes."""
        parts, marked, struck = [], False, 0
        callout = token.content.startswith("[!")  # its title is a line of its own
        for child in token.children or []:
            struck += child.nesting if child.type in {"s_open", "s_close"} else 0
            tag = re.match(r"</?([\w-]+)|<!", child.content)
            if child.type == "html_inline" and tag and tag[1] in {None, *lxml.html.defs.tags}:
                parts.append(self._shown(child.content))
                marked = True
            elif not self._hidden and not struck:
                text = _BREAKS.get(child.type, child.content)
                if callout and child.type == "softbreak":
                    text, callout = "\n", False
                parts.append(escape(_unwrapped(text) if child.type == "text" else text))
        words = _CALLOUT.sub(r"\1\n", "".join(parts))
        return tags.words(words) if marked else unescape(words)

    def _shown(self, html: str) -> str:
        """Leave out scripts and styles, also those that begin or end in other tokens."""
        shown, at = [], 0
        for tag in _HIDING.finditer(html):
            if not self._hidden:
                shown.append(html[at : tag.start()])
            self._hidden = not tag.group(1)
            at = tag.end()
        return "".join([*shown, "" if self._hidden else html[at:]])


def _unwrapped(text: str) -> str:
    """Return what is shown of links within a collection of notes, highlights and marks of notes.

    >>> _unwrapped("Voir [[Aides 2027|les aides]] ==closes== le 3 mai[^1] ^a1b2")
    'Voir les aides closes le 3 mai'
    """
    text = re.sub(r"!\[\[[^\]]*\]\]|\[\^[^\]\s]+\]| \^[\w-]+$", "", text)
    text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]|]+)\]\]", r"\1", text)
    return re.sub(r"==(?=\S)([^=]+)(?<=\S)==", r"\1", text)
