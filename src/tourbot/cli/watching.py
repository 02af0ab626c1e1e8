"""Following folders: what changes in them is ingested a moment later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tourbot.cli.reporting import errors, tell
from tourbot.errors import BusyError

# Files that arrive together are taken in together: wait until nothing has changed for so long,
# though not for ever.
_QUIET_MS = 1_500
_LONGEST_MS = 30_000
# So often it is looked whether the folders are still those that are followed.
_LOOK_MS = 2_000
_BUSY_SECONDS = 2.0


def follow(sources: Sequence[Path], run: Callable[[Sequence[Path]], bool]) -> None:
    """Run again whenever something changes, until interrupted.

    A folder that is moved away and comes back, or a disk that is mounted again, is followed again.

    Args:
        sources: Folders or files.
        run: Ingests some of them; what it cannot do is told, and following goes on.
    """
    from watchfiles import watch

    logging.getLogger("watchfiles").setLevel(logging.ERROR)  # it tells of Ctrl-C in its own words
    paths = [source.resolve() for source in sources]
    errors.print(f"Following {', '.join(map(str, paths))}; Ctrl-C ends it.", markup=False)
    there = _identities(paths)
    while True:
        for changes in watch(
            *(path for path in paths if there[path]),
            step=_QUIET_MS,
            debounce=_LONGEST_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            touched = [Path(name) for _, name in changes]
            before, there = there, _identities(paths)
            for path in paths:
                if there[path] != before[path] or any(n.is_relative_to(path) for n in touched):
                    _ingest(path, run)
            if there != before:
                break
        else:
            return


def _identities(paths: Sequence[Path]) -> dict[Path, tuple[int, int] | None]:
    """Return what tells a folder from another of its name; None where there is none.

    A file has no identity of its own here: programs replace it when they save.
    """
    found: dict[Path, tuple[int, int] | None] = {}
    for path in paths:
        try:
            status = path.stat()
            found[path] = (status.st_dev, status.st_ino if path.is_dir() else 0)
        except OSError:
            found[path] = None
    return found


def _ingest(path: Path, run: Callable[[Sequence[Path]], bool]) -> None:
    """Run, and where another ingest is running, once more when that has ended."""
    told = False
    while True:
        try:
            run([path])
        except BusyError as error:
            if not told:
                tell(error)
            told = True
            time.sleep(_BUSY_SECONDS)
            continue
        except Exception as error:  # a full disk has space again some day
            tell(error)
        return
