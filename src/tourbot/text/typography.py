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


def fold(text: str) -> str:
    """Drop accents and case.

    >>> fold("Équipe ŒUVRE")
    'equipe oeuvre'
    """
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def plain(text: str) -> str:
    r"""Fold accents, case, apostrophes and spaces away.

    >>> plain("D’où  vient l’Équipe\u202f?")
    "d'ou vient l'equipe ?"
    """
    return re.sub(r"\s+", " ", fold(text).replace("’", "'")).strip()


def spaced(text: str) -> str:
    r"""Make the spaces unbreakable that French has before and inside its punctuation.

    >>> spaced("Prêt : « oui » ; 5 s ?")
    'Prêt\xa0: «\u202foui\u202f»\u202f; 5\u202fs\u202f?'
    """
    text = re.sub(r"(?<=«) | (?=[»;?!])|(?<=[\d}]) (?=s\b)", "\u202f", text)
    return text.replace(" :", "\u00a0:")


def names(text: str) -> set[str]:
    """Return the folded names, acronyms and numbers of a text: words that survive translation.

    A capital at the start of the text does not make a name unless the word goes on like one
    (``Loir&Cher``, ``EDFN``).
    """
    found = set()
    for match in re.finditer(r"[^\W_]+(?:[&@][^\W_]+)*", text):
        word = match.group()
        inner = any(c.isupper() for c in word[1:]) or "&" in word or "@" in word
        first = not text[: match.start()].strip(" «“\"'’(-–—•")
        if inner or word[0].isdigit() or (word[0].isupper() and not first):
            found.add(fold(word))
    return found


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
