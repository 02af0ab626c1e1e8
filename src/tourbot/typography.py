"""One spelling for many: words as people type them, without accents or with other apostrophes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = {
    "a": "[aàâä]",
    "c": "[cç]",
    "e": "[eéèêë]",
    "i": "[iîï]",
    "o": "[oôö]",
    "u": "[uùûü]",
}


@lru_cache(maxsize=2000)
def loose_pattern(phrase: str) -> re.Pattern[str]:
    """Return a pattern for a phrase whatever its accents, case, apostrophes, hyphens and spaces.

    >>> bool(loose_pattern("crédit d’impôt").search("le CREDIT D'IMPOT"))
    True
    """
    words = re.findall(r"\w+", phrase)
    joined = r"[\W_]+".join("".join(map(_letter, word)) for word in words)
    return re.compile(rf"(?<!\w){joined}(?!\w)", re.IGNORECASE)


def _letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return _LETTERS.get(base, re.escape(letter))
