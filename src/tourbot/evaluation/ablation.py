"""What each rule is worth: the same questions asked with it and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tourbot import rules
from tourbot.evaluation.questions import Question
from tourbot.evaluation.run import Outcome


@dataclass(frozen=True, slots=True)
class Worth:
    """What becomes of the questions when one rule is off.

    Attributes:
        fired: Questions that are answered otherwise with the rule.
        won, lost: Questions that are right with the rule only, and without it only.
        shown, hidden: Likewise of a right sentence in the answer or in the passages shown.
    """

    rule: str
    fired: int
    won: tuple[str, ...]
    lost: tuple[str, ...]
    shown: int
    hidden: int


def ablate(
    questions: Sequence[Question],
    ask: Callable[[Sequence[Question]], Sequence[Outcome]],
    names: Sequence[str],
) -> Iterator[Worth]:
    """Ask all questions once as they are, then once without each rule.

    Args:
        questions: What is asked.
        ask: Asks them, one outcome each.
        names: Of the rules to try.
    """
    whole = ask(questions)
    for name in names:
        with rules.without(name):
            without = ask(questions)
        yield _worth(name, whole, without)


def _worth(rule: str, on: Sequence[Outcome], off: Sequence[Outcome]) -> Worth:
    pairs = list(zip(on, off, strict=True))

    def better(value: str, one: int) -> list[str]:
        return [
            pair[one].question
            for pair in pairs
            if pair[one].values.get(value, 0) > pair[1 - one].values.get(value, 0)
        ]

    fired = sum((a.citations, a.choices) != (b.citations, b.choices) for a, b in pairs)
    won, lost = (tuple(better("right", one)) for one in (0, 1))
    shown, hidden = (len(better("shown@3", one)) for one in (0, 1))
    return Worth(rule, fired, won, lost, shown, hidden)
