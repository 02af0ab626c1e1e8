"""What a question demands in so many words: a region, a year, an amount, an exact day.

The fitted model weighs evidence; these conditions are not a matter of weight. A sentence about
another region, or without any amount, does not answer a question that names a region or asks how
much, however alike the words are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tourbot import regions
from tourbot.reading.features import Candidate
from tourbot.reading.question import Expected, counted, counts, expected_answer, holds
from tourbot.types import Metadata
from tourbot.typography import names

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
}
# « Qui … ? » wants a name that neither the question nor the title gives already; without one, a
# sentence answers half as often (3.5 % against 7 % of the candidates on PIAF dev).
_NO_NEW_NAME = 0.5
# No number stands near what is to be counted.
_OTHER_COUNT = 0.5
_OTHER_REGION = 0.05
# The year is named nowhere around a sentence, or the sentence itself names another one.
_OTHER_YEAR = 0.3
_ANOTHER_YEAR = 0.15
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Conditions:
    """The demands of one question."""

    expected: Expected
    names: frozenset[str]
    regions: frozenset[str]
    years: frozenset[str]
    counted: frozenset[str]

    @classmethod
    def of(cls, question: str) -> Conditions:
        """Read them from a standalone question."""
        named = frozenset(regions.mentioned(question))
        return cls(
            expected=expected_answer(question),
            names=frozenset(names(question)),
            regions=named,
            years=frozenset(_YEAR.findall(question)),
            counted=counted(question),
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
        if self.expected is Expected.WHO and not (
            _words(names(regions.remove(candidate.text)))
            - self.names
            - names(f". {candidate.context}")
        ):
            factor *= _NO_NEW_NAME
        if self.regions and not self.regions & {
            regions.canonical(metadata.region),
            *regions.mentioned(around),
        }:
            factor *= _OTHER_REGION
        return factor * self._year_factor(candidate, metadata)

    def _year_factor(self, candidate: Candidate, metadata: Metadata) -> float:
        """Look for the year in the sentence, then above it, then around it."""
        if not self.years:
            return 1.0
        passage = candidate.retrieved.passage
        above = " ".join([*passage.locator.headings, passage.locator.event or "", candidate.intro])
        for said in (candidate.text, above):
            if named := set(_YEAR.findall(said)):
                return 1.0 if self.years & named else _ANOTHER_YEAR
        around = {*_YEAR.findall(f"{passage.title} {passage.text}"), metadata.date[:4]}
        return 1.0 if self.years & around else _OTHER_YEAR


def _words(found: set[str]) -> set[str]:
    return {name for name in found if not name[0].isdigit()}
