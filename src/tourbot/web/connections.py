"""Connections before there is a request: how many a client has, and how long it may take.

uvicorn waits for ever for the first line of a request and bounds no header.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tourbot.strings import say
from tourbot.web.visitors import Counted, client_of

_MOST_HEADER_BYTES = 64_000
_MOST_IN_ALL = 2_000
_RAW = (
    "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\nConnection: close\r\nRetry-After: 5\r\n\r\n{text}"
)


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol with bounds; ``bounded_protocol`` sets them."""

    most: int
    seconds: float
    proxies: frozenset[str]
    counted: Counted

    _whose = ""
    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or say that there are too many and close it."""
        super().connection_made(transport)
        client = client_of({"client": self.client})
        over = self.counted.of(client) >= self.most and client not in self.proxies
        if over or self.counted.total >= _MOST_IN_ALL:
            told = "429 Too Many Requests" if over else "503 Service Unavailable"
            self._say(told, "refused_many" if over else "refused_busy")
            return
        self.counted.add(client)
        self._whose = client
        self._timer = self.loop.call_later(self.seconds, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count one less."""
        self._in_time()
        if self._whose:
            self.counted.take(self._whose)
            self._whose = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and see that the headers of a request come to an end in time."""
        if not self._whose or self.transport.is_closing():
            return
        between = self.cycle is None or self.cycle.response_complete
        self._header_bytes += len(data)
        super().data_received(data)
        if self._header_bytes > _MOST_HEADER_BYTES:  # or trailers, or marks between parts of a body
            self.transport.abort()
        elif between and (self.cycle is None or self.cycle.response_complete):
            if self._timer is None:
                self._timer = self.loop.call_later(self.seconds, self.transport.close)
        else:
            self._in_time()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is in English
        """Answer what is no HTTP."""
        self._say("400 Bad Request", "refused_malformed")

    def _say(self, status: str, why: str) -> None:
        """Answer without a request, in both languages, and close."""
        text = f"{say('fr', why)}\n{say('en', why)}\n"
        raw = _RAW.format(status=status, length=len(text.encode()), text=text)
        self.transport.write(raw.encode())
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        """Count anew from here: what is no body is counted."""
        self._header_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count anew for the next request of the connection."""
        self._header_bytes = 0
        super().on_message_complete()

    def _in_time(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def bounded_protocol(most: int, seconds: float, proxies: str) -> type[Bounded]:
    """Return the protocol of one server.

    Args:
        most: Connections of one client.
        seconds: That a request may take until its headers are complete.
        proxies: Addresses, with commas between, of clients that stand for many others.
    """
    bounds = {
        "most": most,
        "seconds": seconds,
        "proxies": frozenset(name.strip() for name in proxies.split(",")),
        "counted": Counted(),
    }
    return type("BoundedProtocol", (Bounded,), bounds)
