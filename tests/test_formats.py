"""What only one of the lighter formats has: tables of text files, markup, mail, archives."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import documents
import pytest
from documents import mail_bytes, odf_bytes, with_password, zip_bytes
from test_parsing import attempt, locator_of, read, refusal, words

from tourbot.parsing import agenda, archive, delimited, mail, parse
from tourbot.types import Locator


class TestDelimited:
    """What only CSV and TSV have."""

    @pytest.mark.parametrize("delimiter", list(";,\t|"))
    def test_the_delimiter_is_found(self, delimiter: str) -> None:
        """French programs write semicolons, others commas."""
        rows = [["Aide", "Taux", "Note"], ["CII", "20 %", "un ; deux"], ["JEI", "30 %", "a"]]
        data = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
        assert "• CII – Taux\u00a0: 20 % ; Note\u00a0: un ; deux" in words(data, "a.csv")

    def test_the_delimiter_may_be_declared(self) -> None:
        """Excel reads it from the first line, and so must others."""
        assert words("sep=|\nAide|Taux\nCII|20 %\n", "a.csv") == "• CII – Taux\u00a0: 20 %"

    def test_decimal_commas_are_no_delimiters(self) -> None:
        """« 20,5 » is one figure."""
        data = "Aide;Taux\nCII;20,5\nJEI;30,5\n"
        assert words(data, "a.csv") == "• CII – Taux\u00a0: 20,5\n• JEI – Taux\u00a0: 30,5"

    def test_a_cell_may_hold_line_breaks_and_quotation_marks(self) -> None:
        """Spreadsheet programs quote them."""
        data = 'Aide,Note\nCII,"dit ""crédit""\nd’impôt"\n'
        assert words(data, "a.csv") == '• CII – Note\u00a0: dit "crédit" d’impôt'

    def test_a_first_row_of_figures_names_no_columns(self) -> None:
        """Files without header lose nothing; years are names."""
        assert words("Blois,12\nTours,15\n", "a.csv") == "• Blois – 12\n• Tours – 15"
        assert words(";2024;2025\nCII;30 %;20 %\n", "a.csv") == (
            "• CII – 2024\u00a0: 30 % ; 2025\u00a0: 20 %"
        )

    def test_one_column_is_a_list(self) -> None:
        """Its first line is as good as the others, and its commas are words."""
        assert words("Blois, Tours\nBourges\nChinon\n", "a.csv") == (
            "• Blois, Tours\n• Bourges\n• Chinon"
        )

    def test_a_title_above_the_table_is_a_line(self) -> None:
        """It is no header."""
        data = "Aides en 2025;;\nAide;Taux;Plafond\nCII;20 %;8 k€\nJEI;30 %;9 k€\n"
        assert words(data, "a.csv").split("\n")[:2] == [
            "Aides en 2025",
            "• CII – Taux\u00a0: 20 % ; Plafond\u00a0: 8 k€",
        ]

    def test_a_table_of_very_many_cells_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A database would bury all other documents."""
        monkeypatch.setattr(delimited, "MAX_CELLS", 50)
        assert words("a,b\n" * 25, "a.csv")
        assert refusal("a,b\n" * 26, "a.csv").code == "too-large"

    def test_a_quotation_mark_that_nothing_closes_is_told(self) -> None:
        """The rest of the file would be one cell."""
        error = refusal('a,b\n"c' + "x" * 200_000, "a.csv")
        assert error.code == "broken"
        assert "quotation mark" in error.reason


