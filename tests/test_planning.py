"""What an ingest says that it will do, what it then does, and how it is undone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import documents
import pytest
from support import SMALL, write

from tourbot.errors import BusyError, UsageError
from tourbot.ingestion import SafetyStopError, ingest, ingest_all, plan, undo
from tourbot.planning import Change, Move, examine, make
from tourbot.store import Store
from tourbot.testing import HashEncoder, hash_embedding


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small documents."""
    return write(tmp_path / "documents", SMALL)


def texts(store: Store) -> dict[str, str]:
    """Return the text of every document in the catalogue."""
    catalogue = store.open_catalogue()
    found = {document.id: document.text for document in catalogue.documents()}
    catalogue.close()
    return found


def found(store: Store) -> set[str]:
    """Return the ids of the documents that the index in use can find."""
    manifest = store.index.manifest()
    assert manifest is not None
    generation = store.index.open(manifest.fingerprint)
    ids = {passage.document_id for passage in generation.catalogue.passages()}
    generation.close()
    return ids


class TestPlan:
    def test_it_tells_what_the_ingest_then_does(self, store: Store, folder: Path) -> None:
        """Staff decide by the plan: it must hold."""
        ingest(folder, store, hash_embedding())
        write(
            folder,
            {
                "adhesion.md": SMALL["adhesion.md"].replace("30 novembre", "31 décembre"),
                "bal.md": "# Le bal\n\nLe bal est à Dreux.\n",
                "copie.md": SMALL["tour.md"],
                "image.md": documents.PNG,
            },
        )
        (folder / "notes.txt").rename(folder / "reunion.txt")
        (folder / "club" / "presidence.md").unlink()
        made = plan(folder, store)
        assert made.new == ["bal.md", "copie.md"]
        assert made.changed == ["adhesion.md"]
        assert made.changes == [Change("adhesion.md", (), 1, 1)]
        assert made.moved == [Move("notes.txt", "reunion.txt")]
        assert made.vanished == ["club/presidence.md"]
        assert made.unchanged == ["tour.md"]
        assert made.duplicates == {"tour.md": "copie.md"}
        assert [failure.document_id for failure in made.failed] == ["image.md"]
        report = ingest(folder, store, hash_embedding())
        for name in ("new", "changed", "changes", "moved", "vanished", "unchanged", "failed"):
            assert getattr(report, name) == getattr(made, name), name
        assert report.duplicates == made.duplicates

    def test_documents_may_go_while_it_is_made(self, store: Store, folder: Path) -> None:
        """Another run can end between the two looks at the catalogue."""
        ingest(folder, store, hash_embedding())
        (folder / "notes.txt").unlink()
        write(folder, {"tour.md": "# Tour\n\nAutre chose.\n"})
        catalogue = store.open_catalogue()
        made = make(folder.resolve(), catalogue)
        catalogue.remove(["notes.txt", "tour.md"])
        seen = examine(made, catalogue, lambda _: None)
        catalogue.close()
        assert (seen.vanished, seen.changes) == (["notes.txt"], [])

    def test_it_changes_nothing(self, store: Store, folder: Path) -> None:
        """Looking is free."""
        ingest(folder, store, hash_embedding())
        before, generation = texts(store), store.index.current_name()
        write(folder, {"bal.md": "# Le bal\n\nLe bal est à Dreux.\n"})
        plan(folder, store)
        assert (texts(store), store.index.current_name()) == (before, generation)

    def test_before_the_first_ingest_it_makes_nothing(self, store: Store, folder: Path) -> None:
        """Whoever only looks has no store afterwards."""
        assert plan(folder, store).new == sorted(SMALL)
        assert not store.home.exists()

    def test_it_knows_a_folder_that_was_moved(self, store: Store, folder: Path) -> None:
        """The plan told of names that another folder has, the ingest took the documents over."""
        ingest(folder, store, hash_embedding())
        moved = folder.rename(folder.with_name("ailleurs"))
        told = plan(moved, store)
        assert (told.failed, told.unchanged) == ([], sorted(SMALL))
        assert ingest(moved, store, hash_embedding()).unchanged == told.unchanged

    def test_the_metadata_that_change_are_named(self, store: Store, folder: Path) -> None:
        """A sidecar that is edited changes the document that it describes."""
        write(folder, {"tour.md.yaml": "date: 2025-10-02\nkind: étape\n"})
        ingest(folder, store, hash_embedding())
        write(folder, {"tour.md.yaml": "date: 2025-10-03\nkind: étape\nregion: PACA\n"})
        assert plan(folder, store).changes == [Change("tour.md", ("date", "region"), 0, 0)]

    def test_a_duplicate_in_another_format_is_found(self, store: Store, folder: Path) -> None:
        """The same words, not the same bytes."""
        write(
            folder,
            {
                "un.txt": "Le bal\n\nLe bal est à Dreux.",
                "deux.txt": "Le bal\r\n\r\nLe bal est à Dreux.\r\n",
            },
        )
        assert plan(folder, store).duplicates == {"un.txt": "deux.txt"}
        assert ingest(folder, store, hash_embedding()).duplicates == {"un.txt": "deux.txt"}
        assert "un.txt" not in found(store)
        (folder / "deux.txt").unlink()
        ingest(folder, store, hash_embedding())
        assert "un.txt" in found(store)


