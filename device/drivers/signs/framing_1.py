"""The window sign of framing 1, after frames recorded on such signs.

    AA address BB 51 54 sum 01 00 99 00 63 text FF

`sum` is that of all bytes from 01 to FF, modulo 256; the text is GB2312.
"""

from __future__ import annotations

from typing import ClassVar

from device.drivers.one_way_sign import OneWaySign, gb2312
from device.drivers.ports import SignText


class Sign(OneWaySign):
    """One window sign among those on a line."""

    _which: ClassVar[bytes] = b"\x01\x00"

    @classmethod
    def frame(cls, address: int, content: SignText) -> bytes:
        """The bytes that make the sign at `address` show the text."""
        body = cls._which + b"\x99\x00\x63" + gb2312(content.text) + b"\xff"
        return bytes((0xAA, address, 0xBB, 0x51, 0x54, sum(body) % 256)) + body
