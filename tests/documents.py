"""Small documents built in code, so that a reader of a test sees what the file holds."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from functools import partial

import docx
import icalendar
import openpyxl
import pptx
import pypdfium2
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
GZIP = b"\x1f\x8b\x08" + bytes(40)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def docx_bytes() -> bytes:
    """A memo with a title, two sections, a list, a table and a property title."""
    document = docx.Document()
    document.core_properties.title = "Propriété du fichier"
    document.add_paragraph("Note sur le dispositif POEI", style="Title")
    document.add_paragraph("La POEI dure 400 heures au plus.")
    document.add_heading("Financement", level=1)
    document.add_paragraph("France Travail paie la formation.")
    document.add_heading("Aides cumulables", level=2)
    document.add_paragraph("Prime de l’OPCO", style="List Bullet")
    document.add_paragraph("Aide de la Région", style="List Number")
    table = document.add_table(rows=3, cols=3)
    fill_table(table, [["", "2024", "2025"], ["Taux", "30 %", "20 %"], ["Plafond", "", "8 k€"]])
    return _saved(document)


def docx_without_title() -> bytes:
    """A memo whose only title is its document property."""
    document = docx.Document()
    document.core_properties.title = "Compte rendu du bureau"
    document.add_paragraph("Le bureau s’est réuni à Blois.")
    return _saved(document)


def docx_with_merged_cells() -> bytes:
    """A table in which one cell spans the two last columns."""
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    fill_table(table, [["Aide", "Petite", "Grande"], ["Prime", "", ""]])
    table.cell(1, 1).merge(table.cell(1, 2)).text = "1 500 €"
    return _saved(document)


def docx_with_content_control() -> bytes:
    """A paragraph that stands in a content control, as in Word's own templates."""
    document = docx.Document()
    document.add_paragraph("Texte libre.")
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Texte du modèle.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, control)
    return _saved(document)


def docx_with_furniture() -> bytes:
    """A sentence between a table of contents and a form field that nobody filled in."""
    document = docx.Document()
    document.add_paragraph("Texte libre.")
    contents = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    for at, mark in ((0, contents), (2, "<w:showingPlcHdr/>")):
        control = parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtPr>{mark}</w:sdtPr><w:sdtContent><w:p><w:r>"
            "<w:t>Introduction 3</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
        document.element.body.insert(at, control)
    return _saved(document)


def docx_with_tracked_changes() -> bytes:
    """A sentence with a tracked insertion and a tracked deletion, neither accepted yet."""
    document = docx.Document()
    paragraph = document.add_paragraph("La cotisation est de ")
    for part in (
        '<w:del {ns} w:id="1" w:author="A"><w:r><w:delText>100</w:delText></w:r></w:del>',
        '<w:ins {ns} w:id="2" w:author="A"><w:r><w:t>250</w:t></w:r></w:ins>',
        "<w:r {ns}><w:t xml:space='preserve'> euros.</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(part.format(ns=nsdecls("w"))))
    return _saved(document)


def docx_with_nested_table() -> bytes:
    """A table within a cell of a table."""
    document = docx.Document()
    outer = document.add_table(rows=2, cols=2)
    fill_table(outer, [["Site", "Horaires"], ["Blois", ""]])
    inner = outer.cell(1, 1).add_table(rows=2, cols=2)
    fill_table(inner, [["Jour", "Heure"], ["Lundi", "9 h 30"]])
    return _saved(document)


def pptx_bytes() -> bytes:
    """A deck: a title slide, bullets with notes, a table, a group of shapes."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = "Baromètre de l’innovation"
    first.placeholders[1].text = "Édition 2025"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "Chiffres clés"
    second.placeholders[1].text = "Neuf entreprises sur dix\nTrois freins majeurs"
    second.notes_slide.notes_text_frame.text = "Rappeler la date du sondage."
    third = deck.slides.add_slide(deck.slide_layouts[6])
    shape = third.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(6), Inches(1))
    fill_table(shape.table, [["Année", "Budget"], ["2025", "12 M€"]])
    group = third.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(3), Inches(4), Inches(1))
    box.text_frame.text = "Texte dans un groupe."
    return _saved(deck)


def xlsx_bytes() -> bytes:
    """A workbook: figures with formats, a gap of a row and a column, and a sheet of dates."""
    book = openpyxl.Workbook()
    book.properties.title = "Chiffres du numérique"
    figures = book.active
    figures.title = "Marché"
    figures.append(["Indicateur", None, "Année", "Valeur"])
    figures.append([])
    figures.append(["Taille", None, 2024, 69.4])
    figures.append(["Croissance", None, 2024, 0.035])
    figures["D3"].number_format = '0.0" Md€"'
    figures["D4"].number_format = "+0.0%"
    days = book.create_sheet("Réunions")
    days.append(["Réunion", "Jour", "Heure"])
    days.append(["Bureau", dt.date(2025, 10, 14), dt.time(18, 30)])
    return _saved(book)


def xlsx_of(*rows: list[object], title: str = "Feuille") -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return _saved(book)


def with_properties(data: bytes, **values: str) -> bytes:
    """Give an Office file custom properties, as Word's « Propriétés avancées » does."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006"
    entries = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{name}">'
        f"<vt:lpwstr>{value}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(values.items(), start=2)
    )
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(
            "docProps/custom.xml",
            f'<Properties xmlns="{schema}/custom-properties" xmlns:vt="{schema}/docPropsVTypes">'
            f"{entries}</Properties>",
        )
    return buffer.getvalue()


