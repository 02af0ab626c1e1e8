"""HTML: the article without the site's menus, banners and footers, through trafilatura."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from copy import deepcopy

import lxml.etree
import lxml.html
import trafilatura
from trafilatura.xpaths import BODY_XPATH

from tourbot.errors import DocumentError
from tourbot.parsing import tags
from tourbot.parsing.builder import Parsed, TextBuilder, clean, name_title
from tourbot.parsing.plain import decode
from tourbot.parsing.tables import Cell
from tourbot.types import Metadata

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
MAX_CHARS = 6_000_000
# Pictures and fonts within a saved page are most of it, and none of its words.
_DATA_URL = re.compile(r"\bdata:[^\s\"'()<>]{100,}")
_HEADING_LEVEL = {f"h{n}": n for n in range(1, 7)}
_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.I)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
# Pages that declare these are read as Windows-1252, which holds them (WHATWG, Encoding, § 4.2).
_LATIN = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
# Marks of words, without which the text is the same: trafilatura drops what stands in a time
# element, and moves what stands in two marks at once to another place in the sentence.
_INLINE = "abbr b code dfn em i kbd mark samp small strong sub sup time tt u var".split()
# trafilatura makes plain spaces of no-break ones, which are part of the verbatim text; symbols
# that no page holds stand in for them meanwhile.
_NO_BREAK, _STAND_IN = "\u00a0\u202f", "\u237d\u2422"
_MARK = "\u2423"  # another, around what is told of a cell
_MARKED = re.compile(rf"{_MARK}(\d+\.\d+\.\d){_MARK}")
# Menus, and lists of what stands on the page itself.
_MENUS = "//nav | //*[@role='doc-toc' or contains(concat(' ', @class, ' '), ' toc ') or @id='toc']"
# The tags of trafilatura's tree that are not words within a line.
_BLOCKS = frozenset("head list item table row cell p div quote lb".split())


def parse(data: bytes, name: str) -> Parsed:
    """Read a web page; title, date, address and publisher come from its own metadata."""
    text = _DATA_URL.sub("data:,", _XML_DECLARATION.sub("", _decode(data), count=1))
    if len(text) > MAX_CHARS:
        raise DocumentError(
            "too-large",
            f"the page has {len(text):,} characters and {MAX_CHARS:,} are read at most",
            "Split it",
        )
    tree = trafilatura.load_html(text)
    date, page = "", None
    if tree is not None:
        date = _date(tree)
        _mark_cells(tree)
        lxml.etree.strip_tags(tree, *_INLINE)
        _drop_anchors(tree)
        for menu in tree.xpath(_MENUS):  # on short pages trafilatura keeps them
            menu.drop_tree()
        _join_definitions(tree)
        _frame(tree)
        tags.set_apart(tree)
        _replace(tree, _NO_BREAK, _STAND_IN)
        page = trafilatura.bare_extraction(
            tree, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
        )
    body = None if page is None else page.body
    if page is None or body is None or not _text(body).strip():
        raise DocumentError(
            "no-text", "no article text was found in the page", "Save the page again, complete"
        )
    _replace(body, _STAND_IN, _NO_BREAK)
    _read_marks(body)
    builder = TextBuilder()
    _flow(body, builder, builder.line, _BLOCKS)
    url = page.url or ""
    back = str.maketrans(_STAND_IN, _NO_BREAK)
    return builder.build(
        Metadata(
            title=clean((page.title or "").translate(back)) or name_title(name),
            date=date,
            url=url if re.match(r"https?://", url) else "",
            publisher=clean((page.sitename or "").translate(back)),
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


def _drop_anchors(tree: lxml.html.HtmlElement) -> None:
    """Drop targets of links and permalinks: trafilatura takes headings that hold one for menus."""
    for link in list(tree.iter("a")):
        target = link.get("href")
        if target is None:
            link.drop_tag()
        elif target.startswith("#") and any(e.tag in _HEADING_LEVEL for e in link.iterancestors()):
            if re.search(r"\w", link.text_content()):
                link.drop_tag()
            else:  # a pilcrow, a hash
                link.drop_tree()


def _join_definitions(tree: lxml.html.HtmlElement) -> None:
    """Write « term : definition » in the place of a definition, so that it can be read alone."""
    for term in list(tree.iter("dt")):
        definition = term.getnext()
        words = clean(term.text_content())
        if definition is None or definition.tag != "dd" or not words:
            continue
        first = definition[0] if len(definition) and not (definition.text or "").strip() else None
        place = first if first is not None and first.tag == "p" else definition
        place.text = f"{words}\u00a0: {(place.text or '').lstrip()}"
        term.getparent().remove(term)


def _frame(tree: lxml.html.HtmlElement) -> None:
    """Make an article of a page that marks none: without one, trafilatura drops all headings."""
    body = tree.find("body")
    if body is not None and not any(frames(tree) for frames in BODY_XPATH):
        article = lxml.html.Element("article")
        article.text, body.text = body.text, None
        article.extend(list(body))
        body.append(article)


def _replace(root: lxml.etree._Element, old: str, new: str) -> None:
    """Replace characters of ``old`` by those of ``new`` in all text below an element."""
    table = str.maketrans(old, new)
    for element in root.iter():
        element.text = (element.text or "").translate(table) or None
        element.tail = (element.tail or "").translate(table) or None


def _mark_cells(tree: lxml.html.HtmlElement) -> None:
    """Write what trafilatura drops into each cell: which it covers, and whether it is a name."""
    for element in tree.iter("td", "th"):
        cell = tags.cell(element, "")
        if cell != Cell(""):
            mark = f"{_MARK}{cell.down}.{cell.across}.{int(cell.heads)}{_MARK}"
            element.text = mark + (element.text or "")
        for name in ("rowspan", "colspan"):
            element.attrib.pop(name, None)


def _read_marks(body: lxml.etree._Element) -> None:
    """Put the marks of cells into an attribute, and leave none in the words."""
    for cell in body.iter("cell"):
        if mark := _MARKED.search("".join(cell.itertext())):
            cell.set("mark", mark[1])
    for element in body.iter():
        element.text = _MARKED.sub("", element.text or "") or None
        element.tail = _MARKED.sub("", element.tail or "") or None


def _cell(element: lxml.etree._Element) -> Cell:
    down, across, heads = map(int, element.get("mark", "1.1.0").split("."))
    return Cell(clean(_text(element)), down, across, bool(heads))


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
                [_cell(cell) for cell in row.iterchildren("cell")] for row in element.iter("row")
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
