"""Ask every question of a set and report what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tourbot.assistant import Assistant
from tourbot.evaluation.datasets import Question
from tourbot.evaluation.metrics import (
    abstention_figures,
    citation_figures,
    contains_answer,
    ranking,
    retrieval_figures,
)
from tourbot.types import Answer

_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        right: For an answerable question, whether what was said holds an accepted answer and cites
            a document that gives it; for an unanswerable one, whether the program abstained.
    """

    question: Question
    answer: Answer
    documents: dict[str, float]
    right: bool


def run(assistant: Assistant, questions: Sequence[Question]) -> list[Outcome]:
    """Ask the questions in order; nothing is noted in the journal."""
    return [_ask(assistant, question) for question in questions]


def _ask(assistant: Assistant, question: Question) -> Outcome:
    history: list[str] = []
    for earlier in question.history:
        history.append(assistant.understand(earlier, history))
    answer = assistant.ask(question.question, history, record=False)
    found = assistant.retrieve(answer.understood, answer.language, _DEPTH)
    return Outcome(question, answer, ranking(found), _right(question, answer))


def _right(question: Question, answer: Answer) -> bool:
    if question.unanswerable:
        return answer.abstained
    said = "\n".join(c.quote for c in answer.citations)
    cited = {c.document_id for c in answer.citations}
    return contains_answer(said, question.answers) and bool(cited & question.relevant)


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Sum up a run: retrieval, answers and abstention, over all and by language and kind."""
    answerable = [o for o in outcomes if not o.question.unanswerable]
    qrels = {o.question.id: dict.fromkeys(o.question.relevant, 1) for o in answerable}
    by_lang = sorted({o.question.lang for o in outcomes})
    by_kind = sorted({o.question.kind for o in outcomes})
    return {
        "questions": len(outcomes),
        "retrieval": retrieval_figures(qrels, {o.question.id: o.documents for o in answerable}),
        "right": _share(outcomes),
        "right answers": _share(answerable),
        "right when answered": _share([o for o in outcomes if not o.answer.abstained]),
        "citations": citation_figures([(o.question, o.answer) for o in answerable]),
        "abstention": abstention_figures(
            [o.answer.abstained for o in outcomes], [o.question.unanswerable for o in outcomes]
        ),
        "right by language": {
            lang: _share([o for o in outcomes if o.question.lang == lang]) for lang in by_lang
        },
        "right by kind": {
            kind: _share([o for o in outcomes if o.question.kind == kind]) for kind in by_kind
        },
    }


def _share(outcomes: Sequence[Outcome]) -> float:
    return round(sum(o.right for o in outcomes) / len(outcomes), 4) if outcomes else 0.0
