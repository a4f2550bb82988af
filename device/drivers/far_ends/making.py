"""Which instrument hangs on the line of an emulated peripheral."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from device.drivers.far_ends.card_reader import SamModule
from device.drivers.far_ends.instrument import Instrument
from device.drivers.far_ends.printer import TicketPrinterMechanism
from device.drivers.far_ends.signs import FramingOneSign, NumberPanel
from device.drivers.far_ends.speech import SpeechChip
from device.drivers.speech_module import Syn6288, Xfs5152
from wire.clock import RealClock


class Recorder(Instrument):
    """What hangs on the line of a kind that nothing here decodes: it keeps the last bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = b""

    def reading(self) -> str:
        """The bytes that came last, in hexadecimal digits."""
        return self.heard.hex(" ").upper()

    def _next(self, data: bytes) -> tuple[int, bytes]:
        self.heard = data
        return len(data), b""


_now: Final = RealClock().monotonic

_MAKERS: Final[Mapping[str, Callable[[int], Instrument]]] = MappingProxyType(
    {
        "framing-1": FramingOneSign,
        "framing-1-main": lambda address: FramingOneSign(address, main=True),
        "number-board": NumberPanel,
        "syn6288": lambda _: SpeechChip(_now, Syn6288.limit_bytes, checksum=True),
        "xfs5152": lambda _: SpeechChip(_now, Xfs5152.limit_bytes, checksum=False),
        "escpos": lambda _: TicketPrinterMechanism(),
        "sam": lambda _: SamModule(),
    }
)


def make_instrument(kind: str, address: int = 0) -> Instrument:
    """The instrument for a driver of this kind; a `Recorder` for one that is not known here."""
    maker = _MAKERS.get(kind)
    return Recorder() if maker is None else maker(address)
