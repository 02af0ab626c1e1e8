"""Documents that tell the same kind of thing of several regions or years, and must not be mixed.

« Numéric’Emploi Grand Est, le dispositif pionnier » and « Numéric’Emploi en Région Sud » share a
name and differ by region; « Marché du numérique 2023 » and « … 2024 » differ by year. A family is
made of what titles say before the region, the year or the first punctuation mark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from tourbot.text import regions
from tourbot.text.lexical import analyse
from tourbot.text.typography import fold
from tourbot.types import Metadata

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_END_OF_NAME = re.compile(
    r"\s*(?:[:,(–—|]|\ben (?:france|région)\b|\b(?:19|20)\d\d\b)", re.IGNORECASE
)
_TRAILING = re.compile(
    r"[\s’'-]*\b(?:en|à|au|aux|de|du|des|la|le|les|l|d|pour|dans|région)?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One member of a family.

    Attributes:
        label: What tells it from the others: a region or years, as shown to people.
        region: Canonical region, or an empty string.
        years: The years that its title names.
    """

    document_id: str
    label: str
    region: str
    years: frozenset[str]


@dataclass(frozen=True, slots=True)
class Family:
    """At least two documents with one name.

    Attributes:
        spellings: Index terms of the name, written in parts and in one piece; one set is enough.
    """

    name: str
    spellings: tuple[frozenset[str], ...]
    variants: tuple[Variant, ...]

    def named_in(self, question: str) -> bool:
        """Whether a question names the family, however it is spelt."""
        return self.named_by(set(analyse(question)))

    def named_by(self, terms: Set[str]) -> bool:
        """Whether the index terms of a question name the family."""
        return any(spelling <= terms for spelling in self.spellings)

    def meant(self, question: str) -> tuple[Variant, ...]:
        """Return the variants whose region or year the question names; none when it names none."""
        wanted = set(regions.mentioned(question))
        years = set(_YEAR.findall(question))
        found = [v for v in self.variants if v.region in wanted]
        pool = found or list(self.variants)
        dated = [v for v in pool if v.years & years]
        return tuple(dated if dated and not found else found)


def families(documents: Mapping[str, Metadata]) -> dict[str, Family]:
    """Group documents by name; return the family of each document that has one."""
    groups: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for id_, metadata in documents.items():
        name = subject(metadata.title)
        key = " ".join(sorted(set(analyse(name))))
        if key:
            groups[key].append(id_)
            names.setdefault(key, name)
    found: dict[str, Family] = {}
    for key, ids in groups.items():
        variants = tuple(_variant(id_, documents[id_]) for id_ in sorted(ids))
        if len({v.label for v in variants}) > 1:
            family = Family(names[key], _spellings(names[key]), variants)
            found |= dict.fromkeys(ids, family)
    return found


def newer_versions(documents: Mapping[str, Metadata]) -> dict[str, str]:
    """Return the newest version of each document of which there is one.

    Versions have one title, one kind, one publisher and one region, and different dates.

    >>> old, new = Metadata(title="Guide", date="2023"), Metadata(title="Guide", date="2024-05")
    >>> newer_versions({"old.md": old, "new.md": new})
    {'old.md': 'new.md'}
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for id_, m in documents.items():
        if m.title and m.date:
            groups[fold(m.title), m.kind, m.publisher, m.region].append(id_)
    found: dict[str, str] = {}
    for ids in groups.values():
        newest = max(ids, key=lambda id_: documents[id_].date)
        found |= {id_: newest for id_ in ids if documents[id_].date < documents[newest].date}
    return found


def subject(title: str) -> str:
    """Return the name that a title begins with.

    >>> subject("Numéric’Emploi en Région Sud (Provence-Alpes-Côte d’Azur)")
    'Numéric’Emploi'
    >>> subject("Marché du numérique en France en 2022 selon Numeum")
    'Marché du numérique'
    """
    end = _END_OF_NAME.search(title)
    name = title[: end.start()] if end else title
    words = name.split()
    for count in range(len(words)):
        if regions.mentioned(" ".join(words[count : count + 4])) and not regions.mentioned(
            " ".join(words[count + 1 : count + 5])
        ):
            name = " ".join(words[:count])
            break
    previous = None
    while previous != name:
        previous, name = name, _TRAILING.sub("", name)
    return name


def _spellings(name: str) -> tuple[frozenset[str], ...]:
    parts = frozenset(analyse(re.sub(r"[’'&@-]", " ", name)))
    return parts, frozenset(analyse(name)) - parts or parts


def _variant(id_: str, metadata: Metadata) -> Variant:
    named = regions.mentioned(metadata.title)
    region = regions.canonical(metadata.region) if metadata.region else (named or [""])[0]
    years = _YEAR.findall(metadata.title)
    if named or (region and region != "France"):
        label = region
    else:
        label = "-".join(dict.fromkeys(years)) or metadata.date[:4] or region
        if region == "France" and "national" in metadata.title.lower():
            label = f"France ({label})"
    return Variant(id_, label, region, frozenset(years))
