"""Public formats become documents and questions, and broken files are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import write

from tourbot.errors import UsageError
from tourbot.evaluation import adapters

CONTEXT = "Le tour est\u00a0à Blois.\nIl  dure  deux jours."


def squad(path: Path, *qas: dict[str, Any], context: str = CONTEXT) -> Path:
    """Write a SQuAD file of one context."""
    article = {"title": "Tour", "paragraphs": [{"context": context, "qas": list(qas)}]}
    path.write_text(json.dumps({"data": [article]}), encoding="utf-8")
    return path


def qa(**changes: Any) -> dict[str, Any]:
    """A question of a SQuAD file."""
    answers = [{"text": "deux jours", "answer_start": CONTEXT.index("deux")}]
    return {"id": 7, "question": "Combien de temps ?", "answers": answers} | changes


BEIR = {
    "corpus.jsonl": '{"_id": "d1", "title": "Tour", "text": "Le tour passe à Blois."}\n'
    '{"_id": "d2", "title": "", "text": "Rien."}\n',
    "queries.jsonl": '{"_id": "q1", "text": "Où passe le tour ?"}\n'
    '{"_id": "q2", "text": "Never judged?"}\n',
    "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n",
}


class TestSquad:
    def test_contexts_become_documents_and_answers_quotes(self, tmp_path: Path) -> None:
        """Offsets are those of the cleaned text, where spaces were joined."""
        dataset = adapters.load(squad(tmp_path / "set.json", qa()))
        (document,), (question,) = dataset.documents or (), dataset.questions
        assert (document.id, document.metadata.title) == ("set/0-0", "Tour")
        (quote,) = question.quotes
        assert document.text[quote.start : quote.end] == quote.text == "deux jours"
        assert (question.id, question.lang, question.answers) == ("7", "fr", ("deux jours",))
        assert dataset.by_document

    def test_the_occurrence_that_is_meant_is_taken(self, tmp_path: Path) -> None:
        """« Blois » stands twice; the offset of the file tells which."""
        context = "Blois est au nord. Le tour est à Blois."
        answer = {"text": "Blois", "answer_start": 33}
        dataset = adapters.load(squad(tmp_path / "s.json", qa(answers=[answer]), context=context))
        assert dataset.questions[0].quotes[0].start == 33

    def test_a_question_without_answers_is_unanswerable(self, tmp_path: Path) -> None:
        """SQuAD 2.0 and FQuAD 2.0 mark them in this way."""
        dataset = adapters.load(squad(tmp_path / "set.json", qa(answers=[])))
        assert dataset.questions[0].unanswerable

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("[]", "SQuAD"),
            ("{", "SQuAD"),
            ('{"data": []}', "holds no question"),
        ],
    )
    def test_a_file_of_another_format_is_refused(
        self, tmp_path: Path, content: str, reason: str
    ) -> None:
        """Whatever it is, the message names the file."""
        path = tmp_path / "autre.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=rf"autre\.json.*{reason}"):
            adapters.load(path)

    def test_an_answer_that_its_context_does_not_hold_is_named(self, tmp_path: Path) -> None:
        """Offsets that do not match would silently lower every figure."""
        wrong = qa(answers=[{"text": "Orléans", "answer_start": 0}])
        path = squad(tmp_path / "set.json", wrong)
        with pytest.raises(UsageError, match="question 7: .*does not hold the answer 'Orléans'"):
            adapters.load(path)


class TestBeir:
    def test_judged_questions_and_grades(self, tmp_path: Path) -> None:
        """Grade 0 says that a document was looked at and found irrelevant."""
        dataset = adapters.load(write(tmp_path / "mine", BEIR))
        assert [q.id for q in dataset.questions] == ["q1"]
        assert dataset.questions[0].relevant == {"d1": 2}
        assert [d.id for d in dataset.documents or ()] == ["d1", "d2"]
        assert dataset.name == "mine-test"

    @pytest.mark.parametrize(
        ("file", "content", "reason"),
        [
            ("corpus.jsonl", "{\n", "line 1 is not valid JSON"),
            ("corpus.jsonl", '{"_id": "d1"}\n', "line 1 has no field 'text'"),
            ("queries.jsonl", '\n{"_id": "q1"}\n', "line 2 has no field 'text'"),
            ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\n", "line 2: three columns"),
            ("qrels/test.tsv", "q1\td9\t1\n", "line 1: corpus.jsonl has no 'd9'"),
            ("qrels/test.tsv", "q9\td1\t1\n", "line 1: queries.jsonl has no 'q9'"),
            ("qrels/test.tsv", "q1\td1\t0\n", "no judged question"),
        ],
    )
    def test_a_broken_line_is_named(
        self, tmp_path: Path, file: str, content: str, reason: str
    ) -> None:
        """File, line and reason."""
        folder = write(tmp_path / "mine", {**BEIR, file: content})
        with pytest.raises(UsageError, match=reason):
            adapters.load(folder)

    def test_a_missing_part_is_named(self, tmp_path: Path) -> None:
        """Many BEIR sets have no dev part."""
        with pytest.raises(UsageError, match=r"qrels/dev\.tsv cannot be read"):
            adapters.load(write(tmp_path / "mine", BEIR), "dev")


AFRIQA = {
    "gold_span_passages.afriqa.fon.fr.dev.json": "\n".join(
        json.dumps(
            {
                "answer_pivot": {"answer_start": starts, "text": texts},
                "context": context,
                "id": id_,
                "question_translated": question,
                "title": "Tour",
            }
        )
        for id_, question, context, starts, texts in (
            ("0", "Où est le tour ?", CONTEXT, [12], ["à Blois"]),
            ("2", "Est-ce vrai ?", CONTEXT, [-1], ["yes"]),
            ("3", "Pourquoi ?", None, [], [None]),
        )
    ),
    "queries.afriqa.fon.fr.dev.json": "\n".join(
        json.dumps({"id": id_, "translated_question": q, "translated_answer": a})
        for id_, q, a in (
            ("0", "Où est le tour ?", "['à Blois']"),
            ("1", "Qui ?", "[]"),
            ("2", "Est-ce vrai ?", "['yes']"),
        )
    ),
}


class TestAfriqa:
    def test_passages_spans_and_unanswerable_questions(self, tmp_path: Path) -> None:
        """The French side; what is answered by no passage is left out."""
        dataset = adapters.load(write(tmp_path / "afriqa", AFRIQA))
        answered, unanswerable = dataset.questions
        assert (answered.question, answered.quotes[0].text) == ("Où est le tour ?", "à Blois")
        assert (unanswerable.question, unanswerable.unanswerable) == ("Qui ?", True)
        assert len(dataset.documents or ()) == 1

    def test_without_any_passage_questions_are_unanswerable(self, tmp_path: Path) -> None:
        """A part may hold nothing but those."""
        name = "gold_span_passages.afriqa.fon.fr.dev.json"
        dataset = adapters.load(write(tmp_path / "afriqa", {**AFRIQA, name: ""}))
        assert [q.unanswerable for q in dataset.questions] == [True]

    def test_a_part_that_is_missing_is_told(self, tmp_path: Path) -> None:
        """The message names the file that was looked for."""
        with pytest.raises(UsageError, match=r"afriqa\.\*\.train"):
            adapters.load(write(tmp_path / "afriqa", AFRIQA), "train")

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        """A field that is missing is a broken line too."""
        name = "gold_span_passages.afriqa.fon.fr.dev.json"
        folder = write(tmp_path / "afriqa", {**AFRIQA, name: '{"title": "x"}'})
        with pytest.raises(UsageError, match="line 1: KeyError 'context'"):
            adapters.load(folder)


NOMIRACL = {
    "corpus.jsonl": "\n".join(
        json.dumps({"docid": f"{n}#0", "title": "Le parc", "text": text})
        for n, text in enumerate(["Le parc ouvre à neuf heures.", "Le lac est gelé en janvier."])
    ),
    "topics/dev.relevant.tsv": "1\tÀ quelle heure ouvre le parc ?\n2\tQui garde le parc ?\n",
    "qrels/dev.relevant.tsv": "1\tQ0\t0#0\t1\n1\tQ0\t1#0\t0\n2\tQ0\t9#9\t1\n",
    "topics/dev.non_relevant.tsv": "3\tCombien coûte une barque ?\n",
    "qrels/dev.non_relevant.tsv": "3\tQ0\t1#0\t0\n",
}


class TestNomiracl:
    def test_questions_that_no_passage_answers_are_unanswerable(self, tmp_path: Path) -> None:
        """One whose only judged passage is not in the corpus says nothing, and is left out."""
        dataset = adapters.load(write(tmp_path / "french", NOMIRACL))
        told = {q.id: (q.unanswerable, q.relevant) for q in dataset.questions}
        assert told == {"1": (False, {"0#0": 1}), "3": (True, {})}
        assert len(dataset.documents or ()) == 2

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        """With its number and what is expected."""
        broken = {**NOMIRACL, "qrels/dev.non_relevant.tsv": "3\tQ0\t1#0\n"}
        with pytest.raises(UsageError, match="line 1: 4 columns are expected"):
            adapters.load(write(tmp_path / "french", broken))


class TestLoad:
    @pytest.mark.parametrize("name", ["notes.txt", "vide/x.md", "missing"])
    def test_what_is_no_data_set_is_refused(self, tmp_path: Path, name: str) -> None:
        """The message says what is understood."""
        write(tmp_path, {"notes.txt": "x", "vide/x.md": "x"})
        path = tmp_path / name.split("/", maxsplit=1)[0]
        with pytest.raises(UsageError, match="no data set that is known"):
            adapters.load(path)

    def test_distractors_bring_documents_and_no_questions(self, tmp_path: Path) -> None:
        """PIAF's training contexts make its dev questions harder."""
        one = adapters.load(squad(tmp_path / "one.json", qa()))
        two = adapters.load(squad(tmp_path / "two.json", qa(id=8)))
        both = adapters.joined(one, [two])
        assert [d.id for d in both.documents or ()] == ["one/0-0", "two/0-0"]
        assert both.questions == one.questions


