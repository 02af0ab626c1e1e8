"""Questions with known answers, and the file format of our own set: one JSON object per line."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tourbot.errors import UsageError
from tourbot.types import Document

# Broken lines shown at once; a file with more is usually broken in one way.
_SHOWN = 10
Kind = Literal[
    "fact",
    "list",
    "number",
    "date",
    "person",
    "organisation",
    "comparison",
    "look-alike",
    "follow-up",
    "disagreement",
    "relative-date",
    "wording",
    "article",
    "squad",
    "beir",
    "faq",
    "reading",
    "unanswerable",
]
Answers = tuple[str | tuple[str, ...], ...]


class Quote(BaseModel):
    """Words of a document that answer a question.

    Attributes:
        start, end: Offsets in the document's text: ``text == document.text[start:end]``.
        part: Which part of the answer it gives; quotes of one part are alternatives, and a whole
            answer has one of each part (a comparison has two parts or more).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    document_id: Annotated[str, Field(min_length=1)]
    start: Annotated[int, Field(ge=0)]
    end: int
    text: Annotated[str, Field(min_length=1)]
    part: int = 1

    @model_validator(mode="after")
    def _check(self) -> Quote:
        if self.end - self.start != len(self.text):
            raise ValueError(
                f"offsets {self.start}-{self.end} span {self.end - self.start} characters, "
                f"the text has {len(self.text)}"
            )
        return self


class Question(BaseModel):
    """One record.

    Attributes:
        kind: What it tries.
        split: The part it belongs to: ``dev`` may be tuned on, ``test`` never.
        history: Earlier questions of the dialogue, oldest first.
        today: The reference day of « le dernier », « prochain »; an ISO date, or empty.
        answers: What is accepted: one of these strings stands in a right answer, or, where an
            alternative is a list, all of its strings.
        quotes: Where the answer stands.
        relevant: Relevance grades (> 0) of whole documents, where a data set judges those.
        reason: Why there is no answer; only for unanswerable ones.
        line: Where it stands in its file, from 1; 0 when it comes from no such file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    lang: Annotated[str, Field(pattern="^(fr|en)$")]
    kind: Kind
    split: str
    question: Annotated[str, Field(min_length=1)]
    history: tuple[str, ...] = ()
    today: str = ""
    answers: Answers = ()
    quotes: tuple[Quote, ...] = ()
    relevant: Mapping[str, int] = Field(default_factory=dict)
    unanswerable: bool = False
    reason: str = ""
    line: int = 0

    @model_validator(mode="after")
    def _check(self) -> Question:
        if self.today:
            datetime.date.fromisoformat(self.today)
        if self.unanswerable and (self.quotes or self.answers or self.relevant):
            raise ValueError("an unanswerable question has no quotes and no answers")
        if self.unanswerable and not self.reason:
            raise ValueError("an unanswerable question gives its reason")
        if not self.unanswerable and not (self.quotes or self.relevant):
            raise ValueError("an answerable question has quotes")
        if self.quotes and not self.answers:
            raise ValueError("a question with quotes has accepted answers")
        return self

    @property
    def documents(self) -> frozenset[str]:
        """Ids of the documents that hold the answer."""
        return frozenset(self.relevant) | {quote.document_id for quote in self.quotes}

    @property
    def parts(self) -> tuple[int, ...]:
        """The parts that a whole answer has, in order."""
        return tuple(sorted({quote.part for quote in self.quotes}))


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, and the documents they are asked over.

    Attributes:
        documents: None when they are those of the index in use.
        by_document: Whether relevance is judged on whole documents, else on the gold quotes.
    """

    name: str
    questions: tuple[Question, ...]
    documents: tuple[Document, ...] | None = None
    by_document: bool = False


