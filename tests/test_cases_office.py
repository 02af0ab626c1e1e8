"""What office programs show and what they do not, as files of theirs that were misread had it."""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
import zipfile
from pathlib import Path

import docx
import pptx
import pytest
from documents import odf_bytes
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt
from test_parsing import read, refusal, saved, words

from tourbot.parsing import parse

_W = nsdecls("w", "m", "r")
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HTML = "<html><body><p>Le prix Orpin est de 9 000 euros.</p></body></html>"


def word_of(*paragraphs: str, numbering: str = "", styles: str = "", comments: str = "") -> bytes:
    """A Word file of paragraphs given as XML; ``numbering`` takes the place of Word's own lists."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.element.body.insert(-1, parse_xml(f"<w:p {_W}>{paragraph}</w:p>"))
    if numbering:
        part = document.part.numbering_part
        part._element = parse_xml(f"<w:numbering {_W}>{numbering}</w:numbering>")
    for style in etree.fromstring(f"<w:styles {_W}>{styles}</w:styles>"):
        document.styles.element.append(style)
    if comments:
        content = f"<w:comments {_W}>{comments}</w:comments>".encode()
        part = Part(PackURI("/word/comments.xml"), "application/xml", content)
        document.part.relate_to(part, f"{_RELATIONS}/comments")
    return saved(document)


def run(text: str, properties: str = "") -> str:
    """A run of Word."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def field(instruction: str, result: str) -> str:
    """A field of Word, with its code and its result."""
    parts = ("begin", "separate", "end")
    begin, separate, end = (f"<w:r><w:fldChar w:fldCharType='{p}'/></w:r>" for p in parts)
    return f"{begin}<w:r><w:instrText>{instruction}</w:instrText></w:r>{separate}{result}{end}"


def level(at: int, form: str, text: str, more: str = "") -> str:
    """A level of a list of Word."""
    return (
        f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{form}'/>{more}"
        f"<w:lvlText w:val='{text}'/></w:lvl>"
    )


def numbered(number: int, at: int, text: str) -> str:
    """A paragraph in a list of Word."""
    place = f"<w:ilvl w:val='{at}'/><w:numId w:val='{number}'/>"
    return f"<w:pPr><w:numPr>{place}</w:numPr></w:pPr>{run(text)}"


def lists(*levels: str, extra: str = "") -> str:
    """A list of Word (number 1), and another that starts it afresh (2)."""
    override = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride>"
    return (
        f"<w:abstractNum w:abstractNumId='0'>{''.join(levels)}</w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
        f"<w:num w:numId='2'><w:abstractNumId w:val='0'/>{override}</w:num>{extra}"
    )


