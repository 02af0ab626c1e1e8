"""HTML: the article without the site's menus, banners and footers, but with what they tell of it.

What a page says of itself is read by trafilatura.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any

import lxml.html
import trafilatura
from trafilatura.xpaths import BODY_XPATH

from tourbot.errors import DocumentError
from tourbot.parsing import tags
from tourbot.parsing.builder import Parsed, TextBuilder, carried, clean, name_title
from tourbot.parsing.plain import decode, read_date
from tourbot.types import Metadata

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
MAX_CHARS = 6_000_000
MAX_EVENTS = 200
# Pictures and fonts within a saved page are most of it, and none of its words.
_DATA_URL = re.compile(r"\bdata:[^\s\"'()<>]{100,}")
_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.I)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
# trafilatura makes plain spaces of no-break ones, which are part of the verbatim text; symbols
# that no page holds stand in for them meanwhile.
_AWAY = str.maketrans("\u00a0\u202f", "\u237d\u2422")
_BACK = str.maketrans("\u237d\u2422", "\u00a0\u202f")
_PLACE = ("name", "streetAddress", "postalCode", "addressLocality", "address", "url")
_OPTIONS = 40  # of a list to choose from: longer ones are those of all countries or towns
FOLD = 7  # the level of what opens at a click, below all headings

# What sites name the parts that are not about the subject of the page.
_NOISE = frozenset(
    """
axeptio byline commentaires comments consent cookie cookies didomi disqus gdpr login newsletter
onetrust rgpd skip tarteaucitron toc
""".split()
)
# The same, where they are mostly links: « menu » may also be a dinner's.
_LINKS = frozenset(
    """
ariane breadcrumb breadcrumbs menu nav navbar navigation pager pagination partage partager popular
recent related share sharing similaires social sommaire submenu suggestions tags
""".split()
)
_BESIDE = frozenset("aside author banner colophon footer header meta sidebar widget".split())
_POST = frozenset("article blog entry meta post".split())  # with « meta »: who wrote it and when
_PARTS = ".//*[@class or @id or @role] | .//div | .//section | .//form | .//nav | .//aside"
_WRAPPERS = frozenset("aside div footer header section".split())
_HEADINGS = "h1 h2 h3 h4 h5 h6".split()
# What does not go on the line of its list item.
_APART = frozenset("article details dl ol pre section select summary table ul".split()) | {
    *_HEADINGS
}
_MENU = re.compile(r"menu|navig|recherche|langue|filtre|fermer", re.I)
_TYPED = {"", "date", "email", "number", "tel", "text", "url"}
_EVENT = re.compile(r"\w*Event|Festival|Hackathon|CourseInstance")
# What is worth reading beside the article: days, hours, addresses, prices, whom to ask.
_FACT = re.compile(
    r"""
\b\d{1,2}(?:er)?\s+(?:janv|f[ée]vr|mars|avr|mai|juin|juil|ao[ûu]t|sept|oct|nov|d[ée]c)
| \b\d{1,2}\s?(?:h\b|h\s?\d\d|:\d\d) | \b\d{1,2}/\d{1,2}/\d{2,4} | \b\d{5}\s+[A-ZÉ] | \+33
| \b\d+\s?(?:bis|ter)?,?\s+(?:rue|avenue|av\.|bd|boulevard|place|quai|cours|impasse|all[ée]e
    |chemin|route|square|passage|esplanade)\b
