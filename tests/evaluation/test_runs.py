"""Runs: asking, scoring, saving, reporting, comparing."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

import pytest
from support import SMALL, write

from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.evaluation import figures, report
from tourbot.evaluation.compare import compare
from tourbot.evaluation.measure import documents_of, measure, sample
from tourbot.evaluation.questions import Dataset, Question, Quote
from tourbot.evaluation.run import WORDS, Outcome, Run, ask_all
from tourbot.evaluation.systems import (
    Baseline,
    Hit,
    Tourbot,
    baselines,
    index_bytes,
    index_documents,
    reciprocal_ranks,
)
from tourbot.index import Fingerprint
from tourbot.ingestion import ingest
from tourbot.retrieval import Retriever
from tourbot.store import Store
from tourbot.testing import hash_embedding
from tourbot.types import Block, Document, Locator, Metadata

EMBEDDING = hash_embedding()
WHO = "Qui préside le club ?"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Four small documents, indexed with the hash embedding."""
    folder = write(tmp_path_factory.mktemp("documents"), SMALL)
    store = Store(tmp_path_factory.mktemp("small") / "home")
    ingest(folder, store, EMBEDDING)
    return store


@pytest.fixture(scope="module")
def documents(small: Store) -> dict[str, Document]:
    """The same, as values."""
    return documents_of(small.index, EMBEDDING)


def ask(
    documents: dict[str, Document], id_: str, text: str, *answers: str, document: str
) -> Question:
    """A question whose gold quote is a stretch of a document."""
    start = documents[document].text.index(text)
    quote = Quote(document_id=document, start=start, end=start + len(text), text=text)
    question = {"lang": "fr", "kind": "person", "split": "dev", "question": WHO}
    return Question(id=id_, answers=answers, quotes=(quote,), **question)


def unanswerable(id_: str, question: str) -> Question:
    """A question that the documents do not answer."""
    given = {"lang": "fr", "kind": "unanswerable", "split": "dev", "question": question}
    return Question(id=id_, unanswerable=True, reason="not there", **given)


class Fixed:
    """A system whose hits are given; it gives no answers."""

    name = "fixed"

    def __init__(self, hits: list[Hit]) -> None:
        self._hits = hits

    def standalone(self, question: Question) -> str:
        return question.question

    def retrieve(self, question: Question, count: int, without: Collection[str] = ()) -> list[Hit]:
        return [hit for hit in self._hits if hit.document_id not in without][:count]

    def ask(self, question: Question, without: Collection[str] = ()) -> None:
        return


@pytest.fixture(scope="module")
def made(small: Store, documents: dict[str, Document]) -> Run:
    """A run of three questions: right, right but looked for elsewhere, and rightly refused."""
    where = "Le club est présidé par Jeanne Martin depuis 2021."
    questions = (
        ask(documents, "q1", where, "Jeanne Martin", document="club/presidence.md"),
        ask(documents, "q2", "Le tour passe à Blois", "Jeanne Martin", document="tour.md"),
        unanswerable("q3", "Quelle est la capitale du Pérou ?"),
    )
    dataset = Dataset("small", questions)
    return measure(dataset, Path("small.jsonl"), small.index, EMBEDDING, threshold=0.05)


def outcome(run: Run, id_: str) -> Outcome:
    """The outcome of one question."""
    return next(o for o in run.outcomes if o.id == id_)