def load_questions(path: Path, split: str | None = None) -> list[Question]:
    """Read our own format.

    Raises:
        UsageError: The file cannot be read, lines are not valid (the message gives the number of
            each and the reason), an id is used twice, or the part holds no question.
    """
    found: list[Question] = []
    errors: list[str] = []
    lines_of: dict[str, int] = {}
    for number, line in enumerate(read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            question = Question(**(_object(line) | {"line": number}))
        except ValueError as error:
            errors += [f"  line {number}: {reason}" for reason in _reasons(error)]
            continue
        earlier = lines_of.setdefault(question.id, number)
        if earlier != number:
            errors.append(f"  line {number}: the id {question.id!r} is that of line {earlier} too")
        if split is None or question.split == split:
            found.append(question)
    _refuse(path, errors)
    if not found:
        raise UsageError(
            f"{path} holds no question{f' of the part {split!r}' if split else ''}.\n"
            "Name another file or part (--split)."
        )
    return found


def check_quotes(path: Path, questions: Sequence[Question], texts: Mapping[str, str]) -> None:
    """Compare gold quotes with the documents.

    Args:
        path: The file of the questions, named in messages.
        questions: As loaded from it.
        texts: Text of each document of the index.

    Raises:
        UsageError: A document is unknown, or does not hold a quote at its place.
    """
    errors = []
    for question in questions:
        for quote in question.quotes:
            text = texts.get(quote.document_id)
            where = f"  line {question.line} ({question.id}): "
            if text is None:
                errors.append(f"{where}the index holds no document {quote.document_id!r}")
            elif text[quote.start : quote.end] != quote.text:
                errors.append(
                    f"{where}{quote.document_id} does not hold the quote at {quote.start}: it has "
                    f"{text[quote.start : quote.end][:60]!r}, the quote {quote.text[:60]!r}"
                )
    _refuse(path, errors, "To find moved quotes again: tourbot evaluate locate QUESTIONS")


def locate(path: Path, texts: Mapping[str, str]) -> int:
    """Write the offsets of every quote into a file of questions, from the quotes' texts.

    A text that stands several times in its document is taken where it is nearest to the offset
    given before.

    Returns:
        How many quotes were moved or placed.

    Raises:
        UsageError: A document is unknown or does not hold a text; nothing is written.
    """
    moved, errors, written = 0, [], []
    for number, line in enumerate(read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = _object(line)
        except ValueError as error:
            errors += [f"  line {number}: {reason}" for reason in _reasons(error)]
            continue
        for quote in record.get("quotes", []):
            start = _nearest(texts.get(quote["document_id"], ""), quote["text"], quote.get("start"))
            if start is None:
                known = "does not hold" if quote["document_id"] in texts else "is not indexed for"
                errors.append(f"  line {number}: {quote['document_id']} {known} {quote['text']!r}")
                continue
            moved += quote.get("start") != start
            quote |= {"start": start, "end": start + len(quote["text"])}
        written.append(json.dumps(record, ensure_ascii=False))
    _refuse(path, errors)
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return moved


def read(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}).\nGive the path of an existing file."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 text (byte {error.start}).\nSave it as UTF-8."
        ) from error


def _nearest(text: str, words: str, before: int | None) -> int | None:
    places = [n for n in range(len(text)) if text.startswith(words, n)] if words in text else []
    return min(places, key=lambda n: abs(n - (before or 0)), default=None)


def _object(line: str) -> dict[str, Any]:
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("a line holds one JSON object")
    return data


def _reasons(error: ValueError) -> list[str]:
    if isinstance(error, ValidationError):
        return [
            ": ".join(filter(None, [".".join(map(str, e["loc"])), e["msg"]]))
            for e in error.errors()
        ]
    if isinstance(error, json.JSONDecodeError):
        return [f"not valid JSON ({error.msg}, column {error.colno})"]
    return [str(error)]


def _refuse(path: Path, errors: Sequence[str], hint: str = "Mend these lines.") -> None:
    if errors:
        more = [f"  and {len(errors) - _SHOWN} more"] if len(errors) > _SHOWN else []
        listing = "\n".join([*errors[:_SHOWN], *more])
        raise UsageError(f"{path} cannot be used:\n{listing}\n{hint}")