_ODF_NAMES = "office text table style meta presentation manifest".split()
_ODF_SPACES = (
    " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in _ODF_NAMES)
    + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def odf_bytes(kind: str, body: str, *, head: str = "", meta: str = "", manifest: str = "") -> bytes:
    """An OpenDocument file.

    Args:
        kind: ``text``, ``presentation`` or ``spreadsheet``.
        body: XML within the body.
        head: XML before it.
        meta: XML within the metadata.
        manifest: XML within the list of parts.
    """
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {_ODF_SPACES}>{head}<office:body>"
        f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        "meta.xml": f"<office:document-meta {_ODF_SPACES}><office:meta>{meta}</office:meta>"
        "</office:document-meta>",
        "META-INF/manifest.xml": f"<manifest:manifest {_ODF_SPACES}>{manifest}</manifest:manifest>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def odt_bytes() -> bytes:
    """A memo: title, sections, list, table with a merged cell, footnote, text box, and furniture."""
    p, h, cell = (
        "<text:p>{}</text:p>",
        '<text:h text:outline-level="{}">{}</text:h>',
        ("<table:table-cell{}><text:p>{}</text:p></table:table-cell>"),
    )
    rows = [
        cell.format("", "Aide") + cell.format("", "2024") + cell.format("", "2025"),
        cell.format("", "CII")
        + cell.format(' table:number-rows-spanned="2"', "30 %")
        + cell.format("", "20 %"),
        cell.format("", "JEI") + "<table:covered-table-cell/>" + cell.format("", "25 %"),
    ]
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Sauf dérogation.</text:p></text:note-body></text:note>"
    )
    body = (
        "<text:tracked-changes><text:p>effacé</text:p></text:tracked-changes>"
        "<text:table-of-content><text:p>Introduction 3</text:p></text:table-of-content>"
        '<text:p text:style-name="P1">Note sur le dispositif POEI</text:p>'
        f'<text:p>La POEI dure 400<text:s text:c="1"/>heures{note} au plus'
        "<office:annotation><text:p>à revoir</text:p></office:annotation>.</text:p>"
        + h.format(1, "Financement")
        + h.format(2, "Aides cumulables")
        + "<text:list><text:list-item><text:p>Prime de l’OPCO</text:p></text:list-item>"
        "<text:list-item><text:p>Aide de la <text:span>Région</text:span></text:p>"
        "</text:list-item></text:list><table:table>"
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + "</table:table><text:p><draw:frame><draw:text-box>"
        + p.format("Un encadré.")
        + "</draw:text-box></draw:frame></text:p>"
    )
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    return odf_bytes(
        "text",
        body,
        head=f"<office:automatic-styles>{style}</office:automatic-styles>",
        meta="<dc:title>Propriété du fichier</dc:title>",
    )


def odp_bytes() -> bytes:
    """A deck: a title slide, bullets with notes, a shape, a footer."""

    def frame(kind: str, *lines: str) -> str:
        words = "".join(f"<text:p>{line}</text:p>" for line in lines)
        return (
            f'<draw:frame presentation:class="{kind}"><draw:text-box>{words}</draw:text-box>'
            "</draw:frame>"
        )

    notes = frame("notes", "Rappeler la date du sondage.")
    return odf_bytes(
        "presentation",
        "<draw:page>"
        + frame("subtitle", "Édition 2025")
        + frame("title", "Baromètre de l’innovation")
        + frame("footer", "Bas de page")
        + "</draw:page><draw:page>"
        + frame("title", "Chiffres clés")
        + frame("outline", "Neuf entreprises sur dix", "Trois freins majeurs")
        + "<draw:custom-shape><text:p>Texte dans une forme.</text:p></draw:custom-shape>"
        + f"<presentation:notes>{notes}</presentation:notes></draw:page>",
    )


