"""Which files a folder offers for ingestion, and which of its folders cannot be looked into."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import pathspec

from tourbot import parsing
from tourbot.errors import DocumentError, UsageError

IGNORE_FILE = ".tourbotignore"


@dataclass(frozen=True, slots=True, order=True)
class File:
    """A file of a folder, and the one beside it that describes it (``bilan.pdf.yaml``), if any."""

    id: str
    path: Path
    sidecar: Path | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found.

    Attributes:
        files: In the order of ids; an id can stand twice (see ``id_of``).
        closed: Ids of folders that cannot be listed, with the reason.
    """

    files: list[File] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)

    def hides(self, id_: str) -> bool:
        """Whether a document may still stand in a folder that cannot be listed."""
        return any(id_.startswith(f"{folder}/") for folder in self.closed)


def find(folder: Path) -> Listing:
    """List a folder, recursively and through links; each folder is visited once (no loops).

    Hidden files, Office's lock files and what ``.tourbotignore`` matches are left out.

    Raises:
        UsageError: The ignore file cannot be read.
    """
    listing = Listing()
    ignored = _ignored(folder)
    visited: set[tuple[int, int]] = set()

    def note(error: OSError) -> None:
        listing.closed[id_of(Path(error.filename), folder)] = error.strerror or str(error)

    for parent, folders, names in os.walk(folder, onerror=note, followlinks=True):
        try:
            place = Path(parent).stat()
        except OSError as error:
            note(error)
            continue
        if (place.st_dev, place.st_ino) in visited:
            folders.clear()
            continue
        visited.add((place.st_dev, place.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        sidecars = {name: f"{name}.yaml" for name in names if f"{name}.yaml" in names}
        for name in sorted(set(names) - set(sidecars.values())):
            id_ = id_of(Path(parent, name), folder)
            if not name.startswith((".", "~$")) and not ignored.match_file(id_):
                sidecar = Path(parent, sidecars[name]) if name in sidecars else None
                listing.files.append(File(id_, Path(parent, name), sidecar))
    listing.files.sort(key=lambda file: (file.id, file.path))
    return listing


def id_of(path: Path, folder: Path) -> str:
    """Return the id of a document: its path under the folder, with forward slashes.

    Names are composed (NFC): macOS stores them decomposed, and the same file must keep its id when
    it is copied to Linux. Two files there can so have one id.
    """
    return unicodedata.normalize("NFC", path.relative_to(folder).as_posix())


def _ignored(folder: Path) -> pathspec.GitIgnoreSpec:
    path = folder / IGNORE_FILE
    try:
        lines = parsing.decode(path.read_bytes()).splitlines() if path.is_file() else []
    except (DocumentError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error) as error:
            raise UsageError(
                f"Line {number} of {path} is no pattern: {line!r}.\n"
                "Write it as in a .gitignore file, or remove it."
            ) from error
    return pathspec.GitIgnoreSpec.from_lines(lines)
