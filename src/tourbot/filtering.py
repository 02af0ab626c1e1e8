"""Which documents to answer from: by kind, region, year and source, as chosen by who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from tourbot.text import regions
from tourbot.text.typography import plain
from tourbot.types import Metadata


@dataclass(frozen=True, slots=True)
class Filters:
    """The documents to answer from; a field without values lets all pass.

    Attributes:
        kind, region, year, source: Values of which a document must have one, whatever their
            accents and case; the year is that of its date, the source its publisher.
    """

    kind: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def outside(self, documents: Mapping[str, Metadata]) -> frozenset[str]:
        """Return the ids of the documents that do not pass.

        >>> documents = {"a.md": Metadata(region="Région Sud"), "b.md": Metadata(date="2024-05")}
        >>> sorted(Filters(region=("PACA",)).outside(documents))
        ['b.md']
        """
        if not self:
            return frozenset()
        wanted = {name: {_key(name, v) for v in values} for name, values in self._chosen()}
        return frozenset(
            id_
            for id_, metadata in documents.items()
            if any(_key(name, _value(metadata, name)) not in w for name, w in wanted.items())
        )

    def unknown(self, documents: Mapping[str, Metadata]) -> list[tuple[str, str]]:
        """Return the fields and values that no document has."""
        there = offered(documents.values()) if self else {}
        return [
            (name, value)
            for name, values in self._chosen()
            for value in values
            if _key(name, value) not in {_key(name, known) for known in there[name]}
        ]

    def _chosen(self) -> list[tuple[str, tuple[str, ...]]]:
        pairs = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return [(name, values) for name, values in pairs if values]


EVERYTHING = Filters()


def offered(documents: Iterable[Metadata]) -> dict[str, list[str]]:
    """Return the values that documents have of each field, in order; years the newest first."""
    found: dict[str, set[str]] = {field.name: set() for field in fields(Filters)}
    for metadata in documents:
        for name, values in found.items():
            if value := _value(metadata, name):
                values.add(value)
    return {
        name: sorted(values, key=plain, reverse=name == "year") for name, values in found.items()
    }


def _value(metadata: Metadata, name: str) -> str:
    return {
        "kind": metadata.kind,
        "region": regions.canonical(metadata.region),
        "year": metadata.date[:4],
        "source": metadata.publisher,
    }[name]


def _key(name: str, value: str) -> str:
    return plain(regions.canonical(value) if name == "region" else value)
