"""Pages, notes, messages, calendars and texts as programs really write them."""

from __future__ import annotations

import datetime as dt

import pytest

from tourbot.parsing import agenda, parse
from tourbot.parsing.describing import describe
from tourbot.types import Metadata

TEXT = "L’atelier Bouleau réunit les entreprises du numérique de la vallée, une fois par an. " * 3


def text(data: str | bytes, name: str) -> str:
    """Return what is read of a file, with plain spaces."""
    data = data.encode() if isinstance(data, str) else data
    return parse(data, name).text.replace("\u00a0", " ")


def page(body: str, head: str = "") -> str:
    """Return what is read of a page with an article, and other things beside it."""
    article = f"<main><h1>Atelier Bouleau</h1><p>{TEXT}</p>{body}</main>"
    return text(
        f"<html><head><title>Bouleau</title>{head}</head><body>{article}</body></html>", "a.html"
    )


class TestPages:
    """HTML."""

    @pytest.mark.parametrize(
        "question",
        [
            "<details><summary>Qui paie ?</summary><p>Le réseau.</p></details>",
            "<details><summary><h3>Qui paie ?</h3></summary><div>Le réseau.</div></details>",
            "<div class='faq'><div><button aria-expanded='false'>Qui paie ?</button></div>"
            "<div class='panel' style='display: none'>Le réseau.</div></div>",
            "<h3><button aria-controls='p1'>Qui paie ?</button></h3><div id='p1' hidden>Le réseau.</div>",
        ],
    )
    def test_what_opens_at_a_click_has_its_question_as_heading(self, question: str) -> None:
        """One without the other answers nothing."""
        data = f"<html><body><main><p>{TEXT}</p>{question}</main></body></html>"
        parsed = parse(data.encode(), "a.html")
        found = [b for b in parsed.blocks if "réseau" in parsed.text[b.start : b.end]]
        assert [b.locator.headings[-1] for b in found] == ["Qui paie ?"]

    def test_what_follows_questions_is_no_answer_to_the_last(self) -> None:
        """It stands under the heading before them."""
        folded = "<details><summary>Qui paie ?</summary>Le réseau.</details><p>Fin de page.</p>"
        parsed = parse(f"<body><h1>Aide</h1>{folded}</body>".encode(), "a.html")
        last = parsed.blocks[-1]
        assert parsed.text[last.start : last.end] == "Fin de page."
        assert last.locator.headings == ("Aide",)

    def test_cells_count_for_all_rows_and_columns_that_they_span(self) -> None:
        """Otherwise a room stands under the name of an hour."""
        found = page(
            "<table><tr><th>Jour</th><th>Heure</th><th>Salle</th></tr>"
            "<tr><td rowspan='2'>Lundi</td><td>9 h</td><td rowspan='2'>Salle Orme</td></tr>"
            "<tr><td>11 h</td></tr><tr><td>Mardi</td><td colspan='2'>à fixer</td></tr></table>"
        )
        assert "• Lundi – Heure : 11 h ; Salle : Salle Orme" in found
        assert "• Mardi – Heure : à fixer ; Salle : à fixer" in found

    def test_headers_of_rows_are_no_header_of_columns(self) -> None:
        """Event sites write their facts so."""
        found = page(
            "<table><tr><th scope='row'>Dates</th><td>2 juillet</td></tr>"
            "<tr><th scope='row'>Ville</th><td>Albi</td></tr></table>"
        )
        assert "• Dates – 2 juillet\n• Ville – Albi" in found

    def test_two_rows_of_headers_name_a_column_together(self) -> None:
        """« 140 € » before which date?"""
        found = page(
            "<table><thead><tr><th rowspan='2'>Public</th><th colspan='2'>Avant mars</th></tr>"
            "<tr><th>Seul</th><th>À deux</th></tr></thead>"
            "<tr><td>Membres</td><td>90 €</td><td>140 €</td></tr></table>"
        )
        assert "• Membres – Avant mars, Seul : 90 € ; Avant mars, À deux : 140 €" in found

    def test_tables_that_only_lay_out_are_read_as_text(self) -> None:
        """Letters are set in them."""
        found = text(
            "<table><tr><td><h2>Agenda</h2><p>Le bureau se réunit le 3 mai.</p></td></tr></table>",
            "a.html",
        )
        assert "Le bureau se réunit le 3 mai." in found.split("\n")

    @pytest.mark.parametrize(
        ("html", "expected"),
        [
            ("soit 96<sup>3</sup> entreprises", "soit 96 entreprises"),
            ("en 2025<sup>[4]</sup>, dit-il", "en 2025, dit-il"),
            ("le bilan<sup><a href='#n2'>2</a></sup> paru", "le bilan paru"),
            ("un prix<sup>*</sup> fixe", "un prix fixe"),
            ("au 1<sup>er</sup> étage", "au 1er étage"),
            ("au 1<sup>er </sup>mai", "au 1er mai"),
            ("au 1<sup>er</sup><i><sup> </sup>mai</i>", "au 1er mai"),
            ("du XXI<sup>e</sup> siècle", "du XXIe siècle"),
            ("350 m<sup>2</sup> utiles", "350 m² utiles"),
            ("3 × 10<sup>6</sup> bits", "3 × 10⁶ bits"),
            ("le CO<sub>2</sub> émis", "le CO2 émis"),
        ],
    )
    def test_marks_of_notes_are_no_digits(self, html: str, expected: str) -> None:
        """963 is another number; units and ordinals stay."""
        assert expected in page(f"<p>{html}</p>")
        assert expected in text(f"Voici {html}.", "a.md")

    @pytest.mark.parametrize(
        "gone",
        [
            "<del>le 2 mai</del>",
            "<s>le 2 mai</s>",
            "<span style='text-decoration: line-through'>le 2 mai</span>",
            "<span hidden>le 2 mai</span>",
            "<span style='display:none'>le 2 mai</span>",
            "<!-- le 2 mai -->",
            "<template>le 2 mai</template>",
            "<noscript>le 2 mai</noscript>",
        ],
    )
    def test_what_no_longer_stands_or_is_hidden_is_not_read(self, gone: str) -> None:
        """It is often the date that was."""
        found = page(f"<p>Rendez-vous {gone} le 9 mai.</p>")
        assert "le 9 mai" in found
        assert "2 mai" not in found

    @pytest.mark.parametrize(
        "beside",
        [
            "<aside class='sidebar'><h2>En pratique</h2><ul><li>Le 3 juin 2027</li>"
            "<li>Jauge : 300</li></ul></aside>",
            "<footer><div><div><h3>En pratique</h3><p>Le 3 juin 2027. Jauge : 300</p></div>"
            "<div><a href='/m'>Mentions légales</a></div></div></footer>",
            "<div class='event-meta'><p>Le 3 juin 2027</p><p>Jauge : 300</p></div>",
        ],
    )
    def test_days_and_places_beside_the_article_are_read(self, beside: str) -> None:
        """Event sites have them in a box or at the foot."""
        data = f"<body><main><h1>Bouleau</h1><p>{TEXT}</p></main>{beside}</body>"
        found = text(data, "a.html")
        assert "3 juin 2027" in found
        assert "Jauge : 300" in found
        assert "Mentions" not in found

    @pytest.mark.parametrize(
        "noise",
        [
            "<nav><ul><li><a href='/a'>Rubrique du 3 mai</a></li></ul></nav>",
            "<div class='cookie-banner'>Rubrique : 3 € de cookies</div>",
            "<div class='related-posts'><h3>À lire aussi</h3><a href='/a'>Rubrique du 3 mai</a></div>",
            "<section><h2>Articles récents</h2><p><a href='/a'>Rubrique du 3 mai</a></p></section>",
            "<div class='share'><span>Partager</span><button>Rubrique</button></div>",
            "<footer>Rubrique légale</footer>",
            "<aside><p>Publié le 3 mai dans Rubrique</p></aside>",
        ],
    )
    def test_what_is_not_about_the_subject_is_left_out(self, noise: str) -> None:
        """A menu answers nothing, another article something else."""
        for where in ("{0}{1}", "{1}{0}"):
            body = where.format(noise, f"<article><h1>Bouleau</h1><p>{TEXT}</p></article>")
            assert "Rubrique" not in text(f"<body>{body}</body>", "a.html")

    def test_choices_values_and_pictures_are_read(self) -> None:
        """The sessions of a workshop stand in its form."""
        found = page(
            "<form><label>Session</label><select><option value=''>Choisir</option>"
            "<option>3 mars à Foix</option></select><label>Ville</label> <input value='Mazamet'></form>"
            "<p>Une <img src='a.png' alt='Plan : entrée par la rue Basse'>affiche.</p>"
        )
        assert "• Session – 3 mars à Foix" in found
        assert "Ville : Mazamet" in found
        assert "Une affiche.\nPlan : entrée par la rue Basse" in found
        assert "Choisir" not in found

    def test_several_terms_and_definitions(self) -> None:
        """Each definition can be read alone."""
        found = page(
            "<dl><dt>Dates</dt><dd>4 mai : débats</dd><dd>5 mai : ateliers</dd>"
            "<dt>Contact</dt><dt>Inscription</dt><dd>Au guichet</dd><div><dt>Lieu</dt><dd>Foix</dd></div></dl>"
        )
        for line in (
            "Dates : 5 mai : ateliers",
            "Contact, Inscription : Au guichet",
            "Lieu : Foix",
        ):
            assert line in found.split("\n")

    def test_an_event_that_only_programs_are_told_is_told(self) -> None:
        """Its day stands in JSON-LD, and nowhere on the page."""
        event = (
            '{"@graph": [{"@type": ["BusinessEvent"], "name": "Salon Saule", "startDate": "2027-03-18T14:00",'
            ' "endDate": "2027-03-18T17:00", "organizer": {"name": "Le réseau"}, "location": {"name": "Halle",'
            ' "address": {"addressLocality": "Foix"}}, "offers": [{"price": "25", "priceCurrency": "EUR"}]}]}'
        )
        found = page("", f"<script type='application/ld+json'>{event}</script>")
        assert "Salon Saule, le 18 mars 2027 à 14 h 00, jusqu’à 17 h 00." in found
        assert "Lieu de « Salon Saule » : Halle, Foix." in found
        assert "Tarif de « Salon Saule » : 25 €." in found
        assert "Organisateur de « Salon Saule » : Le réseau." in found

    def test_an_empty_time_element_is_told(self) -> None:
        """A script would fill it."""
        assert "Le salon : le 18 mars 2027." in page(
            "<p>Le salon : <time datetime='2027-03-18'></time>.</p>"
        )

    def test_a_note_within_a_sentence_does_not_cut_it(self) -> None:
        """It follows."""
        found = page(
            "<p>Le salon<span class='footnote'>Sauf en cas de neige abondante.</span> ouvre.</p>"
        )
        assert "Le salon ouvre.\nSauf en cas de neige abondante." in found


