"""What a question demands in so many words: a region, a year, an amount, an exact day.

The fitted model weighs evidence; these conditions are not a matter of weight. A sentence about
another region, or without any amount, does not answer a question that names a region or asks how
much, however alike the words are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tourbot import dates, regions
from tourbot.lexical import analyse
from tourbot.reading.features import Candidate
from tourbot.reading.question import (
    Expected,
    counted,
    counts,
    expected_answer,
    holds,
    predicate,
    tells_disagreement,
)
from tourbot.types import Metadata
from tourbot.typography import fold, names, plain

# Factors on the probability when the kind of answer is missing; measured on PIAF dev, where a
# question for a date is often answered by other words and gains nothing from a condition.
_MISSING_KIND = {
    Expected.MONEY: 0.02,
    Expected.DAY: 0.02,
    Expected.SHARE: 0.05,
    Expected.AREA: 0.05,
    Expected.EMAIL: 0.05,
    Expected.PHONE: 0.05,
    Expected.HOURS: 0.05,
    Expected.WEBSITE: 0.05,
    Expected.NUMBER: 0.2,
    Expected.DEFINITION: 0.3,
}
# What a thing is, is told where a document begins.
_LATER = 0.5
_BEGINNING = 900
# « Qui finance … ? »: the sentence and what stands above it say nothing of financing; or the word
# stands far from the name asked about, and is told of another.
_OTHER_PREDICATE = 0.15
# « … a été annoncé par X »: who did another thing.
_OTHER_ACT = 0.08
_DONE_BY = re.compile(r"\b\w+ee?s? par\b(?! (?:an|mois|jour|semaine|personne)\b)")
_NEAR, _FAR = 0.35, 0.25
_BESIDE_WORDS, _NEAR_WORDS = 3, 8
_COMPLEMENT = frozenset("de du des d of".split())
# « Qui … ? » wants a name that neither the question nor the title gives already; without one, a
# sentence answers half as often (3.5 % against 7 % of the candidates on PIAF dev).
_NO_NEW_NAME = 0.5
# No number stands near what is to be counted.
_OTHER_COUNT = 0.3
# « À qui s’adresse … ? »: nothing is said of any public.
_NO_PUBLIC = 0.2
_FOR_WHOM = re.compile(r"\ba qui s'adresse|\bpour qui\b|\bwho(?:m)? is .+ for\b|\bwho can\b")
_PUBLIC = re.compile(
    r"s'adress|destine|ouvert(?:e|s|es)? (?:a|aux)\b|reserve|benefici|publics?\b|concern|"
    r"\bvis(?:e|ait|ent)\b|accessible|eligible|\bpour (?:les|des|tou)|\bpeu(?:t|vent)\b|"
    r"a disposition d|\b(?:aimed at|open to|intended for|available to|for (?:all|any))\b"
)
_OTHER_REGION = 0.05
# The year is named nowhere around a sentence, or the sentence itself names another one.
_OTHER_YEAR = 0.3
_ANOTHER_YEAR = 0.15
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# « Année : 2024 » says of a row what it is about, whatever other years it has.
_OF_YEAR = re.compile(r"\b(?:Année|Year)\s*:\s*((?:19|20)\d\d)\b")
# « CII » where « CIR » is asked for.
_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,6}(?![\w-])")
_OTHER_ACRONYM = 0.1
# Words in capitals one after the other are no acronyms.
_SHOUTED = re.compile(r"\b[A-ZÀ-Þ]{2,}\s+[A-ZÀ-Þ]{2,}\b")
# Of a row of a table: when a source said something is not when it was so.
_SOURCE = re.compile(r"\bSources?\s*:\s*[^;]*")


def own_years(text: str) -> set[str]:
    """Return the years that a sentence is about; of a row, that of its column « Année »."""
    return set(_OF_YEAR.findall(text)) or dates.years(text)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The demands of one question."""

    expected: Expected
    names: frozenset[str]
    regions: frozenset[str]
    years: frozenset[str]
    counted: frozenset[str]
    predicate: frozenset[str]
    for_whom: bool
    acronyms: frozenset[str]

    @classmethod
    def of(cls, question: str, lang: str) -> Conditions:
        """Read them from a standalone question in a language."""
        named = frozenset(regions.mentioned(question))
        return cls(
            expected=expected_answer(question),
            names=frozenset(names(question)),
            regions=named,
            years=frozenset(_YEAR.findall(question)),
            counted=counted(question),
            predicate=predicate(question, lang),
            for_whom=_FOR_WHOM.search(plain(question)) is not None,
            acronyms=frozenset(() if _SHOUTED.search(question) else _ACRONYM.findall(question)),
        )

    def factor(self, candidate: Candidate, metadata: Metadata) -> float:
        """Return what the probability of a candidate is multiplied by, in (0, 1]."""
        passage = candidate.retrieved.passage
        around = f"{candidate.context} {passage.text}"
        factor = 1.0
        if holds(self.expected, candidate.text) is False:
            factor *= _MISSING_KIND.get(self.expected, 1.0)
        if self.counted and not counts(f"{candidate.intro} {candidate.text}", self.counted):
            factor *= _OTHER_COUNT
        if self.expected in {Expected.WHO, Expected.PLACE} and not self._names_more(candidate):
            factor *= _NO_NEW_NAME
        if self.expected is Expected.WHO:
            factor *= self._predicate_factor(candidate)
        if self.expected is Expected.DEFINITION and passage.start > _BEGINNING:
            factor *= _LATER
        if self.for_whom and not _PUBLIC.search(plain(f"{candidate.intro} {candidate.text}")):
            factor *= _NO_PUBLIC
        if self.regions and not self.regions & {
            regions.canonical(metadata.region),
            *regions.mentioned(around),
        }:
            factor *= _OTHER_REGION
        if self._tells_of_another_acronym(candidate):
            factor *= _OTHER_ACRONYM
        return factor * self._year_factor(candidate, metadata)

    def _names_more(self, candidate: Candidate) -> bool:
        """Tell whether a sentence has a name that neither the question nor its title gives."""
        text = candidate.text if self.expected is Expected.PLACE else regions.remove(candidate.text)
        title = candidate.retrieved.passage.title
        return bool(_words(names(text)) - self.names - names(f". {title}"))

    def _predicate_factor(self, candidate: Candidate) -> float:
        """Look for what is asked of the name: « préside », « finance »."""
        if not self.predicate:
            return 1.0
        words = candidate.text.split()
        told = [n for n, word in enumerate(words) if self.predicate & set(analyse(word))]
        if not told:
            if self.predicate & set(analyse(candidate.context)):
                return 1.0
            return _OTHER_ACT if _DONE_BY.search(plain(candidate.text)) else _OTHER_PREDICATE
        named = [n for n, word in enumerate(words) if names(f". {word}") & self.names]
        if not named or any(_beside(words, p, n) for p in told for n in named):
            return 1.0
        apart = min(abs(p - n) for p in told for n in named)
        return _NEAR if apart <= _NEAR_WORDS else _FAR

    def _tells_of_another_acronym(self, candidate: Candidate) -> bool:
        """Tell whether a sentence names no acronym of the question, and one that stands for it.

        Under a title that names the one asked for, another that it does not name is no rival.
        """
        told = set(_ACRONYM.findall(f"{candidate.intro} {candidate.text}"))
        if not told or not self.acronyms or told & self.acronyms:
            return False
        above = set(_ACRONYM.findall(candidate.context))
        return not self.acronyms & above or bool(told & above)

    def _year_factor(self, candidate: Candidate, metadata: Metadata) -> float:
        """Look for the year in the sentence, then above it, then around it."""
        if not self.years:
            return 1.0
        passage = candidate.retrieved.passage
        # Where sources differ on a year's value, items may name the years of the sources.
        differing = tells_disagreement(candidate.intro) and set(_YEAR.findall(candidate.intro))
        if differing and not self.years & differing:
            return _ANOTHER_YEAR
        above = " ".join([*passage.locator.headings, passage.locator.event or "", candidate.intro])
        for said in (_SOURCE.sub("", candidate.text), above):
            if named := set(_OF_YEAR.findall(said) or _YEAR.findall(said)):
                return 1.0 if self.years & named else _ANOTHER_YEAR
        around = {*_YEAR.findall(f"{passage.title} {passage.text}"), metadata.date[:4]}
        return 1.0 if self.years & around else _OTHER_YEAR


def _beside(words: Sequence[str], predicate: int, name: int) -> bool:
    """Tell whether a name is what the predicate is told of.

    « Préside Numeum », « présidente de Numeum », « Numeum, une association présidée »; not « la
    commission de Numeum est présidée ».
    """
    if name > predicate:
        return name - predicate <= _BESIDE_WORDS
    before = fold(words[name - 1]) if name else ""
    return predicate - name <= _NEAR_WORDS and before not in _COMPLEMENT


def _words(found: set[str]) -> set[str]:
    return {name for name in found if not name[0].isdigit()}
