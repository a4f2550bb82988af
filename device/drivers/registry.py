"""Which class drives a kind of hardware: by its explicit name, imported only when chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final, cast

from device.drivers import signs
from device.drivers.ports import CardReader, Front, Sign, Speech, TicketPrinter, Wiring
from device.drivers.transport import Pace, Transport
from wire.errors import UnknownHardware

FRONTS: Final = MappingProxyType(
    {
        "real": "device.drivers.gpio:RealFront",
        "emulated": "device.drivers.gpio:MockedFront",
    }
)
"""Keys and lamps."""

SPEECH: Final = MappingProxyType(
    {
        "syn6288": "device.drivers.speech_module:Syn6288",
        "xfs5152": "device.drivers.speech_module:Xfs5152",
    }
)
"""Modules that speak by themselves."""

PRINTERS: Final = MappingProxyType({"escpos": "device.drivers.ticket_printer:EscposPrinter"})
"""Printers of tickets."""

CARD_READERS: Final = MappingProxyType({"sam": "device.drivers.card_reader:SamCardReader"})
"""Readers of identity cards."""

SIMULATED: Final = MappingProxyType(
    {
        "sign": "device.drivers.simulated:SimulatedSign",
        "speech": "device.drivers.simulated:SimulatedSpeech",
        "printer": "device.drivers.simulated:SimulatedPrinter",
        "card_reader": "device.drivers.simulated:SimulatedCardReader",
    }
)
"""Classes without a byte, by the section that they stand for."""

TRANSPORTS: Final = MappingProxyType(
    {
        "serial": "device.drivers.transport_serial:SerialTransport",
        "usb": "device.drivers.transport_file:DeviceFileTransport",
        "network": "device.drivers.transport_network:NetworkTransport",
    }
)
"""What a driver sends its bytes through."""


def make_front(kind: str, wiring: Wiring) -> Front:
    """The keys and lamps of this kind. Raises UnknownHardware, naming the choices."""
    return cast("Front", _class(FRONTS, kind, "hardware")(wiring))


def sign_kinds() -> list[str]:
    """The kinds of signs: the files in the folder `signs`, none of which is imported."""
    names = (module.name for module in iter_modules(signs.__path__))
    return sorted(name.replace("_", "-") for name in names)


def make_sign(kind: str, transport: Transport, pace: Pace, address: int) -> Sign:
    """The sign of this kind. Raises UnknownHardware, naming the choices, or HardwareError."""
    places = {name: f"{signs.__name__}.{name.replace('-', '_')}:Sign" for name in sign_kinds()}
    return cast("Sign", _class(places, kind, "sign")(transport, pace, address))


def make_speech(kind: str, transport: Transport, **options: Any) -> Speech:
    """The speech module of this kind. Raises UnknownHardware, naming the choices."""
    return cast("Speech", _class(SPEECH, kind, "speech")(transport, **options))


def make_printer(kind: str, transport: Transport, **options: Any) -> TicketPrinter:
    """The ticket printer of this kind. Raises UnknownHardware, naming the choices."""
    return cast("TicketPrinter", _class(PRINTERS, kind, "printer")(transport, **options))


def make_card_reader(kind: str, transport: Transport, pace: Pace) -> CardReader:
    """The card reader of this kind. Raises UnknownHardware, naming the choices."""
    return cast("CardReader", _class(CARD_READERS, kind, "card reader")(transport, pace))


def make_simulated(section: str) -> Any:
    """The simulated peripheral of this section. Raises UnknownHardware, naming the choices."""
    return _class(SIMULATED, section, "simulated")()


def make_transport(kind: str, *where: Any, **options: Any) -> Transport:
    """The transport of this kind. Raises UnknownHardware, naming the choices."""
    return cast("Transport", _class(TRANSPORTS, kind, "transport")(*where, **options))


def _class(places: Mapping[str, str], kind: str, what: str) -> Any:
    if kind not in places:
        raise UnknownHardware(f"{what} {kind!r}: there are {', '.join(sorted(places))}")
    module, _, name = places[kind].partition(":")
    return getattr(import_module(module), name)
