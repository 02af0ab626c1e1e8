"""What an ingest would do: the files of a folder against what the catalogue holds of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tourbot import chunking, sources, workers
from tourbot.catalogue import Catalogue, Entry, repetitions, text_hash
from tourbot.errors import DocumentError
from tourbot.types import Document, Gap, Passage
from tourbot.workers import Task

# Changes whenever the same file would give other text or other passages.
READER = f"parsing-10/{chunking.REVISION}"


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
class Move:
    """A file with another name or place, its bytes the same."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a document.

    Attributes:
        fields: Names of the metadata that change.
        added, removed: Passages that it gains and loses.
    """

    document_id: str
    fields: tuple[str, ...]
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do, document by document; each list is sorted.

    Attributes:
        folder: Where the files are.
        only: Id of the one file that the run looks at, if it was asked to.
        unchanged: Includes files that are only read again, because the program reads better now.
        duplicates: Documents whose file stands elsewhere too, with the document that it repeats.
        kept_missing: Documents whose files are gone and which stay on request.
        incomplete: Parts of documents that cannot be read while the rest can, of those that stay as
            they are as well.
        held: Number of documents that the store has of this folder.
        tasks: The files to read.
    """

    folder: str
    only: str = ""
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    kept_missing: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    incomplete: list[Failure] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    held: int = 0
    tasks: list[Task] = field(default_factory=list)

    @property
    def empties(self) -> bool:
        """Whether more than a third of the folder's documents would go: an unmounted disk, say."""
        return not self.only and 3 * len(self.vanished) > self.held

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            name: value
            for name, value in asdict(replace(self, tasks=[])).items()
            if name != "tasks"
        } | {"empties": self.empties}

    @property
    def changes_nothing(self) -> bool:
        """Whether the store agrees with the folder already."""
        return not (self.tasks or self.vanished)


def make(
    folder: Path,
    catalogue: Catalogue,
    *,
    only: Path | None = None,
    rebuild: bool = False,
    keep_missing: bool = False,
) -> Plan:
    """Compare a folder with the catalogue, by the hashes of its files.

    Args:
        folder: Resolved; searched recursively.
        catalogue: Only read.
        only: A file of the folder, or where one was; the others are left as they are.
        rebuild: Read every file again.
        keep_missing: Nothing vanishes.

    Raises:
        UsageError: The folder's ignore file cannot be read.
    """
    root = str(folder)
    entries = catalogue.entries()
    entries |= {id_: replace(entries[id_], root=root) for id_ in moved_in(entries, folder)}
    mine = {id_: entry for id_, entry in entries.items() if entry.root == root}
    listing = sources.find(folder)
    hidden = {id_ for id_ in mine if listing.hides(id_)}
    if only is not None:
        wanted = sources.id_of(only, folder)
        listing = replace(listing, files=[f for f in listing.files if f.id == wanted], closed={})
    plan = Plan(root, only="" if only is None else wanted, held=len(mine))
    digests: dict[str, str] = {}
    for file in listing.files:
        try:
            _check_name(file.id, digests)
            digests[file.id] = ""
            _check_owner(entries.get(file.id), root)
            digests[file.id] = workers.digest(file.path, file.sidecar)
        except DocumentError as error:
            plan.failed.append(failure_of(file.id, error, kept=file.id in mine))
            continue
        known = mine.get(file.id)
        same = known is not None and known.digest == digests[file.id]
        if not same or rebuild or (known is not None and known.reader != READER):
            plan.tasks.append(Task(file.id, file.path, file.sidecar))
        (plan.unchanged if same else plan.changed if known else plan.new).append(file.id)
    for name, reason in listing.closed.items():
        kept = any(id_.startswith(f"{name}/") for id_ in hidden)
        closed = DocumentError(
            "unreadable", f"the folder cannot be listed ({reason})", "Check its permissions"
        )
        plan.failed.append(failure_of(f"{name}/", closed, kept=kept))
    present = {file.id for file in listing.files}
    looked_at = set(mine) if only is None else set(mine) & {wanted}
    plan.vanished.extend(sorted(looked_at - present - hidden))
    _find_moves(plan, mine, digests)
    if keep_missing:
        plan = replace(plan, vanished=[], kept_missing=plan.vanished)
    _find_duplicates(plan, entries, digests)
    return plan


def moved_in(entries: Mapping[str, Entry], folder: Path) -> list[str]:
    """Return the documents of folders that are gone and of which most stand here.

    Those that do not stand here were deleted with the move. A folder that is merely out of reach (a
    disk not mounted) and shares a name or two with this one keeps its documents.
    """
    found = list[str]()
    for root in {entry.root for entry in entries.values()} - {str(folder)}:
        if Path(root).is_dir():
            continue
        theirs = [id_ for id_, entry in entries.items() if entry.root == root]
        if 2 * sum((folder / id_).exists() for id_ in theirs) > len(theirs):
            found += theirs
    return found