class TestAsking:
    def test_right_needs_the_words_and_the_place(self, made: Run) -> None:
        """The same answer is wrong when it is cited from where the answer does not stand."""
        assert outcome(made, "q1").values["right"] == 1
        assert outcome(made, "q1").values["citation precision"] == 1
        wrong = outcome(made, "q2").values
        assert (wrong["contained"], wrong["right"]) == (1, 0)
        assert (wrong["citation precision"], wrong["citation recall"]) == (0, 0)

    def test_an_unanswerable_question_is_right_when_refused(self, made: Run) -> None:
        """It has no answer figures, and an answer to it would have been wrong."""
        refused = outcome(made, "q3")
        assert refused.abstained
        assert refused.values == {"right": 1.0, "forced right": 0.0}
        assert (refused.said, refused.reason) == ("", "not there")

    def test_figures_sum_up_what_is_defined(self, made: Run) -> None:
        """Over all questions, over the answerable ones, over the answered ones."""
        found = figures.figures(made)
        assert found["answers/right"].value == pytest.approx(2 / 3)
        assert (found["answers/contained"].value, found["answers/contained"].n) == (1.0, 2)
        assert found["citations/verbatim"].value == 1
        assert found["abstention/F1"].value == 1
        assert found["latency/p50 ms"].value > 0
        by_kind = figures.summarise(made).by_kind
        assert {g: f["answers/right"].value for g, f in by_kind.items()} == {
            "person": 0.5,
            "unanswerable": 1.0,
        }

    def test_the_settings_say_what_was_measured(self, made: Run) -> None:
        """A figure without its data, model and commit is a rumour."""
        assert made.settings["data"] == "small"
        assert made.settings["embedding"] == EMBEDDING.fingerprint
        assert (made.settings["documents"], made.settings["threshold"]) == (4, 0.05)
        assert re.fullmatch(r"[0-9a-f]{10}(-dirty)?|", made.settings["commit"])
        assert made.index_bytes > 1000

    def test_removed_documents_make_the_question_unanswerable(
        self, small: Store, documents: dict[str, Document]
    ) -> None:
        """Neither the ranking nor the answer may come from what was taken away."""
        where = "Le club est présidé par Jeanne Martin depuis 2021."
        question = ask(documents, "q1", where, "Jeanne Martin", document="club/presidence.md")
        system = Tourbot(small.index, EMBEDDING, 0.05)
        first, second = ask_all(system, [question], documents, removed=True)
        assert first.values["right"] == 1
        assert (second.id, second.unanswerable) == ("q1#removed", True)
        assert "recall@1" not in second.values
        ids = {hit["document_id"] for hit in second.retrieved}
        assert "club/presidence.md" not in ids
        assert "Jeanne Martin" not in second.forced

    def test_a_dialogue_is_asked_in_order(
        self, real_store: Store, real_embedding: Embedding
    ) -> None:
        """A follow-up is measured as a member would type it, after the questions before it."""
        system = Tourbot(real_store.index, real_embedding)
        question = Question(
            id="q",
            lang="fr",
            kind="follow-up",
            split="dev",
            question="Et dans le Sud ?",
            history=("Qui porte Numéric’Emploi en Centre-Val de Loire ?",),
            unanswerable=True,
            reason="only understood here",
        )
        assert "Numéric’Emploi" in system.standalone(question)


