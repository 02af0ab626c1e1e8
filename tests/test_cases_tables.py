"""Tables mean what their cells mean, in every format that has them."""

from __future__ import annotations

import datetime as dt
import io

import docx
import openpyxl
import pptx
import pytest
from documents import fill_table, odf_bytes, xlsx_of
from docx.oxml import OxmlElement
from pptx.util import Inches
from test_parsing import PAGE, saved, words

from tourbot.parsing import parse
from tourbot.parsing.builder import TextBuilder
from tourbot.parsing.sheets import french_number
from tourbot.parsing.tables import Cell
from tourbot.types import Metadata

NB = "\u00a0"


def written(*rows: str | list[Cell | str]) -> list[str]:
    """Return the lines of a table; cells of a row are parted by « | »."""
    builder = TextBuilder()
    builder.table([row.split("|") if isinstance(row, str) else row for row in rows])
    return builder.build(Metadata()).text.replace(NB, " ").split("\n")


def docx_table(*rows: str, merged: tuple[tuple[int, int], tuple[int, int]] | None = None) -> str:
    """Return the words of a Word table."""
    document = docx.Document()
    cells = [row.split("|") for row in rows]
    table = document.add_table(len(cells), len(cells[0]))
    fill_table(table, cells)
    if merged:
        table.cell(*merged[0]).merge(table.cell(*merged[1]))
    return words(saved(document), "a.docx")


class TestHeaders:
    """Whether the first row names the columns is told by what stands in the cells."""

    def test_a_fact_sheet_keeps_its_first_line(self) -> None:
        """« Date » was gone, and a day the name of a column."""
        rows = "Date|Jeudi 10 juin 2027", "Lieu|Halle des Orgues, Tulle", "Prix|25 euros"
        assert written(*rows) == [f"• {row.replace('|', ' – ')}" for row in rows]
        assert docx_table(*rows).split("\n") == written(*rows)

    def test_a_fact_sheet_of_words_alone_is_one_by_its_facts(self) -> None:
        """No figure tells, but what its lines are called does."""
        rows = "Porteur|Coopérative Orpin", "Durée|dix-huit mois", "Ville|Mende"
        assert written(*rows) == [f"• {row.replace('|', ' – ')}" for row in rows]

    def test_a_timetable_keeps_its_first_line(self) -> None:
        """What stands above its like is no name."""
        assert written("9 h|Accueil|Hall", "10 h 30|Atelier|Salle 4", "14 h|Visite|Cour") == [
            "• 9 h – Accueil ; Hall",
            "• 10 h 30 – Atelier ; Salle 4",
            "• 14 h – Visite ; Cour",
        ]

    def test_names_of_columns_stay_names(self) -> None:
        """Words above values, also where they begin with figures."""
        assert written("Formule|1 jour|2 jours", "Adhérents|70 €|140 €", "Autres|90 €|180 €") == [
            "• Adhérents – 1 jour : 70 € ; 2 jours : 140 €",
            "• Autres – 1 jour : 90 € ; 2 jours : 180 €",
        ]
        assert written("Aide|Organisme", "Orpin|Conseil", "Sédum|Mairie") == [
            "• Orpin – Organisme : Conseil",
            "• Sédum – Organisme : Mairie",
        ]

    def test_what_the_file_marks_goes_before_what_the_cells_tell(self) -> None:
        """Bold days are names even above days."""
        bold = [Cell(text, heads=True) for text in ("Stand", "3 mai", "4 mai")]
        assert written(bold, "A|5 mai|6 mai") == ["• A – 3 mai : 5 mai ; 4 mai : 6 mai"]
        fact = [Cell("Aide", heads=True), "Orpin"], [Cell("Taux", heads=True), "20 %"]
        assert written(*fact) == ["• Aide – Orpin", "• Taux – 20 %"]

    def test_two_rows_of_names_are_joined(self) -> None:
        """« Après » alone says nothing of whom the price is for."""
        groups = [Cell("Formule", down=2), Cell("Membres", across=2), Cell("Autres", across=2)]
        body = "Avant mai|Après|Avant mai|Après", "Semaine|70 €|90 €|140 €|165 €"
        expected = [
            "• Semaine – Membres, Avant mai : 70 € ; Membres, Après : 90 € ; "
            "Autres, Avant mai : 140 € ; Autres, Après : 165 €"
        ]
        assert written(groups, *body) == expected
        blanks = "|Membres||Autres|", f"Formule|{body[0]}", body[1]
        assert written(*blanks) == expected

    def test_titles_above_the_names_are_lines(self) -> None:
        """They name no column."""
        data = xlsx_of(
            ["Sessions Orpin"], ["À jour en mai"], ["Session", "Ville"], ["A", "Foix"], ["B", "Die"]
        )
        assert words(data, "a.xlsx").replace(NB, " ").split("\n") == [
            "Sessions Orpin",
            "À jour en mai",
            "• A – Ville : Foix",
            "• B – Ville : Die",
        ]


