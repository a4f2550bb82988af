"""Emulated signs: they show what they are sent, if its sum is right and it is meant for them."""

from __future__ import annotations

from typing import Final

from device.drivers.far_ends.instrument import Instrument, skip_to

_START: Final = 0xAA
_END: Final = 0xFF
_FIXED: Final = b"\xbb\x51\x54"
_HEAD_BYTES: Final = 11


class FramingOneSign(Instrument):
    """A window sign, or with `main` the hall's large board, of framing 1."""

    def __init__(self, address: int, *, main: bool = False) -> None:
        super().__init__()
        self._address = address
        self._kind = b"\x08\x02\x99\x00\x63" if main else b"\x01\x00\x99\x00\x63"
        self.shown = ""

    def reading(self) -> str:
        """The text that it shows."""
        return self.shown

    def power_cut(self) -> None:
        """Dark, until it gets its text again."""
        super().power_cut()
        self.shown = ""

    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        if noise := skip_to(_START, data):
            return noise, b""
        end = data.find(_END, _HEAD_BYTES)
        if end < 0:
            return None
        self._show(data[: end + 1])
        return end + 1, b""

    def _show(self, frame: bytes) -> None:
        body = frame[6:]
        right = (frame[2:5], frame[5], body[:5]) == (_FIXED, sum(body) % 256, self._kind)
        if not right:
            self.wrong += 1
        elif frame[1] == self._address:
            self.shown = body[5:-1].decode("gb2312", errors="replace")


class NumberPanel(Instrument):
    """A number board of framing 5."""

    def __init__(self, address: int) -> None:
        super().__init__()
        self._address = address
        self.shown = 0

    def reading(self) -> str:
        """The digits that it shows."""
        return str(self.shown)

    def power_cut(self) -> None:
        """Its display is at nought."""
        super().power_cut()
        self.shown = 0

    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        if len(data) < 4:
            return None
        if sum(data[:3]) % 256 != data[3]:
            self.wrong += 1
            return 1, b""
        if data[0] == self._address:
            self.shown = int.from_bytes(data[1:3])
        return 4, b""