class TestRelevance:
    TEXT = "Un deux trois. Quatre cinq six sept huit. Neuf dix."

    @pytest.fixture
    def one(self) -> dict[str, Document]:
        """One document of three sentences."""
        block = Block(0, len(self.TEXT), Locator())
        return {"a": Document("a", "0" * 64, Metadata(title="A"), "fr", self.TEXT, (block,))}

    def question(self, *spans: tuple[int, int, int]) -> Question:
        """A question with parts: (part, start, end)."""
        quotes = tuple(
            Quote(document_id="a", start=a, end=b, text=self.TEXT[a:b], part=part)
            for part, a, b in spans
        )
        given = {"lang": "fr", "kind": "fact", "split": "dev", "question": "?"}
        return Question(id="q", answers=("x",), quotes=quotes, **given)

    def hit(self, start: int, end: int) -> Hit:
        return Hit("a", start, end, 1.0, self.TEXT[start:end])

    def test_a_passage_counts_when_it_holds_half_of_the_quote(
        self, one: dict[str, Document]
    ) -> None:
        """However documents are cut; a sliver is not enough."""
        question = self.question((1, 15, 41))
        for end, found in ((20, 0.0), (29, 1.0), (41, 1.0)):
            (outcome,) = ask_all(Fixed([self.hit(0, end)]), [question], one)
            assert outcome.values["recall@1"] == found, end

    def test_every_part_must_be_found(self, one: dict[str, Document]) -> None:
        """A comparison of which one side is found is half found."""
        question = self.question((1, 0, 14), (2, 42, 51))
        (outcome,) = ask_all(Fixed([self.hit(0, 14)]), [question], one)
        assert outcome.values["recall@5"] == 0.5

    def test_alternatives_are_one_part(self, one: dict[str, Document]) -> None:
        """Two sentences that say the same: either is enough, both are no better."""
        question = self.question((1, 0, 14), (1, 42, 51))
        (outcome,) = ask_all(Fixed([self.hit(42, 51), self.hit(0, 14)]), [question], one)
        assert (outcome.values["recall@1"], outcome.values["nDCG@10"]) == (1.0, 1.0)

    def test_the_reading_of_200_words_stops_within_a_passage(
        self, one: dict[str, Document]
    ) -> None:
        """A system that returns whole documents does not win by showing everything."""
        long = Hit("b", 0, 5000, 2.0, "mot " * (WORDS - 3))
        question = self.question((1, 15, 41))
        (near,) = ask_all(Fixed([long, self.hit(15, 41)]), [question], one)
        (far,) = ask_all(Fixed([long, self.hit(0, 51)]), [question], one)
        assert near.values[f"recall@{WORDS} words"] == 1.0
        assert (far.values["recall@5"], far.values[f"recall@{WORDS} words"]) == (1.0, 0.0)

    def test_documents_count_once_by_their_best_passage(self, one: dict[str, Document]) -> None:
        """Where whole documents are judged, two passages of one do not take two ranks."""
        question = self.question((1, 0, 14))
        other = Hit("b", 0, 5, 3.0, "x")
        hits = [other, Hit("b", 5, 9, 2.0, "y"), self.hit(42, 51)]
        (outcome,) = ask_all(Fixed(hits), [question], one, by_document=True)
        assert outcome.values["MRR@10"] == 0.5


class TestFiles:
    def test_a_run_comes_back_as_it_was_saved(self, made: Run, tmp_path: Path) -> None:
        """Comparisons and gates work on files."""
        path = tmp_path / "runs" / "one.json"
        made.save(path, figures.summarise(made).to_json())
        again = Run.load(path)
        assert again == made
        assert figures.figures(again) == figures.figures(made)
        assert json.loads(path.read_text())["figures"]["overall"]["answers/right"]["n"] == 3

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("{", "is not a run"),
            ('{"format": 99}', "its format is 99"),
            ('{"format": 1}', "KeyError"),
            ("[]", "is not a run"),
        ],
    )
    def test_another_file_is_refused(self, tmp_path: Path, content: str, reason: str) -> None:
        """With the reason and the command that makes one."""
        path = tmp_path / "other.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=rf"(?s)other\.json.*{reason}.*tourbot evaluate"):
            Run.load(path)

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        """A mistyped path."""
        with pytest.raises(UsageError, match=r"none\.json cannot be read"):
            Run.load(tmp_path / "none.json")

    def test_the_report_is_one_page_that_loads_nothing(self, made: Run, tmp_path: Path) -> None:
        """It is sent by mail and opened years later; texts are data there too."""
        hostile = Outcome(
            id="x",
            lang="fr",
            kind="fact",
            question="<script>alert(1)</script>",
            unanswerable=False,
            said="<b>gras</b>",
            confidence=0.9,
            values={"right": 0.0, "forced right": 0.0},
        )
        path = tmp_path / "report.html"
        run = Run(made.settings, (*made.outcomes, hostile), 1000)
        report.write(run, figures.summarise(run), path)
        page = path.read_text(encoding="utf-8")
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert page.count("<svg") >= 4
        assert "http" not in re.sub(r'(?:xmlns[:\w]*|resource)="[^"]*"', "", page)
        assert page.index("alert(1)") < page.index(f"{WHO} <span")

    def test_the_worst_are_wrong_and_sure(self, made: Run) -> None:
        """Right answers are not listed."""
        assert [o.id for o in report.worst(made)] == ["q2"]


