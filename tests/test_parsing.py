"""Parsers: what comes out of each format, and what is said about bad files."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import io
import random
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import documents
import docx
import openpyxl
import pptx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from tourbot.errors import DocumentError
from tourbot.parsing import SUFFIXES, deadline, ocr, outline, parse, pdf, sheets
from tourbot.parsing.builder import Parsed, TextBuilder, clean, table_rows
from tourbot.parsing.sheets import french_number
from tourbot.text.dates import Period, periods
from tourbot.text.sentences import split_sentences
from tourbot.types import Locator, Metadata

FILES = Path(__file__).parent / "files"


def check(parsed: Parsed) -> None:
    """Assert what every parsed document promises."""
    assert parsed.blocks
    assert unicodedata.is_normalized("NFC", parsed.text)
    assert "\x00" not in parsed.text
    assert parsed.metadata.title
    for before, after in pairwise(parsed.blocks):
        assert before.end <= after.start
    for block in parsed.blocks:
        assert 0 <= block.start < block.end <= len(parsed.text)
        words = parsed.text[block.start : block.end]
        assert words == words.strip(" \n")
        assert words.strip(), "a block of spaces only"


def read(data: bytes | str, name: str) -> list[tuple[Locator, str]]:
    """Parse and return each block's locator and words."""
    parsed = parse(data.encode() if isinstance(data, str) else data, name)
    check(parsed)
    return [(b.locator, parsed.text[b.start : b.end]) for b in parsed.blocks]


def words(data: bytes | str, name: str) -> str:
    """Parse and return the words of all blocks."""
    return "\n".join(text for _, text in read(data, name))


def locator_of(found: list[tuple[Locator, str]], text: str) -> Locator:
    """Return the locator of the one block that holds a text."""
    (locator,) = [where for where, words in found if text in words]
    return locator


def refusal(data: bytes | str, name: str) -> DocumentError:
    """Return the error with which a file is refused."""
    with pytest.raises(DocumentError) as caught:
        parse(data.encode() if isinstance(data, str) else data, name)
    return caught.value


def saved(document: object) -> bytes:
    """Return the file of a document of python-docx or python-pptx."""
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


@dataclass(frozen=True)
class Vector:
    """One file and what its text must hold, once each, and must not hold."""

    name: str
    data: Callable[[], bytes]
    title: str
    must_include: tuple[str, ...]
    must_not_include: tuple[str, ...]


def fixture(name: str) -> Callable[[], bytes]:
    """Return a reader of a file beside the tests."""
    return (FILES / name).read_bytes


VECTORS = [
    Vector(
        "guide.md",
        fixture("guide.md"),
        "Guide de l’adhésion",
        (
            "L’adhésion est annuelle et se fait en ligne.",
            "La cotisation & le prorata sont *fixes*.",
            "Il faut :\n• une carte ;\n• un Kbis\n• un Kbis – de moins de trois mois\n• Logo",
            "• 1 à 10 – 2024\u00a0: 300 € ; 2025\u00a0: 320 €",
            "• 11 à 50 – 2025\u00a0: 900 €",
            "Écrire au bureau.",
            "Le bureau ouvre lundi.",
            "numeum --aide",
            "Section vide",
        ),
        ("**", "`", "](", "https:", "&amp;", "|", "---", "à relire", "<p>", "publisher", "Inconnu"),
    ),
    Vector(
        "actualite.txt",
        fixture("actualite.txt"),
        "Le Tour de France de l’IA passe par Blois",
        (
            "entreprises du numérique autour de l’intelligence artificielle. Elle",
            "Au programme :\n• trois ateliers ;\n• un débat.",
        ),
        ("2)", "- "),
    ),
    Vector(
        "page.html",
        fixture("page.html"),
        "Les aides à l’embauche",
        (
            "peut recevoir une aide de la Région. Cette aide se cumule",
            "Le contrat dure douze mois ou davantage.",
            "• Un premier salarié\n• Un deuxième salarié",
            "• CDI – Aide\u00a0: 4 000 €\n• CDD – Aide\u00a0: 2 000 €",
            "Le dossier se dépose en ligne avant la signature du contrat.",
        ),
        ("alerte", "alert(", "onclick", "color", "Accueil", "rejoindre", "Mentions légales", "<"),
    ),
    Vector(
        "rapport.pdf",
        lambda: documents.pdf_bytes(
            [
                "Première page, « été ».\nElle parle de souverai-\nneté numérique.",
                "Au Centre-\nVal de Loire, l’o\ufb03ce agit.\n\n• Un point\n• Deux points\nsur dix",
            ],
            title="Rapport d’activité",
        ),
        "Rapport d’activité",
        (
            "Première page, « été ». Elle parle de souveraineté numérique.",
            "Au Centre-Val de Loire, l’office agit.",
            "• Un point\n• Deux points sur dix",
        ),
        ("souverai-", "\ufb03", "(cid:", "\f"),
    ),
    Vector(
        "note.docx",
        documents.docx_bytes,
        "Note sur le dispositif POEI",
        (
            "La POEI dure 400 heures au plus.",
            "France Travail paie la formation.",
            "• Prime de l’OPCO\n• 1. Aide de la Région",
            "• Taux – 2024\u00a0: 30 % ; 2025\u00a0: 20 %\n• Plafond – 2025\u00a0: 8 k€",
        ),
        ("Propriété du fichier", "<w:"),
    ),
    Vector(
        "diapos.pptx",
        documents.pptx_bytes,
        "Baromètre de l’innovation",
        (
            "Édition 2025",
            "• Neuf entreprises sur dix\n• Trois freins majeurs",
            "Rappeler la date du sondage.",
            "• 2025 – Budget\u00a0: 12 M€",
            "Texte dans un groupe.",
        ),
        ("PowerPoint Presentation",),
    ),
    Vector(
        "classeur.xlsx",
        documents.xlsx_bytes,
        "Chiffres du numérique",
        (
            "• Taille – Année\u00a0: 2024 ; Valeur\u00a0: 69,4\u202fMd€",
            "• Croissance – Année\u00a0: 2024 ; Valeur\u00a0: +3,5\u202f%",
            "• Bureau – Jour\u00a0: 2025-10-14 ; Heure\u00a0: 18:30",
        ),
        ("Indicateur", "69.4", "00:00"),
    ),
    Vector(
        "agenda.ics",
        documents.ics_bytes,
        "Agenda du numérique",
        (
            "Soirée « IA », à Blois, le 14 octobre 2025 à 18 h 30, jusqu’à 20 h 00.",
            "Lieu de « Soirée « IA », à Blois » : Cité du numérique, Blois.",
            "Entrée libre.\nInscription obligatoire.",
            "Salon, du 1er mars 2025 au 3 mars 2025.",
            "Assemblée, le 5 juin 2025.",
            "Réunion sans date.",
        ),
        ("\\,", "DTSTART", "VEVENT", "20251014"),
    ),
    Vector(
        "aides.csv",
        lambda: "Aide;Taux;Plafond\nCII;20 %;80 000 €\nJEI;;« sans »\n".encode("cp1252"),
        "aides",
        (
            "• CII – Taux\u00a0: 20 % ; Plafond\u00a0: 80 000 €",
            "• JEI – Plafond\u00a0: « sans »",
        ),
        (";;", "Aide"),
    ),
    Vector(
        "villes.tsv",
        lambda: b"Ville\tNombre\nBlois\t12, dont 3\nTours\t15\n",
        "villes",
        ("• Blois – Nombre\u00a0: 12, dont 3", "• Tours – Nombre\u00a0: 15"),
        ("\t",),
    ),
    Vector(
        "note.odt",
        documents.odt_bytes,
        "Note sur le dispositif POEI",
        (
            "La POEI dure 400 heures au plus.",
            "Sauf dérogation.",
            "• Prime de l’OPCO\n• Aide de la Région",
            "• CII – 2024\u00a0: 30 % ; 2025\u00a0: 20 %\n• JEI – 2024\u00a0: 30 % ; 2025\u00a0: 25 %",
            "Un encadré.",
        ),
        ("Propriété", "effacé", "Introduction 3", "à revoir", "<text"),
    ),
    Vector(
        "diapos.odp",
        documents.odp_bytes,
        "Baromètre de l’innovation",
        (
            "Édition 2025",
            "• Neuf entreprises sur dix\n• Trois freins majeurs",
            "Rappeler la date du sondage.",
            "Texte dans une forme.",
        ),
        ("Bas de page",),
    ),
    Vector(
        "classeur.ods",
        documents.ods_bytes,
        "Chiffres du numérique",
        ("• Taille – Année\u00a0: 2024 ; Valeur\u00a0: 69,4 Md€",),
        ("Indicateur", "caché", "69.4"),
    ),
    Vector(
        "note.rtf",
        documents.rtf_bytes,
        "Note sur le dispositif POEI",
        (
            "La POEI dure 400\u00a0heures au plus, à Blois ; 20 €.\nL’œuvre.",
            "Sauf dérogation.",
            "• Prime de l’OPCO\n• Aide de la Région",
            "• CII – 2024\u00a0: 30 % ; 2025\u00a0: 20 %",
        ),
        ("Propriété", "|", "\\", "Arial", "{", "0102"),
    ),
    Vector(
        "message.eml",
        lambda: documents.mail_bytes(
            "Bonjour,\n\nLa réunion est reportée.\n\n> Elle a lieu à Blois.\n",
            ("tarifs.csv", b"Aide;Taux\nCII;20 %\n"),
        ),
        "Réunion du bureau",
        (
            "De\u00a0: Léa Roy <lea@numeum.fr>\nÀ\u00a0: bureau@numeum.fr",
            "Date\u00a0: 14 octobre 2025 à 09 h 30",
            "La réunion est reportée.\nElle a lieu à Blois.",
            "• CII – Taux\u00a0: 20 %",
        ),
        ("MIME", "=C3", "> Elle", "base64"),
    ),
    Vector(
        "dossier.zip",
        lambda: documents.zip_bytes(
            ("b/note.docx", documents.docx_bytes()),
            ("a.txt", b"Le bureau est ouvert."),
            ("__MACOSX/._a.txt", "caché".encode()),
            (".DS_Store", "caché".encode()),
        ),
        "dossier",
        ("Le bureau est ouvert.", "La POEI dure 400 heures au plus.", "• Prime de l’OPCO"),
        ("caché", "MACOSX", "PK"),
    ),
    Vector(
        "programme.org",
        fixture("programme.org"),
        "Le programme d’accompagnement",
        (
            "Il dure dix mois et se tient à Blois.",
            "• Trois ateliers, dont un en ligne\n• Mentorat\u00a0: deux heures",
            "• 8 mars – Lieu\u00a0: Tours",
            "make run",
            "Écrire au bureau.",
        ),
        ("#+", "[[", "TODO", ":bureau:", "PROPERTIES", "CUSTOM_ID", "*", "brouillon", "|"),
    ),
    Vector(
        "manuel.rst",
        fixture("manuel.rst"),
        "Manuel de l’adhérent",
        (
            "La cotisation est annuelle, voir le guide ou la page du bureau.",
            "Elle se paie en ligne.",
            "• une carte ;\n• un Kbis de moins de trois mois",
            "• CII – Taux\u00a0: 20 %\n• JEI – Taux\u00a0: 30 % au plus",
            "• Blois – Ouverture\u00a0: 9 h\n• Tours – Ouverture\u00a0: 10 h",
            "numeum --aide",
            "Le plafond change en 2026.",
        ),
        ("``", ":ref:", "`_", "====", "+--", ".. ", "toctree", "à relire", "image", "align"),
    ),
]
vectors = pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)


