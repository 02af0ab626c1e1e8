"""Every figure against a case computed by hand; the docstrings say what is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tourbot.evaluation import bootstrap
from tourbot.evaluation.metrics import abstention, answers, citations, retrieval
from tourbot.evaluation.metrics.citations import Span

confidences = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


class TestRetrieval:
    def test_one_relevant_passage_at_rank_two(self) -> None:
        """1/log2(3) for nDCG, 1/2 for MRR; found among five, not first."""
        found = retrieval.per_question({"q": {"x": 1}}, {"q": ["y", "x", "z"]})["q"]
        assert found["nDCG@10"] == pytest.approx(1 / math.log2(3))
        assert found["MRR@10"] == 0.5
        assert (found["recall@1"], found["recall@5"]) == (0.0, 1.0)

    def test_two_parts_of_which_one_is_found_late(self) -> None:
        """Rank 1 and rank 11: half of the parts among ten, all among fifty."""
        ranking = ["a", *(f"n{i}" for i in range(9)), "b"]
        found = retrieval.per_question({"q": {"a": 1, "b": 1}}, {"q": ranking})["q"]
        ideal = 1 + 1 / math.log2(3)
        assert found["nDCG@10"] == pytest.approx(1 / ideal)
        assert (found["recall@10"], found["recall@50"]) == (0.5, 1.0)

    def test_grades_weigh(self) -> None:
        """The better document second: (1 + 2/log2(3)) / (2 + 1/log2(3))."""
        found = retrieval.per_question({"q": {"a": 2, "b": 1}}, {"q": ["b", "a"]})["q"]
        assert found["nDCG@10"] == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))

    def test_nothing_found_is_nought_not_missing(self) -> None:
        """A system that returns nothing must not be averaged over the rest."""
        assert retrieval.per_question({"q": {"x": 1}}, {"q": []})["q"] == dict.fromkeys(
            retrieval.MEASURES, 0.0
        )


class TestAnswers:
    @pytest.mark.parametrize(
        ("text", "lang", "normal"),
        [
            ("L’Opco Atlas", "fr", "opco atlas"),
            ("  l'année d’élan du\u202fcap ! ", "fr", "année élan cap"),
            ("aujourd’hui", "fr", "aujourdhui"),
            ("The Eiffel Tower.", "en", "eiffel tower"),
            ("a-b, U.S.A.", "en", "ab usa"),
        ],
    )
    def test_normalisation(self, text: str, lang: str, normal: str) -> None:
        """Articles, elision, case, punctuation and spaces are not content; accents are."""
        assert answers.normalise(text, lang) == normal

    def test_exact_match_and_f1_by_hand(self) -> None:
        """Said « opco atlas et région »: 3 of 4 tokens right, 3 of 3 wanted: 2·.75·1/1.75."""
        assert answers.exact_match("la Région", ["L’État", "région"]) == 1.0
        assert answers.exact_match("la Région Sud", ["région"]) == 0.0
        said = "l’Opco Atlas et la Région"
        assert answers.token_f1(said, ["Opco, Atlas, Région"]) == pytest.approx(2 * 0.75 / 1.75)
        assert answers.token_f1("", ["Région"]) == 0.0

    def test_repeated_tokens_count_as_often_as_they_are_shared(self) -> None:
        """One of two « numérique » is wanted: precision 1/2, recall 1."""
        assert answers.token_f1("numérique numérique", ["numérique"]) == pytest.approx(2 / 3)

    @pytest.mark.parametrize(
        ("said", "accepted", "right"),
        [
            ("8\u202f758 emplois", ["8 758"], True),
            ("L’ADIRC la porte", ["l'adirc"], True),
            ("Numeum la porte", ["Medef"], False),
            ("18 % des personnes", ["8 %"], False),
            ("une hausse de 6,8 %", ["8 %"], False),
            ("une hausse de 6,8 %", ["+6,8 %", "6,8 %"], True),
            ("le 12 mars", ["2 mars"], False),
            ("69,4 milliards, puis 72,2", [["69,4", "72,2"]], True),
            ("69,4 milliards", [["69,4", "72,2"]], False),
        ],
    )
    def test_contained(self, said: str, accepted: list[str | list[str]], right: bool) -> None:
        """Whole numbers and words; all strings of an alternative that is a list."""
        assert answers.contained(said, accepted) is right


class TestCitations:
    def test_two_right_of_three_and_one_part_of_two(self) -> None:
        """A comparison of which one side is cited, twice, beside something else."""
        gold = {1: [Span("a", 0, 50)], 2: [Span("b", 0, 50), Span("c", 10, 60)]}
        cited = [Span("a", 0, 50), Span("a", 20, 60), Span("d", 0, 50)]
        assert citations.precision_and_recall(cited, gold) == (pytest.approx(2 / 3), 0.5)

    def test_either_of_two_places_gives_a_part(self) -> None:
        """Two documents may say the same: one citation is enough."""
        gold = {1: [Span("b", 0, 50), Span("c", 10, 60)]}
        assert citations.precision_and_recall([Span("c", 10, 60)], gold) == (1.0, 1.0)

    def test_an_introducing_line_is_no_mistake_and_no_answer(self) -> None:
        """Cited beside its item it is right; alone it supports nothing."""
        gold, intro = {1: [Span("a", 50, 90)]}, [Span("a", 0, 49)]
        both = [Span("a", 0, 49), Span("a", 50, 90)]
        assert citations.precision_and_recall(both, gold, intro) == (1.0, 1.0)
        assert citations.precision_and_recall(intro, gold, intro) == (1.0, 0.0)

    @given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
    def test_support_is_mutual_and_of_one_document(self, a: int, m: int, b: int, n: int) -> None:
        """Half of the shorter is shared from either side; never across documents."""
        one, other = Span("x", a, a + m), Span("x", b, b + n)
        assert citations.supports(one, other) == citations.supports(other, one)
        assert citations.supports(one, one)
        assert not citations.supports(one, Span("y", a, a + m))


class TestAbstention:
    def test_precision_recall_and_f1_by_hand(self) -> None:
        """Three abstentions of which two are due, four due: 2/3, 2/4 and their harmonic mean."""
        found = abstention.precision_recall_f1(
            [True, True, True, False, False], [True, True, False, True, True]
        )
        assert found == pytest.approx((2 / 3, 2 / 4, 4 / 7))

    def test_never_abstaining_has_no_recall(self) -> None:
        """Not defined is nought: a program that always answers must not pass for perfect."""
        assert abstention.precision_recall_f1([False, False], [True, False]) == (0.0, 0.0, 0.0)

    def test_risk_and_its_area_by_hand(self) -> None:
        """Right, wrong, right, wrong by falling confidence: risks 0, 1/2, 1/3, 2/4."""
        values, right = [0.2, 0.9, 0.8, 0.5], [False, True, False, True]
        coverage, risk = abstention.risk_coverage(values, right)
        assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
        assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
        assert abstention.aurc(values, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)

    def test_calibration_by_hand(self) -> None:
        """Two in the bin to .9 (one right), two in the bin to .2 (none): |.5-.9|/2 + |0-.15|/2."""
        found = abstention.expected_calibration_error(
            [0.9, 0.9, 0.2, 0.1 + 1e-9], [True, False, False, False]
        )
        assert found == pytest.approx(0.4 / 2 + 0.15 / 2)

    @given(confidences)
    def test_what_is_always_true_of_the_curves(self, pairs: list[tuple[float, bool]]) -> None:
        """Bounds, and the risk of answering everything."""
        values, right = [v for v, _ in pairs], [r for _, r in pairs]
        assert abstention.risk_coverage(values, right)[1][-1] == pytest.approx(
            1 - sum(right) / len(right)
        )
        assert 0 <= abstention.aurc(values, right) <= 1
        assert 0 <= abstention.expected_calibration_error(values, right) <= 1
        assert abstention.auroc(values, right) == pytest.approx(
            1 - abstention.auroc([1 - v for v in values], right), abs=1e-9
        ) or len({round(1 - v, 12) for v in values}) < len(set(values))

    def test_auroc_counts_pairs(self) -> None:
        """Four pairs: one lost, one tied."""
        assert abstention.auroc([0.9, 0.4, 0.4, 0.5], [True, True, False, False]) == 2.5 / 4
        assert abstention.auroc([0.9], [True]) == 0.5

    def test_refused_where_nine_in_ten_are_answered(self) -> None:
        """The tenth percentile of the answerable is .19: one of two others is below."""
        kept = [0.1, *(0.2 + i / 100 for i in range(9))]
        found = abstention.refused_at_90([*kept, 0.05, 0.9], [*[True] * 10, False, False])
        assert found == 0.5


class TestBootstrap:
    def test_the_interval_of_a_share_is_the_textbook_one(self) -> None:
        """Forty of a hundred: 0.4 ± 1.96·√(.4·.6/100) = ± 0.096."""
        figure = bootstrap.mean([1.0] * 40 + [0.0] * 60)
        assert figure.value == pytest.approx(0.4)
        assert figure.low == pytest.approx(0.304, abs=0.015)
        assert figure.high == pytest.approx(0.496, abs=0.015)
        assert figure == bootstrap.mean([1.0] * 40 + [0.0] * 60)

    def test_a_clear_difference_is_significant_and_none_is_not(self) -> None:
        """The same questions, of which 30 of 100 were won and none lost."""
        before = [0.0] * 60 + [1.0] * 40
        after = [1.0] * 30 + [0.0] * 30 + [1.0] * 40
        found = bootstrap.difference(before, after)
        assert (found.first, found.second, found.value) == pytest.approx((0.4, 0.7, 0.3))
        assert found.p < 0.01
        assert 0.2 < found.low < 0.3 < found.high < 0.4
        same = bootstrap.difference(before, before)
        assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)

    def test_one_win_against_one_loss_is_chance(self) -> None:
        """Pairs matter, not totals."""
        before = np.zeros(50)
        before[0] = 1
        assert bootstrap.difference(before, np.roll(before, 1)).p > 0.5
