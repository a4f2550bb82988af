"""Debouncing of keys. PURE: works on the time stamps of edges.

A contact chatters for some milliseconds whenever it closes or opens. The first closing edge
after a quiet time counts at once, so a press costs no delay; every edge, counted or not,
begins the quiet time anew.
"""

from __future__ import annotations


class Debounce:
    """One key's edges, in order of time."""

    def __init__(self, quiet_ms: float) -> None:
        self._quiet_ms = quiet_ms
        self._last_ms: float | None = None

    def press(self, closed: bool, at_ms: float) -> bool:
        """Whether this edge is a press by a person."""
        quiet = self._last_ms is None or at_ms - self._last_ms >= self._quiet_ms
        self._last_ms = at_ms
        return closed and quiet
