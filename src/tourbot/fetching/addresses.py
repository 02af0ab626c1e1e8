"""Which addresses may be asked, and a connection that goes to no other than the one checked.

A host name is looked up once for each connection, every address it has must be public, and the
connection goes to one of these very addresses: a name that changes its address between check and
use (DNS rebinding) leads nowhere else. TLS still checks the certificate against the name.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from tourbot.fetching.limits import Clock, FetchError, UnreachableError

MAX_LENGTH = 2000
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # all that was ever given to networks
# Within what ``ipaddress`` calls global, in one Python version or another.
_SPECIAL = [
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by the customers of a provider
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays from IPv6 to IPv4
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
        "2001::/23",  # Teredo and others that carry an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
]


def parse(text: str) -> httpx.URL:
    """Read an address and bring it into its one spelling, without fragment.

    Raises:
        FetchError: It is no address on the web, or holds a password.
    """
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"this is no valid address ({error})", "Check its spelling") from error
    if url.scheme not in {"http", "https"}:
        raise FetchError(
            f"an address that begins with {url.scheme}: is not fetched"
            if url.scheme
            else "this is no complete address",
            "Give one that begins with https:// or http://",
        )
    if url.userinfo:
        raise FetchError("it holds a user name or password", "Give an address without")
    host = url.raw_host.decode("ascii").removesuffix(".")
    if not (_is_ip(host) or (len(host) <= 253 and _HOST.fullmatch(host))):
        raise FetchError(f"« {host} » is no name of a host", "Check its spelling")
    if url.port is not None and not 0 < url.port < 65536:
        raise FetchError(f"there is no port {url.port}", "Check the number after the name")
    if len(str(url)) > MAX_LENGTH:
        raise FetchError(f"the address is longer than {MAX_LENGTH:,} characters")
    path = re.sub(rb"%[0-9a-f]{2}", lambda code: code[0].upper(), url.raw_path, flags=re.I)
    return url.copy_with(host=host, raw_path=path, fragment=None)


def join(base: httpx.URL, reference: str) -> httpx.URL:
    """Read an address that may be relative to another.

    Raises:
        FetchError: As for ``parse``.
    """
    if reference.lstrip().startswith(("http://", "https://")):
        return parse(reference)
    try:
        joined = base.join(reference.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"this is no valid address ({error})", "Check its spelling") from error
    return parse(str(joined))


def site(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Return what addresses of one site have in common."""
    return url.scheme, url.raw_host, url.port


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it may lead to.

    Addresses of IPv6 that stand for one of IPv4 (mapped, NAT64, 6to4, Teredo) are not.

    >>> is_public("93.184.216.34"), is_public("169.254.169.254"), is_public("::ffff:93.184.216.34")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address)
    if ip.version == 6 and ip not in _PUBLIC_V6:
        return False
    return ip.is_global and not any(ip in network for network in _SPECIAL)


def is_askable(address: str) -> bool:
    """Whether an IP address may be asked where private ones are allowed.

    What belongs to one link or to no host never is: clouds hand out their keys at 169.254.169.254.

    >>> is_askable("127.0.0.1"), is_askable("169.254.169.254"), is_askable("::ffff:169.254.0.1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # an interface of this machine


class CheckedNetwork(httpcore.NetworkBackend):
    """Opens connections to public addresses only, each within the time that is left."""

    def __init__(self, clock: Clock, allow_private: bool) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 – the clock counts for all steps together
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            UnreachableError: The host has no address, or one that is not public.
            ConnectError: None of its addresses answers.
        """
        found = _look_up(host, port, self._left())
        hidden = [address for address in found if not is_public(address)]
        if hidden and not self._allow_private:
            raise UnreachableError(
                f"its host, {host}, stands at {hidden[0]}, which is no public address",
                "If this is a server of your own, add --allow-private",
            )
        if forbidden := [address for address in found if not is_askable(address)]:
            raise UnreachableError(
                f"its host, {host}, stands at {forbidden[0]}, which is never asked",
                "Give the address of a server",
            )
        failed: Exception = httpcore.ConnectError("no address")
        for tried, address in enumerate(found):
            share = self._left() / (len(found) - tried)  # one that is silent must not take all
            try:
                stream = self._network.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self._clock)
        raise failed

    def _left(self) -> float:
        return _left(self._clock, httpcore.ConnectTimeout)


class _TimedStream(httpcore.NetworkStream):
    """A connection of which every step ends when the time of the request does.

    The library's own time-outs count from one byte to the next, so that a server that sends a byte
    now and then would hold a request for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._clock, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._clock, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = _left(self._clock, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(clock: Clock, late: type[httpcore.TimeoutException]) -> float:
    left = clock.left()
    if left <= 0:
        raise late("no time left")
    return left


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the IP addresses of a host.

    The system's look-up knows no time-out, hence the thread.
    """
    answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout(f"no answer about {host}") from error
    if isinstance(found, Exception) or not found:
        raise UnreachableError(
            f"its host, {host}, is not known", "Check the spelling, and that you are online"
        )
    return found
