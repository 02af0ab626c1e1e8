"""Reading in worker processes: whatever a file does, the program goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from support import SMALL, write

from tourbot import workers
from tourbot.workers import Task, read_file, read_files


def tasks(folder: Path) -> list[Task]:
    """Return a task for each of the small documents."""
    return [Task(name, path) for name, path in ((n, folder / n) for n in SMALL)]


def test_workers_read_what_this_process_reads(tmp_path: Path) -> None:
    """The same documents and passages, in whatever order."""
    folder = write(tmp_path, SMALL)
    read = {r.id: r for r in read_files(tasks(folder), processes=2)}
    assert read == {task.id: read_file(task) for task in tasks(folder)}


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """The others are read all the same."""
    folder = write(tmp_path, {"lent.md": "# A\n\nUn.\n" * 200_000, **SMALL})
    slow = Task("lent.md", folder / "lent.md")
    read = {r.id: r for r in read_files([slow, *tasks(folder)], processes=1, seconds=0.5)}
    failure = read["lent.md"].failure
    assert failure is not None
    assert failure.code == "too-slow"
    assert sum(r.document is not None for r in read.values()) >= 1


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """A library that crashes takes its worker with it, not the run."""
    folder = write(tmp_path, SMALL)
    worker = workers._Worker(seconds=60)
    worker.give(tasks(folder)[0])
    worker.take() or os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.join(10)
    while worker.task is not None and worker.take() is None:
        pass
    worker.give(tasks(folder)[1])
    read = None
    while read is None:
        read = worker.take()
    assert read.document is not None
    worker.stop()


def test_a_worker_that_dies_while_idle_is_replaced(tmp_path: Path) -> None:
    """The system may end any process when memory is short."""
    folder = write(tmp_path, SMALL)
    worker = workers._Worker(seconds=60)
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.join(10)
    worker.give(tasks(folder)[0])
    read = None
    while read is None:
        read = worker.take()
    assert read.document is not None
    worker.stop()


@pytest.mark.parametrize("size", [100_000_001, 200_000_000])
def test_a_huge_file_is_refused_unread(tmp_path: Path, size: int) -> None:
    """Its size is known before it is opened."""
    with (tmp_path / "gros.txt").open("wb") as file:
        file.truncate(size)
    failure = read_file(Task("gros.txt", tmp_path / "gros.txt")).failure
    assert failure is not None
    assert failure.code == "too-large"


def test_a_file_that_is_being_written_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file must not replace a whole one."""
    path = tmp_path / "a.md"
    path.write_text("# Un\n")
    whole = Path.read_bytes

    def growing(self: Path) -> bytes:
        data = whole(self)
        with self.open("ab") as file:
            file.write(b"encore\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    failure = read_file(Task("a.md", path)).failure
    assert failure is not None
    assert failure.code == "changing"
