"""What the loops of a counter, a board and a kiosk share; each puts together what it needs.

A loop sleeps until something comes or the next deadline does (`Waiting`), follows its link to the
hub (`Line`), opens what the broker delivers (`Mail`) and counts what it cannot use (`Anomalies`).
What any of it means for the role is the session's to say.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from typing import Final, Protocol

from device.events import Heard, LinkDown, LinkUp, Say
from device.inbox import Inbound, Stop, Watchdog
from device.moment import Moment
from device.outbox import Outbox
from device.uplink import Identity, Uplink
from wire.clock import Clock
from wire.errors import StorageError, WireError
from wire.link import Connected, Delivery, Disconnected
from wire.messages import Message
from wire.topics import Direction, Topic, locate, unpack

log = logging.getLogger(__name__)

WINDOW_CLOSED: Final = Stop("the window was closed")
"""Why a loop ends when somebody closes its window."""


class Display(Protocol):
    """What every loop needs of a `device.ui.window.Window`; each says itself what it shows."""

    @property
    def attend_s(self) -> float | None:
        """How often `attend` wants to be called, in real seconds; None if never."""

    def attend(self) -> bool:
        """Hear what the display says; whether somebody closed it."""


class TouchDisplay(Display, Protocol):
    """The same for a screen that is touched."""

    def touch(self, place: tuple[int, int] | None) -> None:
        """A finger has come down at this pixel."""

    def touches(self) -> list[str]:
        """What has been touched since the last time, by the name of its target."""


class Anomalies:
    """Counts what cannot be used, by its kind; the log gets the first of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def count(self, kind: str, detail: str = "not used") -> None:
        """Count one; log it if it is the first of its kind."""
        self._counts[kind] += 1
        if self._counts[kind] == 1:
            log.warning("%s: %s; more of this kind are only counted", kind, detail)


class Waiting:
    """Waits for the inbox, but no longer than the first of a loop's deadlines."""

    def __init__(
        self,
        clock: Clock,
        inbox: queue.SimpleQueue[Inbound],
        uplink: Uplink,
        display: Display,
        watchdog: Watchdog,
    ) -> None:
        self._clock = clock
        self._inbox = inbox
        self._uplink = uplink
        self._display = display
        self._watchdog = watchdog

    def next(self, *deadlines_s: float | None, left_s: float | None = None) -> Inbound | None:
        """What comes next; None if a deadline came first."""
        try:
            return self._inbox.get(timeout=self.idle_s(*deadlines_s, left_s=left_s))
        except queue.Empty:
            return None

    def idle_s(self, *deadlines_s: float | None, left_s: float | None = None) -> float:
        """Real seconds until the next deadline, 0 if one has passed.

        `deadlines_s` are times of the clock, `left_s` real seconds from now; one of the deadlines
        at least has to be known. Those of the uplink, the display and the watchdog come on top.
        """
        wanted = (*deadlines_s, self._uplink.deadline_s)
        deadline_s = min(time_s for time_s in wanted if time_s is not None)
        idle_s = self._clock.real_seconds(max(0.0, deadline_s - self._clock.monotonic()))
        others = (left_s, self._display.attend_s, self._watchdog.left_s())
        return min([idle_s, *(time_s for time_s in others if time_s is not None)])


class Line:
    """Has the uplink follow the link, and carries out what every session wants of it."""

    def __init__(self, uplink: Uplink) -> None:
        self._uplink = uplink
        self._down_reason: str | None = None  # "" while connected, None before the first attempt

    def follow(self, change: Connected | Disconnected) -> LinkUp | LinkDown:
        """Tell the uplink; what to tell the session."""
        if isinstance(change, Connected):
            self._log_change("")
            self._uplink.connected()
            return LinkUp()
        self._log_change(change.reason)
        self._uplink.lost()
        return LinkDown()

    def carry_out(self, effect: Say | Heard, at: Moment) -> None:
        """Send a beat, or hear how far the hub has come."""
        match effect:
            case Say(beat):
                self._uplink.say(beat, at)
            case Heard(epoch, outbox, committed):
                self._uplink.heard(epoch, outbox, committed, at.boot_s)

    def _log_change(self, reason: str) -> None:
        """Once, not every attempt of a long night without a broker."""
        if reason != self._down_reason:
            log.info("not connected: %s" if reason else "connected to the broker%s", reason)
        self._down_reason = reason


class Mail:
    """Opens what the broker delivers to a unit; what is not for it, or unreadable, is counted."""

    def __init__(
        self, identity: Identity, anomalies: Anomalies, overheard: tuple[Topic, ...] = ()
    ) -> None:
        """`overheard` are the topics that this unit hears whichever unit they are about."""
        self._identity = identity
        self._anomalies = anomalies
        self._overheard = overheard
        self._upward = {topic.name for topic in overheard if topic.direction is Direction.UP}

    def open(self, delivery: Delivery) -> Message | None:
        """The message; None if there is none for this unit."""
        try:
            direction = self._direction(delivery.topic)
            topic, unit = locate(delivery.topic, self._identity.hall, direction)
            message = unpack(topic, delivery.payload)
        except WireError as error:
            self._anomalies.count(f"message {error.code}", str(error))
            return None
        if unit != self._identity.unit and topic not in self._overheard:
            self._anomalies.count("message for another unit", delivery.topic)
            return None
        return message

    def _direction(self, address: str) -> Direction:
        """Units hear what goes down, and what goes up only where they overhear it."""
        return Direction.UP if address.rsplit("/", 1)[-1] in self._upward else Direction.DOWN


def tidy(outbox: Outbox, now_s: float) -> None:
    """Tidy an outbox that needs it; one that cannot be tidied is no reason to stop."""
    if not outbox.untidy:
        return
    try:
        log.info("outbox tidied, %d old records dropped", outbox.tidy(now_s))
    except StorageError as error:
        log.warning("the outbox could not be tidied: %s", error)
