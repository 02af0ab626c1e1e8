"""What was asked and what was said, so that staff see which questions go unanswered."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tourbot.text.typography import plain
from tourbot.types import Answer

_log = logging.getLogger(__name__)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
    id INTEGER PRIMARY KEY,
    asked TEXT NOT NULL,
    question TEXT NOT NULL,
    understood TEXT NOT NULL,
    language TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    confidence REAL NOT NULL,
    citations TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS votes (
    id INTEGER PRIMARY KEY,
    voted TEXT NOT NULL,
    liked INTEGER NOT NULL,
    question TEXT NOT NULL,
    understood TEXT NOT NULL,
    language TEXT NOT NULL,
    answer TEXT NOT NULL
);
"""


# A visitor could fill the disk otherwise.
_MOST_QUESTIONS, _MOST_VOTES = 200_000, 20_000
_KEEP_NEWEST = "DELETE FROM {table} WHERE id <= (SELECT MAX(id) FROM {table}) - ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the journal, as it was asked last.

    Attributes:
        asked: When; UTC, ISO 8601.
        times: How often it was asked, in whatever spelling.
    """

    asked: str
    question: str
    understood: str
    language: str
    abstained: bool
    confidence: float
    times: int = 1


@dataclass(frozen=True, slots=True)
class Vote:
    """What was thought of an answer, as it was said last.

    Attributes:
        voted: When; UTC, ISO 8601.
        answer: What was quoted.
        times: How often it was said of the same answer to the same question.
    """

    voted: str
    question: str
    understood: str
    language: str
    answer: str
    times: int = 1


class Journal:
    """The journal in an SQLite file, created when missing; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = False
        self._making = Lock()

    def record(self, answer: Answer) -> None:
        """Note a question and what became of it.

        That it cannot be noted, on a full disk, is logged: it is no reason not to answer.
        """
        cited = [[c.document_id, c.start, c.end] for c in answer.citations]
        row = (
            dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            answer.question,
            answer.understood,
            answer.language,
            int(answer.abstained),
            answer.confidence,
            json.dumps(cited),
        )
        try:
            with closing(self._connect()) as connection, connection:
                connection.execute(_KEEP_NEWEST.format(table="questions"), (_MOST_QUESTIONS,))
                connection.execute(
                    "INSERT INTO questions (asked, question, understood, language, abstained,"
                    " confidence, citations) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except (sqlite3.Error, OSError) as error:
            _log.warning("a question could not be noted in %s: %s", self._path, error)

    def unanswered(self, limit: int = 100) -> list[Entry]:
        """Return the questions that got no answer, each once, the one asked last first."""
        # Of a group, SQLite takes the other columns from the row that has the maximum.
        query = (
            "SELECT asked, question, understood, language, abstained, confidence, COUNT(*), MAX(id)"
            " FROM questions WHERE abstained = 1 GROUP BY spelling(understood)"
            " ORDER BY MAX(id) DESC LIMIT ?"
        )
        with closing(self._connect()) as connection:
            return [
                Entry(asked, question, understood, lang, bool(abstained), confidence, times)
                for asked, question, understood, lang, abstained, confidence, times, _ in (
                    connection.execute(query, (limit,))
                )
            ]

    def vote(self, answer: Answer, *, liked: bool) -> None:
        """Note what someone thinks of an answer.

        Raises:
            sqlite3.Error, OSError: It could not be noted.
        """
        row = (
            dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            int(liked),
            answer.question,
            answer.understood,
            answer.language,
            "\n".join(citation.quote for citation in answer.citations),
        )
        with closing(self._connect()) as connection, connection:
            connection.execute(_KEEP_NEWEST.format(table="votes"), (_MOST_VOTES,))
            connection.execute(
                "INSERT INTO votes (voted, liked, question, understood, language, answer)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def disliked(self, limit: int = 100) -> list[Vote]:
        """Return the answers that someone found bad, each once, the one voted on last first."""
        query = (
            "SELECT voted, question, understood, language, answer, COUNT(*), MAX(id) FROM votes"
            " WHERE liked = 0 GROUP BY spelling(understood), answer"
            " ORDER BY MAX(id) DESC LIMIT ?"
        )
        with closing(self._connect()) as connection:
            return [Vote(*row) for *row, _ in connection.execute(query, (limit,))]

    def _connect(self) -> sqlite3.Connection:
        """Open the file, which is made at first use: a full disk does not stop the program."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # said below, where it cannot be made
            self._path.touch(0o600)
        connection = sqlite3.connect(self._path, timeout=10)
        connection.create_function("spelling", 1, _spelling, deterministic=True)
        with self._making:  # two that switch to the log at once do not wait for each other
            if not self._made:
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                    connection.executescript(_SCHEMA)
                except sqlite3.Error:
                    connection.close()
                    raise
                self._made = True
        return connection


def _spelling(question: str) -> str:
    """Return what two spellings of one question share: SQLite's own ``lower`` knows only ASCII.

    >>> _spelling("Où  est l’État ?") == _spelling("OU EST L'ETAT")
    True
    """
    return plain(question).rstrip(" ?!.…")
