"""The regions of France and the names by which people call them."""

from __future__ import annotations

import re
from functools import lru_cache

from tourbot.text.typography import fold, loose_pattern

_NAMES = {
    "Auvergne-Rhône-Alpes": ("aura", "auvergne", "rhone-alpes"),
    "Bourgogne-Franche-Comté": ("bfc", "bourgogne", "franche-comte"),
    "Bretagne": ("brittany",),
    "Centre-Val de Loire": ("cvdl", "cvl", "centre val de loire", "region centre"),
    "Corse": ("corsica",),
    "Grand Est": ("alsace", "champagne-ardenne", "lorraine"),
    "Guadeloupe": (),
    "Guyane": (),
    "Hauts-de-France": ("hdf", "nord-pas-de-calais"),
    "Île-de-France": ("idf", "region parisienne", "paris region"),
    "La Réunion": ("reunion",),
    "Martinique": (),
    "Mayotte": (),
    "Normandie": ("normandy",),
    "Nouvelle-Aquitaine": ("aquitaine",),
    "Occitanie": ("occitania", "languedoc", "midi-pyrenees"),
    "Pays de la Loire": ("pdl",),
    "Provence-Alpes-Côte d’Azur": ("paca", "region sud", "le sud", "provence", "cote d'azur"),
}


# A « réunion » is first of all a meeting: the island has a capital that no sentence gave it.
_MEETING = re.compile(r"(?<!\w)r[ée]unions?(?!\w)", re.IGNORECASE)
_ISLAND = re.compile(r"(?:(?<=\w[ \u00a0-])|^(?=\w+$))R(?:[ée]union|[ÉE]UNION)(?!\w)")


def canonical(name: str) -> str:
    """Return the region that a name stands for, or the name itself.

    >>> canonical("Région Sud"), canonical("PACA"), canonical("France")
    ('Provence-Alpes-Côte d’Azur', 'Provence-Alpes-Côte d’Azur', 'France')
    """
    found = mentioned(name)
    return found[0] if found else name


def mentioned(text: str) -> list[str]:
    """Return the regions that a text names, in order of appearance.

    >>> mentioned("Et dans le Sud ? Et en centre val de loire ?")
    ['Provence-Alpes-Côte d’Azur', 'Centre-Val de Loire']
    """
    if not _ISLAND.search(text):
        text = _MEETING.sub("", text)
    found: dict[str, int] = {}
    for match in _pattern().finditer(_normal(text)):
        found.setdefault(_by_name()[match.group(1)], match.start())
    return sorted(found, key=lambda region: found[region])


def remove(text: str) -> str:
    """Return a text without the regions that it names.

    >>> remove("Qui porte le plan en Centre-Val de Loire ?")
    'Qui porte le plan en   ?'
    """
    for region in mentioned(text):
        text = replace(text, region, " ")
    return text


def replace(text: str, region: str, other: str) -> str:
    """Write another region wherever a text names a region.

    >>> replace("Qui porte le plan en PACA ?", "Provence-Alpes-Côte d’Azur", "Grand Est")
    'Qui porte le plan en Grand Est ?'
    >>> replace("Qui préside le club de la Région Sud ?", "Provence-Alpes-Côte d’Azur", "Occitanie")
    'Qui préside le club de la région Occitanie ?'
    """
    for name in sorted((region, *_NAMES[region]), key=len, reverse=True):
        said = f"région {other}" if name.startswith("region ") and other.strip() else other
        text = loose_pattern(name).sub(said, text)
    return text


def masked(text: str, region: str) -> str:
    """Write dots over a region's names, so that all else stays where it is."""
    for name in sorted((region, *_NAMES[region]), key=len, reverse=True):
        text = loose_pattern(name).sub(lambda match: "·" * len(match.group()), text)
    return text


def _normal(text: str) -> str:
    return re.sub(r"[-–’'\s]+", " ", fold(text))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {
        _normal(name): region for region, others in _NAMES.items() for name in (region, *others)
    }


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_by_name(), key=len, reverse=True)
    return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
