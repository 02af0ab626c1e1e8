"""HTML: the article without the site's menus, banners and footers, through trafilatura."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import lxml.etree
import trafilatura

from tourbot.errors import DocumentError
from tourbot.parsing.builder import Parsed, TextBuilder, clean
from tourbot.types import Metadata

_HEADING_LEVEL = {f"h{n}": n for n in range(1, 7)}


def parse(data: bytes, name: str) -> Parsed:
    """Read a web page; title, date, address and publisher come from its own metadata."""
    page = trafilatura.bare_extraction(
        data, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
    )
    body = None if page is None else page.body
    if page is None or body is None or not len(body):
        raise DocumentError(
            "no-text", "no article text was found in the page", "Save the page again, complete"
        )
    builder = TextBuilder()
    _walk(body, builder)
    url = page.url or ""
    return builder.build(
        Metadata(
            title=clean(page.title or "") or PurePosixPath(name).stem,
            date=page.date or "",
            url=url if re.match(r"https?://", url) else "",
            publisher=clean(page.sitename or ""),
        )
    )


def _walk(parent: lxml.etree._Element, builder: TextBuilder) -> None:
    for element in parent:
        match element.tag:
            case "head":
                builder.heading(_HEADING_LEVEL.get(element.get("rend", ""), 2), _text(element))
            case "list":
                for item in element.iter("item"):
                    builder.item(_text(item))
            case "table":
                builder.table(
                    [[_text(cell) for cell in row.iter("cell")] for row in element.iter("row")]
                )
            case "div" | "quote" if len(element):
                if element.text and element.text.strip():
                    builder.line(element.text)
                _walk(element, builder)
            case _:
                builder.line(_text(element))
        if element.tail and element.tail.strip():
            builder.line(element.tail)


def _text(element: lxml.etree._Element) -> str:
    for line_break in element.iter("lb"):
        line_break.tail = " " + (line_break.tail or "")
    return "".join(str(piece) for piece in element.itertext())
