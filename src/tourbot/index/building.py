"""Building generations beside the one in use, and which one that is."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tourbot.catalogue import Catalogue
from tourbot.chronology import Chronology
from tourbot.errors import IndexUnusableError
from tourbot.index.copies import sweep
from tourbot.index.generation import COLLECTION, Generation, client_of
from tourbot.index.manifest import Fingerprint, Manifest, check_fingerprint, digests
from tourbot.text.lexical import LexicalIndex
from tourbot.types import Passage
from tourbot.vocabulary import Vocabulary
from tourbot.workers import processes

# Recall on hard data needs more than Chroma's defaults (16, 100, 100).
_HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200}
_BATCH = 2000
# Of a large collection of which little changes, a copy is changed: 0.3 s instead of 7.5 s for one
# in a hundred of 10,000 passages. A small one is built in no time, and always the same.
_COPIED_FROM = 5_000
# Passages that were replaced leave holes in the graph and bytes in the files: recall was as good
# after 40 % of them (docs/decisions/0005), and after half as many all is built again.
_MOST_REPLACED = 0.2
_VERIFY_SECONDS = 300


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
            return self._pointer.read_text(encoding="utf-8", errors="replace").strip() or None
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
        Vocabulary.build(source.documents()).save(aside / "words.json")
        source.close()
        texts, langs = [p.text_to_match for p in passages], [p.lang for p in passages]
        LexicalIndex.build([p.id for p in passages], texts, langs).save(aside / "lexical")
        tell = progress or (lambda _: None)
        try:
            replaced = None
            if not whole:
                replaced = self._change_copy(aside, manifest, catalogue, passages, tell)
            if replaced is None:
                self._write_all(aside, manifest, catalogue, passages, tell)
        except ChromaError as error:
            raise IndexUnusableError(
                f"The new index could not be written to {self.folder} ({error}); the former one "
                "stays in use.\nCheck space and permissions there, then run the same command again."
            ) from error
        replace(manifest, replaced=replaced or 0, files=digests(aside)).write(aside)
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
        client = client_of(folder / "chroma")
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None
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
    ) -> int | None:
        """Copy the collection in use and change what is different.

        A passage of the same id has the same vector: its id has the digest of its file, and the
        same code read it.

        Returns:
            How many passages were replaced since all vectors were written; None where that does not
            do, and nothing was left.
        """
        name, before = self.current_name(), self.manifest()
        if name is None or before is None or len(passages) < _COPIED_FROM:
            return None
        same = (before.fingerprint, before.readers) == (manifest.fingerprint, manifest.readers)
        if not same or self.damage():
            return None
        shutil.copytree(self.folder / name / "chroma", folder / "chroma")
        client = client_of(folder / "chroma")
        collection = client.get_collection(COLLECTION, embedding_function=None)
        there = set(collection.get(include=[])["ids"])
        wanted = {passage.id for passage in passages}
        gone, new = sorted(there - wanted), [p for p in passages if p.id not in there]
        replaced = before.replaced + len(gone) + len(new)
        fits = replaced <= _MOST_REPLACED * len(passages)
        if fits:
            for start in range(0, len(gone), _BATCH):
                collection.delete(ids=gone[start : start + _BATCH])
            tell(len(passages) - len(new))
            _add(collection, manifest, catalogue, new, tell)
        client.close()
        if not fits:
            shutil.rmtree(folder / "chroma")
        return replaced if fits else None

    def remove_litter(self) -> None:
        """Remove unfinished builds and all generations but the one in use and the one before it."""
        current = self.current_name()
        names = self._names()
        older = [name for name in names if current is not None and name < current]
        kept = {current, *older[-1:]}
        sweep(self.folder)
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
        try:
            opened.verify()
        finally:
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
