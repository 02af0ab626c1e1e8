"""Who did what on the staff page, and who tried to get in."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from tourbot.staffroom.database import Database, StaffDataError

_log = logging.getLogger(__name__)
# Failures have a part of their own: who floods them pushes nothing else out.
_MOST_DEEDS, _MOST_FAILURES = 4000, 1000
_MOST_FILES, _MOST_CHARS = 50, 200
FAILED = "sign-in-failed"
ASKED, DONE, NOT_DONE = "asked", "done", "not-done"


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the history.

    Attributes:
        at: When, last, in UTC, ISO 8601.
        name: Of the account; empty where there is none of the name that was typed.
        action: A stable word, such as ``"upload"``.
        files: Their names, the first of them.
        number: How many files there were.
        outcome: ``"asked"`` until it has ended, then ``"done"`` or ``"not-done"``.
        address: Where it came from; empty on the command line.
        times: How often, within its hour.
    """

    at: str
    name: str
    action: str
    files: tuple[str, ...]
    number: int
    outcome: str
    address: str
    times: int


class History:
    """The last 4,000 deeds and 1,000 failures to sign in.

    What cannot be noted, on a full disk, is logged: it is no reason not to do it.

    Args:
        database: Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        name: str,
        action: str,
        files: Sequence[str] = (),
        address: str = "",
        outcome: str = DONE,
    ) -> int:
        """Note what someone did, or, as ``"asked"``, has begun.

        Returns:
            The number of the line, for ``complete``; zero when it could not be noted.
        """
        row = (_now(), name, action, _packed(files), len(files), outcome, address)
        try:
            with self._database.writing() as connection:
                line = connection.execute(
                    "INSERT INTO history (at, name, action, files, number, outcome, address, times)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                    row,
                ).lastrowid
                for what, most in (("<>", _MOST_DEEDS), ("=", _MOST_FAILURES)):
                    connection.execute(
                        f"DELETE FROM history WHERE action {what} ? AND id <= (SELECT id FROM"  # noqa: S608
                        f" history WHERE action {what} ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                        (FAILED, FAILED, most),
                    )
        except StaffDataError as error:
            _log.warning("%s by %s could not be noted: %s", action, name, error)
            return 0
        return line or 0

    def complete(self, line: int, files: Sequence[str], outcome: str) -> None:
        """Say how something ended that was asked for, and of which files it was."""
        try:
            with self._database.writing() as connection:
                connection.execute(
                    "UPDATE history SET files = ?, number = ?, outcome = ? WHERE id = ?",
                    (_packed(files), len(files), outcome, line),
                )
        except StaffDataError as error:
            _log.warning("how line %d of the history ended could not be noted: %s", line, error)

    def failed(self, name: str, address: str) -> None:
        """Note a wrong password, once an hour for each name and address, and how often.

        Args:
            name: Of an account, or empty: what was typed instead of a name may be a password.
            address: Where it came from.
        """
        now = _now()
        try:
            with self._database.writing() as connection:
                again = connection.execute(
                    "UPDATE history SET times = times + 1, at = ?"
                    " WHERE action = ? AND name = ? AND address = ? AND substr(at, 1, 13) = ?",
                    (now, FAILED, name, address, now[:13]),
                ).rowcount
        except StaffDataError as error:
            _log.warning("a wrong password could not be noted: %s", error)
            return
        if not again:
            self.note(name, FAILED, address=address, outcome=NOT_DONE)

    def newest(self, limit: int = 200) -> list[Deed]:
        """Return the last deeds and failures, newest first.

        Raises:
            StaffDataError: They cannot be read.
        """
        query = (
            "SELECT at, name, action, files, number, outcome, address, times FROM history"
            " ORDER BY at DESC, id DESC LIMIT ?"
        )
        with self._database.reading() as connection:
            rows = connection.execute(query, (limit,)).fetchall()
        return [
            Deed(at, name, action, tuple(json.loads(files)), number, outcome, address, times)
            for at, name, action, files, number, outcome, address, times in rows
        ]


def _packed(files: Sequence[str]) -> str:
    return json.dumps([name[:_MOST_CHARS] for name in files[:_MOST_FILES]], ensure_ascii=True)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
