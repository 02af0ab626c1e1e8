"""The figures by which changes are judged: checked by hand, and against broken question files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import CORPUS, REPO

from tourbot import parsing
from tourbot.assistant import Assistant
from tourbot.errors import UsageError
from tourbot.evaluation.datasets import Question, Quote, load_questions, load_squad
from tourbot.evaluation.metrics import (
    abstention_figures,
    best_threshold,
    contains_answer,
    retrieval_figures,
)
from tourbot.evaluation.run import figures, run

FILES = [REPO / "evaluation" / name for name in ("questions.jsonl", "article.jsonl")]


class TestQuestions:
    def test_every_quote_stands_in_its_document(self) -> None:
        """A gold quote that the corpus no longer holds would count right answers as wrong."""
        texts = {
            path.name: parsing.parse(path.read_bytes(), path.name).text
            for path in CORPUS.glob("*.md")
        }
        quotes = [quote for file in FILES for q in load_questions(file) for quote in q.quotes]
        ours = [quote for quote in quotes if quote.document_id in texts]
        assert len(ours) > 100
        assert not [quote for quote in ours if quote.text not in texts[quote.document_id]]

    def test_ids_are_unique(self) -> None:
        """Runs are compared question by question."""
        ids = [q.id for file in FILES for q in load_questions(file)]
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "JSON"),
            ('{"id": "x"}', "missing"),
            (
                '{"id": "x", "lang": "fr", "kind": "fact", "split": "dev", "question": "?"}',
                "quotes",
            ),
            (
                '{"id": "x", "lang": "fr", "kind": "fact", "split": "dev", "question": "?",'
                ' "unanswerable": true}',
                "reason",
            ),
        ],
    )
    def test_a_bad_line_is_named(self, tmp_path: Path, line: str, reason: str) -> None:
        """The file is written by hand: the number of the line saves an hour."""
        good = FILES[0].read_text(encoding="utf-8").splitlines()[0]
        path = tmp_path / "questions.jsonl"
        path.write_text(f"{good}\n{line}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=rf"questions\.jsonl, line 2 .*{reason}"):
            load_questions(path)

    def test_an_empty_part_is_refused(self) -> None:
        """An evaluation over no question would print perfect nonsense."""
        with pytest.raises(UsageError, match="no question of the split 'nothing'"):
            load_questions(FILES[0], "nothing")

    def test_squad_files_become_documents_and_questions(self, tmp_path: Path) -> None:
        """One document per context, titled after its article."""
        qa = {"id": 7, "question": "Où ?", "answers": [{"text": "Blois", "answer_start": 12}]}
        article = {
            "title": "Tour",
            "paragraphs": [{"context": "Le tour est à Blois.", "qas": [qa]}],
        }
        path = tmp_path / "squad.json"
        path.write_text(json.dumps({"data": [article]}), encoding="utf-8")
        documents, questions = load_squad(path, "x-")
        assert [(d.id, d.metadata.title, d.text) for d in documents] == [
            ("x-0-0", "Tour", "Le tour est à Blois.")
        ]
        assert questions[0].quotes == (Quote("x-0-0", "Blois"),)

    def test_a_file_of_another_format_is_refused(self, tmp_path: Path) -> None:
        """Whatever it is, the message names the file."""
        path = tmp_path / "autre.json"
        path.write_text("[]", encoding="utf-8")
        with pytest.raises(UsageError, match=r"autre\.json"):
            load_squad(path)


class TestMetrics:
    def test_retrieval_figures_agree_with_hand_computed_ones(self) -> None:
        """Relevant at rank 2 of one question and at rank 1 of the other: nDCG (0.6309 + 1) / 2."""
        qrels = {"a": {"x": 1}, "b": {"y": 1}}
        runs = {"a": {"z": 2.0, "x": 1.0}, "b": {"y": 2.0, "x": 1.0}}
        found = retrieval_figures(qrels, runs)
        assert found["nDCG@10"] == pytest.approx((0.63093 + 1) / 2, abs=1e-4)
        assert found["R@1"] == 0.5
        assert found["R@5"] == 1.0

    @pytest.mark.parametrize(
        ("said", "accepted", "right"),
        [
            ("8\u202f758 emplois", ["8 758"], True),
            ("L’ADIRC la porte", ["l'adirc"], True),
            ("Numeum la porte", ["Medef"], False),
        ],
    )
    def test_an_answer_is_found_apart_from_spelling(
        self, said: str, accepted: list[str], right: bool
    ) -> None:
        """Spaces, accents, apostrophes and case are typography, not content."""
        assert contains_answer(said, accepted) is right

    def test_abstention_is_counted_by_hand(self) -> None:
        """Three abstentions of which two are due, four due: 2/3, 2/4 and their harmonic mean."""
        found = abstention_figures(
            [True, True, True, False, False], [True, True, False, True, True]
        )
        assert found["precision"] == pytest.approx(2 / 3)
        assert found["recall"] == pytest.approx(2 / 4)
        assert found["f1"] == pytest.approx(4 / 7)

    def test_the_threshold_parts_good_from_bad(self) -> None:
        """In the middle of the widest gap that makes no mistake."""
        assert best_threshold([0.1, 0.2, 0.8, 0.9], [False, False, True, True]) == pytest.approx(
            0.5
        )


def test_a_run_tells_right_from_wrong(assistant: Assistant) -> None:
    """One right answer, one due abstention, and one question whose gold answer is elsewhere."""
    base = {"lang": "fr", "split": "dev"}
    who = "Qui préside Loir&Cher Tech ?"
    found = (Quote("loir-et-cher-tech.md", "Franck Bataille"),)
    elsewhere = (Quote("17cyber.md", "Franck Bataille"),)
    questions = [
        Question("1", kind="person", question=who, answers=("Bataille",), quotes=found, **base),
        Question("2", kind="person", question=who, answers=("Bataille",), quotes=elsewhere, **base),
        Question(
            *("3",),
            kind="unanswerable",
            question="Combien coûte l’adhésion à Numeum ?",
            unanswerable=True,
            reason="no price",
            **base,
        ),
    ]
    outcomes = run(assistant, questions)
    assert [outcome.right for outcome in outcomes] == [True, False, True]
    summary = figures(outcomes)
    assert summary["right answers"] == 0.5
    assert summary["abstention"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert summary["right by kind"] == {"person": 0.5, "unanswerable": 1.0}
