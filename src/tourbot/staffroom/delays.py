"""How long one waits after wrong passwords: longer each time, and never for ever.

What counts is the pair of an address and a name. Each pair has a moment of its own from which its
next password is looked at, whatever others do meanwhile: who attacks a name from many addresses
makes its owner wait a minute at a new browser, and no more. An address that has tried many names
tries further ones one after the other.
"""

from __future__ import annotations

import hashlib
import ipaddress
import sqlite3
import time
from collections.abc import Callable

from tourbot.staffroom.database import Database

# A pair may err so often without waiting; the wait doubles with each further time.
_FREE, _FIRST_SECONDS, _MOST_SECONDS = 5, 5.0, 900.0
# The same for a name from all addresses, and for an address with all names.
_WIDE_FREE, _WIDE_STEP, _WIDE_MOST_SECONDS = 20, 10, 60.0
_FORGOTTEN_SECONDS = 86400.0
_MOST_ROWS = 10_000


class Delays:
    """The wrong passwords of the last day, no more than 10,000 of them.

    Args:
        database: Where they are counted.
        clock: As ``time.time``.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, address: str) -> float:
        """Count a password as wrong before it is compared, or many at once would all be.

        Returns:
            Zero, or the seconds to wait first; then nothing was counted.
        """
        now = self._clock()
        with self._database.writing() as connection:
            _tidy(connection, now)
            pair, by_name, by_address = _keys(name, address)
            of_name, _ = _row(connection, by_name)
            of_address, turn = _row(connection, by_address)
            failures, until = _row(connection, pair)
            if until < 0 and of_address >= _WIDE_FREE and turn > now:
                # One name after the other, and nothing kept of the others: who makes up names would
                # have us forget what counts.
                _write(connection, by_address, of_address, turn, now)
                return turn - now
            if until < 0 < _gentle(of_name):  # its first time: it is given its moment
                until = now + _gentle(of_name)
                _write(connection, pair, failures, until, now)
            if until > now:
                return until - now
            _write(connection, by_name, of_name + 1, now, now)
            _write(connection, by_address, of_address + 1, now + _gentle(of_address), now)
            failures += 1
            slow = max(_steep(failures), _gentle(of_name), _gentle(of_address))
            _write(connection, pair, failures, now + slow, now)
        return 0.0

    def give_back(self, name: str, address: str, *, right: bool) -> None:
        """Take back what ``take`` counted: the password was right, or nobody looked at it."""
        now = self._clock()
        with self._database.writing() as connection:
            pair, *wide = _keys(name, address)
            for key in wide:
                _write(connection, key, max(0, _row(connection, key)[0] - 1), now, now)
            failures = 0 if right else max(0, _row(connection, pair)[0] - 1)
            _write(connection, pair, failures, now, now)


def grouped(host: str) -> str:
    """Return an address, or the network of one of IPv6: whoever has one of those has all.

    >>> grouped("192.0.2.7"), grouped("2001:db8:1:2:3:4:5:6"), grouped("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a socket has none
        return host[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.IPv6Network((int(address), 64), strict=False))


def _steep(failures: int) -> float:
    if failures < _FREE:
        return 0.0
    return float(min(_MOST_SECONDS, _FIRST_SECONDS * 2 ** min(failures - _FREE, 20)))


def _gentle(failures: int) -> float:
    if failures < _WIDE_FREE:
        return 0.0
    steps = min((failures - _WIDE_FREE) // _WIDE_STEP, 20)
    return float(min(_WIDE_MOST_SECONDS, _FIRST_SECONDS * 2**steps))


def _keys(name: str, address: str) -> tuple[str, str, str]:
    """Return the keys of the pair, the name and the address, of one length whatever was typed."""
    kinds = (("pair", address, name), ("name", name), ("address", address))
    one, two, three = (
        hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest() for parts in kinds
    )
    return one, two, three


def _row(connection: sqlite3.Connection, key: str) -> tuple[int, float]:
    query = "SELECT failures, until FROM delays WHERE key = ?"
    found = connection.execute(query, (key,)).fetchone()
    return (int(found[0]), float(found[1])) if found else (0, -1.0)


def _write(
    connection: sqlite3.Connection, key: str, failures: int, until: float, now: float
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO delays VALUES (?, ?, ?, ?)", (key, failures, until, now)
    )


def _tidy(connection: sqlite3.Connection, now: float) -> None:
    """Forget what is old, what a clock that was wrong has put into the future, and what is much."""
    connection.execute(
        "DELETE FROM delays WHERE touched < ? OR touched > ?", (now - _FORGOTTEN_SECONDS, now + 1)
    )
    (rows,) = connection.execute("SELECT COUNT(*) FROM delays").fetchone()
    if rows > _MOST_ROWS:
        connection.execute(
            "DELETE FROM delays WHERE key IN"
            " (SELECT key FROM delays ORDER BY failures, touched LIMIT ?)",
            (rows - _MOST_ROWS,),
        )