def rewritten(data: bytes, *replaced: tuple[str, str]) -> bytes:
    """An Office file in whose parts strings are replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            for old, new in replaced:
                part = part.replace(old.encode(), new.encode())
            target.writestr(name, part)
    return buffer.getvalue()


class TestWordFields:
    """What fields and forms show, not what they are made of."""

    def test_the_result_of_a_field_stands_in_its_sentence(self) -> None:
        """Simple, with code, and one within the code of another."""
        inner = field(" IF " + field(" MERGEFIELD x ", run("brut")), run("demain"))
        simple = f"<w:fldSimple w:instr=' DATE '>{run('le 3 mai')}</w:fldSimple>"
        data = word_of(run("Signé ") + simple + run(" ou ") + inner + run("."))
        assert words(data, "a.docx") == "Signé le 3 mai ou demain."

    def test_a_field_that_never_ends_hides_nothing_but_its_code(self) -> None:
        """Broken files have them."""
        begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>" + run("DATE")
        assert words(word_of(begin, run("La suite.")), "a.docx") == "La suite."

    def test_the_chosen_entry_of_a_list_is_read_or_all_where_none_is(self) -> None:
        """Old form fields keep the number of the entry only."""
        entries = "".join(f"<w:listEntry w:val='{v}'/>" for v in ("Nantes", "Vire"))
        old = (
            "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:ddList><w:result w:val='1'/>"
            f"{entries}</w:ddList></w:ffData></w:fldChar></w:r>"
            "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
        )
        items = "".join(f"<w:listItem w:displayText='{v}'/>" for v in ("lundi", "jeudi"))
        control = (
            "<w:sdt><w:sdtPr>{0}<w:dropDownList>{1}</w:dropDownList></w:sdtPr><w:sdtContent>{2}"
            "</w:sdtContent></w:sdt>"
        )
        chosen = control.format("", items, run("mardi"))
        open_ = control.format("<w:showingPlcHdr/>", items, run("Choisissez"))
        data = word_of(run("À ") + old + run(", ") + chosen + run(", ") + open_)
        assert words(data, "a.docx") == "À Vire, mardi, lundi / jeudi"

    def test_equations_are_read_on_one_line(self) -> None:
        """Their words are as good as others."""

        def m(name: str, *inner: str) -> str:
            return f"<m:{name}>{''.join(inner)}</m:{name}>"

        def t(text: str) -> str:
            return m("r", m("t", text))

        fraction = m("f", m("num", t("aide + bonus")), m("den", t("coût")))
        power = m("sSup", m("e", t("x")), m("sup", t("2")))
        data = word_of(run("Soit ") + m("oMath", t("taux = "), fraction, t(" + "), power))
        assert words(data, "a.docx") == "Soit taux = (aide + bonus)/coût + x^2"


class TestWordNumbers:
    """The numbers that Word writes itself."""

    def test_articles_are_numbered_as_word_shows_them(self) -> None:
        """Through levels, with a second list of the same kind that starts afresh."""
        numbering = lists(level(0, "decimal", "Article %1"), level(1, "lowerLetter", "%2)"))
        data = word_of(
            *(numbered(1, 0, "Objet"), numbered(1, 1, "Siège"), numbered(1, 1, "Durée")),
            *(numbered(1, 0, "Membres"), numbered(1, 1, "Entrée"), numbered(2, 0, "Annexe")),
            numbered(2, 0, "Suite"),
            numbering=numbering,
        )
        assert words(data, "a.docx").split("\n") == [
            "• Article 1 – Objet",
            "• Article 1 – Objet – a) Siège",
            "• Article 1 – Objet – b) Durée",
            "• Article 2 – Membres",
            "• Article 2 – Membres – a) Entrée",
            "• Article 1 – Annexe",
            "• Article 2 – Suite",
        ]

    def test_headings_are_numbered_by_their_style(self) -> None:
        """« Chapitre IV » stands in no text of the file."""
        numbering = lists(
            level(0, "upperRoman", "Chapitre %1"), level(1, "decimal", "%1.%2", "<w:isLgl/>")
        )
        style = (
            "<w:style w:type='paragraph' w:styleId='{0}'><w:name w:val='{0}'/>"
            "<w:basedOn w:val='{1}'/><w:pPr><w:numPr><w:ilvl w:val='{2}'/><w:numId w:val='1'/>"
            "</w:numPr></w:pPr></w:style>"
        )
        styles = style.format("Grand", "Heading1", 0) + style.format("Petit", "Heading2", 1)
        texts = [("Grand", "Objet"), ("Grand", "Aides"), ("Petit", "Montant")]
        data = word_of(
            *(f"<w:pPr><w:pStyle w:val='{s}'/></w:pPr>{run(t)}" for s, t in texts),
            run("Elle est de 90 euros."),
            numbering=numbering,
            styles=styles,
        )
        assert read(data, "a.docx")[-1][0].headings == ("Chapitre II – Aides", "2.1 Montant")

    def test_bullets_are_no_numbers_and_depth_is_seen_by_indents(self) -> None:
        """People nest by indenting another list of the first level as often as by levels."""
        bullet = "<w:abstractNum w:abstractNumId='9'>{}</w:abstractNum>".format(
            level(0, "bullet", "").replace(
                "</w:lvl>", "<w:pPr><w:ind w:left='1440'/></w:pPr></w:lvl>"
            )
        )
        outer = level(0, "decimal", "%1.").replace(
            "</w:lvl>", "<w:pPr><w:ind w:left='720'/></w:pPr></w:lvl>"
        )
        extra = f"{bullet}<w:num w:numId='9'><w:abstractNumId w:val='9'/></w:num>"
        data = word_of(
            *(numbered(1, 0, "Exposants :"), numbered(9, 0, "Stand nu : 300 €")),
            numbered(1, 0, "Visiteurs"),
            numbering=lists(outer, extra=extra),
        )
        assert words(data, "a.docx").split("\n") == [
            "• 1. Exposants :",
            "• 1. Exposants\u00a0: Stand nu : 300 €",
            "• 2. Visiteurs",
        ]


class TestWordShown:
    """What Word does not show is not read, and what it shows is."""

    def test_struck_and_hidden_words_are_left_out(self) -> None:
        """Whether the words or their style say so; a style may be undone."""
        style = (
            "<w:style w:type='character' w:styleId='Barre'><w:name w:val='Barré'/><w:rPr>"
            "<w:strike/></w:rPr></w:style><w:style w:type='character' w:styleId='Fin'>"
            "<w:name w:val='Fin'/><w:basedOn w:val='Barre'/></w:style>"
        )
        data = word_of(
            run("Le ")
            + run("2 mai ", "<w:strike/>")
            + run("3 mai ", "<w:rStyle w:val='Fin'/>")
            + run("4 mai ", "<w:dstrike w:val='true'/>")
            + run("5 mai ", "<w:vanish/>")
            + run("6 mai ", "<w:strike w:val='0'/>")
            + run("au soir.", "<w:rStyle w:val='Fin'/><w:strike w:val='false'/>"),
            styles=style,
        )
        assert words(data, "a.docx") == "Le 6 mai au soir."

    def test_raised_marks_are_no_digits_of_the_number_before(self) -> None:
        """« 1er », « m² » and powers stay what they are."""
        high = "<w:vertAlign w:val='superscript'/>"
        data = word_of(
            run("Les 310")
            + run("2", high)
            + run(",", high)
            + run("3", high)
            + run(" membres ont 40 m")
            + run("2", high)
            + run(" le 1")
            + run("er", high)
            + run(" mai, XXI")
            + run("e", high)
            + run(" siècle")
            + run("(a)", high)
            + run(".")
        )
        assert words(data, "a.docx") == "Les 310 membres ont 40 m² le 1er mai, XXIe siècle."

    def test_comments_are_told(self) -> None:
        """They are not read: nobody meant them for members."""
        data = word_of(
            run("Le texte."), comments=f"<w:comment w:id='1'><w:p>{run('Non')}</w:p></w:comment>"
        )
        parsed = parse(data, "a.docx")
        assert parsed.text == "Le texte."
        assert [(g.where, g.code) for g in parsed.gaps] == [("comments", "comments")]

    def test_files_that_are_part_of_the_text_are_read_in_their_place(self) -> None:
        """Business software writes whole minutes as HTML within a Word file."""
        document = docx.Document()
        document.add_heading("Bilan")
        mail = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{_HTML}"
        inner = word_of(run("Le jury siège à Fumel."))
        chunks = [("html", "text/html", _HTML.encode()), ("mht", "message/rfc822", mail.encode())]
        chunks.append(("docx", "application/octet-stream", inner))
        chunks.append(("xyz", "application/x-unknown", b"x"))
        for number, (suffix, kind, content) in enumerate(chunks):
            part = Part(PackURI(f"/word/chunk{number}.{suffix}"), kind, content)
            key = document.part.relate_to(part, f"{_RELATIONS}/aFChunk")
            document.element.body.insert(-1, parse_xml(f"<w:altChunk {_W} r:id='{key}'/>"))
        document.add_paragraph("Fin.")
        parsed = parse(saved(document), "a.docx")
        prize = "Le prix Orpin est de 9 000 euros."
        assert parsed.text.split("\n\n") == [
            "Bilan",
            prize,
            prize,
            "Le jury siège à Fumel.",
            "Fin.",
        ]
        assert {block.locator.headings for block in parsed.blocks} == {("Bilan",)}
        assert [gap.code for gap in parsed.gaps] == ["unsupported"]

    @pytest.mark.parametrize("suffix", ["docx", "pptx"])
    def test_strict_files_are_read(self, suffix: str) -> None:
        """Office programs offer « Strict Open XML » when saving."""
        if suffix == "docx":
            data = word_of(run("Le texte."))
        else:
            deck = pptx.Presentation()
            slide = deck.slides.add_slide(deck.slide_layouts[6])
            slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Le texte."
            data = saved(deck)
        names = "wordprocessingml presentationml drawingml officeDocument".split()
        start = "http://schemas.openxmlformats.org"
        pairs = [(f"{start}/{n}/2006/", f"http://purl.oclc.org/ooxml/{n}/") for n in names]
        strict = rewritten(data, *pairs)
        assert strict != data
        assert words(strict, f"a.{suffix}") == "Le texte."


def boxes(*placed: tuple[float, float, str]) -> bytes:
    """A slide with boxes two inches wide and half an inch high."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for left, top, text in placed:
        box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5))
        box.text_frame.text = text
    return saved(deck)


