"""Markdown with YAML front matter, through markdown-it-py."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from tourbot.errors import DocumentError
from tourbot.parsing import tags
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.properties import described
from tourbot.parsing.tables import Cell

# Site generators write these around boxes (« ::: tip Title » … « ::: ») and for a contents list.
_DIRECTIVE = re.compile(
    r":{3,}[ \t]*[\w-]*(?:[ \t]*\{[^}]*\})?(?P<title>.*)|\[\[?_?toc_?\]\]?\s*", re.IGNORECASE
)
_FRONT_MATTER = YAMLHandler()
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_TABLE = re.compile(r"^ {0,3}<table\b(?:(?!<table\b).)*?</table>", re.I | re.DOTALL | re.MULTILINE)
_HIDING = re.compile(r"<(/?)(?:script|style)\b[^>]*>", re.IGNORECASE)


def parse(data: bytes, name: str) -> Parsed:
    """Read a Markdown file; without a title in front matter, the first heading is the title."""
    header, body = _front_matter(decode(data))
    builder = TextBuilder()
    writer = _Writer(builder)
    # A blank line ends HTML in Markdown, but no table.
    body = _TABLE.sub(lambda table: re.sub(r"\n\s*\n", "\n", table[0]), body)
    for token in _MARKDOWN.parse(body):
        writer.write(token)
    values = {str(key).lower(): _scalar(value) for key, value in header.items()}
    metadata = described(values)
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


_MARKDOWN = MarkdownIt("commonmark").enable("table")
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


def _front_matter(text: str) -> tuple[dict[Any, Any], str]:
    text = text.strip()
    if not _FRONT_MATTER.detect(text):
        return {}, text
    try:
        header, body = _FRONT_MATTER.split(text)
    except ValueError:  # dashes that nothing closes are a rule
        return {}, text
    return _mapping(header), body.strip()


def _mapping(header: str) -> dict[Any, Any]:
    detail = "it is no list of « key: value »"
    try:
        # The loader is PyYAML's safe one, made stricter.
        values = yaml.load(header, Loader=PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError) as error:
        values, detail = error, " ".join(str(error).split())[:200]
    if values is None:
        return {}
    if isinstance(values, dict):
        return values
    raise DocumentError(
        "front-matter",
        f"the front matter is not valid YAML ({detail})",
        "Mend the lines between the two ---",
    )


def _scalar(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    return "" if value is None or isinstance(value, dict) else clean(str(value))


class _Writer:
    """Sends the tokens of a Markdown file to the builder.

    Attributes:
        title: The first heading.
    """

    def __init__(self, builder: TextBuilder) -> None:
        self.title = ""
        self._builder = builder
        self._lists = 0  # how deep: text inside is an item
        self._heading = 0
        self._rows: list[list[Cell]] | None = None
        self._hidden = False  # inside a script or style, which can span many tokens

    def write(self, token: Token) -> None:
        """Take one token of the block level."""
        match re.sub("_(?:open|close)$", "", token.type):
            case "bullet_list" | "ordered_list":
                self._lists += token.nesting
            case "heading":
                self._heading = int(token.tag[1]) if token.nesting > 0 else 0
            case "table":
                self._table(token.nesting)
            case "tr" if token.nesting > 0 and self._rows is not None:
                self._rows.append([])
            case "inline" if self._rows is not None:
                marks = [
                    child.type for child in token.children or [] if child.content or child.nesting
                ]
                bold = marks[:1] == ["strong_open"] and marks[-1:] == ["strong_close"]
                self._rows[-1].append(Cell(clean(self._inline(token)), heads=bold))
            case "inline":
                self._words(self._inline(token))
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

    def _words(self, text: str) -> None:
        if self._heading:
            self.title = self.title or clean(text)
            self._builder.heading(self._heading, text)
        elif self._lists:
            self._builder.item(text)
        else:
            self._lines(text)

    def _lines(self, text: str) -> None:
        for line in text.split("\n"):
            self._builder.line(line)

    def _html(self, html: str) -> None:
        at = 0
        for table in _TABLE.finditer(html):
            self._lines(tags.words(html[at : table.start()]))
            self._builder.table(tags.table(table[0]))
            at = table.end()
        self._lines(tags.words(html[at:]))

    def _inline(self, token: Token) -> str:
        parts = []
        for child in token.children or []:
            if child.type == "html_inline":
                self._shown(child.content)
                parts.append("\n" if tags.BREAK.match(child.content) else "")
            elif not self._hidden:
                parts.append(_BREAKS.get(child.type, child.content))
        return "".join(parts)

    def _shown(self, html: str) -> str:
        """Leave out scripts and styles, also those that begin or end in other tokens."""
        shown, at = [], 0
        for tag in _HIDING.finditer(html):
            if not self._hidden:
                shown.append(html[at : tag.start()])
            self._hidden = not tag.group(1)
            at = tag.end()
        return "".join([*shown, "" if self._hidden else html[at:]])
