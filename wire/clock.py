"""Time as a parameter: whoever needs the time is handed a `Clock`.

`now` is wall time, `monotonic` counts on through a suspended machine (CLOCK_BOOTTIME on
Linux) and is what durations, leases and invitations are measured with.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import Protocol

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What every clock can tell."""

    def now(self) -> float:
        """Wall time in seconds since 1970-01-01 UTC."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def real_seconds(self, duration_s: float) -> float:
        """How many real seconds pass while this clock advances by `duration_s`."""


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        """Wall time in seconds since 1970-01-01 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since the machine started, its sleep included."""
        return time.clock_gettime(_BOOTTIME)

    def real_seconds(self, duration_s: float) -> float:
        """The duration itself."""
        return duration_s


class ScaledClock:
    """A clock that runs `speed` times as fast as the real one since `origin` (wall seconds).

    All programs of an emulated hall that are given the same two numbers agree on the time.
    """

    def __init__(self, speed: float, origin: float) -> None:
        self._speed = speed
        self._origin = origin
        self._real = RealClock()

    def now(self) -> float:
        """Scaled wall time in seconds since 1970-01-01 UTC."""
        return self._origin + (self._real.now() - self._origin) * self._speed

    def monotonic(self) -> float:
        """Scaled seconds since the machine started."""
        return self._real.monotonic() * self._speed

    def real_seconds(self, duration_s: float) -> float:
        """`duration_s` divided by the speed."""
        return duration_s / self._speed


class ManualClock:
    """A clock that moves only when a test says so."""

    def __init__(self, now: float = 1_800_000_000.0, monotonic: float = 1000.0) -> None:
        self._now = now
        self._monotonic = monotonic

    def now(self) -> float:
        """The wall time that was set, advanced by `advance`."""
        return self._now

    def monotonic(self) -> float:
        """The monotonic time that was set, advanced by `advance`."""
        return self._monotonic

    def real_seconds(self, duration_s: float) -> float:
        """The duration itself."""
        return duration_s

    def advance(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass on both clocks."""
        self._now += duration_s
        self._monotonic += duration_s

    def set_wall(self, now: float) -> None:
        """Put the wall clock right or wrong, as a time server does, leaving the other alone."""
        self._now = now


def make_clock(speed: float = 1.0, origin: float | None = None) -> Clock:
    """The clock of a program: the real one, or a scaled one for an emulated hall."""
    if speed == 1.0:
        return RealClock()
    return ScaledClock(speed, time.time() if origin is None else origin)


def rfc3339(wall_s: float, zone: tzinfo = UTC) -> str:
    """Wall time as the wire and the web write it: RFC 3339 with offset and milliseconds."""
    moment = datetime.fromtimestamp(round(wall_s, 3), UTC).astimezone(zone)
    return moment.isoformat(timespec="milliseconds")


def wall_seconds(text: str) -> float:
    """The inverse of `rfc3339`.

    Raises ValueError for a text that is no date, or one without an offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.timestamp()