class TestNotes:
    """Markdown."""

    @pytest.mark.parametrize("name", ["a.md", "a.html"])
    def test_an_inner_item_carries_those_that_it_stands_under(self, name: str) -> None:
        """« Stand : 900 € » for whom?"""
        data = {
            "a.md": "- Membres :\n    - Stand\n        - 6 m : 900 €\n- Autres\n    - Repas\n",
            "a.html": "<ul><li>Membres :<ul><li>Stand<ul><li>6 m : 900 €</li></ul></li></ul></li>"
            "<li>Autres</li><ul><li>Repas</li></ul></ul>",
        }[name]
        found = text(data, name).split("\n")
        assert found == [
            "• Membres :",
            "• Membres : Stand",
            "• Membres : Stand – 6 m : 900 €",
            "• Autres",
            "• Autres – Repas",
        ]

    def test_toml_front_matter(self) -> None:
        """Hugo writes it."""
        parsed = parse(b'+++\ntitle = "Aide"\ndate = 2026-09-14\n+++\nTexte.', "a.md")
        assert (parsed.text, parsed.metadata.title, parsed.metadata.date) == (
            "Texte.",
            "Aide",
            "2026-09-14",
        )

    def test_the_text_below_broken_front_matter_is_read_and_the_fault_told(self) -> None:
        """A colon too many is no reason to lose a page."""
        parsed = parse(b"---\ntitle: Aide : le guide\ndate: 2026-09-14\n---\nTexte.", "a.md")
        assert parsed.text == "Texte."
        assert parsed.metadata.date == "2026-09-14"
        assert [gap.code for gap in parsed.gaps] == ["front-matter"]

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("Le ~~2 mai~~ 9 mai.", "Le 9 mai."),
            ("Voir [[Aides|les aides]] et [[Prix]].", "Voir les aides et Prix."),
            ("> [!tip] Conseil\n> Venez tôt.", "Conseil\nVenez tôt."),
            ("Vu %%à vérifier%%. {{< video x >}}", "Vu."),
            ("Un prix de $25 ou $30, code ETE_2027_B.", "Un prix de $25 ou $30, code ETE_2027_B."),
            ("Taper <NOM> ici.", "Taper <NOM> ici."),
            (
                "Clos le 3 mai[^1] à midi.\n\n[^1]: Heure de Paris.\n\nFin.",
                "Clos le 3 mai à midi.\nFin.\n\nHeure de Paris.",
            ),
            ("Un\u2028deux\u2029Trois", "Un deux\nTrois"),
        ],
    )
    def test_what_programs_for_notes_write(self, data: str, expected: str) -> None:
        """Only what they show is read."""
        assert text(data, "a.md") == expected

    def test_a_table_in_html(self) -> None:
        """Markdown's own cannot merge cells."""
        table = "<table>\n<tr><th>Taille</th><th>Prix</th></tr>\n<tr><td>Petite</td><td>15 €</td></tr>\n</table>"
        assert text(f"Prix.\n\n{table}", "a.md").endswith("• Petite – Prix : 15 €")

    @pytest.mark.parametrize(
        ("name", "date"),
        [
            ("20-01-17-titre.md", "2020-01-17"),
            ("2020-01-01-x.md", "2020-01-01"),
            ("cr_20260304.txt", "2026-03-04"),
            ("12-34.md", ""),
        ],
    )
    def test_the_name_of_a_file_may_date_it(self, name: str, date: str) -> None:
        """Programs for notes begin names so."""
        assert describe(Metadata(title="Bilan"), name).date == date


