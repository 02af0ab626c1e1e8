"""What a question demands in so many words: a region, a year, an amount, an exact day.

The fitted model weighs evidence; these conditions are not a matter of weight. A sentence about
another region, or without any amount, does not answer a question that names a region or asks how
much, however alike the words are. Each was measured (docs/decisions/0012, 0014).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tourbot import rules
from tourbot.reading.features import Candidate
from tourbot.reading.question import Expected, expected_answer, holds, tells_disagreement
from tourbot.text import dates, regions
from tourbot.types import Metadata

# In the order of ``Conditions.factors``.
NAMES = ("kind-of-answer", "region", "year")

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
_OTHER_REGION = 0.05
# The year is named nowhere around a sentence, or the sentence itself names another one.
_OTHER_YEAR = 0.3
_ANOTHER_YEAR = 0.15
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# « Année : 2024 » says of a row what it is about, whatever other years it has.
_OF_YEAR = re.compile(r"\b(?:Année|Year)\s*:\s*((?:19|20)\d\d)\b")
# Of a row of a table: when a source said something is not when it was so.
_SOURCE = re.compile(r"\bSources?\s*:\s*[^;]*")


def own_years(text: str) -> set[str]:
    """Return the years that a sentence is about; of a row, that of its column « Année »."""
    return set(_OF_YEAR.findall(text)) or dates.years(text)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The demands of one question."""

    expected: Expected
    regions: frozenset[str]
    years: frozenset[str]

    @classmethod
    def of(cls, question: str) -> Conditions:
        """Read them from a standalone question."""
        return cls(
            expected_answer(question),
            frozenset(regions.mentioned(question)),
            frozenset(_YEAR.findall(question)),
        )

    def factor(self, candidate: Candidate, metadata: Metadata) -> float:
        """Return what the probability of a candidate is multiplied by, in (0, 1]."""
        found = zip(NAMES, self.factors(candidate, metadata), strict=True)
        return math.prod(factor for name, factor in found if rules.on(name))

    def factors(self, candidate: Candidate, metadata: Metadata) -> tuple[float, float, float]:
        """Return the factor of each condition, in the order of ``NAMES``."""
        return (
            self._kind_factor(candidate),
            self._region_factor(candidate, metadata),
            self._year_factor(candidate, metadata),
        )

    def _kind_factor(self, candidate: Candidate) -> float:
        missing = holds(self.expected, candidate.text) is False
        return _MISSING_KIND.get(self.expected, 1.0) if missing else 1.0

    def _region_factor(self, candidate: Candidate, metadata: Metadata) -> float:
        around = f"{candidate.context} {candidate.retrieved.passage.text}"
        told = {regions.canonical(metadata.region), *regions.mentioned(around)}
        return _OTHER_REGION if self.regions and not self.regions & told else 1.0

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