class TestComparison:
    def test_won_lost_and_skipped(self, made: Run) -> None:
        """Question by question, over what both runs asked."""
        flipped = tuple(
            Outcome(
                id=o.id,
                lang=o.lang,
                kind=o.kind,
                question=o.question,
                unanswerable=o.unanswerable,
                values=o.values | {"right": 1 - o.values["right"]},
            )
            for o in made.outcomes[:2]
        )
        found = compare(made, Run(made.settings, flipped))
        assert [b.id for _, b in found.won] == ["q2"]
        assert [a.id for a, _ in found.lost] == ["q1"]
        assert found.skipped == 1
        assert found.differences["answers/right"].value == 0

    def test_runs_without_a_common_question_are_refused(self, made: Run) -> None:
        """Two data sets, or a mistyped file."""
        with pytest.raises(UsageError, match="no question in common"):
            compare(made, Run({}, ()))


class TestSystems:
    def test_the_baselines_rank_the_same_passages(self, small: Store) -> None:
        """BM25 alone is blind to what shares no word; RRF holds what either found."""
        tourbot = Tourbot(small.index, EMBEDDING)
        generation = small.index.open(Fingerprint(EMBEDDING.fingerprint))
        question = unanswerable("q", "Combien coûte l’adhésion ?")
        found = {
            system.name: system.retrieve(question, 50)
            for system in baselines(tourbot, generation, EMBEDDING)
        }
        assert list(found) == ["BM25 alone", "dense alone", "BM25 + dense, by rank (RRF)"]
        assert all(hits[0].document_id == "adhesion.md" for hits in found.values())
        assert all(isinstance(s, Baseline) for s in baselines(tourbot, generation, EMBEDDING))
        generation.close()

    def test_reciprocal_ranks_by_hand(self, small: Store) -> None:
        """First and second beats second and third; a passage in one ranking only comes last."""
        generation = small.index.open(Fingerprint(EMBEDDING.fingerprint))
        a, b, c = Retriever(generation, EMBEDDING).retrieve("Blois", "fr", 3)
        assert reciprocal_ranks([[a, b, c], [b, a]]) == [
            *sorted([a, b], key=lambda r: r.passage.id),
            c,
        ]
        generation.close()

    def test_an_index_of_a_data_set_is_made_once(self, tmp_path: Path) -> None:
        """The second run finds it, another set gets its own."""
        block = Block(0, 5, Locator())
        document = Document("a", "1" * 64, Metadata(title="A"), "fr", "Blois", (block,))
        dataset = Dataset("mine", (), (document,))
        first = index_documents(dataset, tmp_path, EMBEDDING)
        name = first.index.current_name()
        again = index_documents(dataset, tmp_path, EMBEDDING)
        assert (again.home, again.index.current_name()) == (first.home, name)
        assert index_bytes(first.index) > 0
        other = Document("b", "2" * 64, Metadata(title="B"), "fr", "Blois", (block,))
        assert index_documents(Dataset("mine", (), (other,)), tmp_path, EMBEDDING) != first

    def test_a_sample_is_always_the_same(self) -> None:
        """In the order of the file."""
        questions = tuple(unanswerable(f"q{n:02}", "?") for n in range(20))
        dataset = Dataset("mine", questions)
        kept = [q.id for q in sample(dataset, 5).questions]
        assert kept == sorted(kept)
        assert kept == [q.id for q in sample(dataset, 5).questions]
        assert sample(dataset, None) is dataset