class TestSlides:
    """What a slide shows, in the order in which it is read."""

    def test_captions_stay_with_the_boxes_below_them(self) -> None:
        """Boxes come in the order in which they were drawn."""
        data = boxes(
            *((3, 3.6, "Bleu dessous"), (0, 3.6, "Vert dessous"), (3, 3, "Bleu"), (0, 3, "Vert")),
            *((0, 0.5, "Titre"), (0, 6, "Bas")),
        )
        expected = ["Titre", "Vert", "Vert dessous", "Bleu", "Bleu dessous", "Bas"]
        assert words(data, "a.pptx").split("\n") == expected

    def test_rows_of_boxes_are_read_one_after_the_other(self) -> None:
        """An hour stands beside what happens then."""
        data = boxes((2.1, 1, "Accueil"), (2.1, 2, "Débat"), (0, 2, "10 h"), (0, 1, "9 h"))
        assert words(data, "a.pptx").split("\n") == ["9 h", "Accueil", "10 h", "Débat"]

    def test_charts_are_read_as_a_table(self) -> None:
        """With the numbers as the chart shows them."""
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        values = CategoryChartData(number_format="0.0%")
        values.categories = ["Cher", "Indre"]
        values.add_series("2025", (0.125, 0.5))
        values.add_series("2026", (0.25, None))
        kind = XL_CHART_TYPE.COLUMN_CLUSTERED
        slide.shapes.add_chart(kind, 0, 0, Inches(4), Inches(3), values)
        assert words(saved(deck), "a.pptx").split("\n") == [
            "• Cher – 2025\u00a0: 12,5\u202f% ; 2026\u00a0: 25,0\u202f%",
            "• Indre – 2025\u00a0: 50,0\u202f%",
        ]

    def test_days_of_a_chart_are_read_as_days(self) -> None:
        """They are kept as numbers of days."""
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        values = CategoryChartData()
        values.categories = [dt.date(2027, 3, 14), dt.date(2027, 3, 15)]
        values.add_series("Visiteurs", (140, 90))
        slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, Inches(4), Inches(3), values)
        assert "• 2027-03-14 – Visiteurs\u00a0: 140" in words(saved(deck), "a.pptx")

    def test_diagrams_are_read_with_what_hangs_from_what(self) -> None:
        """SmartArt keeps its words in another part; what holds drawings only is no point."""
        space = "http://schemas.openxmlformats.org/drawingml/2006/"
        texts = {"1": "Direction", "2": "Pôle emploi", "3": "Pôle agenda", "4": "Le dessin"}
        points = "".join(
            f"<dgm:pt modelId='{n}' type='{'pres' if n == '4' else 'node'}'><dgm:t><a:p><a:r>"
            f"<a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
            for n, text in texts.items()
        )
        pairs = [("0", "1", 0), ("1", "3", 1), ("1", "2", 0), ("3", "1", 0)]  # and a circle
        links = "".join(f"<dgm:cxn srcId='{a}' destId='{b}' srcOrd='{n}'/>" for a, b, n in pairs)
        content = (
            f"<dgm:dataModel xmlns:dgm='{space}diagram' xmlns:a='{space}main'><dgm:ptLst>"
            f"<dgm:pt modelId='0' type='doc'/>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
            "</dgm:dataModel>"
        )
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(1, 1, 0, 0, 9, 9)._element
        part = pptx.opc.package.Part(
            pptx.opc.packuri.PackURI("/ppt/diagrams/data1.xml"),
            "application/xml",
            deck.part.package,
        )
        part._blob = content.encode()
        key = slide.part.relate_to(part, f"{_RELATIONS}/diagramData")
        data = table.graphic.graphicData
        data.set("uri", f"{space}diagram")
        data.remove(data[0])
        xml = f"<dgm:relIds xmlns:dgm='{space}diagram' xmlns:r='{_RELATIONS}' r:dm='{key}'/>"
        data.append(etree.fromstring(xml))
        assert words(saved(deck), "a.pptx").split("\n") == [
            "• Direction",
            "• Direction – Pôle emploi",
            "• Direction – Pôle agenda",
        ]

    def test_one_of_the_forms_for_old_and_new_programs_is_read(self) -> None:
        """Once; the library drops all of them."""
        deck = pptx.Presentation(io.BytesIO(boxes((0, 0, "Le texte."))))
        box = deck.slides[0].shapes[0]._element
        space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        whole = etree.tostring(box).decode()
        alternatives = f"<mc:AlternateContent xmlns:mc='{space}'><mc:Choice>{whole}</mc:Choice>"
        alternatives += f"<mc:Fallback>{whole}</mc:Fallback></mc:AlternateContent>"
        box.getparent().replace(box, etree.fromstring(alternatives))
        assert words(saved(deck), "a.pptx") == "Le texte."

    def test_points_keep_those_that_they_stand_under(self) -> None:
        """Struck words and raised marks are read as in other files."""
        deck = pptx.Presentation(io.BytesIO(boxes((0, 0, "Adhérents\nUne place : 20 €"))))
        frame = deck.slides[0].shapes[0].text_frame
        frame.paragraphs[1].level = 1
        for text, name, value in ((" 25 €", "strike", "sngStrike"), ("4", "baseline", "30000")):
            added = frame.paragraphs[1].add_run()
            added.text, added.font.size = text, Pt(12)
            added._r.rPr.set(name, value)
        expected = ["• Adhérents", "• Adhérents – Une place : 20 €"]
        assert words(saved(deck), "a.pptx").split("\n") == expected

    def test_struck_words_and_equations_in_a_table_are_read_as_shown(self) -> None:
        """Cells are made of the same runs."""
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
        for place, text in {(0, 0): "Aide", (0, 1): "Taux", (1, 0): "Prime"}.items():
            table.cell(*place).text = text
        paragraph = table.cell(1, 1).text_frame.paragraphs[0]
        struck = paragraph.add_run()
        struck.text = "20 %"
        struck._r.get_or_add_rPr().set("strike", "sngStrike")
        math = f"<a14:m xmlns:a14='http://schemas.microsoft.com/office/drawing/2010/main' {_W}>"
        math += "<m:oMath><m:r><m:t>t = 30 %</m:t></m:r></m:oMath></a14:m>"
        paragraph._p.append(etree.fromstring(math))
        assert words(saved(deck), "a.pptx") == "• Prime – Taux\u00a0: t = 30 %"

    def test_hidden_slides_are_told(self) -> None:
        """Whoever prepared them may wonder why nothing is found."""
        deck = pptx.Presentation(io.BytesIO(boxes((0, 0, "Le texte."))))
        hidden = deck.slides.add_slide(deck.slide_layouts[6])
        hidden.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Caché."
        hidden._element.set("show", "0")
        parsed = parse(saved(deck), "a.pptx")
        assert parsed.text == "Le texte."
        assert [(gap.code, gap.reason) for gap in parsed.gaps] == [
            ("hidden", "hidden slides (1) are not read")
        ]


