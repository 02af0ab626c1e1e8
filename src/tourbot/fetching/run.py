"""One fetch: an address, or all that a sitemap or feed lists, into the folder."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx

from tourbot.errors import UsageError
from tourbot.fetching import addresses, formats, listings
from tourbot.fetching.client import Client, Response, unpack
from tourbot.fetching.deposit import Deposit, Entry, digest
from tourbot.fetching.limits import FetchError, Limits, OutOfTimeError
from tourbot.fetching.listings import Item, Kind, Listing
from tourbot.fetching.results import Failure, Fetched, Progress

_GZIP = b"\x1f\x8b"
_BROKEN = 20  # invalid addresses of one listing that are named; the others are counted


def fetch(
    address: str,
    folder: Path,
    *,
    limits: Limits = Limits(),  # noqa: B008 – it is frozen
    allow_private: bool = False,
    progress: Progress | None = None,
) -> Fetched:
    """Bring a page, a document, or all that a sitemap or feed lists into a folder.

    What an address gives is told by its content. Each document is written to
    ``<folder>/<host>/<name>`` with a sidecar ``<name>.yaml`` (``url``, ``date``, ``title``). Run
    again, it asks only for what has changed, and removes what is gone. A feed tells what is new:
    what leaves it is not gone.

    Args:
        address: Begins with ``http://`` or ``https://``. Of a sitemap or feed, the addresses on
            its own site (scheme and host) are fetched.
        folder: Made when missing.
        limits: Bounds of size, number and time.
        allow_private: Also ask servers whose address is not public, those of an intranet.
        progress: Told about documents.

    Returns:
        What was done. Killed or out of time, a run leaves whole files, and the next goes on.

    Raises:
        UsageError: The address itself gives nothing, or the folder cannot be written.
    """
    try:
        url = addresses.parse(address)
        with Client(limits, allow_private) as client:
            return _Run(client, url, folder, limits, progress).run()
    except FetchError as error:
        hint = f"\n{error.hint}." if error.hint else ""
        shown = re.sub(r"//[^/]*@", "//", " ".join(address.split()))[:500]  # without a password
        raise UsageError(f"{shown} cannot be fetched: {error.reason}.{hint}") from error


class _Run:
    """One fetch, with an open client."""

    def __init__(
        self,
        client: Client,
        url: httpx.URL,
        folder: Path,
        limits: Limits,
        progress: Progress | None,
    ) -> None:
        self._client = client
        self._url = url
        self._source = str(url)
        self._limits = limits
        self._progress = progress
        self._deposit = Deposit(folder, url)
        self._done = Fetched(folder)
        self._listed: dict[httpx.URL, Item] = {}
        self._sitemaps = {url}
        self._complete = True

    def run(self) -> Fetched:
        try:
            first = self._get(self._url)
        except FetchError as error:
            if not (error.gone and self._deposit.entry(self._url)):
                raise
            self._done.removed.append(self._deposit.remove(self._url))
            return self._done
        listing = None if first.status == 304 else self._read(first)
        if listing is None:
            self._start(1)
            self._keep(self._url, Item(self._source), first)
            self._advance()
        else:
            self._fetch_all(listing, first.address)
        self._deposit.save()
        for names in (self._done.written, self._done.unchanged, self._done.removed):
            names.sort()
        return self._done

    def _fetch_all(self, listing: Listing, base: httpx.URL) -> None:
        self._deposit = Deposit(self._done.folder, base)
        self._collect(listing, base, base, 1)
        if not self._listed:
            raise FetchError(
                f"the {listing.kind.value} lists no address on its own site, {base.host}",
                "Give the address of one that does, or of a single page",
            )
        # Those never seen, then those not seen for longest: each run out of time gets further.
        chosen = list(self._listed)[: self._limits.documents]
        if len(chosen) < len(self._listed):
            self._done.notes.append(
                f"{len(self._listed):,} addresses are listed; the first {len(chosen):,} are taken."
            )
        chosen.sort(key=lambda url: entry.checked if (entry := self._deposit.entry(url)) else 0.0)
        self._start(len(chosen))
        for done, url in enumerate(chosen):
            try:
                self._fetch_one(url)
            except OutOfTimeError as error:
                left = f"{len(chosen) - done:,} addresses were not asked: {error.reason}"
                self._done.failed.append(Failure(self._source, f"{left}. {error.hint}."))
                break
            except FetchError as error:
                self._done.failed.append(Failure(str(url), str(error)))
            self._advance()
        if self._complete and listing.kind is not Kind.FEED:
            self._done.removed.extend(self._deposit.remove_unlisted(self._source, self._listed))

    def _collect(self, listing: Listing, base: httpx.URL, root: httpx.URL, depth: int) -> None:
        """Note the addresses that a listing gives, and of an index those that its sitemaps give."""
        elsewhere = 0
        broken: list[Failure] = []
        for item in listing.items:
            self._client.clock.check()  # a listing can hold a million
            try:
                url = addresses.join(base, item.address)
            except FetchError as error:
                broken.append(Failure(item.address[:500], str(error)))
                continue
            if addresses.site(url) != addresses.site(root):
                elsewhere += 1
            elif listing.kind is not Kind.INDEX:
                self._listed.setdefault(url, item)
            elif len(self._listed) >= self._limits.documents:
                self._complete = False  # the sitemaps left are not read
            else:
                self._collect_from(url, root, depth + 1)
        self._done.failed.extend(broken[:_BROKEN])
        if len(broken) > _BROKEN:
            self._done.notes.append(f"{len(broken):,} of the addresses in {base} are not valid.")
        if elsewhere:
            self._done.notes.append(
                f"{elsewhere:,} of the addresses in {base} are on other sites and left out."
            )

    def _collect_from(self, url: httpx.URL, root: httpx.URL, depth: int) -> None:
        if url in self._sitemaps:
            return
        self._sitemaps.add(url)
        try:
            if depth > self._limits.sitemap_depth:
                raise FetchError("this sitemap lies too deep in others", "Give its own address")
            response = self._client.get(url)
            listing = self._read(response)
            if listing is None or listing.kind is Kind.FEED:
                raise FetchError("this is no sitemap, though an index says so")
            self._collect(listing, response.address, root, depth)
        except OutOfTimeError:
            raise
        except FetchError as error:
            self._complete = False
            self._done.failed.append(Failure(str(url), str(error)))

    def _read(self, response: Response) -> Listing | None:
        body = response.body
        if body.startswith(_GZIP):
            body = unpack([body], self._limits.document_bytes)
        return listings.read(body)

    def _fetch_one(self, url: httpx.URL) -> None:
        try:
            response = self._get(url)
        except FetchError as error:
            if error.gone and (name := self._deposit.remove(url)):
                self._done.removed.append(name)
                return
            raise
        if response.address != url and response.address in self._listed:
            # It leads to a document that is fetched under its own address.
            if name := self._deposit.remove(url):
                self._done.removed.append(name)
            return
        self._keep(url, self._listed[url], response)

    def _get(self, url: httpx.URL) -> Response:
        """Fetch a document, or read it where the server says that it is the one we hold."""
        entry, held = self._deposit.entry(url), self._deposit.held(url)
        if entry is None or held is None:
            return self._client.get(url)
        remembered = {"If-None-Match": entry.etag, "If-Modified-Since": entry.modified}
        response = self._client.get(url, {name: v for name, v in remembered.items() if v})
        return replace(response, body=held) if response.status == 304 else response

    def _keep(self, url: httpx.URL, item: Item, response: Response) -> None:
        """Write a document, or find that it is there."""
        old = self._deposit.entry(url)
        body = response.body
        if response.status == 304 and old is not None:
            suffix = Path(old.file).suffix
        else:
            suffix = formats.suffix(body, response.media_type, response.address.path)
        file = self._deposit.file_name(url, suffix)
        entry = _entry(file, item, response, old, self._source)
        url_to_cite = _address(response, suffix)
        sidecar = {"title": entry.title, "date": entry.date, "url": url_to_cite}
        changed = self._deposit.put(url, body, entry, sidecar)
        if old is not None and old.file != file:
            self._done.removed.append(self._deposit.path(old.file))
        kind = self._done.written if changed else self._done.unchanged
        kind.append(self._deposit.path(file))

    def _start(self, total: int) -> None:
        if self._progress is not None:
            self._progress.start("fetch", total)

    def _advance(self) -> None:
        if self._progress is not None:
            self._progress.advance(1)


def _entry(file: str, item: Item, response: Response, old: Entry | None, source: str) -> Entry:
    """Put together what is to be remembered of a document."""
    old = old or Entry("", "")
    date, published = _date(item, response, old, Path(file).suffix)
    fresh = response.status == 200
    return Entry(
        file=file,
        digest=digest(response.body),
        etag=response.token("etag") if fresh else old.etag,
        modified=response.token("last-modified") if fresh else old.modified,
        title=item.title or old.title,
        date=date,
        published=published,
        checked=round(time.time(), 3),
        listed_by=tuple(dict.fromkeys((*old.listed_by, source))),
    )


def _address(response: Response, suffix: str) -> str:
    """Return the address to cite: that which a page gives as its own, or where it was found."""
    stated = formats.stated_address(response.body) if suffix == ".html" else ""
    if stated:
        with suppress(FetchError):  # no address on the web
            return str(addresses.join(response.lasting, stated))
    return str(response.lasting)


def _date(item: Item, response: Response, old: Entry, suffix: str) -> tuple[str, bool]:
    """Choose a date, and say whether it is that of publication, which no other replaces.

    The date that a page gives itself is read with its text, and better than that of its last
    change. Last-Modified says nothing of a page, which most servers make when it is asked for.
    """
    if item.published and item.date:
        return item.date, True
    if old.published and old.date:
        return old.date, True
    if suffix == ".html":
        return ("" if formats.states_date(response.body) else item.date or old.date), False
    served = listings.iso_date(response.headers.get("last-modified", ""))
    return item.date or old.date or served, False
