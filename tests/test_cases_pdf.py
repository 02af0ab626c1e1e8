"""What real PDF files hold and programs read wrong: print that means something else than it draws."""

from __future__ import annotations

from collections.abc import Callable

import documents
import pytest
from reportlab.pdfgen.canvas import Canvas
from test_parsing import lines, locator_of, numbered, page, read, words

from tourbot.parsing import parse
from tourbot.parsing.hyphens import Hyphens

Draw = Callable[[Canvas], None]
PROSE = lines(60, 120, *["Le bureau se réunit chaque mois à la mairie, et publie ses avis."] * 5)


def text_of(*prints: Draw) -> str:
    """The text of a page on which some things are printed."""
    return parse(documents.drawn_pdf(page(*prints)), "a.pdf").text


def at(x: float, y: float, text: str, size: float = 10, **how: float) -> Draw:
    """Print words at a place."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text, **how)

    return draw


def patched(data: bytes, old: bytes, new: bytes, *objects: bytes) -> bytes:
    """Change a PDF file and add objects; readers find them without the table, which is gone."""
    body = data[: data.rindex(b"xref\n0")].replace(old, new)
    trailer = data[data.rindex(b"trailer") : data.rindex(b"startxref")]
    return body + b"".join(objects) + trailer


class TestWords:
    """Words that print cuts, spreads, doubles or covers."""

    @pytest.mark.parametrize(
        ("end", "start", "whole"),
        [
            ("un rendez-", "vous à Lunel", "un rendez-vous à Lunel"),
            ("de la sous-", "traitance", "de la sous-traitance"),
            ("une sous-", "cription", "une souscription"),
            ("bien au-", "delà", "bien au-delà"),
            ("c’est-à-", "dire", "c’est-à-dire"),
            ("trente-", "sept", "trente-sept"),
            ("eux-", "mêmes", "eux-mêmes"),
            ("demi-", "journée", "demi-journée"),
            ("l’entre-", "prise", "l’entreprise"),
            ("le mon-", "tant", "le montant"),
            ("la vil-", "le", "la ville"),
            ("le porte-", "feuille", "le portefeuille"),
            ("12 -", "15 ans", "12 - 15 ans"),
        ],
    )
    def test_a_hyphen_of_the_word_stays_at_the_end_of_a_line(
        self, end: str, start: str, whole: str
    ) -> None:
        """And one that the typesetter put there goes."""
        assert text_of(lines(60, 700, end, start)) == whole

    def test_the_document_tells_how_its_words_are_written(self) -> None:
        """« covoiturage » and « co-voiturage » are both right, but only one of them is its own."""
        assert Hyphens(["le co-voiturage"]).join("du co-", "voiturage") == "du co-voiturage"
        assert Hyphens(["le covoiturage"]).join("du co-", "voiturage") == "du covoiturage"
        assert Hyphens(["les sous-bois", "soustraitance"]).join("sous-", "traitance") == (
            "soustraitance"
        )

    @pytest.mark.parametrize("letter_by_letter", [True, False])
    def test_letters_printed_twice_for_bold_are_read_once(self, letter_by_letter: bool) -> None:
        """Double letters of words stay."""
        text = "La halle de Mirefleur accueille la fête"

        def draw(canvas: Canvas) -> None:
            for shift in (0, 0.4):
                if not letter_by_letter:
                    canvas.drawString(60 + shift, 700, text)
            x = 60.0
            for letter in text if letter_by_letter else "":
                for shift in (0, 0.4):
                    canvas.drawString(x + shift, 700, letter)
                x += canvas.stringWidth(letter)

        assert text_of(draw) == text

    @pytest.mark.parametrize("typed", [True, False])
    def test_a_spread_title_is_made_of_words(self, typed: bool) -> None:
        """Its letters are set apart by the typesetter, or by typed spaces."""
        text = "FOIRE AUX LAINES"
        title = text.replace(" ", "  ") if typed else text
        title = " ".join(title) if typed else title
        assert "FOIRE AUX LAINES" in text_of(
            at(60, 700, title, 16, charSpace=0 if typed else 7), PROSE
        )

    def test_a_drop_cap_belongs_to_its_word(self) -> None:
        """And the lines beside it to one paragraph."""
        drawn = page(
            at(60, 664, "C", 40),
            lines(92, 688, "haque été, le moulin de", "Vertolaye rouvre au public", size=10),
            lines(60, 652, "et montre ses meules de granit."),
            PROSE,
        )
        text = words(documents.drawn_pdf(drawn), "a.pdf")
        whole = (
            "Chaque été, le moulin de Vertolaye rouvre au public et montre ses meules de granit."
        )
        assert whole in text

    def test_a_large_figure_beside_a_text_is_no_drop_cap(self) -> None:
        """Nor is the letter above a part of an index."""
        text = text_of(at(60, 664, "B", 40), lines(92, 688, "Bureau", "Bourse"), PROSE)
        assert "BBureau" not in text

    def test_accents_printed_over_letters_are_theirs(self) -> None:
        """As TeX prints them with its old fonts."""

        def draw(canvas: Canvas) -> None:
            x = 60.0
            for part in [
                "L",
                "a",
                " ",
                "´e",
                "c",
                "o",
                "l",
                "e",
                " ",
                "d",
                "e",
                " ",
                "G",
                "ˆe",
                "n",
                "e",
            ]:
                letter = part[-1]
                width = canvas.stringWidth(letter)
                if len(part) > 1:
                    canvas.drawString(x + (width - canvas.stringWidth(part[0])) / 2, 700, part[0])
                canvas.drawString(x, 700, letter)
                x += width

        assert text_of(draw) == "La école de Gêne"

    @pytest.mark.parametrize("angle", [90, -90, 30])
    def test_turned_text_is_read_in_its_own_direction(self, angle: int) -> None:
        """And stands apart from the text that it runs beside."""

        def draw(canvas: Canvas) -> None:
            canvas.translate(300, 400)
            canvas.rotate(angle)
            canvas.drawString(0, 0, "Édition de printemps à Lapte")

        text = text_of(PROSE, draw)
        assert "Édition de printemps à Lapte" in text.split("\n")

    def test_note_marks_are_not_glued_to_words_and_figures(self) -> None:
        """Units and ordinals are no notes."""

        def draw(canvas: Canvas) -> None:
            x = 60.0
            for (
                part
            ) in "Les 74|^3| halles de 350 m|^2| ouvrent le 1|^er| mai au public|^(4)|.".split("|"):
                size = 6 if part.startswith("^") else 10
                canvas.setFont("Helvetica", size)
                canvas.drawString(x, 700 + (4 if size == 6 else 0), part.strip("^"))
                x += canvas.stringWidth(part.strip("^"))

        assert text_of(draw) == "Les 74 halles de 350 m² ouvrent le 1er mai au public."


class TestShown:
    """What a reader sees on a page, and what not."""

    LAYERS = b"/OCProperties << /OCGs [ 90 0 R ] /D << /OFF [ 90 0 R ] >> >> /Type /Catalog"
    LAYER = b"90 0 obj\n<< /Type /OCG /Name (Ancien) >>\nendobj\n"

    @pytest.mark.parametrize(
        ("off", "layer"),
        [
            (b"/OFF [ 90 0 R ]", b"90 0 R"),
            (b"/OFF [ 90 0 R ]", b"<< /Type /OCMD /OCGs [ 90 0 R ] >>"),
            (b"/BaseState /OFF", b"90 0 R"),
            (b"", b""),
        ],
    )
    def test_layers_that_are_switched_off_are_not_read(self, off: bytes, layer: bytes) -> None:
        """Former versions and other languages hide there; those that are on are read."""

        def draw(canvas: Canvas) -> None:
            canvas.drawString(60, 700, "Le marché a lieu le 3 mai à Sauxillanges.")
            canvas.addLiteral("/OC /Ancien BDC /Span BMC")
            canvas.drawString(60, 650, "Le marché a lieu en 2011.")
            canvas.addLiteral("EMC EMC")
            canvas.drawString(60, 600, "Entrée libre.")

        data = documents.drawn_pdf(draw)
        data = patched(
            data, b"/Type /Catalog", self.LAYERS.replace(b"/OFF [ 90 0 R ]", off), self.LAYER
        )
        resource = b"/Properties << /Ancien " + (layer or b"90 0 R") + b" >> /ProcSet"
        text = words(data.replace(b"/ProcSet", resource), "a.pdf")
        assert "Sauxillanges" in text
        assert "Entrée libre" in text
        assert ("2011" in text) == (not off)

    @pytest.mark.parametrize("name", ["crop", "trim"])
    def test_what_stands_outside_the_page_is_not_read(self, name: str) -> None:
        """Printers write the names of files there."""

        def draw(canvas: Canvas) -> None:
            canvas.setCropBox((40, 40, 555, 800), name=name)
            canvas.drawString(60, 700, "Le marché a lieu à Sauxillanges.")
            canvas.drawString(60, 20, "marche_v7_def.indd")

        assert text_of(draw) == "Le marché a lieu à Sauxillanges."

    def test_what_was_typed_into_a_form_stands_behind_its_name(self) -> None:
        """Choices and boxes that were ticked too, but no passwords."""

        def draw(canvas: Canvas) -> None:
            form = canvas.acroForm
            canvas.drawString(60, 705, "Commune :")
            form.textfield(name="c", value="Chambon-sur-Lac", x=200, y=700, width=200, height=16)
            canvas.drawString(60, 665, "Filière :")
            form.choice(
                name="f", value="Laine", options=["Laine", "Lin"], x=200, y=660, width=90, height=16
            )
            form.checkbox(name="o", checked=True, x=60, y=620, size=12)
            canvas.drawString(80, 623, "Première demande")
            form.checkbox(name="n", checked=False, x=60, y=590, size=12)
            canvas.drawString(80, 593, "Renouvellement")
            form.textfield(
                name="s", value="azerty", fieldFlags="password", x=200, y=540, width=90, height=16
            )
            form.textfield(
                name="m", value="900 euros", tooltip="Montant", x=200, y=500, width=90, height=16
            )

        text = text_of(draw)
        assert "Commune : Chambon-sur-Lac" in text
        assert "Filière : Laine" in text
        assert "☒ Première demande" in text
        assert "☒ Renouvellement" not in text
        assert "azerty" not in text
        assert "Montant\u00a0: 900 euros" in text

    def test_texts_written_over_a_page_are_read(self) -> None:
        """A correction by typewriter counts more than what is printed."""

        def draw(canvas: Canvas) -> None:
            canvas.drawString(60, 700, "La fête a lieu en juin.")
            canvas.freeTextAnnotation(
                "Reportée au 9 juillet 2031.", "(/Helv 11 Tf)", Rect=(60, 600, 300, 620)
            )

        assert "Reportée au 9 juillet 2031." in text_of(draw)


class TestParts:
    """Tables, lists, footnotes, headings and titles."""

    def test_a_table_without_rules_is_read_by_rows(self) -> None:
        """Read by columns, no amount would stand beside its name."""
        rows = [
            ("Formation", "Ville", "Prix"),
            ("Tissage", "Ambert", "320 euros"),
            ("Teinture", "Arlanc", "450 euros"),
            ("Cardage", "Olliergues", "90 euros"),
        ]
        cells = [
            at(60 + 160 * column, 700 - 22 * row, cell)
            for column in range(3)
            for row, cell in enumerate(names[column] for names in rows)
        ]
        text = text_of(*cells, PROSE)
        assert "Teinture – Ville\u00a0: Arlanc ; Prix\u00a0: 450 euros" in text
        assert "Cardage – Ville\u00a0: Olliergues ; Prix\u00a0: 90 euros" in text

    def test_an_inner_item_names_the_one_it_stands_under(self) -> None:
        """« Un jour : 40 euros » alone does not say for whom."""
        text = text_of(
            lines(60, 700, "• Adhérents", "• Autres exposants"),
            lines(80, 676, "• Un jour : 40 euros", "• Deux jours : 70 euros"),
            lines(60, 652, "• Écoles"),
        )
        assert "Autres exposants – Un jour : 40 euros" in text
        assert "Autres exposants – Deux jours : 70 euros" in text
        assert "• Écoles" in text

    def test_a_footnote_stands_apart_and_cuts_no_sentence(self) -> None:
        """A sentence goes on overleaf, behind the notes of its page."""
        data = documents.drawn_pdf(
            numbered(
                1,
                lines(60, 400, *["Le moulin tourne chaque été, et se visite le dimanche."] * 4),
                lines(60, 300, "Le moulin de Vertolaye compte plus de"),
                lines(60, 80, "1 Enquête du syndicat des meuniers.", "2 Voir la carte.", size=7),
            ),
            numbered(2, lines(60, 700, "six mille visiteurs.")),
        )
        found = [text for _, text in read(data, "a.pdf")]
        assert any("compte plus de six mille visiteurs." in text for text in found)
        assert "1 Enquête du syndicat des meuniers." in found
        assert "2 Voir la carte." in found

    def test_a_heading_with_nothing_under_it_is_text(self) -> None:
        """Large print on covers and posters is no passage that says but its own heading."""
        data = documents.drawn_pdf(
            page(
                lines(60, 780, "Bilan", size=24),
                lines(60, 700, "Syndicat des meuniers", size=14),
                lines(60, 600, "Visites", size=14),
                lines(60, 580, "Le moulin de Vertolaye a reçu six mille visiteurs en un an."),
                PROSE,
            )
        )
        found = read(data, "a.pdf")
        assert locator_of(found, "meuniers").headings == ("Bilan",)
        assert locator_of(found, "six mille").headings == ("Bilan", "Visites")
        assert all(text not in where.headings for where, text in found)

    @pytest.mark.parametrize(
        "given", ["meuniers_v4", "Titre du modèle + sous-titre", "Untitled", "Frise", ""]
    )
    def test_a_title_that_is_not_printed_gives_way_to_the_largest_line(self, given: str) -> None:
        """Files keep the title of the template that they were made from."""
        prints = page(lines(60, 780, "Le bilan des meuniers", size=20), PROSE)

        def draw(canvas: Canvas) -> None:
            canvas.setTitle(given)
            prints(canvas)

        assert parse(documents.drawn_pdf(draw), "b.pdf").metadata.title == "Le bilan des meuniers"

    def test_a_title_that_is_printed_is_kept(self) -> None:
        """It may be written more carefully than the page is."""
        prints = page(lines(60, 780, "BILAN DES MEUNIERS", size=20), PROSE)

        def draw(canvas: Canvas) -> None:
            canvas.setTitle("Bilan des meuniers du Livradois")
            prints(canvas)

        title = parse(documents.drawn_pdf(draw), "b.pdf").metadata.title
        assert title == "Bilan des meuniers du Livradois"

    def test_the_day_on_which_a_file_was_made_is_not_its_date(self) -> None:
        """It is the day of an export."""
        assert parse(documents.drawn_pdf(PROSE), "b.pdf").metadata.date == ""