class TestVectors:
    """The same claims for every format."""

    @vectors
    def test_the_words_of_the_document_come_out_once(self, vector: Vector) -> None:
        """What is lost cannot be found, what is doubled is found twice."""
        found = words(vector.data(), vector.name)
        assert {part: found.count(part) for part in vector.must_include} == dict.fromkeys(
            vector.must_include, 1
        )

    @vectors
    def test_mark_up_and_furniture_stay_out(self, vector: Vector) -> None:
        """Nobody quotes a menu or a pipe sign."""
        text = parse(vector.data(), vector.name).text
        assert [part for part in vector.must_not_include if part in text] == []

    @vectors
    def test_the_title_is_the_one_a_reader_sees(self, vector: Vector) -> None:
        """Citations name the document by it."""
        assert parse(vector.data(), vector.name).metadata.title == vector.title

    @vectors
    def test_the_suffix_may_be_in_capitals(self, vector: Vector) -> None:
        """Old systems write them so."""
        assert parse(vector.data(), vector.name.upper()).text

    @vectors
    def test_the_same_bytes_give_the_same_result(self, vector: Vector) -> None:
        """Ingestion is idempotent only if parsing is."""
        assert parse(vector.data(), vector.name) == parse(vector.data(), vector.name)

    def test_every_suffix_has_its_vector(self) -> None:
        """A new format comes with a test."""
        seen = {Path(vector.name).suffix for vector in VECTORS}
        assert seen | {".markdown", ".htm"} == set(SUFFIXES)


class TestLocators:
    """Where a block stands, in the terms of its format."""

    def test_markdown_blocks_know_their_heading_path(self) -> None:
        """A citation says in which section the words stand."""
        found = read((FILES / "guide.md").read_bytes(), "guide.md")
        assert locator_of(found, "annuelle") == Locator(("Adhérer",))
        assert locator_of(found, "un Kbis") == Locator(("Adhérer", "Pièces"))
        assert locator_of(found, "320 €") == Locator(("Adhérer", "Pièces", "Tarifs"))
        assert locator_of(found, "Écrire") == Locator(("Adhérer", "Contact"))

    def test_html_blocks_know_their_heading_path(self) -> None:
        """A citation says in which section the words stand."""
        found = read((FILES / "page.html").read_bytes(), "page.html")
        assert locator_of(found, "douze mois").headings[-1] == "Conditions"
        assert locator_of(found, "CDI").headings[-1] == "Montants"

    def test_word_blocks_know_their_heading_path(self) -> None:
        """Word's own heading styles make it, below the title."""
        found = read(documents.docx_bytes(), "a.docx")
        title = "Note sur le dispositif POEI"
        assert locator_of(found, "400 heures") == Locator((title,))
        assert locator_of(found, "OPCO") == Locator((title, "Financement", "Aides cumulables"))

    @pytest.mark.parametrize(
        ("data", "name"),
        [(documents.odt_bytes(), "a.odt"), (documents.rtf_bytes(), "a.rtf")],
        ids=["odt", "rtf"],
    )
    def test_text_documents_of_other_programs_know_their_heading_path(
        self, data: bytes, name: str
    ) -> None:
        """As those of Word do."""
        found = read(data, name)
        title = "Note sur le dispositif POEI"
        assert locator_of(found, "400") == Locator((title,))
        assert locator_of(found, "OPCO") == Locator((title, "Financement", "Aides cumulables"))

    def test_slides_of_other_programs_know_their_number_and_title(self) -> None:
        """As those of PowerPoint do."""
        found = read(documents.odp_bytes(), "a.odp")
        assert locator_of(found, "freins") == Locator(("Chiffres clés",), slide=2)
        assert locator_of(found, "sondage") == Locator(("Chiffres clés", "Notes"), slide=2)

    def test_pdf_blocks_know_their_page(self) -> None:
        """Pages count from 1, and an empty one counts too."""
        found = read(documents.pdf_bytes(["Une.", "", "Trois."]), "a.pdf")
        assert found == [(Locator(page=1), "Une."), (Locator(page=3), "Trois.")]

    def test_slides_know_their_number_and_title(self) -> None:
        """Notes are told apart from what was shown."""
        found = read(documents.pptx_bytes(), "a.pptx")
        assert locator_of(found, "Édition") == Locator(("Baromètre de l’innovation",), slide=1)
        assert locator_of(found, "freins") == Locator(("Chiffres clés",), slide=2)
        assert locator_of(found, "sondage") == Locator(("Chiffres clés", "Notes"), slide=2)
        assert locator_of(found, "12 M€") == Locator(slide=3)

    def test_sheets_are_sections(self) -> None:
        """The name of a sheet says what its figures are."""
        found = read(documents.xlsx_bytes(), "a.xlsx")
        assert locator_of(found, "69,4") == Locator(("Marché",))
        assert locator_of(found, "Bureau") == Locator(("Réunions",))

    def test_events_know_their_summary(self) -> None:
        """One block per event, whatever its lines."""
        found = read(documents.ics_bytes(), "a.ics")
        assert [where.event for where, _ in found] == [
            "Soirée « IA », à Blois",
            "Salon",
            "Assemblée",
            "Réunion sans date",
        ]
        assert locator_of(found, "Inscription") == Locator(event="Soirée « IA », à Blois")

    def test_a_heading_with_nothing_under_it_can_still_be_found(self) -> None:
        """Some documents say everything in headings."""
        found = read("# A\n\n## Rien\n\n## B\n\nTexte.\n\n## Fin", "a.md")
        assert [text for _, text in found] == ["Rien", "Texte.", "Fin"]

    def test_headings_are_in_the_text_but_not_in_blocks(self) -> None:
        """They are context, not evidence."""
        parsed = parse(b"# Titre\n\nTexte.", "a.md")
        assert parsed.text == "Titre\n\nTexte."
        assert [parsed.text[b.start : b.end] for b in parsed.blocks] == ["Texte."]

    def test_a_section_ends_where_one_of_its_level_begins(self) -> None:
        """A path that keeps an old heading names the wrong section."""
        found = read("# A\n\n### B\n\nun\n\n## C\n\ndeux\n\n# D\n\ntrois", "a.md")
        assert [where.headings for where, _ in found] == [("A", "B"), ("A", "C"), ("D",)]


class TestMetadata:
    """Title, kind, date, region, address and publisher."""

    def test_front_matter_is_read(self) -> None:
        """Staff describe their documents there."""
        assert parse((FILES / "guide.md").read_bytes(), "guide.md").metadata == Metadata(
            title="Guide de l’adhésion",
            kind="guide",
            date="2025-03-12",
            region="Centre-Val de Loire",
            url="https://numeum.fr/adhesion?a=1&b=2",
            publisher="Numeum",
        )

    def test_front_matter_may_use_french_keys(self) -> None:
        """« titre » is what a French writer types."""
        header = "titre: Été\ntype: note\nrégion: Sud\nsource: https://a.fr\néditeur: Numeum"
        assert parse(f"---\n{header}\n---\nTexte.".encode(), "a.md").metadata == Metadata(
            title="Été", kind="note", region="Sud", url="https://a.fr", publisher="Numeum"
        )

    @pytest.mark.parametrize(
        ("written", "date"),
        [
            ("2025", "2025"),
            ("2025-03", "2025-03"),
            ("2025-03-12", "2025-03-12"),
            ("'2025-03-12'", "2025-03-12"),
            ("2025-03-12T10:00:00", "2025-03-12"),
            ("printemps", ""),
            ("", ""),
        ],
    )
    def test_a_date_is_as_precise_as_it_is_written(self, written: str, date: str) -> None:
        """A made-up day would be a false statement."""
        assert parse(f"---\ndate: {written}\n---\nTexte.".encode(), "a.md").metadata.date == date

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/etc/passwd"])
    def test_an_address_that_is_no_web_address_is_dropped(self, url: str) -> None:
        """It becomes a link on a page that members click."""
        assert parse(f"---\nurl: '{url}'\n---\nTexte.".encode(), "a.md").metadata.url == ""

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (documents.docx_bytes(), "a.docx"),
            (documents.pptx_bytes(), "a.pptx"),
            (documents.xlsx_bytes(), "a.xlsx"),
        ],
        ids=["docx", "pptx", "xlsx"],
    )
    def test_an_office_file_may_say_the_same_as_front_matter(self, data: bytes, name: str) -> None:
        """Region and date tell look-alike documents apart, whatever their format."""
        data = documents.with_properties(
            data, date="1er mars 2025", Région="Grand Est", url="ftp://a", Editeur="Numeum"
        )
        found = parse(data, name).metadata
        assert (found.date, found.region, found.url) == ("2025-03-01", "Grand Est", "")
        assert found.publisher == "Numeum"

    def test_a_pdf_may_say_the_same_as_front_matter(self) -> None:
        """Its information dictionary takes any names."""
        data = documents.pdf_bytes(["Texte."], title="Titre")
        data = data.replace(b"<< /Title", b"<< /region (Bretagne) /date (2025-03) /Title")
        found = parse(data, "a.pdf").metadata
        assert (found.title, found.region, found.date) == ("Titre", "Bretagne", "2025-03")

    def test_the_author_of_a_file_is_not_taken_for_its_publisher(self) -> None:
        """It is mostly whoever installed the program."""
        document = docx.Document()
        document.core_properties.author = "pc-accueil"
        document.add_paragraph("Texte.")
        assert not parse(saved(document), "a.docx").metadata.publisher

    def test_a_list_of_values_is_written_in_one_line(self) -> None:
        """Two regions are no error."""
        data = b"---\nregion: [Sud, Centre]\n---\nTexte."
        assert parse(data, "a.md").metadata.region == "Sud, Centre"

    def test_aliases_that_multiply_do_not_fill_the_memory(self) -> None:
        """Nine such lines make a billion words of the smallest file ("billion laughs")."""
        header = ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
        for before, name in pairwise("abcde"):
            header.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
        data = "\n".join(["---", *header, "title: *e", "---", "Texte."])
        found = parse(data.encode(), "a.md")
        assert found.text == "Texte."
        assert [(gap.code, "aliases" in gap.reason) for gap in found.gaps] == [
            ("front-matter", True)
        ]

    def test_the_first_heading_is_the_title_of_markdown_without_one(self) -> None:
        """The front matter is optional."""
        assert parse(b"Texte.\n\n## Un **titre**\n\nTexte.", "a.md").metadata.title == "Un titre"

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"Texte.", "sous/dossier/bilan.md"),
            (b"Texte.", "bilan.txt"),
            (documents.pdf_bytes(["Texte."]), "bilan.pdf"),
            (documents.ics_of(summary="Salon"), "a/bilan.ics"),
        ],
        ids=["md", "txt", "pdf", "ics"],
    )
    def test_the_file_name_is_the_title_of_last_resort(self, data: bytes, name: str) -> None:
        """A citation must name something."""
        assert parse(data, name).metadata.title == "bilan"

    def test_a_name_from_a_mac_makes_a_composed_title(self) -> None:
        """Macs decompose accents in file names; a search for « été » would miss the title."""
        assert parse(b"Texte.", "Bilan d\u2019e\u0301te\u0301 .txt").metadata.title == "Bilan d’été"

    @pytest.mark.parametrize(
        ("given", "title"),
        [
            ("Microsoft Word - Rapport annuel.docx", "Rapport annuel"),
            ("Microsoft Word - Document1", "bilan"),
            ("Untitled", "bilan"),
            ("(anonymous)", "bilan"),
            ("Présentation PowerPoint", "bilan"),
            ("Document unique", "Document unique"),
        ],
    )
    def test_a_title_that_a_program_made_up_is_none(self, given: str, title: str) -> None:
        """A citation of « Untitled » names nothing."""
        data = documents.pdf_bytes(["Texte."], given)
        assert parse(data, "bilan.pdf").metadata.title == title

    def test_a_word_file_without_title_style_has_its_property(self) -> None:
        """Word fills it when the file is first saved."""
        found = parse(documents.docx_without_title(), "a.docx")
        assert found.metadata.title == "Compte rendu du bureau"

    def test_a_pdf_title_may_be_an_object_of_its_own(self) -> None:
        """The PDF format lets any value be an indirect object."""
        data = documents.pdf_bytes(["Texte."], "Rapport", indirect_title=True)
        assert parse(data, "a.pdf").metadata.title == "Rapport"

    def test_a_date_alone_on_a_line_dates_a_text_file(self) -> None:
        """News pages saved as text begin so."""
        assert parse((FILES / "actualite.txt").read_bytes(), "a.txt").metadata.date == "2025-12-18"

    def test_a_web_page_brings_its_own_description(self) -> None:
        """Date, address and publisher stand in the page's head."""
        found = parse((FILES / "page.html").read_bytes(), "page.html").metadata
        assert (found.date, found.url, found.publisher) == (
            "2025-09-02",
            "https://numeum.fr/aides",
            "Numeum",
        )

    def test_a_web_page_without_date_has_none(self) -> None:
        """A year that stands in a table is no date of publication."""
        data = PAGE.format("<table><tr><th>Année</th></tr><tr><td>2023</td></tr></table>")
        assert parse(data.encode(), "a.html").metadata.date == ""


