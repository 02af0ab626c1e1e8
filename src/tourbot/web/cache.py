"""Where Gradio puts what is uploaded until it is taken in: below the store, and not for long."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

_log = logging.getLogger(__name__)
_OLD_SECONDS = 3600.0
_EACH_SECONDS = 600.0


def prepared(home: Path, port: int) -> Path:
    """Return the empty folder of the server at a port; replicas on one machine have their own.

    Where the store cannot be written, nothing is uploaded either: a temporary folder does.
    """
    folder = home.resolve() / "cache" / f"page-{port}"
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of a server that was killed
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test").touch()
        (folder / "test").unlink()
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="tourbot-page-"))
        _log.warning("%s cannot be written (%s): uploads go to %s", home, error, folder)
    return folder


def removed(folder: Path, older_than: float = _OLD_SECONDS) -> int:
    """Remove the files of a folder that are older than so many seconds, and say how many.

    Gradio forgets those of an upload that broke off.
    """
    count, now = 0, time.time()
    for path in sorted(folder.rglob("*"), reverse=True):  # a folder after what is in it
        with suppress(OSError):  # another may have taken it in meanwhile
            old = now - path.lstat().st_mtime > older_than
            if old and path.is_dir() and not path.is_symlink():
                path.rmdir()  # when empty
            elif old:
                path.unlink()
                count += 1
    return count


def keep_small(folder: Path) -> None:
    """Remove old files from now on, those of servers at other ports too, in a thread of its own."""

    def work() -> None:
        while True:
            removed(folder.parent if folder.parent.name == "cache" else folder)
            time.sleep(_EACH_SECONDS)

    Thread(target=work, name="cache", daemon=True).start()
