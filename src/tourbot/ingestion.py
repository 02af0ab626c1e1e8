"""The write side: a folder → the catalogue → a new generation of the index.

Every step can be killed and run again: a document is stored in one transaction, a vector is cached
under the hash of its text, a generation is built aside. What a run finds already done is not done
again, so that running after a kill gives the same index as running on an empty store.
"""

from __future__ import annotations

import hashlib
import logging
import stat
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import filelock

from tourbot import chunking, language, parsing, sources
from tourbot.catalogue import Catalogue, Entry
from tourbot.embedding import Embedding
from tourbot.errors import BusyError, DocumentError, UsageError
from tourbot.index import Fingerprint, IndexStore
from tourbot.types import Document

# Changes whenever the same file would give other text or other passages.
READER = f"parsing-4/{chunking.REVISION}"
_EMBED_BATCH = 64

logging.getLogger("pdfminer").setLevel(logging.ERROR)
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


class Progress(Protocol):
    """What a run tells while it works."""

    def start(self, step: str, total: int) -> None:
        """Begin a step of ``total`` units: ``"read"``, ``"embed"`` or ``"index"``."""

    def advance(self, units: int) -> None:
        """Note that units of the current step are done."""


class Silence:
    """A ``Progress`` that says nothing."""

    def start(self, step: str, total: int) -> None:
        """Ignore."""

    def advance(self, units: int) -> None:
        """Ignore."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read.

    Attributes:
        kept: Whether an older version of it stays searchable.
    """

    document_id: str
    code: str
    reason: str
    hint: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, document by document; each list is sorted.

    Attributes:
        incomplete: Parts of documents that could not be read while the rest was.
    """

    folder: str
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    incomplete: list[Failure] = field(default_factory=list)
    embedded: int = 0
    passages: int = 0
    documents: int = 0
    generation: str = ""
    rebuilt: bool = False
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything is kept: one folder per corpus.

    Attributes:
        home: Holds ``catalogue.db``, ``index/``, ``journal.db`` and the lock.
    """

    home: Path

    @property
    def index(self) -> IndexStore:
        """The generations."""
        return IndexStore(self.home / "index")

    def roots(self) -> list[Path]:
        """Return the folders that documents came from, sorted; none before the first ingest."""
        if not (self.home / "catalogue.db").exists():
            return []
        catalogue = self.open_catalogue()
        try:
            return sorted({Path(entry.root) for entry in catalogue.entries().values()})
        finally:
            catalogue.close()

    def open_catalogue(self) -> Catalogue:
        """Open or create the catalogue."""
        return Catalogue(self.home / "catalogue.db")


