"""The journal: every question, and the list of those that got no answer."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tourbot.journal import Journal
from tourbot.types import Answer, Citation, Locator, Metadata, Passage

PASSAGE = Passage("a.md", "0" * 64, "A", "fr", "Une phrase.", 0, 11, Locator())
CITATION = Citation(1, "a.md", Metadata("A"), Locator(), "Une phrase.", 0, 11, PASSAGE)


def answer(question: str, *citations: Citation) -> Answer:
    """Return an answer with given citations."""
    return Answer(question, question, "fr", citations, 0.25, ())


def test_unanswered_questions_come_newest_first(tmp_path: Path) -> None:
    """Staff read from the top what has been missing lately."""
    journal = Journal(tmp_path / "journal.db")
    for number in range(4):
        journal.record(answer(f"Question {number} ?"))
    assert [e.question for e in journal.unanswered()] == [f"Question {n} ?" for n in (3, 2, 1, 0)]
    assert [e.question for e in journal.unanswered(2)] == ["Question 3 ?", "Question 2 ?"]


def test_it_is_bounded_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for ever must not fill the disk; others on the machine read nothing."""
    monkeypatch.setattr("tourbot.journal._MOST_QUESTIONS", 10)
    journal = Journal(tmp_path / "journal.db")
    for number in range(30):
        journal.record(answer(f"Question {number} ?"))
    kept = [entry.question for entry in journal.unanswered()]
    assert kept[0] == "Question 29 ?"
    assert len(kept) <= 11
    assert (tmp_path / "journal.db").stat().st_mode & 0o077 == 0


def test_a_question_asked_a_hundred_times_hides_no_other(tmp_path: Path) -> None:
    """One impatient visitor must not push all that others asked off the list."""
    journal = Journal(tmp_path / "journal.db")
    journal.record(answer("Un ?"))
    journal.record(answer("Qui dirige l’École ?"))
    for spelling in ["QUI DIRIGE L'ÉCOLE ?", "qui dirige  l’ecole", "Qui dirige l’école ?"] * 40:
        journal.record(answer(spelling))
    journal.record(answer("Deux ?"))
    entries = journal.unanswered(3)
    assert [(e.question, e.times) for e in entries] == [
        ("Deux ?", 1),
        ("Qui dirige l’école ?", 121),
        ("Un ?", 1),
    ]


def test_an_answer_found_bad_a_hundred_times_hides_no_other(tmp_path: Path) -> None:
    """Another answer to the same question, after an ingest, is another complaint."""
    journal = Journal(tmp_path / "journal.db")
    journal.vote(answer("Un ?", CITATION), liked=False)
    for _ in range(120):
        journal.vote(answer("Été ?", CITATION), liked=False)
        journal.vote(answer("ÉTÉ ?", CITATION), liked=True)
    journal.vote(answer("été ?"), liked=False)
    assert [(v.question, v.answer, v.times) for v in journal.disliked(3)] == [
        ("été ?", "", 1),
        ("Été ?", "Une phrase.", 120),
        ("Un ?", "Une phrase.", 1),
    ]


def test_answered_questions_are_not_among_them(tmp_path: Path) -> None:
    """The list is for gaps in the documents."""
    journal = Journal(tmp_path / "journal.db")
    journal.record(answer("Avec ?", CITATION))
    journal.record(answer("Sans ?"))
    entries = journal.unanswered()
    assert [(e.question, e.abstained, e.confidence) for e in entries] == [("Sans ?", True, 0.25)]


def test_what_was_cited_is_kept(tmp_path: Path) -> None:
    """A complaint about an answer can be traced to the words that were shown."""
    Journal(tmp_path / "journal.db").record(answer("Avec ?", CITATION))
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        rows = connection.execute("SELECT question, citations FROM questions").fetchall()
    assert rows == [("Avec ?", '[["a.md", 0, 11]]')]


def test_a_question_is_data(tmp_path: Path) -> None:
    """Quotes and SQL in a question are kept as they were typed."""
    journal = Journal(tmp_path / "journal.db")
    question = '\'); DROP TABLE questions; -- "« ’ »"'
    journal.record(answer(question))
    assert [e.question for e in journal.unanswered()] == [question]


def test_it_survives_a_restart(tmp_path: Path) -> None:
    """Opening the file again must not begin a new journal."""
    Journal(tmp_path / "neuf" / "journal.db").record(answer("Un ?"))
    again = Journal(tmp_path / "neuf" / "journal.db")
    again.record(answer("Deux ?"))
    assert [e.question for e in again.unanswered()] == ["Deux ?", "Un ?"]


def test_several_threads_write_at_once(tmp_path: Path) -> None:
    """The page answers several visitors at the same time."""
    journal = Journal(tmp_path / "journal.db")

    def ask_ten(visitor: int) -> None:
        for number in range(10):
            journal.record(answer(f"{visitor}-{number} ?"))

    threads = [threading.Thread(target=ask_ten, args=(visitor,)) for visitor in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({e.question for e in journal.unanswered()}) == 40


def test_a_question_that_cannot_be_noted_is_answered_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk is full, or the journal is damaged: the log says so, and the next one is noted."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database" * 100)
    journal = Journal(path)
    journal.record(answer("Un ?"))
    assert "could not be noted" in caplog.text
    with pytest.raises(sqlite3.DatabaseError):
        journal.vote(answer("Un ?"), liked=False)
    path.unlink()
    journal.record(answer("Deux ?"))
    assert [e.question for e in journal.unanswered()] == ["Deux ?"]