class TestTexts:
    """Bytes to characters."""

    SAID = "L’été à Évreux : 20 crêpes, ça coûte peu. La forêt, même brûlée, plaît aux élèves."

    @pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850", "utf-16-le", "utf-16-be"])
    def test_the_encoding_is_the_one_that_gives_french(self, encoding: str) -> None:
        """None of them says which it is."""
        said = self.SAID.replace("’", "'") if encoding == "cp850" else self.SAID
        assert parse(said.encode(encoding), "a.txt").text == said

    def test_one_bad_byte_does_not_garble_the_rest(self) -> None:
        """It is read as Windows means it."""
        assert parse(self.SAID.encode() + b" L\x92an.", "a.txt").text == self.SAID + " L’an."

    def test_what_was_encoded_twice_is_mended(self) -> None:
        """« SÃ©bastien » is found by nobody."""
        twice = "Sébastien et l’élève".encode().decode("cp1252")
        assert twice != "Sébastien et l’élève"
        assert text(twice, "a.txt") == "Sébastien et l’élève"
        assert text("Âge : « créé\u00a0»", "a.txt") == "Âge : « créé »"

    def test_controls_that_windows_meant_as_signs(self) -> None:
        """« Laide » is another word."""
        assert text("L\x92aide au c\x9cur \x96 oui.", "a.txt") == "L’aide au cœur – oui."

    @pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\r"])
    def test_line_ends_keep_words_apart(self, end: str) -> None:
        """« Thiersle » is none."""
        assert text(f"À Foix{end}le 4 juin", "a.txt").split() == ["À", "Foix", "le", "4", "juin"]

    def test_styled_letters_are_letters(self) -> None:
        """Dates in them are dates."""
        assert text("Le 𝟭𝟯 𝗺𝗮𝗿𝘀 à l’ofﬁce.", "a.txt") == "Le 13 mars à l’office."


