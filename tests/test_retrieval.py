"""Question → passages: the same for every spelling, in either language, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import SMALL, write

from tourbot.embedding import Embedding
from tourbot.index import Fingerprint, Generation
from tourbot.ingestion import ingest
from tourbot.retrieval import Retriever, TourbotRetriever
from tourbot.store import Store
from tourbot.testing import hash_embedding

TWINS = {
    f"jumeau{n}.md": "# Jumeau\n\nLe barrage tient bon depuis la crue.\n\n"
    f"## Annexe\n\nPage {number} du registre.\n"
    for n, number in enumerate(("une", "deux", "trois", "quatre"))
}


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    """An index of small documents, four of which hold the same words."""
    base = tmp_path_factory.mktemp("retrieval")
    store = Store(base / "home")
    # Same title, same words: these passages differ by the id of their document alone.
    ingest(write(base / "documents", {**SMALL, **TWINS}), store, hash_embedding())
    opened = store.index.open(Fingerprint(hash_embedding().fingerprint))
    yield opened
    opened.close()


@pytest.fixture
def retriever(generation: Generation) -> Retriever:
    """Search with fake vectors."""
    return Retriever(generation, hash_embedding())


@pytest.fixture(scope="module")
def real(real_store: Store, real_embedding: Embedding) -> Iterator[Retriever]:
    """Search in the corpus with the bundled model."""
    opened = real_store.index.open(Fingerprint(real_embedding.fingerprint))
    yield Retriever(opened, real_embedding)
    opened.close()


class TestOrder:
    def test_the_best_passage_comes_first(self, retriever: Retriever) -> None:
        """Scores fall from the first to the last."""
        found = retriever.retrieve("Qui préside le club ?")
        assert found[0].passage.document_id == "club/presidence.md"
        scores = [r.score for r in found]
        assert scores == sorted(scores, reverse=True)

    def test_equal_passages_are_ordered_by_id(self, retriever: Retriever) -> None:
        """Ties broken by chance would change answers from one day to the next."""
        found = retriever.retrieve("Le barrage tient-il depuis la crue ?", count=4)
        assert len({r.score for r in found}) == 1
        assert [r.passage.document_id for r in found] == sorted(TWINS)

    def test_the_order_is_the_same_every_time(self, retriever: Retriever) -> None:
        """Also between retrievers, and however many passages are asked for."""
        again = Retriever(retriever.generation, hash_embedding())
        question = "Où se réunit le bureau en octobre ?"
        assert retriever.retrieve(question) == again.retrieve(question)
        assert retriever.retrieve(question, count=2) == retriever.retrieve(question)[:2]


class TestLimits:
    def test_no_more_passages_than_asked_for(self, retriever: Retriever) -> None:
        """The caller decides how much is read."""
        assert len(retriever.retrieve("le bureau", count=3)) == 3
        assert len(retriever.retrieve("le bureau", count=1000)) == (
            retriever.generation.manifest.passages
        )

    def test_passages_that_are_not_allowed_are_left_out(self, retriever: Retriever) -> None:
        """A question about one region reads no other region's document."""
        found = retriever.retrieve("le club", within=lambda id_: id_ == "tour.md")
        assert {r.passage.document_id for r in found} == {"tour.md"}

    def test_filters_change_no_score(self, retriever: Retriever) -> None:
        """A passage is as good an answer whatever else may be found."""
        question = "Qui préside le club ?"
        every = {r.passage.id: r.score for r in retriever.retrieve(question, count=1000)}
        for document in {r.rpartition("@")[0] for r in every}:
            within = retriever.retrieve(question, count=1000, within={document}.__contains__)
            assert within
            assert all(r.score == pytest.approx(every[r.passage.id], abs=1e-5) for r in within)

    def test_few_documents_among_many_are_all_found(self, tmp_path: Path) -> None:
        """The index alone would give the nearest of all, and none of the one asked for."""
        folder = write(
            tmp_path / "many",
            {f"{n:03}.md": f"# Note {n}\n\nLe bureau se réunit salle {n}.\n" for n in range(400)}
            | {"seul.md": "# Autre\n\nUn phare éclaire la baie.\n"},
        )
        store = Store(tmp_path / "home")
        ingest(folder, store, hash_embedding())
        opened = store.index.open(Fingerprint(hash_embedding().fingerprint))
        retriever = Retriever(opened, hash_embedding())
        for kept in ({"seul.md"}, {f"{n:03}.md" for n in range(0, 400, 2)}):
            found = retriever.retrieve(
                "Où se réunit le bureau ?", count=500, within=kept.__contains__
            )
            assert {r.passage.document_id for r in found} <= kept
            assert len(found) >= min(100, len(kept))
        opened.close()

    @pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
    def test_every_weight_of_words_and_meaning_finds_the_name(
        self, generation: Generation, weight: float
    ) -> None:
        """Either side alone must work: they are measured one against the other."""
        retriever = Retriever(generation, hash_embedding(), weight)
        best = retriever.retrieve("Jeanne Martin, présidente du club")[0]
        assert best.passage.document_id == "club/presidence.md"

    def test_words_in_no_document_still_give_the_nearest_passages(
        self, retriever: Retriever
    ) -> None:
        """After an abstention the nearest passages are shown: there must be some."""
        found = retriever.retrieve("xylophone zanzibar")
        assert found
        assert {r.lexical for r in found} == {0.0}


