"""The number board of framing 5: address, high byte, low byte, sum of the three modulo 256.

It has digits and nothing else: of the ticket A012 it shows 12, and 0 while nobody is called.
"""

from __future__ import annotations

from device.drivers.one_way_sign import OneWaySign
from device.drivers.ports import SignText

MOST = 0xFFFF


class Sign(OneWaySign):
    """One number board among those on a line."""

    @staticmethod
    def frame(address: int, content: SignText) -> bytes:
        """The bytes that make the board at `address` show the digits of the number."""
        head = bytes((address, *_shown(content.number).to_bytes(2)))
        return head + bytes((sum(head) % 256,))


def _shown(number: str | None) -> int:
    digits = "".join(char for char in number or "" if char in "0123456789")
    return min(int(digits or "0"), MOST)
