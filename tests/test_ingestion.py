"""The write side: what becomes of every file, and what is not done twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import documents
import numpy as np
import pytest
from support import SMALL, write

from tourbot.assistant import Assistant
from tourbot.errors import BusyError, UsageError
from tourbot.index import Fingerprint
from tourbot.ingestion import Report, ingest
from tourbot.planning import Move
from tourbot.retrieval import Retriever
from tourbot.store import Store
from tourbot.testing import HashEncoder, hash_embedding
from tourbot.types import Document


def contents(store: Store) -> dict[str, Document]:
    """Return what the catalogue holds, by id."""
    catalogue = store.open_catalogue()
    found = {document.id: document for document in catalogue.documents()}
    catalogue.close()
    return found


def texts_to_embed(store: Store) -> set[str]:
    """Return what was embedded for the passages that the catalogue holds."""
    catalogue = store.open_catalogue()
    found = {passage.text_to_embed for passage in catalogue.passages()}
    catalogue.close()
    return found


def cited(store: Store, question: str) -> set[str]:
    """Return the ids of all documents that an answer to a question quotes or shows."""
    answer = Assistant(store.index, hash_embedding(), threshold=0).ask(question)
    seen = {c.document_id for c in answer.citations}
    return seen | {r.passage.document_id for r in answer.passages}


class TestRunAgain:
    @pytest.fixture(scope="class")
    def twice(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> tuple[Store, Report, Report, HashEncoder]:
        """Two runs on the same folder, with one encoder that counts."""
        base = tmp_path_factory.mktemp("twice")
        encoder = HashEncoder()
        embedding = hash_embedding(encoder=encoder)
        store = Store(base / "home")
        folder = write(base / "documents", SMALL)
        first = ingest(folder, store, embedding)
        return store, first, ingest(folder, store, embedding), encoder

    def test_the_first_run_takes_everything_in(
        self, twice: tuple[Store, Report, Report, HashEncoder]
    ) -> None:
        """The report names each document by its path, with forward slashes."""
        store, first, _, _ = twice
        assert first.new == sorted(SMALL)
        assert first.documents == len(contents(store)) == len(SMALL)
        assert first.embedded == first.passages > 0

    def test_the_second_run_embeds_nothing(
        self, twice: tuple[Store, Report, Report, HashEncoder]
    ) -> None:
        """Embedding is what takes the time: idempotence means not paying twice."""
        _, first, second, encoder = twice
        assert second.embedded == 0
        assert encoder.calls == first.embedded
        assert second.unchanged == sorted(SMALL)
        assert not (second.new)
        assert not (second.changed)
        assert not (second.vanished)
        assert not (second.failed)

    def test_the_second_run_keeps_the_generation(
        self, twice: tuple[Store, Report, Report, HashEncoder]
    ) -> None:
        """Readers need not open anything again when nothing has changed."""
        store, first, second, _ = twice
        assert second.generation == first.generation == store.index.current_name()
        assert first.rebuilt
        assert not second.rebuilt

    def test_the_report_is_kept(self, twice: tuple[Store, Report, Report, HashEncoder]) -> None:
        """Staff can look at the last run after the terminal is closed."""
        store, _, second, _ = twice
        catalogue = store.open_catalogue()
        assert catalogue.runs()[0][1] == json.loads(json.dumps(second.to_dict()))
        catalogue.close()


class TestIncremental:
    def test_only_new_passages_of_a_changed_document_are_embedded(
        self, store: Store, folder: Path
    ) -> None:
        """One changed sentence costs one passage, not the document and not the corpus."""
        encoder = HashEncoder()
        ingest(folder, store, hash_embedding(encoder=encoder))
        before, calls = texts_to_embed(store), encoder.calls
        changed = SMALL["adhesion.md"].replace("30 novembre", "31 décembre")
        write(folder, {"adhesion.md": changed})
        report = ingest(folder, store, hash_embedding(encoder=encoder))
        new = texts_to_embed(store) - before
        assert report.changed == ["adhesion.md"]
        assert encoder.calls - calls == report.embedded == len(new) == 1
        assert "30 novembre" not in contents(store)["adhesion.md"].text

    def test_a_renamed_document_is_not_embedded_again(self, store: Store, folder: Path) -> None:
        """Vectors belong to texts, not to paths."""
        encoder = HashEncoder()
        ingest(folder, store, hash_embedding(encoder=encoder))
        calls = encoder.calls
        (folder / "tour.md").rename(folder / "etapes.md")
        report = ingest(folder, store, hash_embedding(encoder=encoder))
        assert report.moved == [Move("tour.md", "etapes.md")]
        assert (report.new, report.vanished) == ([], [])
        assert encoder.calls == calls
        assert cited(store, "Où passe le tour en octobre ?") >= {"etapes.md"}

    def test_a_renamed_document_without_a_title_is_found_by_its_new_name(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Its title is but its name: it is shown and searched, but no vector depends on it."""
        encoder = HashEncoder()
        write(folder, {"libelle.txt": "Le salon ouvre à neuf heures.\n"})
        ingest(folder, store, hash_embedding(encoder=encoder))
        calls = encoder.calls
        (folder / "libelle.txt").rename(folder / "aquarelle.txt")
        report = ingest(folder, store, hash_embedding(encoder=encoder))
        assert report.moved == [Move("libelle.txt", "aquarelle.txt")]
        assert (report.embedded, encoder.calls) == (0, calls)
        assert contents(store)["aquarelle.txt"].metadata.title == "aquarelle"
        generation = store.index.open(Fingerprint(hash_embedding().fingerprint))
        found = Retriever(generation, hash_embedding()).retrieve("Que dit l’aquarelle ?")
        generation.close()
        assert [r.passage.document_id for r in found if r.lexical > 0] == ["aquarelle.txt"]
        fresh = Store(tmp_path / "fresh")
        ingest(folder, fresh, hash_embedding())
        assert texts_to_embed(store) == texts_to_embed(fresh)

    def test_a_vanished_document_is_gone_from_answers(self, store: Store, folder: Path) -> None:
        """Promise 2: no citation from a document that has been removed."""
        ingest(folder, store, hash_embedding())
        assert "tour.md" in cited(store, "Où passe le tour en octobre ?")
        (folder / "tour.md").unlink()
        report = ingest(folder, store, hash_embedding())
        assert report.vanished == ["tour.md"]
        assert "tour.md" not in cited(store, "Où passe le tour en octobre ?")

    def test_a_file_that_becomes_broken_keeps_its_former_version(
        self, store: Store, folder: Path
    ) -> None:
        """A failed upload must not take a good document out of the answers, and must be told."""
        ingest(folder, store, hash_embedding())
        write(folder, {"tour.md": b"", "club/presidence.md": documents.PNG})
        report = ingest(folder, store, hash_embedding())
        assert [(f.document_id, f.kept) for f in report.failed] == [
            ("club/presidence.md", True),
            ("tour.md", True),
        ]
        assert "Blois" in contents(store)["tour.md"].text
        assert "tour.md" in cited(store, "Où passe le tour en octobre ?")

    @pytest.mark.parametrize("part", ["lexical", "documents.db", "chroma"])
    def test_a_damaged_index_is_built_again(self, store: Store, folder: Path, part: str) -> None:
        """A power cut empties files: the next run mends that, whether or not a document changed."""
        ingest(folder, store, hash_embedding())
        path = store.index.folder / str(store.index.current_name()) / part
        for file in [path] if path.is_file() else path.rglob("*.*"):
            file.write_bytes(b"")
        assert store.index.damage()
        report = ingest(folder, store, hash_embedding())
        assert (report.changed, report.embedded, report.rebuilt) == ([], 0, True)
        assert not store.index.damage()
        assert "tour.md" in cited(store, "Où passe le tour en octobre ?")

    def test_another_model_embeds_everything_anew(self, store: Store, folder: Path) -> None:
        """Vectors of two models must never meet in one index."""
        first = ingest(folder, store, hash_embedding("one"))
        second = ingest(folder, store, hash_embedding("other"))
        assert second.embedded == first.passages
        manifest = store.index.manifest()
        assert manifest is not None
        assert manifest.fingerprint == Fingerprint(hash_embedding("other").fingerprint)

    def test_rebuild_gives_a_new_generation_of_the_same_documents(
        self, store: Store, folder: Path
    ) -> None:
        """``--rebuild`` is the remedy that every message about a damaged index names."""
        first = ingest(folder, store, hash_embedding())
        before = contents(store)
        assert first.generation
        (store.home / "index" / first.generation / "manifest.json").write_text("{")
        report = ingest(folder, store, hash_embedding(), rebuild=True)
        assert report.generation > first.generation
        assert report.unchanged == sorted(SMALL)
        assert contents(store) == before
        assert "tour.md" in cited(store, "Où passe le tour en octobre ?")

    def test_a_store_kept_through_changes_equals_a_fresh_one(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Promise 5: history leaves no trace in documents, passages, vectors or rankings."""
        embedding = hash_embedding()
        ingest(folder, store, embedding)
        write(folder, {"tour.md": "# Le tour\n\nLe tour passe à Tours.\n", "x.md": "# X\n\nUn.\n"})
        ingest(folder, store, embedding)
        (folder / "x.md").unlink()
        write(folder, {"a.md": "# A\n\nLe tour arrive à Orléans.\n", "notes.txt": SMALL["tour.md"]})
        ingest(folder, store, embedding)
        fresh = Store(tmp_path / "fresh")
        ingest(folder, fresh, embedding)
        kept, new = store.open_catalogue(), fresh.open_catalogue()
        assert list(kept.documents()) == list(new.documents())
        passages = kept.passages()
        assert passages == new.passages()
        vectors = [c.vectors(embedding.fingerprint, passages) for c in (kept, new)]
        assert np.array_equal(*vectors)
        for question in ("Où passe le tour ?", "Qui préside le club ?"):
            answers = [
                Assistant(s.index, embedding, threshold=0).ask(question) for s in (store, fresh)
            ]
            assert answers[0] == answers[1]
        kept.close()
        new.close()


HOSTILE: dict[str, str | bytes] = {
    "bon.md": "# Bon\n\nLe bon document reste lisible.\n",
    "sous/plan.txt": "Le plan régional\n\nLe plan régional dure trois ans.\n",
    "vide.md": b"",
    "blanc.txt": " \n\t\n",
    "photo.md": documents.PNG,
    "faux.pdf": "Ceci n’est pas un PDF.",
    "coupe.pdf": documents.pdf_bytes(["Une page."])[:200],
    "secret.pdf": documents.encrypted_pdf(),
    "ancien.docx": documents.OLE,
    "archive.docx": b"PK\x03\x04" + b"\x00" * 50,
    "tableur.xls": documents.OLE,
    "sans-suffixe": "Bonjour.",
    "entete.md": "---\ntitle: [\n---\n\nTexte.\n",
    ".cache/copie.md": "# Copie\n\nCachée.\n",
    ".cache.md": "# Cachée\n\nCachée.\n",
    "~$bon.docx": b"verrou",
    "brouillons/essai.md": "# Essai\n\nUn essai.\n",
    "bon.md.bak": "Une sauvegarde.",
    ".tourbotignore": "brouillons/\n*.bak\n",
}
FAILING = {
    "vide.md": "empty",
    "blanc.txt": "empty",
    "photo.md": "mismatch",
    "faux.pdf": "mismatch",
    "coupe.pdf": None,
    "secret.pdf": "encrypted",
    "ancien.docx": "encrypted",
    "archive.docx": "broken",
    "tableur.xls": "unsupported",
    "sans-suffixe": "unsupported",
}


class TestBadFiles:
    """Promise 6: one bad file never stops an ingest and is never silently skipped."""

    @pytest.fixture(scope="class")
    def ingested(self, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Report]:
        """A folder with every kind of bad file, a loop of links and two good files."""
        base = tmp_path_factory.mktemp("hostile")
        folder = write(base / "documents", HOSTILE)
        (folder / "sous" / "boucle").symlink_to(folder, target_is_directory=True)
        store = Store(base / "home")
        return store, ingest(folder, store, hash_embedding())

    def test_the_good_files_are_ingested(self, ingested: tuple[Store, Report]) -> None:
        """Also those that are read after a bad one."""
        store, report = ingested
        assert report.new == ["bon.md", "entete.md", "sous/plan.txt"]
        assert set(contents(store)) == {"bon.md", "entete.md", "sous/plan.txt"}
        assert [(f.document_id, f.code) for f in report.incomplete] == [
            ("entete.md, front matter", "front-matter")
        ]
        assert "sous/plan.txt" in cited(store, "Combien dure le plan régional ?")

    def test_every_bad_file_is_reported_once(self, ingested: tuple[Store, Report]) -> None:
        """A file that is neither searchable nor in the report would be a silent loss."""
        _, report = ingested
        assert sorted(f.document_id for f in report.failed) == sorted(FAILING)

    @pytest.mark.parametrize("name", FAILING)
    def test_a_failure_says_why_and_what_to_do(
        self, ingested: tuple[Store, Report], name: str
    ) -> None:
        """The owner of the file is no programmer: a reason and a remedy, no traceback."""
        _, report = ingested
        failure = next(f for f in report.failed if f.document_id == name)
        assert failure.code == (FAILING[name] or failure.code)
        assert len(failure.reason) > 10
        assert "Traceback" not in failure.reason
        assert failure.hint
        assert not failure.kept

    def test_hidden_and_ignored_files_are_left_out(self, ingested: tuple[Store, Report]) -> None:
        """Drafts and lock files of Office are no documents, and no failures either."""
        store, report = ingested
        named = {f.document_id for f in report.failed} | set(contents(store))
        assert not [n for n in named if "cache" in n or "brouillons" in n or n.startswith("~")]
        assert not [n for n in named if n.endswith(".bak") or n == ".tourbotignore"]

    def test_a_loop_of_links_ends(self, ingested: tuple[Store, Report]) -> None:
        """A link to a parent folder would otherwise be walked until names grow too long."""
        store, report = ingested
        names = set(contents(store)) | {f.document_id for f in report.failed}
        assert not [name for name in names if "boucle" in name]

    def test_a_file_deleted_during_the_run_is_reported(self, store: Store, folder: Path) -> None:
        """Between listing and reading, anything can happen to a shared folder."""

        @dataclass
        class Remover:
            """Removes the last document as soon as the first has been read."""

            steps: list[str] = field(default_factory=list)

            def start(self, step: str, total: int) -> None:
                self.steps.append(step)

            def advance(self, units: int) -> None:
                (folder / "tour.md").unlink(missing_ok=True)

        report = ingest(folder, store, hash_embedding(), progress=Remover())
        assert [(f.document_id, f.code) for f in report.failed] == [("tour.md", "unreadable")]
        assert set(contents(store)) == set(SMALL) - {"tour.md"}

    def test_a_link_to_nothing_is_reported(self, store: Store, folder: Path) -> None:
        """Its owner believes that the document is there."""
        (folder / "lien.md").symlink_to(folder / "parti.md")
        report = ingest(folder, store, hash_embedding())
        assert [(f.document_id, f.code) for f in report.failed] == [("lien.md", "unreadable")]

    def test_a_folder_behind_a_link_is_read(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Shared drives are made of links; moving a folder behind one takes no document away."""
        ingest(folder, store, hash_embedding())
        (folder / "club").rename(tmp_path / "ailleurs")
        (folder / "club").symlink_to(tmp_path / "ailleurs", target_is_directory=True)
        report = ingest(folder, store, hash_embedding())
        assert report.unchanged == sorted(SMALL)
        assert not report.vanished

    def test_a_part_that_cannot_be_read_is_reported_beside_the_rest(
        self, store: Store, folder: Path
    ) -> None:
        """The message is searchable, and its owner hears that the attachment is not."""
        data = documents.mail_bytes("Le bureau est fermé.", ("plan.xyz", b"x"))
        (folder / "message.eml").write_bytes(data)
        report = ingest(folder, store, hash_embedding())
        assert "message.eml" in report.new
        assert not report.failed
        assert [(f.document_id, f.code) for f in report.incomplete] == [
            ("message.eml, plan.xyz", "unsupported")
        ]

    @pytest.mark.skipif(sys.platform != "linux", reason="pipes with names are of Unix")
    def test_a_pipe_does_not_stop_the_run(self, store: Store, folder: Path) -> None:
        """Reading it would wait for ever."""
        os.mkfifo(folder / "tuyau.txt")
        report = ingest(folder, store, hash_embedding())
        assert [(f.document_id, f.code) for f in report.failed] == [("tuyau.txt", "unreadable")]
        assert report.new == sorted(SMALL)

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
    def test_a_closed_folder_keeps_its_documents(self, store: Store, folder: Path) -> None:
        """Lost permissions are no deletion."""
        ingest(folder, store, hash_embedding())
        (folder / "club").chmod(0)
        report = ingest(folder, store, hash_embedding())
        (folder / "club").chmod(0o755)
        assert [(f.document_id, f.kept) for f in report.failed] == [("club/", True)]
        assert not report.vanished

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows any bytes in a name")
    def test_a_name_that_is_no_text_is_reported(self, store: Store, folder: Path) -> None:
        """Archives from old systems unpack to names in Latin-1."""
        Path(os.fsdecode(os.fsencode(folder) + b"/ann\xe9e.md")).write_text("# Année\n\nUn.\n")
        report = ingest(folder, store, hash_embedding())
        assert report.new == sorted(SMALL)
        assert len(report.failed) == 1

    def test_two_spellings_of_one_name_are_not_confused(self, store: Store, folder: Path) -> None:
        """A name with an accent can be written in two ways; a second file must not vanish."""
        write(folder, {unicodedata.normalize("NFC", "été.md"): "# Été\n\nLe club ouvre en été.\n"})
        write(folder, {unicodedata.normalize("NFD", "été.md"): "# Été\n\nLe bal est en juin.\n"})
        if len(list(folder.glob("*t*.md"))) < 3:
            pytest.skip("this file system takes the two names for one")
        report = ingest(folder, store, hash_embedding())
        assert len(report.new) + len(report.failed) == len(SMALL) + 2

    def test_an_ignore_file_that_is_no_text_is_told(self, store: Store, folder: Path) -> None:
        """The file is written by hand on any system: it may not be UTF-8."""
        write(folder, {".tourbotignore": "brouillons d’été/\n".encode("utf-16")})
        try:
            report = ingest(folder, store, hash_embedding())
        except UsageError as error:
            assert ".tourbotignore" in str(error)
        else:
            assert report.new == sorted(SMALL)


class TestFolders:
    def test_two_folders_live_in_one_store(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Ingesting a second folder takes nothing of the first for vanished."""
        ingest(folder, store, hash_embedding())
        other = write(tmp_path / "other", {"bal.md": "# Le bal\n\nLe bal est à Dreux.\n"})
        report = ingest(other, store, hash_embedding())
        assert (report.new, report.vanished) == (["bal.md"], [])
        assert set(contents(store)) == {*SMALL, "bal.md"}
        assert not ingest(folder, store, hash_embedding()).vanished

    def test_a_name_taken_by_another_folder_is_a_failure(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Two documents with one id would silently replace each other at every run."""
        ingest(folder, store, hash_embedding())
        other = write(tmp_path / "other", {"tour.md": "# Autre tour\n\nAilleurs.\n"})
        report = ingest(other, store, hash_embedding())
        failure = report.failed[0]
        assert (failure.document_id, failure.code) == ("tour.md", "name-taken")
        assert str(folder) in failure.reason
        assert "Blois" in contents(store)["tour.md"].text

    def test_a_moved_folder_is_taken_over(self, store: Store, folder: Path, tmp_path: Path) -> None:
        """Moving the corpus is no reason to embed it again, nor to keep it twice."""
        encoder = HashEncoder()
        ingest(folder, store, hash_embedding(encoder=encoder))
        calls = encoder.calls
        moved = folder.rename(tmp_path / "moved")
        report = ingest(moved, store, hash_embedding(encoder=encoder))
        assert report.unchanged == sorted(SMALL)
        assert encoder.calls == calls
        catalogue = store.open_catalogue()
        assert {entry.root for entry in catalogue.entries().values()} == {str(moved)}
        catalogue.close()

    def test_what_was_deleted_while_the_folder_moved_is_gone(
        self, store: Store, folder: Path, tmp_path: Path
    ) -> None:
        """Promise 2 again: a document left out of the move exists nowhere any more."""
        ingest(folder, store, hash_embedding())
        moved = folder.rename(tmp_path / "moved")
        (moved / "tour.md").unlink()
        ingest(moved, store, hash_embedding())
        assert set(contents(store)) == set(SMALL) - {"tour.md"}

    def test_an_empty_folder_gives_an_empty_index(self, store: Store, tmp_path: Path) -> None:
        """Emptying the folder empties the index; it is no error."""
        folder = write(tmp_path / "documents", {"bal.md": "# Le bal\n\nÀ Dreux.\n"})
        ingest(folder, store, hash_embedding())
        (folder / "bal.md").unlink()
        report = ingest(folder, store, hash_embedding(), sure=True)
        assert (report.documents, report.passages, report.vanished) == (0, 0, ["bal.md"])
        assert cited(store, "Où est le bal ?") == set()

    @pytest.mark.parametrize("kind", ["missing", "pipe"])
    def test_what_is_no_folder_is_refused(self, store: Store, tmp_path: Path, kind: str) -> None:
        """A mistyped path must not be taken for a corpus from which everything vanished."""
        path = tmp_path / "cible"
        if kind == "pipe":
            os.mkfifo(path)
        with pytest.raises(UsageError, match=r"cible .*\n.*python ingest\.py FOLDER"):
            ingest(path, store, hash_embedding())
        assert not store.home.exists()

    @pytest.mark.parametrize("name", ["maison d’été", "100%25 sûr", "a#b", "a?b=c", "a&mode=ro"])
    def test_the_store_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        """Paths are not addresses: ``#``, ``?`` and ``%`` stand for themselves."""
        folder = write(tmp_path / "documents", {"bal.md": "# Le bal\n\nLe bal est à Dreux.\n"})
        store = Store(tmp_path / name / "home")
        ingest(folder, store, hash_embedding())
        assert (store.home / "catalogue.db").is_file()
        assert cited(store, "Où est le bal ?") == {"bal.md"}

    def test_names_in_two_unicode_forms_are_one_document(
        self, store: Store, tmp_path: Path
    ) -> None:
        """MacOS stores names decomposed; a corpus copied from there keeps its ids."""
        name = unicodedata.normalize("NFD", "été.md")
        folder = write(tmp_path / "documents", {name: "# Été\n\nLe club ouvre en été.\n"})
        ingest(folder, store, hash_embedding())
        assert set(contents(store)) == {unicodedata.normalize("NFC", "été.md")}


class TestLock:
    @pytest.fixture
    def holder(self, store: Store) -> Iterator[subprocess.Popen[str]]:
        """Another process that holds the store's lock."""
        store.home.mkdir(parents=True)
        script = (
            "import filelock, sys\n"
            "with filelock.FileLock(sys.argv[1]).acquire(timeout=0):\n"
            "    print('held', flush=True)\n"
            "    sys.stdin.read()\n"
        )
        command = [sys.executable, "-c", script, str(store.home / "ingest.lock")]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
            process.kill()

    def test_a_second_ingest_is_told_to_wait(
        self, store: Store, folder: Path, holder: subprocess.Popen[str]
    ) -> None:
        """Two writers would each take the other's documents for vanished."""
        with pytest.raises(BusyError, match=f"{store.home}"):
            ingest(folder, store, hash_embedding())
        assert not (store.home / "catalogue.db").exists()

    def test_the_lock_of_a_killed_process_is_free(
        self, store: Store, tmp_path: Path, holder: subprocess.Popen[str]
    ) -> None:
        """A crash must not leave a lock that someone has to remove by hand."""
        holder.kill()
        holder.wait()
        (tmp_path / "vide").mkdir()
        assert ingest(tmp_path / "vide", store, hash_embedding()).documents == 0


def test_progress_is_told_to_the_last_unit(store: Store, folder: Path) -> None:
    """A bar that ends at 90 % looks like a hang."""

    class Recorder:
        def __init__(self) -> None:
            self.totals: dict[str, int] = {}
            self.done: dict[str, int] = {}

        def start(self, step: str, total: int) -> None:
            self.step = step
            self.totals[step], self.done[step] = total, 0

        def advance(self, units: int) -> None:
            self.done[self.step] += units

    recorder = Recorder()
    report = ingest(folder, store, hash_embedding(), progress=recorder)
    assert recorder.totals == recorder.done
    assert recorder.totals == {
        "read": len(SMALL),
        "embed": report.embedded,
        "index": report.passages,
    }
