"""The characters of a PDF page as its reader sees them: what is shown, once, upright, with accents.

pdfminer.six tells every character that a page draws, also those that no reader sees; and nothing of
what was typed into forms or written over the page.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, islice, pairwise
from typing import Any

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTChar, LTComponent, LTLayoutContainer, LTPage, LTTextLine
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager, PDFStackT
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral, literal_name
from pdfminer.utils import apply_matrix_rect, decode_text, mult_matrix

from tourbot.parsing.raised import HIGH

Rect = tuple[float, float, float, float]

# Signs that old fonts print over letters, and what they make of them.
_ACCENTS = dict(zip("´`ˆ¨˜¯˘˙˚¸ˇ˝˛", map(chr, (
    0x301, 0x300, 0x302, 0x308, 0x303, 0x304, 0x306, 0x307, 0x30A, 0x327, 0x30C, 0x30B, 0x328,
)), strict=True))  # fmt: skip
_DOTLESS = str.maketrans("ıȷ", "ij")
_TWICE = 0.13  # heights; two « l » are further apart, letters printed twice for bold closer
_TRIMMED = 0.5  # of the page at least is left by a trim box that is meant
_STRAIGHT = 5  # degrees; a scan may be as askew
_MAX_ANGLES = 8
_MAX_NOTES = 500  # fields and texts written over a page
_HIDDEN, _NO_VIEW, _PASSWORD, _BUTTON = 2, 32, 1 << 13, 1 << 16
_LABEL = 300.0  # points at most from the name of a field to what was typed
_CAP = 1.8  # of the size of the text, a drop cap at least
_CAPITAL, _CAPITALS = re.compile(r"[A-ZÀ-ÞŒ]"), re.compile(r"[A-ZÀ-ÞŒ]{2}")
_APOSTROPHES = ("'", "’")
_MAX_CAPS = 50
_RAISED = 0.8  # of the size of the line, what is printed above it at most
_MARK = re.compile(r"[(\[]?\d{1,3}[)\]]?,?|[*†‡§]{1,3}")
_UNIT = re.compile(r"(?<![^\W\d_])[kcdmh]?m\s?$")
_POWER = re.compile(r"(?<![^\W_])(?!m)[^\W\d_]$|[×x·]\s?10\s?$")


class _Typed(LTChar):  # type: ignore[misc]
    """A character that a form or an annotation holds as a text."""

    def __init__(self, text: str, bbox: Rect) -> None:
        LTComponent.__init__(self, bbox)
        self._text, self.fontname, self.upright = text, "", True
        self.size, self.adv, self.matrix = self.height, self.width, (1, 0, 0, 1, 0, 0)


class _Device(PDFLayoutAnalyzer):  # type: ignore[misc]
    """Collects what a page shows; forms that are drawn on it become part of it."""

    cur_item: LTLayoutContainer
    hidden: list[bool]

    def begin_page(self, page: PDFPage, ctm: Any) -> None:
        super().begin_page(page, ctm)
        self.page, self.ctm_of_page, self.hidden = self.cur_item, ctm, []
        self._printed = defaultdict[object, list[tuple[float, float]]](list)
        trimmed = _box(page.attrs.get("TrimBox")) or page.cropbox
        crop = _common(page.cropbox, page.mediabox) or page.mediabox
        seen = _common(crop, trimmed)
        self._seen = apply_matrix_rect(ctm, seen if _area(seen) > _TRIMMED * _area(crop) else crop)

    def end_page(self, _page: PDFPage) -> None:
        """Leave the page open: more is written on it."""
        self.pageno += 1

    def end_figure(self, _name: str) -> None:
        figure = self.cur_item
        self.cur_item = self._stack.pop()
        self.cur_item.extend(figure)

    def begin_tag(self, _tag: PSLiteral, props: Any = None) -> None:
        self.hidden.append(props is True)

    def end_tag(self) -> None:
        if self.hidden:
            self.hidden.pop()

    def render_char(self, *args: Any) -> float:
        advance: float = super().render_char(*args)
        parts = self.cur_item._objs
        char = parts.pop()
        if any(self.hidden) or not self._shows(char) or self._again(char):
            return advance
        last = parts[-1] if parts else None
        if isinstance(last, LTChar) and (letter := _accented(last, char)):
            # The sign may come before its letter or behind it.
            kept = char if last.get_text() in _ACCENTS else last
            kept._text = letter
            parts[-1] = kept
        else:
            parts.append(char)
        return advance

    def _shows(self, char: LTChar) -> bool:
        x, y = _middle(char)
        frames = [self._seen] if self.cur_item is self.page else [self._seen, self.cur_item.bbox]
        return all(a - 1 <= x <= c + 1 and b - 1 <= y <= d + 1 for a, b, c, d in frames)

    def _again(self, char: LTChar) -> bool:
        """Whether it was printed before at its place, as for bold letters or shadows."""
        near = _TWICE * max(char.size, 1.0)
        cell, x, y, kind = 4 * near, char.x0, char.y0, (char.get_text(), round(char.size))
        for column in {(x - near) // cell, (x + near) // cell}:
            for row in {(y - near) // cell, (y + near) // cell}:
                for x0, y0 in self._printed.get((kind, column, row), ()):
                    if abs(x0 - x) < near and abs(y0 - y) < near:
                        return True
        self._printed[kind, x // cell, y // cell].append((x, y))
        return False


class Reader(PDFPageInterpreter):  # type: ignore[misc]
    """Reads the pages of a document one after the other."""

    def __init__(self, manager: PDFResourceManager | None = None, device: Any = None) -> None:
        super().__init__(manager or PDFResourceManager(), device or _Device(PDFResourceManager()))
        if not hasattr(self.device, "off"):
            self.device.off = frozenset()

    def read(self, page: PDFPage) -> list[LTLayoutContainer]:
        """Return what a page shows; text printed in other directions is turned and stands apart.

        Returns:
            Containers, not analysed yet: the page as most of its text is read, then the rest.
        """
        self.device.off = _switched_off(page.doc.catalog)
        self.process_page(page)
        found = self.device.page
        for note in _dictionaries(page.annots):
            self._write(note, found)
        return _turned(found)

    def do_BDC(self, tag: PDFStackT, props: PDFStackT) -> None:  # noqa: N802 – an operator of PDF
        """Begin marked content, which may stand on a layer."""
        if isinstance(tag, PSLiteral) and literal_name(tag) == "OC":
            layers = resolve1(self.resources.get("Properties")) or {}
            layer = layers.get(literal_name(props)) if isinstance(props, PSLiteral) else props
            props = self._off(layer)
        super().do_BDC(tag, props)

    def do_Do(self, xobjid_arg: PDFStackT) -> None:  # noqa: N802
        """Draw a form or a picture, unless its layer is off."""
        drawn = resolve1(self.xobjmap.get(literal_name(xobjid_arg)))
        if not (isinstance(drawn, PDFStream) and self._off(drawn.get("OC"))):
            super().do_Do(xobjid_arg)

    def _off(self, layer: Any) -> bool:
        """Whether a layer is switched off, or the layers by which a group of them is shown."""
        if isinstance(layer, PDFObjRef) and layer.objid in self.device.off:
            return True
        group = resolve1(layer)
        if not isinstance(group, dict) or "OCGs" not in group:
            return False
        members = resolve1(group["OCGs"])
        members = members if isinstance(members, list) else [group["OCGs"]]
        off = [isinstance(m, PDFObjRef) and m.objid in self.device.off for m in members]
        policy = literal_name(resolve1(group.get("P"))) if "P" in group else "AnyOn"
        shown = {"AllOn": not any(off), "AnyOff": any(off), "AllOff": all(off)}
        return bool(off) and not shown.get(policy, not all(off))

    def _write(self, note: dict[str, Any], page: LTPage) -> None:
        """Write what stands in a field, or was written over the page, where it is seen."""
        kind, rect = resolve1(note.get("Subtype")), _box(note.get("Rect"))
        flags = resolve1(note.get("F")) or 0
        hidden = not isinstance(flags, int) or flags & (_HIDDEN | _NO_VIEW)
        if rect is None or hidden or self._off(note.get("OC")) or not isinstance(kind, PSLiteral):
            return
        place = apply_matrix_rect(self.device.ctm_of_page, rect)
        if literal_name(kind) == "Widget":
            _fill(page, place, *_value(note))
        elif literal_name(kind) in {"FreeText", "Stamp"}:
            if text := _text(note.get("Contents")):
                _fill(page, place, text, "", named=False)
            else:
                self._stamp(note, rect)

    def _stamp(self, note: dict[str, Any], rect: Rect) -> None:
        drawn = resolve1((resolve1(note.get("AP")) or {}).get("N"))
        if isinstance(drawn, PDFStream) and (box := _box(drawn.get("BBox"))):
            move = (1, 0, 0, 1, rect[0] - box[0], rect[1] - box[1])
            self.xobjmap = {"stamp": drawn}
            self.ctm = mult_matrix(move, self.device.ctm_of_page)
            self.device.set_ctm(self.ctm)
            self.do_Do(PSLiteral("stamp"))


def _switched_off(catalog: dict[str, Any]) -> frozenset[int]:
    """Return the numbers of the layers that are off when the file is opened."""
    properties = resolve1(catalog.get("OCProperties"))
    usual = resolve1(properties.get("D")) if isinstance(properties, dict) else None
    if not isinstance(usual, dict):
        return frozenset()

    def numbers(layers: Any) -> frozenset[int]:
        listed = resolve1(layers)
        found = listed if isinstance(listed, list) else []
        return frozenset(layer.objid for layer in found if isinstance(layer, PDFObjRef))

    base = resolve1(usual.get("BaseState"))
    off = isinstance(base, PSLiteral) and literal_name(base) == "OFF"
    first = numbers(properties.get("OCGs")) - numbers(usual.get("ON")) if off else frozenset()
    return first | numbers(usual.get("OFF"))


# --- forms and annotations -------------------------------------------------------------------


def _dictionaries(listed: Any) -> Iterator[dict[str, Any]]:
    found = resolve1(listed)
    for entry in found[:_MAX_NOTES] if isinstance(found, list) else ():
        if isinstance(value := resolve1(entry), dict):
            yield value


def _value(field: dict[str, Any]) -> tuple[str, str]:
    """Return what a field of a form holds, and its name as the form tells it to who fills it in."""
    chain, known = [field], field
    while isinstance(known := resolve1(known.get("Parent")), dict) and len(chain) < 32:
        chain.append(known)

    def told(key: str) -> Any:
        return next((resolve1(entry[key]) for entry in chain if key in entry), None)

    flags, kind = told("Ff"), told("FT")
    flags, kind = flags if isinstance(flags, int) else 0, getattr(kind, "name", "")
    if kind == "Btn":
        state = getattr(resolve1(field.get("AS")), "name", "Off")
        return "" if flags & _BUTTON or state in {"Off", "None"} else "☒", ""
    if kind not in {"Tx", "Ch"} or (kind == "Tx" and flags & _PASSWORD):
        return "", ""
    value, choices = told("V"), told("Opt")
    pairs = [resolve1(pair) for pair in choices] if isinstance(choices, list) else []
    shown = {_text(p[0]): _text(p[1]) for p in pairs if isinstance(p, list) and len(p) == 2}
    texts = [_text(part) for part in (value if isinstance(value, list) else [value])]
    return ", ".join(shown.get(text, text) for text in texts), _text(told("TU"))


def _text(value: Any) -> str:
    value = resolve1(value)
    data = value.get_data() if isinstance(value, PDFStream) else value
    return decode_text(data).strip() if isinstance(data, bytes) else ""


def _fill(page: LTPage, place: Rect, text: str, name: str, *, named: bool = True) -> None:
    """Write a text into a field of a page, in one line with the name that is printed before it."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if not rows:
        return
    x0, y0, x1, y1 = place
    high = min((y1 - y0) / len(rows), 12.0)
    top = y1 - (max(y1 - y0 - high, 0) / 2 if len(rows) == 1 else 0)
    parts, at, lead = page._objs, len(page._objs), ""
    if named:
        beside = [
            (n, part)
            for n, part in enumerate(parts)
            if isinstance(part, LTChar) and part.y0 < top and part.y1 > top - high
        ]
        left = [(part.x1, n) for n, part in beside if -_LABEL < part.x1 - x0 < 2]
        right = [(part.x0, n) for n, part in beside if -2 < part.x0 - x1 < _LABEL / 10]
        if rows == ["☒"] and right:
            at = min(right)[1]
            rows, x1, near = ["☒ "], min(right)[0], parts[at]
            top, high = near.y1, near.height
        elif left:
            at, lead = max(left)[1] + 1, " "
            top, high = parts[at - 1].y1, parts[at - 1].height
        elif name:
            rows[0] = f"{name}\u00a0: {rows[0]}"
    typed = [_Typed(lead, (max(left)[0], top - high, x0, top))] if lead else []
    for number, row in enumerate(rows):
        width = min((x1 - x0) / len(row), high / 2) if not row.endswith(" ") else (x1 - x0) / 2
        down = top - high * number
        typed += [
            _Typed(c, (x0 + width * n, down - high, x0 + width * (n + 1), down))
            for n, c in enumerate(row)
        ]
    parts[at:at] = typed


