"""Citation precision and recall as ALCE defines them, decided by offsets against gold quotes.

In ALCE a language model judges whether a citation supports a statement. Here the program quotes,
and the gold quotes are known: a citation supports a part of the answer when it shares at least half
of the shorter of the two with a gold quote of that part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document: ``text[start:end]``."""

    document_id: str
    start: int
    end: int


def supports(citation: Span, gold: Span) -> bool:
    """Whether a citation stands where a gold quote stands.

    >>> cited = Span("a", 0, 100)
    >>> supports(cited, Span("a", 90, 110)), supports(cited, Span("a", 95, 110))
    (True, False)
    """
    shared = min(citation.end, gold.end) - max(citation.start, gold.start)
    shorter = min(citation.end - citation.start, gold.end - gold.start)
    return citation.document_id == gold.document_id and shared >= max(1, _SHARED * shorter)


def precision_and_recall(
    citations: Sequence[Span],
    gold: Mapping[int, Collection[Span]],
    context: Collection[Span] = (),
) -> tuple[float, float]:
    """Compute both for one answered question.

    Args:
        citations: What was cited; at least one.
        gold: For each part of the answer, quotes that give it (one is enough).
        context: Stretches that may be cited beside the gold ones without giving the answer: the
            line that introduces a list.

    Returns:
        Precision: the share of citations that support a part or are its context. Recall: the share
        of parts that a citation supports.

    Source:
        Gao et al., arXiv:2305.14627, § 3 (citation recall per statement, citation precision per
        citation).
    """
    right = [
        any(supports(c, quote) for quotes in gold.values() for quote in quotes)
        or any(supports(c, stretch) for stretch in context)
        for c in citations
    ]
    found = [any(supports(c, quote) for c in citations for quote in qs) for qs in gold.values()]
    return sum(right) / len(right), sum(found) / len(found)
