"""What the signs have in common that only listen: what they show is sent, nothing comes back.

Of such a sign no more can be seen than that its port is there. It gets its text again from
time to time, so that one that was without current shows it again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

from device.drivers.ports import SignText
from device.drivers.transport import Pace, Transport
from wire.errors import HardwareError

GAP_S: Final = 0.1
"""Signs lose a frame that follows sooner on the one before."""


class OneWaySign(ABC):
    """A sign at `address` of its line. One maker's sign adds what a frame looks like."""

    addresses: ClassVar[range] = range(256)

    def __init__(self, transport: Transport, pace: Pace, address: int) -> None:
        if address not in self.addresses:
            last = self.addresses[-1]
            raise HardwareError(
                f"sign.address = {address}: this kind has {self.addresses[0]} to {last}"
            )
        self._transport = transport
        self._pace = pace
        self._address = address

    def show(self, content: SignText) -> None:
        """Show this from now on. Raises Unplugged."""
        self._pace.turn()
        self._transport.write(self.frame(self._address, content))
        self._pace.ended()

    def probe(self) -> str:
        """See that the port is there. Raises Unplugged."""
        self._transport.check()
        return f"{self._transport.name} is there; this kind of sign does not answer"

    def close(self) -> None:
        """Give the port back."""
        self._transport.close()

    @staticmethod
    @abstractmethod
    def frame(address: int, content: SignText) -> bytes:
        """The bytes that make the sign at `address` show `content`."""


def gb2312(text: str) -> bytes:
    """A line of text for a sign: what it has no character for is "?", no control bytes."""
    printable = "".join(char for char in text if char.isprintable())
    return printable.encode("gb2312", errors="replace")
