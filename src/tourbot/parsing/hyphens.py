"""Words that the end of a line cuts: which hyphens are theirs, and which the typesetter's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

SOFT = "\xad"
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*-?")
_ENDS = re.compile(r"[^\s-]*[^\W\d_](?:[-’'][^\W\d_]+)*-$")
# Words with a hyphen of their own, most by their first part; other words begin like some of them.
_COMPOUND = re.compile(
    r"""
    .*-(?:à|t|en|de|du|la|le|les|d|l|et|y)-.+ | .+-(?:vous|nous|moi|toi|mêmes?|là|delà)
    | (?:.*(?:vingt|trente|quarante|cinquante|soixante|quatre|cent|mille)s?|dix)-(?:et|une?|deux
      |trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?)
    | (?:au|par|ci|là)-(?:dessus|dessous|devant|dedans|dehors|après|contre|joint.*|bas|haut)
    | sous-(?!cri[rtvp]|sign|trai[rt]e?s?$|traction|trayant).+ | non-(?!obst|chal|ant|ag).+
    | (?:demi|vice|après|arrière|hors|sans|chefs?|mots?|savoir|médico|technico|e)-.+
    | semi-(?!naire).+ | quasi-(?!ment).+ | avant-(?!ag).+ | porte-(?!feuille|manteau|ment|r).+
    | socio-(?!log).+ | franco-(?!phon).+ | agro-(?!nom|chim).+ | contre-(?:indic|exp|perf|ordre).+
    | mi-(?:temps|chemin|parcours|saison|journée|mandat) | (?:auto|micro)-(?:entrepr|crédit).+
    | (?:bien|mieux|peut)-être | (?:plus|moins)-values? | (?:courts?|longs?)-(?:circuit|métrage)s?
    | (?:libre|self)-(?:service|échange) | (?:centre|cœur)-villes? | comptes?-rendus?
    | (?:grand|petit|beau|belle)s?-(?:chose|mère|père|parent|enfant|fille|fils).*
    | aides?-(?:soignant.*|mémoire) | (?:face|tête|vis|quant|prêt|mise|clés?)-à | quelques-un[es]?s
    | (?:lui|celui|celle|ceux|celles)-ci | rez-de | week-end.* | start-up.* | sur-mesure
    | entre-(?:temps|deux) | ex-(?:président|ministre|directeur|directrice).*
    | (?:nord|sud)-(?:est|ouest)
    """,
    re.VERBOSE,
)
_SHORTEST = 5  # letters of both parts that are words by themselves
_PREPOSITIONS = frozenset(["entre", "contre", "après", "avant", "outre", "autre", "super", "inter"])


class Hyphens:
    """Joins lines by what the document writes elsewhere.

    Args:
        lines: All of a document's, in reading order.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    @cached_property
    def _words(self) -> set[str]:
        found, cut = set[str](), False
        for line in self._lines:
            words = _WORD.findall(line.casefold())
            whole = (word for word in words[cut:] if not word.endswith("-"))
            found.update(re.split("[’']", word)[-1] for word in whole)
            cut = bool(words) and words[-1].endswith("-")
        return found

    def join(self, text: str, line: str) -> str:
        """Join two lines of a paragraph, undoing hyphenation.

        >>> lines = Hyphens(["la souverai-", "neté", "un porte-vélos"])
        >>> lines.join("la souverai-", "neté numérique"), lines.join("Centre-", "Val de Loire")
        ('la souveraineté numérique', 'Centre-Val de Loire')
        >>> lines.join("un rendez-", "vous"), lines.join("un porte-", "vélos")
        ('un rendez-vous', 'un porte-vélos')
        """
        if text.endswith(SOFT):
            return text[:-1] + line
        if not text.endswith("-") or text.endswith((" -", "--")):
            return f"{text} {line}" if text else line
        left, right = _ENDS.search(text), _WORD.match(line)
        if left and right and line[:1].islower() and not self._whole(left.group(), right.group()):
            return text[:-1] + line
        return text + line

    def _whole(self, left: str, right: str) -> bool:
        """Whether the hyphen belongs to the word; ``left`` ends with it."""
        left = re.split("[’']", left)[-1] if left.count("-") == 1 else left
        left, right = left.casefold(), right.casefold().rstrip("-")
        if left + right in self._words:
            return True
        if left[:-1] + right in self._words:
            return False
        known = {left[:-1], right} <= self._words
        apart = min(len(left) - 1, len(right)) >= _SHORTEST and left[:-1] not in _PREPOSITIONS
        return _COMPOUND.fullmatch(left + right) is not None or (known and apart)
