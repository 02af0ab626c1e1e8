"""Until when a file may be read, for parsers that can stop halfway and keep what they have."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SECONDS = 120.0  # whoever takes longer over a file is stopped, and the file is lost
# The rest is for what cannot stop halfway: the start of the process, a page being drawn, passages.
_SHARE = 0.75
_END = ContextVar("_END", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Have what is read meanwhile keep to the time after which its reader is stopped."""
    token = _END.set(time.monotonic() + _SHARE * seconds)
    try:
        yield
    finally:
        _END.reset(token)


def left() -> float:
    """Return for how many seconds a parser may go on; none are left at zero and below."""
    return _END.get() - time.monotonic()