| \b0\d(?:[\s.]?\d\d){4}\b | \w@\w | \d\s?(?:€|euros?\b) | \bgratuit | \bentr[ée]e\s+libre
| \b(?:contact|tarif|lieu|date|adresse|horaire|organisat\w+|inscription|prix|public)s?\s*:
""",
    re.I | re.X,
)
_OF_THE_PAGE = re.compile(r"\W*(?:publi|post|mis à jour|modifi|©|copyright|tous droits)", re.I)
_ELSEWHERE = re.compile(
    r"""\s*(?:à\slire|lire\saussi|voir\saussi|sur\sle\smême|dans\sla\smême|vous\saimerez|suivez
|partage[rz]|(?:nos\s|les\s)?derni[èe]r|(?:nos\s|les\s)?autres|les\splus|articles?\s|actualités
|prochains|newsletter|(?:notre\s)?lettre)""",
    re.I | re.X,
)
_CONTACT = re.compile(r"(?:mailto|tel|geo):|/maps|maps\.|openstreetmap|\.ics\b", re.I)


def parse(data: bytes, name: str) -> Parsed:
    """Read a web page; title, date, address and publisher come from its own metadata.

    Events that it describes for search engines (JSON-LD) are told at the end.
    """
    declared = _CHARSET.search(data[:4096])
    text = decode(data, declared.group(1).decode() if declared else "")
    text = _DATA_URL.sub("data:,", _XML_DECLARATION.sub("", text, count=1))
    if len(text) > MAX_CHARS:
        raise DocumentError(
            "too-large",
            f"the page has {len(text):,} characters and {MAX_CHARS:,} are read at most",
            "Split it",
        )
    builder = TextBuilder()
    metadata = Metadata(title=name_title(name))
    whole = re.search(r"<(?:!doctype|html|head|body)\b", text[:5000], re.IGNORECASE)
    tree = trafilatura.load_html(text if whole else f"<html><body>{text}</body></html>")
    if tree is not None:
        scripts = tree.xpath("//script[contains(@type, 'ld+json')]/text()")
        events = list(islice((e for script in scripts for e in _events(script)), MAX_EVENTS))
        metadata = _described(tree, metadata.title)
        body = tree.find("body")
        body = tree if body is None else body
        tags.prepare(body)
        _sift(body)
        Writer(builder).write(body)
        for event in events:
            _tell(event, builder)
        if events and not metadata.date:
            metadata = replace(metadata, date=read_date(str(events[0]["startDate"])))
    parsed = builder.build(metadata)
    if not parsed.blocks:
        raise DocumentError(
            "no-text", "no article text was found in the page", "Save the page again, complete"
        )
    return parsed


def _described(tree: lxml.html.HtmlElement, title: str) -> Metadata:
    """Return what a page says of itself: in its head, its JSON-LD or a time element.

    trafilatura also guesses the date from the text, where a year in a table is none.
    """
    page = lxml.html.Element("html")
    head = lxml.html.Element("head")
    page.append(head)
    for element in tree.xpath(
        "//title | //meta | //link | //script[contains(@type, 'json')] | //time | //h1"
    ):
        copied = deepcopy(element)
        copied.tail = None
        for part in copied.iter():
            part.text = (part.text or "").translate(_AWAY)
            part.tail = (part.tail or "").translate(_AWAY)
        head.append(copied)
    found = trafilatura.extract_metadata(
        page, date_config={"extensive_search": False, "original_date": True}
    )
    url = found.url or ""
    return Metadata(
        title=clean((found.title or "").translate(_BACK)) or title,
        date=str(found.date or ""),
        url=url if re.match(r"https?://", url) else "",
        publisher=clean((found.sitename or "").translate(_BACK)),
    )


def _sift(body: lxml.html.HtmlElement) -> None:
    """Drop what is not about the subject of a page: menus, banners, other articles."""
    whole = _size(body)
    for part in body.xpath(_PARTS):
        named = _named(part)
        noise = (
            bool(named & _NOISE)
            or {"meta"} < named & _POST
            or part.get("role") in {"search", "dialog", "doc-toc"}
        )
        noise |= part.tag == "form" and bool(part.xpath(".//input[@type='password']"))
        links = part.tag == "nav" or part.get("role") == "navigation" or bool(named & _LINKS)
        links &= part.tag == "nav" or _linked(part) > 0.4 or not _FACT.search(_words(part))
        elsewhere = part.tag in _WRAPPERS and _leads_elsewhere(part)
        if (noise or links or elsewhere) and _size(part) < whole / 2 and not part.xpath(".//h1"):
            part.drop_tree()
    core = _core(body)
    beside = [
        part
        for part in core.xpath(".//aside | .//footer | .//header | .//div | .//section | .//ul")
        if _BESIDE & (_named(part) | {part.tag}) and not part.xpath(".//h1")
    ]
    for inner in takewhile(lambda e: e is not body, (core, *core.iterancestors())):
        beside += [part for part in inner.getparent() if part is not inner]
    for part in beside:
        _keep_facts(part)


def _core(body: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return what holds the article, or several of them; the body where it is not marked."""
    for frames in BODY_XPATH:
        for found in frames(body)[:1]:
            core = found
            alike = [e for e in core.xpath(f"../{core.tag}") if e.get("class") == core.get("class")]
            core = core.getparent() if len(alike) > 1 and core is not body else core
            if _size(core) > 0.3 * _size(body):
                return core
    return body


def _keep_facts(part: lxml.html.HtmlElement) -> None:
    """Drop what stands beside the article, but for days, places, prices and addresses."""
    words = _words(part)
    inner = [e for e in part if e.tag in tags.BLOCKS]
    if (
        not _FACT.search(words)
        or _OF_THE_PAGE.match(words)
        or _linked(part) > 0.6
        or _leads_elsewhere(part)
    ):
        part.drop_tree()
    elif part.tag in _WRAPPERS and inner and all(e.tag in _WRAPPERS for e in inner):
        for wrapped in inner:
            _keep_facts(wrapped)
    else:
        for piece in list(part.iter("div", "nav", "ol", "p", "ul")):
            words = _words(piece)
            if _OF_THE_PAGE.match(words) or (_linked(piece) > 0.6 and not _FACT.search(words)):
                piece.drop_tree()


