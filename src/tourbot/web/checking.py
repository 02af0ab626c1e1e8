"""Comparing passwords, which is slow on purpose, without members waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tourbot.errors import BusyError


class Checking:
    """One thread for what is slow, and a short queue before it.

    In the threads that answer members, a few guesses a second would take the place of questions.

    Args:
        most: How many may wait or be looked at.
    """

    def __init__(self, most: int = 8) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._most = most
        self._inside = 0

    async def run(self, check: Callable[[str, str], bool], name: str, password: str) -> bool:
        """Run a comparison.

        Raises:
            BusyError: Too many wait already.
        """
        if self._inside >= self._most:
            raise BusyError("Too many people are signing in.")
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, check, name, password
            )
        finally:
            self._inside -= 1
