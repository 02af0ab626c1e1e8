"""Who may use the staff page: names with bcrypt hashes in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import time
from pathlib import Path
from threading import Lock

import bcrypt

from tourbot.errors import SetupError, UsageError

LEAST_CHARS = 12
# bcrypt reads no further.
MOST_BYTES = 72
_NAME = re.compile(r"[\w.@-]{1,64}")
# After so many wrong passwords in a row, an account waits so many seconds.
_TRIES, _WAIT_SECONDS = 5, 60.0
_MOST_NAMES = 1000  # someone may make them up


class Accounts:
    """The accounts in ``staff.json``, read anew whenever they are asked for.

    Args:
        path: The file; made at the first account.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failures: dict[str, list[float]] = {}
        self._lock = Lock()
        # Compared with when a name is unknown, so that the answer takes as long.
        self._nobody = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt())

    def names(self) -> list[str]:
        """Return all names, sorted.

        Raises:
            SetupError: The file is damaged.
        """
        return sorted(self._read())

    def add(self, name: str, password: str) -> None:
        """Make an account, or give an existing one a new password.

        Raises:
            UsageError: The name or the password cannot be taken; the sentence says why.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name for an account: take letters, digits and . @ _ -, 64 at most."
            )
        if len(password) < LEAST_CHARS or len(password.encode()) > MOST_BYTES:
            raise UsageError(
                f"A password has {LEAST_CHARS} characters at least and {MOST_BYTES} bytes at most."
            )
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()
        self._write(self._read() | {name: hashed})

    def remove(self, name: str) -> None:
        """Remove an account; its open sessions end.

        Raises:
            UsageError: There is none of this name.
        """
        accounts = self._read()
        if name not in accounts:
            raise UsageError(f"There is no account {name!r}. See: tourbot staff list")
        del accounts[name]
        self._write(accounts)

    def check(self, name: str, password: str) -> bool:
        """Tell whether a password is the account's; after five wrong ones none is for a minute."""
        known = self._read().get(name, "").encode()
        now = time.monotonic()
        with self._lock:
            recent = [t for t in self._failures.get(name, []) if t > now - _WAIT_SECONDS]
            if len(recent) >= _TRIES:
                return False
            # Noted before the slow comparison, or many guesses at once would all be compared.
            self._failures[name] = [*recent, now]
            while len(self._failures) > _MOST_NAMES:
                self._failures.pop(next(iter(self._failures)))
        given = password.encode()[:MOST_BYTES]
        right = bcrypt.checkpw(given, known or self._nobody) and bool(known)
        if right:
            with self._lock:
                self._failures.pop(name, None)
        return right

    def stamp(self, name: str) -> str:
        """Return what changes with an account's password; empty when there is no such account."""
        hashed = self._read().get(name, "")
        return hashlib.sha256(hashed.encode()).hexdigest()[:16] if hashed else ""

    def key(self) -> str:
        """Return the secret that signs sessions, made at first use; replicas share it."""
        path = self._path.with_suffix(".key")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            aside = path.with_name(f"{path.name}.{os.getpid()}")
            aside.touch(0o600)
            aside.write_text(secrets.token_hex(32), encoding="ascii")
            with contextlib.suppress(FileExistsError):  # another replica was faster
                os.link(aside, path)
            aside.unlink()
        return path.read_text(encoding="ascii").strip()

    def _read(self) -> dict[str, str]:
        try:
            accounts = json.loads(self._path.read_text(encoding="utf-8"))
            if not isinstance(accounts, dict) or not all(
                isinstance(hashed, str) for hashed in accounts.values()
            ):
                raise ValueError("not names with hashes")
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise SetupError(
                f"The accounts in {self._path} cannot be read ({error}).\n"
                "Remove that file and make them again: tourbot staff add NAME"
            ) from error
        return accounts

    def _write(self, accounts: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        aside.touch(0o600)
        aside.write_text(json.dumps(accounts, indent=1), encoding="utf-8")
        aside.replace(self._path)
