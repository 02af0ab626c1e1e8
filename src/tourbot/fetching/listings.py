"""Sitemaps and feeds: which addresses they list, with the dates and titles they give."""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import lxml.etree

from tourbot.fetching.limits import FetchError

# Entities are not replaced, nothing is loaded, and the parser's own bounds on depth and size hold.
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}
_TAG = re.compile(r"<[^<>]*>")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(?!\d)")


class Kind(Enum):
    """What a listing is."""

    SITEMAP = "sitemap"
    INDEX = "sitemap index"
    FEED = "feed"


_ROOTS = {
    "urlset": Kind.SITEMAP,
    "sitemapindex": Kind.INDEX,
    "rss": Kind.FEED,
    "RDF": Kind.FEED,
    "feed": Kind.FEED,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One address, perhaps relative to that of the listing.

    Attributes:
        date: ISO date as precise as known, or empty.
        published: Whether the date is that of publication, not of the last change.
    """

    address: str
    date: str = ""
    title: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a sitemap or feed lists, in its order."""

    kind: Kind
    items: list[Item]


def read(body: bytes) -> Listing | None:
    """Read a sitemap or feed; None when it is neither.

    Raises:
        FetchError: It is a sitemap, but broken. A part of one would pass for all of it, and what
            the rest lists for gone. Feeds only tell what is new, and are read as far as they go.
    """
    kind = _kind(body)
    if kind is None:
        return None
    try:
        parser = lxml.etree.XMLParser(recover=kind is Kind.FEED, **_SAFE)
        root = lxml.etree.fromstring(body, parser)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        raise FetchError(
            f"the {kind.value} is no valid XML ({str(error).splitlines()[0][:200]})",
            "Tell the owner of the site",
        ) from error
    if root is None:
        return Listing(kind, [])
    match kind:
        case Kind.SITEMAP:
            return Listing(kind, list(_located(root, "url")))
        case Kind.INDEX:
            return Listing(kind, list(_located(root, "sitemap")))
        case _:
            return Listing(kind, list(_told(root)))


def iso_date(text: str) -> str:
    """Return the day of a date in ISO form or as mail and HTTP write it; empty if it is neither.

    >>> iso_date("2025-03-04T10:00:00+01:00"), iso_date("Tue, 04 Mar 2025 10:00:00 GMT")
    ('2025-03-04', '2025-03-04')
    """
    text = text.strip()
    if match := _DATE.match(text):
        date = match[0]
        try:
            dt.date.fromisoformat((date + "-01-01")[:10])
        except ValueError:
            return ""
        return date
    try:
        return email.utils.parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def plain(text: str) -> str:
    """Return a title on one line, without tags, entities and invisible characters."""
    words = " ".join(html.unescape(_TAG.sub(" ", html.unescape(text))).split())
    return "".join(c for c in words if c.isprintable())[:300].strip()


def _kind(body: bytes) -> Kind | None:
    """Tell a listing by its first tag, as the parser finds it."""
    if b"<" not in body[:1024]:
        return None
    try:
        for _, element in lxml.etree.iterparse(io.BytesIO(body), events=("start",), **_SAFE):
            return _ROOTS.get(_name(element))
    except (lxml.etree.XMLSyntaxError, ValueError):
        pass
    return None


def _located(root: lxml.etree._Element, tag: str) -> Iterator[Item]:
    for entry in root:
        if _name(entry) == tag and (address := _child(entry, "loc")):
            yield Item(address, iso_date(_child(entry, "lastmod")))


def _told(root: lxml.etree._Element) -> Iterator[Item]:
    for entry in root.iter():
        if _name(entry) not in {"item", "entry"}:
            continue
        date = ""
        for tag in ("pubDate", "published", "date", "updated"):
            date = date or iso_date(_child(entry, tag))
        if address := _link(entry):
            yield Item(address, date, plain(_child(entry, "title")), published=True)


def _link(entry: lxml.etree._Element) -> str:
    for child in entry:  # Atom
        if _name(child) == "link" and child.get("href"):
            if child.get("rel", "alternate") == "alternate":
                return str(child.get("href"))
        elif _name(child) == "link" and (text := _text(child)):  # RSS
            return text
    for child in entry:
        if _name(child) == "guid" and child.get("isPermaLink", "true") == "true":
            return _text(child)
    return ""


def _child(entry: lxml.etree._Element, name: str) -> str:
    return next((_text(child) for child in entry if _name(child) == name), "")


def _text(element: lxml.etree._Element) -> str:
    return str(element.xpath("string()")).strip()  # without comments


def _name(element: lxml.etree._Element) -> str:
    """Return the name of an element without its namespace; of comments and the like, nothing."""
    return lxml.etree.QName(element).localname if isinstance(element.tag, str) else ""
