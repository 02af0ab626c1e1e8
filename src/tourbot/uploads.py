"""The folder that the staff page fills; what is replaced or removed there is kept aside."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MOST_BYTES = 200  # file systems take 255
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

    def accept(self, path: Path, name: str, spared: Collection[str] = ()) -> str:
        """Take a file in.

        Args:
            path: Where it is now; it is copied.
            name: As its owner calls it; only its last part counts, made safe for any system.
            spared: Names of files that it must not replace; where its own is one, it is numbered.

        Returns:
            The name that it has in the folder. A file of this name that was there is kept aside.
        """
        name = given = safe_name(name)
        number = 1
        while name in spared:
            number += 1
            name = f"{Path(given).stem} ({number}){Path(given).suffix}"
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{name}.new"  # hidden: an ingest meanwhile does not see half of it
        shutil.copyfile(path, aside)
        if (self.folder / name).exists():
            self._keep(name, _now())
        aside.replace(self.folder / name)
        return name

    def remove(self, name: str) -> None:
        """Take a file out of the folder, and what describes it; both are kept in ``removed/``.

        Raises:
            FileNotFoundError: There is none of this name.
        """
        when = _now()
        self._keep(name, when)
        if (self.folder / f"{name}.yaml").exists():
            self._keep(f"{name}.yaml", when)

    def put_back(self, names: Iterable[str]) -> list[str]:
        """Return files to the folder that were removed last under these names, and are not there.

        Returns:
            The names of those that were.
        """
        back = []
        for name in names:
            kept = sorted((self.home / "removed" / name).glob("*"))
            if kept and not (self.folder / name).exists():
                described = self.home / "removed" / f"{name}.yaml" / kept[-1].name
                kept[-1].rename(self.folder / name)
                if described.exists():
                    described.rename(self.folder / f"{name}.yaml")
                back.append(name)
        return back

    def _keep(self, name: str, when: str) -> None:
        kept = self.home / "removed" / name / when
        kept.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(kept)


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")


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
    stem = text.removesuffix(suffix).strip(" .~").encode()[:_MOST_BYTES].decode("utf-8", "ignore")
    return f"{stem or 'document'}{suffix}"
