"""Who may use the staff page: names with bcrypt hashes in a file that only its owner can read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bcrypt

from tourbot.errors import SetupError, UsageError

LEAST_CHARS = 12
# bcrypt reads no further.
MOST_BYTES = 72
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}")
# Compared with when a name is unknown, so that the answer takes as long; nobody knows its password.
_NOBODY = b"$2b$12$IVBRinSoeJe/NRQwJ.gRLeQaBW7i1Ow4uqV6KpVUzHanRia4MNboe"


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        hash: Of the password, by bcrypt.
        since: When it was made, UTC, ISO 8601; empty in files of old.
    """

    hash: str
    since: str = ""


class Accounts:
    """The accounts in ``staff.json``, read anew whenever they are asked for.

    Args:
        path: The file; made at the first account.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Return all names, sorted.

        Raises:
            SetupError: The file is damaged.
        """
        return sorted(self._read())

    def since(self, name: str) -> str:
        """Return when an account was made, UTC, ISO 8601; empty where nobody noted it."""
        return self._read().get(name, Account("")).since

    def add(self, name: str, password: str) -> None:
        """Make an account.

        Raises:
            UsageError: The name or the password cannot be taken; the sentence says why.
        """
        self.require_new(name)
        since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self._write(self._read() | {name: Account(_hashed(password), since)})

    def change(self, name: str, password: str) -> None:
        """Give an account a new password; its open sessions end.

        Raises:
            UsageError: There is none of this name, or the password cannot be taken.
        """
        self.require(name)
        accounts = self._read()
        self._write(accounts | {name: Account(_hashed(password), accounts[name].since)})

    def remove(self, name: str) -> None:
        """Remove an account; its open sessions end.

        Raises:
            UsageError: There is none of this name.
        """
        self.require(name)
        self._write({kept: a for kept, a in self._read().items() if kept != name})

    def require(self, name: str) -> None:
        """Make sure that there is an account.

        Raises:
            UsageError: There is none of this name.
        """
        if name not in self._read():
            raise UsageError(f"There is no account {name!r}. See: tourbot staff list")

    def require_new(self, name: str) -> None:
        """Make sure that an account can be made.

        Raises:
            UsageError: The name cannot be taken; the sentence says why.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is no name for an account: take letters, digits and . @ _ -, 64 at most."
            )
        if name in self._read():
            raise UsageError(
                f"There is an account {name!r} already; nothing was changed.\n"
                f"To give it a new password: tourbot staff password {name}"
            )

    def check(self, name: str, password: str) -> bool:
        """Tell whether a password is the account's; slow, and as slow when there is no account."""
        known = self._read().get(name)
        given = password.encode("utf-8", "replace")[:MOST_BYTES]
        return bcrypt.checkpw(given, known.hash.encode() if known else _NOBODY) and bool(known)

    def stamp(self, name: str) -> str:
        """Return what changes with an account's password; empty when there is no such account."""
        known = self._read().get(name)
        return hashlib.sha256(known.hash.encode()).hexdigest()[:32] if known else ""

    def _read(self) -> dict[str, Account]:
        try:
            accounts = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(accounts, dict):
                raise ValueError("not names with hashes")
            return {name: _account(kept) for name, kept in accounts.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise SetupError(
                f"The accounts in {self.path} cannot be read ({error}).\n"
                "Remove that file and make them again: tourbot staff add NAME"
            ) from error

    def _write(self, accounts: dict[str, Account]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        aside.touch(0o600)
        kept = {name: asdict(account) for name, account in accounts.items()}
        aside.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        aside.replace(self.path)


def _account(kept: Any) -> Account:
    """Read an account; files of old have nothing but the hash.

    Raises:
        ValueError: It is none.
    """
    known = kept if isinstance(kept, dict) else {"hash": kept}
    hashed = known.get("hash")
    if not isinstance(hashed, str) or not _HASH.fullmatch(hashed):
        raise ValueError("not names with hashes")
    return Account(hashed, str(known.get("since", "")))


def _hashed(password: str) -> str:
    if len(password) < LEAST_CHARS or len(password.encode()) > MOST_BYTES:
        raise UsageError(
            f"A password has {LEAST_CHARS} characters at least and {MOST_BYTES} bytes at most."
        )
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()
