"""Raised figures and letters: marks of notes, powers and units, « 1er »."""

from __future__ import annotations

import re

# Characters that no text holds stand around what is raised.
RAISED, LOWERED = "\ue020", "\ue021"
_RUN = re.compile(f"{RAISED}([^{RAISED}{LOWERED}]*){LOWERED}")
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]+|[abc])[\])]?(?:[,;–-]\s?\d{1,3})*|[,;]")
# What a raised figure is part of: a unit, the sign of a quantity, a power of ten.
_POWER = re.compile(r"(?:^|[^\w])[a-zµΩ]{1,2}$|[×x*·]\s?10$", re.IGNORECASE)
HIGH = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def raised(text: str) -> str:
    """Mark words as raised, for ``settled``."""
    return f"{RAISED}{text}{LOWERED}"


def settled(text: str) -> str:
    """Write what is raised in a line: no mark of a note is a digit of the number before it.

    >>> settled(f"1 240{raised('3')} m{raised('2')} le 1{raised('er')} mai")
    '1 240 m² le 1er mai'
    """
    return _RUN.sub(_written, text.replace(LOWERED + RAISED, ""))


def _written(found: re.Match[str]) -> str:
    words, before = found[1].strip(), found.string[max(0, found.start() - 12) : found.start()]
    if re.fullmatch(r"[+−-]?\d+", words) and _POWER.search(before):
        return words.translate(HIGH)
    return "" if _MARK.fullmatch(words) else found[1]
