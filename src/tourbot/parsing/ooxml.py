"""What DOCX and PPTX files share: their strict form, alternatives, diagrams, charts, equations."""

from __future__ import annotations

import io
import re
import zipfile

import lxml.etree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel

from tourbot.parsing import xml
from tourbot.parsing.builder import TextBuilder
from tourbot.parsing.sheets import french_number

_SPACES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_MAX_POINTS = 2000  # of a chart
# What stands before a part of an equation.
_SIGNS = {"den": "/", "sup": "^", "sub": "_", "e": ""}


def transitional(data: bytes) -> bytes:
    """Return an Office file in the form that the libraries know, without what is not XML.

    Word and PowerPoint also save « Strict Open XML », which has other namespaces.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        if not _STRICT.search(source.read("_rels/.rels")):
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for name in source.namelist():
                part = source.read(name) if name.endswith((".xml", ".rels")) else b""
                target.writestr(
                    name, _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
                )
    return buffer.getvalue()


def choose(root: lxml.etree._Element) -> None:
    """Leave one of the forms of what is written several times, for old and new programs."""
    for alternatives in reversed(list(root.iter(f"{{{_SPACES['mc']}}}AlternateContent"))):
        forms = list(alternatives.iterchildren("{*}Choice", "{*}Fallback"))
        told = (
            f for f in forms if f.xpath("boolean(.//*[local-name()='graphicData'])") or words(f)
        )
        for child in next(told, []):
            alternatives.addprevious(child)
        xml.drop(alternatives)


def words(element: lxml.etree._Element) -> str:
    """Return all words below an element."""
    return " ".join(filter(None, (t.text for t in element.iter("{*}t")))).strip()


def write_diagram(data: bytes, builder: TextBuilder) -> None:
    """Write the points of a diagram (SmartArt), each below the one that it hangs from."""
    root = xml.read(data)
    points = {
        point.get("modelId"): "\n".join(
            "".join(t.text or "" for t in line.iter(f"{{{_SPACES['a']}}}t"))
            for line in point.iter(f"{{{_SPACES['a']}}}p")
        )
        for point in root.iterfind("dgm:ptLst/dgm:pt", _SPACES)
        if point.get("type", "node") in {"node", "asst", "doc"}
    }
    below: dict[str | None, list[tuple[int, str | None]]] = {}
    for link in root.iterfind("dgm:cxnLst/dgm:cxn", _SPACES):
        ends = {link.get("srcId"), link.get("destId")}
        if link.get("type", "parOf") == "parOf" and ends <= points.keys():
            order = link.get("srcOrd") or ""
            place = int(order) if order.isdecimal() else 0
            below.setdefault(link.get("srcId"), []).append((place, link.get("destId")))
    hanging = {name for links in below.values() for _, name in links}
    waiting = [(name, 0) for name in reversed(points) if name not in hanging]
    while waiting:
        name, depth = waiting.pop()
        builder.item(points.pop(name, ""), depth)
        links = sorted(below.pop(name, []), key=lambda link: link[0], reverse=True)
        waiting += [(inner, depth + 1) for _, inner in links]


def write_chart(data: bytes, builder: TextBuilder) -> None:
    """Write the data of a chart as a table: its categories down, its series across."""
    root = xml.read(data)
    title = root.find("c:chart/c:title", _SPACES)
    if title is not None:
        builder.line(" ".join(t.text or "" for t in title.iter(f"{{{_SPACES['a']}}}t")))
    series = list(root.iterfind(".//c:ser", _SPACES))
    columns = [_points(s.find(f"c:{n}", _SPACES)) for s in series for n in ("cat", "xVal")]
    names = next(filter(None, columns), {})
    values = [
        _points(s.find("c:val", _SPACES)) or _points(s.find("c:yVal", _SPACES)) for s in series
    ]
    header = ["", *(" ".join(_points(s.find("c:tx", _SPACES)).values()) for s in series)]
    rows = [
        [names.get(at, ""), *(column.get(at, "") for column in values)]
        for at in sorted({at for column in values for at in column})
    ]
    if rows:
        builder.table([header, *rows])


def _points(holder: lxml.etree._Element | None) -> dict[int, str]:
    """Return what a series keeps of the cells that it was drawn from, by their place."""
    found: dict[int, str] = {}
    for point in [] if holder is None else holder.iterfind(".//c:pt", _SPACES):
        at, value = point.get("idx", ""), point.findtext("c:v", "", _SPACES)
        cache = next(point.iterancestors("{*}numCache"), None)
        if not at.isdecimal() or int(at) >= _MAX_POINTS:
            continue
        if cache is not None:
            shape = point.get("formatCode") or cache.findtext("c:formatCode", "General", _SPACES)
            value = _number(value, shape)
        # Categories on several levels come innermost first.
        found[int(at)] = f"{value} {found[int(at)]}" if int(at) in found else value
    return found


def _number(value: str, shape: str) -> str:
    try:
        if is_date_format(shape):
            return str(from_excel(float(value))).removesuffix(" 00:00:00")
        return french_number(float(value), shape)
    except (ValueError, OverflowError):
        return value


def equation(element: lxml.etree._Element) -> str:
    """Write an equation (OMML) in a line.

    Args:
        element: An ``m:oMath``, or a part of one.
    """
    parts = []
    for child in element:
        name = lxml.etree.QName(child).localname
        if name == "t":
            parts.append(child.text or "")
        elif name in {"num", *_SIGNS}:
            inner = equation(child)
            alone = name == "e" or re.fullmatch(r"[\w.,\u00a0\u202f]*|\(.*\)", inner)
            parts.append(_SIGNS.get(name, "") + (inner if alone else f"({inner})") if inner else "")
        elif name == "d":
            parts.append(f"({' ; '.join(map(equation, child.iterchildren('{*}e')))})")
        elif name == "rad":
            parts.append(f"√({equation(child).strip('()')})")
        elif name == "naryPr":
            parts.append(child.xpath("string(*[local-name()='chr']/@*)") or "∫")
        elif name not in {"deg", "rPr", "ctrlPr"}:
            parts.append(equation(child))
    return "".join(parts)
