"""The folder that the staff page fills; what is replaced or removed there is kept aside."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MOST_CHARS = 120
UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Uploads:
    """The files under a store's home.

    Attributes:
        home: The store's.
    """

    home: Path

    @property
    def folder(self) -> Path:
        """What an ingest reads."""
        return self.home / UPLOADS

    def accept(self, path: Path, name: str) -> str:
        """Take a file in.

        Args:
            path: Where it is now; it is copied.
            name: As its owner calls it; only its last part counts, made safe for any system.

        Returns:
            The name that it has in the folder. A file of this name that was there is kept aside.
        """
        name = safe_name(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{name}.new"  # hidden: an ingest meanwhile does not see half of it
        shutil.copyfile(path, aside)
        if (self.folder / name).exists():
            self.remove(name)
        aside.replace(self.folder / name)
        return name

    def remove(self, name: str) -> None:
        """Take a file out of the folder; it is kept in ``removed/``.

        Raises:
            FileNotFoundError: There is none of this name.
        """
        when = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
        kept = self.home / "removed" / name / when
        kept.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(kept)

    def put_back(self, names: Iterable[str]) -> list[str]:
        """Return files to the folder that were removed last under these names, and are not there.

        Returns:
            The names of those that were.
        """
        back = []
        for name in names:
            kept = sorted((self.home / "removed" / name).glob("*"))
            if kept and not (self.folder / name).exists():
                kept[-1].rename(self.folder / name)
                back.append(name)
        return back


def safe_name(name: str) -> str:
    r"""Return the last part of a path as a name that every system takes.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\docs\\Bilan : 2025?.pdf"), safe_name(".pdf")
    ('passwd', 'Bilan - 2025-.pdf', 'document.pdf')
    """
    last = PureWindowsPath(PurePosixPath(name).name).name
    text = _FORBIDDEN.sub(
        "-", unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode())
    )
    suffix = PurePosixPath(f"x{text}" if text.startswith(".") else text).suffix[:12]
    stem = text.removesuffix(suffix).strip(" .~")[:_MOST_CHARS]
    return f"{stem or 'document'}{suffix}"
