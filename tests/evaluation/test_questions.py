"""The golden set: what its file must hold, and what is said when it does not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import CORPUS, REPO

from tourbot import parsing
from tourbot.errors import UsageError
from tourbot.evaluation.questions import Question, check_quotes, load_questions, locate
from tourbot.text.typography import fold

GOLDEN = REPO / "evaluation" / "questions.jsonl"
ARTICLE = REPO / "evaluation" / "article.jsonl"
TEXT = "Le tour passe à Blois en octobre. Blois l’accueille."


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The text of every document of the corpus."""
    ignored = {"SOURCES.md", ".tourbotignore"}
    return {
        path.name: parsing.parse(path.read_bytes(), path.name).text
        for path in CORPUS.iterdir()
        if path.is_file() and path.name not in ignored
    }


def record(**changes: Any) -> dict[str, Any]:
    """A valid record, with changes."""
    quote = {"document_id": "tour.md", "start": 16, "end": 21, "text": "Blois"}
    base = {"id": "q1", "lang": "fr", "kind": "fact", "split": "dev", "question": "Où ?"}
    return base | {"answers": ["Blois"], "quotes": [quote]} | changes


def write(path: Path, *records: dict[str, Any] | str) -> Path:
    """Write records, or raw lines, one per line."""
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class TestTheGoldenSet:
    @pytest.fixture(scope="class")
    def golden(self) -> list[Question]:
        """All questions, both parts."""
        return load_questions(GOLDEN)

    def test_every_quote_is_verbatim_at_its_place(
        self, golden: list[Question], texts: dict[str, str]
    ) -> None:
        """A gold quote that the corpus no longer holds would count right answers as wrong."""
        check_quotes(GOLDEN, golden, texts)
        assert sum(len(q.quotes) for q in golden) > 200

    def test_every_accepted_answer_stands_in_its_quotes(self, golden: list[Question]) -> None:
        """An answer that no quote holds could never be given: a slip of the pen."""
        from tourbot.evaluation.metrics.answers import contained

        wrong = [
            q.id
            for q in golden
            if q.quotes and not contained("\n".join(quote.text for quote in q.quotes), q.answers)
        ]
        assert wrong == []

    def test_no_question_stands_in_both_parts(self, golden: list[Question]) -> None:
        """What was tuned on must not be tested on; documents may be asked about in both."""
        asked = Counter((fold(q.question), q.history, q.today) for q in golden)
        assert [question for question, count in asked.items() if count > 1] == []

    def test_it_has_the_questions_that_it_promises(self, golden: list[Question]) -> None:
        """README and results speak of these numbers."""
        kinds = Counter(q.kind for q in golden)
        share = Counter(q.lang for q in golden)["fr"] / len(golden)
        dev = Counter(q.split for q in golden)["dev"] / len(golden)
        assert len(golden) >= 390
        assert 0.6 <= share <= 0.75
        assert 0.7 <= dev <= 0.8
        assert kinds["unanswerable"] >= 50
        kinds_wanted = (
            "fact list number date person organisation comparison look-alike follow-up "
            "disagreement relative-date wording"
        )
        assert {kind: kinds[kind] for kind in kinds_wanted.split() if kinds[kind] < 5} == {}
        assert all(q.history for q in golden if q.kind == "follow-up")
        assert all(q.today for q in golden if q.kind == "relative-date")
        assert all(len(q.parts) > 1 for q in golden if q.kind == "comparison")

    def test_the_questions_on_the_article_hold_in_our_own_documents(
        self, texts: dict[str, str]
    ) -> None:
        """The article itself is not ours to keep; its quotes are checked when it is there."""
        questions = load_questions(ARTICLE)
        ours = [
            q.model_copy(update={"quotes": tuple(c for c in q.quotes if c.document_id in texts)})
            for q in questions
        ]
        check_quotes(ARTICLE, ours, texts)


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "not valid JSON"),
            ("[]", "one JSON object"),
            (record(id=""), "id"),
            ({"id": "x"}, "question: Field required"),
            (record(kind="riddle"), "kind"),
            (record(lang="de"), "lang"),
            (record(colour="red"), "colour: Extra inputs are not permitted"),
            (record(quotes=[]), "an answerable question has quotes"),
            (record(answers=[]), "accepted answers"),
            (record(unanswerable=True), "has no quotes"),
            (record(quotes=[], answers=[], unanswerable=True), "gives its reason"),
            (record(today="soon"), "Invalid isoformat"),
            (
                record(quotes=[{"document_id": "a", "start": 0, "end": 3, "text": "Blois"}]),
                "offsets 0-3 span 3 characters, the text has 5",
            ),
        ],
    )
    def test_a_bad_line_is_named_with_its_reason(
        self, tmp_path: Path, line: dict[str, Any] | str, reason: str
    ) -> None:
        """The file is written by hand: the number of the line saves an hour."""
        path = write(tmp_path / "mine.jsonl", record(id="good"), line)
        with pytest.raises(UsageError) as refused:
            load_questions(path)
        assert "mine.jsonl" in str(refused.value)
        assert "line 2: " in str(refused.value)
        assert reason in str(refused.value)

    def test_all_bad_lines_are_named_at_once(self, tmp_path: Path) -> None:
        """Mending one line per attempt is no way to spend an afternoon; a flood is cut."""
        path = write(tmp_path / "mine.jsonl", *["{"] * 30)
        with pytest.raises(UsageError, match=r"line 1: .*(\n.*)*line 10: .*\n  and 20 more"):
            load_questions(path)

    def test_an_id_used_twice_is_named(self, tmp_path: Path) -> None:
        """Runs are compared question by question."""
        path = write(tmp_path / "mine.jsonl", record(), record())
        with pytest.raises(UsageError, match=r"line 2: the id 'q1' is that of line 1 too"):
            load_questions(path)

    def test_an_empty_part_is_refused(self, tmp_path: Path) -> None:
        """An evaluation over no question would print perfect nonsense."""
        path = write(tmp_path / "mine.jsonl", record())
        with pytest.raises(UsageError, match="no question of the part 'test'"):
            load_questions(path, "test")
        with pytest.raises(UsageError, match="holds no question"):
            load_questions(write(tmp_path / "void.jsonl", ""))

    def test_a_missing_file_or_another_encoding_is_told(self, tmp_path: Path) -> None:
        """Both are sentences, not tracebacks."""
        with pytest.raises(UsageError, match=r"rien\.jsonl cannot be read"):
            load_questions(tmp_path / "rien.jsonl")
        (tmp_path / "latin.jsonl").write_bytes('{"id": "é"}'.encode("latin-1"))
        with pytest.raises(UsageError, match="is not UTF-8"):
            load_questions(tmp_path / "latin.jsonl")

    def test_an_unknown_document_and_moved_offsets_are_named(self, tmp_path: Path) -> None:
        """The document changed after the question was written, or was renamed."""
        moved = {"document_id": "tour.md", "start": 3, "end": 8, "text": "Blois"}
        gone = {"document_id": "gone.md", "start": 0, "end": 5, "text": "Blois"}
        path = write(
            tmp_path / "mine.jsonl", record(quotes=[moved]), record(id="q2", quotes=[gone])
        )
        with pytest.raises(UsageError) as refused:
            check_quotes(path, load_questions(path), {"tour.md": TEXT})
        assert "line 1 (q1): tour.md does not hold the quote at 3" in str(refused.value)
        assert "line 2 (q2): the index holds no document 'gone.md'" in str(refused.value)
        assert "tourbot evaluate locate" in str(refused.value)