def examine(plan: Plan, catalogue: Catalogue, advance: Callable[[int], None]) -> Plan:
    """Read the files of a plan, without storing them: what changes in each, and which fail."""
    failed = list(plan.failed)
    staying = {*plan.unchanged, *plan.changed, *plan.kept_missing}
    gaps: dict[str, Sequence[Gap]] = {k: v for k, v in catalogue.gaps().items() if k in staying}
    hashes = catalogue.text_hashes()
    # Another run may have taken out since what the plan still knows.
    for id_ in (*plan.vanished, *(move.old for move in plan.moved)):
        hashes.pop(id_, None)
    changes = []
    for read in workers.read_files(plan.tasks):
        if read.document is None:
            assert read.failure is not None  # noqa: S101 - one of the two is there
            known = catalogue.document(read.id) is not None
            failed.append(failure_of(read.id, read.failure, kept=known))
        else:
            hashes[read.id] = text_hash(read.document.text)
            gaps[read.id] = read.gaps
            if read.id in plan.changed and catalogue.document(read.id) is not None:
                changes.append(change_of(catalogue, read.document, read.passages))
        advance(1)
    broken = {failure.document_id for failure in failed}
    return replace(
        plan,
        new=[id_ for id_ in plan.new if id_ not in broken],
        changed=[id_ for id_ in plan.changed if id_ not in broken],
        unchanged=[id_ for id_ in plan.unchanged if id_ not in broken],
        failed=sorted(failed, key=lambda failure: failure.document_id),
        incomplete=left_out(gaps),
        changes=sorted(changes, key=lambda change: change.document_id),
        duplicates=repetitions(hashes),
    )


def change_of(catalogue: Catalogue, document: Document, passages: tuple[Passage, ...]) -> Change:
    """Compare a document as read now with the one in the catalogue."""
    former = catalogue.document(document.id)
    assert former is not None, document.id  # noqa: S101 - the plan took it for changed
    before = {p.text for p in catalogue.passages_of(document.id)}
    after = {p.text for p in passages}
    fields = tuple(
        name
        for name in ("title", "kind", "date", "region", "url", "publisher")
        if getattr(former.metadata, name) != getattr(document.metadata, name)
    )
    return Change(document.id, fields, len(after - before), len(before - after))


def failure_of(id_: str, error: DocumentError, *, kept: bool) -> Failure:
    """Return a failure with a name that every terminal and database takes."""
    name = id_.encode("utf-8", "replace").decode()
    return Failure(name, error.code, error.reason, error.hint, kept)


def left_out(gaps: Mapping[str, Sequence[Gap]]) -> list[Failure]:
    """Return what could not be read of documents, given by id."""
    return [
        Failure(f"{id_}, {gap.where}", gap.code, gap.reason, gap.hint)
        for id_, of_it in sorted(gaps.items())
        for gap in of_it
    ]


def _check_name(id_: str, seen: Mapping[str, str]) -> None:
    """Refuse a name that no text can hold, or that another file of the folder has already."""
    if any("\ud800" <= c <= "\udfff" for c in id_):  # bytes that are not UTF-8
        raise DocumentError("name", "its name is not text in UTF-8", "Rename the file")
    if id_ in seen:
        raise DocumentError(
            "name-twice",
            "another file has the same name, its accents stored in another way",
            "Rename one of the two",
        )


def _check_owner(known: Entry | None, root: str) -> None:
    """Refuse a name that a document of another folder has."""
    if known is None or known.root == root:
        return
    hint = "Rename one of the two, or keep the folders in stores of their own (TOURBOT_HOME)"
    if not Path(known.root).is_dir():
        hint = f"If that folder is gone for good, make an empty {known.root} and ingest it"
    raise DocumentError(
        "name-taken", f"a document of the same name was ingested from {known.root}", hint
    )


def _find_moves(plan: Plan, mine: Mapping[str, Entry], digests: Mapping[str, str]) -> None:
    """Take a new file with the bytes of a vanished one for the same file under another name."""
    gone: dict[str, list[str]] = {}
    for id_ in plan.vanished:
        gone.setdefault(mine[id_].digest, []).append(id_)
    for id_ in list(plan.new):
        if old := gone.get(digests[id_]):
            plan.moved.append(Move(old.pop(0), id_))
            plan.vanished.remove(plan.moved[-1].old)
            plan.new.remove(id_)


def _find_duplicates(plan: Plan, entries: Mapping[str, Entry], digests: Mapping[str, str]) -> None:
    """Find the files that are the same, byte for byte, before any is read."""
    going = {*plan.vanished, *(move.old for move in plan.moved)}
    everything = {id_: e.digest for id_, e in entries.items() if id_ not in going}
    plan.duplicates.update(repetitions(everything | {k: d for k, d in digests.items() if d}))
