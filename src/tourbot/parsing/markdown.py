"""Markdown with YAML front matter, through markdown-it-py."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath
from typing import Any

import frontmatter
import lxml.html
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean
from tourbot.parsing.plain import decode
from tourbot.types import Metadata

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# The keys of front matter that are read, with the French words that people also write.
_KEYS = {
    "title": ("title", "titre"),
    "kind": ("kind", "type"),
    "date": ("date",),
    "region": ("region", "région"),
    "url": ("url", "source"),
    "publisher": ("publisher", "editeur", "éditeur"),
}


def parse(data: bytes, name: str) -> Parsed:
    """Read a Markdown file; without a title in front matter, the first heading is the title."""
    header, body = _front_matter(decode(data))
    builder = TextBuilder()
    tokens = _MARKDOWN.parse(body)
    first_heading = _walk(tokens, builder)
    values = {
        key: next((_scalar(header[n]) for n in names if n in header), "")
        for key, names in _KEYS.items()
    }
    values["date"] = _date(values["date"])
    values["title"] = values["title"] or first_heading or PurePosixPath(name).stem
    if not re.match(r"https?://", values["url"]):
        values["url"] = ""
    return builder.build(Metadata(**values))


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    try:
        post = frontmatter.loads(text)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        detail = " ".join(str(error).split())[:200]
        raise DocumentError(
            "front-matter",
            f"the front matter is not valid YAML ({detail})",
            "Mend the lines between the two ---",
        ) from error
    return dict(post.metadata), post.content


def _scalar(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    return "" if value is None or isinstance(value, dict) else clean(str(value))


def _date(value: str) -> str:
    match = _DATE.match(value)
    return match.group() if match else ""


def _walk(tokens: list[Token], builder: TextBuilder) -> str:
    """Send blocks to the builder; return the text of the first heading."""
    first = ""
    depth = 0  # of lists: text inside is an item
    rows: list[list[str]] = []
    in_table = False
    heading = 0
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "table_open":
                in_table, rows = True, []
            case "tr_open":
                rows.append([])
            case "table_close":
                builder.table(rows)
                in_table = False
            case "inline":
                text = _inline(token)
                if in_table:
                    rows[-1].append(text)
                elif heading:
                    first = first or clean(text)
                    builder.heading(heading, text)
                elif depth:
                    builder.item(text)
                else:
                    _paragraph(text, builder)
            case "fence" | "code_block":
                for line in token.content.splitlines():
                    builder.line(line)
            case "html_block":
                builder.line(_strip_tags(token.content))
    return first


def _paragraph(text: str, builder: TextBuilder) -> None:
    for line in text.split("\n"):
        builder.line(line)


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(child.content)
    return "".join(parts)


def _strip_tags(html: str) -> str:
    try:
        root = lxml.html.fragment_fromstring(html, create_parent="div")
    except (ValueError, lxml.etree.ParserError):
        return ""
    for element in root.xpath(".//script | .//style | .//comment()"):
        element.drop_tree()
    return " ".join(root.text_content().split())
