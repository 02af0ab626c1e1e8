"""Files → parsed documents, in processes of their own: no file can hang or exhaust the program.

Reading runs beside whatever the caller does with what is read, and never far ahead of it: a worker
waits until its last document is taken, so that memory stays flat however many files there are.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import signal
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tourbot import chunking, parsing
from tourbot.errors import DocumentError
from tourbot.text import language
from tourbot.types import Document, Gap, Passage

MEGABYTES = 1500
_MOST_PROCESSES = 4
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read.

    Attributes:
        id: Of the document.
        sidecar: File beside it that describes it, if there is one.
    """

    id: str
    path: Path
    sidecar: Path | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file: a document with its passages, or what was wrong with it.

    Attributes:
        gaps: Parts of it that could not be read while the rest was.
    """

    id: str
    document: Document | None = None
    passages: tuple[Passage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    failure: DocumentError | None = None


def digest(path: Path, sidecar: Path | None = None) -> str:
    """Return the SHA-256 of a file, with that of its sidecar.

    Raises:
        DocumentError: One of them cannot be opened.
    """
    found = hashlib.sha256(_bytes(path))
    if sidecar is not None:
        found.update(b"\0" + hashlib.sha256(_bytes(sidecar)).digest())
    return found.hexdigest()


def read_file(task: Task, seconds: float = parsing.SECONDS) -> Read:
    """Read one file in this process.

    Args:
        task: What to read.
        seconds: After which whoever waits for it gives up.
    """
    try:
        data = _bytes(task.path)
        described = None if task.sidecar is None else _bytes(task.sidecar)
        parsed = parsing.parse(data, task.path.name, seconds=seconds)
        found = hashlib.sha256(data)
        if described is not None:
            found.update(b"\0" + hashlib.sha256(described).digest())
        document = Document(
            id=task.id,
            digest=found.hexdigest(),
            metadata=parsing.describe(parsed.metadata, task.path.name, described),
            lang=language.detect(parsed.text),
            text=parsed.text,
            blocks=parsed.blocks,
        )
        return Read(task.id, document, tuple(chunking.chunk(document)), parsed.gaps)
    except DocumentError as error:
        return Read(task.id, failure=error)
    except MemoryError:
        reason = f"reading it takes more than {MEGABYTES:,} MB of memory"
        return Read(task.id, failure=DocumentError("too-large", reason, "Split it"))


def read_files(
    tasks: Iterable[Task], *, processes: int = 0, seconds: float = parsing.SECONDS
) -> Iterator[Read]:
    """Read files in worker processes, in the order in which they are done.

    Args:
        tasks: What to read.
        processes: How many workers; one for each processor, four at most, when 0.
        seconds: A worker that takes longer over one file is stopped; the file has failed.

    Yields:
        What became of each file.
    """
    count = processes or min(_MOST_PROCESSES, os.cpu_count() or 1)
    waiting = iter(tasks)
    workers: list[_Worker] = []
    try:
        while True:
            for worker in workers:
                if worker.task is None and (task := next(waiting, None)) is not None:
                    worker.give(task)
            while len(workers) < count and (task := next(waiting, None)) is not None:
                workers.append(_Worker(seconds))
                workers[-1].give(task)
            busy = [worker for worker in workers if worker.task is not None]
            if not busy:
                return
            wait([w.connection for w in busy], max(0, min(w.deadline for w in busy) - _now()))
            for worker in busy:
                if (read := worker.take()) is not None:
                    yield read
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that reads one file after the other."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.task: Task | None = None
        self.deadline = 0.0
        self._start()

    def _start(self) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self._process = processes().Process(target=_work, args=(theirs, self.seconds), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        """Send a file to read."""
        try:
            self.connection.send(task)
        except OSError:  # it died while it had nothing to do
            self.stop()
            self._start()
            self.connection.send(task)
        self.task, self.deadline = task, _now() + self.seconds

    def take(self) -> Read | None:
        """Return what became of the file, or None while it is being read."""
        assert self.task is not None  # noqa: S101 - only busy workers are asked
        try:
            if self.connection.poll():
                read: Read = self.connection.recv()
            elif _now() >= self.deadline:
                reason = f"reading it takes more than {self.seconds:.0f} seconds"
                read = self._failed("too-slow", reason, "Split it, or save it in another format")
            else:
                return None
        except (EOFError, OSError):
            self._process.join()
            reason = f"the program that reads it stopped (status {self._process.exitcode})"
            read = self._failed("crashed", reason, "Open it in its own program and save it again")
        self.task = None
        return read

    def _failed(self, code: str, reason: str, hint: str) -> Read:
        assert self.task is not None  # noqa: S101 - as in ``take``
        self.stop()
        self._start()
        return Read(self.task.id, failure=DocumentError(code, reason, hint))

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.connection.close()
        self._process.kill()
        self._process.join()


@lru_cache(maxsize=1)
def processes() -> Any:
    """Return how processes are started: where possible by one that has loaded the libraries."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tourbot.index", "chromadb", "tourbot.workers"])
    return context


def _work(connection: Connection, seconds: float) -> None:
    # Ctrl-C is for the program, which then ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    with contextlib.suppress(EOFError, OSError):  # the program has ended
        while True:
            connection.send(read_file(connection.recv(), seconds))


def _limit_memory() -> None:
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20, hard))
    except (ImportError, OSError, ValueError):
        return  # elsewhere than on Linux only the time is limited


def _bytes(path: Path) -> bytes:
    """Read a file that stays the same while it is read."""
    try:
        for _ in range(_TRIES):
            before = path.stat()
            if not stat.S_ISREG(before.st_mode):
                raise DocumentError("unreadable", "it is no regular file", "Remove or ignore it")
            parsing.check_size(before.st_size, path.name)
            data = path.read_bytes()
            after = path.stat()
            if (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, len(data)):
                return data
    except OSError as error:
        reason = f"the file cannot be opened ({error.strerror})"
        raise DocumentError("unreadable", reason, "Check its permissions") from error
    raise DocumentError(
        "changing", "it changes while it is read", "Wait until it is written, then run this again"
    )


def _now() -> float:
    return time.monotonic()
