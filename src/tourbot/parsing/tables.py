"""What the cells of a table mean: which rows name its columns, and how each row is read alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

_NAME_CHARS = 120  # of a column, a section: what is longer is a sentence
# Cells that merged ones may stand for, and characters, so that no small file makes a large text.
_MAX_COVERED, _MAX_REPEATED = 200_000, 1_000_000
_HEADER_ROWS = 4
_WIDE = 100  # columns; wider tables are read as one, with one row of names
_SAMPLE = 50  # rows that tell what a column holds
_MONTH = (
    r"(?:janv(?:ier|\.)?|févr(?:ier|\.)?|mars|avr(?:il|\.)|mai|juin|juil(?:let|\.)?|août"
    r"|sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|déc(?:embre|\.)?)"
)
_DAY = r"(?:(?:lun|mar|mercre|jeu|vendre|same)di|dimanche)"
# What a cell holds, most telling first; anything else is words.
_KINDS = {
    "year": r"(?:19|20)\d\d",
    "hour": r"(?:de |dès |à |vers |entre )?\d{1,2} ?(?:h\b|h\d\d|:\d\d).*",
    "date": rf"(?:du |le |les |au )?(?:{_DAY}\b ?)?\d{{1,2}}(?:er)?\b.{{0,16}} {_MONTH}\b.*"
    rf"|{_DAY}\b.*|{_MONTH}(?: \d{{4}}.*)?|\d{{4}}-\d\d.*|\d{{1,2}}/\d{{1,2}}(?:/.*)?",
    "link": r"\S+@\S+|(?:https?://|www\.)\S+|(?:\+33 ?|0)\d(?:[ .]?\d\d){4}",
    "person": r"(?:M\.|MM\.|Mmes?|Dr|Pr|Me) .*",
    "figure": r"[-+≤≥<>~]? ?[€$]? ?\d[\d .,]*(?P<unit>\D*).*",
}
_KIND = re.compile("|".join(f"(?P<{k}>{v})" for k, v in _KINDS.items()), re.IGNORECASE)
# What the lines of a fact sheet are called, and columns of values.
_FACT = re.compile(
    r"""(?:accès|adresse|animat\w+|budget|capacité|clôture|code|condition|contact|courriel|coût
    |date|début|département|descripti\w+|directeur|directrice|durée|échéance
    |effectif|e-?mail|financeur|fin|fonction|format|heure|horaire|inscription
    |intervenant|intitulé|jauge|jour|langue|lieu|mail|modalité|montant|niveau|nombre|nom|objectif
    |objet|organisa\w+|partenaire|pays|places?|plafond|porteur|prérequis|président|prix
    |programme|public|référence|région|responsable|rôle|salle|siège|siret|site
    |statut|tarif|taux|téléphone|tél|thème|titre|type|ville)s?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_COLUMN = re.compile(  # what columns are called, and no fact is
    r"(?:champ|commentaire|critère|détail|indicateur|information|observation|précision|remarque"
    r"|réponse|rubrique|valeur)s?\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?:sous-)?total\b", re.IGNORECASE)
_PROPER = re.compile(r"\w+ [A-ZÀ-Ý][a-zà-ÿ]")  # « Forum Alizé » names no column
_PAUSE = re.compile(r"\b(?:pause|déjeuner|dîner|café|cocktail)\b", re.IGNORECASE)


class Cell(NamedTuple):
    """A cell as a file holds it; the same object in several places is one merged cell.

    Attributes:
        text: On one line, as ``clean`` writes it.
        down: How many rows it covers; those below hold no cell of their own in its place.
        across: How many columns it covers.
        heads: Whether the file sets it off as a name: a header cell, bold.
    """

    text: str
    down: int = 1
    across: int = 1
    heads: bool = False


class Row(list[Cell]):
    """The cells of a row, one for each column as far as it reaches."""

    @cached_property
    def own(self) -> list[Cell]:
        """The cells in which something stands, merged ones once."""
        return [
            cell for x, cell in enumerate(self) if cell.text and not (x and cell is self[x - 1])
        ]

    @property
    def several(self) -> bool:
        """Whether it has several cells, or one in the last of two columns."""
        return len(self.own) > 1 or (len(self) == 2 and not self[0].text)

    def at(self, x: int) -> Cell:
        """Return the cell of a column."""
        return self[x] if x < len(self) else _EMPTY


_EMPTY = Cell("")


