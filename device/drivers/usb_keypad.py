"""A keypad on USB, read from /dev/input/event* as Linux's input.h writes it.

Each event is a `struct input_event`: a time of two longs, type and code of 16 bits, a value of
32. The keypad is taken for this unit alone, so that its keys reach no console. Unplugged, it is
waited for: the counter goes on by its other keys and by touch, and keys that were down count
as released.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from device.drivers.ports import EdgeSink, Health, HealthSink, KeyEdge

EVENT: Final = struct.Struct("@llHHi")
_EV_SYN, _EV_KEY = 0, 1
_SYN_DROPPED: Final = 3
_RELEASED, _PRESSED = 0, 1
_EVIOCGRAB: Final = 0x40044590
_READ_BYTES: Final = 64 * EVENT.size
_CLOSE_S: Final = 5.0

NAME: Final = "keypad"


class UsbKeypad:
    """A keypad's edges, by a thread of its own."""

    def __init__(
        self,
        device: Path,
        codes: Mapping[str, int],
        health: HealthSink,
        retry_s: float = 1.0,
    ) -> None:
        """`codes` says which code each key has; `retry_s` is how often it is looked for."""
        self._device = device
        self._names = {code: name for name, code in codes.items()}
        self._health = health
        self._retry_s = retry_s
        self._down: set[str] = set()
        self._well: bool | None = None
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread: threading.Thread | None = None

    def start(self, sink: EdgeSink) -> None:
        """Report edges from now on. A keypad that is not there is waited for."""
        self._thread = threading.Thread(
            target=self._work, args=[sink], name="usb-keypad", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Give the keypad back."""
        os.close(self._stop_writer)
        if self._thread is not None:
            self._thread.join(_CLOSE_S)
        os.close(self._stop_reader)

    def _work(self, sink: EdgeSink) -> None:
        while not self._stopped(0.0):
            try:
                handle = os.open(self._device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                self._tell(error)
            else:
                self._use(handle, sink)
            self._stopped(self._retry_s)

    def _use(self, handle: int, sink: EdgeSink) -> None:
        """Read until the keypad is gone or this is to end."""
        with contextlib.suppress(OSError):  # another program has it: its keys are read all the same
            fcntl.ioctl(handle, _EVIOCGRAB, 1)
        self._tell(None)
        try:
            self._read(handle, sink)
        except OSError as error:
            self._tell(error)
        finally:
            self._release(sink)
            os.close(handle)

    def _read(self, handle: int, sink: EdgeSink) -> None:
        rest = b""
        while True:
            ready, _, _ = select.select([handle, self._stop_reader], [], [])
            if self._stop_reader in ready:
                return
            content = os.read(handle, _READ_BYTES)
            if not content:
                raise OSError(0, "it has been unplugged")
            rest += content
            whole = len(rest) // EVENT.size * EVENT.size
            for _, _, kind, code, value in EVENT.iter_unpack(rest[:whole]):
                self._take(kind, code, value, sink)
            rest = rest[whole:]

    def _take(self, kind: int, code: int, value: int, sink: EdgeSink) -> None:
        if kind == _EV_SYN and code == _SYN_DROPPED:
            self._release(sink)  # the kernel had no room: who knows what was released meanwhile
        name = self._names.get(code) if kind == _EV_KEY else None
        if name is None or value not in {_RELEASED, _PRESSED}:
            return  # another key, or one that repeats while it is held
        if value == _PRESSED:
            self._down.add(name)
        else:
            self._down.discard(name)
        sink(KeyEdge(name, value == _PRESSED, _now_ms()))

    def _release(self, sink: EdgeSink) -> None:
        for name in sorted(self._down):
            sink(KeyEdge(name, False, _now_ms()))
        self._down.clear()

    def _tell(self, error: OSError | None) -> None:
        """Say once that it is gone, and once that it is back; not that it is there at first."""
        well, before = error is None, self._well
        self._well = well
        if well == before or (well and before is None):
            return
        if error is None:
            self._health(Health(NAME, ok=True, code="ok", detail=f"{self._device} is back"))
            return
        detail = f"{self._device}: {error.strerror}; plug the keypad in, or correct keypad.device"
        self._health(Health(NAME, ok=False, code="unplugged", detail=detail))

    def _stopped(self, within_s: float) -> bool:
        return bool(select.select([self._stop_reader], [], [], within_s)[0])


def _now_ms() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
