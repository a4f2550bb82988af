"""Work on whole plans, done where it holds up neither the hall's state nor the web's event loop.

In a hall of 200 counters a plan has some 150,000 letters: to check one, or to compare two, takes
tenths of a second, and units that hear nothing for a second go on alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Aside:
    """A thread of its own. One is enough: administrators are few, and the other core serves."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="administration")

    async def do(self, work: Callable[..., T], *given: Any) -> T:
        """The outcome of some work. What it is given must not change meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(work, *given))


class Kept(Generic[K, T]):
    """The last outcomes, `most` of them, by what they are of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[K, T] = {}

    def get(self, key: K) -> T | None:
        """What is kept of this, or None."""
        return self._of.get(key)

    def keep(self, key: K, outcome: T) -> T:
        """Keep an outcome, and forget the oldest."""
        self._of[key] = outcome
        while len(self._of) > self._most:
            self._of.pop(next(iter(self._of)), None)
        return outcome
