"""A serial port with an emulated instrument at its far end, on a pseudo-terminal.

The port is a symbolic link, as /dev/serial/by-id holds them: unplugged it is gone, and plugged
in again it leads to another terminal.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from device.drivers.far_ends.instrument import Instrument


class Fault(Enum):
    """How an instrument can fail while it is plugged in."""

    NONE = "none"
    SILENT = "silent"  # switched off: it neither hears nor answers
    GARBLING = "garbling"  # every byte of an answer comes wrong
    HALF = "half"  # of an answer only the first half comes


UNPLUGGED = "unplugged"
CUT = "cut"
_CUT_AFTER = 2
"""So many bytes come through before a cut: fewer than the shortest frame has."""


class PtyLine:
    """A port at `path`, and what hangs on it.

    `cut_after` unplugs it as soon as so many more bytes have come. `changed` is called whenever
    bytes have come, then from the line's own thread, or the plug was moved.
    """

    def __init__(self, path: Path, instrument: Instrument) -> None:
        self.path = path
        self.instrument = instrument
        self.fault = Fault.NONE
        self.cut_after: int | None = None
        self.changed: Callable[[], None] = _nobody
        self._news = threading.Condition()
        self._plug: _Plug | None = None

    @property
    def is_plugged(self) -> bool:
        """Whether the port is there."""
        return self._plug is not None

    def plug(self) -> None:
        """Let the port appear."""
        if self._plug is None:
            self._plug = _Plug(self)
            self._tell()

    def unplug(self) -> None:
        """Take the port away, whatever is under way."""
        plug = self._plug
        if plug is not None:
            # In this order: whoever notices that it is gone may plug it in again at once.
            with contextlib.suppress(FileNotFoundError):
                self.path.unlink()
            self._plug = None
            plug.pull()
            self.instrument.power_cut()
            self._tell()

    def suffer(self, trouble: str) -> None:
        """Fail in the way of a `Fault`, or be "unplugged", at once or by a "cut" in a frame.

        With "none" it is plugged in and works again. Raises ValueError for any other word.
        """
        fault = Fault.NONE if trouble in {UNPLUGGED, CUT} else Fault(trouble)
        self.fault, self.cut_after = fault, _CUT_AFTER if trouble == CUT else None
        if trouble == UNPLUGGED:
            self.unplug()
        else:
            self.plug()

    def wait_until(self, seen: Callable[[], bool], within_s: float = 10.0) -> bool:
        """Wait until `seen` holds, looking whenever bytes have come; whether it does."""
        with self._news:
            return self._news.wait_for(seen, within_s)

    def take(self, data: bytes) -> bytes:
        """Bytes have come down the line; what goes back."""
        if self.fault is Fault.SILENT:
            return b""
        with self._news:
            answer = self.instrument.take(data)
        self._tell()
        match self.fault:
            case Fault.GARBLING:
                return bytes(byte ^ 0x55 for byte in answer)
            case Fault.HALF:
                return answer[: len(answer) // 2]
            case _:
                return answer

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()
        self.changed()


def _nobody() -> None:
    """Nobody wants to know."""


class _Plug:
    """One pseudo-terminal, from plugging in to unplugging, and the thread that serves it."""

    def __init__(self, line: PtyLine) -> None:
        self._line = line
        # Our own end of the port stays open: without one the other end reads only errors.
        self._master, self._slave = os.openpty()
        self._wake_read, self._wake_write = os.pipe()
        self._is_hung_up = False
        tty.setraw(self._slave)
        self._link(os.ttyname(self._slave))
        self._thread = threading.Thread(
            target=self._serve, name=f"far end {line.path.name}", daemon=True
        )
        self._thread.start()

    def pull(self) -> None:
        """Hang up on whoever has the port open. Its link has gone before."""
        if threading.current_thread() is self._thread:
            self._hang_up()
            os.close(self._wake_write)
        else:
            os.close(self._wake_write)
            self._thread.join()

    def _link(self, target: str) -> None:
        fresh = self._line.path.with_name(f".{self._line.path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        fresh.symlink_to(target)
        fresh.replace(self._line.path)

    def _hang_up(self) -> None:
        self._is_hung_up = True
        for descriptor in (self._master, self._slave):
            os.close(descriptor)

    def _serve(self) -> None:
        while not self._is_hung_up and (data := self._receive()) is not None:
            if answer := self._line.take(data):
                os.write(self._master, answer)
            if self._is_cut(len(data)):
                self._line.unplug()
        if not self._is_hung_up:
            self._hang_up()
        os.close(self._wake_read)

    def _receive(self) -> bytes | None:
        """What has come, or None once unplugged."""
        ready, _, _ = select.select([self._master, self._wake_read], [], [])
        if self._wake_read in ready:
            return None
        return os.read(self._master, self._line.cut_after or 4096)

    def _is_cut(self, count: int) -> bool:
        left = self._line.cut_after
        if left is None:
            return False
        self._line.cut_after = left - count if left > count else None
        return left <= count
