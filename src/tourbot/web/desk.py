"""What staff do with the documents, apart from how the page shows it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from tourbot import ingestion, planning, sources
from tourbot.assistant import Assistant
from tourbot.catalogue import Overview
from tourbot.embedding import Embedding
from tourbot.errors import BusyError, TourbotError, UsageError
from tourbot.ingestion import Report
from tourbot.journal import Entry, Journal, Vote
from tourbot.planning import Failure, Plan
from tourbot.store import Store
from tourbot.types import Answer
from tourbot.uploads import Uploads

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.3
_RECHECKED = 50


@dataclass(slots=True)
class Work:
    """A run in a thread of its own, and how far it has come.

    Attributes:
        step: ``"read"``, ``"embed"``, ``"index"``, or empty before the first.
        began: When the step did, as ``time.monotonic``.
        reports: One for each folder that is done.
        error: What ended it, if something did.
    """

    step: str = ""
    done: int = 0
    total: int = 0
    began: float = 0.0
    reports: list[Report] = field(default_factory=list)
    error: Exception | None = None

    def start(self, step: str, total: int) -> None:
        """As in ``ingestion.Progress``."""
        self.step, self.total, self.done, self.began = step, total, 0, time.monotonic()

    def advance(self, units: int) -> None:
        """As in ``ingestion.Progress``."""
        self.done += units

    @property
    def seconds_left(self) -> int | None:
        """How long the step still takes, once it can be told."""
        if not self.done or self.done >= self.total:
            return None
        return round((time.monotonic() - self.began) / self.done * (self.total - self.done))


Ended = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Recheck:
    """A question that went unanswered, and the titles of the documents that answer it now."""

    question: str
    titles: tuple[str, ...]


class Desk:
    """The store as staff work on it.

    Args:
        store: Where documents are.
        embedding: As in ``ingestion.ingest``.
        assistant: Asks again.
        journal: What was asked.
    """

    def __init__(
        self, store: Store, embedding: Embedding, assistant: Assistant, journal: Journal
    ) -> None:
        self.store = store
        self.uploads = Uploads(store.home)
        self._embedding = embedding
        self._assistant = assistant
        self._journal = journal

    def upload(self, files: Sequence[Path]) -> list[str]:
        """Take files in; they wait in their folder until they are applied.

        Two of one name, from different folders of whoever sends them, are both kept.
        """
        names = list[str]()
        for path in files:
            names.append(self.uploads.accept(path, path.name, names))
        return names

    def plans(self) -> list[Plan]:
        """Compare every folder of documents, and that of the uploads, with the store."""
        return [ingestion.plan(folder, self.store) for folder in self._folders()]

    def apply(self, sure: Collection[str] = (), ended: Ended | None = None) -> Iterator[Work]:
        """Make the store agree with all folders; yields the work as it goes on.

        Args:
            sure: Folders of which more than a third of the documents may vanish.
            ended: Called at the end, whether anyone still watches or not; so below.
        """

        def run(work: Work) -> None:
            folders = self._folders()
            certain = [folder for folder in folders if str(folder) in sure]
            for report in ingestion.ingest_all(
                folders, self.store, self._embedding, sure=certain, progress=work
            ):
                work.reports.append(report)

        return _follow(run, ended)

    def reread(self, id_: str, ended: Ended | None = None) -> Iterator[Work]:
        """Read one document again, whatever its hash says."""
        path = self.path(id_)

        def run(work: Work) -> None:
            if path is None:
                raise FileNotFoundError(id_)
            report = ingestion.ingest(
                path, self.store, self._embedding, rebuild=True, progress=work
            )
            work.reports.append(report)

        return _follow(run, ended)

    def remove(self, id_: str, ended: Ended | None = None) -> Iterator[Work]:
        """Take an uploaded file out, whether it could be read or not.

        Raises:
            UsageError: It comes from another folder, which the message names.
        """
        root = self._root(id_)
        if root != self.uploads.folder.resolve() and id_ not in self.unread():
            raise UsageError(str(root or ""))

        def run(work: Work) -> None:
            # Other uploads wait to be applied, or were undone: they are left as they are.
            path = self.uploads.folder.resolve() / id_
            there = path.exists()
            if there:
                self.uploads.remove(id_)
            if root is None:
                return
            try:
                report = ingestion.ingest(path, self.store, self._embedding, progress=work)
            except BusyError:  # done is neither or both
                if there:
                    self.uploads.put_back([id_])
                raise
            work.reports.append(report)

        return _follow(run, ended)

    def undo(self, ended: Ended | None = None) -> Iterator[Work]:
        """Go back to the state before the last change; removed uploads come back with it."""

        def run(work: Work) -> None:
            (_, last), *_ = self.runs() or [("", {})]
            report = ingestion.undo(self.store, self._embedding, work)
            self.uploads.put_back(report.new)
            if last.get("undone"):  # what had come back goes again
                for name in {*report.vanished} & {*last["new"]} & {*self.unread()}:
                    self.uploads.remove(name)
            work.reports.append(report)

        return _follow(run, ended)

    def documents(self) -> tuple[list[Overview], dict[str, str]]:
        """Return all documents, and which repeat the text of another."""
        catalogue = self.store.open_catalogue()
        try:
            return catalogue.overview(), catalogue.repeated()
        finally:
            catalogue.close()

    def failures(self) -> list[Failure]:
        """Return the files that the last ingest of each folder could not read, or not whole.

        What has been read again since, alone, counts as it was then. What was left out of a
        document is told as long as the document is there.
        """
        found, uploads = list[Failure](), str(self.uploads.folder.resolve())
        whole = set[str]()
        alone = set[tuple[str, str]]()
        for _, report in self.runs():
            folder, only = str(report["folder"]), str(report.get("only", ""))
            if folder in whole:
                continue
            for failure in report["failed"]:
                name = failure["document_id"]
                removed = folder == uploads and not (self.uploads.folder / name).exists()
                if (folder, name) not in alone and not removed:
                    found.append(Failure(**failure))
            if only:
                alone.add((folder, only))
            else:
                whole.add(folder)
        catalogue = self.store.open_catalogue()
        try:
            return found + planning.left_out(catalogue.gaps())
        finally:
            catalogue.close()

    def unread(self) -> list[str]:
        """Return the uploaded files that are no documents: they wait, or could not be read."""
        folder = self.uploads.folder
        documents = {document.id for document in self.documents()[0]}
        files = sources.find(folder.resolve()).files if folder.is_dir() else []
        return [file.id for file in files if file.id not in documents]

    def runs(self) -> list[tuple[str, dict[str, Any]]]:
        """Return when each ingest ended (UTC, ISO 8601) and its report, newest first."""
        catalogue = self.store.open_catalogue()
        try:
            return catalogue.runs()
        finally:
            catalogue.close()

    def path(self, id_: str) -> Path | None:
        """Return the file of a document, or None when there is no such document or file."""
        root = self._root(id_)
        path = None if root is None else root / id_
        return path if path is not None and path.is_file() else None

    def unanswered(self) -> list[Entry]:
        """Return the questions without an answer, newest first, each once."""
        return self._journal.unanswered()

    def disliked(self) -> list[Vote]:
        """Return the answers that someone found bad, newest first."""
        return self._journal.disliked()

    def vote(self, answer: Answer, liked: bool) -> None:
        """Note what a member thinks of an answer."""
        self._journal.vote(answer, liked=liked)

    def recheck(self) -> list[Recheck]:
        """Ask the newest unanswered questions again."""
        checked = []
        for entry in self.unanswered()[:_RECHECKED]:
            answer = self._assistant.ask(entry.understood, record=False)
            titles = dict.fromkeys(citation.metadata.title for citation in answer.citations)
            checked.append(Recheck(entry.question, tuple(titles)))
        return checked

    def _folders(self) -> list[Path]:
        self.uploads.folder.mkdir(parents=True, exist_ok=True)
        ours = self.uploads.folder.resolve()
        return [*(root for root in self.store.roots() if root != ours and root.is_dir()), ours]

    def _root(self, id_: str) -> Path | None:
        catalogue = self.store.open_catalogue()
        try:
            entry = catalogue.entries().get(id_)
        finally:
            catalogue.close()
        return None if entry is None else Path(entry.root)


def _follow(run: Callable[[Work], None], ended: Ended | None) -> Iterator[Work]:
    """Run something in a thread, and tell how far it is until it has ended."""
    work = Work()

    def guarded() -> None:
        try:
            run(work)
        except Exception as error:  # whatever it is, the page says that it failed
            if not isinstance(error, TourbotError):  # its sentence is shown, and says all
                _log.warning("a change of the documents failed", exc_info=True)
            work.error = error
        if ended is not None:
            ended(work)

    thread = Thread(target=guarded, daemon=True)
    thread.start()
    while thread.is_alive():
        yield work
        thread.join(_POLL_SECONDS)
    yield work
