"""The read side: question → answer.

Holds one open generation and notices when a new one is current.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from threading import Lock

from tourbot import filtering, rules
from tourbot.answering.engine import Answering
from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.filtering import EVERYTHING, Filters
from tourbot.index import Fingerprint, IndexStore
from tourbot.journal import Journal
from tourbot.strings import NARROW, say
from tourbot.text import language
from tourbot.types import Answer, Retrieved
from tourbot.understanding import conversation
from tourbot.understanding.shorthand import spelt_out

MAX_QUESTION_CHARS = 2000


class Assistant:
    """Answers questions over the current generation; safe to use from several threads.

    Args:
        index: Where the generations are.
        embedding: The one that the settings name.
        journal: Where questions are noted; none by default.
        threshold: Confidence from which an answer is given; the fitted one by default.

    Raises:
        IndexUnusableError: There is no index or it does not fit the settings.
    """

    def __init__(
        self,
        index: IndexStore,
        embedding: Embedding,
        journal: Journal | None = None,
        threshold: float | None = None,
    ) -> None:
        self._index = index
        self.embedding = embedding
        self._journal = journal
        self._threshold = threshold
        self._lock = Lock()
        self._opened: Answering | None = None
        self._previous: Answering | None = None
        self._current()

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        record: bool = True,
        without: Collection[str] = (),
        filters: Filters = EVERYTHING,
        today: dt.date | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: As typed; what is no character is replaced first (see ``readable``).
            history: What was understood of the earlier questions of this conversation, oldest
                first.
            record: Whether to note it in the journal.
            without: Ids of documents to answer without, as if they had never been ingested.
            filters: Which documents to answer from; all by default.
            today: The day that « l’an dernier » and « prochain » count from; the present one by
                default.

        Returns:
            The answer, with citations, or abstaining.

        Raises:
            UsageError: The question is empty, too long or holds no words, or no document has what
                a filter asks for; the message is for the user, in the question's language.
            IndexUnusableError: The index has become unusable since the start.
        """
        question = readable(question)
        check_question(question)
        lang = language.detect(question)
        if conversation.is_courtesy(question):
            return Answer(question, question.strip(), lang, (), 0.0, (), silence="courtesy")
        opened = self._current()
        for name, value in filters.unknown(opened.metadata):
            there = ", ".join(filtering.offered(opened.metadata.values())[name])
            raise UsageError(say(lang, f"error_filter_{name}", value=value, there=there))
        hidden = frozenset(without) | filters.outside(opened.metadata)
        today = today or dt.date.today()
        understood = opened.understand(_written_out(question), history, today)
        previous = history[-1] if history else ""
        answer = opened.answer(question, understood, lang, hidden, today, previous)
        answer = dataclasses.replace(answer, filtered=bool(filters))
        # What a filter hid is no gap in the documents.
        if record and self._journal is not None and not (filters and answer.abstained):
            self._journal.record(answer)
        return answer

    def offered(self) -> dict[str, list[str]]:
        """Return the values that the filters can take, by the names of their fields."""
        return filtering.offered(self._current().metadata.values())

    def warm_up(self) -> None:
        """Load now what the first question would wait for.

        Raises:
            ModelError: The embedding model cannot be loaded.
            IndexUnusableError: The index has become unusable since the start.
        """
        self.ask("Qui ?", record=False)

    def understand(
        self, question: str, history: Sequence[str] = (), today: dt.date | None = None
    ) -> str:
        """Return the standalone question that ``ask`` would search for, without answering it.

        Raises:
            UsageError: As in ``ask``.
            IndexUnusableError: The index has become unusable since the start.
        """
        question = readable(question)
        check_question(question)
        today = today or dt.date.today()
        return self._current().understand(_written_out(question), history, today)

    def explain(
        self, question: str, history: Sequence[str] = (), today: dt.date | None = None
    ) -> Iterator[tuple[str, str]]:
        """Tell how a question is answered, step by step: each step's name and what came of it.

        Args:
            question: As in ``ask``, like the others.
            history: What was understood of earlier questions.
            today: The day that it is asked on.

        Raises:
            UsageError: As in ``ask``.
            IndexUnusableError: The index has become unusable since the start.
        """
        today, question = today or dt.date.today(), readable(question)
        written = _written_out(question)
        understood = self.understand(question, history, today)
        lang = language.detect(question)
        yield "typed", question
        yield "written out", written
        yield "understood", understood
        yield from self._current().explain(understood, lang, today)
        answer = self.ask(question, history, record=False, today=today)
        yield "answered as", answer.understood
        yield "outcome", f"{answer.outcome}, confidence {answer.confidence:.3f}"
        for citation in answer.citations:
            yield f"quote {citation.number}", f"{citation.metadata.title}: {citation.quote}"

    def retrieve(
        self, question: str, lang: str, count: int, *, without: Collection[str] = ()
    ) -> list[Retrieved]:
        """Return the best passages for a standalone question, without reading them."""
        return self._current().retrieve(question, lang, count, frozenset(without))

    def _current(self) -> Answering:
        """Return the generation in use, opening a new one when the pointer has moved.

        The one left is closed at the next move, when the questions that were using it are done.
        """
        name = self._index.current_name()
        with self._lock:
            if self._opened is None or self._opened.generation.name != name:
                fresh = Answering(
                    self._index.open(Fingerprint(self.embedding.fingerprint)),
                    self.embedding,
                    self._threshold,
                )
                if self._previous is not None:
                    self._previous.generation.close()
                self._previous, self._opened = self._opened, fresh
            return self._opened


def _written_out(question: str) -> str:
    return spelt_out(question) if rules.on("shorthand") else question


def readable(question: str) -> str:
    r"""Put « � » for what no tokenizer or database takes: control codes, halves of characters.

    >>> readable("\ud800Numeum\0?")
    '�Numeum�?'
    """
    return "".join(
        "�" if unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace() else c for c in question
    )


def check_question(question: str, lang: str | None = None) -> None:
    """Refuse what cannot be searched.

    Args:
        question: As typed.
        lang: Language of the message; the question's own by default.

    Raises:
        UsageError: With a sentence for the person who asked.
    """
    text = question.strip()
    lang = lang or language.detect(text[:500])
    if not text:
        raise UsageError(say(lang, "error_empty"))
    if len(text) > MAX_QUESTION_CHARS:
        length = f"{len(text):,}".replace(",", NARROW if lang == "fr" else ",")
        limit = f"{MAX_QUESTION_CHARS:,}".replace(",", NARROW if lang == "fr" else ",")
        raise UsageError(say(lang, "error_too_long", length=length, limit=limit))
    letters = [c for c in text if c.isalpha()]
    if not letters and not any(c.isdigit() for c in text):
        raise UsageError(say(lang, "error_no_words", question=text[:40]))
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if letters and latin < len(letters) / 2:
        raise UsageError(say(lang, "error_script"))