PAGE = (
    "<html><head><title>Essai</title></head><body><article><h1>Essai</h1><p>"
    + "L’association aide les entreprises du numérique à recruter. " * 4
    + "</p>{}</article></body></html>"
)


class TestEncodings:
    """Bytes to characters."""

    TEXT = "L’été à Blois coûte 20 € – « œuvre »."

    @pytest.mark.parametrize("suffix", [".txt", ".md"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_text_is_read_in_the_encodings_french_files_have(
        self, encoding: str, suffix: str
    ) -> None:
        """A citation with « Ã© » is not verbatim."""
        assert words(self.TEXT.encode(encoding), "a" + suffix) == self.TEXT

    @pytest.mark.parametrize(
        ("encoding", "declared"),
        [
            ("utf-8", "utf-8"),
            ("utf-8", ""),
            ("cp1252", "windows-1252"),
            ("cp1252", "iso-8859-1"),
            ("cp1252", ""),
        ],
    )
    def test_web_pages_are_read_in_their_encoding(self, encoding: str, declared: str) -> None:
        """Old sites declare none, or Latin-1 where they mean Windows-1252."""
        data = PAGE.format(f"<p>{self.TEXT}</p>")
        if declared:
            data = data.replace("<head>", f'<head><meta charset="{declared}">')
        assert self.TEXT in words(data.encode(encoding), "a.html")

    def test_a_web_page_without_declared_encoding_is_taken_for_french(self) -> None:
        """Guessed from its letters, it is taken for Central European: « ŕ Blois »."""
        data = f"<html><body><article><p>{'L’été à Blois. ' * 9}</p></article></body></html>"
        assert words(data.encode("cp1252"), "a.html") == ("L’été à Blois. " * 9).strip()

    def test_a_calendar_that_is_not_utf8_is_taken_for_french(self) -> None:
        """A summary with "�" could be neither found nor quoted."""
        data = documents.ics_of(summary="Soirée", dtstart=dt.date(2025, 6, 5))
        assert "Soirée" in words(data.decode().encode("cp1252"), "a.ics")

    @pytest.mark.parametrize("suffix", [".txt", ".md"])
    def test_bytes_of_no_encoding_are_refused(self, suffix: str) -> None:
        """What holds more control characters than a slip is no text."""
        assert refusal(b"Numeum \x01\x02\x03\x04 \x81\xe9", "a" + suffix).code == "encoding"

    def test_windows_line_ends_make_no_difference(self) -> None:
        """Half of the files come from Windows."""
        data = (FILES / "guide.md").read_bytes()
        assert parse(data.replace(b"\n", b"\r\n"), "a.md") == parse(data, "a.md")

    def test_decomposed_accents_are_composed(self) -> None:
        """Macs write « é » in two characters; searches would miss it."""
        assert words("Cre\u0301dit d’impo\u0302t.", "a.txt") == "Crédit d’impôt."

    @given(st.text(max_size=60))
    def test_clean_is_idempotent_and_leaves_one_composed_line(self, text: str) -> None:
        """Offsets are counted in cleaned text only."""
        once = clean(text)
        assert clean(once) == once
        assert "\n" not in once
        assert unicodedata.is_normalized("NFC", once)

    def test_no_break_spaces_are_kept(self) -> None:
        """French typography is part of the verbatim text."""
        text = "20\u202f% et 8\u00a0758\u00a0€ : « oui »."
        assert words(text, "a.md") == text

    def test_no_break_spaces_of_a_web_page_are_kept(self) -> None:
        """The library makes plain spaces of them, in the words and in the title."""
        head = "<head><title>Aides\u00a0: Blois</title></head>"
        data = f"<html>{head}<body><p>20\u202f% et 8&nbsp;758\u00a0€.</p></body></html>"
        assert words(data, "a.html") == "20\u202f% et 8\u00a0758\u00a0€."
        assert parse(data.encode(), "a.html").metadata.title == "Aides\u00a0: Blois"

    def test_characters_of_symbol_fonts_do_not_come_through(self) -> None:
        """They are bullets and icons, and show as boxes in any other font."""
        assert words("\uf0b7 Numeum\uf04a recrute.", "a.txt") == "Numeum recrute."

    @pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
    def test_soft_hyphens_vanish(self, suffix: str) -> None:
        """Nobody types them, and a search would miss the word."""
        assert "numérique" in words(PAGE.format("<p>numé\u00adrique</p>"), "a" + suffix)

    def test_a_false_xml_declaration_does_no_harm(self) -> None:
        """UTF-8 is told from its bytes."""
        data = '<?xml version="1.0" encoding="iso-8859-1"?>' + PAGE.format("<p>Été à Blois.</p>")
        for encoding in ("utf-8", "cp1252"):
            assert "Été à Blois." in words(data.encode(encoding), "a.html")

    @pytest.mark.parametrize("text", ["&nbsp;", "\u00a0", "\u3000\u00a0", "\u200b"])
    def test_a_file_of_spaces_only_holds_no_text(self, text: str) -> None:
        """Editors leave no-break spaces in empty files; a blank block answers nothing."""
        assert refusal(text, "a.md").code in {"no-text", "empty"}

    def test_lines_of_spaces_only_are_not_written(self) -> None:
        """Word processors space paragraphs with them; no block may be blank."""
        builder = TextBuilder()
        for write in (builder.line, builder.item, functools.partial(builder.heading, 1)):
            write("\u00a0")
        assert builder.build(Metadata()) == Parsed("", (), Metadata())


class TestMarkdown:
    """What only Markdown has."""

    @pytest.mark.parametrize(
        "data",
        [
            "<script>\nalert(1)\n\nalert(2)\n</script>\n\nTexte.",
            "<style>\nalert(1)\n</style>\n\nTexte.",
            "<div><script>alert(1)</script></div>\n\nTexte.",
            "Texte. <script>alert(1)</script>",
            "- Texte. <script>alert(1)</script>",
            "<div>\n<script>\n\nalert(1)\n\n</script>\n</div>\n\nTexte.",
            "<!-- alert(1) -->\n\nTexte.",
        ],
    )
    def test_scripts_styles_and_comments_are_left_out(self, data: str) -> None:
        """They are no words of the document, wherever they stand."""
        found = words(data, "a.md")
        assert "Texte." in found
        assert "alert" not in found

    def test_a_script_in_a_code_block_is_text(self) -> None:
        """A manual quotes it."""
        data = "```html\n<script>alert(1)</script>\n```"
        assert words(data, "a.md") == "<script>alert(1)</script>"

    def test_a_script_of_many_blocks_is_left_out_whole(self) -> None:
        """Blank lines and indents within it make paragraphs and code blocks."""
        script = "<div>\n<script>\n\nalert(1)\n\n    alert(2)\n\n</script>\n</div>"
        assert words(f"{script}\n\nTexte.", "a.md") == "Texte."

    def test_a_line_break_in_html_keeps_words_apart(self) -> None:
        """« Undeux » can be neither found nor quoted."""
        assert words("Un<br>deux", "a.md") == "Un\ndeux"

    def test_escaped_mark_up_is_text(self) -> None:
        """A manual about HTML must be quotable; pages escape it again."""
        assert words("Écrire `<b>` ou &lt;script&gt;.", "a.md") == "Écrire <b> ou <script>."

    def test_paragraphs_in_html_are_not_glued_together(self) -> None:
        """« Un.Deux. » is one sentence to the splitter."""
        assert words("<p>Un.</p><p>Deux.</p>", "a.md").split() == ["Un.", "Deux."]

    def test_a_day_that_does_not_exist_is_no_date(self) -> None:
        """A slip in the front matter is no reason to lose the document."""
        found = parse(b"---\ntitle: A\ndate: 2025-02-30\n---\nTexte.", "a.md")
        assert (found.metadata.title, found.metadata.date) == ("A", "")

    @pytest.mark.parametrize(
        "header",
        ["title: [a", "title: 'a", "a: b: c", "\ttitle: a", "- a\n- b"],
    )
    def test_front_matter_that_is_no_valid_yaml_mapping_is_told(self, header: str) -> None:
        """The text below is worth reading, the fault worth mending."""
        found = parse(f"---\n{header}\n---\nTexte.".encode(), "a.md")
        assert found.text == "Texte."
        assert [(gap.code, bool(gap.hint)) for gap in found.gaps] == [("front-matter", True)]

    def test_python_objects_in_yaml_are_not_made(self) -> None:
        """Unsafe YAML can run commands."""
        data = b"---\ntitle: !!python/object/apply:os.getcwd []\n---\nTexte."
        found = parse(data, "a.md")
        assert [gap.code for gap in found.gaps] == ["front-matter"]
        assert found.metadata.title == "a"

    def test_a_rule_at_the_top_is_no_front_matter(self) -> None:
        """Three dashes are a line too."""
        assert words("---\n\nTexte.", "a.md") == "Texte."

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("::: tip Le **titre**\nTexte.\n:::\nSuite.", "Le titre\nTexte.\nSuite."),
            (":::info\nTexte.\n:::", "Texte."),
            ("::: {.note}\nTexte.\n:::", "Texte."),
            ("- Alpha\n- Bravo\n:::", "• Alpha\n• Bravo"),
            ("[[toc]]\n\nTexte.", "Texte."),
            ("[TOC]\n\nTexte.", "Texte."),
            ("```\n::: tip\n```", "::: tip"),
            ("Un ::: deux.", "Un ::: deux."),
        ],
    )
    def test_directives_of_site_generators_are_left_out(self, data: str, expected: str) -> None:
        """« ::: tip » is glued to the words of the box otherwise."""
        assert words(data, "a.md") == expected

    def test_a_hard_break_keeps_its_line_and_a_soft_one_is_a_space(self) -> None:
        """Addresses are written in hard breaks, paragraphs in soft ones."""
        assert words("Un  \ndeux\ntrois", "a.md") == "Un\ndeux trois"


class TestText:
    """What only plain text has."""

    def test_nul_bytes_tell_a_binary_file(self) -> None:
        """No text editor writes them."""
        assert refusal(b"Numeum\x00recrute", "a.txt").code == "mismatch"

    def test_nul_bytes_far_inside_do_not_come_through(self) -> None:
        """PostgreSQL refuses them, and so would the ingest."""
        found = words(b"Numeum recrute. " * 5000 + b"\x00Fin.", "a.txt")
        assert "\x00" not in found
        assert found.endswith("Fin.")

    def test_control_characters_do_not_come_through(self) -> None:
        """Terminals obey them."""
        assert words("Nu\u200bmeum \x1b[31mrecrute\x07.", "a.txt") == "Numeum [31mrecrute ."

    def test_short_lines_are_kept_and_long_ones_joined(self) -> None:
        """Mail programs cut at 72 characters; poets and lists cut on purpose."""
        long = "L’étape de Blois a réuni cent vingt entreprises du numérique, venues"
        assert words(f"{long}\nde loin.\n\nUn.\nDeux.", "a.txt") == f"{long} de loin.\nUn.\nDeux."


