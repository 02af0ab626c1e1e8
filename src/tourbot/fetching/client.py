"""Requests to servers that may be slow or hostile: robots.txt, redirects, bounded bodies."""

from __future__ import annotations

import http
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType

import httpcore
import httpx
from protego import Protego

from tourbot import __version__
from tourbot.fetching import addresses
from tourbot.fetching.limits import Clock, FetchError, Limits, OutOfTimeError, UnreachableError

NAME = "tourbot"
AGENT = f"{NAME}/{__version__} (+fetches pages that a person named, and obeys robots.txt)"
MAX_REDIRECTS = 5
_LASTING = frozenset({301, 308})
_REDIRECTS = _LASTING | {302, 303, 307}
_ROBOTS_BYTES = 1_000_000
_GZIP = b"\x1f\x8b"
_NETWORK_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back after all redirects.

    Attributes:
        status: 200 or 304; all others are errors.
        address: Where it came from.
        lasting: The address to cite: that of the request, or where it has moved for good.
        headers: Names in lower case.
        body: Unpacked.
    """

    status: int
    address: httpx.URL
    lasting: httpx.URL
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """``text/html`` and the like, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def token(self, name: str) -> str:
        """Return a header that can be sent back as it is; else nothing."""
        value = self.headers.get(name, "")
        return value if len(value) <= 500 and value.isascii() and value.isprintable() else ""


