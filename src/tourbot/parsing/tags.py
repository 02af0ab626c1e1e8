"""Which HTML elements a browser shows apart from the words around them."""

from __future__ import annotations

import re

import lxml.etree
import lxml.html

from tourbot.parsing.builder import clean
from tourbot.parsing.tables import Cell

_BLOCKS = """
address article aside blockquote body caption center dd details dialog div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section
summary table tbody td tfoot th thead tr ul
""".split()
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BREAK = re.compile(rf"</?(?:br|{'|'.join(_BLOCKS)})\b", re.IGNORECASE)


def set_apart(root: lxml.html.HtmlElement) -> None:
    """Write a line break before and after every block, whose words would be glued otherwise.

    Control characters, which lxml reads from ``&#11;`` but does not write, are dropped.
    """
    for element in root.iter():
        block = element.tag in _BLOCKS
        element.text = _spaced(element.text, apart=block)
        element.tail = _spaced(element.tail, apart=block or element.tag == "br")


def _spaced(text: str | None, *, apart: bool) -> str | None:
    text = _NOT_XML.sub("", text or "")
    return "\n" + text if apart else text or None


def table(html: str) -> list[list[Cell]]:
    """Return the cells of a table."""
    root = _fragment(html)
    return [
        [cell(part, clean(part.text_content())) for part in row if part.tag in {"td", "th"}]
        for row in root.iter("tr")
    ]


def cell(element: lxml.html.HtmlElement, text: str) -> Cell:
    """Return a cell with its spans; it is a name where it is a header, or all in bold."""
    down, across = (_number(element.get(name)) for name in ("rowspan", "colspan"))
    inner = element
    while len(inner) == 1 and not clean((inner.text or "") + (inner[0].tail or "")):
        inner = inner[0]
        if inner.tag in {"b", "strong"}:
            break
    heads = element.tag == "th" or inner.tag in {"b", "strong", "th"}
    thead = next(element.iterancestors("thead", "table"), None)
    return Cell(text, down, across, heads or (thead is not None and thead.tag == "thead"))


def _number(value: str | None) -> int:
    return min(max(int(value), 1), 1000) if value and value.strip().isdecimal() else 1


def words(html: str) -> str:
    """Return the words of HTML, a line for each stretch that a browser shows apart.

    >>> words("<p>Un <b>mot</b>.</p><p>Deux.</p>").split()
    ['Un', 'mot.', 'Deux.']
    """
    return str(_fragment(html).text_content())


def _fragment(html: str) -> lxml.html.HtmlElement:
    try:
        root = lxml.html.fragment_fromstring(" ".join(html.split()), create_parent="span")
    except (ValueError, lxml.etree.ParserError):
        return lxml.html.Element("span")
    for hidden in root.xpath(".//comment() | .//script | .//style"):
        hidden.drop_tree()
    set_apart(root)
    return root
