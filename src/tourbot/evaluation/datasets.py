"""Questions with known answers: our own set, and any file in SQuAD's format (PIAF, FQuAD)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tourbot.errors import UsageError
from tourbot.parsing.builder import TextBuilder
from tourbot.types import Document, Metadata


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document that answer a question."""

    document_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One record.

    Attributes:
        kind: What it tries: fact, list, number, date, person, look-alike, follow-up, wording,
            unanswerable.
        history: Earlier questions of the dialogue, oldest first.
        answers: Strings of which at least one stands in a right answer.
        quotes: Where the answer stands.
        reason: Why there is no answer; only for unanswerable ones.
    """

    id: str
    lang: str
    kind: str
    split: str
    question: str
    history: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    unanswerable: bool = False
    reason: str = ""

    @property
    def relevant(self) -> frozenset[str]:
        """Ids of the documents that hold the answer."""
        return frozenset(quote.document_id for quote in self.quotes)


def load_questions(path: Path, split: str | None = None) -> list[Question]:
    """Read our own set, one JSON object per line.

    Raises:
        UsageError: A line is not valid; the message gives its number and the reason.
    """
    found = []
    for number, line in enumerate(_read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{path}, line {number} is not a valid question"
                f" ({type(error).__name__}: {error}).\nMend that line."
            ) from error
        if split is None or question.split == split:
            found.append(question)
    if not found:
        raise UsageError(f"{path} holds no question{f' of the split {split!r}' if split else ''}.")
    return found


def _question(data: dict[str, Any]) -> Question:
    quotes = tuple(Quote(**quote) for quote in data.pop("quotes", ()))
    history, answers = tuple(data.pop("history", ())), tuple(data.pop("answers", ()))
    question = Question(quotes=quotes, history=history, answers=answers, **data)
    if question.unanswerable == bool(quotes):
        raise ValueError("an answerable question has quotes, an unanswerable one has none")
    if question.unanswerable and not question.reason:
        raise ValueError("an unanswerable question gives its reason")
    return question


def load_squad(path: Path, prefix: str = "") -> tuple[list[Document], list[Question]]:
    """Read a file in SQuAD's format: one document per context, titled after its article.

    Args:
        path: The file.
        prefix: Put before document ids, so that several files can be joined.

    Raises:
        UsageError: The file is missing or of another format.
    """
    try:
        articles = json.loads(_read(path))["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is not a file in SQuAD's format ({error}).") from error
    documents, questions = [], []
    for number, article in enumerate(articles):
        for position, paragraph in enumerate(article["paragraphs"]):
            builder = TextBuilder()
            for line in paragraph["context"].split("\n"):
                builder.line(line)
            parsed = builder.build(Metadata(title=article.get("title") or ""))
            id_ = f"{prefix}{number}-{position}"
            documents.append(
                Document(id_, "0" * 64, parsed.metadata, "fr", parsed.text, parsed.blocks)
            )
            for qa in paragraph["qas"]:
                answers = tuple(answer["text"] for answer in qa["answers"])
                questions.append(
                    Question(
                        id=str(qa["id"]),
                        lang="fr",
                        kind="squad",
                        split=prefix.strip("-") or "all",
                        question=qa["question"],
                        answers=answers,
                        quotes=tuple(Quote(id_, answer) for answer in answers),
                    )
                )
    return documents, questions


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}).\nGive the path of an existing file."
        ) from error
