"""HTML: the article without the site's menus, banners and footers, through trafilatura."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from copy import deepcopy
from pathlib import PurePosixPath

import lxml.etree
import lxml.html
import trafilatura

from tourbot.errors import DocumentError
from tourbot.parsing import tags
from tourbot.parsing.builder import Parsed, TextBuilder, clean
from tourbot.parsing.plain import decode
from tourbot.types import Metadata

_HEADING_LEVEL = {f"h{n}": n for n in range(1, 7)}
_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.I)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
# Pages that declare these are read as Windows-1252, which holds them (WHATWG, Encoding, § 4.2).
_LATIN = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
# The tags of trafilatura's tree that are not words within a line.
_BLOCKS = frozenset("head list item table row cell p div quote lb".split())


def parse(data: bytes, name: str) -> Parsed:
    """Read a web page; title, date, address and publisher come from its own metadata."""
    tree = trafilatura.load_html(_XML_DECLARATION.sub("", _decode(data), count=1))
    date, page = "", None
    if tree is not None:
        date = _date(tree)
        lxml.etree.strip_tags(tree, "time")  # trafilatura drops the words within
        tags.set_apart(tree)
        page = trafilatura.bare_extraction(
            tree, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
        )
    body = None if page is None else page.body
    if page is None or body is None or not len(body):
        raise DocumentError(
            "no-text", "no article text was found in the page", "Save the page again, complete"
        )
    builder = TextBuilder()
    _flow(body, builder, builder.line, _BLOCKS)
    url = page.url or ""
    return builder.build(
        Metadata(
            title=clean(page.title or "") or PurePosixPath(name).stem,
            date=date,
            url=url if re.match(r"https?://", url) else "",
            publisher=clean(page.sitename or ""),
        )
    )


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    label = declared.group(1).decode().lower() if declared else ""
    for encoding in ("utf-8-sig", "cp1252" if label in _LATIN else label):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):  # none declared, an unknown one, or a false one
            continue
    return decode(data)


def _date(tree: lxml.html.HtmlElement) -> str:
    """Return the date that a page gives itself: in its head, its JSON-LD or a time element.

    trafilatura also guesses from the text, where a year in a table is no date of publication.
    """
    head = lxml.html.Element("head")
    for element in tree.xpath("//meta | //link | //script[contains(@type, 'json')] | //time"):
        copied = deepcopy(element)
        copied.tail = None
        head.append(copied)
    page = lxml.html.Element("html")
    page.append(head)
    found = trafilatura.extract_metadata(
        page, date_config={"extensive_search": False, "original_date": True}
    )
    return str(found.date or "") if found is not None else ""


def _write(element: lxml.etree._Element, builder: TextBuilder) -> None:
    match element.tag:
        case "head":
            builder.heading(_HEADING_LEVEL.get(element.get("rend", ""), 2), _text(element))
        case "list":
            _flow(element, builder, builder.item, _BLOCKS)
        case "item":
            _flow(element, builder, builder.item, {"list", "table"})
        case "table":
            builder.table(
                [[_text(cell) for cell in row.iterchildren("cell")] for row in element.iter("row")]
            )
        case _:
            _flow(element, builder, builder.line, _BLOCKS - {"lb"})


def _flow(
    element: lxml.etree._Element,
    builder: TextBuilder,
    write: Callable[[str], None],
    apart: Collection[str],
) -> None:
    """Write what an element holds, in order; children named in ``apart`` are written alone."""
    text = element.text or ""
    for child in element:
        if child.tag in apart:
            write(text)
            _write(child, builder)
            text = ""
        else:
            text += _spaced(child)
        text += child.tail or ""
    write(text)


def _text(element: lxml.etree._Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += [_spaced(child), child.tail or ""]
    return "".join(parts)


def _spaced(child: lxml.etree._Element) -> str:
    return f" {_text(child)} " if child.tag in _BLOCKS else _text(child)
