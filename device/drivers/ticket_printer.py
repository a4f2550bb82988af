"""The ticket printer: ESC/POS over whatever transport it hangs on.

After Epson's description of the commands. `DLE EOT n` is answered at once, whatever the
printer is doing, and tells a missing roll from an open cover. `GS r 1` is answered in its turn
after all that was sent before: its answer, after the cut, is what proves that a ticket is out.
"""

from __future__ import annotations

import contextlib
from typing import Final, Literal

from device.drivers.ports import Slip
from device.drivers.transport import Transport
from wire.errors import BadAnswer, CoverOpen, HardwareError, NoAnswer, PaperEnd

LIVE_STATUS: Final = b"\x10\x04"
CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""Forget what is not printed yet: with a new roll it would come out as a ghost."""
BUFFERED_STATUS: Final = b"\x1dr\x01"

ANSWER_WITHIN_S: Final = 1.0
PRINTED_WITHIN: Final = 20
"""How many times `ANSWER_WITHIN_S` a ticket may take."""

_COVER: Final = 0x04
_STOPPED_WITHOUT_PAPER: Final = 0x20
_ERROR: Final = 0x40
_CUTTER: Final = 0x08
_PAPER_END: Final = 0x60
_PAPER_NEAR_END: Final = 0x0C


class PrinterFault(HardwareError):
    """The printer says that something else in it is wrong."""

    code = "printer_fault"


class EscposPrinter:
    """A ticket printer. `confirms` is False for one that does not know `GS r`."""

    def __init__(
        self,
        transport: Transport,
        *,
        width_mm: int = 80,
        chinese: Literal["gbk", "image"] = "gbk",
        qr: Literal["printer", "image"] = "printer",
        confirms: bool = True,
    ) -> None:
        self._transport = transport
        self._width_mm = width_mm
        self._chinese = chinese
        self._qr = qr
        self._confirms = confirms
        self._is_out = False

    def probe(self) -> str:
        """Ask how it is. Raises HardwareError."""
        self._transport.discard()
        near_end = self._check()
        return "it answers; the paper is nearly at its end" if near_end else "it answers"

    def print_slip(self, slip: Slip) -> None:
        """Print and cut. Returns when the ticket is known to be out. Raises HardwareError."""
        data = self._compose(slip)
        self._transport.discard()
        self._check()
        try:
            self._transport.write(data)
            self._await_end()
        except HardwareError:
            with contextlib.suppress(HardwareError):  # it is told already what is wrong
                self._transport.write(CLEAR)
            raise

    def close(self) -> None:
        """Give the port back."""
        self._transport.close()

    def _compose(self, slip: Slip) -> bytes:
        # Imported here, in the printer's own thread: it would hold up the unit's start.
        from device.drivers.escpos_ticket import PAPER, ticket  # noqa: PLC0415

        return ticket(slip, PAPER[self._width_mm], self._chinese, self._qr)

    def _await_end(self) -> None:
        """Wait until all that was sent has been printed."""
        if not self._confirms:
            self._check()
            return
        self._is_out = False
        self._transport.write(BUFFERED_STATUS)
        for _ in range(PRINTED_WITHIN):
            try:
                self._note(self._transport.read(1, ANSWER_WITHIN_S)[0])
            except NoAnswer:
                self._check(printing=True)  # says why it has stopped
            if self._is_out:
                return
        raise NoAnswer(f"{self._transport.name}: takes data, but does not print")

    def _check(self, *, printing: bool = False) -> bool:
        """See that it can print; whether the paper is nearly at its end. Raises HardwareError."""
        name = self._transport.name
        offline = self._status(2, printing)
        if offline & _COVER:
            raise CoverOpen(f"{name}: the printer's cover is open; close it")
        paper = self._status(4, printing)
        if offline & _STOPPED_WITHOUT_PAPER or paper & _PAPER_END:
            raise PaperEnd(f"{name}: the printer has no paper; put a new roll in")
        if offline & _ERROR:
            jammed = self._status(3, printing) & _CUTTER
            what = "the cutter is jammed" if jammed else "the printer reports an error"
            raise PrinterFault(f"{name}: {what}; switch it off, open it and clear the paper")
        return bool(paper & _PAPER_NEAR_END)

    def _status(self, which: int, printing: bool) -> int:
        self._transport.write(LIVE_STATUS + bytes((which,)))
        while True:
            byte = self._transport.read(1, ANSWER_WITHIN_S)[0]
            if _is_live(byte):
                return byte
            if not printing:
                raise self._garbled(byte)
            self._note(byte)

    def _note(self, byte: int) -> None:
        """An answer while a ticket is printed: late live ones tell nothing any more."""
        if byte & 0x90 == 0:
            self._is_out = True
        elif not _is_live(byte):
            raise self._garbled(byte)

    def _garbled(self, byte: int) -> BadAnswer:
        return BadAnswer(
            f"{self._transport.name}: answered {byte:02X}, which no ticket printer says; check"
            " the baud rate"
        )


def _is_live(byte: int) -> bool:
    """Whether its fixed bits are those of an answer to `DLE EOT`."""
    return byte & 0x93 == 0x12
