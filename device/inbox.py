"""What other threads put into a unit's inbox, and the beat of the loop that empties it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TypeAlias

from device.drivers.ports import CitizenCard, Health, KeyEdge, UnknownCard
from device.kiosk_facts import PaperCame
from device.voice.calls import VoiceNews
from wire.link import LinkEvent
from wire.sdnotify import Notifier


@dataclass(frozen=True)
class Stop:
    """The loop is to end."""

    why: str


@dataclass(frozen=True)
class Touch:
    """A finger on the screen, or a mouse, at this pixel."""

    x: int
    y: int


Inbound: TypeAlias = (
    KeyEdge | LinkEvent | Stop | Health | VoiceNews | Touch | PaperCame | CitizenCard | UnknownCard
)
"""What other threads put into the inbox of every role."""


class Watchdog:
    """Tells systemd that the loop goes round. Fed by that loop alone, in real seconds."""

    def __init__(self, notifier: Notifier, every_s: float | None) -> None:
        """`every_s` is how often systemd wants to hear of it; None if never."""
        self._notifier = notifier
        self._every_s = every_s
        self._fed_s = 0.0

    def left_s(self) -> float | None:
        """Real seconds until it is to be fed again; None if never."""
        if self._every_s is None:
            return None
        return max(0.0, self._fed_s + self._every_s - time.monotonic())

    def feed(self) -> None:
        """Say that the loop goes round, if it is time."""
        if self.left_s() == 0.0:
            self._fed_s = time.monotonic()
            self._notifier.alive()


def watchdog_s() -> float | None:
    """How often systemd wants to hear of the loop: twice in its own time."""
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 2e6 if text.isdigit() and int(text) else None
