"""The values that travel through tourbot, all frozen, in the order in which they are made.

file → Document (blocks) → Passage → Retrieved → Answer (citations). Offsets are counted in Unicode
code points of ``Document.text``; ``text[start:end]`` is always the exact quote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

# An answer; a question back; passages close to the question, without a claim; nothing.
Outcome = Literal["answer", "choice", "near", "nothing"]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a block stands in its document, in the terms of its format.

    Attributes:
        headings: Heading path, outermost first.
        page: Page number, from 1 (PDF).
        slide: Slide number, from 1 (PPTX, ODP).
        event: Summary of the calendar event (ICS).
    """

    headings: tuple[str, ...] = ()
    page: int | None = None
    slide: int | None = None
    event: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set, ready for JSON."""
        pairs = {
            "headings": list(self.headings),
            "page": self.page,
            "slide": self.slide,
            "event": self.event,
        }
        return {name: value for name, value in pairs.items() if value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Locator:
        """Rebuild a locator from ``to_dict``."""
        return cls(
            headings=tuple(data.get("headings", ())),
            page=data.get("page"),
            slide=data.get("slide"),
            event=data.get("event"),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document that shares one locator; blocks are ordered and disjoint."""

    start: int
    end: int
    locator: Locator


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document beside its text; an empty string means unknown.

    Attributes:
        date: ISO date as precise as known: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        inferred: Names of the fields that no one gave and the program found out.
    """

    title: str = ""
    kind: str = ""
    date: str = ""
    region: str = ""
    url: str = ""
    publisher: str = ""
    inferred: tuple[str, ...] = ()

    @property
    def title_inferred(self) -> bool:
        """Whether the title is but the name of the file."""
        return "title" in self.inferred

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Metadata:
        """Rebuild metadata from what ``dataclasses.asdict`` and JSON made of it."""
        return cls(**{**data, "inferred": tuple(data.get("inferred", ()))})


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document.

    Attributes:
        id: Path under the corpus root, with forward slashes.
        digest: SHA-256 of the file, in hexadecimal.
        lang: ``"fr"`` or ``"en"``.
        text: Extracted text, Unicode NFC.
    """

    id: str
    digest: str
    metadata: Metadata
    lang: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a file that could not be read while the rest could.

    Attributes:
        where: Which part: « page 3 », the name of an attachment.
        code: As of a ``DocumentError``; so are ``reason`` and ``hint``.
    """

    where: str
    code: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of one block of one document, made of whole sentences.

    Attributes:
        title_inferred: Whether the title is but the name of the file.
    """

    document_id: str
    digest: str
    title: str
    lang: str
    text: str
    start: int
    end: int
    locator: Locator
    title_inferred: bool = False

    @property
    def id(self) -> str:
        """Stable identifier; it changes with the document's content."""
        return f"{self.document_id}@{self.digest[:16]}#{self.start}-{self.end}"

    @property
    def text_to_embed(self) -> str:
        """Title, heading path and passage: context for retrieval that is never quoted.

        A title that is but the name of the file is left out: renaming embeds nothing again.
        """
        return self._within("" if self.title_inferred else self.title)

    @property
    def text_to_match(self) -> str:
        """The same with any title: the words by which the passage is found."""
        return self._within(self.title)

    def _within(self, title: str) -> str:
        headings = [h for h in self.locator.headings if h != title]
        context = [title, *headings, self.locator.event or ""]
        return "\n".join([*(part for part in context if part), self.text])


def document_of(passage_id: str) -> str:
    """Return the id of the document that a passage is of.

    >>> document_of("a@b.md@0123456789abcdef#10-90")
    'a@b.md'
    """
    return passage_id.rpartition("@")[0]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage found for a question.

    Attributes:
        score: Fused score, higher is better; comparable within one question only.
        dense: Cosine similarity of question and passage, in [-1, 1].
        lexical: BM25 score, ≥ 0.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: ``document.text[start:end] == quote``.

    Attributes:
        label: The region, year or part of the question that it is about; empty where all are one.
        short: Where in the quote the words stand that answer, when that can be told.
        past: Whether it tells of an event that was over on the day of the question.
        newer: ISO date of a newer version of the same document, which does not answer; empty where
            there is none.
    """

    number: int
    document_id: str
    metadata: Metadata
    locator: Locator
    quote: str
    start: int
    end: int
    passage: Passage
    label: str = ""
    short: tuple[int, int] | None = None
    past: bool = False
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that may hold the answer, though nothing is claimed of it.

    Attributes:
        number: It goes on from those of the citations.
        start, end: Where in the document's text its most convincing sentence stands, with the
            neighbours that seem to belong to the answer.
    """

    number: int
    metadata: Metadata
    passage: Passage
    start: int
    end: int

    @property
    def document_id(self) -> str:
        """The document that it stands in."""
        return self.passage.document_id

    @property
    def sentence(self) -> str:
        """The most convincing sentence, with such neighbours; it stands in the passage."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to the user.

    Attributes:
        question: As typed.
        understood: The standalone question that was searched (differs after a follow-up).
        language: Language of the question, ``"fr"`` or ``"en"``.
        citations: In reading order, one per quoted stretch; empty if and only if ``abstained``.
        confidence: Estimated probability that the best evidence answers the question, in [0, 1].
        choices: Ways to complete an ambiguous question (regions, years); with them the program
            asks back.
        passages: The nearest passages, best first; none where no passage has to do with the
            question.
        near: Those of them that may hold the answer, best first, beside the passages cited; three
            with these at most.
        differ: Whether the citations give different values for what is asked, newest first.
        silence: Why there is no answer, where that is known better than that none was found: no
            event in the days asked for, none to come, or nothing was asked.
        filtered: Whether only some of the documents were to answer.
    """

    question: str
    understood: str
    language: str
    citations: tuple[Citation, ...]
    confidence: float
    passages: tuple[Retrieved, ...]
    choices: tuple[str, ...] = field(default=())
    differ: bool = False
    silence: Literal["", "no_event", "none_coming", "courtesy"] = ""
    filtered: bool = False
    near: tuple[Near, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """What became of the question."""
        if self.citations:
            return "answer"
        if self.choices:
            return "choice"
        return "near" if self.passages else "nothing"

    @property
    def abstained(self) -> bool:
        """Whether no answer is given."""
        return not self.citations
