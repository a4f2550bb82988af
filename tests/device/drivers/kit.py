"""A line without a bus: an instrument, or a script, right behind the driver."""

from __future__ import annotations

from device.drivers.far_ends.instrument import Instrument
from device.drivers.transport import Pace, broken_off
from wire.clock import ManualClock
from wire.errors import NoAnswer, Unplugged

GB2312 = "".join(
    bytes((row, cell)).decode("gb2312", errors="ignore")
    for row in range(0xA3, 0xF8)
    for cell in range(0xA1, 0xFF)
)[::101]
"""Characters from all over GB 2312; all of them would make drawing texts slow."""


class DirectLine:
    """A transport that keeps what is written, and reads what `answers` or an instrument gives."""

    name = "/dev/ttyTEST"

    def __init__(self, instrument: Instrument | None = None, answers: bytes = b"") -> None:
        self.written: list[bytes] = []
        self.coming = answers
        self.plugged = True
        self.waited_s: list[float] = []
        self._instrument = instrument

    def write(self, data: bytes) -> None:
        self.check()
        self.written.append(data)
        if self._instrument is not None:
            self.coming += self._instrument.take(data)

    def read(self, count: int, within_s: float) -> bytes:
        self.check()
        self.waited_s.append(within_s)
        data, self.coming = self.coming[:count], self.coming[count:]
        if not data:
            raise NoAnswer(self.name)
        if len(data) < count:
            raise broken_off(self.name, data, count)
        return data

    def discard(self) -> None:
        """A script is an answer to what comes next, so it stays."""
        if self._instrument is not None:
            self.coming = b""

    def check(self) -> None:
        if not self.plugged:
            raise Unplugged(self.name)

    def close(self) -> None:
        pass


def pace(clock: ManualClock | None = None, gap_s: float = 0.1) -> Pace:
    """A pace that never waits in truth."""
    clock = clock or ManualClock()
    return Pace(clock, clock.advance, gap_s)