def written(rows: Iterable[Sequence[Cell]], *, header: bool = True) -> Iterator[tuple[bool, str]]:
    """Write a table so that each row can be read alone.

    Args:
        rows: Cells from the left; places that another cell covers are left out. Rows of empty
            cells may part several tables.
        header: Whether the first rows may name the columns; what stands in the cells tells.

    Yields:
        Whether a text is a row, or else a title above the rows; and the text.
    """
    tables = [part for table in _parted(_laid_out(rows)) for part in _beside(table)]
    for table in tables:
        yield from _write(_without_empty_columns(table), header=header, several=len(tables) > 1)


def header_rows(rows: Sequence[Row]) -> tuple[int, bool]:
    """Tell how many of the first rows name the columns, and whether the cells leave no doubt."""
    if len(rows) < 2 or not rows[0].several:
        return 0, False
    cells = [row.own for row in rows]
    marked = [len(own) > 1 and all(cell.heads for cell in own) for own in cells]
    if marked[0] and False in marked[: _HEADER_ROWS + 1]:
        return max(marked.index(False), _depth(rows)), True
    if not marked[0] and cells[0][0].heads and _most(bool(own) and own[0].heads for own in cells):
        return 0, True  # names stand before the rows: a fact sheet
    facts = [bool(own and _FACT.match(own[0].text)) for own in cells]
    if len(cells[0]) == 2 and len(rows[0]) > 2 and facts[0] and _most(facts):
        return 0, True  # facts, some of them in parts
    depth = _depth(rows)
    names, body = _names(rows[:depth]), [row for row in rows[depth:] if len(row.own) > 1]
    if any(len(name) > _NAME_CHARS or name.endswith("?") for name in names):
        return 0, True
    two = len(names) == 2 and names[0] and max(map(len, rows)) == 2
    score = _fits_facts(names[0], names[1], rows[depth:]) if two else _fits(names, body[:_SAMPLE])
    return (depth if score >= 0 else 0), score != 0


def _laid_out(rows: Iterable[Sequence[Cell]]) -> Iterator[Row]:
    """Put each cell into all places that it covers; rows in which none begins are empty."""
    below: dict[int, tuple[int, Cell]] = {}  # column → in how many rows it is still covered
    places, characters = _MAX_COVERED, _MAX_REPEATED
    for row in rows:
        line = Row()
        waiting, last = list(reversed(row)), max(below, default=-1)
        while waiting or len(line) <= last:
            at = len(line)
            if at in below:
                left, cell = below.pop(at)
                if left > 1:
                    below[at] = left - 1, cell
                line.append(cell)
                continue
            cell = waiting.pop() if waiting else _EMPTY
            across = 1
            if cell.down > 1 or cell.across > 1:
                places -= cell.down * cell.across
                characters -= cell.down * cell.across * len(cell.text)
                if places > 0 and characters > 0:
                    across = cell.across
                    if cell.down > 1:
                        below |= {at + x: (cell.down - 1, cell) for x in range(across)}
            line += [cell] * across
        yield line if any(cell.text for cell in row) else Row()


def _parted(rows: Iterable[Row]) -> list[list[Row]]:
    """Cut where another table begins below a blank row: with a header or in other columns."""
    tables: list[list[Row]] = []
    waiting: list[Row] = []  # titles
    columns, full = set[int](), 0  # of the last table, and how many of its rows have several cells
    for filled, group in groupby(rows, key=bool):
        if not filled:
            continue
        waiting += group
        start = _first(waiting)
        if start == len(waiting):
            continue
        mine = {x for row in waiting[start:] for x, cell in enumerate(row) if cell.text}
        several = len(waiting) - start > 1
        depth, sure = header_rows(waiting[start:])
        if not tables or (full > 1 and several and ((depth and sure) or mine != columns)):
            tables.append([])
            columns, full = set(), 0
        tables[-1] += waiting
        columns |= mine
        full += sum(len(row.own) > 1 for row in waiting)
        waiting = []
    if waiting:
        tables = [*tables[:-1], [*(tables[-1] if tables else ()), *waiting]]
    return tables


def _beside(rows: list[Row]) -> list[list[Row]]:
    """Cut between tables that stand side by side: a blank column, and both begin alike."""
    start = min(_first(rows), len(rows) - 1)
    for row in rows[start : start + 2]:
        texts = [cell.text for cell in row]
        blank = [x for x, text in enumerate(texts[:_WIDE]) if not text and 1 < x < len(texts) - 2]
        for x in blank:
            right = [text for text in texts[x + 1 :] if text]
            alike = len(right) > 1 and texts[:x][: len(right)] == right[:x]
            if alike and not any(cell.text for other in rows for cell in other[x : x + 1]):
                halves = [Row(r[:x]) for r in rows], [Row(r[x + 1 :]) for r in rows]
                parts = [[row for row in half if row.own] for half in halves]
                return [parts[0], *_beside(parts[1])]
    return [rows]