# --- accents, drop caps, turned text ---------------------------------------------------------


def _accented(first: LTChar, second: LTChar) -> str:
    """Return the letter that a sign and a letter printed over each other make, else nothing."""
    sign, letter = (first, second) if first.get_text() in _ACCENTS else (second, first)
    mark, base = _ACCENTS.get(sign.get_text()), letter.get_text().translate(_DOTLESS)
    apart = abs(_middle(sign)[0] - _middle(letter)[0])
    if not mark or not base.isalpha() or apart > 0.4 * max(sign.width, letter.width):
        return ""
    whole = unicodedata.normalize("NFC", base + mark)
    return whole if len(whole) == 1 and abs(sign.y0 - letter.y0) < letter.size else ""


def settle_caps(page: LTLayoutContainer) -> None:
    """Put each large initial before its word, in the size of the text, and indent the text less."""
    chars = [part for part in page if isinstance(part, LTChar)]
    most = Counter(round(char.size) for char in chars).most_common(1)
    small = 1.3 * most[0][0] if most else 0.0
    tried = 0
    for before, cap, after in zip([None, *chars], chars, [*chars[1:], None], strict=False):
        if cap.size < _CAP / 1.3 * small or not _CAPITAL.fullmatch(cap.get_text()):
            continue
        # « L’ » may be large as a whole.
        whole = [cap, after] if after and after.get_text() in _APOSTROPHES else [cap]
        level = [c for c in (before, after) if c and c.y0 < cap.y1 and c.y1 > cap.y0]
        if any(c.size > small and c.get_text().strip() and c not in whole for c in level):
            continue
        tried += 1
        if tried > _MAX_CAPS:
            break
        rows = _beside(cap, whole[-1].x1, [char for char in chars if char.size <= small])
        word = "".join(char.get_text() for char in rows[0][:2]) if rows else ""
        goes_on = word[:1].islower() or word[:1] in _APOSTROPHES or _CAPITALS.fullmatch(word)
        if len(rows) < 2 or not (goes_on or len(whole) > 1):
            continue
        for row in rows[1:]:
            row[0].set_bbox((cap.x0, row[0].y0, row[0].x1, row[0].y1))
        head, parts = rows[0][0], page._objs
        for sign in whole:
            end = head.x0 if sign is whole[-1] else cap.x0 + 1
            sign.set_bbox((cap.x0 + whole.index(sign), head.y0, end, head.y1))
            sign.size, sign.fontname = head.size, head.fontname
            parts.remove(sign)
            parts.insert(parts.index(head), sign)


