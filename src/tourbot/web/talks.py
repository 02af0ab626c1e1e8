"""What was said on open pages: kept here, by the session's name, never taken from the page.

A client that told the server what had been said before could make it say, and read, anything.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from tourbot.types import Answer

_MOST_TALKS = 1_000
_MOST_CHARS = 2_100
# Older turns of a talk are forgotten: a page of hundreds is no longer read.
_MOST_TURNS = 50


@dataclass(slots=True, eq=False)
class Turn:
    """One question and what came of it.

    Attributes:
        asked: The question as typed, or the beginning of one too long to be read.
        answer: None while it is waited for, and where there is none.
        failure: Why there is none.
    """

    asked: str
    answer: Answer | None = None
    failure: str = ""


@dataclass(slots=True, eq=False)
class Talk:
    """A conversation; ``turns`` oldest first. Its questions are answered one after the other."""

    turns: list[Turn] = field(default_factory=list)
    one_at_a_time: Lock = field(default_factory=Lock)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers given, oldest first."""
        return tuple(turn.answer for turn in self.turns if turn.answer)

    @property
    def understood(self) -> list[str]:
        """The questions so far, each as it was understood."""
        return [answer.understood for answer in self.answers if answer.silence != "courtesy"]

    def ask(self, question: str) -> Turn:
        """Begin a turn."""
        turn = Turn(question[:_MOST_CHARS])
        self.turns.append(turn)
        del self.turns[:-_MOST_TURNS]
        return turn


class Talks:
    """The conversations of all open pages; those not used for longest are forgotten."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, Talk] = OrderedDict()
        self._lock = Lock()

    def of(self, session: str) -> Talk:
        """Return the conversation of a session, a new one at first."""
        with self._lock:
            talk = self._talks.setdefault(session, Talk())
            self._talks.move_to_end(session)
            while len(self._talks) > _MOST_TALKS:
                self._talks.popitem(last=False)
            return talk

    def answers_of(self, session: str) -> tuple[Answer, ...]:
        """Return the answers of a session, none where nothing was asked."""
        with self._lock:
            talk = self._talks.get(session)
        return talk.answers if talk else ()

    def forget(self, session: str) -> None:
        """Let a session begin anew."""
        with self._lock:
            self._talks.pop(session, None)
