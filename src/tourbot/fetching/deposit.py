"""The files of one site in the folder, what is remembered of them, and how they are named.

A file is named after its address alone, so that it keeps its name, and only files that are
remembered here are ever removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
import urllib.parse
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import httpx

from tourbot.errors import UsageError

STATE = ".fetched.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9]{1,8}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # by Windows, with any suffix
_READABLE = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of a document.

    Attributes:
        file: Its name in the folder of the site.
        digest: SHA-256 of its bytes.
        etag: Of the last answer, for conditional requests; ``modified`` likewise.
        title: As a feed gave it.
        date: As a feed, a sitemap or the server gave it.
        published: Whether the date is that of publication.
        checked: When the server was last asked, in seconds since 1970.
        listed_by: The addresses by which it came: its own, or those of sitemaps and feeds.
    """

    file: str
    digest: str
    etag: str = ""
    modified: str = ""
    title: str = ""
    date: str = ""
    published: bool = False
    checked: float = 0.0
    listed_by: tuple[str, ...] = ()


class Deposit:
    """The folder of one site, ``<folder>/<host>``; documents are known by their addresses."""

    def __init__(self, folder: Path, url: httpx.URL) -> None:
        self._site = _site_name(url)
        self._folder = folder / self._site
        self._entries = _load(self._folder / STATE)

    def entry(self, url: httpx.URL) -> Entry | None:
        """Return what is remembered of an address."""
        return self._entries.get(_key(url))

    def held(self, url: httpx.URL) -> bytes | None:
        """Return the document of an address if it is still as it was written."""
        entry = self.entry(url)
        if entry is None:
            return None
        try:
            data = (self._folder / entry.file).read_bytes()
        except OSError:
            return None
        return data if data and digest(data) == entry.digest else None

    def file_name(self, url: httpx.URL, suffix: str) -> str:
        """Return the name for a document of a format, without its folder."""
        return _file_name(url, suffix)

    def put(self, url: httpx.URL, body: bytes, entry: Entry, sidecar: Mapping[str, str]) -> bool:
        """Write a document with its sidecar, and remember it.

        The sidecar comes first: a document never stands there without.

        Returns:
            Whether anything differs from what was there.
        """
        old = self.entry(url)
        path = self._folder / entry.file
        # JSON's strings are YAML's, too; titles hold no invisible characters.
        lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in sidecar.items() if v]
        changed = _write(_beside(path), "".join(lines).encode())
        changed = _write(path, body) or changed
        self._entries[_key(url)] = entry
        if old is not None and old.file != entry.file:
            self._delete(old.file)
        if changed:
            self.save()
        return changed

    def remove(self, url: httpx.URL) -> str:
        """Remove a document; return the name that it had under the folder, if it was there."""
        return self._remove(_key(url))

    def remove_unlisted(self, source: str, listed: Collection[httpx.URL]) -> list[str]:
        """Remove what a sitemap once listed, lists no more, and nothing else does.

        Returns:
            The names under the folder.
        """
        kept = {_key(url) for url in listed}
        removed = []
        for key, entry in list(self._entries.items()):
            if source not in entry.listed_by or key in kept:
                continue
            others = tuple(other for other in entry.listed_by if other != source)
            if others:
                self._entries[key] = Entry(**asdict(entry) | {"listed_by": others})
            else:
                removed.append(self._remove(key))
        return removed

    def path(self, name: str) -> str:
        """Return a file's name under the folder, with forward slashes."""
        return f"{self._site}/{name}"

    def save(self) -> None:
        """Write what is remembered.

        Raises:
            UsageError: It cannot be written.
        """
        documents = {key: asdict(entry) for key, entry in sorted(self._entries.items())}
        text = json.dumps({"version": 1, "documents": documents}, ensure_ascii=False, indent=1)
        if self._entries or self._folder.is_dir():
            _write(self._folder / STATE, text.encode())

    def _remove(self, key: str) -> str:
        entry = self._entries.pop(key, None)
        if entry is None:
            return ""
        self._delete(entry.file)
        self.save()
        return self.path(entry.file)

    def _delete(self, name: str) -> None:
        path = self._folder / name
        try:
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)
        except OSError as error:
            raise _cannot("removed", path, error) from error


def _key(url: httpx.URL) -> str:
    """Return what an address is known by: http and https give the same document."""
    return url.raw_path.decode("ascii")


def _site_name(url: httpx.URL) -> str:
    host = re.sub(r"[^a-z0-9._-]", "-", url.raw_host.decode("ascii"))  # colons of IPv6
    if not host[0].isalnum() or _RESERVED.match(host):
        host = f"_{host}"
    return host if url.port is None else f"{host}+{url.port}"


def _file_name(url: httpx.URL, suffix: str) -> str:
    """Make a name of what can be read in an address, and of its hash, which tells it from others.

    Small letters, digits and hyphens are safe on every system; the hash keeps apart what differs
    in anything else, and makes no name a reserved one.
    """
    key = _key(url)
    path = urllib.parse.unquote(key.partition("?")[0], errors="replace")
    if path.lower().endswith(suffix):
        path = path[: -len(suffix)]
    letters = unicodedata.normalize("NFKD", path.lower()).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_READABLE].rstrip("-") or "page"
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:10]}{suffix}"


def digest(data: bytes) -> str:
    """Return the SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.yaml")


def _load(path: Path) -> dict[str, Entry]:
    """Read what is remembered; what is damaged is as good as forgotten, since names are stable."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        documents = json.loads(path.read_bytes())["documents"].items()
        found = {str(key): _entry(values) for key, values in documents}
        return {key: entry for key, entry in found.items() if entry is not None}
    return {}


def _entry(values: Any) -> Entry | None:
    types: dict[str, Any] = {"published": bool, "checked": (int, float), "listed_by": list}
    names = {field.name for field in fields(Entry)}
    if not isinstance(values, dict) or set(values) != names:
        return None
    if not all(isinstance(values[name], types.get(name, str)) for name in names):
        return None
    if not _NAME.fullmatch(values["file"]):  # nothing outside the folder is ever removed
        return None
    return Entry(**values | {"listed_by": tuple(map(str, values["listed_by"]))})


def _write(path: Path, data: bytes) -> bool:
    """Write a file as a whole, unless it holds the same already.

    Returns:
        Whether it was written.

    Raises:
        UsageError: It cannot be written.
    """
    part = path.with_name(f".{path.name.lstrip('.')}.part")  # hidden from an ingest
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise _cannot("written", path, error) from error
    return True


def _cannot(what: str, path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be {what} ({error.strerror or error}).\n"
        "Give a folder that can be written to, on a disk with room."
    )