def _without_empty_columns(rows: list[Row]) -> list[Row]:
    """Leave out columns in which no cell of their own stands."""
    kept = sorted(
        {
            x
            for row in rows
            for x, cell in enumerate(row)
            if cell.text and not (x and cell is row[x - 1])
        }
    )
    return [Row(row[x] for x in kept[: bisect_left(kept, len(row))]) for row in rows]


def _write(rows: list[Row], *, header: bool, several: bool) -> Iterator[tuple[bool, str]]:
    start = _first(rows)
    depth = header_rows(rows[start:])[0] if header else 0
    if start and not depth and len(_sections(rows[start - 1 :])) > 1:
        start -= 1  # what stands in the place of a title is the first of several sections
    titles, body = [row.own[0].text for row in rows[:start]], rows[start + depth :]
    names = _names(rows[start : start + depth])
    yield from ((not body, text) for text in titles)  # rows of one cell are a list
    if depth and _FACT.match(names[0]) and any(map(_value, names[1:])):
        body = rows[start + depth - 1 :]  # « Date | 8 juin | 9 juin » is also a row
    sections, labels = _sections(body), _labels(body)
    path = outer = titles[-1:] if several else []  # a title tells the tables of one sheet apart
    follows = False
    for number, row in enumerate(_filled_down(body, sections)):
        own = row.own
        if number in sections:
            path = [*(path if follows else outer), own[0].text]
        elif not (depth and number and [cell.text for cell in row] == names):
            alone = len(own) == 1 and bool(row[0].text)
            yield True, _row(names, row, labels, [] if alone else path)
        follows = number in sections


def _sections(body: Sequence[Row]) -> set[int]:
    """Return which rows are titles of those below them: one cell, merged, bold or a day."""
    full = [row for row in body if len(row.own) > 1]
    alone = [n for n, row in enumerate(body) if len(row.own) == 1 and row[0].text]
    last = max((n for n, row in enumerate(body) if len(row.own) > 1), default=0)
    bold = _most(row[0].heads for row in full)
    named = [
        n
        for n in alone
        if n < last
        and len(body[n][0].text) <= _NAME_CHARS
        and _kind(body[n][0].text) not in {"hour", "link", "person"}
        and not _PAUSE.search(body[n][0].text)
    ]
    marked = {
        n
        for n in named
        if (len(body[n]) > 1 and body[n][1] is body[n][0])
        or (body[n][0].heads and not bold)
        or (_kind(body[n][0].text) == "date" and len(named) < len(full))
    }
    # Without any mark: the first row is one, each has rows below it, and no other row has gaps.
    width = max(map(len, body), default=0)
    regular = named == alone and named[:1] == [0] and 1 < len(named) < len(full)
    regular = regular and all(b - a > 1 for a, b in pairwise(named))
    return set(named) if regular and all(len(r.own) == width for r in full) else marked


def _labels(body: Sequence[Row]) -> int:
    """Return how many of the first columns tell what a row is about."""
    full = [row for row in body if len(row.own) > 1]
    labels = 1
    while _most(len(r) > labels + 1 and all(c.heads for c in r[: labels + 1]) for r in full):
        labels += 1
    return labels


def _filled_down(body: Sequence[Row], sections: set[int]) -> Iterator[Row]:
    """Repeat a day in the rows below it, where blank cells mean « as above »."""
    full = [row for row in body if len(row.own) > 1]
    days = full and all(not r[0].text or _kind(r[0].text) == "date" for r in full)
    above = _EMPTY
    for number, row in enumerate(body):
        as_above = (
            days and not row[0].text and len(row.own) > 1 and not _TOTAL.match(row.own[0].text)
        )
        above = _EMPTY if number in sections else above if as_above else row[0]
        yield Row([above, *row[1:]]) if as_above else row


def _row(names: list[str], row: Row, labels: int, path: list[str]) -> str:
    """Write a row after what it belongs to: « Salariés – En France – Montant : 650 € »."""
    label = ", ".join(cell.text for cell in Row(row[:labels]).own)
    cells = []
    for x, cell in enumerate(row[labels:], start=labels):
        name = names[x] if x < len(names) else ""
        merged = cell is row[x - 1] and (x == labels or not name)
        if cell.text and not merged:
            cells.append(f"{name}\u00a0: {cell.text}" if name not in {"", cell.text} else cell.text)
    before = [*path, label] if label not in path else path
    first = " – ".join(part for part in before if part)
    return (" " if first.endswith(":") else " – ").join(filter(None, (first, " ; ".join(cells))))


# --- which rows name the columns -------------------------------------------------------------


