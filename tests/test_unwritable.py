"""Questions are answered from a store that cannot be written: its disk is full or read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from support import SMALL, environment, served, write

from tourbot.embedding import Embedding
from tourbot.errors import IndexUnusableError
from tourbot.index import Fingerprint, copies
from tourbot.index.manifest import Manifest, digests
from tourbot.ingestion import ingest
from tourbot.store import Store

# Root writes where it may not, unless it gives that right up.
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
ASK = (str(Path(sys.executable).with_name("tourbot")), "ask", "Qui préside le club ?")


def works(*command: str) -> bool:
    """Tell whether a command is there and may be run."""
    return shutil.which(command[0]) is not None and (
        subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    )


unprivileged = pytest.mark.skipif(
    bool(UNPRIVILEGED) and not works(*UNPRIVILEGED), reason="root cannot give its rights up here"
)
mounting = pytest.mark.skipif(
    not works("unshare", "-m"), reason="file systems cannot be mounted here"
)


def run(
    command: Sequence[str], home: Path, cwd: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command on a store."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(TOURBOT_HOME=str(home), **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def mounted(script: str, *arguments: str) -> list[str]:
    """Return a command that mounts something for itself alone, then asks."""
    return ["unshare", "-m", "sh", "-ec", f'{script}\nexec "$@"', "sh", *arguments]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, real_embedding: Embedding) -> Path:
    """A store of four documents."""
    base = tmp_path_factory.mktemp("unwritable")
    store = Store(base / "home")
    ingest(write(base / "documents", SMALL), store, real_embedding)
    return store.home


@pytest.fixture
def locked(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it that nobody may write to."""
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    everything = [copy, *copy.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield copy
    for path in everything:
        if path.is_dir():
            path.chmod(0o755)


@unprivileged
def test_a_read_only_store_answers(locked: Path, tmp_path: Path) -> None:
    """It is mounted so in many containers: only noting the question fails, and that is told."""
    before = digests(locked)
    finished = run([*UNPRIVILEGED, *ASK], locked, tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert "Jeanne Martin" in finished.stdout
    assert "could not be noted" in finished.stderr
    assert digests(locked) == before


@mounting
@pytest.mark.parametrize("temporary", ["", "TMPDIR"], ids=["its disk", "all disks"])
def test_a_store_on_a_full_disk_answers(home: Path, tmp_path: Path, temporary: str) -> None:
    """Chroma writes when it opens: it is given a copy, elsewhere or in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=8M tmpfs '{disk}'; cp -r '{home}' '{disk}/home'; "
        f"cat /dev/zero > '{disk}/rest' 2> /dev/null || true; "
        f"! echo x > '{disk}/more' 2> /dev/null"
    )
    more = {temporary: str(disk)} if temporary else {}
    finished = run(mounted(script, *ASK), disk / "home", tmp_path, **more)
    assert finished.returncode == 0, finished.stderr
    assert "Jeanne Martin" in finished.stdout


@mounting
def test_where_nothing_can_be_written_the_message_says_what_helps(
    home: Path, tmp_path: Path
) -> None:
    """Running the same command again, or a rebuild, would not."""
    places = ["/tmp", "/var/tmp", "/usr/tmp", "/dev/shm", str(tmp_path), str(home)]  # noqa: S108
    script = "".join(
        f"mount --bind '{place}' '{place}'; mount -o remount,bind,ro '{place}'\n"
        for place in places
        if Path(place).is_dir()
    )
    # Where the tests are measured, what measures them cannot write either.
    finished = run(mounted(f"unset COVERAGE_PROCESS_CONFIG\n{script}", *ASK), home, tmp_path)
    assert finished.returncode == 2, finished.stdout
    assert "Traceback" not in finished.stderr
    for words in ("Chroma writes", "Free space", "TMPDIR", "TOURBOT_HOME", "Read-only file system"):
        assert words in finished.stderr
    assert "--rebuild" not in finished.stderr


@unprivileged
def test_the_journal_says_that_it_cannot_write_and_goes_on(locked: Path, tmp_path: Path) -> None:
    """A question that was answered must not end in an error about noting it."""
    script = (
        "from pathlib import Path; from tourbot.journal import Journal; "
        "from tourbot.types import Answer; import sys; "
        "Journal(Path(sys.argv[1])).record(Answer('Un ?', 'Un ?', 'fr', (), 0.5, ()))"
    )
    for name in ("journal.db", "missing/journal.db"):
        command = [*UNPRIVILEGED, sys.executable, "-c", script, str(locked / name)]
        finished = run(command, locked, tmp_path)
        assert finished.returncode == 0, finished.stderr
        assert "could not be noted" in finished.stderr


class TestCopies:
    @pytest.fixture
    def generation(self, tmp_path: Path) -> Path:
        """A folder of a generation with one part."""
        folder = write(tmp_path / "index" / "gen-000001", {"chroma/a/b.bin": b"b" * 99})
        Manifest(1, 1, Fingerprint("hash"), files=digests(folder)).write(folder)
        return folder

    @pytest.fixture(autouse=True)
    def temporary(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A temporary folder of its own."""
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        return folder

    def test_a_copy_is_the_same_and_goes_with_its_reader(
        self, generation: Path, temporary: Path
    ) -> None:
        """Its room is given back when a newer generation is opened."""
        copy = copies.copy(generation, "chroma", Manifest.read(generation))
        assert (copy.path / "a" / "b.bin").read_bytes() == b"b" * 99
        assert copy.path.stat().st_mode & 0o077 == 0
        copy.remove()
        copy.remove()
        assert list(temporary.iterdir()) == []

    def test_a_forked_process_removes_nothing(self, generation: Path) -> None:
        """It ends while the one that it came from goes on reading."""
        copy = copies.copy(generation, "chroma", Manifest.read(generation))
        if (child := os.fork()) == 0:
            copy.remove()
            os._exit(0)
        os.waitpid(child, 0)
        assert (copy.path / "a" / "b.bin").exists()
        copy.remove()

    def test_damage_leaves_no_copy(self, generation: Path, temporary: Path) -> None:
        """A file that is not as it was built is refused on the way."""
        (generation / "chroma" / "a" / "b.bin").write_bytes(b"b" * 98 + b"c")
        with pytest.raises(IndexUnusableError, match="not as it was built"):
            copies.copy(generation, "chroma", Manifest.read(generation))
        assert list(temporary.iterdir()) == []

    def test_what_killed_processes_left_is_swept(self, generation: Path, temporary: Path) -> None:
        """A page that is killed every night must not fill the disk, nor empty another's folder."""
        used = copies.copy(generation, "chroma", Manifest.read(generation))
        write(temporary, {"tourbot-index-left/chroma.sqlite3": b"x", "other/file": b"x"})
        for folder in temporary.iterdir():
            os.utime(folder, (0, 0))
        write(temporary, {"tourbot-index-new/chroma.sqlite3": b"x"})
        copies.sweep(temporary)
        assert {path.name for path in temporary.iterdir()} == {
            used.path.name,
            "other",
            "tourbot-index-new",
        }


@unprivileged
def test_the_page_is_served_from_a_store_that_cannot_be_written(
    locked: Path, tmp_path: Path
) -> None:
    """Members are answered; the log says what is not noted, and staff read why they wait."""
    with (
        served(locked, tmp_path, tmp_path / "log.txt", before=UNPRIVILEGED) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        assert client.get("/").status_code == 200
        session = {"session_hash": "lecture"}
        question = ["Qui préside le club ?", "fr", [], [], [], []]
        asked = {"fn_index": 0, "trigger_id": None, "data": question, **session}
        assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
        assert "Jeanne Martin" in client.get("/gradio_api/queue/data", params=session).text
        form = {"nom": "anne", "passe": "trois mots de passe"}
        assert client.post("/staff/connexion", data=form).status_code == 503
    log = (tmp_path / "log.txt").read_text()
    assert "a question could not be noted" in log
    assert "Traceback" not in log
