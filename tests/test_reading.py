"""What a question asks for, what counts as such, and the words of a sentence that answer."""

from __future__ import annotations

import numpy as np
import pytest

from tourbot.reading.features import NAMES
from tourbot.reading.model import load_model
from tourbot.reading.question import (
    Expected,
    counted,
    expected_answer,
    holds,
    tells_disagreement,
)
from tourbot.reading.short import short_answer
from tourbot.understanding.shorthand import spelt_out


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


@pytest.mark.parametrize("read", [True, False])
def test_confidence_rises_with_probability_and_stays_within_bounds(*, read: bool) -> None:
    """Calibration keeps the order of the answers to one question."""
    model = load_model(read=read)
    rows = np.tile(model.means, (101, 1))
    rows[:, NAMES.index("same_language")] = 1
    found = model.confidences(np.linspace(0, 1, 101), np.full(101, 2.0), rows)
    assert (np.diff(found) >= 0).all()
    assert 0 < found[0] < found[-1] < 1


def test_a_passage_that_was_not_read_counts_as_average() -> None:
    """Other embeddings come without a passage reader."""
    model = load_model(read=False)
    rows = np.tile(model.means, (2, 1))
    rows[1, -2:] = np.nan
    assert model.log_odds(rows)[0] == pytest.approx(model.log_odds(rows)[1])


def test_what_is_typed_short_is_written_out() -> None:
    """But not names in capitals, nor parts of words."""
    assert spelt_out("cb de gens ki bossent ?") == "combien de gens qui travaillent ?"
    assert spelt_out("CB et DS, ds-lite") == "CB et DS, ds-lite"
