"""Documents that must not be mixed, the regions that tell them apart, and acronyms."""

from __future__ import annotations

import pytest

from tourbot.catalogue import Catalogue
from tourbot.lookalikes import Family, families, subject
from tourbot.text import acronyms, regions
from tourbot.types import Metadata

TITLES = {
    "cvl.md": Metadata(
        "Numéric’Emploi Centre-Val de Loire : premier bilan", region="Centre-Val de Loire"
    ),
    "est.md": Metadata("Numéric’Emploi Grand Est, le dispositif pionnier", region="Grand Est"),
    "sud.md": Metadata("Numéric’Emploi en Région Sud (Provence-Alpes-Côte d’Azur)"),
    "2023.md": Metadata("Marché du numérique en France en 2023 selon Numeum", region="France"),
    "2024.md": Metadata("Marché du numérique 2024 : croissance", region="France"),
    "club.md": Metadata("Loir&Cher Tech, l’association", region="Centre-Val de Loire"),
}


@pytest.fixture
def scheme() -> Family:
    """The family that differs by region."""
    return families(TITLES)["cvl.md"]


class TestFamilies:
    def test_titles_with_one_name_form_a_family(self, scheme: Family) -> None:
        """What stands before the region or the year is the name."""
        found = families(TITLES)
        assert {v.document_id for v in scheme.variants} == {"cvl.md", "est.md", "sud.md"}
        assert {v.document_id for v in found["2023.md"].variants} == {"2023.md", "2024.md"}
        assert "club.md" not in found

    def test_each_variant_is_labelled_by_what_differs(self, scheme: Family) -> None:
        """The label is what a reader needs to tell two quotes apart."""
        assert {v.document_id: v.label for v in scheme.variants} == {
            "cvl.md": "Centre-Val de Loire",
            "est.md": "Grand Est",
            "sud.md": "Provence-Alpes-Côte d’Azur",
        }
        assert {v.label for v in families(TITLES)["2023.md"].variants} == {"2023", "2024"}

    @pytest.mark.parametrize(
        ("question", "named"),
        [
            ("Qui porte Numéric’Emploi ?", True),
            ("qui porte numeric emploi", True),
            ("QUI PORTE NUMERIC'EMPLOI", True),
            ("qui porte NumericEmploi ?", True),
            ("Qui porte l’emploi des seniors ?", False),
        ],
    )
    def test_a_family_is_named_however_it_is_spelt(
        self, scheme: Family, question: str, named: bool
    ) -> None:
        """The name must be recognised, and half of it must not be enough."""
        assert scheme.named_in(question) is named

    @pytest.mark.parametrize(
        ("question", "meant"),
        [
            ("Qui porte Numéric’Emploi en PACA ?", {"sud.md"}),
            ("Et dans le Sud ?", {"sud.md"}),
            ("en Grand Est ou en Centre-Val de Loire ?", {"cvl.md", "est.md"}),
            ("Qui porte Numéric’Emploi ?", set()),
            ("Qui porte Numéric’Emploi en Bretagne ?", set()),
        ],
    )
    def test_a_region_says_which_is_meant(
        self, scheme: Family, question: str, meant: set[str]
    ) -> None:
        """By any of its names; a region without a document means none."""
        assert {v.document_id for v in scheme.meant(question)} == meant

    def test_a_year_says_which_is_meant(self) -> None:
        """Reports of several years differ by it alone."""
        market = families(TITLES)["2023.md"]
        meant = market.meant("Quelle croissance du marché du numérique en 2024 ?")
        assert [v.document_id for v in meant] == ["2024.md"]

    def test_the_corpus_holds_the_families_that_it_should(self, real_catalogue: Catalogue) -> None:
        """The demonstration corpus has look-alikes by region, by year and by edition."""
        found = {family.name: family for family in families(real_catalogue.metadata()).values()}
        sizes = {name: len(family.variants) for name, family in found.items()}
        assert sizes["Numéric’Emploi"] == 4
        assert sizes["Marché du numérique"] == 4

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Numéric’Emploi Grand Est, le dispositif pionnier (2013-2020)", "Numéric’Emploi"),
            ("Marché du numérique en France en 2022 selon Numeum", "Marché du numérique"),
            ("Loir&Cher Tech", "Loir&Cher Tech"),
            ("", ""),
        ],
    )
    def test_a_name_ends_before_region_year_and_punctuation(self, title: str, name: str) -> None:
        """A name cut too early would join strangers, too late would part twins."""
        assert subject(title) == name


class TestRegions:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("en PACA", ["Provence-Alpes-Côte d’Azur"]),
            ("la région sud", ["Provence-Alpes-Côte d’Azur"]),
            ("provence alpes cote d'azur", ["Provence-Alpes-Côte d’Azur"]),
            ("CENTRE VAL DE LOIRE", ["Centre-Val de Loire"]),
            ("ile de france", ["Île-de-France"]),
            ("in Brittany", ["Bretagne"]),
            ("à La Réunion puis en Île-de-France", ["La Réunion", "Île-de-France"]),
            ("à Blois, au sud de la Loire", []),
            ("une corset, un grandest", []),
        ],
    )
    def test_a_region_is_known_by_all_its_names(self, text: str, expected: list[str]) -> None:
        """And by nothing that only contains one of them."""
        assert regions.mentioned(text) == expected

    def test_a_meeting_is_not_the_island(self) -> None:
        """« réunion » is first of all a meeting; only the island has the article and capital."""
        assert regions.mentioned("Qui organise la réunion de rentrée ?") == []

    @pytest.mark.parametrize("name", ["Centre-Val de Loire", "centre val de loire", "CVL"])
    def test_a_region_is_removed_however_it_is_written(self, name: str) -> None:
        """What is left is the question itself, to be compared by words."""
        assert regions.remove(f"Qui porte le plan en {name} ?").split() == (
            "Qui porte le plan en ?".split()
        )

    def test_an_unknown_name_stands_for_itself(self) -> None:
        """Metadata may say « France » or a town."""
        assert regions.canonical("Blois") == "Blois"


class TestAcronyms:
    TEXTS = (
        "Le crédit d’impôt innovation (CII) baisse. L’équipe de France du numérique (EDFN) agit.",
        "La préparation opérationnelle à l’emploi individuelle (POEI) dure 400 heures.",
        "Une note (voir plus bas) et un lieu (LYON) ne sont pas des sigles.",
    )

    def test_explanations_are_collected_from_the_documents(self) -> None:
        """Only words whose initials spell the acronym explain it."""
        assert acronyms.explained(self.TEXTS) == {
            "CII": "crédit d’impôt innovation",
            "EDFN": "équipe de France du numérique",
            "POEI": "préparation opérationnelle à l’emploi individuelle",
        }

    def test_both_forms_become_one_word(self) -> None:
        """Overlap of words can then be measured."""
        known = acronyms.explained(self.TEXTS)
        assert acronyms.shorten("Le CREDIT D'IMPOT INNOVATION dure.", known) == "Le CII dure."
