"""Who asks: visitors, told apart by a cookie, and the clients behind which they stand."""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

COOKIE = "tourbot_visitor"
_NAME = re.compile(r"[\w-]{22}")
_MOST_SESSIONS = 20_000


def client_of(scope: Scope) -> str:
    """Return the address that asks; of IPv6 the part that one subscriber has (RFC 6177: /64).

    >>> client_of({"client": ("2001:db8::1:2:3", 80)}), client_of({"client": ("192.0.2.1", 80)})
    ('2001:db8::', '192.0.2.1')
    """
    host = str((scope.get("client") or ("",))[0])
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return host


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
