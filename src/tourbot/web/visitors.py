"""Who asks: visitors, told apart by a cookie, and the clients behind which they stand."""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from tourbot.staffroom import grouped

COOKIE = "tourbot_visitor"
_NAME = re.compile(r"[\w-]{22}")
_MOST_SESSIONS = 20_000


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
    if origin := headers.get("origin"):
        return urlsplit(str(origin)).netloc.lower() == str(headers.get("host", "")).lower()
    return True


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
    said there.
    """

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def belongs(self, session: str, visitor: str) -> bool:
        """Tell whether a session is a visitor's; one that nobody has is from now on."""
        owner = self._owners.setdefault(session, visitor)
        self._owners.move_to_end(session)
        while len(self._owners) > _MOST_SESSIONS:
            self._owners.popitem(last=False)
        return owner == visitor


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