class TestOrg:
    """What only org has."""

    def test_title_and_date_stand_in_settings(self) -> None:
        """Org's own « front matter »."""
        found = parse("#+title: Été\n#+DATE: [2025-03-12 mer.]\nTexte.".encode(), "a.org").metadata
        assert (found.title, found.date) == ("Été", "2025-03-12")

    def test_blocks_know_their_heading_path(self) -> None:
        """A citation says in which section the words stand."""
        found = read("* A\n** B :tag:\nun\n* C\ndeux", "a.org")
        assert locator_of(found, "un") == Locator(("A", "B"))
        assert locator_of(found, "deux") == Locator(("C",))

    def test_code_is_kept_as_it_stands_and_comments_are_not(self) -> None:
        """Stars at the beginning of its lines are no headings."""
        data = "#+begin_src c\n* a *\n#+end_src\n#+begin_comment\nnon\n#+end_comment\nFin."
        assert words(data, "a.org") == "* a *\nFin."

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("Un *mot* et a*b*c.", "Un mot et a*b*c."),
            ("[[https://a.fr]]", "https://a.fr"),
            ("Voir[fn:1] là.", "Voir là."),
            ("- a\n  - b\nfin", "• a\n• a – b\nfin"),
            ("1. a\n2. b", "• a\n• b"),
            ("un\n\ndeux", "un\ndeux"),
            ("Un.\nSCHEDULED: <2025-03-12>\nDeux.", "Un. Deux."),
        ],
    )
    def test_marks_are_left_out(self, data: str, expected: str) -> None:
        """Nobody quotes them."""
        assert words(data, "a.org") == expected


class TestRestructured:
    """What only RST has."""

    def test_levels_are_those_of_the_order_of_adornments(self) -> None:
        """Each author chooses the signs."""
        data = "Un\n**\n\na\n\nDeux\n====\n\nb\n\nTrois\n*****\n\nc"
        found = read(data, "a.rst")
        assert locator_of(found, "b") == Locator(("Un", "Deux"))
        assert locator_of(found, "c") == Locator(("Trois",))

    def test_a_table_may_be_written_as_lists(self) -> None:
        """Manuals prefer it for long cells."""
        data = ".. list-table::\n   :header-rows: 1\n\n   * - Aide\n     - Taux\n   * - CII\n     - 20 %\n       net\n\nFin."
        assert words(data, "a.rst") == "• CII – Taux\u00a0: 20 % net\nFin."

    def test_the_date_of_a_field_is_that_of_the_document(self) -> None:
        """Authors write it below the title."""
        data = "Titre\n=====\n\n:Date: 12 mars 2025\n\nTexte."
        assert parse(data.encode(), "a.rst").metadata.date == "2025-03-12"

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("Un ``*mot*`` et **gras**.", "Un *mot* et gras."),
            (":doc:`/guide` et `page`_ [1]_.", "/guide et page."),
            (".. code-block:: sh\n\n   a\n   b\n\nFin.", "a\nb\nFin."),
            ("Un :\n\n* a\n\n  suite\n* b", "Un :\n• a\nsuite\n• b"),
            (".. [1] Une note.", "Une note."),
            (".. warning:: Attention.\n   Danger.", "Attention. Danger."),
            ("a\n\n----\n\nb", "a\nb"),
            ("2 * 3 * 4", "2 * 3 * 4"),
        ],
    )
    def test_marks_are_left_out(self, data: str, expected: str) -> None:
        """Nobody quotes them."""
        assert words(data, "a.rst") == expected


class TestOpenDocument:
    """What only ODT, ODP and ODS have."""

    def test_a_file_with_a_password_is_called_encrypted(self) -> None:
        """LibreOffice lists which parts it has encrypted."""
        entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
        data = odf_bytes("text", "<text:p>Texte.</text:p>", manifest=entry)
        assert refusal(data, "a.odt").code == "encrypted"

    def test_another_kind_of_file_is_called_a_mismatch(self) -> None:
        """A deck named .odt was renamed by hand."""
        assert refusal(documents.odp_bytes(), "a.odt").code == "mismatch"

    def test_properties_that_a_person_added_are_read(self) -> None:
        """As those of Office files are."""
        meta = "<dc:title>Bilan</dc:title>" + "".join(
            f'<meta:user-defined meta:name="{name}">{value}</meta:user-defined>'
            for name, value in [("Date", "2025-03"), ("Région", "Sud")]
        )
        found = parse(odf_bytes("text", "<text:p>Texte.</text:p>", meta=meta), "a.odt").metadata
        assert (found.title, found.date, found.region) == ("Bilan", "2025-03", "Sud")

    def test_spaces_tabs_and_line_breaks_are_written(self) -> None:
        """They are elements, and words would be glued without them."""
        body = "<text:p>Un<text:tab/>deux<text:line-break/>trois<text:s/>quatre</text:p>"
        assert words(odf_bytes("text", body), "a.odt") == "Un deux\ntrois quatre"

    def test_numbers_of_repetitions_are_bounded(self) -> None:
        """A thousand million spaces or cells fit into one element."""
        cell = '<table:table-cell table:number-columns-repeated="999999999"><text:p>a</text:p>'
        row = f'<table:table-row table:number-rows-repeated="999999999">{cell}</table:table-cell>'
        body = f"<table:table>{row}</table:table-row></table:table>"
        assert refusal(odf_bytes("spreadsheet", body), "a.ods").code == "too-large"
        spaces = '<text:p>a<text:s text:c="999999999"/>b</text:p>'
        assert words(odf_bytes("text", spaces), "a.odt") == "a b"


