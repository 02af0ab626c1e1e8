"""Dates as written, questions that count from today, and the choice of an edition."""

from __future__ import annotations

import datetime as dt

import pytest

from tourbot.text import dates
from tourbot.text.dates import Period

TODAY = dt.date(2025, 3, 3)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("le 4 février 2025", "2025-02-04", "2025-02-04"),
        ("le 1er\u202fmars 2025", "2025-03-01", "2025-03-01"),
        ("les 10 et 11 FEVRIER 2025", "2025-02-10", "2025-02-11"),
        ("du 14 au 17 juin 2023", "2023-06-14", "2023-06-17"),
        ("en août 2024", "2024-08-01", "2024-08-31"),
        ("on June 14, 2023", "2023-06-14", "2023-06-14"),
        ("2024-05-22", "2024-05-22", "2024-05-22"),
        ("le 22/05/2024", "2024-05-22", "2024-05-22"),
        ("GreenTech Forum 2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_date_is_as_precise_as_it_is_written(text: str, first: str, last: str) -> None:
    """A day, some days, a month or a year; nothing is added."""
    (found,) = dates.periods(text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["le 31 février 2025", "2 000 visiteurs", "5/11 avenue", "2024,5 Md€", "1950 euros", ""]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """No calendar has it, or it counts something else."""
    assert dates.periods(text) == []


def test_when_a_source_spoke_is_not_when_it_happened() -> None:
    """« selon … en juin 2023 » dates the article."""
    said = "L’édition 2024 ira du 26 au 28 mars 2024, d’après ChannelNews en juin 2023."
    assert {p.first.year for p in dates.happening(said)} == {2024}


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("Combien l’an dernier ?", "Combien en 2024 ?"),
        ("Combien cette année ?", "Combien en 2025 ?"),
        ("Quel prix l'année prochaine ?", "Quel prix en 2026 ?"),
        ("How many last year?", "How many in 2024?"),
        ("Que s’est-il passé le mois dernier ?", "Que s’est-il passé en février 2025 ?"),
        ("What happens next month?", "What happens in April 2025?"),
        ("Combien en 2019 ?", "Combien en 2019 ?"),
    ],
)
def test_words_that_count_from_today_become_years(question: str, understood: str) -> None:
    """The visitor sees the year that was understood."""
    assert dates.absolute(question, TODAY) == understood


def test_the_turn_of_the_year_is_crossed() -> None:
    """In January, last month is in another year."""
    assert dates.absolute("le mois dernier", dt.date(2025, 1, 9)) == "en décembre 2024"


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("Quand est la prochaine étape ?", "next"),
        ("Combien au dernier salon ?", "latest"),
        ("Who won the latest cup?", "latest"),
        ("When is the next forum?", "next"),
        ("Que disent les derniers articles ?", None),
        ("Qui préside ?", None),
    ],
)
def test_an_order_is_heard(question: str, order: str | None) -> None:
    """Singular only: « les derniers » are several."""
    found = dates.ordered(question)
    assert (found.order if found else None) == order


FORUMS = dates.periods("1er et 2 décembre 2022 ; 2023 ; 2024 ; 5 novembre 2024 ; 4 novembre 2025")


def test_the_latest_is_over_and_the_next_has_not_begun() -> None:
    """What is announced for this autumn is not the latest in spring."""
    assert dates.choose(FORUMS, "latest", TODAY) == Period(
        dt.date(2024, 11, 5), dt.date(2024, 11, 5)
    )
    assert dates.choose(FORUMS, "next", TODAY) == Period(dt.date(2025, 11, 4), dt.date(2025, 11, 4))


def test_where_none_is_coming_none_is_invented() -> None:
    """After the last known edition there is no next one."""
    assert dates.choose(FORUMS, "next", dt.date(2026, 1, 1)) is None
    assert dates.choose([], "latest", TODAY) is None