def ingest(
    folder: Path,
    store: Store,
    embedding: Embedding,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Make the store agree with a folder.

    Documents that came from other folders stay. Unchanged files (same bytes, same reader) are not
    read again, unchanged passages are not embedded again.

    Args:
        folder: Searched recursively; hidden files and what ``.tourbotignore`` matches are left out.
        store: Where to write.
        embedding: Gives the vectors; loaded only when something must be embedded.
        rebuild: Read every file and build the index again, whatever the hashes say.
        progress: Told about steps.

    Returns:
        The report, which is also kept in the catalogue.

    Raises:
        UsageError: The folder does not exist or is not a folder.
        BusyError: Another ingest is running on the same store.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(
            f"The folder {folder} {what}.\nGive an existing folder: python ingest.py FOLDER"
        )
    store.home.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(store.home / "ingest.lock")
    try:
        with lock.acquire(timeout=0):
            return _Run(folder.resolve(), store, embedding, progress or Silence()).run(rebuild)
    except filelock.Timeout as error:
        raise BusyError(
            f"Another ingest is writing to {store.home}.\n"
            "Wait until it has finished, then run this one again."
        ) from error


class _Run:
    """One ingest, under the lock."""

    def __init__(
        self, folder: Path, store: Store, embedding: Embedding, progress: Progress
    ) -> None:
        self.folder = folder
        self.root = str(folder)
        self.store = store
        self.embedding = embedding
        self.progress = progress
        self.report = Report(self.root)
        self.catalogue = store.open_catalogue()
        self.entries = self.catalogue.entries()

    def run(self, rebuild: bool) -> Report:
        began = time.monotonic()
        try:
            self._read(rebuild)
            embedded = self._embed()
            generation, rebuilt = self._index(rebuild)
            report = replace(
                self.report,
                embedded=embedded,
                passages=self.catalogue.count_passages(),
                documents=len(self.catalogue.entries()),
                generation=generation,
                rebuilt=rebuilt,
                seconds=round(time.monotonic() - began, 2),
            )
            self.catalogue.record_run(report.to_dict())
        finally:
            self.catalogue.close()
        return report

    def _read(self, rebuild: bool) -> None:
        listing = sources.find(self.folder)
        files = listing.files
        present = {id_ for id_, _ in files}
        self._take_over_moved(present)
        self.progress.start("read", len(files))
        read: set[str] = set()
        for id_, path in files:
            try:
                _check_name(id_, read)
                read.add(id_)
                self._read_one(id_, path, rebuild)
            except DocumentError as error:
                kept = id_ in self.entries and self.entries[id_].root == self.root
                name = id_.encode("utf-8", "replace").decode()
                self.report.failed.append(Failure(name, error.code, error.reason, error.hint, kept))
            self.progress.advance(1)
        mine = {id_ for id_, entry in self.entries.items() if entry.root == self.root}
        hidden = {id_ for id_ in mine if listing.hides(id_)}
        for name, reason in listing.closed.items():
            kept = any(id_.startswith(f"{name}/") for id_ in hidden)
            self.report.failed.append(
                Failure(
                    f"{name}/",
                    "unreadable",
                    f"the folder cannot be listed ({reason})",
                    "Check its permissions",
                    kept,
                )
            )
        self.report.vanished.extend(sorted(mine - present - hidden))
        self.catalogue.remove(self.report.vanished)

    def _take_over_moved(self, present: set[str]) -> None:
        """Take over the documents of a folder that is gone and of which most stand here.

        Those that do not stand here were deleted with the move. A folder that is merely out of
        reach (a disk not mounted) and shares a name or two with this one keeps its documents.
        """
        for root in {entry.root for entry in self.entries.values()} - {self.root}:
            theirs = [id_ for id_, entry in self.entries.items() if entry.root == root]
            moved = 2 * len(present.intersection(theirs)) > len(theirs)
            if moved and not Path(root).is_dir():
                self.catalogue.adopt(theirs, self.root)
                self.entries |= {id_: replace(self.entries[id_], root=self.root) for id_ in theirs}

    def _read_one(self, id_: str, path: Path, rebuild: bool) -> None:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise DocumentError("unreadable", "it is no regular file", "Remove or ignore it")
            parsing.check_size(path.stat().st_size, path.name)
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(
                "unreadable",
                f"the file cannot be opened ({error.strerror})",
                "Check its permissions",
            ) from error
        known = self._entry(id_)
        digest = _digest(data)
        if known is not None and known.digest == digest and known.reader == READER and not rebuild:
            self.report.unchanged.append(id_)
            return
        parsed = parsing.parse(data, path.name)
        document = Document(
            id=id_,
            digest=digest,
            metadata=parsed.metadata,
            lang=language.detect(parsed.text),
            text=parsed.text,
            blocks=parsed.blocks,
        )
        self.catalogue.put(self.root, READER, document, chunking.chunk(document))
        same = known is not None and known.digest == digest
        kind = "unchanged" if same else "new" if known is None else "changed"
        getattr(self.report, kind).append(id_)
        self.report.incomplete.extend(
            Failure(f"{id_}, {gap.where}", gap.code, gap.reason, gap.hint) for gap in parsed.gaps
        )

    def _entry(self, id_: str) -> Entry | None:
        """Return what is known of a document, if it is ours."""
        known = self.entries.get(id_)
        if known is None or known.root == self.root:
            return known
        hint = "Rename one of the two, or keep the folders in stores of their own (TOURBOT_HOME)"
        if not Path(known.root).is_dir():
            hint = f"If that folder is gone for good, make an empty {known.root} and ingest it"
        raise DocumentError(
            "name-taken", f"a document of the same name was ingested from {known.root}", hint
        )

    def _embed(self) -> int:
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
        )
        if fits and not rebuild:
            index.remove_litter()
            return index.current_name() or "", False
        self.progress.start("index", self.catalogue.count_passages())
        name = index.build(self.catalogue, fingerprint, self.progress.advance)
        self.catalogue.forget_unused_vectors()
        return name, True


def _check_name(id_: str, read: Collection[str]) -> None:
    """Refuse a name that no text can hold, or that another file of the folder has already."""
    if any("\ud800" <= c <= "\udfff" for c in id_):  # bytes that are not UTF-8
        raise DocumentError("name", "its name is not text in UTF-8", "Rename the file")
    if id_ in read:
        raise DocumentError(
            "name-twice",
            "another file has the same name, its accents stored in another way",
            "Rename one of the two",
        )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