class TestRtf:
    """What only RTF has."""

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            (r"\'e9t\'e9 \'9cuvre \'80", "été œuvre €"),
            (r"\u233?t\u233? \u8364?", "été €"),
            (r"\uc0\u233 t\u233", "été"),
            ("été", "été"),
            (r"Un\line deux", "Un\ndeux"),
            (r"a\{b\}", "a{b}"),
            (r"{\field{\*\fldinst HYPERLINK a}{\fldrslt lien}}", "lien"),
            (r"{\header En-t\'eate}Texte.", "Texte."),
            (r"\trowd\intbl a\par b\cell c\cell\row\pard Fin.\par", "• a b – c\nFin."),
        ],
    )
    def test_words_are_read_and_control_words_are_not(self, source: str, expected: str) -> None:
        """Accents are written in three ways, and each program has its own."""
        data = (r"{\rtf1\ansi\ansicpg1252 " + source + "}").encode("cp1252")
        assert words(data, "a.rtf") == expected

    def test_the_property_is_the_title_when_none_is_shown(self) -> None:
        """WordPad files have no styles."""
        data = rb"{\rtf1\ansi{\info{\title Bilan, \'e9t\'e9}}Texte.}"
        assert parse(data, "a.rtf").metadata.title == "Bilan, été"

    def test_properties_that_a_person_added_are_read(self) -> None:
        """As those of Office files are."""
        date = rb"{\propname Date}\proptype30{\staticval 2025-03}"
        data = rb"{\rtf1\ansi{\*\userprops" + date + rb"}Texte.}"
        assert parse(data, "a.rtf").metadata.date == "2025-03"


NOW = dt.date(2025, 10, 1)


def event(*lines: str) -> str:
    """An event of a calendar."""
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def told(*events: str) -> list[str]:
    """Return the lines that a calendar gives on a day in October 2025."""
    data = "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]).encode()
    parsed = agenda.parse(data, "a.ics", NOW)
    return [line for b in parsed.blocks for line in parsed.text[b.start : b.end].split("\n")]


WEEKLY = ("UID:1", "SUMMARY:Réunion", "DTSTART:20250303T183000", "DURATION:PT1H")


