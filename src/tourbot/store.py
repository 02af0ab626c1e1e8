"""Where everything of one corpus is kept, and the lock that lets one process write to it."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock

from tourbot import sources
from tourbot.catalogue import Catalogue
from tourbot.errors import BusyError
from tourbot.index import IndexStore


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything is kept: one folder per corpus.

    Attributes:
        home: Holds ``catalogue.db``, ``index/``, ``journal.db``, ``undo.db`` and the lock.
    """

    home: Path

    @property
    def index(self) -> IndexStore:
        """The generations."""
        return IndexStore(self.home / "index")

    @property
    def fetched(self) -> Path:
        """The folder of what was fetched from the web."""
        return self.home / "fetched"

    @property
    def former(self) -> Path:
        """The catalogue as it was before the last change, once there was one."""
        return self.home / "undo.db"

    def roots(self) -> list[Path]:
        """Return the folders that documents came from, sorted; none before the first ingest."""
        if not (self.home / "catalogue.db").exists():
            return []
        catalogue = self.open_catalogue()
        try:
            return sorted({Path(entry.root) for entry in catalogue.entries().values()})
        finally:
            catalogue.close()

    def holds(self, path: Path, root: Path) -> bool:
        """Tell whether a document came from a file of a folder."""
        catalogue = self.open_catalogue()
        try:
            entry = catalogue.entries().get(sources.id_of(path, root))
            return entry is not None and entry.root == str(root)
        finally:
            catalogue.close()

    def open_catalogue(self) -> Catalogue:
        """Open or create the catalogue."""
        return Catalogue(self.home / "catalogue.db")

    @contextmanager
    def looking(self) -> Iterator[Catalogue]:
        """Open the catalogue to read it; an empty one, which is not kept, before there is one."""
        with tempfile.TemporaryDirectory() as folder:
            there = (self.home / "catalogue.db").exists()
            catalogue = self.open_catalogue() if there else Catalogue(Path(folder) / "catalogue.db")
            try:
                yield catalogue
            finally:
                catalogue.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock; the system gives it back when the process dies, however it dies.

        Raises:
            BusyError: Another process holds it; the message names it.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        owner = self.home / "ingest.owner"
        try:
            with filelock.FileLock(self.home / "ingest.lock").acquire(timeout=0):
                owner.write_text(json.dumps(_me()), encoding="utf-8")
                try:
                    yield
                finally:
                    owner.unlink(missing_ok=True)
        except filelock.Timeout as error:
            raise BusyError(
                f"Another ingest is writing to {self.home}{_told(owner)}.\n"
                "Wait until it has finished, then run this one again."
            ) from error


def _me() -> dict[str, Any]:
    who = ""
    with suppress(Exception):  # no name for the user id, in a container
        who = getpass.getuser()
    return {"pid": os.getpid(), "host": socket.gethostname(), "user": who, "since": time.time()}


def _told(owner: Path) -> str:
    """Return in words who holds the lock and since when, as far as it is known."""
    try:
        who = json.loads(owner.read_text(encoding="utf-8"))
        since = dt.datetime.fromtimestamp(who["since"]).astimezone()
        minutes = int((time.time() - who["since"]) // 60)
        by = f" of {who['user']}" if who["user"] else ""
        return (
            f" (process {who['pid']}{by} on {who['host']}, since {since:%H:%M}, {minutes} min ago)"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ""