class TestWebPages:
    """What only HTML has."""

    def test_nested_lists_come_out_once_item_by_item(self) -> None:
        """« UnSous-un » can be neither found nor quoted."""
        data = PAGE.format("<ul><li>Alpha<ul><li>Bravo</li></ul></li><li>Charlie</li></ul>")
        found = words(data, "a.html")
        assert found.endswith("\n• Alpha\n• Alpha – Bravo\n• Charlie")

    def test_words_behind_a_nested_list_are_kept(self) -> None:
        """They belong to the outer item."""
        data = PAGE.format("<ul><li>Alpha<ol><li>Bravo</li></ol>Charlie</li></ul>")
        assert words(data, "a.html").endswith("\n• Alpha\n• Alpha – Bravo\n• Charlie")

    def test_the_words_of_a_time_element_are_kept(self) -> None:
        """« Le à Blois » has lost its date."""
        data = PAGE.format("<p>Le <time datetime='2024-05-06'>6 mai</time> à Blois.</p>")
        assert "Le 6 mai à Blois." in words(data, "a.html")
        assert parse(data.encode(), "a.html").metadata.date == "2024-05-06"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", ""),
            ("<div>", "</div>"),
            ('<div class="menu"><a href="/a">Accueil</a></div>', ""),
            ("<article>", "</article>"),
        ],
    )
    def test_headings_are_read_whether_or_not_the_page_marks_its_article(
        self, before: str, after: str
    ) -> None:
        """Without them, a whole guide is one block, and no citation names its section."""
        text = "L’association aide les entreprises du numérique. " * 8
        body = f"<h1>Aides</h1><p>{text}</p><p>Le plafond est de 8 k€.</p>"
        found = read(f"<html><body>{before}{body}{after}</body></html>", "a.html")
        assert [where.headings for where, _ in found] == [("Aides",)]
        assert all("Accueil" not in text for _, text in found)

    @pytest.mark.parametrize(
        "heading",
        [
            '<div><h2><a id="m"></a>Montants</h2></div>',
            '<div><h2>Montants<a href="#m">¶</a></h2></div>',
            '<div><h2><a href="#m">Montants</a></h2></div>',
        ],
    )
    def test_a_heading_may_hold_a_target_or_a_permalink(self, heading: str) -> None:
        """Manuals have one in each; a block with a link and little else passes for a menu."""
        found = read(PAGE.format(f"{heading}<p>Le plafond est de 8 k€.</p>"), "a.html")
        assert locator_of(found, "plafond").headings == ("Essai", "Montants")

    def test_marked_words_stay_where_they_stand(self) -> None:
        """The library moves a word in two marks to the next place where it ends."""
        data = PAGE.format(
            "<p>Le <code>plan-<em><code>N</code></em></code> et le <code>bilan</code> de mai.</p>"
        )
        assert "Le plan-N et le bilan de mai." in words(data, "a.html")

    def test_a_page_of_one_bare_sentence_is_read(self) -> None:
        """An announcement needs no paragraph."""
        assert words("<html><body>Le bureau est fermé.</body></html>", "a.html") == (
            "Le bureau est fermé."
        )

    def test_control_characters_do_not_come_through(self) -> None:
        """A parser reads them from a reference, but no tree may hold them."""
        assert "a b" in words(PAGE.format("<p>a&#11; &#1;b</p>"), "a.html")

    def test_paragraphs_within_a_cell_are_not_glued_together(self) -> None:
        """« 12 M€net » is no amount."""
        row = "<tr><td>2025</td><td><p>12 M€</p><p>net</p></td></tr>"
        data = PAGE.format(f"<table><tr><th>Année</th><th>Budget</th></tr>{row}</table>")
        assert "• 2025 – Budget\u00a0: 12 M€ net" in words(data, "a.html")

    @pytest.mark.parametrize(
        "body",
        [
            "<ul><li><p>Alpha</p><p>Bravo</p></li></ul>",
            "<div>Alpha<p>Bravo</p></div>",
            "<div>Alpha<div>Bravo</div></div>",
            "<p>Alpha<br>Bravo</p>",
            "<blockquote><p>Alpha</p><p>Bravo</p></blockquote>",
            "<pre>Alpha\nBravo</pre>",
        ],
    )
    def test_what_a_browser_shows_apart_is_not_glued_together(self, body: str) -> None:
        """« AlphaBravo » can be neither found nor quoted."""
        found = words(PAGE.format(body), "a.html")
        assert "Alpha" in found
        assert "Bravo" in found
        assert "AlphaBravo" not in found

    def test_definitions_keep_their_terms_and_contents_lists_stay_out(self) -> None:
        """A definition alone says nothing; a list of headings answers nothing."""
        page = (
            "<h1>Aides</h1><div class='toc'><ul><li><a href='#a'>1. Premier</a></li></ul></div>"
            "<dl><dt>Pass IA</dt><dd><p>Une aide aux PME.</p></dd><dt>CIR</dt><dd>Un crédit.</dd></dl>"
            "<p>Encore un paragraphe de texte pour finir la page.</p>"
        )
        text = parse(page.encode(), "a.html").text
        assert "Pass IA\u00a0: Une aide aux PME." in text
        assert "CIR\u00a0: Un crédit." in text
        assert "Premier" not in text

    @pytest.mark.parametrize(
        "data",
        [
            "<html><body></body></html>",
            "<html><body><script>alert(1)</script></body></html>",
            "<html><head><title>Titre seul</title></head></html>",
            "<!-- rien -->",
        ],
    )
    def test_a_page_without_article_is_refused(self, data: str) -> None:
        """Pages that a script fills hold no text when saved."""
        assert refusal(data, "a.html").code == "no-text"


def test_a_title_above_the_header_of_a_sheet_is_none_of_its_columns() -> None:
    """Otherwise the rows would lose the names of their columns."""
    book = openpyxl.Workbook()
    for row in (["Aides 2025"], ["Aide", "Montant", "Fin"], ["Chèque numérique", 500, "mai"]):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    text = parse(buffer.getvalue(), "aides.xlsx").text
    assert "Aides 2025" in text
    assert "Chèque numérique – Montant\u00a0: 500 ; Fin\u00a0: mai" in text


class TestPdf:
    """What only PDF has."""

    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            ("la souverai-\nneté numérique", "la souveraineté numérique"),
            ("le Centre-\nVal de Loire", "le Centre-Val de Loire"),
            ("de 2024-\n2025", "de 2024-2025"),
            ("la souverai\u00ad\nneté", "la souveraineté"),
            ("la souve\u00adraineté", "la souveraineté"),
            ("une ligne\nune autre", "une ligne une autre"),
        ],
    )
    def test_lines_are_joined_and_hyphenation_undone(self, page: str, expected: str) -> None:
        """Words cut by the page can be neither found nor quoted."""
        assert words(documents.pdf_bytes([page]), "a.pdf") == expected

    def test_dashes_begin_items(self) -> None:
        """But not where a sentence goes on with one."""
        page = (
            "Le prix récompense :\n- un projet ;\n- une équipe.\nIl vaut pour la période\n- un an."
        )
        text = parse(documents.pdf_bytes([page]), "a.pdf").text
        assert "• un projet ;\n• une équipe." in text
        assert "période - un an" in text

    def test_figures_that_number_no_page_are_text(self) -> None:
        """One sheet for each region: the same words at the same height, and another amount."""

        def draw(page: int, amount: str) -> Callable[[Canvas], None]:
            def drawn(canvas: Canvas) -> None:
                canvas.drawString(72, 800, f"Montant de l’aide : {amount} euros")
                canvas.drawString(72, 400, f"Texte de la région {chr(64 + page)}.")
                canvas.drawString(72, 30, f"Page {page} sur 3")

            return drawn

        sheets = [draw(n, amount) for n, amount in enumerate(("12000", "15000", "9000"), start=1)]
        text = words(documents.drawn_pdf(*sheets), "a.pdf")
        assert all(f"{amount} euros" in text for amount in ("12000", "15000", "9000"))
        assert "sur 3" not in text

    @pytest.mark.parametrize("columns", [False, True])
    def test_only_a_space_between_columns_parts_a_line(self, columns: bool) -> None:
        """A justified line may hold a space as wide as the one between two columns."""

        def draw(canvas: Canvas) -> None:
            lines = ["Le jury retient les projets", "Les projets", "Il publie la liste en mai"]
            for number, line in enumerate(lines):
                y = 700 - 12 * number
                canvas.drawString(72, y, line)
                if columns:
                    canvas.drawString(210, y, ["Le prix", "sera remis", "à Blois."][number])
                elif number == 1:
                    canvas.drawString(134, y, "lauréats en avril.")

        text = words(documents.drawn_pdf(draw), "a.pdf")
        expected = "Les projets Il publie" if columns else "Les projets lauréats en avril."
        assert expected in text
        assert not columns or "Le prix sera remis à Blois." in text

    @pytest.mark.parametrize("page", ["", " ", "• •", "3", "12/120 01.03.2025"])
    def test_a_pdf_without_words_is_taken_for_a_scan(self, page: str) -> None:
        """Staff must hear that it needs OCR; silence would look like success."""
        error = refusal(documents.pdf_bytes([page]), "a.pdf")
        assert error.code == "no-text-layer"
        assert "OCR" in error.hint

    def test_a_pdf_of_figures_only_is_read(self) -> None:
        """Its columns may be named in the letter that it came with."""
        figures = ("200.01", "400.01", "1 250", "12,5 %")

        def drawn(canvas: Canvas) -> None:
            canvas.line(60, 690, 300, 690)
            for row, figure in enumerate(figures):
                canvas.drawString(60, 700 - 30 * row, figure)

        parsed = parse(documents.drawn_pdf(drawn), "a.pdf")
        assert parsed.text.split("\n") == list(figures)
        assert not parsed.gaps

    def test_a_pdf_with_an_unknown_password_is_refused_as_encrypted(self) -> None:
        """The owner can save a copy without a password, once told."""
        error = refusal(documents.encrypted_pdf(), "a.pdf")
        assert error.code == "encrypted"
        assert "password" in error.hint

    def test_an_unknown_encryption_is_refused_as_encrypted(self) -> None:
        """The remedy is the same."""
        data = documents.pdf_bytes(["Secret."], encrypt=b"/Filter /Maison /V 9")
        assert refusal(data, "a.pdf").code == "encrypted"

    def test_a_few_bytes_before_the_header_are_allowed(self) -> None:
        """Readers accept the header within the first 1,024 bytes."""
        assert words(b"\r\n" + documents.pdf_bytes(["Texte."]), "a.pdf") == "Texte."

    def test_a_page_of_very_many_words_far_apart_is_read_in_seconds(self) -> None:
        """A plan has thousands of labels; sorting them into columns takes hours."""
        places = [(x, y) for x in range(10, 590, 29) for y in range(10, 810, 8)]
        data = documents.drawn_pdf(page(*(lines(x, y, "Blois", size=4) for x, y in places)))
        started = time.perf_counter()
        assert words(data, "a.pdf").count("Blois") == 2000
        assert time.perf_counter() - started < 20

    def test_text_drawn_in_a_form_is_read(self) -> None:
        """Some programs draw the whole page in one; it is no scan."""
        data = documents.pdf_bytes(["Texte."])
        # Without its table, which no longer fits, the objects are found by reading the file.
        data = data[: data.rindex(b"xref\n0")] + b"trailer\n<< /Size 10 /Root 1 0 R >>\n"
        font = b"/Resources << /Font << /F1 3 0 R >> >>"
        form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] " + font
        page = b"/Resources << /XObject << /X 7 0 R >> >> /Contents 9 0 R"
        data = data.replace(font + b" /Contents 7 0 R", page)
        data = data.replace(b"7 0 obj\n<<", b"7 0 obj\n" + form)
        draw = b"9 0 obj\n<< /Length 5 >>\nstream\n/X Do\nendstream\nendobj\n"
        assert words(data.replace(b"trailer", draw + b"trailer"), "a.pdf") == "Texte."