class TestRecurringEvents:
    """Every day on which an event takes place is told, within a window."""

    def test_each_day_is_a_sentence(self) -> None:
        """« Quand a lieu la réunion en mars ? » is answered by one of them."""
        assert told(event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3", "LOCATION:Blois")) == [
            "Réunion, le 3 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Réunion, le 10 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Réunion, le 17 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Lieu de « Réunion » : Blois.",
        ]

    @pytest.mark.parametrize(
        ("start", "rule", "days"),
        [
            ("20250303", "FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "3 mars, 7 avril, 5 mai"),
            ("20250303", "FREQ=DAILY;INTERVAL=2;UNTIL=20250307", "3 mars, 5 mars, 7 mars"),
            ("20250304", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", "4 mars, 6 mars, 11 mars"),
            ("20250331", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "31 mars, 30 avril, 31 mai"),
        ],
    )
    def test_rules_are_followed(self, start: str, rule: str, days: str) -> None:
        """By the day of the week, of the month, of the year."""
        found = told(event("SUMMARY:Salon", f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}"))
        assert found == [f"Salon, le {day} 2025." for day in days.split(", ")]

    def test_days_can_be_added_left_out_moved_and_cancelled(self) -> None:
        """A moved day is told at its new time, and not at the old one."""
        found = told(
            event(
                *WEEKLY,
                "RRULE:FREQ=WEEKLY;COUNT=5",
                "EXDATE:20250310T183000",
                "RDATE:20250312T183000",
            ),
            event(
                "UID:1",
                "SUMMARY:Réunion",
                "RECURRENCE-ID:20250317T183000",
                "DTSTART:20250318T090000",
            ),
            event(
                "UID:1",
                "SUMMARY:Réunion",
                "RECURRENCE-ID:20250324T183000",
                "DTSTART:20250324T183000",
                "STATUS:CANCELLED",
            ),
        )
        assert found == [
            "Réunion, le 3 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Réunion, le 12 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Réunion, le 18 mars 2025 à 09 h 00.",
            "Réunion, le 31 mars 2025 à 18 h 30, jusqu’à 19 h 30.",
            "Annulé\u00a0: Réunion, le 24 mars 2025 à 18 h 30.",
        ]

    def test_the_hour_stays_the_same_in_summer_time(self) -> None:
        """A meeting at 18 h 30 is at 18 h 30 all year; the last day is given in UTC."""
        found = told(
            event(
                "SUMMARY:Réunion",
                "DTSTART;TZID=Europe/Paris:20250324T183000",
                "RRULE:FREQ=WEEKLY;UNTIL=20250331T163000Z",
                "EXDATE:20250407T163000Z",
            )
        )
        assert found == [
            "Réunion, le 24 mars 2025 à 18 h 30.",
            "Réunion, le 31 mars 2025 à 18 h 30.",
        ]

    def test_an_hour_abroad_follows_the_clocks_there(self) -> None:
        """America changes its clocks two weeks before."""
        start = "DTSTART;TZID=America/New_York:20250303T120000"
        there = "(heure française ; 12 h 00 dans le fuseau America/New_York)"
        found = told(event("SUMMARY:Point", start, "RRULE:FREQ=WEEKLY;COUNT=2"))
        assert found == [
            f"Point, le 3 mars 2025 à 18 h 00 {there}.",
            f"Point, le 10 mars 2025 à 17 h 00 {there}.",
        ]

    def test_an_event_without_end_is_told_within_the_window(self) -> None:
        """From the year before to two years ahead, and not every day until 9999."""
        found = told(event("SUMMARY:Salon", "DTSTART;VALUE=DATE:20100601", "RRULE:FREQ=YEARLY"))
        assert found == [f"Salon, le 1er juin {year}." for year in (2024, 2025, 2026, 2027)]

    def test_of_too_many_days_those_to_come_are_told(self) -> None:
        """Two hundred of each event, and the past only where there is room."""
        found = told(event("SUMMARY:Point", "DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=DAILY"))
        assert len(found) == 200
        assert found[0] == "Point, le 1er octobre 2025."
        ended = "RRULE:FREQ=DAILY;UNTIL=20251015"
        assert told(event("SUMMARY:Point", "DTSTART;VALUE=DATE:20250101", ended))[-1] == (
            "Point, le 15 octobre 2025."
        )

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=SECONDLY",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,1,2,3;BYSECOND=0,1,2,3",
            "FREQ=YEARLY;BYMONTHDAY=99",
            "FREQ=NIMPORTE",
            "FREQ=WEEKLY;BYDAY=XX",
        ],
    )
    def test_rules_made_to_harm_end_soon(self, rule: str) -> None:
        """A library looks for the 30th of February until the year 9999."""
        started = time.perf_counter()
        assert told(event("SUMMARY:Point", "DTSTART:19000101T000000", f"RRULE:{rule}"))
        assert time.perf_counter() - started < 5

    def test_a_day_that_is_none_does_not_hide_the_other_events(self) -> None:
        """It is told as left out."""
        bad = event("SUMMARY:Foire", "DTSTART;VALUE=DATE:20259901")
        good = event("SUMMARY:Salon", "DTSTART;VALUE=DATE:20250501")
        data = "\r\n".join(["BEGIN:VCALENDAR", bad, good, "END:VCALENDAR"])
        parsed = parse(data.encode(), "a.ics")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("Foire", "broken")]
        assert parsed.text == "Salon, le 1er mai 2025."


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE a [<!ENTITY e0 "haha ">{ENTITIES}]>'
PARTS = [
    (documents.docx_bytes, "a.docx", "word/document.xml", "</w:t>"),
    (documents.docx_bytes, "a.docx", "docProps/core.xml", "</dc:title>"),
    (documents.pptx_bytes, "a.pptx", "ppt/slides/slide1.xml", "</a:t>"),
    (documents.xlsx_bytes, "a.xlsx", "xl/worksheets/sheet1.xml", "</v>"),
    (documents.xlsx_bytes, "a.xlsx", "xl/workbook.xml", "</sheets>"),
    (documents.odt_bytes, "a.odt", "content.xml", "</text:p>"),
    (documents.odp_bytes, "a.odp", "content.xml", "</text:p>"),
    (documents.ods_bytes, "a.ods", "content.xml", "</text:p>"),
]


