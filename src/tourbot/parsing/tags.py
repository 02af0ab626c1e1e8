"""Which HTML elements a browser shows apart from the words around them."""

from __future__ import annotations

import re

import lxml.etree
import lxml.html

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


def words(html: str) -> str:
    """Return the words of HTML, a line for each stretch that a browser shows apart.

    >>> words("<p>Un <b>mot</b>.</p><p>Deux.</p>").split()
    ['Un', 'mot.', 'Deux.']
    """
    try:
        root = lxml.html.fragment_fromstring(" ".join(html.split()), create_parent="span")
    except (ValueError, lxml.etree.ParserError):
        return ""
    for hidden in root.xpath(".//comment() | .//script | .//style"):
        hidden.drop_tree()
    set_apart(root)
    return str(root.text_content())
