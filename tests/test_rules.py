"""Rules of answering can be switched off one by one."""

from __future__ import annotations

import pytest

from tourbot import rules
from tourbot.errors import UsageError
from tourbot.evaluation.ablation import ablate
from tourbot.evaluation.questions import Question
from tourbot.evaluation.run import Outcome


def test_a_rule_is_off_only_where_it_is_switched_off() -> None:
    """Also within another one."""
    assert rules.on("region")
    with rules.without("region"), rules.without("year"):
        assert not rules.on("region")
        assert not rules.on("year")
        assert rules.on("parts")
    assert rules.on("region")


def test_an_unknown_rule_is_refused_with_those_there_are() -> None:
    """A misspelt name would seem to make no difference."""
    with (
        pytest.raises(UsageError, match=r"regoin(.|\n)*There are: .*region"),
        rules.without("regoin"),
    ):
        pass


def test_the_worth_of_a_rule_is_what_changes_without_it() -> None:
    """Won: right with it only; lost: right without it only."""
    questions = [
        Question(
            id=i, lang="fr", kind="fact", split="dev", question=i, unanswerable=True, reason="-"
        )
        for i in ("a", "b", "c")
    ]

    def ask(asked: list[Question]) -> list[Outcome]:
        right = {"a": rules.on("year"), "b": not rules.on("year"), "c": True}
        return [
            Outcome(
                id=q.id,
                lang="fr",
                kind="fact",
                question=q.question,
                unanswerable=True,
                choices=(str(right[q.id]),),
                values={"right": float(right[q.id])},
            )
            for q in asked
        ]

    year, region = ablate(questions, ask, ["year", "region"])
    assert (year.rule, year.fired, year.won, year.lost) == ("year", 2, ("a",), ("b",))
    assert (region.fired, region.won, region.lost) == (0, (), ())
