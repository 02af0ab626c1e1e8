"""A follow-up → a question that can be understood alone.

What is carried from the last question is its subject (a name) and its regions, and only when the
new question has no subject of its own; a region in the new question replaces the one carried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tourbot import regions
from tourbot.lexical import analyse
from tourbot.typography import plain

_OPENING = re.compile(r"^(?:et|and|mais|but|what about|how about|ok|alors|so)\b[\s,]*")
_POINTING = re.compile(
    r"\b(?:il|elle|ils|elles|y|en|ce|cette|ces|celui-ci|celle-ci|son|sa|ses|leur|leurs|"
    r"it|its|they|them|their|this|these|he|she|his|her|there)\b"
)
# A question with fewer terms of its own than this, and no name, cannot stand alone.
_FEW_TERMS = 3
_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ0-9][\w]*(?:[’'&@-]\w+)*"
    r"(?:\s+(?:de la|de l[’']|du|des|de)?\s*[A-ZÀ-ÖØ-Þ][\w]*(?:[’'&@-]\w+)*)*"
)


def standalone(question: str, history: Sequence[str], subjects: Sequence[str]) -> str:
    """Complete a follow-up with what it takes for granted.

    Args:
        question: As typed.
        history: The earlier questions, oldest first, each already standalone.
        subjects: Names that the documents are about (from their titles).

    Returns:
        The question itself when it stands alone or nothing can be carried.
    """
    if not history:
        return question
    previous = history[-1]
    text = plain(question)
    own_regions = regions.mentioned(question)
    if subjects_of(question, subjects):
        return question
    terms = set(analyse(regions.remove(_OPENING.sub("", text))))
    if not terms and own_regions:
        return _with_region(previous, own_regions[0])
    follows = bool(_OPENING.match(text) or _POINTING.search(text)) or len(terms) <= _FEW_TERMS
    carried = subjects_of(previous, subjects)
    if not follows or not carried:
        return question
    place = [] if own_regions else regions.mentioned(previous)
    return f"{' '.join([*carried[:1], *place[:1]])} : {question}"


def subjects_of(question: str, subjects: Sequence[str]) -> list[str]:
    """Return the subjects a question names: known ones first, then its own capitalised names."""
    terms = set(analyse(question))
    known = []
    for subject in subjects:
        wanted = set(analyse(re.sub(r"[’'&@-]", " ", subject)))
        if wanted and wanted <= terms:
            known.append(subject)
    known.sort(key=len, reverse=True)
    # The capital of the first word makes no name, and a region is carried apart.
    body = re.sub(r"^\W*\w+[’']?", " ", regions.remove(question), count=1)
    own = [name for name in _NAME.findall(body) if not name.isdigit()]
    return [*known, *own]


def _with_region(previous: str, region: str) -> str:
    """Ask the previous question again of another region."""
    kept = previous
    for named in regions.mentioned(previous):
        kept = regions.replace(kept, named, region)
    return kept if regions.mentioned(kept) else f"{previous.rstrip(' ?')} ({region}) ?"
