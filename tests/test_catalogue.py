"""The truth in SQLite: whole documents or none, and a snapshot that needs nothing else."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from tourbot import chunking
from tourbot.catalogue import SCHEMA_VERSION, Catalogue, Entry, text_hash
from tourbot.errors import SetupError
from tourbot.types import Block, Document, Locator, Metadata, Passage


def document(id_: str, *paragraphs: str, digest: str = "") -> Document:
    """Return a document with one block per paragraph, under headings that are numbered."""
    text, blocks = "", []
    for number, paragraph in enumerate(paragraphs):
        start = len(text)
        text += paragraph
        blocks.append(Block(start, len(text), Locator(headings=(f"Partie {number}",))))
        text += "\n"
    digest = digest or text_hash(text)
    metadata = Metadata(title=f"Titre de {id_}", kind="etude", date="2025-06")
    return Document(id_, digest, metadata, "fr", text.rstrip("\n"), tuple(blocks))


def put(catalogue: Catalogue, *documents: Document) -> list[Passage]:
    """Store documents with their passages; return the passages."""
    found = []
    for one in documents:
        passages = chunking.chunk(one)
        catalogue.put("/racine", "lecteur-1", one, passages)
        found += passages
    return found


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A new catalogue."""
    opened = Catalogue(tmp_path / "catalogue.db")
    yield opened
    opened.close()


