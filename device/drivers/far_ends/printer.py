"""An emulated ticket printer: paper, a cover, and tickets that come out of it, decoded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from device.drivers.far_ends.instrument import Instrument

_DLE, _ESC, _FS, _GS, _LF = 0x10, 0x1B, 0x1C, 0x1D, 0x0A
_FIXED: Final = 0x12  # the bits that are always set in a live answer
_QR: Final = b"(k"
_RASTER: Final = b"v0"

# How long each command is whose length is fixed, its first two bytes included.
_LENGTHS: Final = {
    (_ESC, ord("@")): 2,
    (_ESC, ord("!")): 3,
    (_ESC, ord("E")): 3,
    (_ESC, ord("a")): 3,
    (_ESC, ord("d")): 3,
    (_ESC, ord("t")): 3,
    (_FS, ord("&")): 2,
    (_FS, ord(".")): 2,
    (_FS, ord("!")): 3,
    (_GS, ord("!")): 3,
    (_GS, ord("V")): 3,
    (_GS, ord("r")): 3,
    (_DLE, 0x04): 3,
    (_DLE, 0x14): 10,
}


@dataclass
class PrintedTicket:
    """What a person finds on a ticket: its lines, its QR code, how many pictures."""

    lines: list[str] = field(default_factory=list)
    code: str | None = None
    pictures: int = 0


class TicketPrinterMechanism(Instrument):
    """A printer with a roll of `rows` rows, which can be emptied, refilled and opened."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: int | None = None  # None: more than will be used
        self.cover_open = False
        self.cutter_jammed = False
        self.near_end = False
        self.printed: list[PrintedTicket] = []
        self._ticket = PrintedTicket()
        self._text = b""
        self._waiting: deque[bytes] = deque()
        self._code = b""

    def reading(self) -> str:
        """The lines of the last ticket."""
        return " | ".join(self.printed[-1].lines) if self.printed else ""

    def power_cut(self) -> None:
        """What was not printed yet is forgotten."""
        super().power_cut()
        self._forget()

    def load_paper(self) -> None:
        """Put a new roll in; what is waiting is printed with the next bytes that come."""
        self.rows = None

    def _next(self, data: bytes) -> tuple[int, bytes] | None:
        length = _length(data)
        if length is None or len(data) < length:
            return None
        token = data[:length]
        if token[0] == _DLE:
            return length, self._at_once(token)
        self._waiting.append(token)
        return length, self._work()

    def _at_once(self, token: bytes) -> bytes:
        if token[1] != 0x04:
            self._forget()
            return b""
        empty, cover = self.rows == 0, self.cover_open
        jammed = self.cutter_jammed
        bits = {
            1: 0x08 if empty or cover or jammed else 0,
            2: 0x04 * cover | 0x20 * empty | 0x40 * jammed,
            3: 0x08 * jammed,
            4: 0x60 * empty | 0x0C * self.near_end,
        }
        return bytes((_FIXED | bits.get(token[2], 0),))

    def _work(self) -> bytes:
        answers = b""
        while self._waiting and not (self.cover_open or self.cutter_jammed or self.rows == 0):
            answers += self._carry_out(self._waiting.popleft())
        return answers

    def _carry_out(self, token: bytes) -> bytes:
        first, command = token[0], token[1:3]
        if first == _LF:
            self._end_line()
        elif first not in {_ESC, _FS, _GS}:
            self._text += token
        elif first == _GS and command == _QR:
            self._take_code(token)
        elif first == _GS and command == _RASTER:
            self._ticket.pictures += 1
            self._use_row()
        elif first == _GS and token[1] == ord("V"):
            self.printed.append(self._ticket)
            self._ticket = PrintedTicket()
        elif first == _GS and token[1] == ord("r"):
            return bytes((0x0C * self.near_end,))
        elif (first, token[1]) not in _LENGTHS:
            self.wrong += 1
        return b""

    def _end_line(self) -> None:
        if self._text:
            self._ticket.lines.append(self._text.decode("gbk", errors="replace"))
        self._text = b""
        self._use_row()

    def _take_code(self, token: bytes) -> None:
        function, content = token[6], token[7:]
        if function == 80:  # store
            self._code = content[1:]
        elif function == 81:  # print
            self._ticket.code = self._code.decode()
            self._use_row()

    def _use_row(self) -> None:
        if self.rows:
            self.rows -= 1

    def _forget(self) -> None:
        self._waiting.clear()
        self._ticket, self._text = PrintedTicket(), b""


def _length(data: bytes) -> int | None:
    """How long the first command or piece of text is; None while that cannot be told."""
    first = data[0]
    if first == _LF:
        return 1
    if first not in {_DLE, _ESC, _FS, _GS}:
        ends = (data.find(mark) for mark in (_DLE, _ESC, _FS, _GS, _LF))
        return min((end for end in ends if end > 0), default=len(data))
    if len(data) < 2:
        return None
    if (first, data[1]) in _LENGTHS:
        return _LENGTHS[first, data[1]]
    return _told_length(data)


def _told_length(data: bytes) -> int | None:
    """The length of a command that says its length itself."""
    if data[0] == _GS and data[1:3] == _QR:
        return 5 + int.from_bytes(data[3:5], "little") if len(data) >= 5 else None
    if data[0] == _GS and data[1:3] == _RASTER:
        if len(data) < 8:
            return None
        return 8 + int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")
    return 2 if len(data) >= 3 else None
