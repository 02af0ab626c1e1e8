"""How much is fetched, how long it may take, and what is said when something is not."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call of ``fetch``.

    Attributes:
        document_bytes: Of one document, sitemap or feed, compressed and unpacked.
        documents: How many a sitemap or feed may give; the first ones are taken.
        request_seconds: For one request and the whole of its answer, however slowly it drips.
        total_seconds: For all requests together.
        sitemap_depth: 1 reads a sitemap, 2 also the sitemaps that an index names.
        crawl_delay: Seconds; a site that asks for longer pauses gets these.
    """

    document_bytes: int = 20_000_000
    documents: int = 500
    request_seconds: float = 20.0
    total_seconds: float = 600.0
    sitemap_depth: int = 2
    crawl_delay: float = 10.0


class FetchError(Exception):
    """One address cannot be fetched.

    Attributes:
        reason: What is wrong, as a clause without final stop.
        hint: What can be done.
        status: Of the answer, if one came.
    """

    def __init__(self, reason: str, hint: str = "", status: int = 0) -> None:
        super().__init__(f"{reason[:1].upper()}{reason[1:]}." + (f" {hint}." if hint else ""))
        self.reason = reason
        self.hint = hint
        self.status = status

    @property
    def gone(self) -> bool:
        """Whether the server says that there is nothing (any more)."""
        return self.status in {404, 410}


class UnreachableError(FetchError):
    """The server gives no answer at all, or is not asked."""


class OutOfTimeError(FetchError):
    """The time for all requests together is used up."""


class Clock:
    """The time that is left: for the request in progress, and in all."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._end = time.monotonic() + limits.total_seconds
        self._deadline = self._end

    def begin(self) -> None:
        """Start the time of a request.

        Raises:
            OutOfTimeError: There is none left.
        """
        self.check()
        self._deadline = min(self._end, time.monotonic() + self._limits.request_seconds)

    def left(self) -> float:
        """Return the seconds left for the request; zero or less when there are none."""
        return self._deadline - time.monotonic()

    def check(self) -> None:
        """Check that time is left in all.

        Raises:
            OutOfTimeError: There is none.
        """
        self._refuse_after(0)

    def wait(self, seconds: float) -> None:
        """Pause between two requests.

        Raises:
            OutOfTimeError: The pause is longer than the time left in all.
        """
        self._refuse_after(seconds)
        time.sleep(max(0.0, seconds))

    def _refuse_after(self, seconds: float) -> None:
        if time.monotonic() + seconds >= self._end:
            raise OutOfTimeError(
                f"the {self._limits.total_seconds:g} s for all requests were used up",
                "Run it again: what was fetched longest ago comes first",
            )