def _beside(cap: LTChar, end: float, chars: Sequence[LTChar]) -> list[list[LTChar]]:
    """Return the lines of small print that begin at the right of a large letter, from the top."""
    rows = defaultdict[int, list[LTChar]](list)
    for char in chars:
        if cap.y0 + 0.2 * cap.size < _middle(char)[1] < cap.y1 and char.x0 > cap.x0:
            rows[round(char.y0)].append(char)
    found = [sorted(row, key=lambda char: char.x0) for _, row in sorted(rows.items(), reverse=True)]
    return [row for row in found if -0.2 < (row[0].x0 - end) / row[0].size < 1.5]


def _turned(page: LTPage) -> list[LTLayoutContainer]:
    """Part a page by the directions of its text, each turned so that it runs to the right."""
    by_angle = defaultdict[int, list[LTChar]](list)
    rest = []
    for part in page:
        if isinstance(part, LTChar):
            angle = _angle(part)
            by_angle[angle if angle in by_angle or len(by_angle) < _MAX_ANGLES else 0].append(part)
        else:
            rest.append(part)
    found = list[LTLayoutContainer]()
    for angle, chars in sorted(by_angle.items(), key=lambda pair: -len(pair[1])) or [(0, [])]:
        parts = [*chars] if found else [*chars, *rest]
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        x0, y0, *_ = apply_matrix_rect((cos, -sin, sin, cos, 0, 0), page.bbox)
        matrix = (cos, -sin, sin, cos, -x0, -y0)
        for part in parts if angle else ():
            _turn(part, matrix, angle)
        container = LTPage(page.pageid, apply_matrix_rect(matrix, page.bbox))
        container.extend(parts)
        found.append(container)
    return found


