"""Acronyms that the documents explain, as in « crédit d’impôt innovation (CII) »."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tourbot.text.lexical import STOPWORDS
from tourbot.text.typography import fold, loose_pattern

_ACRONYM = re.compile(r" \(([A-Z][A-Z&]{1,6}[A-Z])\)")
_WORDS_BEFORE = re.compile(r"(?:[\w’'&-]+ ){1,8}[\w’'&-]+$")
# As many characters hold the words before an acronym.
_BEFORE = 200
_WORD = re.compile(r"\w+")


def explained(texts: Iterable[str]) -> dict[str, str]:
    """Collect acronyms with their long forms; the first explanation counts.

    >>> explained(["Le crédit d’impôt innovation (CII) baisse."])
    {'CII': 'crédit d’impôt innovation'}
    """
    found: dict[str, str] = {}
    for text in texts:
        for match in _ACRONYM.finditer(text):
            acronym = match.group(1)
            before = _WORDS_BEFORE.search(text[max(0, match.start() - _BEFORE) : match.start()])
            if before and (long_form := _long_form(before.group(), acronym)):
                found.setdefault(acronym, long_form)
    return found


def shorten(text: str, known: Mapping[str, str]) -> str:
    """Write every long form as its acronym, so that both forms count as the same word.

    >>> shorten("Le crédit d’impôt innovation", {"CII": "crédit d’impôt innovation"})
    'Le CII'
    """
    for acronym, long_form in known.items():
        text = loose_pattern(long_form).sub(acronym, text)
    return text


def _long_form(before: str, acronym: str) -> str:
    """Return the shortest ending of ``before`` whose words begin with the letters of the acronym.

    Small words may count or not: « Équipe de France du Numérique » is EDFN.
    """
    letters = fold(acronym.replace("&", ""))
    words = list(_WORD.finditer(before))
    for start in range(len(words) - 1, -1, -1):
        initials = [fold(word.group())[0] for word in words[start:]]
        small = fold(words[start].group()) in STOPWORDS["fr"]
        if not small and initials[0] == letters[0] and _subsequence(letters, initials):
            return before[words[start].start() :]
    return ""


def _subsequence(letters: str, initials: list[str]) -> bool:
    remaining = iter(initials)
    return all(letter in remaining for letter in letters)
