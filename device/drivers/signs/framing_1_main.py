"""The large board of a hall in framing 1: 08 02 where a window sign has 01 00."""

from __future__ import annotations

from typing import ClassVar

from device.drivers.signs import framing_1


class Sign(framing_1.Sign):
    """The main board of a line of window signs."""

    _which: ClassVar[bytes] = b"\x08\x02"