class TestRows:
    """A row is read alone."""

    def test_rows_belong_to_the_section_that_stands_above_them(self) -> None:
        """« En France » stands in both."""
        rows = [
            "Situation|Montant|Durée",
            "Étudiants||",
            "En France|410 €|6 mois",
            "Salariés||",
            "En France|640 €|4 mois",
            "Ailleurs|910 €|3 mois",
        ]
        expected = [
            "• Étudiants – En France – Montant : 410 € ; Durée : 6 mois",
            "• Salariés – En France – Montant : 640 € ; Durée : 4 mois",
            "• Salariés – Ailleurs – Montant : 910 € ; Durée : 3 mois",
        ]
        assert written(*rows) == expected
        assert docx_table(*rows, merged=((1, 0), (1, 2))).replace(NB, " ").split("\n") == expected
        across = [[Cell("Étudiants", across=3)] if r.startswith("Étu") else r for r in rows]
        across = [[Cell("Salariés", across=3)] if r == "Salariés||" else r for r in across]
        assert written(*across) == expected

    def test_a_row_without_values_is_no_section(self) -> None:
        """An aid of which nothing is known has nothing below it."""
        assert written("Aide|Taux|Fin", "Orpin|20 %|mai", "Sédum||", "Thym|30 %|juin") == [
            "• Orpin – Taux : 20 % ; Fin : mai",
            "• Sédum",
            "• Thym – Taux : 30 % ; Fin : juin",
        ]

    def test_a_pause_is_no_section(self) -> None:
        """What comes after lunch does not belong to it."""
        pause = [Cell("Pause déjeuner", across=3)]
        found = written("9 h|Accueil|Hall", "10 h|Atelier|Salle 4", pause, "14 h|Visite|Cour")
        assert found[2:] == ["• Pause déjeuner", "• 14 h – Visite ; Cour"]

    def test_blank_first_cells_mean_as_above(self) -> None:
        """A day is written once for all that happens on it, but a total is of no day."""
        rows = "Jour|Heure|Lieu", "Lundi|9 h|Foix", "|11 h|Die", "Mardi|9 h|Gap", "|10 h|Apt"
        assert written(*rows) == [
            "• Lundi – Heure : 9 h ; Lieu : Foix",
            "• Lundi – Heure : 11 h ; Lieu : Die",
            "• Mardi – Heure : 9 h ; Lieu : Gap",
            "• Mardi – Heure : 10 h ; Lieu : Apt",
        ]
        assert written("Jour|Heure|Lieu", "Lundi|9 h|Foix", "Mardi|9 h|Gap", "|Total|2")[2] == (
            "• Heure : Total ; Lieu : 2"
        )

    def test_two_tables_of_one_sheet_have_their_own_names(self) -> None:
        """Below each other, and side by side; their titles tell them apart."""
        below = ["Membres|", "Formule|Prix", "Jour|40 €", "An|90 €", "|"]
        found = written(*below, "Autres|", "Formule|Prix", "Jour|80 €", "An|160 €")
        assert "• Membres – Jour – Prix : 40 €" in found
        assert "• Autres – Jour – Prix : 80 €" in found
        beside = written(
            "Membres|||Autres|",
            "Formule|Prix||Formule|Prix",
            "Jour|40 €||Jour|80 €",
            "An|90 €||An|160 €",
        )
        assert sorted(beside) == sorted(found)

    def test_merged_cells_that_cover_the_whole_sheet_make_no_large_text(self) -> None:
        """A cell says that it covers a thousand places, ten thousand times."""
        rows = [[Cell("x" * 1000, down=1000, across=1000)]] * 10_000
        assert sum(map(len, written(*rows))) < 20_000_000


