"""Word, PowerPoint and Excel files, as their programs would save them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.sax.saxutils import escape

import docx
import openpyxl
import pptx
from docx.oxml.ns import qn
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from pptx.util import Inches, Pt
from source import SOURCES, Source

ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def word(source: Source) -> bytes:
    """A DOCX with the styles that Word offers."""
    document = docx.Document()
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    document.add_paragraph(source.title, style="Title")
    for part in source.parts:
        if part.kind == "heading":
            document.add_heading(part.text, level=part.level - 1)
        elif part.kind == "table":
            table = document.add_table(
                len(part.rows), len(part.rows[0]), style="Light Grid Accent 1"
            )
            _fill(table, part.rows)
        else:
            document.add_paragraph(part.text, style="List Bullet" if part.kind == "item" else None)
    return _office(document, source)


def slides(source: Source) -> bytes:
    """A PPTX: a slide for each heading, with what the speaker says in its notes."""
    deck = pptx.Presentation()
    for number, (heading, parts) in enumerate(source.sections()):
        table = next((part for part in parts if part.kind == "table"), None)
        layout = 5 if table else min(number, 1)  # a title alone, the opening, or title and content
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        slide.shapes.title.text = heading
        if table:
            shape = slide.shapes.add_table(
                len(table.rows), len(table.rows[0]), Inches(0.5), Inches(2), Inches(9), Inches(1.5)
            )
            _fill(shape.table, table.rows)
        else:
            shown = [part.text for part in parts if part.kind != "note"]
            slide.placeholders[1].text = "\n".join(shown)
        _set_sizes(slide.shapes.title, len(heading))
        said = [part.text for part in parts if part.kind == "note"]
        slide.notes_slide.notes_text_frame.text = "\n".join(said)
    return _office(deck, source)


def _set_sizes(title: object, length: int) -> None:
    """Make a long title smaller, so that it fits on its slide."""
    for paragraph in title.text_frame.paragraphs:  # type: ignore[attr-defined]
        paragraph.font.size = Pt(44 if length < 30 else 36)


def _fill(table: object, rows: tuple[tuple[str, ...], ...]) -> None:
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            table.cell(y, x).text = cell  # type: ignore[attr-defined]


def workbook(source: Source) -> bytes:
    """An XLSX: a sheet for each CSV file that the front matter names."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, title in dict(source.metadata["sheets"]).items():  # type: ignore[call-overload]
        sheet = book.create_sheet(title)
        text = (SOURCES / source.name / f"{name}.csv").read_text("utf-8")
        for y, row in enumerate(csv.reader(text.splitlines(), delimiter=";"), start=1):
            for x, written in enumerate(row, start=1):
                cell = sheet.cell(y, x)
                cell.value, cell.number_format = _number(written)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                cell.font = Font(bold=y == 1)
        for x, width in enumerate((56, 14, 16, 40, 40), start=1):
            sheet.column_dimensions[get_column_letter(x)].width = width
        sheet.freeze_panes = "A2"
    return _office(book, source)


def _number(written: str) -> tuple[object, str]:
    """Return the value of a cell and the format in which Excel shows it as it was written.

    >>> _number("+7,5\u202f%"), _number("1\u202f387"), _number("2022")
    ((0.075, '+0.0\u202f%;-0.0\u202f%'), (1387, '#,##0'), (2022, 'General'))
    """
    found = re.fullmatch(r"([+-]?)(\d[\d\u202f]*)(?:,(\d+))?(?:\u202f(%|€|M€|Md€))?", written)
    if found is None:
        return written, "@"
    sign, whole, decimals, unit = found.groups(default="")
    value = float(f"{sign}{whole}.{decimals}".replace("\u202f", ""))
    shape = ("#,##0" if "\u202f" in whole else "0") + ("." + "0" * len(decimals)) * bool(decimals)
    if unit == "%":
        value, shape = round(value / 100, 6), shape + "\u202f%"
    elif unit:
        shape += f'"\u202f{unit}"'
    if sign:
        shape = f"+{shape};-{shape}"
    number = value if value % 1 else int(value)
    return number, "General" if shape == "0" else shape


def _office(document: object, source: Source) -> bytes:
    """Set the properties, save, and write the archive again so that it is always the same."""
    core = getattr(document, "core_properties", None) or document.properties  # type: ignore[attr-defined]
    author = source.properties.get("publisher", "")
    core.title, core.language, core.created = source.title, "fr-FR", source.date
    if isinstance(document, openpyxl.Workbook):
        core.creator, core.lastModifiedBy = author, author
    else:
        core.author, core.last_modified_by, core.revision, core.comments = author, author, 1, ""
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    with zipfile.ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    _add_properties(members, source)
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, members[name])
    return output.getvalue()


_CUSTOM = "docProps/custom.xml"
_SCHEMA = "http://schemas.openxmlformats.org/officeDocument/2006"


def _add_properties(members: dict[str, bytes], source: Source) -> None:
    """Add the custom properties, which no two libraries write alike, and fix the time of saving."""
    time = f"{source.date:%Y-%m-%dT%H:%M:%SZ}".encode()
    members["docProps/core.xml"] = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + time, members["docProps/core.xml"]
    )
    values = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{key}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (key, value) in enumerate(source.properties.items(), start=2)
    )
    members[_CUSTOM] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{_SCHEMA}/custom-properties"'
        f' xmlns:vt="{_SCHEMA}/docPropsVTypes">{values}</Properties>'
    ).encode()
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    for name, end, entry in (
        (
            "[Content_Types].xml",
            "</Types>",
            f'<Override PartName="/{_CUSTOM}" ContentType="{kind}"/>',
        ),
        (
            "_rels/.rels",
            "</Relationships>",
            f'<Relationship Id="custom" Type="{_SCHEMA}/relationships/custom-properties"'
            f' Target="{_CUSTOM}"/>',
        ),
    ):
        members[name] = members[name].replace(end.encode(), f"{entry}{end}".encode())