def page(*prints: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """A page on which several things are printed."""

    def draw(canvas: Canvas) -> None:
        for print_ in prints:
            print_(canvas)

    return draw


def lines(
    x: float, y: float, *text: str, size: float = 10, font: str = "Helvetica"
) -> Callable[[Canvas], None]:
    """Lines of text on a page."""
    return lambda canvas: documents.print_lines(canvas, x, y, *text, size=size, font=font)


def table(x: float, y: float, *rows: list[str]) -> Callable[[Canvas], None]:
    """A ruled table on a page."""
    return lambda canvas: documents.print_table(canvas, x, y, *rows)


def numbered(number: int, *prints: Callable[[Canvas], None]) -> Callable[[Canvas], None]:
    """A page with running header and footer."""
    return page(
        lines(60, 810, "Bilan de l’association"),
        *prints,
        lines(60, 30, f"Page {number} sur 4"),
    )


class TestPdfLayout:
    """What a reader of a printed page sees at once, and a program must work out."""

    def test_columns_are_read_one_after_the_other(self) -> None:
        """Line by line across the columns, no sentence would be left whole."""
        left = ["La cotisation est", "annuelle et se fait", "en ligne chaque", "année en janvier."]
        right = ["Le bureau se réunit", "à Blois au printemps", "et à Tours à", "l’automne."]
        drawn = page(lines(60, 700, *left), lines(320, 700, *right))
        assert words(documents.drawn_pdf(drawn), "a.pdf").split("\n") == [
            "La cotisation est annuelle et se fait en ligne chaque année en janvier.",
            "Le bureau se réunit à Blois au printemps et à Tours à l’automne.",
        ]

    def test_running_headers_and_page_numbers_stay_out_and_break_no_sentence(self) -> None:
        """A sentence that a page cuts belongs, whole, to the page where it begins."""
        data = documents.drawn_pdf(
            page(lines(60, 600, "Bilan de l’association en 2025.")),
            numbered(2, lines(60, 500, "L’association compte plus de")),
            numbered(3, lines(60, 700, "cent adhérents."), lines(60, 500, "Le budget est voté.")),
            numbered(4, lines(60, 600, "Fin du bilan.")),
        )
        assert [(where.page, text) for where, text in read(data, "a.pdf")] == [
            (1, "Bilan de l’association en 2025."),
            (2, "L’association compte plus de cent adhérents."),
            (3, "Le budget est voté."),
            (4, "Fin du bilan."),
        ]

    def test_words_that_only_a_running_header_has_are_kept_once(self) -> None:
        """Nothing that a document says is passed over in silence."""
        data = documents.drawn_pdf(
            *(numbered(n, lines(60, 600, f"Chapitre {n}.")) for n in range(1, 4))
        )
        assert words(data, "a.pdf").split("\n") == [
            "Bilan de l’association", "Chapitre 1.", "Chapitre 2.", "Chapitre 3.",
        ]  # fmt: skip

    def test_a_title_that_slides_share_is_no_running_header(self) -> None:
        """It is printed large: « Contexte (1/2) », « Contexte (2/2) »."""
        data = documents.drawn_pdf(
            *(
                page(
                    lines(60, 800, f"Contexte ({n}/2)", size=24),
                    lines(60, 600, f"Une phrase assez longue pour être le texte de la page {n}."),
                )
                for n in (1, 2)
            )
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "page 2").headings == ("Contexte (2/2)",)

    def test_the_same_words_elsewhere_on_the_page_are_text(self) -> None:
        """« Réponse libre. » may stand on every page of a form."""
        data = documents.drawn_pdf(*(page(lines(60, 400, "Réponse libre.")) for _ in range(3)))
        assert words(data, "a.pdf").count("Réponse libre.") == 3

    def test_a_contents_list_is_left_out(self) -> None:
        """Its lines answer nothing, and look like what is asked for."""
        entries = [f"Chapitre {n} {'. ' * 30} {n + 2}" for n in range(1, 5)]
        data = documents.drawn_pdf(
            page(lines(60, 700, "Sommaire"), lines(60, 650, *entries)),
            page(lines(60, 600, "Chapitre 1 : le bureau se réunit.")),
        )
        assert words(data, "a.pdf") == "Chapitre 1 : le bureau se réunit."

    def test_a_list_of_prices_with_dots_is_kept(self) -> None:
        """Dots lead to other things than page numbers."""
        prices = [f"Formule {n} {'.' * 30} {n}00 €" for n in range(1, 5)]
        assert words(documents.drawn_pdf(page(lines(60, 650, *prices))), "a.pdf").count("€") == 4

    def test_rows_of_a_ruled_table_carry_their_headers(self) -> None:
        """Read column by column, no figure would stand beside its name."""
        data = documents.drawn_pdf(
            page(
                lines(60, 700, "Voici les aides."),
                table(
                    60, 600, ["Aide", "2024", "2025"], ["CII", "30 %", "20 %"], ["JEI", "", "20 %"]
                ),
                lines(60, 400, "Elles changent en 2025."),
            )
        )
        assert words(data, "a.pdf").split("\n") == [
            "Voici les aides.",
            "• CII – 2024\u00a0: 30 % ; 2025\u00a0: 20 %",
            "• JEI – 2025\u00a0: 20 %",
            "Elles changent en 2025.",
        ]

    def test_a_table_that_goes_on_overleaf_keeps_its_header(self) -> None:
        """Else the first row there would be taken for one."""
        data = documents.drawn_pdf(
            page(table(60, 700, ["Ville", "Nombre"], ["Blois", "12"])),
            page(table(60, 800, ["Tours", "15"], ["Bourges", "9"])),
        )
        assert [(where.page, text) for where, text in read(data, "a.pdf")] == [
            (1, "• Blois – Nombre\u00a0: 12"),
            (2, "• Tours – Nombre\u00a0: 15\n• Bourges – Nombre\u00a0: 9"),
        ]

    def test_boxes_side_by_side_are_no_table(self) -> None:
        """Long texts in frames are read as texts."""
        text = ["Une phrase qui"] * 100
        frames = page(
            lambda canvas: canvas.grid([50, 300, 550], [10, 800, 830]),
            lines(60, 810, "À gauche"),
            lines(310, 810, "À droite"),
            lines(60, 780, *text, size=6),
            lines(310, 780, *text, size=6),
        )
        assert "•" not in words(documents.drawn_pdf(frames), "a.pdf")

    def test_bullets_printed_apart_mark_items(self) -> None:
        """Programs print the bullet and the words as two things."""
        data = documents.drawn_pdf(
            page(
                *(lines(60, y, "•") for y in (700, 660)),
                lines(80, 700, "Premier point, qui tient", "sur deux lignes ;"),
                lines(80, 660, "second point."),
            )
        )
        assert words(data, "a.pdf").split("\n") == [
            "• Premier point, qui tient sur deux lignes ;",
            "• second point.",
        ]

    def test_larger_or_bolder_lines_are_headings_also_for_the_next_page(self) -> None:
        """A passage knows its section, and a heading is not quoted as a statement."""
        data = documents.drawn_pdf(
            page(
                lines(60, 780, "Rapport d’activité", size=20),
                lines(60, 700, "Aides", size=14),
                lines(60, 660, "Le CII baisse en 2025, et la loi de finances le prolonge."),
                lines(60, 600, "Conditions", font="Helvetica-Bold"),
                lines(60, 560, "Il est réservé aux PME, au sens de la définition européenne."),
            ),
            page(lines(60, 700, "Le plafond est de 80 000 euros par an et par entreprise.")),
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "CII").headings == ("Rapport d’activité", "Aides")
        conditions = ("Rapport d’activité", "Aides", "Conditions")
        assert locator_of(found, "PME").headings == conditions
        assert locator_of(found, "plafond") == Locator(conditions, page=2)

    def test_bold_words_within_a_sentence_are_no_heading(self) -> None:
        """Emphasis may fill a line of a paragraph."""
        data = documents.drawn_pdf(
            page(
                lines(60, 700, "La cotisation est due chaque année par"),
                lines(60, 688, "tous les adhérents de l’association", font="Helvetica-Bold"),
                lines(60, 676, "avant la fin du mois de janvier."),
                lines(
                    60, 600, *["Le bureau la fixe au printemps, à la majorité des présents."] * 5
                ),
            )
        )
        assert words(data, "a.pdf").split("\n")[0] == (
            "La cotisation est due chaque année par tous les adhérents de l’association"
            " avant la fin du mois de janvier."
        )

    def test_a_drawing_of_thousands_of_lines_is_read_in_seconds(self) -> None:
        """Each line of a plan could be the side of a cell."""

        def marks(canvas: Canvas) -> None:
            for n in range(8000):
                x, y = 7 * (n % 80), 8 * (n // 80)
                canvas.line(x, y, x + 1, y)

        started = time.perf_counter()
        data = documents.drawn_pdf(page(marks, lines(60, 700, "Plan de la salle.")))
        assert words(data, "a.pdf") == "Plan de la salle."
        assert time.perf_counter() - started < 10


def bookmark(title: str, y: float, depth: int = 0) -> Callable[[Canvas], None]:
    """Have an entry of the outline lead to a height of the page."""

    def drawn(canvas: Canvas) -> None:
        key = f"{title} {canvas.getPageNumber()} {y}"
        canvas.bookmarkPage(key, fit="XYZ", left=0, top=y, zoom=0)
        canvas.addOutlineEntry(title, key, depth)

    return drawn


class TestOutlines:
    """The bookmarks of a PDF file."""

    def test_they_give_headings_where_the_page_has_none(self) -> None:
        """The words are those of the outline; they are not written into the text."""
        data = documents.drawn_pdf(
            page(
                bookmark("Signet du chapitre 1", 720),
                lines(60, 700, "Le plafond est de 80 000 euros."),
                bookmark("Le délai", 520, 1),
                lines(60, 500, "La demande se fait avant mars."),
            ),
            page(lines(60, 700, "Elle est gratuite.")),
            page(bookmark("Signet du chapitre 2", 842), lines(60, 700, "Le bureau la lit.")),
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "plafond").headings == ("Signet du chapitre 1",)
        nested = ("Signet du chapitre 1", "Le délai")
        assert locator_of(found, "avant mars").headings == nested
        assert locator_of(found, "gratuite") == Locator(nested, page=2)
        assert locator_of(found, "bureau").headings == ("Signet du chapitre 2",)
        assert "Signet" not in words(data, "a.pdf")

    def test_a_printed_heading_stands_once_and_in_its_own_words(self) -> None:
        """Also where the outline leaves its number out, and where it is printed like the text."""
        text = "Le plafond est de 80 000 euros par an et par entreprise, sans autre condition."
        data = documents.drawn_pdf(
            page(
                bookmark("Les aides de l'État", 720),
                lines(60, 700, "1. Les aides de l’État", size=16),
                lines(60, 670, text),
                bookmark("Signet", 620),
                lines(60, 600, "Le délai court dès mars."),
                bookmark("Les recours", 562),
                lines(60, 550, "Les recours", "Le bureau les lit."),
                bookmark("Les dates", 500),
                lines(60, 480, "2.1.3.1 Les dates", size=16),
                lines(60, 450, "La liste paraît en mai."),
            )
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "plafond").headings == ("1. Les aides de l’État",)
        assert locator_of(found, "délai").headings == ("Signet",)
        assert locator_of(found, "bureau").headings == ("Les recours",)
        assert locator_of(found, "en mai").headings == ("2.1.3.1 Les dates",)

    def test_a_heading_of_several_lines_is_made_whole(self) -> None:
        """Also where a word is cut and the lines stand far apart."""
        text = "Le plafond est de 80 000 euros par an et par entreprise, sans autre condition."
        data = documents.drawn_pdf(
            page(
                bookmark("Les aides des entreprises", 720),
                lines(60, 700, "1.2 Les aides des entre-", size=16),
                lines(60, 650, "prises", size=16),
                lines(60, 600, text),
            )
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "plafond").headings == ("1.2 Les aides des entreprises",)

    def test_printed_headings_stand_below_those_of_the_outline(self) -> None:
        """And the title of the document above them."""
        text = "Le plafond est de 80 000 euros par an et par entreprise, sans autre condition."
        data = documents.drawn_pdf(
            page(lines(60, 700, "Rapport", size=24), lines(60, 600, text)),
            page(
                bookmark("Signet", 800),
                lines(60, 700, "Objet", size=14),
                lines(60, 670, "Il est voté en mai."),
                lines(60, 600, "Suites", size=14),
                lines(60, 570, "Il est publié en juin."),
            ),
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "en mai").headings == ("Rapport", "Signet", "Objet")
        assert locator_of(found, "en juin").headings == ("Rapport", "Signet", "Suites")

    def test_a_bookmark_cuts_no_sentence(self) -> None:
        """Some lead to the top of a page on which a sentence goes on."""
        data = documents.drawn_pdf(
            page(lines(60, 60, "La cotisation est due chaque année par")),
            page(bookmark("Signet", 842), lines(60, 780, "tous les adhérents.", "Le bureau.")),
        )
        assert "due chaque année par tous les adhérents." in words(data, "a.pdf")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (rb"/Next \d+ 0 R", b"/Next 9999 0 R"),
            (rb"/First (\d+ 0 R)", rb"/First \1 /Next \1"),
            (rb"/Dest \[ \d+ 0 R", b"/Dest [ 9999 0 R"),
            (rb"/Outlines \d+ 0 R", b"/Outlines 1 0 R"),
        ],
    )
    def test_a_broken_outline_does_not_hide_the_text(self, old: bytes, new: bytes) -> None:
        """Nor does one that turns in a circle."""
        data = documents.drawn_pdf(
            page(bookmark("Un", 800), bookmark("Deux", 750), lines(60, 700, "Texte."))
        )
        broken = re.sub(old, new, data)
        assert words(broken, "a.pdf") == "Texte."

    def test_of_a_huge_outline_a_part_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each entry takes time on each page."""
        monkeypatch.setattr(outline, "MAX_SECTIONS", 3)
        data = documents.drawn_pdf(
            page(*(bookmark(f"Signet {n}", 800 - n) for n in range(9)), lines(60, 700, "Texte."))
        )
        assert locator_of(read(data, "a.pdf"), "Texte.").headings == ("Signet 2",)


SCANNED = (
    "La cotisation est annuelle et se fait en ligne",
    "avant la fin du mois de février, à l’été près.",
    "Le bureau se réunit à Blois.",
)


@functools.cache
def half_scanned() -> bytes:
    """A page of text, then a scanned one."""
    return documents.joined_pdf(
        documents.drawn_pdf(page(lines(60, 700, "Le rapport parle de souveraineté."))),
        documents.scanned_pdf(page(lines(60, 700, *SCANNED, size=14))),
    )


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which Tesseract is not installed."""
    monkeypatch.setenv("PATH", "")