class TestLocate:
    def test_a_moved_quote_is_found_again_where_it_is_nearest(self, tmp_path: Path) -> None:
        """« Blois » stands twice: the one near the old offset is meant."""
        quote = {"document_id": "tour.md", "start": 30, "end": 35, "text": "Blois"}
        path = write(tmp_path / "mine.jsonl", record(quotes=[quote]))
        assert locate(path, {"tour.md": TEXT}) == 1
        found = load_questions(path)[0].quotes[0]
        assert (found.start, TEXT[found.start : found.end]) == (34, "Blois")
        assert locate(path, {"tour.md": TEXT}) == 0

    def test_a_quote_without_offsets_gets_them(self, tmp_path: Path) -> None:
        """Who writes a question copies words and does not count characters."""
        quote = {"document_id": "tour.md", "text": "octobre"}
        path = write(tmp_path / "mine.jsonl", record(quotes=[quote]))
        locate(path, {"tour.md": TEXT})
        check_quotes(path, load_questions(path), {"tour.md": TEXT})

    def test_words_that_are_not_there_leave_the_file_as_it_is(self, tmp_path: Path) -> None:
        """All or nothing: a file half rewritten is worse than one to mend."""
        quote = {"document_id": "tour.md", "text": "Orléans"}
        path = write(tmp_path / "mine.jsonl", record(quotes=[quote]))
        before = path.read_bytes()
        with pytest.raises(UsageError, match="line 1: tour.md does not hold 'Orléans'"):
            locate(path, {"tour.md": TEXT})
        assert path.read_bytes() == before
