"""Who asks: visitors, told apart by a cookie, and the clients behind which they stand."""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from tourbot.staffroom import grouped

COOKIE = "tourbot_visitor"
_NAME = re.compile(r"[\w-]{22}")
_VALUE = re.compile(r"[\w.=-]{1,200}", re.ASCII)
_MOST_COOKIE_CHARS = 4_000
# Sessions of one client: more than a company's network has pages open. And of all.
_MOST_OF_ONE, _MOST_OF_ALL = 300, 1_000


def client_of(scope: Scope) -> str:
    """Return the address that asks; of IPv6 the network, which one subscriber has."""
    return grouped(str((scope.get("client") or ("",))[0]))


def from_here(headers: Headers) -> bool:
    """Tell whether a request that changes something was made by a page of this server.

    Browsers say so themselves; older ones, and all of them where there is no HTTPS, tell the page's
    address instead. What tells neither is no browser: no other site can have made it do this.
    """
    if site := headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    if not (origin := headers.get("origin")):
        return True
    try:
        return urlsplit(str(origin)).netloc.lower() == str(headers.get("host", "")).lower()
    except ValueError:  # no address
        return False


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the cookies of this program, those that have the form of ours.

    Not by Python's own parser, whose time grows with the square of the header.
    """
    found = dict[str, str]()
    for part in str(headers.get("cookie", ""))[:_MOST_COOKIE_CHARS].split(";"):
        name, _, value = part.strip().partition("=")
        if name.startswith("tourbot_") and _VALUE.fullmatch(value):
            found.setdefault(name, value)
    return found


def new_name() -> str:
    """Return a visitor's name, which nobody guesses."""
    return secrets.token_urlsafe(16)


def name_of(cookies: dict[str, str], client: str) -> str:
    """Return the name in the cookie; who takes no cookies is called by the address."""
    name = cookies.get(COOKIE, "")
    return name if _NAME.fullmatch(name) else f"@{client}"


class Sessions:
    """Whose the sessions of open pages are: they belong to the visitor who named them first.

    A page makes up its session's name. Whoever learns it must neither read nor continue what is
    said there. A client that names too many loses its own oldest ones, not those of others.

    Args:
        forget: Told which session is gone.
    """

    def __init__(self, forget: Callable[[str], None]) -> None:
        self._forget = forget
        self._owners: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._of_client: dict[str, OrderedDict[str, None]] = {}

    def belongs(self, session: str, visitor: str, client: str) -> bool:
        """Tell whether a session is a visitor's; one that nobody has is from now on."""
        if session not in self._owners:
            self._owners[session] = (visitor, client)
            self._of_client.setdefault(client, OrderedDict())[session] = None
        owner, first = self._owners[session]
        if owner != visitor:
            return False
        self._owners.move_to_end(session)
        of_client = self._of_client[first]
        of_client.move_to_end(session)
        if len(of_client) > _MOST_OF_ONE:
            self._drop(next(iter(of_client)))
        if len(self._owners) > _MOST_OF_ALL:
            self._drop(next(iter(self._owners)))
        return True

    def _drop(self, session: str) -> None:
        _, client = self._owners.pop(session)
        del self._of_client[client][session]
        if not self._of_client[client]:
            del self._of_client[client]
        self._forget(session)


class Counted:
    """How much of something each client has at present."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """That of all clients."""
        return self._counts.total()

    def of(self, client: str) -> int:
        """That of one."""
        return self._counts.get(client, 0)

    def add(self, client: str) -> None:
        """Count one more."""
        self._counts[client] += 1

    def take(self, client: str) -> None:
        """Count one less."""
        self._counts[client] -= 1
        if self._counts[client] <= 0:
            del self._counts[client]