class TestScans:
    """Pages that are pictures."""

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_scanned_pages_are_read_by_tesseract(self) -> None:
        """Contracts and minutes are often scanned."""
        data = documents.scanned_pdf(
            page(lines(60, 700, *SCANNED, size=14)), page(lines(60, 700, "Fin du texte.", size=14))
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "fait en ligne avant la fin du mois") == Locator(page=1)
        assert locator_of(found, "Fin du texte.") == Locator(page=2)
        assert not parse(data, "a.pdf").gaps

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_a_file_may_have_both_kinds_of_pages(self) -> None:
        """A signed page is scanned, the others are not."""
        found = read(half_scanned(), "a.pdf")
        assert locator_of(found, "souveraineté") == Locator(page=1)
        assert locator_of(found, "Blois") == Locator(page=2)

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_a_page_that_takes_too_long_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The rest of the file is read."""
        ocr._languages()  # asked once, and not what is slow here
        monkeypatch.setattr(ocr, "_SECONDS", 0.001)
        parsed = parse(half_scanned(), "a.pdf")
        assert "souveraineté" in parsed.text
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("page 2", "ocr")]

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_a_long_scan_is_read_as_far_as_time_goes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A hundred pages are more than a worker's time, and the first of them are worth having."""
        left = iter([90.0, 90.0, 90.0, 90.0, *[0.0] * 9])
        ocr._languages()
        monkeypatch.setattr(deadline, "left", lambda: next(left))
        pages = [page(lines(60, 700, f"Article {n}.", *SCANNED, size=14)) for n in range(1, 6)]
        parsed = parse(documents.scanned_pdf(*pages), "a.pdf")
        assert "Article 2." in parsed.text
        assert "Article 3." not in parsed.text
        (gap,) = parsed.gaps
        assert (gap.where, gap.code) == ("pages 3–5", "too-slow")
        assert gap.hint == "Split it into files of 2 pages"

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_a_page_takes_no_more_time_than_its_file_has_left(self) -> None:
        """The worker would be stopped, and with it go the pages that were read."""
        noise = random.Random(1)

        def dense(canvas: Canvas) -> None:
            for row in range(90):
                marks = "".join(noise.choices("abcdefgh .", k=110))
                documents.print_lines(canvas, 20, 820 - 9 * row, marks, size=8)

        ocr._languages()
        data = documents.scanned_pdf(dense, dense)
        started = time.perf_counter()
        with pytest.raises(DocumentError) as caught:
            parse(data, "a.pdf", seconds=1)
        assert caught.value.code == "too-slow"
        assert time.perf_counter() - started < 3

    @pytest.mark.usefixtures("without_tesseract")
    def test_without_tesseract_the_pages_without_text_are_named(self) -> None:
        """The text of the others is kept."""
        parsed = parse(half_scanned(), "a.pdf")
        assert parsed.text == "Le rapport parle de souveraineté."
        (gap,) = parsed.gaps
        assert (gap.where, gap.code) == ("page 2", "no-text-layer")
        assert "apt-get install tesseract-ocr tesseract-ocr-fra" in gap.hint

    @pytest.mark.usefixtures("without_tesseract")
    def test_without_tesseract_a_scan_is_refused_with_the_command_that_installs_it(self) -> None:
        """Silence would look like success."""
        error = refusal(documents.scanned_pdf(page(lines(60, 700, *SCANNED))), "a.pdf")
        assert error.code == "no-text-layer"
        assert "apt-get install tesseract-ocr tesseract-ocr-fra" in error.hint

    @pytest.mark.usefixtures("without_tesseract")
    def test_figures_stamped_on_a_scan_are_not_its_text(self) -> None:
        """Scanners number pages and write the day and the second on them."""
        data = documents.scanned_pdf(page(), stamp="0012 2025-03-01 10:20:33 000417")
        assert refusal(data, "a.pdf").code == "no-text-layer"

    @pytest.mark.skipif(not ocr.available(), reason="Tesseract is not installed")
    def test_a_scan_with_stamped_figures_is_read_by_tesseract(self) -> None:
        """What matters stands in the picture."""
        scan = page(lines(60, 700, *SCANNED, size=14))
        data = documents.scanned_pdf(scan, stamp="0012 2025-03-01 10:20:33 000417")
        assert "Le bureau se réunit à Blois." in words(data, "a.pdf")

    @pytest.mark.usefixtures("without_tesseract")
    def test_a_damaged_page_does_not_hide_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told by its number."""
        read_sheet = pdf._sheet

        def fail_on_second(page: object) -> object:
            if page.pageid == 2:  # type: ignore[attr-defined]
                raise KeyError("FontBBox")
            return read_sheet(page)  # type: ignore[arg-type]

        monkeypatch.setattr(pdf, "_sheet", fail_on_second)
        parsed = parse(documents.pdf_bytes(["Une.", "Deux.", "Trois."]), "a.pdf")
        assert parsed.text.split() == ["Une.", "Trois."]
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("page 2", "broken")]

    @pytest.mark.usefixtures("without_tesseract")
    def test_a_small_picture_alone_on_a_page_is_no_scan(self) -> None:
        """It is a logo on the last page."""
        data = documents.joined_pdf(
            documents.drawn_pdf(page(lines(60, 700, "Texte."))),
            documents.drawn_pdf(page(lambda canvas: canvas.line(60, 60, 90, 90))),
        )
        assert not parse(data, "a.pdf").gaps

    def test_very_many_pages_are_not_all_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The report says from which page on."""
        monkeypatch.setattr(pdf, "MAX_PAGES", 3)
        assert not parse(documents.pdf_bytes(["Texte."] * 3), "a.pdf").gaps
        (gap,) = parse(documents.pdf_bytes(["Texte."] * 5), "a.pdf").gaps
        assert (gap.where, gap.code) == ("pages from 4", "too-large")


class TestWord:
    """What only DOCX has."""

    def test_a_merged_cell_counts_for_each_of_its_columns(self) -> None:
        """The row must be true read alone."""
        found = words(documents.docx_with_merged_cells(), "a.docx")
        assert found == "• Prime – Petite\u00a0: 1 500 € ; Grande\u00a0: 1 500 €"

    def test_content_controls_are_read(self) -> None:
        """Forms and templates keep their text in them."""
        found = words(documents.docx_with_content_control(), "a.docx")
        assert "Texte du modèle." in found

    def test_tracked_insertions_are_read_and_deletions_are_not(self) -> None:
        """« La cotisation est de euros. » is what nobody wrote."""
        found = words(documents.docx_with_tracked_changes(), "a.docx")
        assert found == "La cotisation est de 250 euros."

    def test_hidden_words_are_left_out(self) -> None:
        """Word does not show them; staff may not know that they are there."""
        document = docx.Document()
        paragraph = document.add_paragraph("La cotisation est de 250 euros.")
        paragraph.add_run(" Remise secrète.").font.hidden = True
        paragraph.add_run(" Elle est annuelle.").font.hidden = False
        found = words(saved(document), "a.docx")
        assert found == "La cotisation est de 250 euros. Elle est annuelle."

    def test_hidden_slides_are_left_out(self) -> None:
        """They are not shown to an audience either; the numbers of the others stay."""
        deck = pptx.Presentation(io.BytesIO(documents.pptx_bytes()))
        deck.slides[1]._element.set("show", "0")
        parsed = parse(saved(deck), "a.pptx")
        assert "Neuf entreprises" not in parsed.text
        assert {block.locator.slide for block in parsed.blocks} == {1, 3}

    def test_tables_within_tables_are_read(self) -> None:
        """Text that is lost in silence is answered by « not in the documents »."""
        found = words(documents.docx_with_nested_table(), "a.docx")
        assert found == "• Blois – Horaires\u00a0: Lundi – Heure\u00a0: 9 h 30"

    def test_a_table_of_contents_and_unfilled_fields_are_left_out(self) -> None:
        """« Cliquez ici » and page numbers are no words of the author."""
        assert words(documents.docx_with_furniture(), "a.docx") == "Texte libre."

    def test_text_boxes_are_read_once_behind_their_paragraph(self) -> None:
        """Leaflets say what matters in them; Word writes each twice, for old programs too."""
        document = docx.Document()
        paragraph = document.add_paragraph("Avant.")
        document.add_paragraph("Après.")
        box = "<w:txbxContent><w:p><w:r><w:t>Encadré.</w:t></w:r></w:p></w:txbxContent>"
        space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        paragraph.add_run()._r.append(
            parse_xml(
                f"<mc:AlternateContent xmlns:mc='{space}' {nsdecls('w')}><mc:Choice>{box}"
                f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
            )
        )
        assert words(saved(document), "a.docx") == "Avant.\nEncadré.\nAprès."

    def test_headers_and_footers_are_read_once_behind_the_text(self) -> None:
        """Nothing that a document says is passed over; page numbers say nothing."""
        document = docx.Document()
        document.add_paragraph("Compte rendu")
        document.add_section()
        for section in document.sections:
            section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
            section.header.paragraphs[0].text = "Numeum, mars 2025"
            section.footer.paragraphs[0].text = "Page 1 sur 4"
            section.footer.add_paragraph("Compte rendu")
        assert words(saved(document), "a.docx") == "Compte rendu\nNumeum, mars 2025"

    def test_words_with_a_pronunciation_are_read(self) -> None:
        """The library does not see them."""
        document = docx.Document()
        ruby = "<w:ruby><w:rt><w:r><w:t>toukyou</w:t></w:r></w:rt>"
        ruby += "<w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby>"
        document.add_paragraph("À ")._p.append(parse_xml(f"<w:r {nsdecls('w')}>{ruby}</w:r>"))
        assert words(saved(document), "a.docx") == "À 東京"

    def test_footnotes_are_read_behind_their_section(self) -> None:
        """« Sous réserve du décret » changes what the sentence promises."""
        document = docx.Document()
        paragraph = document.add_paragraph("L’aide est de 8 k€.")
        document.add_paragraph("Après.")
        notes = ["Sous réserve.", "Hors taxes."]
        for number in range(2):
            mark = f"<w:footnoteReference {nsdecls('w')} w:id='{number}'/>"
            paragraph.add_run()._r.append(parse_xml(mark))
        body = "".join(
            f"<w:footnote w:id='{n}'><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>"
            for n, note in enumerate(notes)
        )
        part = Part(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            f"<w:footnotes {nsdecls('w')}>{body}</w:footnotes>".encode(),
        )
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        assert words(saved(document), "a.docx").split("\n") == [
            "L’aide est de 8 k€.",
            "Après.",
            *notes,
        ]


