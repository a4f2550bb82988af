"""What a unit needs of its peripherals, whatever drives them. Imports no driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class KeyEdge:
    """A key's contact has closed or opened, chatter included, at a reading of CLOCK_BOOTTIME."""

    name: str
    closed: bool
    at_ms: float


EdgeSink = Callable[[KeyEdge], None]
"""Where edges go. Called from any thread; it only puts them into an inbox."""


@dataclass(frozen=True)
class Wiring:
    """Which pin each key and each lamp is on."""

    keys: Mapping[str, int]
    lamps: Mapping[str, int]


class Front(Protocol):
    """The keys of a counter and the lamps in them."""

    def start(self, sink: EdgeSink) -> None:
        """Take the pins, and report edges from now on. Raises HardwareError."""

    def light(self, lamps: frozenset[str]) -> None:
        """Light these lamps and no others."""

    def close(self) -> None:
        """Give the pins back; lamps go out."""


@runtime_checkable
class EmulatedFront(Front, Protocol):
    """A front whose keys can be pressed, and whose lamps can be read, by a program."""

    @property
    def lit(self) -> frozenset[str]:
        """The lamps that are lit."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that are there."""

    def press(self, key: str, hold_s: float) -> None:
        """Hold a key down for a while. Raises KeyError for a key that is not there."""