def ods_bytes() -> bytes:
    """A workbook: a table with empty cells repeated to the edges of the sheet, a hidden sheet."""

    def row(*cells: str) -> str:
        words = "".join(
            f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>"
            if cell
            else '<table:table-cell table:number-columns-repeated="2"/>'
            for cell in cells
        )
        return f"<table:table-row>{words}</table:table-row>"

    empty = '<table:table-row table:number-rows-repeated="1048000">'
    empty += '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return odf_bytes(
        "spreadsheet",
        '<table:table table:name="Marché">'
        + row("Indicateur", "", "Année", "Valeur")
        + row("Taille", "", "2024", "69,4 Md€", "")
        + f"{empty}</table:table>"
        + '<table:table table:name="Aide" table:style-name="ta2">'
        + row("caché")
        + "</table:table>",
        head='<office:automatic-styles><style:style style:name="ta2"><style:table-properties'
        ' table:display="false"/></style:style></office:automatic-styles>',
        meta="<dc:title>Chiffres du numérique</dc:title>",
    )


def rtf_bytes() -> bytes:
    """A memo: title and headings by style, accents in three ways, a note, a list, a table."""
    heading = r"\pard\s{} {}\par" "\n"
    row = r"\trowd\cellx1\cellx2\cellx3 {}\row" "\n"
    rows = [["Aide", "2024", "2025"], ["CII", "30 %", "20 %"]]
    table = "".join(row.format("".join(rf"\pard\intbl {c}\cell " for c in cells)) for cells in rows)
    text = (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}}"
        "\n"
        r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\s15 Title;}}"
        "\n"
        r"{\info{\title Propri\'e9t\'e9 du fichier}}"
        "\n"
        + heading.format(15, "Note sur le dispositif POEI")
        + r"\pard La POEI dure 400\~heures{\super\chftn{\footnote\pard Sauf d\'e9rogation.}} au plus,"
        r" \u224?\'20Blois ; 20 \'80.\par L\rquote\u339\'9cuvre.\par"
        "\n"
        + heading.format(1, "Financement")
        + heading.format(2, "Aides cumulables")
        + r"{\listtext\'b7\tab}\ls1 Prime de l\rquote OPCO\par{\listtext\'b7\tab}\ls1 Aide de la "
        r"R\u233\'e9gion\par"
        "\n"
        r"{\*\shppict{\pict\pngblip 0102}}" + table + "}"
    )
    return text.encode("cp1252")


def mail_bytes(
    text: str = "Bonjour,\n\nLa réunion est reportée.\n\n> Elle a lieu à Blois.\n",
    *attachments: tuple[str, bytes],
    html: str = "",
    **headers: str,
) -> bytes:
    """A message."""
    message = EmailMessage()
    given = {"From": "Léa Roy <lea@numeum.fr>", "To": "bureau@numeum.fr"}
    given |= {"Subject": "Réunion du bureau", "Date": "Tue, 14 Oct 2025 07:30:00 +0000"}
    for header, value in (given | headers).items():
        message[header] = value
    if text:
        message.set_content(text)
    if html:
        (message.add_alternative if text else message.set_content)(html, subtype="html")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def zip_bytes(*members: tuple[str, bytes]) -> bytes:
    """An archive of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """An archive in which one part is another."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content.decode()) if part == name else content)
    return buffer.getvalue()


def with_password(data: bytes) -> bytes:
    """The same archive with the mark that its first file is encrypted."""
    marked = bytearray(data)
    marked[data.index(b"PK\x03\x04") + 6] |= 1
    marked[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)


def fill_table(table: object, rows: list[list[str]]) -> None:
    """Write rows into a table of python-docx or python-pptx."""
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text  # type: ignore[attr-defined]


def ics_bytes() -> bytes:
    """A calendar with an evening event, a three-day event, a one-day event and a bare one."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//essai//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Agenda du numérique")
    add_event(
        calendar,
        summary="Soirée « IA », à Blois",
        dtstart=dt.datetime(2025, 10, 14, 18, 30),
        dtend=dt.datetime(2025, 10, 14, 20, 0),
        location="Cité du numérique, Blois",
        description="Entrée libre.\nInscription obligatoire.",
    )
    add_event(calendar, summary="Salon", dtstart=dt.date(2025, 3, 1), dtend=dt.date(2025, 3, 4))
    add_event(calendar, summary="Assemblée", dtstart=dt.date(2025, 6, 5), dtend=dt.date(2025, 6, 6))
    add_event(calendar, summary="Réunion sans date")
    return bytes(calendar.to_ical())


def ics_of(**properties: object) -> bytes:
    """A calendar with one event."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//essai//")
    calendar.add("version", "2.0")
    add_event(calendar, **properties)
    return bytes(calendar.to_ical())


def add_event(calendar: icalendar.Calendar, **properties: object) -> None:
    """Add an event to a calendar."""
    event = icalendar.Event()
    for name, value in properties.items():
        event.add(name, value)
    calendar.add_component(event)


