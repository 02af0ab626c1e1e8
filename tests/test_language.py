"""French or English?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tourbot.text.language import LANGUAGES, detect

FRENCH = [
    "Qui préside Numeum ?",
    "C'est quoi NIS2 ?",
    "Combien coûte l’adhésion ?",
    "Comment adhérer ?",
    "COMMENT ADHERER ?",
    "Et en 2024 ?",
    "Puis-je adhérer ?",
    "Adhésion Numeum",
    "Prix formation POEI",
    "Aide au recrutement en alternance",
    "On recrute ?",
    "Numeum a recruté ?",
    "Merci",
    "Quel est le rôle de Digital Europe dans Cyber Skills Academy ?",
]
ENGLISH = [
    "Who chairs Numeum?",
    "How do I join?",
    "HOW DO I JOIN?",
    "And in 2024?",
    "Does NIS2 apply to me?",
    "Can I join Numeum?",
    "Is Numéric’Emploi free?",
    "Membership fee",
    "Digital market growth",
    "Thanks",
    "A fund for women?",
    "Will you help us?",
    "What is the « prime d’activité » of the Cité du numérique?",
]


class TestDetect:
    """Documents and short questions."""

    @pytest.mark.parametrize("question", FRENCH)
    def test_short_french_questions_are_french(self, question: str) -> None:
        """The answer is worded in the language of the question."""
        assert detect(question) == "fr"

    @pytest.mark.parametrize("question", ENGLISH)
    def test_short_english_questions_are_english(self, question: str) -> None:
        """French names in an English question do not make it French."""
        assert detect(question) == "en"

    @pytest.mark.parametrize("text", ["", " \n", "???", "2025", "12 % – 8\u202f758 €"])
    def test_what_holds_no_word_is_french(self, text: str) -> None:
        """Most members and documents are."""
        assert detect(text) == "fr"

    def test_a_document_is_judged_as_a_whole(self) -> None:
        """An English title on a French page changes nothing."""
        page = "Digital Skills Report\n\n" + "Le secteur recrute des jeunes et des femmes. " * 3
        assert detect(page) == "fr"

    @given(st.text(max_size=200))
    def test_every_text_gets_one_of_the_two_languages(self, text: str) -> None:
        """Whatever is typed must be answered, never crash."""
        assert detect(text) in LANGUAGES
