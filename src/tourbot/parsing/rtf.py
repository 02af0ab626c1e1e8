"""RTF through striprtf, which gives the words; headings, cells and notes are marked first."""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

from tourbot.parsing.builder import (
    NOTE_MARK,
    Parsed,
    TextBuilder,
    clean,
    name_title,
    not_read,
    property_title,
)
from tourbot.parsing.numbering import labelled
from tourbot.parsing.plain import write_lines
from tourbot.parsing.properties import described
from tourbot.parsing.raised import LOWERED, RAISED, settled

# Characters that no text holds stand for what striprtf would write as « | » or leave out.
_CELL, _ROW, _END, _ITEM = "\ue000", "\ue001", "\ue002", "\ue003"
_OUTSIDE, _INSIDE, _HEADING = "\ue004", "\ue005", "\ue010"  # of a table
_NOTE_TEXT, _LABELLED, _LEVEL = "\ue006", "\ue019", "\ue007"  # the first of nine levels
# ``\plain`` ends what may have been waiting for the character behind ``\u233``.
_MARKS = (
    (re.compile(r"(?<!\\)\\(?:nest)?cell(?![a-z])"), rf"\\plain {_CELL}"),
    (re.compile(r"(?<!\\)\\(?:nest)?row(?![a-z])"), rf"\\plain {_ROW}\n\\line "),
    (re.compile(r"(?<!\\)\\(?:par|sect)(?![a-z])"), rf"\\par\\plain {_END}"),
    (re.compile(r"(?<!\\)\\pard(?![a-z])"), rf"\\pard\\plain {_OUTSIDE}"),
    (re.compile(r"(?<!\\)\\intbl(?![a-z])"), rf"\\intbl\\plain {_INSIDE}"),
    (
        re.compile(r"\{\\(?:list|pn)text(?![a-z])([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"),
        rf"{{\\plain {_ITEM}\1\\plain {_LABELLED}}}",
    ),
    (re.compile(r"(?<!\\)(\\ls[1-9]\d*)(?!\d)"), rf"\1{{\\plain {_ITEM}}}"),
)
_STYLE = re.compile(r"(?<!\\)\\s(\d+)(?!\d) ?")
_OUTLINE = re.compile(r"(?<!\\)\\outlinelevel([0-8])(?!\d) ?")
_STYLE_NAME = re.compile(r"(?:heading|titre)\s*([1-9])|(title|titre)", re.IGNORECASE)
_MARKED = re.compile(f"[{_ITEM}-\ue01f]")
_ILVL = re.compile(r"(?<!\\)\\ilvl([0-8])(?!\d) ?")
_BULLET = re.compile(r"^\s*[^\w\s][ \t]+")
_NUMBER = re.compile(
    r"\d|\w[.)\]:]|[^\W\d_]{2}"
)  # a letter alone may be the bullet of a symbol font
_HEADING_CHARS = 200
_NOTE = re.compile(r"\{\s*(?:\\\*)?\\footnote(?![a-z])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_PARAGRAPH = re.compile(r"\\par(?![a-z])")
_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'[0-9a-f]{2}|\\.|[{}]|[^\\{}]+", re.DOTALL)
_UNSHOWN = {"strike", "striked", "v", "deleted"}
_RAISES = {"super": True, "up": True, "nosupersub": False, "sub": False, "dn": False}
_FORMATTED = re.compile(rf"\\(?:{'|'.join([*_UNSHOWN, *_RAISES])})(?![a-z])")
_COMMENT = re.compile(r"\{\\\*\\annotation(?![a-z])")
# Pictures are most of a file, and none of its words.
_PICTURE = re.compile(r"\{\\pict(?![a-z])[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_TITLE = re.compile(r"\{\\title\s+((?:[^{}\\]|\\.)*)\}", re.DOTALL)

_PROPERTY = re.compile(
    r"\{\\propname\s+((?:[^{}\\]|\\.)*)\}\s*\\proptype30\s*\{\\staticval\s+((?:[^{}\\]|\\.)*)\}"
)


def parse(data: bytes, name: str) -> Parsed:
    """Read an RTF file; the title is the document property or the name of the file."""
    source = data.decode("cp1252", errors="replace")
    given = _TITLE.search(source)
    source = _place_notes(_shown(_PICTURE.sub("", source)))
    styles = _styles(source)
    source = _STYLE.sub(lambda s: s[0] + _mark(styles.get(s[1])), source)
    source = _OUTLINE.sub(lambda s: s[0] + _mark(int(s[1]) + 1), source)
    source = _ILVL.sub(lambda s: f"{s[0]}{{\\plain {chr(ord(_LEVEL) + int(s[1]))}}}", source)
    for pattern, mark in _MARKS:
        source = pattern.sub(mark, source)
    builder = TextBuilder()
    shown = _write(_plain(source), builder)
    if comments := len(_COMMENT.findall(source)):
        builder.gap("comments", not_read(f"comments ({comments})", "comments"))
    title = shown or property_title(_plain_value(given[1]) if given else "")
    properties = {
        _plain_value(name_).lower(): _plain_value(value)
        for name_, value in _PROPERTY.findall(source)
    }
    return builder.build(described(properties, title or name_title(name)))


def _plain_value(source: str) -> str:
    return clean(_plain(f"{{\\rtf1\\ansi {source}}}"))


def _plain(source: str) -> str:
    return settled(str(rtf_to_text(source, encoding="cp1252", errors="replace")))


def _shown(source: str) -> str:
    """Take out words that are hidden, deleted or struck through, and mark those that are raised."""
    if not _FORMATTED.search(source):
        return source
    pieces, outer, state, is_open = list[str](), list[frozenset[str]](), frozenset[str](), False
    for token in _TOKEN.finditer(source):
        piece, word, number = token[0], token[1], token[2]
        if piece == "{":
            outer.append(state)
        elif piece == "}":
            state = outer.pop() if outer else state
        else:
            state = _formatted(state, word or piece, number != "0")
        text = word in {None, "u"} and piece not in {"{", "}", r"\*"}
        raises = "super" in state and word not in {"par", "cell"}
        mark = ""
        if is_open != raises and (is_open or (text and r"\*" not in state)):
            mark, is_open = rf"\plain {RAISED if raises else LOWERED}", raises
        if text and state & _UNSHOWN:
            piece = ""
        pieces += [piece, mark] if piece == "}" else [mark, piece]
    return "".join(pieces)


def _formatted(state: frozenset[str], word: str, on: bool) -> frozenset[str]:
    """Return which formatting holds behind a control word."""
    if word in {"plain", "footnote"}:
        return state & {r"\*"}
    if word in _RAISES:
        word, on = "super", _RAISES[word] and on
    elif word not in _UNSHOWN and word != r"\*":
        return state
    return state | {word} if on else state - {word}


def _mark(level: int | None) -> str:
    return "" if level is None else f"{{\\plain {chr(ord(_HEADING) + level)}}}"


def _styles(source: str) -> dict[str, int]:
    """Return the levels of the styles that are headings, by number; a title's is 0."""
    start = source.find("{\\stylesheet")
    if start < 0:
        return {}
    levels = {}
    for entry in source[start : _closing(source, start + 1)].split("}"):
        number, outline = _STYLE.search(entry), _OUTLINE.search(entry)
        named = _STYLE_NAME.fullmatch(re.split(r"\\[a-z]+-?\d* ?|[{\n]", entry)[-1].strip(" ;\r"))
        if number and named:
            levels[number[1]] = int(named[1] or 0)
        elif number and outline:
            levels[number[1]] = int(outline[1]) + 1
    return levels


def _place_notes(source: str) -> str:
    """Write each footnote, marked, as a paragraph of its own behind the one that refers to it."""
    pieces, waiting, at = list[str](), list[str](), 0
    while note := _NOTE.search(source, at):
        pieces += _behind(source[at : note.start()], waiting)
        end = _closing(source, note.end())
        waiting.append(source[note.end() : end - 1])
        pieces.append(rf"\plain {NOTE_MARK}")
        at = end
    pieces += _behind(source[at:], waiting)
    return "".join(pieces)


def _behind(text: str, waiting: list[str]) -> list[str]:
    """Return a stretch of the source, the waiting notes behind the paragraph that ends in it."""
    end = _PARAGRAPH.search(text) if waiting else None
    if end is None:
        return [text]
    notes = [f"{{\\plain {_NOTE_TEXT}{note}\\par}}" for note in waiting]
    waiting.clear()
    return [text[: end.end()], " ", *notes, text[end.end() :]]


def _closing(source: str, start: int) -> int:
    """Return where the group ends within which ``start`` lies."""
    depth = 1
    for found in _BRACE.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
    return len(source)


def _write(text: str, builder: TextBuilder) -> str:
    """Write paragraphs and tables; return the words in the Title style."""
    title, rows, notes, noted = "", list[list[str]](), list[str](), ""
    cell, inside = "", False
    for paragraph in text.split(_END):
        *finished, rest = (cell + paragraph).split(_ROW)
        rows += [[_cleared(cell) for cell in row.split(_CELL)[:-1]] for row in finished]
        for mark in re.findall(f"[{_OUTSIDE}{_INSIDE}]", rest):
            inside = mark == _INSIDE
        # A paragraph within a cell ends like any other; its row is still to come.
        cell = f"{rest} " if inside else ""
        if not inside and _NOTE_TEXT in rest:
            notes.append(_cleared(rest))
        elif not inside and clean(rest):
            builder.table(rows)
            builder.notes(notes, noted)
            rows, notes, noted = [], [], _MARKED.sub("", rest)
            title = _paragraph(rest, builder) or title
    builder.table(rows)
    builder.notes(notes, noted)
    _paragraph(cell, builder)
    return title


def _paragraph(text: str, builder: TextBuilder) -> str:
    marks = _MARKED.findall(text)
    levels = [ord(mark) - ord(_HEADING) for mark in marks if _HEADING <= mark < _LABELLED]
    label, _, rest = text.rpartition(_LABELLED)
    label, words = _cleared(label), _MARKED.sub("", rest)
    words = labelled(label if _NUMBER.search(label) else "", words)
    if levels and len(words) <= _HEADING_CHARS:
        builder.heading(levels[-1] + 1, words)
        return "" if levels[-1] else clean(words)
    if _ITEM in text:
        depth = max(
            (ord(mark) - ord(_LEVEL) for mark in marks if _LEVEL <= mark < _HEADING), default=0
        )
        builder.item(_BULLET.sub("", words, count=1), depth)
    else:
        write_lines(words.split("\n"), builder)
    return ""


def _cleared(cell: str) -> str:
    return clean(_MARKED.sub("", cell))
