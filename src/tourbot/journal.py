"""What was asked and what was said, so that staff see which questions go unanswered."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the journal; ``asked`` is UTC, ISO 8601."""

    asked: str
    question: str
    understood: str
    language: str
    abstained: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Vote:
    """What someone thought of an answer; ``voted`` is UTC, ISO 8601, ``answer`` what was quoted."""

    voted: str
    question: str
    understood: str
    language: str
    answer: str


class Journal:
    """The journal in an SQLite file, created when missing; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._made = False

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
                connection.execute(
                    "INSERT INTO questions (asked, question, understood, language, abstained,"
                    " confidence, citations) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.Error as error:
            _log.warning("a question could not be noted in %s: %s", self._path, error)

    def unanswered(self, limit: int = 100) -> list[Entry]:
        """Return the newest questions that got no answer, newest first."""
        query = (
            "SELECT asked, question, understood, language, abstained, confidence FROM questions"
            " WHERE abstained = 1 ORDER BY id DESC LIMIT ?"
        )
        with closing(self._connect()) as connection:
            return [
                Entry(asked, question, understood, lang, bool(abstained), confidence)
                for asked, question, understood, lang, abstained, confidence in connection.execute(
                    query, (limit,)
                )
            ]

    def vote(self, answer: Answer, *, liked: bool) -> None:
        """Note what someone thinks of an answer.

        Raises:
            sqlite3.Error: It could not be noted.
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
            connection.execute(
                "INSERT INTO votes (voted, liked, question, understood, language, answer)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def disliked(self, limit: int = 100) -> list[Vote]:
        """Return the newest answers that someone found bad, newest first."""
        query = (
            "SELECT voted, question, understood, language, answer FROM votes"
            " WHERE liked = 0 ORDER BY id DESC LIMIT ?"
        )
        with closing(self._connect()) as connection:
            return [Vote(*row) for row in connection.execute(query, (limit,))]

    def _connect(self) -> sqlite3.Connection:
        """Open the file, which is made at first use: a full disk does not stop the program."""
        connection = sqlite3.connect(self._path, timeout=10)
        if not self._made:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
            except sqlite3.Error:
                connection.close()
                raise
            self._made = True
        return connection
