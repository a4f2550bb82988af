"""Peripherals without a byte: other classes on the same ports, for load and for demonstrations.

Each keeps what it has shown, said or printed. `fault` is raised by whatever is asked of it
while it is set, as a driver raises it when its peripheral is wrong.
"""

from __future__ import annotations

from typing import Final

from device.drivers.ports import CitizenCard, SignText, Slip
from wire.errors import HardwareError, Refused

LIMIT_BYTES: Final = 4096


class _Simulated:
    def __init__(self) -> None:
        self.fault: HardwareError | None = None

    def probe(self) -> str:
        """Well, unless `fault` is set."""
        self._work()
        return "simulated"

    def close(self) -> None:
        """Nothing to give back."""

    def _work(self) -> None:
        if self.fault is not None:
            raise self.fault


class SimulatedSign(_Simulated):
    """A sign that keeps its content in `shown`."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = SignText("")

    def show(self, content: SignText) -> None:
        """Keep it."""
        self._work()
        self.shown = content


class SimulatedSpeech(_Simulated):
    """A module that has spoken every text as soon as it is asked how far it is."""

    limit_bytes = LIMIT_BYTES

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._speaking = False

    def say(self, text: str) -> None:
        """Keep it. Raises Refused if it is too long."""
        self._work()
        if len(text.encode("gbk", errors="ignore")) > LIMIT_BYTES:
            raise Refused(f"a text of more than {LIMIT_BYTES} bytes")
        self.said.append(text)
        self._speaking = True

    def is_speaking(self) -> bool:
        """True the first time after a text."""
        self._work()
        speaking, self._speaking = self._speaking, False
        return speaking

    def stop(self) -> None:
        """Fall silent."""
        self._work()
        self._speaking = False


class SimulatedPrinter(_Simulated):
    """A printer with paper without end, unless `fault` says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: list[Slip] = []

    def print_slip(self, slip: Slip) -> None:
        """Keep it."""
        self._work()
        self.printed.append(slip)


class SimulatedCardReader(_Simulated):
    """A reader on which a program lays cards."""

    def __init__(self) -> None:
        super().__init__()
        self._card: CitizenCard | None = None

    def lay(self, card: CitizenCard) -> None:
        """Lay a card on it, to be read once."""
        self._card = card

    def read_card(self) -> CitizenCard | None:
        """The card, the first time after it was laid."""
        self._work()
        card, self._card = self._card, None
        return card
