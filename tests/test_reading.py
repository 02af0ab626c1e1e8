"""What a question asks for, what counts as such, and the words of a sentence that answer."""

from __future__ import annotations

import numpy as np
import pytest

from tourbot.reading.features import NAMES
from tourbot.reading.model import load_model
from tourbot.reading.question import (
    Expected,
    counted,
    counts,
    expected_answer,
    holds,
    tells_disagreement,
)
from tourbot.reading.short import short_answer
from tourbot.shorthand import spelt_out


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelle est l’adresse e-mail du club ?", Expected.EMAIL),
        ("Quel est le numéro de téléphone de Dev’up ?", Expected.PHONE),
        ("What are the opening hours of the hall?", Expected.HOURS),
        ("Quelle surface fait l’usine ?", Expected.AREA),
        ("What is the website of the club?", Expected.WEBSITE),
        ("Combien coûte l’adhésion ?", Expected.MONEY),
        ("Combien d’adhérents ?", Expected.NUMBER),
        ("By how much did the market grow?", Expected.SHARE),
        ("De combien le marché a-t-il crû ?", Expected.SHARE),
        ("How much did the ticket cost?", Expected.MONEY),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question(question: str, expected: Expected) -> None:
    """In both languages."""
    assert expected_answer(question) is expected


@pytest.mark.parametrize(
    ("kind", "sentence", "found"),
    [
        (Expected.EMAIL, "Écrire à club@exemple.fr.", True),
        (Expected.EMAIL, "15 mail Clouseau, Blois.", False),
        (Expected.HOURS, "Ouvert de 9 h à 18 h.", True),
        (Expected.HOURS, "Inaugurée le 20 mars 2025.", False),
        (Expected.PHONE, "Le 02 54 00 00 00 répond.", True),
        (Expected.AREA, "Un hall de 17\u202f000 m².", True),
        (Expected.NUMBER, "La 2e édition dure jusqu’au 15 février 2020.", False),
        (Expected.NUMBER, "VivaTech 2019 – Visiteurs : 124 000", True),
    ],
)
def test_a_sentence_holds_such_words_or_not(kind: Expected, sentence: str, *, found: bool) -> None:
    """Dates and ordinals are no numbers of anything."""
    assert holds(kind, sentence) is found


@pytest.mark.parametrize(
    ("question", "sentence", "near"),
    [
        ("Combien d’intervenants ?", "Plus de 150 partenaires et 550 intervenants.", True),
        ("Combien de participants ?", "Il a réuni 17 % de participants de plus.", False),
        ("Combien d’incidents ?", "Incidents traités par le centre en 2024 – Nombre : 34", True),
        ("How many visitors came?", "L’édition a réuni 150 000 visiteurs.", True),
        ("Combien d’incidents ?", "Le centre a reçu 34 visites.", False),
    ],
)
def test_a_number_counts_what_stands_near(question: str, sentence: str, *, near: bool) -> None:
    """A share counts nothing; a row of a table is one thing however long."""
    assert counts(sentence, counted(question)) is near


def test_anyone_may_be_counted_as_people() -> None:
    """« Combien de personnes » is answered by visitors, members or employees."""
    assert counted("Combien de personnes au forum ?") == frozenset()


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("La date d’entrée en vigueur n’est pas la même partout.", True),
        ("Les sources divergent sur deux points :", True),
        ("Le taux varie selon les publications :", True),
        ("The number differs between the two articles.", True),
        ("Des périmètres différents, des totaux différents.", False),
        ("Le salon réunit des sources d’énergie.", False),
    ],
)
def test_a_statement_of_disagreement_is_heard(sentence: str, *, told: bool) -> None:
    """It says that sources differ; things that differ are something else."""
    assert tells_disagreement(sentence) is told


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Qui préside le club ?", "Le club est présidé par Jeanne Martin.", "Jeanne Martin"),
        ("Qui dirige le forum ?", "Guillaume Tissier est directeur du forum.", "Guillaume Tissier"),
        ("Quelle part de femmes ?", "Elles sont 18\u202f% des salariés.", "18\u202f%"),
        ("Combien coûte le crédit ?", "Il coûte 6,9 Md€ par an.", "6,9 Md€"),
        ("Combien d’adhérents ?", "Elle a 2 500 adhérents et 85 % du marché.", "2 500 adhérents"),
        ("Quand a-t-il lieu ?", "Du 31 mars au 2 avril 2026, à Lille.", "31 mars au 2 avril 2026"),
        ("En quelle année ?", "L’association est fondée en 2015.", "2015"),
        ("Quelle est l’adresse e-mail ?", "Écrire à club@exemple.fr.", "club@exemple.fr"),
    ],
)
def test_the_words_that_answer_are_found(question: str, sentence: str, answer: str) -> None:
    """A name, a number with its unit, a date."""
    span = short_answer(question, sentence)
    assert span is not None
    assert sentence[slice(*span)] == answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Pourquoi ce plan ?", "Le plan répond à 300 demandes de Jeanne Martin."),
        ("Qui a parlé ?", "Jeanne Martin a parlé pour le club, Paul Durand pour la Ville."),
        ("Qui préside le club ?", "Le club est né en Bretagne."),
        ("Combien de stands ?", "Il a 30 salles et 40 tables."),
        ("Quand était-ce ?", "C’était un beau jour."),
    ],
)
def test_where_it_cannot_be_told_nothing_is_marked(question: str, sentence: str) -> None:
    """A wrong word in bold would be worse than none."""
    assert short_answer(question, sentence) is None


def test_confidence_rises_with_probability_and_stays_within_bounds() -> None:
    """Calibration keeps the order of answers; a better passage and shared words count for more."""
    model = load_model()
    rows = np.tile(model.means, (101, 1))
    rows[:, NAMES.index("same_language")] = 1
    rising = np.linspace(0, 1, 101)
    found = model.confidences(rising, np.full(101, 2.0), rows)
    assert (np.diff(found) >= 0).all()
    assert 0 < found[0] < found[-1] < 1
    assert (np.diff(model.confidences(np.full(101, 0.5), rising, rows)) > 0).all()
    rows[:, NAMES.index("sentence_coverage")] = rising
    assert (np.diff(model.confidences(np.full(101, 0.5), np.full(101, 2.0), rows)) > 0).all()


def test_what_is_typed_short_is_written_out() -> None:
    """But not names in capitals, nor parts of words."""
    assert spelt_out("cb de gens ki bossent ?") == "combien de gens qui travaillent ?"
    assert spelt_out("CB et DS, ds-lite") == "CB et DS, ds-lite"
