"""The write side: a folder → the catalogue → a new generation of the index.

Every step can be killed and run again: a document is stored in one transaction, a vector is cached
under the hash of its text, a generation is built aside. What a run finds already done is not done
again, so that running after a kill gives the same index as running on an empty store.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from tourbot import planning, workers
from tourbot.catalogue import Entry
from tourbot.embedding import Embedding
from tourbot.errors import UsageError
from tourbot.index import Fingerprint
from tourbot.planning import Change, Failure, Move, Plan
from tourbot.store import Store

_EMBED_BATCH = 64
# Passages are gathered before they are embedded: of many, those of similar length go together.
_GATHERED = 512


class Progress(Protocol):
    """What a run tells while it works."""

    def start(self, step: str, total: int) -> None:
        """Begin a step of ``total`` units: ``"read"``, ``"embed"`` or ``"index"``.

        Of many documents, some are embedded before all are read: then reading starts again, with
        what is left of it.
        """

    def advance(self, units: int) -> None:
        """Note that units of the current step are done."""


class Silence:
    """A ``Progress`` that says nothing."""

    def start(self, step: str, total: int) -> None:
        """Ignore."""

    def advance(self, units: int) -> None:
        """Ignore."""


class SafetyStopError(UsageError):
    """More than a third of the documents would vanish.

    Attributes:
        plan: What would be done.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__(
            f"{len(plan.vanished)} of the {plan.held} documents of {plan.folder} would vanish from "
            "the index; nothing was changed.\n"
            "If the folder is not what it should be (a disk that is not mounted?), mend that. "
            "Otherwise run the same command with --yes, or keep them with --keep-missing."
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, document by document; each list is sorted.

    Attributes:
        only: Id of the one file of the folder that the run looked at, if it was asked to.
        duplicates: Documents whose text another one has already, and which is answered from.
        incomplete: Parts of documents that could not be read while the rest was, now or when they
            were last read; after an undo, of all documents.
        kept_missing: Documents whose files are gone and which were kept on request.
        undone: Whether the run took the store back to its state before the last change.
    """

    folder: str
    only: str = ""
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    incomplete: list[Failure] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept_missing: list[str] = field(default_factory=list)
    embedded: int = 0
    passages: int = 0
    documents: int = 0
    generation: str = ""
    rebuilt: bool = False
    undone: bool = False
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def plan(
    source: Path,
    store: Store,
    *,
    rebuild: bool = False,
    keep_missing: bool = False,
    progress: Progress | None = None,
) -> Plan:
    """Tell what ``ingest`` would do, reading what it would read and changing nothing.

    Args:
        source: As in ``ingest``.
        store: Only read.
        rebuild: As in ``ingest``.
        keep_missing: As in ``ingest``.
        progress: Told about the step ``"read"``.

    Raises:
        UsageError: As in ``ingest``.
    """
    folder, only = _folder_of(source, store)
    with store.looking() as catalogue:
        made = planning.make(
            folder, catalogue, only=only, rebuild=rebuild, keep_missing=keep_missing
        )
        told = progress or Silence()
        told.start("read", len(made.tasks))
        return planning.examine(made, catalogue, told.advance)


def ingest(
    source: Path,
    store: Store,
    embedding: Embedding,
    *,
    rebuild: bool = False,
    keep_missing: bool = False,
    sure: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Make the store agree with a folder, or with one file of it.

    Documents that came from other folders stay. Unchanged files (same bytes, same reader) are not
    read again, unchanged passages are not embedded again.

    Args:
        source: A folder, searched recursively; hidden files and what ``.tourbotignore`` matches are
            left out. Or a file: the others of its folder are left as they are. Where it is gone,
            its document goes.
        store: Where to write.
        embedding: Gives the vectors; loaded only when something must be embedded.
        rebuild: Read every file and build the index again, whatever the hashes say.
        keep_missing: Keep the documents whose files are gone.
        sure: Go on when more than a third of the documents would vanish.
        progress: Told about steps.

    Returns:
        The report, which is also kept in the catalogue.

    Raises:
        UsageError: There is no such folder or file.
        SafetyStopError: More than a third of the documents would vanish; nothing was changed.
        BusyError: Another ingest is running on the same store.
    """
    sure_of = [source] if sure else []
    (report,) = ingest_all(
        [source],
        store,
        embedding,
        rebuild=rebuild,
        keep_missing=keep_missing,
        sure=sure_of,
        progress=progress,
    )
    return report


def ingest_all(
    sources: Sequence[Path],
    store: Store,
    embedding: Embedding,
    *,
    rebuild: bool = False,
    keep_missing: bool = False,
    sure: Collection[Path] = (),
    progress: Progress | None = None,
) -> Iterator[Report]:
    """Make the store agree with several folders or files, one after the other.

    It is one change: an undo takes back all of it. What was done before one of them raises stays.

    Args:
        sources: Folders or files, as in ``ingest``.
        store: As in ``ingest``.
        embedding: As in ``ingest``.
        rebuild: As in ``ingest``.
        keep_missing: As in ``ingest``.
        progress: As in ``ingest``.
        sure: Those of the sources of which more than a third of the documents may vanish.

    Yields:
        A report for each source, as soon as it is done.

    Raises:
        UsageError, SafetyStopError, BusyError: As in ``ingest``.
    """
    read = [(source, *_folder_of(source, store)) for source in sources]
    with store.writing(), _run(store, embedding, progress) as run:
        for source, folder, only in read:
            run.catalogue.adopt(planning.moved_in(run.catalogue.entries(), folder), str(folder))
            try:
                made = planning.make(
                    folder, run.catalogue, only=only, rebuild=rebuild, keep_missing=keep_missing
                )
                if made.empties and source not in sure:
                    raise SafetyStopError(made)
            except UsageError:  # this folder was not touched: what was done before is the change
                run.forget()
                raise
            yield run.apply(made, rebuild=rebuild)
        run.forget()


def undo(store: Store, embedding: Embedding, progress: Progress | None = None) -> Report:
    """Take the store back to its state before the last ingest that changed it, or forth again.

    The files are left as they are: the next ingest of their folder takes them in as they stand.

    Raises:
        UsageError: Nothing was changed yet.
        BusyError: As in ``ingest``.
    """
    with store.writing(), _run(store, embedding, progress) as run:
        report = run.undo()
        run.forget()
        return report


def _folder_of(source: Path, store: Store) -> tuple[Path, Path | None]:
    """Return the folder to read, and the file of it that is meant, if one is."""
    source = source.absolute()
    if source.is_dir():
        return source.resolve(), None
    path = source.parent.resolve() / source.name
    known = [root for root in store.roots() if path.is_relative_to(root)]
    # Where its folder is gone as well, a disk may be: that is no wish to lose the document.
    gone = (
        not source.exists()
        and source.parent.is_dir()
        and any(store.holds(path, root) for root in known)
    )
    if not gone and not source.is_file():
        what = "is neither a folder nor a file" if source.exists() else "does not exist"
        raise UsageError(
            f"{source} {what}.\nGive an existing folder or file: python ingest.py FOLDER"
        )
    return max(known, key=lambda root: len(root.parts), default=path.parent), path


@contextmanager
def _run(store: Store, embedding: Embedding, progress: Progress | None) -> Iterator[_Run]:
    run = _Run(store, embedding, progress or Silence())
    try:
        yield run
    finally:
        run.catalogue.close()


class _Run:
    """One change of the store, under the lock."""

    def __init__(self, store: Store, embedding: Embedding, progress: Progress) -> None:
        self.store = store
        self.embedding = embedding
        self.progress = progress
        self.catalogue = store.open_catalogue()
        self.began = time.monotonic()

    def apply(self, made: Plan, *, rebuild: bool) -> Report:
        """Do what a plan says."""
        self.began = time.monotonic()
        report = Report(
            made.folder,
            only=made.only,
            moved=made.moved,
            vanished=made.vanished,
            duplicates=made.duplicates,
            failed=list(made.failed),
            kept_missing=made.kept_missing,
        )
        moved = {move.new: move.old for move in made.moved}
        broken: set[str] = set()
        embedded = 0
        if not made.changes_nothing:
            interrupted, before = self._aside.exists(), self.catalogue.entries()
            self._remember()
            embedded = self._read(made, report, broken)
            gone = [*made.vanished, *(old for new, old in moved.items() if new not in broken)]
            self.catalogue.remove(gone)
            if _files(before) == _files(self.catalogue.entries()) and not interrupted:
                # Read again, or not readable: the last change is still the one to undo.
                self._aside.unlink(missing_ok=True)
        report = replace(
            report,
            new=[id_ for id_ in made.new if id_ not in broken],
            changed=[id_ for id_ in made.changed if id_ not in broken],
            moved=[move for move in made.moved if move.new not in broken],
            unchanged=[id_ for id_ in made.unchanged if id_ not in broken],
            failed=sorted(report.failed, key=lambda failure: failure.document_id),
        )
        return self._finish(report, embedded, rebuild=rebuild)

    def undo(self) -> Report:
        """Change places with the former catalogue."""
        before = self.catalogue.entries()
        # Where a run was killed, what it kept is newer than the former catalogue.
        source = self._aside if self._aside.exists() else self.store.former
        if not source.exists():
            raise UsageError(
                "There is nothing to undo: no ingest has changed the documents in "
                f"{self.store.home}."
            )
        part = self._copy()
        self.catalogue.restore(source)
        part.replace(self._aside)
        after = self.catalogue.entries()
        report = Report(
            str(self.store.home),
            new=sorted(set(after) - set(before)),
            changed=sorted(
                id_ for id_ in set(after) & set(before) if after[id_].digest != before[id_].digest
            ),
            vanished=sorted(set(before) - set(after)),
            undone=True,
        )
        return self._finish(report, 0, rebuild=False)

    def _finish(self, report: Report, embedded: int, *, rebuild: bool) -> Report:
        embedded += self._embed()
        generation, rebuilt = self._index(rebuild)
        entries = self.catalogue.entries()
        gaps = {
            id_: gaps
            for id_, gaps in self.catalogue.gaps().items()
            if report.undone or (entries[id_].root == report.folder and report.only in {"", id_})
        }
        report = replace(
            report,
            incomplete=planning.left_out(gaps),
            embedded=embedded,
            duplicates=self.catalogue.repeated() if rebuilt else report.duplicates,
            passages=self.catalogue.count_passages(),
            documents=len(entries),
            generation=generation,
            rebuilt=rebuilt,
            seconds=round(time.monotonic() - self.began, 2),
        )
        self.catalogue.record_run(report.to_dict())
        return report

    def _read(self, made: Plan, report: Report, broken: set[str]) -> int:
        """Read and store the files of the plan, embedding on the way."""
        self.progress.start("read", len(made.tasks))
        changed, moved = set(made.changed), {move.new for move in made.moved}
        known = self.catalogue.entries()
        gathered = embedded = 0
        for done, read in enumerate(workers.read_files(made.tasks), start=1):
            if read.document is None:
                assert read.failure is not None  # noqa: S101 - one of the two is there
                kept = read.id in known or read.id in moved
                report.failed.append(planning.failure_of(read.id, read.failure, kept=kept))
                broken.add(read.id)
            else:
                if read.id in changed:
                    change = planning.change_of(self.catalogue, read.document, read.passages)
                    report.changes.append(change)
                self.catalogue.put(
                    made.folder, planning.READER, read.document, read.passages, read.gaps
                )
                gathered += len(read.passages)
            self.progress.advance(1)
            if gathered >= _GATHERED:
                embedded += self._embed()
                gathered = 0
                self.progress.start("read", len(made.tasks) - done)
        return embedded

    def _embed(self) -> int:
        """Embed what has no vector yet."""
        model = self.embedding.fingerprint
        missing = list(self.catalogue.missing_vectors(model).items())
        if not missing:
            return 0
        missing.sort(key=lambda pair: len(pair[1]))  # texts of similar length make cheap batches
        self.progress.start("embed", len(missing))
        for start in range(0, len(missing), _EMBED_BATCH):
            hashes, texts = zip(*missing[start : start + _EMBED_BATCH], strict=True)
            vectors = self.embedding.passages(list(texts), self.progress.advance)
            self.catalogue.put_vectors(model, hashes, vectors)
        return len(missing)

    def _index(self, rebuild: bool) -> tuple[str, bool]:
        index = self.store.index
        fingerprint = Fingerprint(self.embedding.fingerprint)
        manifest = index.manifest()
        fits = (
            manifest is not None
            and manifest.fingerprint == fingerprint
            and manifest.revision == self.catalogue.revision
            and manifest.files  # a former version noted no digests: damage would not be noticed
        )
        if fits and not rebuild and not index.damage():
            index.remove_litter()
            return index.current_name() or "", False
        self.progress.start("index", self.catalogue.count_passages())
        told = self.progress.advance
        return index.build(self.catalogue, fingerprint, told, whole=rebuild), True

    def _remember(self) -> None:
        """Keep the catalogue as it is before the first change since the index was last built.

        A run that was killed has changed it already: what it kept is what an undo must give back.
        """
        if not self._aside.exists():
            self._copy().replace(self._aside)

    def _copy(self) -> Path:
        part = self.store.former.with_suffix(".part")
        part.unlink(missing_ok=True)
        self.catalogue.copy_to(part)
        return part

    def forget(self) -> None:
        """End the change: what was kept is the former catalogue now.

        Vectors that neither of the two has are dropped.
        """
        if not self._aside.exists():
            return
        self._aside.replace(self.store.former)
        self.catalogue.forget_unused_vectors(self.store.former)

    @property
    def _aside(self) -> Path:
        return self.store.former.with_suffix(".new")


def _files(entries: Mapping[str, Entry]) -> dict[str, tuple[str, str]]:
    """Return which files documents were read from, by id."""
    return {id_: (entry.root, entry.digest) for id_, entry in entries.items()}