MAIL = (
    "From: a@exemple.test\nTo: b@exemple.test\nSubject: Réunion\n"
    "Date: Mon, 2 Nov 2026 08:00:00 +0100\nMIME-Version: 1.0\n"
)
EVENT = "BEGIN:VEVENT\nUID:{0}\nDTSTART;VALUE=DATE:202705{0}\nSUMMARY:Salon {0}\nEND:VEVENT\n"
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{}END:VCALENDAR\n"


def parts(kind: str, *each: str) -> str:
    """Return a message of several parts."""
    body = "".join(f"--b\nContent-Type: {part}\n" for part in each)
    return f"{MAIL}Content-Type: multipart/{kind}; boundary=b\n\n{body}--b--\n"


class TestMail:
    """Messages."""

    def test_the_page_is_read_where_the_text_only_points_to_it(self) -> None:
        """« Your program does not show HTML »."""
        stub = "text/plain; charset=utf-8\n\nVotre logiciel n’affiche pas cette lettre. Ouvrez-la en ligne."
        found = text(
            parts(
                "alternative", stub, "text/html; charset=utf-8\n\n<p>Le bureau siège le 3 mai.</p>"
            ),
            "a.eml",
        )
        assert "Le bureau siège le 3 mai." in found
        assert "logiciel" not in found

    def test_an_invitation_is_read_once(self) -> None:
        """Programs send it as a part to be shown, and again as a file."""
        invitation = CALENDAR.format(EVENT.format("16"))
        data = parts(
            "mixed",
            "text/plain\n\nVoici.\n",
            f"text/calendar; method=REQUEST\n\n{invitation}",
            f"application/ics; name=i.ics\nContent-Disposition: attachment; filename=i.ics\n\n{invitation}",
        )
        assert text(data, "a.eml").count("Salon 16, le 16 mai 2027.") == 1

    def test_an_attachment_without_name_is_read_by_its_type(self) -> None:
        """The type says what it is."""
        data = parts(
            "mixed",
            "text/plain\n\nVoici.\n",
            "text/csv\nContent-Disposition: attachment\n\nLieu;Date\nFoix;3 mai\n",
        )
        assert "Foix – Date : 3 mai" in text(data, "a.eml")

    def test_what_outlook_packed_is_told(self) -> None:
        """It is in nobody else's format."""
        data = parts(
            "mixed",
            "text/plain\n\nVoici.\n",
            "application/ms-tnef; name=winmail.dat\nContent-Disposition: attachment\n\nx\n",
        )
        gaps = parse(data.encode(), "a.eml").gaps
        assert [(gap.where, gap.code) for gap in gaps] == [("winmail.dat", "unsupported")]
        assert "Outlook" in gaps[0].reason

    def test_the_message_that_is_answered_stands_apart(self) -> None:
        """Who said what?"""
        said = "Le 9 mai convient.\n\nLe lun. 2 nov. 2026 à 08:00, Léa a écrit :\n> Et le 2 mai ?\n"
        parsed = parse(f"{MAIL}Content-Type: text/plain; charset=utf-8\n\n{said}".encode(), "a.eml")
        quoted = [b for b in parsed.blocks if "2 mai" in parsed.text[b.start : b.end]]
        assert [b.locator.headings for b in quoted] == [("Message précédent",)]

    @pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "utf-8", "windows-1251"])
    def test_a_declared_charset_is_doubted(self, declared: str) -> None:
        """Outlook declares Latin-1 and writes Windows-1252."""
        head = f"{MAIL}Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
        assert "L’été à Foix" in text(head.encode() + "L’été à Foix".encode("cp1252"), "a.eml")


