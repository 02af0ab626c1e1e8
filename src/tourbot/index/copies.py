"""Copies for Chroma: it writes whenever it opens a folder, and a generation never changes.

So a generation can be read from a disk that is full or may not be written to, and all its files can
be compared with what was built.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tourbot.errors import IndexUnusableError
from tourbot.index.manifest import Manifest

try:
    import fcntl
except ImportError:  # not on Windows, where nothing is swept
    fcntl = None  # type: ignore[assignment]

_PREFIX = "tourbot-index-"
# In memory, on Linux: smaller than a disk, and still there when the disks are full.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made there
# One that is younger may not be locked yet.
_SWEPT_AFTER_SECONDS = 60


class Copy:
    """A folder in a given place for this process alone, gone when it is removed or collected.

    It is locked: neither ``sweep`` nor the system, which clears its temporary folder of what is old
    (``systemd-tmpfiles``), then takes it away from a process that still reads it.

    Attributes:
        path: The folder.
    """

    def __init__(self, place: Path) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        self._owner = os.getpid()
        self._lock = _lock(self.path)

    def remove(self) -> None:
        """Give the room back, unless this process was forked from the one that uses it."""
        if os.getpid() == self._owner:
            shutil.rmtree(self.path, ignore_errors=True)
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None


def copy(folder: Path, part: str, manifest: Manifest) -> Copy:
    """Copy a part of a generation to where it may be written to, comparing it on the way.

    Args:
        folder: The generation's.
        part: A folder in it.
        manifest: Has the digests of its files.

    Raises:
        IndexUnusableError: A file is damaged, or there is no room for the copy anywhere.
    """
    names = [name for name in manifest.files if name.startswith(f"{part}/")]
    if not manifest.files:  # built by a former version
        files = sorted(path for path in (folder / part).rglob("*") if path.is_file())
        names = [path.relative_to(folder).as_posix() for path in files]
    refused = list[str]()
    for place in _places(folder):
        sweep(place)
        made = None
        try:
            made = Copy(place)
            for name in names:
                _write(made.path / Path(name).relative_to(part), manifest.checked(folder, name))
        except OSError as error:
            refused.append(f"{place}: {error.strerror}")
            if made is not None:
                made.remove()
        except IndexUnusableError:
            if made is not None:
                made.remove()
            raise
        else:
            return made
    raise IndexUnusableError(
        f"The index in {folder} cannot be opened: Chroma writes to what it opens, and there is no "
        f"room for a copy ({'; '.join(refused)}).\n"
        "Free space there or make one of these folders writable, name another one in TMPDIR, or "
        "move the store to another disk and name it in TOURBOT_HOME."
    )


def sweep(place: Path) -> None:
    """Remove the copies that processes left when they were killed: nobody holds their locks."""
    for path in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            about = path.stat()
            old = time.time() - about.st_mtime > _SWEPT_AFTER_SECONDS
            if old and about.st_uid == os.geteuid() and (lock := _lock(path)) is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _places(folder: Path) -> Iterator[Path]:
    """Yield where copies may be kept, best first; last beside the generation itself."""
    with suppress(OSError):  # none of the usual folders takes a file
        yield Path(tempfile.gettempdir())
    if _MEMORY.is_dir():
        yield _MEMORY
    yield folder.parent


def _lock(path: Path) -> int | None:
    """Lock a folder as long as this process lives; None where that cannot be done."""
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process has it, or the file system knows no locks
        os.close(descriptor)
        return None
    return descriptor


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(pieces)