def turned(page: LTLayoutContainer) -> bool:
    """Whether a page that was read had to be turned."""
    return any(isinstance(part, LTChar) and _angle(part) for part in islice(page, 1))


def _turn(part: LTComponent, matrix: tuple[float, ...], angle: int) -> None:
    if not isinstance(part, LTChar):
        part.set_bbox(apply_matrix_rect(matrix, part.bbox))
        return
    width, (x, y) = abs(part.adv) * math.hypot(*part.matrix[:2]), _middle(part)
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    high = (part.height - width * sin) / cos if cos > sin else (part.width - width * cos) / sin
    a, b, c, d, e, f = matrix
    x, y, part.size = a * x + c * y + e, b * x + d * y + f, max(high, 0.1)
    part.set_bbox((x - width / 2, y - part.size / 2, x + width / 2, y + part.size / 2))


def _angle(char: LTChar) -> int:
    """Return the direction in which a character is printed, in degrees, zero to the right."""
    a, b = char.matrix[:2]
    if b == 0 and a >= 0:
        return 0
    degrees = round(math.degrees(math.atan2(b, a)))
    return 0 if abs(degrees) <= _STRAIGHT else degrees


# --- boxes -----------------------------------------------------------------------------------


def _middle(part: LTComponent) -> tuple[float, float]:
    return (part.x0 + part.x1) / 2, (part.y0 + part.y1) / 2


