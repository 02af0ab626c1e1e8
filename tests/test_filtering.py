"""Choosing documents: values compared as people write them, and what no document has."""

from __future__ import annotations

import pytest

from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.errors import UsageError
from tourbot.filtering import EVERYTHING, Filters, offered
from tourbot.types import Metadata

DOCUMENTS = {
    "sud.md": Metadata(kind="programme", region="Région Sud", date="2024-05", publisher="Numeum"),
    "est.md": Metadata(kind="etude", region="Grand Est", date="2023", publisher="La Gazette"),
    "rien.md": Metadata(),
}


class TestFilters:
    @pytest.mark.parametrize(
        ("filters", "kept"),
        [
            (EVERYTHING, {"sud.md", "est.md", "rien.md"}),
            (Filters(kind=("ETUDE",)), {"est.md"}),
            (Filters(region=("paca", "grand est")), {"sud.md", "est.md"}),
            (Filters(year=("2024",)), {"sud.md"}),
            (Filters(source=("la gazette",)), {"est.md"}),
            (Filters(kind=("programme",), year=("2023",)), set()),
        ],
    )
    def test_a_document_passes_when_it_has_one_value_of_each_field(
        self, filters: Filters, kept: set[str]
    ) -> None:
        """Values of one field are alternatives; fields add up."""
        assert DOCUMENTS.keys() - filters.outside(DOCUMENTS) == kept

    def test_what_no_document_has_is_named(self) -> None:
        """A filter typed wrong must not look like documents that say nothing."""
        filters = Filters(kind=("etude", "roman"), year=("1999",))
        assert filters.unknown(DOCUMENTS) == [("kind", "roman"), ("year", "1999")]

    def test_only_values_that_documents_have_are_offered(self) -> None:
        """In order, the newest year first, and each region under one name."""
        assert offered(DOCUMENTS.values()) == {
            "kind": ["etude", "programme"],
            "region": ["Grand Est", "Provence-Alpes-Côte d’Azur"],
            "year": ["2024", "2023"],
            "source": ["La Gazette", "Numeum"],
        }


class TestAnswers:
    QUESTION = "Qui porte Numéric’Emploi ?"

    def test_only_the_chosen_documents_are_quoted(
        self, assistant: Assistant, real_catalogue: Catalogue
    ) -> None:
        """What a member chose is not a wish: another region's partners must not be shown, nor near."""
        filters = Filters(region=("Grand Est",))
        answer = assistant.ask(self.QUESTION, record=False, filters=filters)
        regions = {shown.metadata.region for shown in (*answer.citations, *answer.near)}
        shown = {r.passage.document_id for r in answer.passages}
        assert regions == {"Grand Est"}
        assert shown.isdisjoint(filters.outside(real_catalogue.metadata()))

    def test_an_answer_outside_the_chosen_documents_is_not_given(
        self, assistant: Assistant
    ) -> None:
        """It abstains, and says that it did not look everywhere."""
        question = "Qui préside Loir&Cher Tech ?"
        answer = assistant.ask(question, record=False, filters=Filters(kind=("agenda",)))
        assert answer.abstained
        assert answer.filtered

    def test_an_unknown_value_is_refused_with_those_there_are(self, assistant: Assistant) -> None:
        """In the language of the question."""
        with pytest.raises(UsageError, match=r"Types connus.*etude"):
            assistant.ask(self.QUESTION, record=False, filters=Filters(kind=("roman",)))