_ODF_HEAD = """<office:automatic-styles>
<style:style style:name="T1"><style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="T2" style:parent-style-name="T1"/>
<style:style style:name="T3"><style:text-properties text:display="none"/></style:style>
<style:style style:name="T4"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="D1"><style:drawing-page-properties presentation:visibility="hidden"/>
</style:style><text:list-style style:name="L1"><text:list-level-style-number text:level="1"
style:num-prefix="Article " style:num-format="1"/><text:list-level-style-number text:level="2"
style:num-suffix=")" style:num-format="a"/></text:list-style></office:automatic-styles>"""


class TestOpenDocument:
    """The same in the files of LibreOffice."""

    def test_struck_and_hidden_words_are_left_out_and_marks_are_no_digits(self) -> None:
        """By the styles of words, which may be made from others, and of sections."""
        span = '<text:span text:style-name="T{}">{}</text:span>'
        body = (
            f"<text:p>Les 310{span.format(4, '2')} membres viennent {span.format(2, 'lundi')}"
            f" mardi{span.format(3, ' soir')}, le 1{span.format(4, 'er')} mai.</text:p>"
            '<text:section text:display="none"><text:p>Caché.</text:p></text:section>'
        )
        found = words(odf_bytes("text", body, head=_ODF_HEAD), "a.odt")
        assert found == "Les 310 membres viennent mardi, le 1er mai."

    def test_lists_are_numbered_and_items_keep_those_that_they_stand_in(self) -> None:
        """A list goes on where it says so."""
        inner = "<text:list>{}</text:list>".format(
            "".join(
                f"<text:list-item><text:p>{t}</text:p></text:list-item>" for t in ("Un", "Deux")
            )
        )
        item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
        body = (
            f'<text:list text:style-name="L1">{item.format("Objet", inner)}'
            f"{item.format('Durée', '')}</text:list><text:p>Entre.</text:p><text:list"
            f' text:style-name="L1" text:continue-numbering="true">{item.format("Fin", "")}</text:list>'
        )
        assert words(odf_bytes("text", body, head=_ODF_HEAD), "a.odt").split("\n") == [
            "• Article 1 – Objet",
            "• Article 1 – Objet – a) Un",
            "• Article 1 – Objet – b) Deux",
            "• Article 2 – Durée",
            "Entre.",
            "• Article 3 – Fin",
        ]

    def test_comments_and_hidden_slides_are_told(self) -> None:
        """As those of other programs."""
        body = (
            "<draw:page><draw:frame><draw:text-box><text:p>Vu<office:annotation><text:p>Non</text:p>"
            "</office:annotation></text:p></draw:text-box></draw:frame></draw:page>"
            '<draw:page draw:style-name="D1"><draw:frame><draw:text-box><text:p>Caché</text:p>'
            "</draw:text-box></draw:frame></draw:page>"
        )
        parsed = parse(odf_bytes("presentation", body, head=_ODF_HEAD), "a.odp")
        assert parsed.text == "Vu"
        assert [gap.code for gap in parsed.gaps] == ["comments", "hidden"]