def _box(value: Any) -> Rect | None:
    numbers = resolve1(value)
    numbers = [resolve1(n) for n in numbers] if isinstance(numbers, list) else []
    if len(numbers) != 4 or not all(isinstance(n, (int, float)) for n in numbers):
        return None
    (x0, x1), (y0, y1) = sorted(numbers[::2]), sorted(numbers[1::2])
    return x0, y0, x1, y1


def _common(one: Rect, other: Rect) -> Rect | None:
    x0, y0 = max(one[0], other[0]), max(one[1], other[1])
    x1, y1 = min(one[2], other[2]), min(one[3], other[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _area(box: Rect | None) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) if box else 0.0


# --- lines -----------------------------------------------------------------------------------


def mend(line: LTTextLine) -> None:
    """Take note marks out of a line, and the spaces between the letters of spread words.

    A mark that a line begins with stays, set apart from the words: it names a footnote. Units are
    written with « ² » and « ³ »; letters, as in « 1er », stay as they are.
    """
    chars = [part for part in line if isinstance(part, LTChar) and part.get_text().strip()]
    if len(chars) < 2:
        return
    size = sorted(char.size for char in chars)[len(chars) // 2]
    base = sorted(c.y0 for c in chars if c.size > _RAISED * size)
    bottom = base[len(base) // 2] if base else 0.0
    before = ""
    small = [char for char in chars if char.size <= _RAISED * size]
    raised = {id(char) for char in small if char.y0 - bottom > 0.17 * size}
    for above, run in groupby(line, lambda part: id(part) in raised) if raised else ():
        signs = list(run)
        text = "".join(sign.get_text() for sign in signs)
        if above and _MARK.fullmatch(text):
            power = _POWER.search(before) or (text in {"2", "3"} and _UNIT.search(before))
            for sign in signs:
                sign._text = sign.get_text().translate(HIGH) if power else ""
            if not before.strip():
                signs[-1]._text = f"{text} "
        before += text
    words = line.get_text().split()
    if len(words) > 3 and sum(len(word) == 1 for word in words) > 0.75 * len(words):
        _close_up(line, chars)


def _close_up(line: LTTextLine, chars: Sequence[LTChar]) -> None:
    """Leave spaces only where the letters of a spread word are further apart than most."""
    gaps = [after.x0 - char.x1 for char, after in pairwise(chars)]
    usual = sorted(gaps)[len(gaps) // 2]
    if "".join(char.get_text() for char in chars).isdecimal():
        return
    for part in line:
        if not part.get_text().strip():
            part._text = "\n" if part.get_text() == "\n" else ""
    for char, gap in zip(chars, gaps, strict=False):
        if gap > 1.5 * usual + 0.5:
            char._text += " "