class TestSlides:
    """What only PPTX has."""

    def test_dates_footers_and_numbers_of_slides_are_left_out(self) -> None:
        """They stand on every slide and answer nothing."""
        deck = pptx.Presentation()
        layout = deck.slide_layouts[5]
        slide = deck.slides.add_slide(layout)
        slide.shapes.title.text = "Budget"
        slide.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "12 M€"
        for shape in layout.placeholders:
            if shape.placeholder_format.idx:  # 0 is the title
                copied = copy.deepcopy(shape._element)
                slide.shapes._spTree.append(copied)
        for shape in slide.placeholders:
            if shape.placeholder_format.idx:
                shape.text_frame.text = "Numeum, octobre 2025"
        assert len(slide.placeholders) == 4
        assert words(saved(deck), "a.pptx") == "12 M€"


class TestSheets:
    """What only XLSX has."""

    @pytest.mark.parametrize(
        ("value", "number_format", "expected"),
        [
            (2025, "General", "2025"),
            (41000, "General", "41000"),
            (278703, "#,##0", "278\u202f703"),
            (1234567.891, "#,##0.00", "1\u202f234\u202f567,89"),
            (0.5, "General", "0,5"),
            (0.1 + 0.2, "General", "0,3"),
            (2.50, "0.0##", "2,5"),
            (0.075, "0.0%", "7,5\u202f%"),
            (0.2, "0%", "20\u202f%"),
            (-0.021, "+0.0%;-0.0%", "-2,1\u202f%"),
            (0.082, "+0.0%;-0.0%", "+8,2\u202f%"),
            (80000, '#,##0\\ "€"', "80\u202f000\u202f€"),
            (80000, "#,##0 €", "80\u202f000\u202f€"),
            (12.5, "#,##0.00\\ [$€-40C]", "12,50\u202f€"),
            (69.4, '0.0" Md€"', "69,4\u202fMd€"),
            (-5, "#,##0;(#,##0)", "-5"),
            (1.5e-9, "0.00E+00", "1.5e-09"),
            (1200, "0,", "1200"),
            (0.5, "# ?/?", "0,5"),
            (3, "@", "3"),
        ],
    )
    def test_numbers_are_written_as_a_french_reader_sees_them(
        self, value: float, number_format: str, expected: str
    ) -> None:
        """Where the format leaves a doubt, the value stands as it is stored."""
        assert french_number(value, number_format) == expected

    def test_empty_rows_and_columns_are_left_out(self) -> None:
        """Authors begin their tables anywhere."""
        data = documents.xlsx_of(
            [], [None, None, "Ville", None, "Nombre"], [], [None, None, "Blois", None, 12]
        )
        assert words(data, "a.xlsx") == "• Blois – Nombre\u00a0: 12"

    def test_dates_are_written_in_iso_and_an_hour_only_if_there_is_one(self) -> None:
        """Excel stores both as one number."""
        days = [dt.datetime(2025, 3, 1), dt.datetime(2025, 3, 1, 9, 30), dt.timedelta(hours=36)]
        data = documents.xlsx_of(["Début", "Fin", "Durée"], days)
        assert (
            words(data, "a.xlsx")
            == "• 2025-03-01 – Fin\u00a0: 2025-03-01 09:30 ; Durée\u00a0: 36 h"
        )

    def test_yes_and_no_and_failed_formulas(self) -> None:
        """« #N/A » says nothing."""
        data = documents.xlsx_of(["Aide", "Ouverte", "Montant"], ["CII", True, "#N/A"])
        assert words(data, "a.xlsx") == "• CII – Ouverte\u00a0: oui"

    def test_a_cell_that_stands_for_several_rows_is_read_in_each(self) -> None:
        """The second row told no region, and « Marseille » was its name."""
        book = openpyxl.load_workbook(
            io.BytesIO(
                documents.xlsx_of(
                    ["Région", "Ville", "Date"],
                    ["Sud", "Nice", "mars"],
                    [None, "Marseille", "avril"],
                    [None, None, None],
                    ["Nord", "Lille", "mai"],
                )
            )
        )
        book.active.merge_cells("A2:A4")
        assert words(saved(book), "a.xlsx").split("\n") == [
            "• Sud – Ville\u00a0: Nice ; Date\u00a0: mars",
            "• Sud – Ville\u00a0: Marseille ; Date\u00a0: avril",
            "• Nord – Ville\u00a0: Lille ; Date\u00a0: mai",
        ]

    def test_formulas_that_were_never_computed_are_told(self) -> None:
        """Programs that write workbooks leave it to the reader's to compute."""
        parsed = parse(documents.xlsx_of(["Ville", "Total"], ["Blois", "=1+1"]), "a.xlsx")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("sheet Feuille", "not-computed")]
        assert not parse(documents.xlsx_bytes(), "a.xlsx").gaps

    def test_hidden_sheets_are_left_out(self) -> None:
        """They hold lists for menus and drafts."""
        book = openpyxl.load_workbook(io.BytesIO(documents.xlsx_bytes()))
        book["Réunions"].sheet_state = "hidden"
        assert "Bureau" not in words(saved(book), "a.xlsx")

    def test_without_title_the_name_of_the_file_is_the_title(self) -> None:
        """Nobody sets the title of a workbook."""
        data = documents.xlsx_of(["Ville"], ["Blois"])
        assert parse(data, "Budget 2025.xlsx").metadata.title == "Budget 2025"

    def test_an_empty_workbook_holds_no_text(self) -> None:
        """The name of its sheet is no content."""
        assert refusal(documents.xlsx_of(), "a.xlsx").code == "no-text"

    def test_a_workbook_of_very_many_cells_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A database would bury all other documents."""
        monkeypatch.setattr(sheets, "MAX_CELLS", 50)
        assert words(documents.xlsx_of(*[["a"]] * 50), "a.xlsx")
        error = refusal(documents.xlsx_of(*[["a"]] * 51), "a.xlsx")
        assert error.code == "too-large"

    def test_a_cell_at_the_end_of_the_sheet_takes_no_minutes(self) -> None:
        """Somebody leans on a key, and a sheet has 17 thousand million cells."""
        book = openpyxl.load_workbook(io.BytesIO(documents.xlsx_bytes()))
        book["Réunions"]["XFD1048576"] = "loin"
        started = time.perf_counter()
        assert "loin" in words(saved(book), "a.xlsx")
        assert time.perf_counter() - started < 10


class TestCalendars:
    """What only ICS has."""

    START = dt.datetime(2025, 10, 14, 9, 0)

    def test_an_hour_in_utc_is_not_told_as_local_time(self) -> None:
        """09:00Z is 11 h 00 in Blois: members would come two hours early."""
        data = documents.ics_of(summary="Salon", dtstart=self.START.replace(tzinfo=dt.UTC))
        found = words(data, "a.ics")
        assert found == "Salon, le 14 octobre 2025 à 11 h 00."

    @pytest.mark.parametrize(
        ("zone", "hour", "expected"),
        [
            ("America/Montreal", 9, "14 octobre 2025 à 15 h 00 (heure française ; 09 h 00 dans"),
            ("Europe/London", 9, "14 octobre 2025 à 10 h 00 (heure française ; 09 h 00 dans"),
            ("Asia/Tokyo", 2, "13 octobre 2025 à 19 h 00 (heure française ; 02 h 00 le lendemain"),
            ("America/Montreal", 20, "15 octobre 2025 à 02 h 00 (heure française ; 20 h 00 la"),
        ],
    )
    def test_an_hour_of_another_zone_is_told_in_french_time(
        self, zone: str, hour: int, expected: str
    ) -> None:
        """A webinar from Montreal is attended in Blois, and who flies there goes by its clocks."""
        start = self.START.replace(hour=hour, tzinfo=ZoneInfo(zone))
        found = words(documents.ics_of(summary="Salon", dtstart=start), "a.ics")
        assert found.startswith(f"Salon, le {expected}")
        assert found.endswith(f" dans le fuseau {zone}).")

    def test_both_hours_stand_in_one_sentence_of_one_day(self) -> None:
        """What reads dates finds the French day, once."""
        start = self.START.replace(hour=20, tzinfo=ZoneInfo("America/Montreal"))
        end = start + dt.timedelta(hours=2)
        found = words(documents.ics_of(summary="Salon", dtstart=start, dtend=end), "a.ics")
        assert found == (
            "Salon, le 15 octobre 2025 à 02 h 00, jusqu’à 04 h 00"
            " (heure française ; 20 h 00 la veille dans le fuseau America/Montreal)."
        )
        assert len(split_sentences(found)) == 1
        assert periods(found) == [Period(dt.date(2025, 10, 15), dt.date(2025, 10, 15))]

    @pytest.mark.parametrize("zone", ["Europe/Paris", "Europe/Brussels", "Etc/UTC"])
    def test_where_clocks_show_the_french_hour_nothing_is_added(self, zone: str) -> None:
        """Nor for an hour in UTC, in which many programs write French events."""
        data = documents.ics_of(summary="Salon", dtstart=self.START.replace(tzinfo=ZoneInfo(zone)))
        assert words(data, "a.ics").endswith("1 h 00." if zone == "Etc/UTC" else "09 h 00.")

    def test_a_zone_that_the_calendar_defines_is_told_by_its_distance(self) -> None:
        """Its name may be anything."""
        zone = "BEGIN:VTIMEZONE\r\nTZID:Ici\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        zone += "TZOFFSETFROM:-0500\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        data = documents.ics_of(summary="Salon", dtstart=self.START).decode()
        data = data.replace("DTSTART:", "DTSTART;TZID=Ici:")
        assert words(data.replace("BEGIN:VEVENT", f"{zone}BEGIN:VEVENT"), "a.ics") == (
            "Salon, le 14 octobre 2025 à 16 h 00 (heure française ; 09 h 00 dans le fuseau UTC-05:00)."
        )

    def test_the_first_of_two_summaries_counts(self) -> None:
        """The format allows one only; some programs write two."""
        data = documents.ics_of(summary="Salon", dtstart=dt.date(2025, 5, 1))
        doubled = data.replace(b"SUMMARY:Salon\r\n", b"SUMMARY:Salon\r\nSUMMARY:Foire\r\n")
        assert words(doubled, "a.ics") == "Salon, le 1er mai 2025."

    def test_a_line_folded_within_a_character_is_read(self) -> None:
        """The format counts octets, and some programs cut there."""
        data = documents.ics_of(summary="Soirée", dtstart=dt.date(2025, 5, 1))
        folded = data.replace("é".encode(), b"\xc3\r\n \xa9")
        assert words(folded, "a.ics") == "Soirée, le 1er mai 2025."

    def test_days_may_be_told_by_a_duration(self) -> None:
        """Three days from the first end on the third."""
        data = documents.ics_of(
            summary="Salon", dtstart=dt.date(2025, 5, 1), duration=dt.timedelta(days=3)
        )
        assert words(data, "a.ics") == "Salon, du 1er mai 2025 au 3 mai 2025."

    def test_a_duration_gives_the_end(self) -> None:
        """RFC 5545 allows it in place of DTEND."""
        data = documents.ics_of(summary="Salon", dtstart=self.START, duration=dt.timedelta(hours=2))
        assert "jusqu’à 11 h 00" in words(data, "a.ics")

    def test_an_event_over_two_days_names_both(self) -> None:
        """« jusqu’à 17 h » would be the wrong day."""
        end = dt.datetime(2025, 10, 15, 17, 30)
        data = documents.ics_of(summary="Salon", dtstart=self.START, dtend=end)
        assert words(data, "a.ics") == (
            "Salon, le 14 octobre 2025 à 09 h 00, jusqu’au 15 octobre 2025 à 17 h 30."
        )

    def test_an_event_without_summary_is_an_event(self) -> None:
        """The date and place may still answer."""
        data = documents.ics_of(dtstart=dt.date(2025, 5, 1), location="Blois")
        assert words(data, "a.ics").startswith("Événement, le 1er mai 2025.")

    def test_the_stop_of_a_summary_is_not_doubled(self) -> None:
        """« Salon., le 1er mai » is no sentence."""
        data = documents.ics_of(summary="Salon.", dtstart=dt.date(2025, 5, 1))
        assert words(data, "a.ics") == "Salon, le 1er mai 2025."
        assert words(documents.ics_of(summary="Salon."), "a.ics") == "Salon."

    def test_a_cancelled_event_is_told_as_cancelled(self) -> None:
        """Members would come to closed doors."""
        data = documents.ics_of(summary="Salon", dtstart=dt.date(2025, 5, 1), status="CANCELLED")
        assert words(data, "a.ics") == "Annulé\u00a0: Salon, le 1er mai 2025."

    def test_a_date_that_is_none_is_refused(self) -> None:
        """A wrong date is worse than none."""
        data = documents.ics_of(summary="Salon", dtstart=dt.date(2025, 5, 1))
        assert refusal(data.replace(b"20250501", b"20259901"), "a.ics").code == "broken"

    def test_a_calendar_without_events_holds_no_text(self) -> None:
        """It must not pass for a success."""
        error = refusal("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "a.ics")
        assert error.code == "no-text"
        assert "no event" in error.reason


class TestTables:
    """Rows that can be read alone."""

    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ([["", "2024"], ["Taux", "30 %"]], "• Taux – 2024\u00a0: 30 %"),
            ([["Nom", "Rôle"], ["Numeum", ""]], "• Numeum"),
            ([["Nom", "Rôle"], ["", "Syndicat"]], "• Rôle\u00a0: Syndicat"),
            ([["Nom"], ["Numeum", "en plus"]], "Nom\n• Numeum – en plus"),
            ([["Seule", "ligne"]], "• Seule – ligne"),
            ([["", ""], ["Un", "Deux"]], "• Un – Deux"),
            (
                [["Nom", "Rôle"], ["", " "], ["Numeum", "Syndicat"]],
                "• Numeum – Rôle\u00a0: Syndicat",
            ),
        ],
    )
    def test_each_row_carries_its_headers(self, rows: list[list[str]], expected: str) -> None:
        """« 30 % » says nothing without « Taux » and « 2024 »."""
        builder = TextBuilder()
        builder.table(rows)
        assert builder.build(Metadata()).text == expected

    def test_an_empty_table_writes_nothing(self) -> None:
        """Layout tables are often empty."""
        builder = TextBuilder()
        builder.table([["", " "], []])
        assert builder.build(Metadata()) == Parsed("", (), Metadata())


class TestRefusals:
    """Every bad file is told by name, never skipped, never a foreign exception."""

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("data", [b"", b" \r\n\t\n"], ids=["nothing", "spaces"])
    def test_an_empty_file_is_called_empty(self, suffix: str, data: bytes) -> None:
        """A failed download leaves one."""
        assert refusal(data, "a" + suffix).code == "empty"

    @pytest.mark.parametrize("name", ["a", "a.xyz", "a.wpd", ".md", "md", "a.md.bak", "a."])
    def test_an_unknown_suffix_is_called_unsupported(self, name: str) -> None:
        """The hint lists what can be read."""
        error = refusal("Texte.", name)
        assert error.code == "unsupported"
        assert all(suffix in error.hint for suffix in SUFFIXES)

    @pytest.mark.parametrize(
        ("data", "name", "seen"),
        [
            (documents.pdf_bytes(["a"]), "a.md", "PDF"),
            (documents.pdf_bytes(["a"]), "a.docx", "PDF"),
            (documents.PNG, "a.pdf", "PNG"),
            (documents.PNG, "a.html", "PNG"),
            (documents.GZIP, "a.txt", "gzip"),
            (b"{\\rtf1 a}", "a.txt", "RTF"),
            (documents.docx_bytes(), "a.pptx", "archive"),
            (documents.pptx_bytes(), "a.docx", "archive"),
            (documents.docx_bytes(), "a.xlsx", "archive"),
            (documents.docx_bytes(), "a.ics", "Office"),
            (b"Texte.", "a.pdf", "something else"),
            (b"Texte.", "a.docx", "something else"),
        ],
        ids=lambda value: None if isinstance(value, bytes) else value,
    )
    def test_a_lying_suffix_is_called_a_mismatch(self, data: bytes, name: str, seen: str) -> None:
        """The message says what the file looks like."""
        error = refusal(data, name)
        assert error.code == "mismatch"
        assert seen in error.reason

    @pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
    def test_an_office_file_with_a_password_is_called_encrypted(self, suffix: str) -> None:
        """Office wraps it in its old container."""
        error = refusal(documents.OLE, "a" + suffix)
        assert error.code == "encrypted"
        assert suffix in error.hint

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    @pytest.mark.parametrize(
        ("build", "suffix"),
        [
            (documents.docx_bytes, ".docx"),
            (documents.pptx_bytes, ".pptx"),
            (documents.xlsx_bytes, ".xlsx"),
        ],
    )
    def test_a_truncated_office_file_is_called_broken(
        self, build: Callable[[], bytes], suffix: str, share: float
    ) -> None:
        """An interrupted copy leaves one."""
        data = build()
        assert refusal(data[: int(len(data) * share)], "a" + suffix).code == "broken"

    @pytest.mark.parametrize("share", [0.1, 0.5])
    def test_a_truncated_pdf_is_called_broken(self, share: float) -> None:
        """An interrupted download leaves one."""
        data = documents.pdf_bytes(["Texte."])
        assert refusal(data[: int(len(data) * share)], "a.pdf").code in {"broken", "no-text-layer"}

    def test_an_archive_without_a_document_is_called_a_mismatch(self) -> None:
        """Any ZIP can be renamed."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("lisez-moi.txt", "Texte.")
        assert refusal(buffer.getvalue(), "a.docx").code == "mismatch"

    def test_a_word_archive_of_garbage_is_called_broken(self) -> None:
        """The right folder is not the right content."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("word/document.xml", "<w:document>")
        assert refusal(buffer.getvalue(), "a.docx").code == "broken"

    def test_an_archive_of_an_unknown_version_is_called_broken(self) -> None:
        """Python's zipfile answers one damaged byte of the directory with NotImplementedError."""
        data = bytearray(documents.docx_bytes())
        data[data.index(b"PK\x01\x02") + 6] = 218
        assert refusal(bytes(data), "a.docx").code == "broken"

    @pytest.mark.parametrize(
        ("prefix", "suffix"), [("word/", ".docx"), ("ppt/", ".pptx"), ("xl/", ".xlsx")]
    )
    def test_a_decompression_bomb_is_refused_before_it_unpacks(
        self, prefix: str, suffix: str
    ) -> None:
        """It is the sum that fills the memory: each member alone is within bounds."""
        data = documents.zip_bomb(prefix, declared=300_000_000, members=2)
        assert refusal(data, "a" + suffix).code == "too-large"

    def test_a_huge_file_is_refused(self) -> None:
        """Nobody waits an hour for one file."""
        assert refusal(b"a" * 100_000_001, "a.txt").code == "too-large"

    def test_deep_nesting_is_read_or_refused(self) -> None:
        """Recursion has an end, in Python and in C."""
        for data, name in [
            (">" * 5000 + " Texte.", "a.md"),
            ("[" * 5000 + "Texte.", "a.md"),
            (PAGE.format("<div>" * 5000 + "Texte."), "a.html"),
            ("---\ntitle: " + "[" * 5000 + "\n---\nTexte.", "a.md"),
        ]:
            try:
                read(data, name)
            except DocumentError:
                continue

    def test_the_reason_is_one_line_and_the_message_ends_in_a_stop(self) -> None:
        """Reports print one line per file."""
        for data, name in [(b"", "a.md"), (documents.OLE, "a.docx"), (b"%PDF-1.4\n", "a.pdf")]:
            error = refusal(data, name)
            assert "\n" not in error.reason
            assert not error.reason.endswith(".")
            assert str(error).startswith(error.reason + ".")


