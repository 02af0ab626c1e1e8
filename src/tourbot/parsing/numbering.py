"""The numbers that programs write before paragraphs: « Article 3 », « 2.1 », « b) »."""

from __future__ import annotations

import re

import lxml.etree

from tourbot.parsing.builder import clean

_ROMAN = dict(
    zip(
        "m cm d cd c xc l xl x ix v iv i".split(),
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        strict=True,
    )
)
_MOST = 999  # that is told in letters
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Numbers:
    """Counts the numbered paragraphs of a document, which are to be given in order.

    Args:
        root: The ``w:numbering`` part of a DOCX file.
    """

    def __init__(self, root: lxml.etree._Element) -> None:
        lists = {a.get(f"{_WORD}abstractNumId"): a for a in root.iterfind(f"{_WORD}abstractNum")}
        named = {_value(a, "styleLink"): a for a in lists.values()}
        self._levels: dict[tuple[str, int], tuple[str, lxml.etree._Element]] = {}
        self._starts: dict[tuple[str, int], int] = {}
        for num in root.iterfind(f"{_WORD}num"):
            number, abstract = num.get(f"{_WORD}numId", ""), _value(num, "abstractNumId")
            found = lists.get(abstract)
            if found is None:
                continue
            style = _value(found, "numStyleLink")
            for level in (named.get(style, found) if style else found).iterfind(f"{_WORD}lvl"):
                self._levels[number, _at(level)] = abstract, level
            for override in num.iterfind(f"{_WORD}lvlOverride"):
                for level in override.iterfind(f"{_WORD}lvl"):
                    self._levels[number, _at(override)] = abstract, level
                if start := _value(override, "startOverride"):
                    self._starts[number, _at(override)] = _int(start)
        self._counts: dict[str, dict[int, int]] = {}

    def level(self, number: str, at: int) -> lxml.etree._Element | None:
        """Return the definition of a level of a list."""
        return self._levels.get((number, at), ("", None))[1]

    def following(self, number: str, at: int) -> str:
        """Return what stands before the next paragraph of a level; nothing for a mere bullet.

        Args:
            number: The list (``w:numId``).
            at: The level, from 0.
        """
        level = self.level(number, at)
        if level is None:
            return ""
        counts = self._counts.setdefault(self._levels[number, at][0], {})
        if (number, at) in self._starts:  # once: the list then goes on
            counts[at] = self._starts.pop((number, at))
        else:
            counts[at] = counts[at] + 1 if at in counts else _start(level)
        for deeper in [other for other in counts if other > at]:
            below = self.level(number, deeper)
            if below is None or _value(below, "lvlRestart") != "0":
                del counts[deeper]
        if _value(level, "numFmt") == "bullet":
            return ""
        legal = level.find(f"{_WORD}isLgl") is not None

        def figure(found: re.Match[str]) -> str:
            other = self.level(number, int(found[1]) - 1)
            if other is None:
                return ""
            count = counts.setdefault(int(found[1]) - 1, _start(other))
            return str(count) if legal else told(count, _value(other, "numFmt"))

        return re.sub(r"%([1-9])", figure, _value(level, "lvlText")).strip()


def labelled(label: str, text: str) -> str:
    """Write a number before the words that it stands before.

    >>> labelled("Article 3", "La radiation"), labelled("2.1", "La radiation")
    ('Article 3 – La radiation', '2.1 La radiation')
    """
    if not clean(text):  # « Article 3 » above the article; a mere number says nothing
        return label if len(label) > 3 else ""
    between = " – " if re.search(r"[^\W\d_]{2}.*\w$", label) else " "
    return label + between + text if label else text


def told(count: int, form: str) -> str:
    """Write a number as its format asks for.

    >>> told(14, "upperRoman"), told(28, "lowerLetter"), told(1, "ordinal"), told(3, "decimal")
    ('XIV', 'bb', '1er', '3')
    """
    text = str(count)
    if form.endswith("Roman") and 0 < count <= _MOST:
        text = ""
        for letters, value in _ROMAN.items():
            text += letters * (count // value)
            count %= value
    elif form.endswith("Letter") and 0 < count <= _MOST:
        text = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif form == "ordinal":
        text += "er" if count == 1 else "e"
    elif form == "decimalZero":
        text = text.zfill(2)
    elif form == "none":
        text = ""
    return text.upper() if form.startswith("upper") else text


def _value(element: lxml.etree._Element, name: str) -> str:
    child = element.find(_WORD + name)
    return "" if child is None else str(child.get(f"{_WORD}val") or "")


def _int(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _at(level: lxml.etree._Element) -> int:
    return _int(level.get(f"{_WORD}ilvl", ""))


def _start(level: lxml.etree._Element) -> int:
    return _int(_value(level, "start") or "1")