def _named(part: lxml.html.HtmlElement) -> set[str]:
    told = f"{part.get('class') or ''} {part.get('id') or ''}"
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", told).lower()))


def _words(part: lxml.html.HtmlElement) -> str:
    return " ".join(part.text_content().split())


def _size(part: lxml.html.HtmlElement) -> int:
    return len(_words(part))


def _linked(part: lxml.html.HtmlElement) -> float:
    """Return which share of the words are links to other pages, or buttons."""
    links = [e for e in part.iter("a", "button") if not _CONTACT.search(e.get("href") or "")]
    return sum(map(_size, links)) / max(1, _size(part))


def _leads_elsewhere(part: lxml.html.HtmlElement) -> bool:
    return bool(_ELSEWHERE.match(_words(part)[:80])) and _linked(part) > 0.25


class Writer:
    """Writes prepared HTML, block by block.

    Args:
        keep_open: Whether what is last clicked to read more may be followed by its answer.
    """

    def __init__(self, builder: TextBuilder, *, keep_open: bool = False) -> None:
        self._builder = builder
        self._keep_open = keep_open
        self._line: list[str] = []
        self._items = 0  # list items that are open
        self._joined = 0  # items and definitions that are open: each is one line
        self._above: list[str] = []  # what they stand under
        self._own = self._last = ""  # what lists within this item, or after the last one, carry
        self._terms: list[str] = []
        self._open: list[lxml.html.HtmlElement] = []  # what holds questions and their answers

    def write(self, element: lxml.html.HtmlElement) -> None:
        """Write what an element holds, in order."""
        self._children(element)
        self._end()

    def _children(self, element: lxml.html.HtmlElement) -> None:
        self._line.append(element.text or "")
        for child in element:
            self._element(child)
            self._line.append(child.tail or "")

    def _element(self, element: lxml.html.HtmlElement) -> None:
        tag = element.tag
        apart = tag in _APART or (not self._joined and tag in tags.BLOCKS)
        if apart:
            self._end()
        if tag in _HEADINGS:
            self._builder.heading(_HEADINGS.index(tag) + 1, element.text_content())
        else:
            getattr(self, f"_{tag}_element", self._children)(element)
        if apart:
            self._end()
        if self._open and self._open[-1] is element and not self._keep_open:
            self._open.pop()
            self._builder.section(FOLD + len(self._open))

    def _end(self) -> None:
        """Write the line that was collected, if it has words."""
        text = clean("".join(self._line))
        self._line = []
        if text:
            write = self._builder.item if self._items else self._builder.line
            write(self._builder.outer(self._above) + text)
            self._own = self._own or carried(text)

    def _li_element(self, element: lxml.html.HtmlElement) -> None:
        self._end()
        outer, self._own = self._own, ""
        self._items += 1
        self._under("", element)
        self._items -= 1
        self._last, self._own = self._own, outer

    def _ul_element(self, element: lxml.html.HtmlElement) -> None:
        above = self._own if self._items else ""
        if element.getparent() is not None and element.getparent().tag in {"ol", "ul"}:
            above = self._last  # as word processors write it
        self._above.append(above)
        self._children(element)
        self._above.pop()

    _ol_element = _ul_element

    def _under(self, above: str, element: lxml.html.HtmlElement) -> None:
        self._above.append(above)
        self._joined += 1
        self._children(element)
        self._end()
        self._joined -= 1
        self._above.pop()

    def _dl_element(self, element: lxml.html.HtmlElement) -> None:
        outer, self._terms = self._terms, []
        self._children(element)
        self._terms = outer

    def _dt_element(self, element: lxml.html.HtmlElement) -> None:
        """Keep a term for its definitions; terms in a row are defined together."""
        if (before := element.getprevious()) is None or before.tag != "dt":
            self._terms = []
        self._terms.append(clean(element.text_content()).rstrip(" :"))

    def _dd_element(self, element: lxml.html.HtmlElement) -> None:
        self._end()
        terms = ", ".join(filter(None, self._terms))
        self._under(f"{terms}\u00a0: " if terms else "", element)

    def _summary_element(self, element: lxml.html.HtmlElement) -> None:
        """Make a heading of what is clicked to read more, for what stands beside it."""
        holder = element.getparent()
        while (
            len(holder) == 1
            and not (holder[0].tail or "").strip()
            and (holder.getparent() is not None)
        ):
            holder = holder.getparent()
        if holder not in self._open:
            self._open.append(holder)
        self._builder.heading(FOLD + self._open.index(holder), element.text_content())

    def _button_element(self, element: lxml.html.HtmlElement) -> None:
        told = f"{element.get('class')} {element.get('aria-controls')} {element.get('data-target')}"
        unfolds = element.get("aria-expanded") is not None or tags.FOLDED.search(told)
        if unfolds and not _MENU.search(element.text_content()):
            self._end()
            self._summary_element(element)

    def _pre_element(self, element: lxml.html.HtmlElement) -> None:
        for line in element.text_content().split("\n"):
            self._builder.line(line)

    def _select_element(self, element: lxml.html.HtmlElement) -> None:
        """Write what there is to choose from, each under the name of the choice."""
        options = [o for o in element.iter("option") if o.get("value") != "" and _words(o)]
        label = element.xpath("preceding::label[1] | ancestor::label")
        name = clean(label[-1].text or "").rstrip(" :*") if label else ""
        for option in options if len(options) <= _OPTIONS else ():
            self._builder.item(carried(name) + option.text_content())

    def _input_element(self, element: lxml.html.HtmlElement) -> None:
        value = element.get("value") or ""
        if value and (element.get("type") or "").lower() in _TYPED:
            label = "".join(self._line).strip(" \n:")
            self._line = [f"{label}\u00a0: " if label else "", value]

    def _time_element(self, element: lxml.html.HtmlElement) -> None:
        """Write the words, or the day that only programs are told."""
        said = element.get("datetime") or element.get("content") or ""
        moment = None if element.text_content().strip() else _moment(said)
        if moment is not None:
            self._line.append(_when(moment, None))
        self._children(element)

    def _meta_element(self, element: lxml.html.HtmlElement) -> None:
        if element.get("itemprop") in {"startDate", "endDate"}:
            self._time_element(element)

    def _table_element(self, table: lxml.html.HtmlElement) -> None:
        rows = [row for row in table.iter("tr") if row.xpath("ancestor::table[1]")[0] is table]
        cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
        laid_out = table.xpath(".//table | .//td//*[self::h1 or self::h2 or self::h3 or self::h4]")
        if laid_out or table.get("role") == "presentation" or max(map(len, cells), default=0) < 2:
            self._children(table)
            return
        for caption in table.iter("caption"):
            self._builder.line(caption.text_content())
        self._builder.table(list(map(tags.cell, row)) for row in cells)


