"""Debouncing of keys, and what is wrong with one. PURE: works on the time stamps of edges.

A contact chatters for some milliseconds whenever it closes or opens. The first closing edge
after a quiet time counts at once, so a press costs no delay; every edge, counted or not,
begins the quiet time anew. A key that stays closed for long is stuck, one whose contact never
comes to rest is bouncing; neither presses anything until it has recovered.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import Final

STUCK_MS: Final = 10_000.0
"""Closed for so long, a key is held down by no person."""

STORM_EDGES: Final = 20
"""More edges than this within `STORM_MS`, each `GRAIN_MS` after the one before, are no fingers."""

STORM_MS: Final = 1000.0
GRAIN_MS: Final = 20.0
"""Edges closer than this to one that is counted are the chatter of one press."""

REST_MS: Final = 1000.0
"""A bouncing key has recovered when nothing has come of it for so long."""


class KeyFault(StrEnum):
    """What is wrong with a key."""

    STUCK = "stuck"
    BOUNCING = "bouncing"


class Debounce:
    """One key's edges, in order of time."""

    def __init__(self, quiet_ms: float) -> None:
        self.fault: KeyFault | None = None
        self._quiet_ms = quiet_ms
        self._last_ms: float | None = None
        self._closed_ms: float | None = None
        self._counted: deque[float] = deque(maxlen=STORM_EDGES + 1)

    @property
    def deadline_ms(self) -> float | None:
        """When to call `look`; None while nothing can become wrong or right by itself."""
        if self.fault is KeyFault.BOUNCING and self._last_ms is not None:
            return self._last_ms + REST_MS
        if self.fault is None and self._closed_ms is not None:
            return self._closed_ms + STUCK_MS
        return None

    def press(self, closed: bool, at_ms: float) -> bool:
        """Whether this edge is a press by a person."""
        self.look(at_ms)
        quiet = self._last_ms is None or at_ms - self._last_ms >= self._quiet_ms
        self._last_ms = at_ms
        self._follow(closed, at_ms)
        self._count(at_ms)
        return closed and quiet and self.fault is None

    def look(self, at_ms: float) -> None:
        """See what the time alone has made of the key."""
        deadline_ms = self.deadline_ms
        if deadline_ms is not None and at_ms >= deadline_ms:
            self.fault = KeyFault.STUCK if self.fault is None else None
            self._counted.clear()

    def _follow(self, closed: bool, at_ms: float) -> None:
        if not closed:
            self._closed_ms = None
            self.fault = None if self.fault is KeyFault.STUCK else self.fault
        elif self._closed_ms is None:
            self._closed_ms = at_ms

    def _count(self, at_ms: float) -> None:
        if self._counted and at_ms - self._counted[-1] < GRAIN_MS:
            return
        self._counted.append(at_ms)
        full = len(self._counted) > STORM_EDGES
        if full and self.fault is None and at_ms - self._counted[0] <= STORM_MS:
            self.fault = KeyFault.BOUNCING