class Client:
    """Asks one address after the other; a context manager."""

    def __init__(self, limits: Limits, allow_private: bool) -> None:
        self._limits = limits
        self.clock = Clock(limits)
        self._robots: dict[tuple[str, bytes, int | None], Protego | FetchError] = {}
        self._asked: dict[tuple[str, bytes, int | None], float] = {}
        # Nothing of the environment is used but SSL_CERT_FILE and SSL_CERT_DIR, the authorities.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            network_backend=addresses.CheckedNetwork(self.clock, allow_private),
            keepalive_expiry=30.0,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def get(self, url: httpx.URL, conditions: Mapping[str, str] | None = None) -> Response:
        """Fetch an address.

        Args:
            url: From ``addresses.parse``.
            conditions: Headers that make it a conditional request.

        Raises:
            FetchError: There is no answer, none that is allowed, or none with a document.
        """
        response = self._follow(url, dict(conditions or {}), obeying=True)
        if response.status == 200 or (response.status == 304 and conditions):
            return response
        raise _refusal(response.status)

    def _follow(self, url: httpx.URL, headers: dict[str, str], *, obeying: bool) -> Response:
        lasting, moved_for_good = url, True
        for _ in range(MAX_REDIRECTS + 1):
            if obeying:
                self._obey(url)
            status, fields, body = self._ask(url, headers, obeying)
            target = fields.get("location", "")
            if status not in _REDIRECTS or not target:
                return Response(status, url, lasting, fields, body)
            url = _next(url, target)
            moved_for_good &= status in _LASTING
            lasting = url if moved_for_good else lasting
        raise FetchError(f"it redirects more than {MAX_REDIRECTS} times", "Open it in a browser")

    def _ask(
        self, url: httpx.URL, headers: dict[str, str], document: bool
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request. The body of an answer that is no document is not read."""
        self.clock.begin()
        self._asked[addresses.site(url)] = time.monotonic()
        limit = self._limits.document_bytes if document else _ROBOTS_BYTES
        own = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        sent = {"Host": url.netloc.decode("ascii")} | own | headers
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        try:
            with self._pool.stream("GET", target, headers=list(sent.items())) as answer:
                fields = {
                    name.decode("latin-1").lower(): value.decode("latin-1").strip()
                    for name, value in answer.headers
                }
                body = _body(answer.iter_stream(), fields, limit) if answer.status == 200 else b""
                return answer.status, fields, body
        except httpcore.TimeoutException as error:
            self.clock.check()
            raise UnreachableError(
                f"the server took longer than {self._limits.request_seconds:g} s",
                "Try again later",
            ) from error
        except _NETWORK_ERRORS as error:
            raise UnreachableError(
                f"the connection failed ({str(error) or type(error).__name__})",
                "Check that the address opens in a browser, or try again later",
            ) from error

    def _obey(self, url: httpx.URL) -> None:
        """Check that robots.txt allows an address, and pause as long as it asks."""
        place = addresses.site(url)
        if place not in self._robots:
            self._robots[place] = self._read_rules(url)
        rules = self._robots[place]
        if isinstance(rules, FetchError):
            raise rules
        if not rules.can_fetch(str(url), NAME):
            raise FetchError(
                f"the robots.txt of {url.host} forbids it", "Ask the owner of the site"
            )
        delay = min(rules.crawl_delay(NAME) or 0.0, self._limits.crawl_delay)
        if place in self._asked:
            self.clock.wait(max(0.0, self._asked[place] + delay - time.monotonic()))

    def _read_rules(self, url: httpx.URL) -> Protego | FetchError:
        """Read robots.txt; without a clear answer from it, nothing is fetched (RFC 9309, § 2.3.1).

        A site that limits how often it is asked (429) has not said that it has no rules.
        """
        try:
            answer = self._follow(url.copy_with(raw_path=b"/robots.txt"), {}, obeying=False)
        except OutOfTimeError:
            raise
        except UnreachableError as error:  # a page of it would say the same
            return error
        except FetchError as error:
            return FetchError(f"its robots.txt cannot be read: {error.reason}", error.hint)
        if answer.status == 200:
            return Protego.parse(answer.body.decode("utf-8-sig", "replace"))
        if 400 <= answer.status < 500 and answer.status != 429:
            return Protego.parse("")
        refusal = _refusal(answer.status)
        return FetchError(f"its robots.txt cannot be read: {refusal.reason}", refusal.hint)


def unpack(chunks: Iterable[bytes], limit: int) -> bytes:
    """Unpack gzip or zlib data, never holding more than a limit.

    Raises:
        FetchError: The data is broken, or unpacks to more.
    """
    unpacked = bytearray()
    member = zlib.decompressobj(zlib.MAX_WBITS | 32)
    fed = False
    try:
        for chunk in chunks:
            rest, fed = chunk, True
            while rest:
                if member.eof:
                    if not rest.startswith(_GZIP):  # padding
                        break
                    member = zlib.decompressobj(zlib.MAX_WBITS | 32)
                unpacked += member.decompress(rest, limit + 1 - len(unpacked))
                if len(unpacked) > limit:
                    raise _too_large(limit)
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise FetchError(f"the compressed answer is broken ({error})", "Try again") from error
    if fed and not member.eof:
        raise FetchError("the compressed answer is cut short", "Try again")
    return bytes(unpacked)


def _body(chunks: Iterable[bytes], fields: Mapping[str, str], limit: int) -> bytes:
    size = fields.get("content-length", "")
    if size.isdecimal() and int(size[:20]) > limit:
        raise _too_large(limit)
    packed = _bounded(chunks, limit)
    match fields.get("content-encoding", "").lower():
        case "" | "identity":
            return b"".join(packed)
        case "gzip" | "x-gzip" | "deflate":
            return unpack(packed, limit)
        case other:
            raise FetchError(f"the answer is compressed in an unknown way ({other[:40]})")


def _bounded(chunks: Iterable[bytes], limit: int) -> Iterable[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


def _next(url: httpx.URL, location: str) -> httpx.URL:
    try:  # some servers send it in UTF-8, not encoded
        location = location.encode("latin-1").decode("utf-8", "surrogateescape")
        target = addresses.join(url, location)
    except FetchError as error:
        raise FetchError(
            f"it redirects to an address that is not followed: {error.reason}"
        ) from error
    if url.scheme == "https" and target.scheme == "http":
        raise FetchError(
            f"it redirects from https to http ({target.host}), which anyone on the way can change",
            "Give the address that is meant",
        )
    return target


def _too_large(limit: int) -> FetchError:
    return FetchError(f"it is larger than {limit:,} bytes", "Save it by hand, and ingest the file")


def _refusal(status: int) -> FetchError:
    try:
        phrase = f" ({http.HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    if status in {404, 410}:
        hint = "Check the address"
    elif status in {401, 403, 407}:
        hint = "Only what is open to everyone is fetched; save it by hand if you may"
    else:
        hint = "Try again later"
    return FetchError(f"the server answers {status}{phrase}", hint, status)