class TestHostile:
    """What is made to fill the memory or to take for ever is refused, or read in part."""

    @pytest.mark.parametrize("before", ["", f"<!--{'x' * 70_000}-->"], ids=["plain", "hidden"])
    @pytest.mark.parametrize(
        ("build", "name", "part", "mark"), PARTS, ids=[f"{p[1]}-{p[2]}" for p in PARTS]
    )
    def test_entities_that_multiply_are_refused(
        self, build: Callable[[], bytes], name: str, part: str, mark: str, before: str
    ) -> None:
        """Ten lines stand for a billion words; behind a long comment the libraries see them."""

        def laugh(content: str) -> str:
            assert mark in content
            body = content[content.index("?>") + 2 :] if content.startswith("<?") else content
            return before + LAUGHS + body.replace(mark, f"&e9;{mark}", 1)

        error = refusal(documents.with_part(build(), part, laugh), name)
        assert error.code in ({"unsafe"} if not before else {"unsafe", "broken"})

    @pytest.mark.parametrize(
        ("build", "name", "part", "inner"),
        [
            (documents.docx_bytes, "a.docx", "word/document.xml", "w:sdt w:sdtContent </w:body>"),
            (
                documents.odt_bytes,
                "a.odt",
                "content.xml",
                "text:list text:list-item </office:text>",
            ),
            (
                documents.pptx_bytes,
                "a.pptx",
                "ppt/slides/slide1.xml",
                "p:grpSp p:grpSp </p:spTree>",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) and "." in value else "",
    )
    @pytest.mark.parametrize("depth", [40, 100_000])
    def test_deep_nesting_is_read_or_refused(
        self, build: Callable[[], bytes], name: str, part: str, inner: str, depth: int
    ) -> None:
        """Each level takes a place on the stack."""
        outer, within, mark = inner.split()
        opening, closing = f"<{outer}><{within}>" * depth, f"</{within}></{outer}>" * depth
        data = documents.with_part(
            build(), part, lambda content: content.replace(mark, opening + closing + mark)
        )
        attempt(data, name)

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ("<html><body><p>Texte.</p>" + "<div>" * 200_000, "a.html"),
            ("<html><body><p>Texte.</p>" + "<b><ul><li>" * 100_000, "a.html"),
            (r"{\rtf1 " + "{" * 200_000 + "Texte." + "}" * 200_000 + "}", "a.rtf"),
            ("*" * 200_000 + " Titre\nTexte.", "a.org"),
            ("\n".join(f"{' ' * n}- a" for n in range(2000)), "a.rst"),
            (
                "Subject: a\n"
                + "".join(
                    f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000)
                ),
                "a.eml",
            ),
        ],
        ids=["html", "html-lists", "rtf", "org", "rst", "eml"],
    )
    def test_deep_nesting_of_text_is_read_or_refused(self, data: str, name: str) -> None:
        """As that of XML."""
        attempt(data.encode(), name)

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ("a *b /c [[ " * 100_000, "a.org"),
            ("a`b*c_ **d <e " * 80_000, "a.rst"),
            (r"{\rtf1 " + r"{\pict{ {\footnote {\title " * 40_000, "a.rtf"),
            (r"{\rtf1 " + r"a{\footnote b}\par " * 50_000, "a.rtf"),
            ('a;"b' * 200_000, "a.csv"),
            ("<html><body>" + "<h2><a href='#a'>a</a></h2><p>b</p>" * 25_000, "a.html"),
        ],
        ids=["org", "rst", "rtf-open", "rtf-notes", "csv", "html"],
    )
    def test_a_megabyte_of_marks_takes_seconds(self, data: str, name: str) -> None:
        """What takes time by the square of the length takes minutes there."""
        started = time.perf_counter()
        attempt(data.encode(), name)
        assert time.perf_counter() - started < 20

    @pytest.mark.parametrize("suffix", [".md", ".txt", ".csv", ".org", ".rst", ".ics", ".html"])
    def test_very_long_texts_are_refused(self, suffix: str) -> None:
        """It is a log or a dump of a database."""
        error = refusal("Le bureau. " * 600_000, "a" + suffix)
        assert error.code == "too-large"

    def test_pictures_within_a_web_page_do_not_count(self) -> None:
        """A saved page may hold megabytes of them."""
        picture = f"<img src='data:image/png;base64,{'A' * 7_000_000}'>"
        page = f"<html><body><article><p>Texte de la page.</p>{picture}</article></body></html>"
        assert words(page, "a.html") == "Texte de la page."

    def test_a_file_of_many_pages_is_read_in_part(self) -> None:
        """The report says so."""
        pages = [f"Page {number}. La cotisation est annuelle." for number in range(5000)]
        (gap,) = parse(documents.pdf_bytes(pages), "a.pdf").gaps
        assert (gap.where, gap.code) == ("pages from 1,001", "too-large")

    def test_a_calendar_of_very_many_days_is_told_in_part(self) -> None:
        """Each event without end gives two hundred."""
        daily = event("SUMMARY:Point", "DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=DAILY")
        data = "\r\n".join(["BEGIN:VCALENDAR", *[daily] * 150, "END:VCALENDAR"])
        (gap,) = parse(data.encode(), "a.ics").gaps
        assert gap.code == "too-large"