def _events(script: str) -> Iterator[dict[str, Any]]:
    """Return the events that a page describes for search engines."""
    try:
        waiting: list[Any] = [json.loads(script, strict=False)]
    except (ValueError, RecursionError):
        return
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting += reversed(thing)
        elif isinstance(thing, dict):
            kinds = thing.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(_EVENT.fullmatch(str(kind)) for kind in kinds) and thing.get("name"):
                yield thing
            waiting += reversed([v for v in thing.values() if isinstance(v, (dict, list))])


def _tell(event: dict[str, Any], builder: TextBuilder) -> None:
    from tourbot.parsing import agenda

    start, end = _moment(event.get("startDate")), _moment(event.get("endDate"))
    prices = _said(event.get("offers"), "price", "lowPrice", "priceCurrency")
    said = {
        "Lieu": _said(event.get("location"), *_PLACE),
        "Organisateur": _said(event.get("organizer"), "name"),
        "Tarif": re.sub(r"\s*,? EUR\b", "\u00a0€", prices),
    }
    agenda.tell(
        builder,
        clean(str(event["name"])),
        [_when(start, end)] if start is not None else [],
        said,
        cancelled="Cancelled" in str(event.get("eventStatus")),
    )


def _said(thing: Any, *names: str) -> str:
    """Return what something is said to be, by words or by any of the names of its properties."""
    if isinstance(thing, list):
        return " ; ".join(filter(None, (_said(part, *names) for part in thing[:20])))
    if isinstance(thing, dict):
        parts = (_said(thing.get(name), *names) for name in names)
        return ", ".join(dict.fromkeys(filter(None, parts)))
    return clean(str(thing)) if isinstance(thing, (str, int, float)) else ""


def _moment(value: Any) -> dt.date | None:
    """Return a day, with its hour if it is told."""
    try:
        moment = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return moment if moment.time() != dt.time.min else moment.date()


def _when(start: dt.date, end: dt.date | None) -> str:
    from tourbot.parsing import agenda

    if end is None or isinstance(end, dt.datetime) != isinstance(start, dt.datetime):
        end = start
    return agenda.when(start, end if isinstance(end, dt.datetime) else end + dt.timedelta(days=1))