def pdf_bytes(
    pages: Iterable[str], title: str = "", *, indirect_title: bool = False, encrypt: bytes = b""
) -> bytes:
    """A PDF 1.4 with a text layer: any characters, at most 255 different ones.

    Args:
        pages: Text of each page; a blank line starts a new text box.
        title: Title in the document information.
        indirect_title: Whether the title is an object of its own, as some writers do.
        encrypt: Body of an ``/Encrypt`` dictionary, without its brackets.
    """
    pages = list(pages)
    codes = {c: n for n, c in enumerate(sorted(set("".join(pages)) - {"\n"}), start=1)}
    pairs = "".join(f"<{n:02x}> <{c.encode('utf-16-be').hex()}>\n" for c, n in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Essai def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    name = b"<" + (b"\xfe\xff" + title.encode("utf-16-be")).hex().encode() + b">"
    kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /TrueType /BaseFont /Essai /FirstChar 0 /LastChar 255"
        b" /Widths [" + b" 500" * 256 + b"] /ToUnicode 4 0 R /FontDescriptor << /Type"
        b" /FontDescriptor /FontName /Essai /Flags 4 /FontBBox [0 -200 1000 800] /Ascent 800"
        b" /Descent -200 >> >>",
        _stream(cmap.encode()),
        name,
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (7 + 2 * number)
        )
        objects.append(_stream(_content(page, codes)))
    objects.append(b"<< /Title %s >>" % (b"5 0 R" if indirect_title else name))
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, value in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"/Size %d /Root 1 0 R" % (len(objects) + 1)
    trailer += b" /Info %d 0 R" % len(objects) if title else b""
    trailer += b" /Encrypt << %s >> /ID [<00> <00>]" % encrypt if encrypt else b""
    body += b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(body)


def drawn_pdf(*pages: Callable[[Canvas], None]) -> bytes:
    """A PDF whose pages are drawn freely, 595 points wide and 842 high from the lower left."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    for draw in pages:
        canvas.setFont("Helvetica", 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def scanned_pdf(*pages: Callable[[Canvas], None], stamp: str = "") -> bytes:
    """A PDF whose pages are pictures of drawn pages, as a scanner makes it.

    Args:
        pages: Draw what is scanned.
        stamp: What the scanner writes on each of them, as text.
    """
    drawn = pypdfium2.PdfDocument(drawn_pdf(*pages))
    pictures = [ImageReader(drawn[n].render(scale=200 / 72).to_pil()) for n in range(len(drawn))]

    def draw(canvas: Canvas, picture: ImageReader) -> None:
        canvas.drawImage(picture, x=0, y=0, width=595, height=842)
        canvas.drawString(60, 30, stamp)

    return drawn_pdf(*(partial(draw, picture=picture) for picture in pictures))


def joined_pdf(*files: bytes) -> bytes:
    """The pages of several PDF files in one."""
    joined = pypdfium2.PdfDocument.new()
    for data in files:
        joined.import_pages(pypdfium2.PdfDocument(data))
    return _saved(joined)


def print_lines(
    canvas: Canvas, x: float, y: float, *lines: str, size: float = 10, font: str = "Helvetica"
) -> None:
    """Print lines one below the other."""
    canvas.setFont(font, size)
    for number, line in enumerate(lines):
        canvas.drawString(x, y - number * size * 1.2, line)


def print_table(canvas: Canvas, x: float, y: float, *rows: list[str]) -> None:
    """Print a ruled table; each cell is 120 points wide and 20 high."""
    canvas.grid(
        [x + 120 * n for n in range(len(rows[0]) + 1)], [y - 20 * n for n in range(len(rows) + 1)]
    )
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            print_lines(canvas, x + 120 * across + 4, y - 20 * down - 14, cell)


def _content(page: str, codes: dict[str, int]) -> bytes:
    parts, y = [], 800
    for line in page.split("\n"):
        if line:
            text = "".join(f"{codes[c]:02x}" for c in line)
            parts.append(f"BT /F1 10 Tf 40 {y} Td <{text}> Tj ET")
        y -= 12 if line else 40
    return "\n".join(parts).encode()


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def encrypted_pdf() -> bytes:
    """A PDF whose user password nobody knows: its check value fits no password."""
    check = b"<" + b"5a" * 32 + b">"
    body = b"/Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O %s /U %s" % (check, check)
    return pdf_bytes(["Texte secret."], encrypt=body)


def zip_bomb(prefix: str, declared: int, members: int) -> bytes:
    """An archive whose members are said to unpack to ``declared`` bytes each.

    The sizes are written into the directory by hand: no test needs to pack gigabytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"{prefix}bombe{number}.xml", b"\x00" * 1000)
    data = bytearray(buffer.getvalue())
    for entry in re.finditer(b"PK\x01\x02", bytes(data)):
        struct.pack_into("<I", data, entry.start() + 24, declared)
    return bytes(data)


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()