class TestDocuments:
    def test_what_was_put_comes_back(self, catalogue: Catalogue) -> None:
        """Locators, metadata and offsets travel through JSON and must not change on the way."""
        locator = Locator(headings=("Un", "Deux"), page=3, event="Salon « IA »")
        stored = Document(
            *("a.md", "0" * 64, Metadata("Été", "guide", "2025", "Corse", "https://a.fr", "A")),
            *("fr", "Phrase une.", (Block(0, 11, locator),)),
        )
        passages = put(catalogue, stored)
        assert catalogue.document("a.md") == stored
        assert catalogue.passages() == passages
        assert catalogue.entries() == {"a.md": Entry("/racine", "0" * 64, "lecteur-1")}

    @pytest.mark.parametrize("text", ["Un 🙂 deux 🇫🇷 trois.", "É́t́é́ à Nîmes."])
    def test_passages_are_slices_whatever_the_characters(
        self, catalogue: Catalogue, text: str
    ) -> None:
        """The database cuts the slices: it must count characters as Python does."""
        put(catalogue, document("a.md", text, "Fin du texte."))
        stored = catalogue.document("a.md")
        assert stored is not None
        for passage in catalogue.passages():
            assert stored.text[passage.start : passage.end] == passage.text

    def test_replacing_leaves_no_old_passage(self, catalogue: Catalogue) -> None:
        """A passage of the former version would be a citation of words that are gone."""
        old = put(catalogue, document("a.md", "Un.", "Deux.", "Trois."))
        new = put(catalogue, document("a.md", "Quatre."))
        assert catalogue.passages() == new
        assert catalogue.passages([p.id for p in old]) == []
        assert catalogue.count_passages() == len(new)

    def test_removing_takes_the_passages_along(self, catalogue: Catalogue) -> None:
        """Orphan passages would be found without a document to cite."""
        put(catalogue, document("a.md", "Un."), document("b.md", "Deux."))
        catalogue.remove(["a.md"])
        assert [p.document_id for p in catalogue.passages()] == ["b.md"]
        assert catalogue.document("a.md") is None

    def test_a_failed_replacement_leaves_the_old_version(self, catalogue: Catalogue) -> None:
        """One transaction per document: whatever goes wrong in it undoes all of it."""
        old = put(catalogue, document("a.md", "Un."))
        new = document("a.md", "Deux.")
        twice = chunking.chunk(new) * 2  # the same id twice cannot be stored
        with pytest.raises(Exception, match="UNIQUE"):
            catalogue.put("/racine", "lecteur-1", new, twice)
        assert catalogue.passages() == old

    def test_a_reader_sees_the_old_version_or_the_new_one(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        """Another connection that reads all the time meets no mixture and no gap."""
        versions = [document("a.md", *[f"Version {n}."] * (n + 1)) for n in range(8)]
        put(catalogue, versions[0])
        seen: set[tuple[str, int]] = set()
        done = threading.Event()

        def keep_reading() -> None:
            # One statement sees one state of the database: document and passages together.
            query = (
                "SELECT d.text, count(p.id) FROM documents d LEFT JOIN passages p"
                " ON p.document_id = d.id GROUP BY d.id"
            )
            connection = sqlite3.connect(tmp_path / "catalogue.db", timeout=10)
            while not done.is_set():
                rows = connection.execute(query).fetchall()
                seen.update(rows or [("", 0)])
            connection.close()

        reader = threading.Thread(target=keep_reading)
        reader.start()
        for _ in range(5):
            put(catalogue, *versions)
        done.set()
        reader.join()
        assert seen
        assert seen <= {(v.text, len(chunking.chunk(v))) for v in versions}

    def test_every_change_moves_the_revision(self, catalogue: Catalogue) -> None:
        """A generation is up to date when its revision is the catalogue's, and only then."""
        seen = [catalogue.revision]
        put(catalogue, document("a.md", "Un."))
        seen.append(catalogue.revision)
        put(catalogue, document("a.md", "Un."))
        seen.append(catalogue.revision)
        catalogue.remove(["a.md"])
        seen.append(catalogue.revision)
        assert seen == sorted(set(seen))

    def test_reading_moves_nothing(self, catalogue: Catalogue) -> None:
        """Otherwise every ingest would build a generation."""
        put(catalogue, document("a.md", "Un."))
        before = catalogue.revision
        catalogue.remove([])
        catalogue.put_vectors("m", ["h"], np.ones((1, 2), dtype=np.float32))
        catalogue.record_run({})
        list(catalogue.documents())
        assert catalogue.revision == before

    def test_many_ids_are_read_in_the_order_asked(self, catalogue: Catalogue) -> None:
        """SQLite takes a limited number of values in one statement."""
        passages = put(catalogue, document("a.md", *[f"Phrase {n}." for n in range(1200)]))
        ids = [p.id for p in reversed(passages)]
        assert [p.id for p in catalogue.passages([*ids, "inconnu"])] == ids


class TestVectors:
    def test_a_vector_belongs_to_a_text_and_a_model(self, catalogue: Catalogue) -> None:
        """Two passages with the same words share one vector; two models never do."""
        one, two = document("a.md", "Un.", digest="1" * 64), document("b.md", "Deux.")
        passages = put(catalogue, one, two)
        missing = catalogue.missing_vectors("m")
        assert set(missing.values()) == {p.text_to_embed for p in passages}
        vectors = np.arange(4, dtype=np.float32).reshape(2, 2)
        hashes = [text_hash(p.text_to_embed) for p in passages]
        catalogue.put_vectors("m", hashes, vectors)
        assert catalogue.missing_vectors("m") == {}
        assert catalogue.missing_vectors("other") == missing
        assert np.array_equal(catalogue.vectors("m", passages[::-1]), vectors[::-1])

    def test_a_missing_vector_is_an_error(self, catalogue: Catalogue) -> None:
        """A zero vector in its place would be found for every question."""
        passages = put(catalogue, document("a.md", "Un."))
        with pytest.raises(KeyError):
            catalogue.vectors("m", passages)

    def test_vectors_of_texts_that_are_gone_are_dropped(self, catalogue: Catalogue) -> None:
        """The cache would grow with every edit; what an undo gives back is still needed."""
        passages = put(catalogue, document("a.md", "Un."), document("b.md", "Deux."))
        hashes = [text_hash(p.text_to_embed) for p in passages]
        catalogue.put_vectors("m", hashes, np.ones((2, 2), dtype=np.float32))
        former = catalogue.path.with_name("former.db")
        for kept in (hashes, hashes[1:]):
            former.unlink(missing_ok=True)
            catalogue.copy_to(former)
            catalogue.remove(["a.md"])
            catalogue.forget_unused_vectors(former)
            with sqlite3.connect(catalogue.path) as connection:
                rows = connection.execute("SELECT text_hash FROM vectors").fetchall()
            assert sorted(row[0] for row in rows) == sorted(kept)


class TestSnapshot:
    def test_it_holds_documents_and_passages_without_vectors(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        """Answering needs the words; vectors stand in the index, runs concern staff."""
        passages = put(catalogue, document("a.md", "Un."), document("b.md", "Deux."))
        catalogue.put_vectors("m", ["h"], np.ones((1, 2), dtype=np.float32))
        catalogue.record_run({"new": 2})
        catalogue.snapshot(tmp_path / "copie.db")
        copy = Catalogue(tmp_path / "copie.db", read_only=True)
        assert list(copy.documents()) == list(catalogue.documents())
        assert copy.passages() == passages
        assert copy.revision == catalogue.revision
        assert copy.runs() == []
        copy.close()
        with sqlite3.connect(tmp_path / "copie.db") as connection:
            assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (0,)

    def test_a_text_is_found_once(self, catalogue: Catalogue, tmp_path: Path) -> None:
        """Two copies of a document would be cited side by side."""
        put(catalogue, document("a.md", "Un."), document("b.md", "Un."), document("c.md", "Deux."))
        assert catalogue.repeated() == {"b.md": "a.md"}
        catalogue.snapshot(tmp_path / "copie.db")
        copy = Catalogue(tmp_path / "copie.db", read_only=True)
        assert list(copy.entries()) == ["a.md", "c.md"]
        assert {p.document_id for p in copy.passages()} == {"a.md", "c.md"}
        copy.close()
        assert len(catalogue.entries()) == 3

    def test_a_copy_can_be_restored(self, catalogue: Catalogue, tmp_path: Path) -> None:
        """Documents and passages come back; the revision goes on, so that the index is rebuilt."""
        passages = put(catalogue, document("a.md", "Un."), document("b.md", "Un."))
        catalogue.copy_to(tmp_path / "copie.db")
        catalogue.remove(["a.md"])
        put(catalogue, document("b.md", "Autre."), document("c.md", "Trois."))
        revision = catalogue.revision
        catalogue.restore(tmp_path / "copie.db")
        assert catalogue.passages() == passages
        assert catalogue.revision > revision

    def test_it_opens_for_reading_only(self, catalogue: Catalogue, tmp_path: Path) -> None:
        """A generation never changes: not even by mistake."""
        put(catalogue, document("a.md", "Un."))
        catalogue.snapshot(tmp_path / "copie.db")
        before = (tmp_path / "copie.db").read_bytes()
        copy = Catalogue(tmp_path / "copie.db", read_only=True)
        with pytest.raises(Exception, match="readonly"):
            copy.remove(["a.md"])
        copy.close()
        assert (tmp_path / "copie.db").read_bytes() == before
        assert not list(tmp_path.glob("copie.db-*"))

    def test_it_does_not_follow_later_changes(self, catalogue: Catalogue, tmp_path: Path) -> None:
        """Readers of a generation see what it was built from."""
        put(catalogue, document("a.md", "Un."))
        catalogue.snapshot(tmp_path / "copie.db")
        put(catalogue, document("b.md", "Deux."))
        copy = Catalogue(tmp_path / "copie.db", read_only=True)
        assert list(copy.entries()) == ["a.md"]
        copy.close()


class TestFullDisk:
    def test_it_is_told_and_nothing_is_half_there(self, catalogue: Catalogue) -> None:
        """The sentence says where, and what to do; the next run goes on."""
        put(catalogue, document("a.md", "Un."))
        with catalogue._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

        def limit(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count={pages + 2}")

        sa.event.listen(catalogue._engine, "checkout", limit)
        with pytest.raises(SetupError, match=r"catalogue\.db cannot be written(.|\n)*Check space"):
            put(catalogue, document("b.md", "Deux. " * 50_000))
        sa.event.remove(catalogue._engine, "checkout", limit)
        assert list(catalogue.entries()) == ["a.md"]
        put(catalogue, document("b.md", "Deux."))
        assert list(catalogue.entries()) == ["a.md", "b.md"]


class TestRuns:
    def test_the_newest_report_is_kept_and_old_ones_go(self, catalogue: Catalogue) -> None:
        """An ingest every minute must not fill the disk."""
        for number in range(60):
            catalogue.record_run({"number": number}, keep=5)
        assert [report["number"] for _, report in catalogue.runs()] == [59, 58, 57, 56, 55]
        with sqlite3.connect(catalogue.path) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (5,)

    def test_before_the_first_run_there_is_none(self, catalogue: Catalogue) -> None:
        """A new catalogue has no history."""
        assert catalogue.runs() == []


class TestUnusableFiles:
    def test_another_schema_version_names_both(self, tmp_path: Path) -> None:
        """A newer program's file must not be read as if it were ours."""
        path = tmp_path / "catalogue.db"
        Catalogue(path).close()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version=99")
        with pytest.raises(SetupError, match=rf"version 99.* {SCHEMA_VERSION}") as error:
            Catalogue(path)
        assert "python ingest.py" in str(error.value)

    @pytest.mark.parametrize("read_only", [False, True])
    def test_a_file_that_is_no_database_is_told(self, tmp_path: Path, read_only: bool) -> None:
        """The message says which file to move away."""
        path = tmp_path / "catalogue.db"
        path.write_bytes(b"Ceci n'est pas une base. " * 100)
        with pytest.raises(SetupError, match=r"catalogue\.db .*\n.*python ingest\.py"):
            Catalogue(path, read_only=read_only)

    def test_a_missing_file_is_not_made_by_reading(self, tmp_path: Path) -> None:
        """Reading an index that is not there must fail, not give an empty one."""
        with pytest.raises(SetupError):
            Catalogue(tmp_path / "rien.db", read_only=True)
        assert not (tmp_path / "rien.db").exists()