class TestSidecars:
    def test_it_describes_the_file_beside_it(self, store: Store, folder: Path) -> None:
        """What a PDF does not say of itself can be written beside it; it is no document."""
        write(folder, {"notes.txt.yaml": "title: Le bureau\nRégion: Centre-Val de Loire\n"})
        report = ingest(folder, store, hash_embedding())
        catalogue = store.open_catalogue()
        metadata = catalogue.metadata()["notes.txt"]
        catalogue.close()
        assert (metadata.title, metadata.region) == ("Le bureau", "Centre-Val de Loire")
        assert not report.failed
        assert report.documents == len(SMALL)

    @pytest.mark.parametrize("content", ["- une\n- liste\n", "title: [", "\x00", ""])
    def test_a_broken_one_is_told(self, store: Store, folder: Path, content: str) -> None:
        """Wrong metadata are worse than a document that waits."""
        write(folder, {"notes.txt.yaml": content})
        (failure,) = ingest(folder, store, hash_embedding()).failed
        assert failure.document_id == "notes.txt"
        assert "notes.txt.yaml" in failure.reason or content == "\x00"

    def test_a_day_that_does_not_exist_is_none(self, store: Store, folder: Path) -> None:
        """The document is read, and its date is unknown."""
        (folder / "notes.txt.yaml").write_text("title: Notes\ndate: 2025-13-01\n")
        assert ingest(folder, store, hash_embedding()).failed == []

    def test_what_is_inferred_is_marked(self, store: Store, tmp_path: Path) -> None:
        """Nobody gave the date and the region: the name of the file and the title tell them."""
        folder = write(
            tmp_path / "a", {"2025-11-04 bilan.md": "# Bilan en Occitanie\n\nDeux étapes.\n"}
        )
        ingest(folder, store, hash_embedding())
        catalogue = store.open_catalogue()
        (metadata,) = catalogue.metadata().values()
        catalogue.close()
        assert (metadata.date, metadata.region) == ("2025-11-04", "Occitanie")
        assert metadata.inferred == ("date", "region")


class TestSafetyStop:
    def test_a_third_may_go_and_no_more(self, store: Store, tmp_path: Path) -> None:
        """A folder that is suddenly empty is a disk that is not mounted."""
        files = {f"{n}.md": f"# Note {n}\n\nLa note {n} est courte.\n" for n in range(6)}
        folder = write(tmp_path / "documents", files)
        ingest(folder, store, hash_embedding())
        for name in ("0.md", "1.md", "2.md"):
            (folder / name).unlink()
        with pytest.raises(SafetyStopError, match=r"3 of the 6 documents(.|\n)*--yes") as stop:
            ingest(folder, store, hash_embedding())
        assert stop.value.plan.vanished == ["0.md", "1.md", "2.md"]
        assert len(texts(store)) == 6
        write(folder, {"2.md": files["2.md"]})
        assert ingest(folder, store, hash_embedding()).vanished == ["0.md", "1.md"]

    def test_it_can_be_overruled(self, store: Store, folder: Path) -> None:
        """Sometimes everything goes."""
        ingest(folder, store, hash_embedding())
        for name in SMALL:
            (folder / name).unlink()
        assert len(ingest(folder, store, hash_embedding(), sure=True).vanished) == len(SMALL)

    def test_missing_files_can_be_kept(self, store: Store, folder: Path) -> None:
        """Documents outlive their files on request, and are told."""
        ingest(folder, store, hash_embedding())
        for name in SMALL:
            (folder / name).unlink()
        told = plan(folder, store, keep_missing=True)
        assert (told.vanished, told.kept_missing) == ([], sorted(SMALL))
        report = ingest(folder, store, hash_embedding(), keep_missing=True)
        assert report.kept_missing == sorted(SMALL)
        assert set(texts(store)) == set(SMALL)

    def test_a_move_is_no_loss(self, store: Store, folder: Path) -> None:
        """Renaming a subfolder moves many files at once."""
        ingest(folder, store, hash_embedding())
        for name in SMALL:
            (folder / name).rename(folder / f"archive-{Path(name).name}")
        report = ingest(folder, store, hash_embedding())
        assert len(report.moved) == len(SMALL)
        assert not report.vanished


