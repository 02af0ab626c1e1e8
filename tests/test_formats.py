"""What only one of the lighter formats has: tables of text files, markup, mail, archives."""

from __future__ import annotations

import pytest
from test_parsing import locator_of, read, refusal, words

from tourbot.parsing import delimited, parse
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
            ("- a\n  - b\nfin", "• a\n• b\nfin"),
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