def _depth(rows: Sequence[Row]) -> int:
    """Return how many rows name the columns if the first does: groups stand above their parts."""
    depth = 1
    while (
        len(rows[0]) <= _WIDE
        and depth < min(_HEADER_ROWS, len(rows) - 1)
        and _goes_on(rows[depth - 1], rows[depth], rows[depth + 1 :])
    ):
        depth += 1
    return depth


def _goes_on(above: Row, row: Row, body: Sequence[Row]) -> bool:
    """Tell whether a row names the parts of the groups that the row above it names."""
    fresh = {x: cell.text for x, cell in enumerate(row) if cell.text and cell is not above.at(x)}
    parts = [x for x in fresh if x and _grouped(above, x)]
    if not parts:
        return not fresh
    below = {x: [text for r in body[:_SAMPLE] if (text := r.at(x).text)] for x in fresh}
    if any(_fit(name, below[x]) < 0 for x, name in fresh.items()):
        return False
    repeated = len({fresh[x] for x in parts}) < len(parts)
    return 0 not in fresh or repeated or _most(_value(text) for x in parts for text in below[x])


def _grouped(row: Row, x: int) -> bool:
    """Tell whether a place is one of several below a name: a merged cell, or blanks behind it."""
    before, cell, behind = (row.at(at) for at in (x - 1, x, x + 1))
    if cell.text:
        return cell is before or cell is behind or (x + 1 < len(row) and not behind.text)
    return any(cell.text for cell in row[1:x])


def _names(header: Sequence[Row]) -> list[str]:
    """Return the name of each column, those of groups first: « Adhérents, Avant le 1er mars »."""
    names: list[list[str]] = [[] for _ in range(max(map(len, header), default=0))]
    for number, row in enumerate(header):
        group = ""
        for x, name in enumerate(names):
            text = row.at(x).text
            group = text or (group if number < len(header) - 1 else "")
            if group and group not in name:
                name.append(group)
            group = group if x else ""
    return [", ".join(name) for name in names]


def _fits(names: Sequence[str], body: Sequence[Row]) -> int:
    """Return how much speaks for names of columns, below zero what speaks against them."""
    corner = not names[0] and _most(bool(row[0].text) for row in body)
    score = 3 * corner - _value(names[0])
    for x, name in enumerate(names):
        score += _fit(name, [text for row in body if (text := row.at(x).text)])
    return score


def _fit(name: str, below: Sequence[str]) -> int:
    """Return what a column says: « Prix » names amounts, « 9 h » does not stand above « 10 h »."""
    if not name or not below:
        return 0
    kind, kinds = _kind(name), [_kind(text) for text in below]
    alike = 2 * kinds.count(kind) >= len(kinds)
    if kind == "year":
        return -1 if alike else 1
    if kind != "words":
        return -2 if alike else 0
    counted = re.sub(r"\d+", "#", name)
    if counted != name and any(re.sub(r"\d+", "#", text) == counted for text in below):
        return -2  # « Session 1 », « Session 2 »
    return int(_most(kind != "words" for kind in kinds))


def _fits_facts(name: str, value: str, body: Sequence[Row]) -> int:
    """Tell names of two columns from the first of « Date | 8 juin », « Lieu | Albi »."""
    firsts = [row[0].text for row in body[:_SAMPLE] if row]
    figures = _most(_kind(row.at(1).text).startswith("figure") for row in body[:_SAMPLE])
    fact, proper = bool(_FACT.match(name)), "," in value or bool(_PROPER.search(value))
    if name.endswith(":") or (_PROPER.match(name) and _most(map(bool, map(_PROPER.match, firsts)))):
        return -1
    if _value(value):
        return 1 if _kind(value) == "date" and figures and not fact else -1
    named = bool(_FACT.match(value)) and not proper
    if _COLUMN.match(name) or _COLUMN.match(value) or (named and " " not in value):
        return 1
    if fact and _most(map(bool, map(_FACT.match, firsts))):
        return -1
    if named or figures:
        return 1
    return -1 if proper else _fits([name, value], body[:_SAMPLE])


def _kind(text: str) -> str:
    found = _KIND.fullmatch(text)
    if found is None:
        return "words"
    return (found.lastgroup or "") + (found["unit"] or "").strip()[:3]


def _value(text: str) -> bool:
    return bool(text) and _kind(text) not in {"words", "year"}


def _first(rows: Sequence[Row]) -> int:
    """Return the number of the first row of several cells."""
    return next((n for n, row in enumerate(rows) if row.several), len(rows))


def _most(said: Iterable[bool]) -> bool:
    answers = list(said)
    return 2 * sum(answers) >= len(answers) > 0
