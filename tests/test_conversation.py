"""Follow-ups: what is carried from the last question, and what must not be."""

from __future__ import annotations

import pytest

from tourbot.understanding.conversation import is_courtesy, standalone, subjects_of

SUBJECTS = ["Numéric’Emploi", "Numéric’Emploi Centre-Val de Loire", "Loir&Cher Tech", "Marché"]
WHO = "Qui porte Numéric’Emploi en Centre-Val de Loire ?"


def test_a_first_question_is_left_as_it_is() -> None:
    """There is nothing to complete it with."""
    assert standalone("Et combien de candidats ?", [], SUBJECTS) == "Et combien de candidats ?"


@pytest.mark.parametrize(
    "question",
    [
        "Combien de candidats ?",
        "Et combien de candidats ont été rencontrés ?",
        "Quand a-t-il commencé ?",
        "How many candidates did it meet?",
    ],
)
def test_a_follow_up_gets_subject_and_region(question: str) -> None:
    """Short questions, pointing words and openings lean on what was said before."""
    understood = standalone(question, [WHO], SUBJECTS)
    assert understood.endswith(question)
    assert "Numéric’Emploi" in understood
    assert "Centre-Val de Loire" in understood


def test_a_follow_up_gets_the_town_of_the_subject() -> None:
    """The fair has come to many towns."""
    asked = "C’était quand, le marché à Saint-Malo ?"
    understood = standalone("Combien de visiteurs ?", [asked], SUBJECTS)
    assert understood == "marché à Saint-Malo : Combien de visiteurs ?"
    assert standalone("Qui était là ?", [understood], SUBJECTS) == (
        "marché à Saint-Malo : Qui était là ?"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Qui préside Loir&Cher Tech ?",
        "Quel est le taux du CII depuis 2025 ?",
        "Qui préside l’association Dev’up ?",
    ],
)
def test_a_question_with_a_name_stands_alone(question: str) -> None:
    """Another name is another subject; mixing the two would answer neither."""
    assert standalone(question, [WHO], SUBJECTS) == question


def test_a_long_question_without_pointing_word_stands_alone() -> None:
    """A general question is not about the last one's subject only because it comes after."""
    question = "Combien d’entreprises françaises investissent chaque année dans la recherche ?"
    assert standalone(question, [WHO], SUBJECTS) == question


@pytest.mark.parametrize("question", ["Et dans le Grand Est ?", "et le grand est", "Grand Est ?"])
def test_a_region_alone_asks_the_same_question_there(question: str) -> None:
    """The whole earlier question is asked again of the other region."""
    understood = standalone(question, [WHO], SUBJECTS)
    assert understood == "Qui porte Numéric’Emploi en Grand Est ?"


@pytest.mark.parametrize("question", ["Depuis quand ?", "et depuis quand", "Et depuis quand ?"])
def test_a_question_word_alone_asks_more_of_the_last_question(question: str) -> None:
    """« Depuis quand ? » after « qui préside ? » is about the presidency."""
    understood = standalone(question, ["Qui préside Loir&Cher Tech ?"], SUBJECTS)
    assert understood == "Qui préside Loir&Cher Tech, depuis quand ?"


@pytest.mark.parametrize(
    "text", ["merci !", "Bonjour", "Thank you very much.", "ok", "Que peux-tu faire ?", "help"]
)
def test_courtesy_is_no_question(text: str) -> None:
    """Nothing is searched for, and nothing is noted as unanswered."""
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["Merci de citer les partenaires", "Bonjour, qui préside le club ?"]
)
def test_a_polite_question_is_one(text: str) -> None:
    """Politeness around a question must not swallow it."""
    assert not is_courtesy(text)


def test_a_region_is_added_where_there_was_none() -> None:
    """This is how one answers when asked which region is meant."""
    understood = standalone("En Centre-Val de Loire", ["Qui porte Numéric’Emploi ?"], SUBJECTS)
    assert "Qui porte Numéric’Emploi" in understood
    assert "Centre-Val de Loire" in understood


def test_a_new_region_replaces_the_one_carried() -> None:
    """Two regions in one question would mix two documents."""
    question = "Combien de candidats en Grand Est ?"
    understood = standalone(question, ["Qui porte Numéric’Emploi en Occitanie ?"], SUBJECTS)
    assert "Numéric’Emploi" in understood
    assert "Occitanie" not in understood


def test_only_the_last_question_is_leant_on() -> None:
    """What was spoken of before the last change of subject is over."""
    understood = standalone("Depuis quand ?", [WHO, "Qui préside Loir&Cher Tech ?"], SUBJECTS)
    assert "Loir&Cher Tech" in understood
    assert "Numéric’Emploi" not in understood


def test_a_completed_question_completes_the_next() -> None:
    """A chain of follow-ups keeps its subject: each is completed from one already complete."""
    first = standalone("Combien de candidats ?", [WHO], SUBJECTS)
    second = standalone("Et de femmes ?", [WHO, first], SUBJECTS)
    assert "Numéric’Emploi" in second
    assert "Centre-Val de Loire" in second
    assert second.endswith("Combien de femmes ?")
    assert "candidats" not in second


def test_the_longest_known_subject_comes_first() -> None:
    """The most precise title says best what is spoken of."""
    assert subjects_of(WHO, SUBJECTS)[0] == "Numéric’Emploi Centre-Val de Loire"


def test_a_year_is_no_subject() -> None:
    """« Et en 2024 ? » changes the year, not the subject."""
    understood = standalone("Et en 2024 ?", ["Quelle est la croissance du Marché ?"], SUBJECTS)
    assert "Marché" in understood
    assert "2024" in understood


@pytest.mark.parametrize(
    ("question", "previous", "understood"),
    [
        ("Et en 2022 ?", "Quel marché en 2023 ?", "Quel marché en 2022 ?"),
        ("And the year after?", "How many visitors in 2023?", "How many visitors in 2024?"),
        ("et l’année d’avant ?", "Quel marché en 2023 ?", "Quel marché en 2022 ?"),
        (
            "Et celui d’Occitanie ?",
            "Qui préside le club de Bretagne ?",
            "Qui préside le club de Occitanie ?",
        ),
        ("Et aux écoles ?", "Que promet le plan aux TPE ?", "Que promet le plan aux écoles ?"),
        ("Et le CIR ?", "Quel est le taux du CII ?", "Quel est le taux du CIR ?"),
        ("Et en formation ?", "Quelle part de femmes ?", "Quelle part de femmes en formation ?"),
    ],
)
def test_a_fragment_changes_one_thing(question: str, previous: str, understood: str) -> None:
    """The year, the region, the name, or the words after the same preposition."""
    assert standalone(question, [previous], SUBJECTS) == understood


def test_what_was_carried_is_carried_on() -> None:
    """Not the small words of the question that it was carried into."""
    first = standalone("Et quand finit-il ?", ["Que promet Osez l’IA ?"], SUBJECTS)
    assert standalone("Et quelle enveloppe ?", [first], SUBJECTS).startswith("Osez l’IA : ")


def test_a_name_keeps_its_year() -> None:
    """« France 2030 » is not « France »."""
    understood = standalone("Quel montant ?", ["Combien de lauréats France 2030 ?"], ["France"])
    assert understood == "France 2030 : Quel montant ?"
