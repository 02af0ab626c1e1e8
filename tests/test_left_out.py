"""What was left out of a document is told until its file changes or goes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import documents
import pytest
from support import write

from tourbot import planning
from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.ingestion import ingest, plan, undo
from tourbot.journal import Journal
from tourbot.planning import Failure
from tourbot.store import Store
from tourbot.testing import hash_embedding
from tourbot.types import Document, Gap, Metadata
from tourbot.web.desk import Desk

MAIL = documents.mail_bytes("Le bureau est fermé.", ("plan.xyz", b"x"), ("devis.abc", b"y"))
LEFT_OUT = ["courrier/mai.eml, plan.xyz", "courrier/mai.eml, devis.abc"]


def names(failures: list[Failure]) -> list[str]:
    """Return which parts are told to be missing."""
    assert {failure.code for failure in failures} <= {"unsupported"}
    assert all(failure.reason and failure.hint for failure in failures)
    return [failure.document_id for failure in failures]


@pytest.fixture
def folder(folder: Path) -> Path:
    """Four documents, and a message of which two attachments cannot be read."""
    return write(folder, {"courrier/mai.eml": MAIL})


@pytest.fixture
def desk(store: Store, folder: Path, tmp_path: Path) -> Desk:
    """Where staff see the failures, after a first ingest."""
    ingest(folder, store, hash_embedding())
    assistant = Assistant(store.index, hash_embedding())
    return Desk(store, hash_embedding(), assistant, Journal(tmp_path / "journal.db"))


def test_it_is_told_again_where_nothing_changed(desk: Desk, folder: Path) -> None:
    """The file is not read again, and its attachments are as unreadable as they were."""
    for _ in range(2):
        report = ingest(folder, desk.store, hash_embedding())
        assert (names(report.incomplete), report.failed) == (LEFT_OUT, [])
        assert names(desk.failures()) == LEFT_OUT
    assert names(plan(folder, desk.store).incomplete) == LEFT_OUT
    write(folder, {"tour.md": "# Le tour\n\nÀ Gien.\n"})
    assert names(plan(folder, desk.store).incomplete) == LEFT_OUT
    assert names(ingest(folder, desk.store, hash_embedding(), rebuild=True).incomplete) == LEFT_OUT


def test_a_run_on_one_file_tells_of_this_file(desk: Desk, folder: Path) -> None:
    """The failures name it whichever file was read last."""
    one = ingest(folder / "tour.md", desk.store, hash_embedding())
    assert one.incomplete == []
    assert names(desk.failures()) == LEFT_OUT
    again = ingest(folder / "courrier" / "mai.eml", desk.store, hash_embedding(), rebuild=True)
    assert names(again.incomplete) == LEFT_OUT
    assert names(desk.failures()) == LEFT_OUT


def test_it_is_told_no_more_when_the_file_is_whole_or_gone(desk: Desk, folder: Path) -> None:
    """Its owner has done what was asked."""
    mail = folder / "courrier" / "mai.eml"
    whole = documents.mail_bytes("Le bureau est fermé.", ("plan.xyz", b"x"))
    mail.write_bytes(whole)
    assert names(ingest(folder, desk.store, hash_embedding()).incomplete) == LEFT_OUT[:1]
    mail.unlink()
    assert plan(folder, desk.store).incomplete == []
    assert ingest(folder, desk.store, hash_embedding()).incomplete == []
    assert desk.failures() == []


def test_it_follows_a_file_that_is_renamed(desk: Desk, folder: Path, tmp_path: Path) -> None:
    """By itself, or with its folder."""
    (folder / "courrier").rename(folder / "poste")
    renamed = [name.replace("courrier", "poste") for name in LEFT_OUT]
    assert names(plan(folder, desk.store).incomplete) == renamed
    assert names(ingest(folder, desk.store, hash_embedding()).incomplete) == renamed
    moved = folder.rename(tmp_path / "ailleurs")
    assert names(ingest(moved, desk.store, hash_embedding()).incomplete) == renamed
    assert names(desk.failures()) == renamed


def test_an_undo_takes_it_away_and_gives_it_back(desk: Desk, folder: Path) -> None:
    """It belongs to the document, as its text does."""
    write(folder, {"juin.eml": MAIL})
    after = [*LEFT_OUT, "juin.eml, plan.xyz", "juin.eml, devis.abc"]
    assert names(ingest(folder, desk.store, hash_embedding()).incomplete) == after
    for expected in (LEFT_OUT, after):
        assert names(undo(desk.store, hash_embedding()).incomplete) == expected
        assert names(desk.failures()) == expected


def test_what_stays_searchable_keeps_what_was_left_out_of_it(desk: Desk, folder: Path) -> None:
    """The newer file cannot be read at all: the former one is still the one that answers."""
    (folder / "courrier" / "mai.eml").write_bytes(b"")
    report = ingest(folder, desk.store, hash_embedding())
    assert [(f.document_id, f.kept) for f in report.failed] == [("courrier/mai.eml", True)]
    assert names(report.incomplete) == LEFT_OUT
    (folder / "courrier" / "mai.eml").unlink()
    kept = ingest(folder, desk.store, hash_embedding(), keep_missing=True)
    assert names(kept.incomplete) == LEFT_OUT


def test_a_catalogue_of_a_former_version_learns_it(desk: Desk, folder: Path) -> None:
    """It noted nothing: its files are read once more, and an undo to before that does no harm."""
    store = desk.store
    for name in ("catalogue.db", "undo.db"):
        with closing(sqlite3.connect(store.home / name)) as database, database:
            database.execute("DROP TABLE gaps")
            database.execute("UPDATE documents SET reader = 'parsing-8'")
    write(folder, {"tour.md": "# Le tour\n\nÀ Gien.\n"})
    assert names(ingest(folder, store, hash_embedding()).incomplete) == LEFT_OUT
    with closing(sqlite3.connect(store.former)) as database, database:
        database.execute("DROP TABLE gaps")
    assert undo(store, hash_embedding()).changed == ["tour.md"]
    assert names(ingest(folder, store, hash_embedding()).incomplete) == LEFT_OUT


def test_gaps_come_back_as_they_were_put(tmp_path: Path) -> None:
    """In order, and none from the version before."""
    catalogue = Catalogue(tmp_path / "catalogue.db")
    document = Document("a.pdf", "0" * 64, Metadata("A"), "fr", "Un.", ())
    gaps = [Gap(f"page {n}", "scanned", "it is scanned", "Install Tesseract") for n in (2, 10, 3)]
    catalogue.put("/racine", planning.READER, document, [], gaps)
    assert catalogue.gaps() == {"a.pdf": gaps}
    catalogue.copy_to(tmp_path / "copy.db")
    copy = Catalogue(tmp_path / "copy.db", read_only=True)
    assert copy.gaps() == {"a.pdf": gaps}
    copy.close()
    catalogue.put("/racine", planning.READER, document, [], gaps[:1])
    assert catalogue.gaps() == {"a.pdf": gaps[:1]}
    catalogue.remove(["a.pdf"])
    assert catalogue.gaps() == {}
    catalogue.restore(tmp_path / "copy.db")
    assert catalogue.gaps() == {"a.pdf": gaps}
    catalogue.close()
