"""Sentences that answer differently: of look-alikes, of several years, or in contradiction.

One of them alone would pass for the only answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tourbot.lookalikes import Family, Variant
from tourbot.reading.conditions import own_years
from tourbot.reading.reader import Judged
from tourbot.reading.short import contradict
from tourbot.text import dates, regions
from tourbot.types import Metadata

# A look-alike or another year is quoted when its sentence convinces nearly as much as the best one:
# where one clearly answers, a doubtful sentence of another would be taken for its answer. Documents
# contradict each other when theirs convince about equally.
NEARLY_AS_GOOD = 0.45
_EQUALLY_GOOD = 0.9


def yearly(question: str, judged: Sequence[Judged]) -> dict[str, Judged]:
    """Return what the best document says of each of several years, newest first; or nothing.

    Args:
        question: Standalone; one that names a year has one value.
        judged: The sentences that answer, best first.
    """
    if dates.years(question):
        return {}
    found: dict[str, Judged] = {}
    for item in _near(judged, NEARLY_AS_GOOD):
        if _document(item) == _document(judged[0]):
            found.setdefault(_year(item), item)
    found.pop("", None)
    texts = [item.candidate.text for item in found.values()]
    if len(texts) < 2 or not all(contradict(question, texts[0], text) for text in texts[1:]):
        return {}
    return {year: found[year] for year in sorted(found, reverse=True)}


def contradictory(
    question: str,
    judged: Sequence[Judged],
    documents: Mapping[str, Metadata],
    lookalikes: Collection[str],
) -> list[Judged]:
    """Return sentences of documents that contradict each other, newest first; or nothing.

    Args:
        question: Standalone.
        judged: The sentences that answer, best first.
        documents: Metadata by id.
        lookalikes: Ids of documents that differ by region or year, which is no contradiction.
    """
    chosen: list[Judged] = []
    for item in _near(judged, _EQUALLY_GOOD):
        if all(_apart(question, item, other, documents, lookalikes) for other in chosen):
            chosen.append(item)
    chosen.sort(key=lambda item: documents[_document(item)].date, reverse=True)
    return chosen if len(chosen) > 1 else []


def answers(family: Family, judged: Sequence[Judged]) -> bool:
    """Tell whether a member of the family answers about as well as any other document."""
    if not judged:
        return True
    members = {v.document_id for v in family.variants}
    of_members = [
        j.probability for j in judged if j.candidate.retrieved.passage.document_id in members
    ]
    return max(of_members, default=0.0) >= NEARLY_AS_GOOD * judged[0].probability


def tells_of_another(judged: Judged, variant: Variant, family: Family) -> bool:
    """Tell whether a sentence names the region or the year of another variant, and not its own."""
    text = judged.candidate.text
    for named, own, known in (
        (set(regions.mentioned(text)), {variant.region}, {v.region for v in family.variants}),
        (dates.years(text), variant.years, {y for v in family.variants for y in v.years}),
    ):
        if own and named & (known - own) and not named & own:
            return True
    return False


def _near(judged: Sequence[Judged], share: float) -> list[Judged]:
    return [item for item in judged if item.probability >= share * judged[0].probability]


def _document(item: Judged) -> str:
    return item.candidate.retrieved.passage.document_id


def _year(item: Judged) -> str:
    """Return the year that a sentence, or else what stands above it, is about; none of several."""
    candidate = item.candidate
    passage = candidate.retrieved.passage
    above = " ".join([*passage.locator.headings[1:], passage.locator.event or "", candidate.intro])
    named = own_years(candidate.text) or dates.years(above)
    return named.pop() if len(named) == 1 else ""


def _apart(
    question: str,
    one: Judged,
    other: Judged,
    documents: Mapping[str, Metadata],
    lookalikes: Collection[str],
) -> bool:
    """Tell whether two documents give different values for the same region and year."""
    ids = _document(one), _document(other)
    if ids[0] == ids[1] or all(id_ in lookalikes for id_ in ids):
        return False
    texts = one.candidate.text, other.candidate.text
    for named in (
        [
            set(regions.mentioned(f"{documents[id_].region} {text}"))
            for id_, text in zip(ids, texts, strict=True)
        ],
        [dates.years(text) for text in texts],
    ):
        if all(named) and not named[0] & named[1]:
            return False
    return contradict(question, *texts)
