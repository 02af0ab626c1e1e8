"""Follow-ups: what is carried from the last question, and what must not be."""

from __future__ import annotations

import pytest

from tourbot.conversation import standalone, subjects_of

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
    assert second.endswith("Et de femmes ?")
    assert "candidats" not in second


def test_the_longest_known_subject_comes_first() -> None:
    """The most precise title says best what is spoken of."""
    assert subjects_of(WHO, SUBJECTS)[0] == "Numéric’Emploi Centre-Val de Loire"


def test_a_year_is_no_subject() -> None:
    """« Et en 2024 ? » changes the year, not the subject."""
    understood = standalone("Et en 2024 ?", ["Quelle est la croissance du Marché ?"], SUBJECTS)
    assert "Marché" in understood
    assert "2024" in understood