class TestSpelling:
    @pytest.mark.parametrize(
        "question",
        [
            "qui porte Numéric'Emploi en Centre-Val de Loire ?",
            "qui porte numeric’emploi en centre-val de loire ?",
            "qui porte numeric emploi en centre val de loire",
            "QUI PORTE NUMÉRIC’EMPLOI EN CENTRE-VAL DE LOIRE ?",
            "qui porte NumericEmploi en Centre-Val de Loire",
        ],
    )
    def test_all_spellings_find_the_same_first_passage(
        self, real: Retriever, question: str
    ) -> None:
        """Apostrophes, accents, capitals and spaces are the keyboard's, not the question's."""
        expected = real.retrieve("qui porte Numéric’Emploi en Centre-Val de Loire ?", count=1)
        assert expected[0].passage.document_id == "numeric-emploi-centre-val-de-loire.md"
        assert real.retrieve(question, count=1)[0].passage.id == expected[0].passage.id

    @pytest.mark.parametrize(
        ("question", "document"),
        [
            ("Who is the president of Loir&Cher Tech?", "loir-et-cher-tech.md"),
            ("When was the NIS2 directive adopted?", "nis2-france.md"),
            ("How can a small town get help after a cyberattack?", None),
        ],
    )
    def test_an_english_question_finds_french_passages(
        self, real: Retriever, question: str, document: str | None
    ) -> None:
        """The documents are French, many who ask are not; the first case has names, the last none."""
        found = [r.passage.document_id for r in real.retrieve(question, "en", 5)]
        expected = {document} if document else {"cyberesponse-centre-val-de-loire.md", "17cyber.md"}
        assert expected & set(found[:1] if document else found)


def test_the_langchain_retriever_returns_the_same_passages(retriever: Retriever) -> None:
    """Chains built on it cite what the program itself would cite."""
    question = "Qui préside le club ?"
    own = retriever.retrieve(question, "fr", 3)
    chained = TourbotRetriever(retriever=retriever, count=3).invoke(question)
    assert [d.id for d in chained] == [r.passage.id for r in own]
    for document, found in zip(chained, own, strict=True):
        assert document.page_content == found.passage.text
        assert document.metadata["document_id"] == found.passage.document_id
        assert document.metadata["end"] - document.metadata["start"] == len(document.page_content)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """The state before the first document arrives."""
    (tmp_path / "documents").mkdir()
    store = Store(tmp_path / "home")
    ingest(tmp_path / "documents", store, hash_embedding())
    opened = store.index.open(Fingerprint(hash_embedding().fingerprint))
    assert Retriever(opened, hash_embedding()).retrieve("Qui ?") == []
    opened.close()