def rtf(text: str) -> bytes:
    """An RTF file."""
    return (r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}" + text + "}").encode("cp1252")


class TestRichText:
    """The same in RTF."""

    def test_struck_hidden_and_deleted_words_are_left_out(self) -> None:
        """In groups and by switches."""
        text = (
            r"Le {\strike 2 mai }{\v 3 mai }{\deleted 4 m\'e9i }\strike 5 \u233?\strike0 6 mai,"
            r" {\striked1 non}\par {\strike tout}\par Fin."
        )
        assert words(rtf(text), "a.rtf") == "Le 6 mai,\nFin."

    def test_raised_marks_are_no_digits_of_the_number_before(self) -> None:
        """A bookmark may stand between; « 1er » stays."""
        text = (
            r"Les 310{\super{\*\bkmkstart a}2}{\*\bkmkend a} membres, 40\super 3\nosupersub  \'e9lus,"
            r" le 1{\up6 er} mai, 9 m{\super 2}.\par"
        )
        assert words(rtf(text), "a.rtf") == "Les 310 membres, 40 élus, le 1er mai, 9 m²."

    def test_items_keep_their_numbers_and_those_that_they_stand_under(self) -> None:
        """The bullet of a symbol font is a letter."""
        item = r"{{\listtext\pard\plain {}\tab}}\ls1\ilvl{} {}\par"
        parts = (("1.", 0, "Objet"), ("o", 1, "Durée"), ("Article 2", 0, "Siège"))
        text = "\n".join(item.format(*part) for part in parts).replace("é", r"\'e9")
        text = text.replace("è", r"\'e8")
        assert words(rtf(text), "a.rtf").split("\n") == [
            "• 1. Objet",
            "• 1. Objet – Durée",
            "• Article 2 – Siège",
        ]

    def test_comments_are_told(self) -> None:
        """They are not read."""
        parsed = parse(rtf(r"Le texte.{\*\annotation Non.}\par"), "a.rtf")
        assert (parsed.text, [gap.code for gap in parsed.gaps]) == ("Le texte.", ["comments"])