class TestCalendars:
    """Calendars."""

    def test_a_file_may_hold_several(self) -> None:
        """Exports of single events are joined so."""
        data = CALENDAR.format(EVENT.format("11")) + CALENDAR.format(EVENT.format("22"))
        assert text(data, "a.ics") == "Salon 11, le 11 mai 2027.\n\nSalon 22, le 22 mai 2027."

    @pytest.mark.parametrize(
        "data",
        [
            CALENDAR.format(EVENT.format("11") + "N’IMPORTE QUOI\n" + EVENT.format("22")),
            CALENDAR.format(EVENT.format("11") + EVENT.format("22").replace("END:VEVENT\n", "")),
            "BEGIN:VCALENDAR\nVERSION:2.0\n" + EVENT.format("11") + EVENT.format("22"),
            CALENDAR.format(EVENT.format("11").replace("END:VEVENT\n", "") + EVENT.format("22")),
        ],
    )
    def test_lines_that_are_wrong_or_missing_cost_no_event(self, data: str) -> None:
        """One program's slip is no reason to lose a year."""
        found = text(data, "a.ics")
        assert "Salon 11, le 11 mai 2027." in found
        assert "Salon 22, le 22 mai 2027." in found

    def test_a_change_of_all_days_from_one_on(self) -> None:
        """RANGE=THISANDFUTURE."""
        data = CALENDAR.format(
            "BEGIN:VEVENT\nUID:p\nDTSTART:20270105T120000\nDTEND:20270105T130000\n"
            "RRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Accueil\nEND:VEVENT\n"
            "BEGIN:VEVENT\nUID:p\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270119T120000\n"
            "DTSTART:20270120T170000\nDTEND:20270120T180000\nSUMMARY:Accueil\nEND:VEVENT\n"
        )
        found = agenda.parse(data.encode(), "a.ics", dt.date(2027, 1, 1)).text.split("\n")
        assert found == [
            "Accueil, le 5 janvier 2027 à 12 h 00, jusqu’à 13 h 00.",
            "Accueil, le 12 janvier 2027 à 12 h 00, jusqu’à 13 h 00.",
            "Accueil, le 20 janvier 2027 à 17 h 00, jusqu’à 18 h 00.",
            "Accueil, le 27 janvier 2027 à 17 h 00, jusqu’à 18 h 00.",
        ]

    def test_whom_to_ask(self) -> None:
        """The description may stand in HTML alone."""
        more = (
            "ORGANIZER;CN=Léa Roy:mailto:lea@exemple.test\nCONTACT:Le guichet\n"
            "X-ALT-DESC;FMTTYPE=text/html:<p>Entrée <b>libre</b>.</p>\nEND:VEVENT\n"
        )
        found = text(CALENDAR.format(EVENT.format("11").replace("END:VEVENT\n", more)), "a.ics")
        assert "Organisateur de « Salon 11 » : Léa Roy (lea@exemple.test)." in found
        assert "Contact de « Salon 11 » : Le guichet." in found
        assert found.endswith("Entrée libre.")