class TestFormats:
    """What each format tells of its cells."""

    def test_html_names_of_rows_and_merged_cells(self) -> None:
        """Plug-ins write fact sheets with th; programmes merge days."""
        fact = "".join(
            f"<tr><th scope=row>{name}</th><td>{value}</td></tr>"
            for name, value in (("Thème", "Les haies"), ("Ville", "Tulle"))
        )
        day = (
            "<tr><th>Jour</th><th>Heure</th><th>Sujet</th></tr><tr><td rowspan=2>Mardi</td>"
            "<td>9 h</td><td>Sol</td></tr><tr><td>11 h</td><td>Eau</td></tr>"
        )
        found = words(
            PAGE.format(f"<table>{fact}</table><p>Et :</p><table>{day}</table>"), "a.html"
        )
        assert "• Thème – Les haies\n• Ville – Tulle\n" in found
        assert f"• Mardi – Heure{NB}: 11 h ; Sujet{NB}: Eau" in found
        assert "\u2423" not in found

    def test_html_tables_within_markdown_are_tables(self) -> None:
        """Blank lines in them are no end."""
        table = "<table>\n<tr><th>Taille</th><th>Prix</th></tr>\n\n<tr><td>PME</td><td>90 €</td></tr>\n</table>"
        assert (
            words(f"Avant.\n\n{table}\n\nAprès.", "a.md")
            == f"Avant.\n• PME – Prix{NB}: 90 €\nAprès."
        )

    def test_markdown_must_write_a_header_and_facts_have_none(self) -> None:
        """Authors put the first fact there."""
        data = "| Date | 8 mai 2027 |\n|---|---|\n| Lieu | Tulle |\n"
        assert words(data, "a.md") == "• Date – 8 mai 2027\n• Lieu – Tulle"

    def test_a_word_table_may_begin_a_column_later(self) -> None:
        """A row that leaves out its first place was moved to the left."""
        document = docx.Document()
        table = document.add_table(3, 3)
        fill_table(
            table, [["Stand", "Membres", "Autres"], ["A", "10 €", "20 €"], ["", "11 €", "22 €"]]
        )
        row = table.rows[2]._tr
        row.remove(row.tc_lst[0])
        before = OxmlElement("w:gridBefore")
        before.set(docx.oxml.ns.qn("w:val"), "1")
        row.get_or_add_trPr().append(before)
        assert f"• Membres{NB}: 11 € ; Autres{NB}: 22 €" in words(saved(document), "a.docx")

    def test_word_bold_rows_are_names(self) -> None:
        """« 2 mai » names a column where the row is bold."""
        document = docx.Document()
        table = document.add_table(3, 3)
        fill_table(table, [["Salle", "Thème", "Guide"], ["A", "Sol", "Zoé"], ["B", "Eau", "Léo"]])
        for cell in [row.cells[0] for row in table.rows]:
            cell.paragraphs[0].runs[0].bold = True
        assert "• Salle – Thème ; Guide" in words(saved(document), "a.docx")

    def test_a_cell_of_a_slide_counts_for_all_its_rows(self) -> None:
        """The second row lost what it is about."""
        deck = pptx.Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(1)).table
        fill_table(table, [["Axe", "Action", "Prix"], ["Sol", "Foire", "9 €"], ["", "Tour", "8 €"]])
        table.cell(1, 0).merge(table.cell(2, 0))
        assert f"• Sol – Action{NB}: Tour ; Prix{NB}: 8 €" in words(saved(deck), "a.pptx")

    def test_opendocument_header_rows_and_hidden_ones(self) -> None:
        """A filtered row is not shown."""

        def row(*texts: str, how: str = "") -> str:
            cells = [f"<table:table-cell><text:p>{t}</text:p></table:table-cell>" for t in texts]
            return f"<table:table-row {how}>{''.join(cells)}</table:table-row>"

        head = f"<table:table-header-rows>{row('Stand', '3 mai')}</table:table-header-rows>"
        body = f"<table:table>{head}{row('A', '4 mai')}{row('B', '5 mai')}</table:table>"
        assert words(odf_bytes("text", body), "a.odt") == (
            f"• A – 3 mai{NB}: 4 mai\n• B – 3 mai{NB}: 5 mai"
        )
        column = "<table:table-column/><table:table-column table:visibility='collapse'/>"
        rows = row("Aide", "Note", "Fin") + row("Orpin", "secret", "mai")
        rows += row("Sédum", "tu", "juin", how="table:visibility='filter'")
        data = odf_bytes("spreadsheet", f"<table:table table:name='F'>{column}{rows}</table:table>")
        parsed = parse(data, "a.ods")
        assert parsed.text.endswith(f"• Orpin – Fin{NB}: mai")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("sheet F", "hidden")]
        assert "5 cells" in parsed.gaps[0].reason

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "Départ       Arrivée   Durée\nGare Sud     Halle     12 min\nMairie       Halle     25 min",
                "• Gare Sud – Arrivée : Halle ; Durée : 12 min\n"
                "• Mairie – Arrivée : Halle ; Durée : 25 min",
            ),
            ("Stand\tPrix\nA\t9 €\nB\t8 €", "• A – Prix : 9 €\n• B – Prix : 8 €"),
            (
                "Prix de 2027\n| Stand | Prix |\n|-------|------|\n| A     | 9 €  |",
                "Prix de 2027\n• A – Prix : 9 €",
            ),
            ("Une phrase.  Et une autre.\nUne ligne.", "Une phrase. Et une autre.\nUne ligne."),
            ("-  un  point\n-  deux  points", "• un point\n• deux points"),
        ],
    )
    def test_tables_of_plain_text(self, text: str, expected: str) -> None:
        """Columns set by spaces, tabs or strokes; two spaces in a sentence are none."""
        assert words(text, "a.txt").replace(NB, " ") == expected