READING = {
    "passages.jsonl": '{"id": "p1", "source": "guide", "document": "guide/tour.md", '
    '"text": "Le tour part de Blois. Il dure deux jours.", "segments": [[0, 22], [23, 42]]}\n',
    "questions.jsonl": '{"id": "q1", "part": "dev", "passage": "p1", "lang": "fr", '
    '"question": "c long ?", "segments": [1], "short": " deux jours"}\n'
    '{"id": "q2", "part": "dev", "passage": "p1", "lang": "en", "question": "Where from?", '
    '"segments": [0], "short": null}\n'
    '{"id": "q3", "part": "dev", "passage": "p1", "lang": "fr", "question": "Quel prix ?", '
    '"segments": [], "short": null}\n'
    '{"id": "q4", "part": "train", "passage": "p1", "lang": "fr", "question": "Qui ?", '
    '"segments": [0], "short": null}\n',
    "documents/guide/tour.md": "# Tour\n\nLe tour part de Blois. Il dure deux jours.\n",
    "documents/guide/autre.md": "# Autre\n\nRien à voir.\n",
}


def reading_set(folder: Path, **changes: str) -> Path:
    """Write a reading set."""
    return write(folder, READING | changes)


class TestReadingSet:
    def test_whole_documents_and_one_part_of_the_questions(self, tmp_path: Path) -> None:
        """Segments become quotes at their place in the document; near misses are unanswerable."""
        dataset = adapters.load(reading_set(tmp_path))
        assert dataset.name == "reading-dev"
        assert {d.id for d in dataset.documents or ()} == {"guide/tour.md", "guide/autre.md"}
        assert [q.id for q in dataset.questions] == ["q1", "q2", "q3"]
        first, second, miss = dataset.questions
        document = next(d for d in dataset.documents or () if d.id == "guide/tour.md")
        (quote,) = first.quotes
        assert document.text[quote.start : quote.end] == quote.text == "Il dure deux jours."
        assert first.answers == ("deux jours",)
        assert second.answers == ("Le tour part de Blois.",)
        assert miss.unanswerable

    def test_the_second_question_of_a_dialogue_is_asked_twice(self, tmp_path: Path) -> None:
        """In full and as typed: what is lost by typing it so can be seen."""
        said = '{"part": "dev", "first": "q2", "second": "q1", "as_typed": "et il dure ?"}\n'
        other = '{"part": "dev", "first": "q1", "second": "q3", "as_typed": "et après ?"}\n'
        folder = reading_set(tmp_path, **{"follow_ups.jsonl": said + other})
        full, typed = adapters.load(folder, "follow-ups-dev").questions
        assert (full.kind, full.history) == ("reading", ())
        assert (typed.kind, typed.question) == ("follow-up", "et il dure ?")
        assert len(typed.history) == 1
        assert typed.quotes == full.quotes

    def test_documents_may_stand_beside_the_folder(self, tmp_path: Path) -> None:
        """A source that is also used for something else is kept once."""
        reading_set(tmp_path / "reading")
        (tmp_path / "reading" / "documents").rename(tmp_path / "documents")
        assert len(adapters.load(tmp_path / "reading").documents or ()) == 2

    def test_what_answers_is_found_where_its_passage_is_cut_otherwise(self, tmp_path: Path) -> None:
        """Each segment by itself; a question whose segment is not there could not be judged."""
        changed = {"documents/guide/tour.md": "# Tour\n\nÀ Tours.\n\n- Il dure deux jours.\n"}
        dataset = adapters.load(reading_set(tmp_path, **changed))
        assert [q.id for q in dataset.questions] == ["q1", "q3"]
        assert [q.text for q in dataset.questions[0].quotes] == ["Il dure deux jours."]

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("questions.jsonl", "{", "line 1 is not valid JSON"),
            ("questions.jsonl", '{"part": "train"}\n', "no question of the part"),
            ("questions.jsonl", '{"part": "dev", "passage": "p9"}\n', "KeyError 'p9'"),
            ("passages.jsonl", '{"id": "p1", "source": "gone"}\n', "documents of 'gone'"),
        ],
    )
    def test_a_broken_file_is_named(
        self, tmp_path: Path, name: str, content: str, reason: str
    ) -> None:
        """With what is wrong with it."""
        with pytest.raises(UsageError, match=reason):
            adapters.load(reading_set(tmp_path, **{name: content}))
