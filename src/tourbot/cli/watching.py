"""Following folders: what changes in them is ingested a moment later."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tourbot.cli.reporting import errors
from tourbot.errors import BusyError, TourbotError

# Files that arrive together are taken in together: wait until nothing has changed for so long.
_QUIET_MS = 1_500
_BUSY_SECONDS = 2.0


def follow(sources: Sequence[Path], run: Callable[[Sequence[Path]], bool]) -> None:
    """Run again whenever something changes, until interrupted.

    Args:
        sources: Folders or files.
        run: Ingests some of them; what it cannot do is told, and following goes on.
    """
    from watchfiles import watch

    paths = [source.resolve() for source in sources]
    errors.print(f"Following {', '.join(map(str, paths))}; Ctrl-C ends it.", markup=False)
    for changes in watch(*paths, debounce=_QUIET_MS, step=200, raise_interrupt=False):
        touched = [Path(name) for _, name in changes]
        for path in paths:
            if any(name.is_relative_to(path) for name in touched):
                _ingest(path, run)


def _ingest(path: Path, run: Callable[[Sequence[Path]], bool]) -> None:
    """Run, and where another ingest is running, once more when that has ended."""
    told = False
    while True:
        try:
            run([path])
        except BusyError as error:
            if not told:
                _tell(error)
            told = True
            time.sleep(_BUSY_SECONDS)
            continue
        except TourbotError as error:
            _tell(error)
        return


def _tell(error: TourbotError) -> None:
    errors.print(str(error), style="red", markup=False, soft_wrap=True)