class TestOneFile:
    def test_the_others_stay_as_they_are(self, store: Store, folder: Path) -> None:
        """A single file is brought up to date; its folder is not read."""
        ingest(folder, store, hash_embedding())
        (folder / "adhesion.md").unlink()
        write(
            folder,
            {"tour.md": "# Le tour\n\nLe tour passe à Tours.\n", "bal.md": "# Bal\n\nÀ Dreux.\n"},
        )
        report = ingest(folder / "tour.md", store, hash_embedding())
        assert (report.changed, report.new, report.vanished) == (["tour.md"], [], [])
        assert set(texts(store)) == set(SMALL)

    def test_its_document_goes_with_it(self, store: Store, folder: Path) -> None:
        """What is gone can be named like what is there."""
        ingest(folder, store, hash_embedding())
        (folder / "tour.md").unlink()
        (folder / "notes.txt").unlink()
        report = ingest(folder / "tour.md", store, hash_embedding())
        assert (report.vanished, report.only) == (["tour.md"], "tour.md")
        assert "notes.txt" in found(store)

    def test_its_document_stays_where_the_folder_is_gone_too(
        self, store: Store, folder: Path
    ) -> None:
        """A disk that is not mounted has lost nothing."""
        ingest(folder, store, hash_embedding())
        (folder / "club").rename(folder.parent / "ailleurs")
        with pytest.raises(UsageError, match="does not exist"):
            ingest(folder / "club" / "presidence.md", store, hash_embedding())
        assert "club/presidence.md" in found(store)

    def test_its_document_stays_where_the_folder_cannot_be_listed(
        self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What cannot be looked for is not gone."""
        ingest(folder, store, hash_embedding())
        scan = os.scandir

        def refusing(path: str) -> object:
            if str(path).endswith("club"):
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        monkeypatch.setattr(os, "scandir", refusing)
        report = ingest(folder / "club" / "presidence.md", store, hash_embedding())
        assert report.vanished == []

    def test_its_id_is_that_of_its_known_folder(self, store: Store, folder: Path) -> None:
        """It is the same document, whether its folder or the file itself was given."""
        ingest(folder, store, hash_embedding())
        report = ingest(folder / "club" / "presidence.md", store, hash_embedding())
        assert report.unchanged == ["club/presidence.md"]


class TestUndo:
    def test_it_gives_back_what_was(self, store: Store, folder: Path) -> None:
        """Texts, passages and answers are those of before; nothing is embedded again."""
        encoder = HashEncoder()
        ingest(folder, store, hash_embedding(encoder=encoder))
        before = texts(store)
        write(folder, {"tour.md": "# Le tour\n\nPlus rien.\n", "bal.md": "# Le bal\n\nÀ Dreux.\n"})
        (folder / "adhesion.md").unlink()
        ingest(folder, store, hash_embedding(encoder=encoder))
        after, calls = texts(store), encoder.calls
        report = undo(store, hash_embedding(encoder=encoder))
        assert (report.new, report.changed, report.vanished) == (
            ["adhesion.md"],
            ["tour.md"],
            ["bal.md"],
        )
        assert texts(store) == before
        assert found(store) == set(before)
        undo(store, hash_embedding(encoder=encoder))
        assert texts(store) == after
        assert found(store) == set(after)
        assert encoder.calls == calls

    def test_an_ingest_that_changed_nothing_is_none(self, store: Store, folder: Path) -> None:
        """What is undone is the last change, not the last look."""
        ingest(folder, store, hash_embedding())
        before = texts(store)
        write(folder, {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        ingest(folder, store, hash_embedding())
        ingest(folder, store, hash_embedding())
        undo(store, hash_embedding())
        assert texts(store) == before

    def test_one_that_only_read_again_is_none(self, store: Store, folder: Path) -> None:
        """« Relire » or --rebuild after a mistake must not take the way back."""
        ingest(folder, store, hash_embedding())
        before = texts(store)
        write(folder, {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        ingest(folder, store, hash_embedding())
        ingest(folder / "tour.md", store, hash_embedding(), rebuild=True)
        ingest(folder, store, hash_embedding(), rebuild=True)
        assert undo(store, hash_embedding()).vanished == ["bal.md"]
        assert texts(store) == before

    def test_several_folders_at_once_are_one_change(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Staff apply once and undo once, however many folders there are."""
        others = write(tmp_path / "others", {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        list(ingest_all([folder, others], store, hash_embedding()))
        before = texts(store)
        write(folder, {"tour.md": "# Le tour\n\nPlus rien.\n"})
        write(others, {"bal.md": "# Le bal\n\nÀ Blois.\n"})
        list(ingest_all([folder, others], store, hash_embedding()))
        assert undo(store, hash_embedding()).changed == ["bal.md", "tour.md"]
        assert texts(store) == before

    @pytest.mark.parametrize("stopped", ["emptied", "bad ignore file"])
    def test_what_was_done_before_one_is_stopped_is_undone_alone(
        self, store: Store, folder: Path, tmp_path: Path, stopped: str
    ) -> None:
        """The folder that was stopped was not touched."""
        others = write(tmp_path / "others", {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        list(ingest_all([folder, others], store, hash_embedding()))
        before = texts(store)
        write(folder, {"tour.md": "# Le tour\n\nPlus rien.\n"})
        if stopped == "emptied":
            (others / "bal.md").unlink()
        else:
            write(others, {".tourbotignore": "!\n"})
        with pytest.raises(UsageError):
            list(ingest_all([folder, others], store, hash_embedding()))
        assert texts(store)["bal.md"] == before["bal.md"]
        write(folder, {"new.md": "# Neuf\n\nUn texte.\n"})
        ingest(folder, store, hash_embedding())
        assert undo(store, hash_embedding()).vanished == ["new.md"]
        assert undo(store, hash_embedding()).new == ["new.md"]

    def test_one_that_only_failed_is_none(self, store: Store, folder: Path) -> None:
        """A file that can never be read must not stand in the way."""
        write(folder, {"image.md": documents.PNG})
        ingest(folder, store, hash_embedding())
        (folder / "tour.md").unlink()
        ingest(folder, store, hash_embedding())
        ingest(folder, store, hash_embedding())
        assert undo(store, hash_embedding()).new == ["tour.md"]

    def test_the_next_ingest_takes_the_files_as_they_are(self, store: Store, folder: Path) -> None:
        """Files are never touched."""
        ingest(folder, store, hash_embedding())
        write(folder, {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        ingest(folder, store, hash_embedding())
        undo(store, hash_embedding())
        assert ingest(folder, store, hash_embedding()).new == ["bal.md"]

    def test_before_the_first_change_there_is_nothing(self, store: Store) -> None:
        """A sentence, not an empty store."""
        with pytest.raises(UsageError, match="nothing to undo"):
            undo(store, hash_embedding())


@pytest.mark.parametrize("pattern", ["!", "a[z-a]"])
def test_a_bad_pattern_is_named(store: Store, folder: Path, pattern: str) -> None:
    """Staff write the ignore file by hand."""
    (folder / ".tourbotignore").write_text(f"*.tmp\n{pattern}\n")
    with pytest.raises(UsageError, match=r"Line 2 of .*\.tourbotignore"):
        plan(folder, store)


def test_a_busy_store_names_who_is_writing(store: Store, folder: Path) -> None:
    """One knows whom to ask, and whether to wait."""
    script = (
        "import sys, pathlib\n"
        "from tourbot.store import Store\n"
        "with Store(pathlib.Path(sys.argv[1])).writing():\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(store.home)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=rf"process {holder.pid} .*since \d\d:\d\d, 0 min ago"):
            ingest(folder, store, hash_embedding())
        holder.kill()
    assert ingest(folder, store, hash_embedding()).documents == len(SMALL)
