"""What a generation was built with and from, and the digests by which damage is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tourbot import chronology, chunking, vocabulary
from tourbot.errors import IndexUnusableError
from tourbot.text import lexical

REBUILD = "Rebuild it with: python ingest.py --rebuild"
_REPAIR = "Repair it with: python ingest.py"
_NAME = "manifest.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must be equal for an index to be searchable with the current settings."""

    embedding: str
    chunking: str = chunking.REVISION
    lexical: str = lexical.REVISION
    dates: str = chronology.REVISION
    words: str = vocabulary.REVISION


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from.

    Attributes:
        readers: Revisions of the code that read its documents.
        replaced: Passages added or removed since all vectors were last written anew.
        files: SHA-256 of each of its files, by path; none in a generation of former versions.
    """

    revision: int
    passages: int
    fingerprint: Fingerprint
    readers: tuple[str, ...] = ()
    replaced: int = 0
    files: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Store it in a generation's folder, with a digest of its own."""
        data = asdict(self)
        data["seal"] = _seal(data)
        (folder / _NAME).write_text(json.dumps(data, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it back.

        Raises:
            IndexUnusableError: It is missing or damaged.
        """
        try:
            data = json.loads((folder / _NAME).read_text(encoding="utf-8"))
            seal = data.pop("seal", None)
            # Former versions wrote neither a seal nor digests.
            if seal != _seal(data) and (seal is not None or "files" in data):
                raise ValueError("its manifest is not as it was written")
            return cls(
                data["revision"],
                data["passages"],
                Fingerprint(**{"dates": "", "words": "", **data["fingerprint"]}),
                tuple(data.get("readers", ())),
                data.get("replaced", 0),
                data.get("files", {}),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexUnusableError(
                f"The index in {folder} is damaged ({error}).\n{REBUILD}"
            ) from error

    def check(self, folder: Path, name: str) -> None:
        """Compare a file of the generation with its digest, where there is one.

        Raises:
            IndexUnusableError: It is missing, cannot be read, or is not as it was built.
        """
        if name in self.files:
            for _ in self.checked(folder, name):
                pass

    def checked(self, folder: Path, name: str) -> Iterator[bytes]:
        """Yield a file of the generation in pieces; they are only to be used when all have come.

        Raises:
            IndexUnusableError: As in ``check``.
        """
        found = hashlib.sha256()
        try:
            with (folder / name).open("rb") as file:
                while piece := file.read(_PIECE):
                    found.update(piece)
                    yield piece
        except OSError as error:
            raise damaged(folder, f"{name} cannot be read ({error.strerror})") from error
        if name in self.files and self.files[name] != found.hexdigest():
            raise damaged(folder, f"{name} is not as it was built")


def damaged(folder: Path, what: str) -> IndexUnusableError:
    """Return the error for a generation that an ingest builds again."""
    return IndexUnusableError(f"The index in {folder} is damaged: {what}.\n{_REPAIR}")


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file of a generation but its manifest, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != _NAME:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


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
            f"{listing}\n{REBUILD}"
        )


def _seal(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
