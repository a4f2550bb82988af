"""The sections of a unit's configuration that name its peripherals. A missing one is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from device.drivers.registry import sign_kinds
from wire.settings import Mistake, Settings, unknown_name

SIMULATED: Final = "simulated"
"""The kind that stands for a peripheral without bytes, in any of these sections."""

Baud = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
Port = Annotated[str, Field(min_length=1, max_length=200)]


def _host_and_port(address: str) -> str:
    try:
        parts = urlsplit(f"//{address}")
        usable = bool(parts.hostname and parts.port) and not parts.path and "@" not in address
    except ValueError:
        usable = False
    if not usable:
        raise ValueError('expected HOST:PORT, for instance "192.168.1.60:9100"')
    return address


class SignSection(Settings):
    """The sign at a counter, or the main board of a hall, on a serial line.

    `kind` is the name of a file in device/drivers/signs, or "simulated".
    """

    kind: str
    port: Port | None = None
    baud: Baud = 9600
    address: Annotated[int, Field(ge=0, le=65535)] = 1


class SpeechSection(Settings):
    """A speech module. How it sounds stands in [voice], which also has to choose it."""

    kind: Literal["syn6288", "xfs5152", "simulated"]
    port: Port | None = None
    baud: Baud = 9600


class PrinterSection(Settings):
    """The ticket printer of a kiosk.

    `port` goes with the transports serial (/dev/ttyUSB0) and usb (/dev/usb/lp0), `address`
    with network.
    """

    kind: Literal["escpos", "simulated"] = "escpos"
    transport: Literal["serial", "usb", "network"] = "usb"
    port: Port | None = None
    address: Annotated[str, AfterValidator(_host_and_port)] | None = None
    baud: Baud = 9600
    flow_control: bool = False
    width_mm: Literal[80, 58] = 80
    chinese: Literal["gbk", "image"] = "gbk"
    qr: Literal["printer", "image"] = "printer"
    confirms: bool = True

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Where a printer on the network is."""
        parts = urlsplit(f"//{self.address}")
        return str(parts.hostname), int(parts.port or 0)


class CardReaderSection(Settings):
    """The reader of identity cards at a kiosk, on a serial line."""

    kind: Literal["sam", "simulated"] = "sam"
    port: Port | None = None
    baud: Baud = 115200


SECTIONS: Final = ("sign", "speech", "printer", "card_reader")
_KIOSK_ONLY: Final = ("printer", "card_reader")
_OF_TRANSPORT: Final = {
    "serial": {"port", "baud", "flow_control"},
    "usb": {"port"},
    "network": {"address"},
}
_TRANSPORT_KEYS: Final = set().union(*_OF_TRANSPORT.values())


def peripheral_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """What no schema can say of these sections in a whole file, which may be anything."""
    sections = {name: raw[name] for name in SECTIONS if isinstance(raw.get(name), Mapping)}
    yield from _unknown_sign(sections)
    yield from _misplaced(raw, sections)
    yield from _missing_ports(raw, sections)
    yield from _misfit_keys(sections)
    yield from _doubled_ports(sections)
    yield from _unspoken(raw, sections)


def _unknown_sign(sections: Mapping[str, Any]) -> Iterator[Mistake]:
    kind = sections.get("sign", {}).get("kind", SIMULATED)
    known = [*sign_kinds(), SIMULATED]
    if isinstance(kind, str) and kind not in known:
        yield unknown_name("sign.kind", kind, known, "kind of sign")


def _misplaced(raw: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[Mistake]:
    unit = raw.get("unit")
    role = unit.get("role", "counter") if isinstance(unit, Mapping) else None
    for name in _KIOSK_ONLY:
        if name in sections and role in {"counter", "board"}:
            yield Mistake(name, None, 'goes with role "kiosk" only')


def _missing_ports(raw: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[Mistake]:
    hardware = raw.get("hardware")
    if not isinstance(hardware, Mapping) or hardware.get("kind") != "real":
        return
    for name, section in sections.items():
        key = "address" if _transport(name, section) == "network" else "port"
        if section.get("kind") != SIMULATED and key not in section:
            yield Mistake(f"{name}.{key}", None, "is missing; real hardware needs it")


def _misfit_keys(sections: Mapping[str, Any]) -> Iterator[Mistake]:
    """Keys of the printer that its transport has no use for."""
    printer = sections.get("printer", {})
    transport = _transport("printer", printer)
    for key in sorted(_TRANSPORT_KEYS - _OF_TRANSPORT.get(transport, _TRANSPORT_KEYS)):
        if key in printer:
            problem = f'does not go with transport = "{transport}"'
            yield Mistake(f"printer.{key}", printer[key], problem)


def _doubled_ports(sections: Mapping[str, Any]) -> Iterator[Mistake]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for name, section in sections.items():
        port = section.get("port")
        if isinstance(port, str):
            users[port].append(f"{name}.port")
    for port, (first, *others) in users.items():
        for place in others:
            yield Mistake(place, port, f"the port is already used by {first}")


def _unspoken(raw: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[Mistake]:
    """A voice that is to come from a module needs one."""
    voice = raw.get("voice")
    output = voice.get("output") if isinstance(voice, Mapping) else None
    if output == "module" and "speech" not in sections:
        yield Mistake("voice.output", output, "there is no section [speech]")


def _transport(name: str, section: Mapping[str, Any]) -> str:
    default = "usb" if name == "printer" else "serial"
    return str(section.get("transport", default))