class TestSheets:
    """Cells as their reader sees them."""

    def test_hidden_rows_and_columns_are_left_out_and_told(self) -> None:
        """Their author does not show them."""
        book = openpyxl.load_workbook(
            io.BytesIO(
                xlsx_of(["Aide", "Note", "Fin"], ["Orpin", "secret", "mai"], ["Sédum", "", "juin"])
            )
        )
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True
        parsed = parse(saved(book), "a.xlsx")
        assert parsed.text.endswith(f"\n\n• Orpin – Fin{NB}: mai")
        assert [gap.code for gap in parsed.gaps] == ["hidden"]

    @pytest.mark.parametrize(
        ("number_format", "expected"),
        [
            ("mmmm yyyy", "mars 2027"),
            ("mmm-yy", "mars 2027"),
            ("d mmmm", "4 mars"),
            ("yyyy", "2027"),
            ("[$-40C]dddd d mmmm yyyy;@", "2027-03-04"),
            ("dd/mm/yyyy", "2027-03-04"),
            ("dd/mm/yyyy hh:mm", "2027-03-04 09:30"),
        ],
    )
    def test_a_date_is_told_as_far_as_it_is_shown(self, number_format: str, expected: str) -> None:
        """Nobody wrote the first of a month."""
        book = openpyxl.load_workbook(
            io.BytesIO(xlsx_of(["Aide", "Fin"], ["Orpin", dt.datetime(2027, 3, 4, 9, 30)]))
        )
        book.active["B2"].number_format = number_format
        assert words(saved(book), "a.xlsx") == f"• Orpin – Fin{NB}: {expected}"

    @pytest.mark.parametrize(
        ("value", "number_format", "expected"),
        [
            (1000, "00000", "01000"),
            (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
            (612345678, r"0#\.##\.##\.##\.##", "06.12.34.56.78"),
            (12, '"N° "0', "N° 12"),
            (12, "[$€-2] 0", "12\u202f€"),
        ],
    )
    def test_postcodes_and_telephone_numbers_keep_their_noughts(
        self, value: float, number_format: str, expected: str
    ) -> None:
        """A format shows them."""
        assert french_number(value, number_format) == expected


class TestDelimited:
    """Quotation marks that nobody closes."""

    @pytest.mark.parametrize("cell", ['"Écran', '"Écran 24""'])
    def test_a_stray_quotation_mark_swallows_no_rows(self, cell: str) -> None:
        """It is an inch, or a slip."""
        data = f'Objet;Prix;Lieu\n{cell};180 €;Foix\nSocle;"20 €";Die\nCâble;12 €;Gap\n'
        found = words(data, "a.csv").split("\n")
        assert len(found) == 3
        assert found[0].endswith(f" – Prix{NB}: 180 € ; Lieu{NB}: Foix")

    def test_a_cell_may_hold_lines_with_delimiters(self) -> None:
        """They are no rows."""
        data = 'Objet;Note;Prix\nA;"un ;\ndeux";9 €\nB;trois;8 €\n'
        assert words(data, "a.csv").split("\n")[0] == f"• A – Note{NB}: un ; deux ; Prix{NB}: 9 €"