class TestMail:
    """What only EML has."""

    def test_the_day_of_sending_is_the_date(self) -> None:
        """Members ask what was written in October."""
        found = parse(mail_bytes(), "a.eml").metadata
        assert (found.title, found.date) == ("Réunion du bureau", "2025-10-14")

    def test_html_is_read_when_there_is_no_text(self) -> None:
        """Most programs send both; some send HTML alone."""
        page = "<p>La réunion est <b>reportée</b>.</p><style>p {}</style>"
        assert "La réunion est reportée." in words(mail_bytes("", html=page), "a.eml")
        both = words(mail_bytes("Texte. La réunion est reportée.", html=page), "a.eml")
        assert both.endswith("\nTexte. La réunion est reportée.")

    def test_what_is_quoted_is_kept(self) -> None:
        """A reply without its question says little."""
        found = words(mail_bytes("Oui.\n\n> > Viens-tu\n> à Blois ?\n"), "a.eml")
        assert found.endswith("Oui.\nViens-tu\nà Blois ?")

    @pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252", "x-inconnu"])
    def test_old_charsets_are_read(self, charset: str) -> None:
        """A charset that is unknown is taken for what French files use."""
        head = f"Subject: a\nContent-Type: text/plain; charset={charset}\n"
        encoding = "utf-8" if charset == "utf-8" else "cp1252"
        data = (
            head.encode() + b"Content-Transfer-Encoding: 8bit\n\n" + "Été à Blois.".encode(encoding)
        )
        assert "Été à Blois." in words(data, "a.eml")

    def test_attachments_stand_under_their_names_with_their_own_places(self) -> None:
        """A citation says which attachment, and where in it."""
        data = mail_bytes("Voir.", ("bilan.pdf", documents.pdf_bytes(["Une.", "Deux."])))
        assert locator_of(read(data, "a.eml"), "Deux.") == Locator(("bilan.pdf",), page=2)

    def test_attachments_that_cannot_be_read_are_told(self) -> None:
        """The text of the message is read all the same."""
        parsed = parse(mail_bytes("Voir.", ("a.xyz", b"x"), ("b.pdf", b"%PDF-")), "a.eml")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [
            ("a.xyz", "unsupported"),
            ("b.pdf", "broken"),
        ]

    def test_a_message_may_be_attached_but_not_without_end(self) -> None:
        """Each level may hold many."""
        data = mail_bytes("Fin.")
        for level in range(5):
            data = mail_bytes(f"Niveau {level}.", (f"{level}.eml", data))
        parsed = parse(data, "a.eml")
        assert "Niveau 2." in parsed.text
        assert "Niveau 1." not in parsed.text
        assert [gap.code for gap in parsed.gaps] == ["nested"]

    def test_very_many_attachments_are_not_all_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The rest is told."""
        monkeypatch.setattr(mail, "MAX_ATTACHMENTS", 2)
        parsed = parse(mail_bytes("Voir.", *[(f"{n}.txt", b"Texte.") for n in range(3)]), "a.eml")
        assert [gap.code for gap in parsed.gaps] == ["too-large"]

    def test_a_file_without_headers_is_no_message(self) -> None:
        """Any text can be renamed."""
        assert refusal("Bonjour,\n\nà demain.", "a.eml").code == "mismatch"


class TestArchives:
    """What only ZIP has."""

    def test_each_file_stands_under_its_name(self) -> None:
        """A citation says which file, and where in it."""
        data = zip_bytes(("a/note.md", b"# Un\n\nTexte."), ("b.pdf", documents.pdf_bytes(["Mot."])))
        found = read(data, "a.zip")
        assert locator_of(found, "Texte.") == Locator(("a/note.md", "Un"))
        assert locator_of(found, "Mot.") == Locator(("b.pdf",), page=1)

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd.txt", "/etc/passwd.txt", r"..\etc\passwd.txt"]
    )
    def test_names_that_leave_the_folder_do_no_harm(self, name: str) -> None:
        """Nothing is ever written; the heading shows what is left of the name."""
        found = read(zip_bytes((name, b"Texte.")), "a.zip")
        assert found == [(Locator(("etc/passwd.txt",)), "Texte.")]

    @pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
    def test_names_with_accents_are_read(self, encoding: str) -> None:
        """Macs write UTF-8, old Windows programs cp437, and neither says which."""
        accent = "é".encode(encoding)
        placeholder = "X" * len(accent)
        data = zip_bytes((f"{placeholder}t.txt", b"Texte.")).replace(placeholder.encode(), accent)
        assert read(data, "a.zip") == [(Locator(("ét.txt",)), "Texte.")]

    def test_an_archive_within_an_archive_is_not_opened_but_named(self) -> None:
        """They can be nested without end."""
        inner = zip_bytes(("b.txt", b"Dedans."))
        parsed = parse(zip_bytes(("a.txt", b"Texte."), ("inner.zip", inner)), "a.zip")
        assert "Dedans" not in parsed.text
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("inner.zip", "nested")]
        assert refusal(zip_bytes(("inner.zip", inner)), "a.zip").code == "nested"

    def test_files_with_a_password_are_named(self) -> None:
        """The others are read."""
        data = with_password(zip_bytes(("a.txt", b"Secret."), ("b.txt", b"Texte.")))
        parsed = parse(data, "a.zip")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("a.txt", "encrypted")]
        assert refusal(with_password(zip_bytes(("a.txt", b"Secret."))), "a.zip").code == "encrypted"

    def test_files_of_unknown_formats_are_told(self) -> None:
        """As those of a folder are."""
        parsed = parse(zip_bytes(("a.txt", b"Texte."), ("b.xyz", b"x")), "a.zip")
        assert [(gap.where, gap.code) for gap in parsed.gaps] == [("b.xyz", "unsupported")]

    def test_a_ratio_that_no_text_has_is_refused(self) -> None:
        """Forty kilobytes become forty megabytes."""
        error = refusal(zip_bytes(("a.txt", b"0" * 40_000_000)), "a.zip")
        assert error.code == "too-large"
        assert "a.txt" in error.reason

    def test_too_much_in_all_is_refused(self) -> None:
        """It is the sum that fills the memory."""
        data = documents.zip_bomb("a", declared=150_000_000, members=2)
        assert refusal(data, "a.zip").code == "too-large"

    def test_too_many_files_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They belong into the folder."""
        monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
        members = [(f"{n}.txt", b"Texte.") for n in range(3)]
        assert refusal(zip_bytes(*members), "a.zip").code == "too-large"

    def test_a_damaged_file_does_not_hide_the_others(self) -> None:
        """Its checksum tells."""
        data = zip_bytes(("a.txt", b"Texte un."), ("b.txt", b"Texte deux."))
        damaged = bytearray(data)
        damaged[data.index(b"a.txt") + len("a.txt")] ^= 0xFF
        parsed = parse(bytes(damaged), "a.zip")
        assert "Texte deux." in parsed.text
        assert [gap.where for gap in parsed.gaps] == ["a.txt"]
