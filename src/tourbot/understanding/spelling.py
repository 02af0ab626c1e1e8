"""Misspelt words → the words of the documents that they are nearest to.

A word that the documents do not have may be misspelt, or theirs to lack: what it is mended to is
tried where the question as typed is not answered, and shown as what was understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tourbot.text.lexical import analyse
from tourbot.text.typography import fold

_WORD = re.compile(r"[^\W\d_]+")
# Shorter words are near to too many others; longer ones may hold two slips.
_SHORTEST, _LONG = 5, 9


class Spelling:
    """The words of the documents.

    Args:
        written: How often each is written, as it is written.
    """

    def __init__(self, written: Mapping[str, int]) -> None:
        self._known = {fold(word) for word in written}
        self._stems = {stem for word in self._known for stem in analyse(word)}
        # Of spellings that differ by accents and capitals, the commonest; of words, too.
        self._written: dict[str, str] = {}
        for word in sorted(written, key=written.__getitem__, reverse=True):
            self._written.setdefault(fold(word), word)
        self._choices = list(self._written)

    def mended(self, question: str) -> str:
        """Write a question with the words of the documents for those that they do not have.

        >>> Spelling({"objectif": 1, "formation": 2}).mended("Quel est l’objectiff ?")
        'Quel est l’objectif ?'
        """
        return _WORD.sub(lambda match: self._nearest(match.group()), question)

    def _nearest(self, word: str) -> str:
        folded = fold(word)
        known = folded in self._known or not set(analyse(word)) - self._stems
        if len(folded) < _SHORTEST or known:
            return word
        most = 2 if len(folded) >= _LONG else 1
        found = process.extractOne(folded, self._choices, scorer=OSA.distance, score_cutoff=most)
        return self._written[found[0]] if found else word
