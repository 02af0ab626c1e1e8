"""Everything that tourbot raises on purpose.

    TourbotError
    ├── UsageError               the request cannot be served as asked (question, folder, option)
    ├── SetupError               something must be prepared first; the message gives the command
    │   ├── ModelError           the embedding model is missing, incomplete or altered
    │   └── IndexUnusableError   no index, an index from other settings, or a damaged one
    ├── DocumentError            one file cannot be read; ingestion reports it and goes on
    └── BusyError                another process holds what is needed

A message says what failed, where, and the command or action that repairs it.
"""

from __future__ import annotations


class TourbotError(Exception):
    """Base of all errors whose message is meant for the user."""


class UsageError(TourbotError):
    """The request cannot be served as asked."""


class SetupError(TourbotError):
    """Something must be prepared first."""


class ModelError(SetupError):
    """The embedding model is missing, incomplete or altered."""


class IndexUnusableError(SetupError):
    """There is no index, or it does not fit the settings, or it is damaged."""


class DocumentError(TourbotError):
    """One file cannot be read.

    Attributes:
        code: Stable word for programs and translations (``"empty"``, ``"encrypted"``, …).
        reason: What is wrong, as a clause without final stop.
        hint: What the owner of the file can do.
    """

    def __init__(self, code: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason}. {hint}" if hint else f"{reason}.")
        self.code = code
        self.reason = reason
        self.hint = hint

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, str, str]]:
        """Travel between processes."""
        return type(self), (self.code, self.reason, self.hint)


class BusyError(TourbotError):
    """Another process holds what is needed."""
