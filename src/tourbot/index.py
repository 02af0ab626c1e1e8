"""Chroma as an immutable generation, built from the catalogue and switched to in one step.

    var/index/current             name of the generation in use (replaced atomically)
    var/index/gen-000007/         manifest.json, chroma/, lexical/, dates.json,
                                  documents.db
    var/index/building-…/         a build that has not finished: litter after a crash

Chroma's files do not survive a kill during a flush, and a process that reads what another writes
gets stale or failing answers; so a generation is written once, in a folder of its own, checked in a
child process (damage can crash the process that looks), and only then becomes current.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from tourbot import chronology, chunking, lexical
from tourbot.catalogue import Catalogue
from tourbot.chronology import Chronology
from tourbot.errors import IndexUnusableError
from tourbot.lexical import LexicalIndex
from tourbot.types import Passage, document_of
from tourbot.workers import processes

Vectors = npt.NDArray[np.float32]
_COLLECTION = "passages"
# Recall on hard data needs more than Chroma's defaults (16, 100, 100).
_HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
_BATCH = 2000
_PROBES = 20
# Of a large collection of which little changes, a copy is changed: 0.3 s instead of 7.5 s for one
# in a hundred of 10,000 passages. A small one is built in no time, and always the same.
_COPIED_FROM = 5_000
# Passages that were replaced leave holes in the graph and bytes in the files: recall was as good
# after 40 % of them (docs/decisions/0005), and after half as many all is built again.
_MOST_REPLACED = 0.2
_VERIFY_SECONDS = 300
_OPENING = Lock()
_REBUILD = "Rebuild it with: python ingest.py --rebuild"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must be equal for an index to be searchable with the current settings."""

    embedding: str
    chunking: str = chunking.REVISION
    lexical: str = lexical.REVISION
    dates: str = chronology.REVISION


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from.

    Attributes:
        readers: Revisions of the code that read its documents.
        replaced: Passages added or removed since all vectors were last written anew.
    """

    revision: int
    passages: int
    fingerprint: Fingerprint
    readers: tuple[str, ...] = ()
    replaced: int = 0

    def write(self, folder: Path) -> None:
        """Store it in a generation's folder."""
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it back.

        Raises:
            IndexUnusableError: It is missing or damaged.
        """
        try:
            data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            fingerprint = Fingerprint(**{"dates": "", **data["fingerprint"]})
            readers = tuple(data.get("readers", ()))
            return cls(
                data["revision"], data["passages"], fingerprint, readers, data.get("replaced", 0)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnusableError(
                f"The index in {folder} is damaged ({error}).\n{_REBUILD}"
            ) from error


class Generation:
    """One finished index, open for reading; safe to use from several threads.

    Args:
        folder: The generation's folder.

    Raises:
        IndexUnusableError: A part of it is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.manifest = Manifest.read(folder)
        try:
            self.catalogue = Catalogue(folder / "documents.db", read_only=True)
            self.lexical = LexicalIndex.load(folder / "lexical")
            self.chronology = Chronology.load(folder / "dates.json")
            self._client = _client(folder / "chroma")
            self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
        except Exception as error:  # Chroma, bm25s and the file system each raise their own kinds
            raise IndexUnusableError(
                f"The index in {folder} cannot be opened ({error}).\n{_REBUILD}"
            ) from error

    def nearest(self, vector: Vectors, count: int) -> dict[str, float]:
        """Return the ``count`` passages nearest to a unit vector: cosine similarities by id."""
        count = min(count, self.manifest.passages)
        if count == 0:
            return {}
        found = self._collection.query(
            query_embeddings=[vector.tolist()], n_results=count, include=["distances"]
        )
        distances = (found["distances"] or [[]])[0]
        return {id_: 1 - d for id_, d in zip(found["ids"][0], distances, strict=True)}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of passages, float32 of shape (d,), by id."""
        if not ids:
            return {}
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        stored = found["embeddings"]
        if stored is None:
            return {}
        return {
            id_: np.asarray(v, dtype=np.float32)
            for id_, v in zip(found["ids"], stored, strict=True)
        }

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return the passages of a document in reading order."""
        ids = [id_ for id_ in self.lexical.ids if document_of(id_) == document_id]
        return sorted(self.catalogue.passages(ids), key=lambda passage: passage.start)

    def close(self) -> None:
        """Give the files back."""
        self._client.close()
        self.catalogue.close()

    def verify(self) -> None:
        """Check counts, and that passages find themselves.

        Raises:
            IndexUnusableError: Something does not agree.
        """
        expected = self.manifest.passages
        counts = {
            "vectors": self._collection.count(),
            "lexical entries": len(self.lexical.ids),
            "passages": self.catalogue.count_passages(),
        }
        wrong = [f"{n} {name}" for name, n in counts.items() if n != expected]
        if wrong:
            raise IndexUnusableError(f"It holds {', '.join(wrong)} instead of {expected}.")
        if set(self._collection.get(include=[])["ids"]) != set(self.lexical.ids):
            raise IndexUnusableError("It holds vectors of other passages.")
        step = max(1, expected // _PROBES)
        for id_, vector in self.vectors(self.lexical.ids[::step]).items():
            best = max(self.nearest(vector, 5).values(), default=-1.0)
            if best < 0.999:
                raise IndexUnusableError(f"Its passage {id_} does not find itself.")


class IndexStore:
    """The generations under one folder.

    Args:
        folder: Created when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "current"

    def current_name(self) -> str | None:
        """Return the name of the generation in use, or None before the first ingest."""
        try:
            return self._pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifest(self) -> Manifest | None:
        """Return the manifest in use; None when there is none or it cannot be read."""
        name = self.current_name()
        try:
            return None if name is None else Manifest.read(self.folder / name)
        except IndexUnusableError:
            return None

    def open(self, expected: Fingerprint) -> Generation:
        """Open the generation in use.

        Raises:
            IndexUnusableError: There is none, it was built with other settings, or it is damaged.
        """
        name = self.current_name()
        if name is None:
            raise IndexUnusableError(
                f"There is no index in {self.folder} yet.\nBuild it with: python ingest.py"
            )
        manifest = Manifest.read(self.folder / name)
        check_fingerprint(self.folder, manifest.fingerprint, expected)
        return Generation(self.folder / name)

    def damage(self) -> str:
        """Return what is wrong with the generation in use; empty where it can be searched.

        After a power cut, or when somebody touched its files.
        """
        name = self.current_name()
        return "there is none" if name is None else _damage(self.folder / name)

    def build(
        self,
        catalogue: Catalogue,
        fingerprint: Fingerprint,
        progress: Callable[[int], None] | None = None,
        *,
        whole: bool = False,
    ) -> str:
        """Build a generation from everything in the catalogue, check it and switch to it.

        Args:
            catalogue: Has a vector for every passage.
            fingerprint: What the generation is built with.
            progress: Told of passages as they are written.
            whole: Write every vector, even where changing a copy would do.

        Returns:
            Its name.

        Raises:
            IndexUnusableError: The check failed; the generation in use stays.
        """
        from chromadb.errors import ChromaError

        self.folder.mkdir(parents=True, exist_ok=True)
        self.remove_litter()
        aside = self.folder / f"building-{os.getpid()}"  # the ingest lock makes it unique
        aside.mkdir()
        catalogue.snapshot(aside / "documents.db")
        source = Catalogue(aside / "documents.db", read_only=True)
        passages = source.passages()
        readers = tuple(sorted({entry.reader for entry in source.entries().values()}))
        manifest = Manifest(source.revision, len(passages), fingerprint, readers)
        Chronology.build(source.documents(), passages).save(aside / "dates.json")
        source.close()
        texts, langs = [p.text_to_match for p in passages], [p.lang for p in passages]
        LexicalIndex.build([p.id for p in passages], texts, langs).save(aside / "lexical")
        tell = progress or (lambda _: None)
        try:
            if whole or not self._change_copy(aside, manifest, catalogue, passages, tell):
                self._write_all(aside, manifest, catalogue, passages, tell)
        except ChromaError as error:
            raise IndexUnusableError(
                f"The new index could not be written to {self.folder} ({error}); the former one "
                "stays in use.\nCheck space and permissions there, then run the same command again."
            ) from error
        if wrong := _damage(aside):
            raise IndexUnusableError(
                f"The new index in {self.folder} did not pass its check ({wrong}); the former one "
                "stays in use.\nCheck space and permissions there, then run the same command again."
            )
        name = self._next_name()
        for path in [*aside.rglob("*"), aside]:
            _sync(path)
        aside.rename(self.folder / name)
        self._switch(name)
        self.remove_litter()
        return name

    def _write_all(
        self,
        folder: Path,
        manifest: Manifest,
        catalogue: Catalogue,
        passages: Sequence[Passage],
        tell: Callable[[int], None],
    ) -> None:
        """Write the vectors of all passages into a new collection."""
        manifest.write(folder)
        client = _client(folder / "chroma")
        collection = client.create_collection(
            _COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None
        )
        _add(collection, manifest, catalogue, passages, tell)
        client.close()

    def _change_copy(
        self,
        folder: Path,
        manifest: Manifest,
        catalogue: Catalogue,
        passages: Sequence[Passage],
        tell: Callable[[int], None],
    ) -> bool:
        """Copy the collection in use and change what is different; tell whether that was done.

        A passage of the same id has the same vector: its id has the digest of its file, and the
        same code read it.
        """
        name, before = self.current_name(), self.manifest()
        if name is None or before is None or len(passages) < _COPIED_FROM:
            return False
        same = (before.fingerprint, before.readers) == (manifest.fingerprint, manifest.readers)
        if not same or self.damage():
            return False
        shutil.copytree(self.folder / name / "chroma", folder / "chroma")
        client = _client(folder / "chroma")
        collection = client.get_collection(_COLLECTION, embedding_function=None)
        there = set(collection.get(include=[])["ids"])
        wanted = {passage.id for passage in passages}
        gone, new = sorted(there - wanted), [p for p in passages if p.id not in there]
        replaced = before.replaced + len(gone) + len(new)
        fits = replaced <= _MOST_REPLACED * len(passages)
        if fits:
            replace(manifest, replaced=replaced).write(folder)
            for start in range(0, len(gone), _BATCH):
                collection.delete(ids=gone[start : start + _BATCH])
            tell(len(passages) - len(new))
            _add(collection, manifest, catalogue, new, tell)
        client.close()
        if not fits:
            shutil.rmtree(folder / "chroma")
        return fits

    def remove_litter(self) -> None:
        """Remove unfinished builds and all generations but the one in use and the one before it."""
        current = self.current_name()
        names = self._names()
        older = [name for name in names if current is not None and name < current]
        kept = {current, *older[-1:]}
        for path in self.folder.glob("building-*"):
            shutil.rmtree(path, ignore_errors=True)
        for name in names:
            if name not in kept:
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def _names(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("gen-*"))

    def _next_name(self) -> str:
        last = max((int(name.removeprefix("gen-")) for name in self._names()), default=0)
        return f"gen-{last + 1:06d}"

    def _switch(self, name: str) -> None:
        temporary = self._pointer.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._pointer)
        _sync(self.folder)


def check_fingerprint(folder: Path, found: Fingerprint, expected: Fingerprint) -> None:
    """Compare what an index was built with and what the settings ask for.

    Raises:
        IndexUnusableError: They differ; the message names each difference.
    """
    differences = [
        f"  {name}: index has {value!r}, settings ask for {getattr(expected, name)!r}"
        for name, value in asdict(found).items()
        if value != getattr(expected, name)
    ]
    if differences:
        listing = "\n".join(differences)
        raise IndexUnusableError(
            f"The index in {folder} cannot be searched with the current settings:\n"
            f"{listing}\n{_REBUILD}"
        )


def _add(
    collection: Any,
    manifest: Manifest,
    catalogue: Catalogue,
    passages: Sequence[Passage],
    tell: Callable[[int], None],
) -> None:
    for start in range(0, len(passages), _BATCH):
        batch = passages[start : start + _BATCH]
        vectors = catalogue.vectors(manifest.fingerprint.embedding, batch)
        collection.add(ids=[p.id for p in batch], embeddings=vectors)
        tell(len(batch))


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # Chroma shares one system among the clients of a folder, and hands it out before it has started
    # to a second thread that opens the same folder at the same time.
    with _OPENING:
        return chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))


def _damage(folder: Path) -> str:
    """Check a generation in a child process; return what is wrong with it, or nothing."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = processes().Process(target=_report, args=(folder, sender))
    process.start()
    sender.close()
    try:
        if not receiver.poll(_VERIFY_SECONDS):
            return "checking it takes more than 5 minutes"
        return str(receiver.recv())
    except EOFError:  # it died before it could say why
        process.join()
        return f"exit status {process.exitcode}"
    finally:
        process.kill()
        process.join()


def _report(folder: Path, sender: Connection) -> None:
    """Check a generation in a process of its own; send what is wrong with it, or nothing."""
    wrong = ""
    try:
        opened = Generation(folder)
        opened.verify()
        opened.close()
    except IndexUnusableError as error:
        wrong = str(error).splitlines()[0].rstrip(".")
    except Exception as error:  # whatever a library raises on a broken index is what is wrong
        wrong = f"{type(error).__name__}: {error}"
    with suppress(OSError):  # the ingest was killed meanwhile
        sender.send(wrong)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
