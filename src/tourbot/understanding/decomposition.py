"""One question that asks several things → the questions in it.

« Combien en 2023 et en 2024 ? », « les mêmes porteurs en Région Sud et en Bretagne ? », « combien
d’adhérents, et qui préside ? » are answered part by part, with a quote for every part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tourbot.text import regions
from tourbot.understanding import conversation

MOST = 4
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")
# « entre 2019 et 2023 » is one span of time, which one sentence tells.
_SPAN = re.compile(
    r"\b(?:entre|between|from|depuis|de)\s+(?:19|20)\d\d\s+(?:et|and|to|à|-)\s+(?:19|20)\d\d",
    re.IGNORECASE,
)
_LINK = r"(?:\s*,)?\s*(?:\b(?:et|ou|and|or|que|than|versus|vs|puis|then|comme|as)\b|qu[’'])?"
_PLACED = r"(?:\b(?:en|in|dans|de|d[’']|du|of|pour|for|celui de|la|le|l[’']|région)\s*)*"
_GAP = "§"
_WORDS = (
    r"combien|quels?|quelles?|qui|où|quand|pourquoi|comment|"
    r"how|what|who|when|where|which|why"
)
# « , et combien », « ; à quel prix », « et pour quand », "and who".
_CLAUSE = re.compile(
    r"(?:\s*[,;?]\s*(?:et|and)?\s*|\s+(?:et|and)\s+)"
    rf"(?=(?:(?:à|de|pour|in|for)\s)?(?:{_WORDS})\b)",
    re.IGNORECASE,
)
_ASKING = re.compile(rf"\b(?:{_WORDS}|que)\b", re.IGNORECASE)
_LEANING = re.compile(
    r"(?:combien|how many|how much)\s+(?=(?:pour|en|à|aux?|dans|chez|for|in|at)\b)", re.IGNORECASE
)


# What stands between things that are compared: a word that joins, articles, small words.
_JOINED = re.compile(
    r"\s*,?\s*(?:(?:et|ou|and|or|que|than|versus|vs\.?|avec|with|plutôt que)\b)?"
    r"(?:\s+(?:qu[’']|que|than))?"
    r"(?:\s+(?:de|du|des|le|la|les|à|au|aux|en|pour|the|of|for|in|to|d[’']|l[’']))*\s*(?:[dl][’'])?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A question of its own.

    Attributes:
        label: What tells it from the other parts (a year, a region), or an empty string.
    """

    question: str
    label: str = ""


def parts(question: str, subjects: Sequence[str]) -> list[Part]:
    """Return the questions in a question; only itself when it asks one thing.

    Args:
        question: Standalone.
        subjects: Names that the documents are about.

    >>> [p.question for p in parts("Quel marché en 2023 et en 2024 ?", [])]
    ['Quel marché en 2023 ?', 'Quel marché en 2024 ?']
    """
    for split in (_clauses(question, subjects), _by_year(question), _by_region(question)):
        if 1 < len(split) <= MOST and all(re.search(r"[^\W\d]", part.question) for part in split):
            return split
    return [Part(question)]


def _clauses(question: str, subjects: Sequence[str]) -> list[Part]:
    pieces = [piece.strip() for piece in _CLAUSE.split(question.rstrip(" ?")) if piece.strip()]
    if len(pieces) < 2 or not all(_ASKING.search(p) and len(p.split()) > 2 for p in pieces):
        return []
    first = f"{pieces[0]} ?"
    wholes = [conversation.standalone(f"{_lean(p)} ?", [first], subjects) for p in pieces[1:]]
    return [Part(whole) for whole in (first, *wholes)]


def _lean(clause: str) -> str:
    """Make « combien pour l’autre », which leans on the clause before it, a fragment."""
    leaning = _LEANING.match(clause)
    return f"et {clause[leaning.end() :]}" if leaning else clause


def _by_year(question: str) -> list[Part]:
    years = list(dict.fromkeys(_YEAR.findall(question)))
    names = conversation.subjects_of(question, [])
    # « France 2030 » is a name; in « VivaTech 2019 ou VivaTech 2024 » every year belongs to one.
    plain = [y for y in years if not any(name.endswith(f" {y}") for name in names)] or years
    if len(plain) < 2 or _SPAN.search(question):
        return []
    found = []
    for year in plain:
        text = question
        for other in plain:
            if other != year:
                text = re.sub(rf"(?<!\w){other}(?!\w)", _GAP, text)
        found.append(Part(_closed(text), year))
    return found


def _by_region(question: str) -> list[Part]:
    named = regions.mentioned(question)
    if len(named) < 2:
        return []
    found = []
    for region in named:
        text = question
        for other in named:
            if other != region:
                text = regions.replace(text, other, _GAP)
        found.append(Part(_closed(text), region))
    return found


def by_name(question: str, subjects: Sequence[str]) -> list[Part]:
    """Return a question of two or more things asked of each; none where it names fewer.

    Args:
        question: Standalone; of what is compared, a sentence may well tell all.
        subjects: Names that the documents are about.

    >>> [p.question for p in by_name("Qui finance le CIR et le CII ?", [])]
    ['Qui finance le CIR ?', 'Qui finance le CII ?']
    """
    named = [n for n in conversation.subjects_of(question, subjects) if n in question]
    named = [n for n in named if not any(n != other and n in other for other in named)]
    if not 1 < len(named) <= MOST or regions.mentioned(" ".join(named)):
        return []
    named.sort(key=question.index)
    between = [question[question.index(a) + len(a) : question.index(b)] for a, b in pairwise(named)]
    if not all(_JOINED.fullmatch(words) for words in between):
        return []
    found = []
    for name in named:
        text = question
        for other in named:
            if other != name:
                text = text.replace(other, _GAP)
        found.append(Part(_closed(text), name))
    return found


def _closed(text: str) -> str:
    """Close the gaps that other years or regions left, with the words that joined them."""
    text = re.sub(rf"{_PLACED}{_GAP}", _GAP, text, flags=re.IGNORECASE)
    text = re.sub(rf"(?:{_LINK}\s*{_GAP})+{_LINK}", " ", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text).replace(" ?", "?").replace("?", " ?").strip()