class TestMarkup:
    """The same in org and RST."""

    def test_items_keep_those_that_they_stand_under(self) -> None:
        """By their indents."""
        text = "Titre\n=====\n\n- Exposants\n\n  - Stand : 300 €\n\n- Visiteurs\n"
        expected = ["• Exposants", "• Exposants – Stand : 300 €", "• Visiteurs"]
        assert words(text, "a.rst").split("\n") == expected
        text = "* Titre\n- Exposants\n  - Stand : 300 €\n- Visiteurs\n"
        assert words(text, "a.org").split("\n") == expected

    def test_struck_words_are_left_out_and_marks_are_no_digits(self) -> None:
        """« m² » stays."""
        text = "Les 310^{2} membres ont +30 m+ 40 m^{2}.\n"
        assert words(text, "a.org") == "Les 310 membres ont 40 m²."
        text = "Les 310\\ :sup:`2` membres ont 40 m\\ :sup:`2`.\n"
        assert words(text, "a.rst") == "Les 310 membres ont 40 m²."


class TestNotes:
    """A footnote is a block of its own, behind its section, that names where it stands."""

    def test_notes_name_the_words_before_their_mark(self) -> None:
        """In all three formats."""
        note = (
            "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>Hors taxes.</text:p></text:note-body></text:note>"
        )
        body = (
            f'<text:h text:outline-level="1">Prix</text:h><text:p>Il est de 9 €{note} par an.</text:p>'
            '<text:p>Après.</text:p><text:h text:outline-level="1">Suite</text:h><text:p>Fin.</text:p>'
        )
        plain = r"{\stylesheet{\s1 heading 1;}}\pard\s1 Prix\par\pard Il est de 9 \'80{\super\chftn"
        plain += r"{\footnote\pard Hors taxes.}} par an.\par Apr\'e8s.\par\pard\s1 Suite\par\pard Fin.\par"
        document = docx.Document()
        document.add_heading("Prix")
        paragraph = document.add_paragraph("Il est de 9 €")
        paragraph._p.append(parse_xml(f"<w:r {_W}><w:footnoteReference w:id='1'/></w:r>"))
        paragraph.add_run(" par an.")
        document.add_paragraph("Après.")
        document.add_heading("Suite")
        document.add_paragraph("Fin.")
        notes = f"<w:footnotes {_W}><w:footnote w:id='1'><w:p>{run('Hors taxes.')}</w:p>"
        content = f"{notes}</w:footnote></w:footnotes>".encode()
        part = Part(PackURI("/word/footnotes.xml"), "application/xml", content)
        document.part.relate_to(part, f"{_RELATIONS}/footnotes")
        files = {"a.odt": odf_bytes("text", body), "a.rtf": rtf(plain), "a.docx": saved(document)}
        for name, data in files.items():
            found = [(where.headings, text) for where, text in read(data, name)]
            assert found == [
                (("Prix",), "Il est de 9 € par an.\nAprès."),
                (("Prix", "Note «\u00a0Il est de 9 €\u00a0»"), "Hors taxes."),
                (("Suite",), "Fin."),
            ], name


class TestOldFormats:
    """What the programs of the nineties wrote."""

    def test_without_libreoffice_it_is_told_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody must guess that another program helps."""
        monkeypatch.setenv("PATH", "")
        for suffix, hint in (
            (".doc", ".docx"),
            (".xls", ".xlsx"),
            (".ppt", ".pptx"),
            (".msg", ".eml"),
        ):
            error = refusal(b"\xd0\xcf\x11\xe0" + bytes(600), f"a{suffix}")
            assert error.code == "unsupported"
            assert hint in error.hint

    def test_libreoffice_saves_it_anew(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A small program stands for it; one that writes nothing is told."""
        saved_anew = tmp_path / "anew.docx"
        saved_anew.write_bytes(word_of(run("Le texte.")))
        office = tmp_path / "soffice"
        office.write_text(
            f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\ncp {saved_anew} "$2"/a.docx\n'
        )
        office.chmod(office.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        parsed = parse(b"\xd0\xcf\x11\xe0" + bytes(600), "Statuts.doc")
        assert (parsed.text, parsed.metadata.title) == ("Le texte.", "Statuts")
        office.write_text("#!/bin/sh\n")
        assert refusal(b"\xd0\xcf\x11\xe0" + bytes(600), "a.doc").code == "broken"
