"""The log of a server: each kind of line a few times a minute, however often it happens.

Whoever sends rubbish must not fill the disk.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict

_A_MINUTE = 5
_KINDS = 500
_MOST_CHARS = 6_000


class Sparing(logging.Filter):
    """Lets the first few lines of a kind through, and tells later how many there were more.

    A kind is a place in the program; what the line is about does not matter.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: OrderedDict[tuple[str, int], list[float]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written."""
        now = time.monotonic()
        kind = (record.pathname, record.lineno)
        since, count = self._seen.pop(kind, (now, 0))
        if now - since > 60:
            if count > _A_MINUTE:
                record.msg = f"{record.getMessage()} ({count - _A_MINUTE} more before)"
                record.args = None
            since, count = now, 0
        self._seen[kind] = [since, count + 1]
        while len(self._seen) > _KINDS:
            self._seen.popitem(last=False)
        return count < _A_MINUTE


class _Short(logging.Formatter):
    """Cuts what is long: an address can have tens of thousands of letters, and stand in a trace."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"


def log_sparingly() -> None:
    """Write warnings and worse to standard error, from all libraries alike."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Short("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
