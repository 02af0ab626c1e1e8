"""Who is signed in, and which browsers are known; of every token, only the hash is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from tourbot.accounts import Accounts
from tourbot.staffroom.database import Database

SESSION_SECONDS = 12 * 3600
DEVICE_SECONDS = 180 * 86400
# After so many wrong passwords in a row, a known browser is one like any other.
_DEVICE_TRIES = 10
_MOST_DEVICES = 20  # of one account


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of one account; times are UTC, ISO 8601, empty where there is none."""

    name: str
    since: str
    sessions: int
    signed_in: str


class Sessions:
    """The sessions and known browsers of all accounts.

    Both end with the password of their account: each keeps a stamp of it.

    Args:
        database: Where they are kept.
        accounts: Whose they are.
        clock: As ``time.time``.
    """

    def __init__(
        self, database: Database, accounts: Accounts, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock

    def user(self, token: str) -> str:
        """Return who is signed in with a token, or nothing.

        Raises:
            SetupError: The accounts or the sessions cannot be read.
        """
        if not token:
            return ""
        query = "SELECT name, stamp FROM sessions WHERE token = ? AND ends > ?"
        with self._database.reading() as connection:
            found = connection.execute(query, (_hashed(token), self._clock())).fetchone()
        return str(found[0]) if found and found[1] == self._accounts.stamp(found[0]) else ""

    def begin(self, name: str, former: str = "", device: str = "") -> tuple[str, str]:
        """Sign an account in.

        Args:
            name: Of the account.
            former: Token of the session that this browser had; it ends.
            device: Token by which this browser was known; a new one takes its place.

        Returns:
            The tokens of the session and of the browser.
        """
        now, stamp = self._clock(), self._accounts.stamp(name)
        session, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            for table in ("sessions", "devices"):
                connection.execute(f"DELETE FROM {table} WHERE ends <= ?", (now,))  # noqa: S608
            connection.execute("DELETE FROM sessions WHERE token = ?", (_hashed(former),))
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)",
                (_hashed(session), name, stamp, now + SESSION_SECONDS),
            )
            # The others who use this browser stay known.
            connection.execute(
                "UPDATE devices SET token = ? WHERE token = ?", (_hashed(browser), _hashed(device))
            )
            connection.execute(
                "INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, 0)",
                (_hashed(browser), name, stamp, now + DEVICE_SECONDS),
            )
            _forget_oldest(connection, name)
            connection.execute("INSERT OR REPLACE INTO signed_in VALUES (?, ?)", (name, at))
        return session, browser

    def end(self, token: str) -> None:
        """End one session."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE token = ?", (_hashed(token),))

    def end_all(self, name: str | None = None) -> int:
        """End all sessions of an account, or everyone's, and forget the browsers.

        Returns:
            How many sessions that were.
        """
        ended = 0
        with self._database.writing() as connection:
            for table in ("devices", "sessions"):
                query = f"DELETE FROM {table} WHERE ? IS NULL OR name = ?"  # noqa: S608
                ended = connection.execute(query, (name, name)).rowcount
        return ended

    def forget(self, name: str) -> None:
        """Forget an account that was removed: one of the same name made later is another."""
        self.end_all(name)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM signed_in WHERE name = ?", (name,))

    def tries(self, device: str, name: str) -> bool:
        """Tell whether a browser is known for an account, and count one more password of it.

        A known browser need not wait, whatever others try from elsewhere. ``begin`` counts anew.
        """
        if not device:
            return False
        where = "WHERE token = ? AND name = ? AND stamp = ? AND ends > ? AND failures < ?"
        key = (_hashed(device), name, self._accounts.stamp(name), self._clock(), _DEVICE_TRIES)
        query = f"UPDATE devices SET failures = failures + 1 {where}"  # noqa: S608
        with self._database.writing() as connection:
            return connection.execute(query, key).rowcount > 0

    def overview(self) -> list[Overview]:
        """Return what is known of every account, sorted by name."""
        with self._database.reading() as connection:
            signed_in = dict(connection.execute("SELECT name, at FROM signed_in").fetchall())
            query = "SELECT name, stamp FROM sessions WHERE ends > ?"
            open_ = connection.execute(query, (self._clock(),)).fetchall()
        found = []
        for name in self._accounts.names():
            number = open_.count((name, self._accounts.stamp(name)))
            since = self._accounts.since(name)
            found.append(Overview(name, since, number, str(signed_in.get(name, ""))))
        return found


def _forget_oldest(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(
        "DELETE FROM devices WHERE name = ? AND token NOT IN"
        " (SELECT token FROM devices WHERE name = ? ORDER BY ends DESC LIMIT ?)",
        (name, name, _MOST_DEVICES),
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
