"""What a driver sends bytes through, whatever the bus: `Transport`. Imports no bus.

A transport makes no connection in its constructor. It opens its port when first used, and
again after the port was gone, so that a peripheral works once it is plugged in again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wire.clock import Clock
from wire.errors import BadAnswer


class Transport(Protocol):
    """A line to one peripheral. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """What a person looks for: /dev/ttyUSB0, or 192.168.1.60:9100."""

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises Unplugged, or NoAnswer if it is not taken in time."""

    def read(self, count: int, within_s: float) -> bytes:
        """The next `count` bytes, waiting up to `within_s` real seconds for all of them.

        Raises NoAnswer if not one byte comes, BadAnswer if only a part does, Unplugged.
        """

    def discard(self) -> None:
        """Forget what has come unasked. Raises Unplugged."""

    def check(self) -> None:
        """Open the port, if it is not open, and see that it is there. Raises Unplugged."""

    def close(self) -> None:
        """Give the port back; the next use opens it again."""


Sleep = Callable[[float], None]
"""Wait so many seconds of the clock that it goes with."""


class Pace:
    """Keeps at least `gap_s` seconds between two turns."""

    def __init__(self, clock: Clock, sleep: Sleep, gap_s: float) -> None:
        self._clock = clock
        self._sleep = sleep
        self._gap_s = gap_s
        self._last_s: float | None = None

    def turn(self) -> None:
        """Wait until the gap since the end of the last turn is over."""
        if self._last_s is not None:
            rest_s = self._last_s + self._gap_s - self._clock.monotonic()
            if rest_s > 0:
                self._sleep(rest_s)
        self.ended()

    def ended(self) -> None:
        """The turn has ended only now: the gap counts from here."""
        self._last_s = self._clock.monotonic()


def broken_off(name: str, got: bytes, count: int) -> BadAnswer:
    """The error for an answer of which only a part came."""
    return BadAnswer(f"{name}: the answer broke off after {len(got)} of {count} bytes")