PREFIXES = {
    ".pdf": b"%PDF-1.4\n",
    ".docx": b"PK\x03\x04",
    ".pptx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".md": b"---\n",
    ".html": b"<html><body><p>",
    ".zip": b"PK\x03\x04",
    ".odt": b"PK\x03\x04",
    ".rtf": b"{\\rtf1\\ansi ",
    ".eml": b"Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    ".ics": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
}
BUILT = {vector.name: functools.cache(vector.data) for vector in VECTORS}


def attempt(data: bytes, name: str) -> None:
    """Parse, and accept a sound document or a ``DocumentError``, nothing else."""
    try:
        parsed = parse(data, name)
    except DocumentError:
        return
    check(parsed)


class TestGarbage:
    """Whatever the bytes, one bad file never stops an ingest."""

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @given(data=st.data())
    def test_any_bytes_give_a_sound_document_or_a_document_error(
        self, suffix: str, data: st.DataObject
    ) -> None:
        """Foreign exceptions would stop the run."""
        prefix = PREFIXES.get(suffix, b"") if data.draw(st.booleans()) else b""
        attempt(prefix + data.draw(st.binary(max_size=300)), "a" + suffix)

    @pytest.mark.parametrize(
        "suffix", [".md", ".txt", ".html", ".ics", ".csv", ".org", ".rst", ".rtf", ".eml"]
    )
    @given(text=st.text(max_size=300))
    def test_any_text_gives_a_sound_document_or_a_document_error(
        self, suffix: str, text: str
    ) -> None:
        """Characters of every script and plane, not only bytes."""
        attempt((PREFIXES.get(suffix, b"").decode() + text).encode(), "a" + suffix)

    @pytest.mark.parametrize("name", sorted(BUILT))
    @settings(max_examples=40)
    @given(data=st.data())
    def test_a_damaged_file_gives_a_sound_document_or_a_document_error(
        self, name: str, data: st.DataObject
    ) -> None:
        """Damage within a valid file reaches deeper into the libraries."""
        whole = bytearray(BUILT[name]())
        start = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.integers(start, min(start + 20, len(whole))))
        whole[start:end] = data.draw(st.binary(max_size=20))
        attempt(bytes(whole), name)


@pytest.mark.parametrize(
    ("given", "date"),
    [
        ("2025-12-18", "2025-12-18"),
        ("2025-12", "2025-12"),
        ("2025", "2025"),
        ("2025-12-18T09:00:00", "2025-12-18"),
        ("18 décembre 2025", "2025-12-18"),
        ("1er mars 2025", "2025-03-01"),
        ("2025-13-45", ""),
        ("2025-00", ""),
        ("31 février 2025", ""),
        ("bientôt", ""),
    ],
)
def test_a_date_in_front_matter_is_read_or_unknown(given: str, date: str) -> None:
    """A date that no calendar has would break every place that shows it."""
    text = f'---\ntitle: "Titre"\ndate: "{given}"\n---\n\nUne phrase.\n'
    assert parse(text.encode(), "a.md").metadata.date == date


def test_a_row_of_a_questionnaire_is_no_header() -> None:
    """A question names no column, and must not stand before every other answer."""
    rows = [["Combien de temps ?", "Moins de 30 %"], ["Comment cela s’est-il passé ?", "Bien"]]
    assert table_rows(rows) == [
        "Combien de temps ? – Moins de 30 %",
        "Comment cela s’est-il passé ? – Bien",
    ]
