"""Questions that ask several things, and questions that only look so."""

from __future__ import annotations

import pytest

from tourbot.understanding.decomposition import parts

SUBJECTS = ["Numéric’Emploi", "Human Tech Days"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quel marché en 2023 et en 2024 ?", ["Quel marché en 2023 ?", "Quel marché en 2024 ?"]),
        (
            "Did the fair draw more visitors in 2024 than in 2019?",
            [
                "Did the fair draw more visitors in 2024 ?",
                "Did the fair draw more visitors in 2019 ?",
            ],
        ),
        (
            "Qui le porte en Bretagne, en Occitanie et dans le Grand Est ?",
            [
                "Qui le porte en Bretagne ?",
                "Qui le porte en Occitanie ?",
                "Qui le porte dans le Grand Est ?",
            ],
        ),
        (
            "Quand est né Numéric’Emploi et qui le porte ?",
            ["Quand est né Numéric’Emploi ?", "Numéric’Emploi : qui le porte ?"],
        ),
        (
            "Combien d’incidents pour le premier centre, et combien pour tous ?",
            ["Combien d’incidents pour le premier centre ?", "Combien d’incidents pour tous ?"],
        ),
    ],
)
def test_each_part_is_a_question(question: str, expected: list[str]) -> None:
    """By year, by region, or clause by clause; the second clause leans on the first."""
    assert [part.question for part in parts(question, SUBJECTS)] == expected


def test_parts_are_told_apart_by_year_or_region() -> None:
    """What is quoted stands under its label."""
    assert [p.label for p in parts("Quel taux en 2023 et en 2024 ?", [])] == ["2023", "2024"]
    assert [p.label for p in parts("Qui en Bretagne et en Corse ?", [])] == ["Bretagne", "Corse"]


@pytest.mark.parametrize(
    "question",
    [
        "Qui préside le club ?",
        "Comment le marché a-t-il changé entre 2019 et 2023 ?",
        "Combien de lauréats France 2030 en 2023 ?",
        "Pour les ESN en 2025, quel écart entre juin et décembre ?",
        "Quels sont les prix et les délais ?",
        "2023 2024",
        "?",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    """A span of time, a name with a year and a list of nouns ask one thing."""
    assert [part.question for part in parts(question, SUBJECTS)] == [question]
