"""The rules of answering that are not learned, by name: each can be switched off to see its worth.

What they win and lose on any collection is told by ``tourbot evaluate ablate``; a rule that wins
nothing, or no more than it loses, goes (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tourbot.errors import UsageError

RULES = {
    "shorthand": "what is typed short is written out, capitals are put in lower case",
    "follow-up": "a follow-up is completed from the question before it",
    "spelling": "what is not answered is asked again, its unknown words mended by the documents'",
    "beside": "what is not answered is searched for together with the question before it",
    "topic-changed": "a completed question is asked alone where its own words are not met",
    "parts": "what asks several things is answered part by part",
    "compared-by-name": "what asks of several named things and is not answered is asked of each",
    "half-a-comparison": "a missing half of a comparison is answered from a lower confidence",
    "newest-version": "an older version of a document answers only where no newer one does",
    "events": "what happens when is looked up among dated events",
    "editions": "« le dernier », « le prochain » is answered of the edition that dates tell",
    "introduction": "what a thing is, is told by the beginning of the document that bears its name",
    "look-alikes": "documents that differ by region or year answer each, or it is asked which",
    "yearly": "values of several years are told for each",
    "contradiction": "documents that contradict each other are all quoted",
    "stated-disagreement": "a statement that sources disagree is quoted with their values",
    "no-question": "a sentence that asks is never what answers",
    "kind-of-answer": "a sentence without an amount, a day … hardly answers a question for one",
    "region": "a sentence about another region hardly answers",
    "year": "a sentence about another year hardly answers",
}
_off: ContextVar[frozenset[str]] = ContextVar("_off", default=frozenset())


def on(name: str) -> bool:
    """Tell whether a rule holds; all do by default."""
    assert name in RULES, name  # noqa: S101 - a misspelt name would never be off
    return name not in _off.get()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Switch rules off, in this thread.

    Raises:
        UsageError: There is no such rule.
    """
    for name in names:
        if name not in RULES:
            raise UsageError(f"There is no rule {name!r}.\nThere are: {', '.join(RULES)}.")
    token = _off.set(_off.get() | set(names))
    try:
        yield
    finally:
        _off.reset(token)
