"""The SQLite file of the staff page, ``staff.db``: replicas share it, and a restart keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from tourbot.errors import SetupError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    stamp TEXT NOT NULL,
    ends REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS devices (
    token TEXT NOT NULL,
    name TEXT NOT NULL,
    stamp TEXT NOT NULL,
    ends REAL NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (token, name)
);
CREATE TABLE IF NOT EXISTS signed_in (name TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delays (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    until REAL NOT NULL,
    touched REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS delays_touched ON delays (touched);
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    files TEXT NOT NULL,
    number INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    address TEXT NOT NULL,
    times INTEGER NOT NULL
);
"""
_WAIT_SECONDS = 5


class StaffDataError(SetupError):
    """``staff.db`` cannot be read or written."""


class Database:
    """The file, kept open; safe to use from several threads, one after the other.

    Args:
        path: The file; made, for its owner alone, at first use, and anew when it was removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._open: sqlite3.Connection | None = None
        self._inode = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read the file.

        Raises:
            StaffDataError: It cannot be opened or read.
        """
        with self._lock, self._telling():
            yield self._connection()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the file: everything or nothing, one writer after the other.

        Raises:
            StaffDataError: It cannot be opened or written.
        """
        with self._lock, self._telling(), self._connection() as connection:
            # Now, not at the first change: what is read before it must still be so.
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self._close()  # the next one opens it again: it may have been repaired
            raise StaffDataError(
                f"{self.path} cannot be read or written ({error}).\n"
                "Make sure that the disk is not full and the file yours. If it is damaged, remove "
                "it: everyone signs in again, and the history of the staff page begins anew."
            ) from error

    def _connection(self) -> sqlite3.Connection:
        if self._open is None or not self.path.exists() or self.path.stat().st_ino != self._inode:
            self._close()
            self._open = self._opened()
            self._inode = self.path.stat().st_ino
        return self._open

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():  # what belonged to a file that was removed is none of a new one
            for beside in ("-wal", "-shm"):
                self.path.with_name(f"{self.path.name}{beside}").unlink(missing_ok=True)
        # SQLite would let others read it; what it puts beside it follows.
        self.path.touch(0o600)
        self.path.chmod(0o600)
        connection = sqlite3.connect(
            self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
