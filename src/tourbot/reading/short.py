"""The words of a quoted sentence that answer: a name, a number with its unit, a date.

They are marked inside the sentence and never shown without it. Where the kind of answer cannot be
told from its form (why, how, what), nothing is marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tourbot.reading.question import ORDINAL, Expected, counted, expected_answer
from tourbot.text import dates, regions
from tourbot.text.lexical import analyse
from tourbot.text.typography import fold, names, plain

Span = tuple[int, int]
_AMOUNT = r"\d+(?:[\s.,]\d+)*(?:\s(?:mille|millions?|milliards?|M|Md)\b)?"
_PATTERNS: dict[Expected, re.Pattern[str]] = {
    Expected.MONEY: re.compile(
        rf"{_AMOUNT}\s?(?:d[’']|de\s)?(?:€|euros?\b|k€|M€|Md€|dollars?\b)|\bgratuit\w*",
        re.IGNORECASE,
    ),
    Expected.SHARE: re.compile(
        rf"[+−-]?{_AMOUNT}\s?(?:%|points?\b)|\bla moitié\b|\b(?:un|deux|trois) (?:tiers|quarts?)\b",
        re.IGNORECASE,
    ),
    Expected.AREA: re.compile(rf"{_AMOUNT}\s?(?:m²|m2\b|mètres carrés|hectares?\b)", re.IGNORECASE),
    Expected.EMAIL: re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    Expected.PHONE: re.compile(r"(?:\+\d\d[\s.]?|0)\d(?:[\s.]?\d\d){4}"),
    Expected.WEBSITE: re.compile(r"(?:https?://|www\.)\S+\w|\b[\w-]+\.(?:fr|com|org|eu|net)\b"),
}
_NUMBER = re.compile(rf"(?<!\w){_AMOUNT}")
_FOLLOWING_WORDS = 3
# Kinds of answers of which two can contradict each other.
_VALUES = frozenset(
    {
        Expected.MONEY,
        Expected.SHARE,
        Expected.AREA,
        Expected.NUMBER,
        Expected.DATE,
        Expected.DAY,
        Expected.PHONE,
    }
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w’'&@-]*"
_NAME = rf"{_CAPITAL}(?:\s(?:(?:de|du|des|de\sla|d[’']|l[’']|of)\s?)?{_CAPITAL})*"
# « Numeum, France Travail, l’Opco Atlas et l’ADIRC » is one answer.
_NAMES = re.compile(rf"{_NAME}(?:(?:,\s|\s(?:et|and)\s)(?:(?:le|la|les|the)\s|l[’'])?{_NAME})*")


def short_answer(question: str, sentence: str) -> Span | None:
    """Return where in a sentence the words stand that answer; None where that cannot be told.

    >>> said = "Loir&Cher Tech est présidé par Franck Bataille depuis 2021."
    >>> said[slice(*short_answer("Qui préside Loir&Cher Tech ?", said))]
    'Franck Bataille'
    >>> said = "Près de 550 intervenants en 2024, pour 30 stands."
    >>> said[slice(*short_answer("Combien d’intervenants ?", said))]
    '550 intervenants'
    """
    expected = expected_answer(question)
    if expected in _PATTERNS:
        match = _PATTERNS[expected].search(sentence)
        return match.span() if match else None
    find = _FINDERS.get(expected)
    return find(question, sentence) if find else None


# A row of a table that has a column « Valeur »; what it is about stands first.
_ROW = re.compile(r"(?P<about>.+?) – .*\b(?:Valeur|Value)\s*:\s*(?P<value>[^;]+)")
_SAME_THING = 0.7


def contradict(question: str, one: str, other: str) -> bool:
    """Tell whether two sentences give different values for what is asked.

    >>> contradict("Combien de stands ?", "Le salon compte 30 stands.", "Il y a 40 stands.")
    True
    """
    rows = [_ROW.match(text) for text in (one, other)]
    if rows[0] and rows[1]:
        about, about_other = (set(analyse(row["about"])) for row in rows if row)
        alike = len(about & about_other) > _SAME_THING * min(len(about), len(about_other))
        return alike and _digits(rows[0]["value"]) != _digits(rows[1]["value"])
    if expected_answer(question) not in _VALUES:
        return False
    span, other_span = short_answer(question, one), short_answer(question, other)
    if span is None or other_span is None:
        return False
    value, other_value = _digits(one[slice(*span)]), _digits(other[slice(*other_span)])
    # What a sentence says beside its own value may be the other's.
    if value <= _digits(other) or other_value <= _digits(one):
        return False
    return bool(value and other_value)


def _digits(text: str) -> set[str]:
    """Return the numbers of a text, written in one way."""
    found = re.findall(r"\d+(?:[\s.,]\d+)*", plain(text))
    return {re.sub(r"[\s.,]", "", number) for number in found}


def _date(question: str, sentence: str) -> Span | None:
    """Find the first date that the question does not name; one with a month before a mere year."""
    asked = dates.years(question)
    found = [
        (start, end) for start, end in dates.stretches(sentence) if sentence[start:end] not in asked
    ]
    return min(found, key=lambda span: (sentence[slice(*span)].isdigit(), span), default=None)


def _number(question: str, sentence: str) -> Span | None:
    """Find the number of what is counted, with the word for it where that follows."""
    masked = sentence
    for start, end, _ in dates.spans(sentence):
        masked = masked[:start] + "·" * (end - start) + masked[end:]
    masked = ORDINAL.sub(lambda match: "·" * len(match.group()), masked)
    numbers = list(_NUMBER.finditer(masked))
    things = counted(question)
    for number in numbers:
        words = list(re.finditer(r"[\w-]+", masked[number.end() :]))[:_FOLLOWING_WORDS]
        for word in words:
            if things & set(analyse(word.group())):
                return number.start(), number.end() + word.end()
    return numbers[0].span() if len(numbers) == 1 else None


def _who(question: str, sentence: str) -> Span | None:
    """Find the name, or names joined, that the question does not give; of two, neither."""
    masked = sentence
    for region in regions.mentioned(sentence):
        masked = regions.masked(masked, region)
    asked = {fold(word) for word in re.findall(r"\w+", question)}
    found = [
        match.span()
        for match in _NAMES.finditer(masked)
        if not asked & {fold(word) for word in re.findall(r"[A-ZÀ-ÖØ-Þ]\w+", match.group())}
        and names(match.group() if match.start() == 0 else f". {match.group()}")
        and fold(match.group()) != "region"
        and masked[match.start() - 1 : match.start()] != "("
    ]
    return found[0] if len(found) == 1 else None


_FINDERS: dict[Expected, Callable[[str, str], Span | None]] = {
    Expected.DATE: _date,
    Expected.DAY: _date,
    Expected.NUMBER: _number,
    Expected.WHO: _who,
}
