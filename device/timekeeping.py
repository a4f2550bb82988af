"""Reads the clocks of the machine and says how far its wall time can be trusted."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from device.hardware_id import boot_id
from device.moment import Moment
from wire.clock import Clock, RealClock, rfc3339

_TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
_TIMEX_BYTES = 512  # room for struct timex on every platform
_TIME_ERROR = 5
_BOOT_DIGITS = 8  # enough to tell the few boots of one machine apart


def read_moment(clock: Clock) -> Moment:
    """What the clock says now."""
    boot = _boot() if isinstance(clock, RealClock) else ""  # a scaled clock is the run's own
    return Moment(clock.monotonic(), rfc3339(clock.now()), wall_is_synchronised(), boot)


def wall_is_synchronised() -> bool:
    """Whether the machine's wall clock follows a time server.

    A service that may not ask the kernel is told by systemd's mark; in doubt it is not.
    """
    return _TIMESYNC_MARK.exists() or _kernel_says_synchronised()


@cache
def _boot() -> str:
    return boot_id()[:_BOOT_DIGITS]


def _kernel_says_synchronised() -> bool:
    state: int = _LIBC.adjtimex(ctypes.byref(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return 0 <= state < _TIME_ERROR


_LIBC = ctypes.CDLL(None)
