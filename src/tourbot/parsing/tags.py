"""HTML elements as a browser shows them: which are seen, and which stand apart from the words."""

from __future__ import annotations

import re

import lxml.etree
import lxml.html

from tourbot.parsing.builder import clean
from tourbot.parsing.raised import raised, settled
from tourbot.parsing.tables import Cell

BLOCKS = frozenset(
    """
address article aside blockquote body caption center dd details dialog div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre
section select summary table tbody td textarea tfoot th thead tr ul
""".split()
)
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSEEN = """
annotation del head iframe noscript object s script strike style svg template video
""".split()
# What a click shows is hidden until then, and read by people all the same.
FOLDED = re.compile(r"accord|collaps|panel|\btab|tabs|faq|toggle|answer|r[ée]ponse|fold", re.I)
_NOTE = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]+|[a-z]|[ivx]{1,4})[\])]?(?:,\s?\d{1,3})*", re.I)
_NOTED = re.compile(r"\b(?:foot|side|margin)?notes?\b|footnote|\bref(?:erence)?\b", re.I)
_FILE = re.compile(r"\S+\.\w{3,4}|(?:logo|ic[oô]ne|photo|image|img|illustration)\b.*", re.I)


def prepare(root: lxml.html.HtmlElement) -> None:
    """Leave in a tree the words that are seen, with a line break around what stands apart.

    What is struck through or hidden goes, and marks of notes; a raised figure that is none stays
    raised. Notes within a sentence, and what a picture is said to show, follow its paragraph.
    """
    targets = set(" ".join(root.xpath(".//@aria-controls")).split())
    gone: set[lxml.html.HtmlElement] = set()
    for element in list(root.iter())[1:]:
        if element in gone:
            continue
        if not isinstance(element.tag, str) or _is_unseen(element, targets):
            gone.update(element.iter())
            element.drop_tree()
        elif element.tag == "sup":
            gone.update(element.iter())
            _raise(element)
        elif element.tag == "img" or (element.tag == "span" and _is_note(element)):
            _put_off(element, root)
        elif element.tag == "a" and not re.search(r"\w", element.text_content()):
            element.drop_tree()  # a pilcrow, an arrow back
    for element in root.iter():
        apart = element.tag in BLOCKS
        element.text = _spaced(element.text, apart=apart)
        element.tail = _spaced(element.tail, apart=apart or element.tag == "br")


def _is_unseen(element: lxml.html.HtmlElement, targets: set[str]) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    if element.tag in _UNSEEN or re.search(r"line-through|text-decoration:strike", style):
        return True
    if element.tag == "dialog":
        return element.get("open") is None
    hidden = element.get("hidden") not in {None, "until-found"} or bool(
        re.search(r"display:none|visibility:hidden", style)
    )
    if not hidden and element.get("aria-hidden") != "true":
        return False
    told = " ".join(element.get(name) or "" for name in ("class", "id", "role"))
    return not (FOLDED.search(told) or element.get("id") in targets)


def _is_note(element: lxml.html.HtmlElement) -> bool:
    told = f"{element.get('class') or ''} {element.get('role') or ''}"
    return bool(_NOTED.search(told)) and len(element.text_content()) > 20


def _raise(element: lxml.html.HtmlElement) -> None:
    """Drop the mark of a note, and write other raised figures and letters (m², 1er) as words."""
    whole = element.text_content()
    words = clean(whole)
    told = f"{element.get('class') or ''} {element.get('id') or ''}"
    linked = element.xpath("boolean(.//a[starts-with(@href, '#')] | ancestor::a)")
    before = "".join(
        element.xpath("preceding-sibling::node()[1]//text() | preceding-sibling::text()[1]")
    )[-12:]
    if _NOTE.fullmatch(words) and (linked or _NOTED.search(told)):
        words = ""
    for child in list(element):
        child.drop_tree()
    first, last = (" " if c.isspace() else "" for c in (whole[:1], whole[-1:]))
    element.text = first + settled(before + raised(words))[len(before) :] + last
    element.drop_tag()


def _put_off(element: lxml.html.HtmlElement, root: lxml.html.HtmlElement) -> None:
    """Write what stands within a sentence after it."""
    words = element.text_content() or element.get("alt") or ""
    block = element
    while block is not root and block.tag not in BLOCKS:
        block = block.getparent()
    caption = "".join(block.itertext()) if element.tag == "img" else ""
    element.drop_tree()
    if len(words.split()) < 4 or _FILE.fullmatch(words.strip()) or words in caption:
        return
    later = lxml.html.Element("p")
    later.text = words
    if block is root or block.tag in {"body", "td", "th", "li", "dd", "dt"}:
        block.append(later)
    else:
        block.addnext(later)
        later.tail, block.tail = block.tail, None


def _spaced(text: str | None, *, apart: bool) -> str | None:
    text = _NOT_XML.sub("", text or "")
    return "\n" + text if apart else text or None


def cell(element: lxml.html.HtmlElement) -> Cell:
    """Return a cell with its spans; it is a name where it is a header, or all in bold."""
    down, across = (_number(element.get(name)) for name in ("rowspan", "colspan"))
    inner = element
    while len(inner) == 1 and not clean((inner.text or "") + (inner[0].tail or "")):
        inner = inner[0]
        if inner.tag in {"b", "strong"}:
            break
    heads = element.tag == "th" or inner.tag in {"b", "strong", "th"}
    thead = next(element.iterancestors("thead", "table"), None)
    text = clean(element.text_content())
    return Cell(text, down, across, heads or (thead is not None and thead.tag == "thead"))


def _number(value: str | None) -> int:
    return min(max(int(value), 1), 1000) if value and value.strip().isdecimal() else 1


def words(html: str) -> str:
    """Return the words of HTML, a line for each stretch that a browser shows apart.

    >>> words("<p>Un <b>mot</b>.</p><p>Deux.</p>").split()
    ['Un', 'mot.', 'Deux.']
    """
    root = fragment(html)
    return "" if root is None else str(root.text_content())


def fragment(html: str) -> lxml.html.HtmlElement | None:
    """Return an element that holds a piece of HTML, prepared; nothing where there is none."""
    try:
        root = lxml.html.fragment_fromstring(re.sub(r"[ \t\r\n]+", " ", html), create_parent="div")
    except (ValueError, lxml.etree.ParserError):
        return None
    prepare(root)
    return root
