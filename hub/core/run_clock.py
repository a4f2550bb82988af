"""How a run's CLOCK_BOOTTIME stands to the hub's own clock, from what it said and when. PURE.

A message is never early: a delay only makes a run look younger than it is. So the least
difference seen is the best, but for a slow drift of either clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

DRIFT: Final = 1e-3
"""Two clocks move apart by so many seconds in a second at most."""

MOVED_S: Final = 0.5
"""What is later than the best by more than this, so many times on end, is not a delay."""

_ON_END: Final = 8

FINER_S: Final = 0.05
"""A correction by less is not worth an event. Real seconds, as `MOVED_S`."""


@dataclass(slots=True)
class RunClock:
    """What is known of one run's clock.

    `second_s` is how far the hub's clock advances in a real second. `zero` is the hub's
    monotonic time at which the run's CLOCK_BOOTTIME was 0, `at` the hub's at the last message,
    `boot_ms` the run's.
    """

    second_s: float = 1.0
    zero: float = 0.0
    at: float = 0.0
    boot_ms: int = 0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_ON_END))

    def heard(self, boot_ms: int, arrived: float) -> None:
        """A message that was sent at `boot_ms` arrived, by the hub's monotonic clock."""
        sample = arrived - boot_ms / 1000
        drifted = self.zero + DRIFT * max(0.0, arrived - self.at)
        self.zero = min(sample, drifted) if self.recent else sample
        self.recent.append(sample)
        if self.settled and min(self.recent) > self.zero + MOVED_S * self.second_s:
            self.zero = min(self.recent)
        self.at, self.boot_ms = arrived, boot_ms

    @property
    def settled(self) -> bool:
        """Whether enough was heard for one delayed message to make no difference."""
        return len(self.recent) == _ON_END

    def better(self, boot_at: float, known: float | None) -> bool:
        """Whether `boot_at`, by this clock, should replace what the journal knows.

        The journal's may be from before the hub started. What is earlier was less delayed; what
        is later may be a delay, as long as little was heard.
        """
        if known is None or boot_at < known - FINER_S * self.second_s:
            return True
        return self.settled and boot_at > known + MOVED_S * self.second_s
