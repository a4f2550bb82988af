"""Builds the peripherals that a configuration names, on hardware or on emulated far ends.

Part of the composition root: it reads the settings, opens nothing, and starts nothing that
`Fitted.start` does not.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.configuration import UnitSettings
from device.drivers import registry
from device.drivers.card_reader import POLL_GAP_S
from device.drivers.one_way_sign import GAP_S
from device.drivers.ports import (
    CardReader,
    CardSink,
    HealthSink,
    Sign,
    Speech,
    TicketPrinter,
)
from device.drivers.supervised import SupervisedCardReader, SupervisedPrinter, SupervisedSign
from device.drivers.transport import Pace, Transport
from device.peripherals import (
    SECTIONS,
    SIMULATED,
    CardReaderSection,
    PrinterSection,
    SignSection,
    SpeechSection,
)
from device.voice.wording import MODULE_KINDS
from wire.clock import RealClock
from wire.errors import ConfigurationError

if TYPE_CHECKING:
    from device.drivers.far_ends.line import PtyLine


@dataclass
class Fitted:
    """The peripherals of a unit; None for each that it does not have.

    `speech` has no thread of its own: the voice works it from the voice's. `lines` are the far
    ends of an emulated unit, by section.
    """

    sign: SupervisedSign | None = None
    speech: Speech | None = None
    printer: SupervisedPrinter | None = None
    card_reader: SupervisedCardReader | None = None
    lines: Mapping[str, PtyLine] = field(default_factory=dict)

    def start(self) -> None:
        """Work from now on."""
        for supervised in (self.sign, self.printer, self.card_reader):
            if supervised is not None:
                supervised.start()

    def stop(self) -> None:
        """End every worker and give the ports back."""
        for supervised in (self.sign, self.printer, self.card_reader):
            if supervised is not None:
                supervised.stop()
        if self.speech is not None:
            self.speech.close()

    def readings(self) -> dict[str, str]:
        """What each emulated peripheral shows, has said or has printed last, by section."""
        return {name: line.instrument.reading() for name, line in self.lines.items()}

    def disturb(self, section: str, trouble: str) -> None:
        """Have an emulated peripheral fail, or work again with "none": `PtyLine.suffer`.

        Raises KeyError for one that is not there, ValueError for a trouble that is none.
        """
        self.lines[section].suffer(trouble)

    def watch(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from any thread, when a reading may be another one."""
        for line in self.lines.values():
            line.changed = changed


def fit(
    settings: UnitSettings,
    health: HealthSink,
    cards: CardSink,
    started: contextlib.ExitStack,
) -> Fitted:
    """The peripherals of this unit, not started yet; `started` takes them down in the end.

    `health` and `cards` are called from the peripherals' threads. Raises HardwareError for an
    address that a kind of sign does not have.
    """
    lines = far_ends(settings, started)
    bare = peripherals(settings, lines)
    clock = RealClock()  # whatever the hall's clock, hardware has its own time
    fitted = Fitted(speech=bare.speech, lines=lines)
    if bare.sign is not None:
        fitted.sign = SupervisedSign("sign", bare.sign, clock, health)
    if bare.printer is not None:
        fitted.printer = SupervisedPrinter("printer", bare.printer, clock, health)
    if bare.card_reader is not None:
        fitted.card_reader = SupervisedCardReader(
            "card_reader", bare.card_reader, clock, health, cards
        )
    started.callback(fitted.stop)
    return fitted


@dataclass(frozen=True)
class Bare:
    """The drivers themselves, without threads."""

    sign: Sign | None
    speech: Speech | None
    printer: TicketPrinter | None
    card_reader: CardReader | None


def peripherals(settings: UnitSettings, lines: Mapping[str, PtyLine]) -> Bare:
    """The drivers of this unit. Raises HardwareError as `fit`."""
    return Bare(**{name: driver(settings, lines, name) for name in SECTIONS})


def driver(settings: UnitSettings, lines: Mapping[str, PtyLine], name: str) -> Any:
    """The driver of one section, None if it is not there. Raises HardwareError as `fit`."""
    makers: dict[str, Callable[[Any, Path | None], Any]] = {
        "sign": _sign,
        "speech": partial(_speech, settings),
        "printer": _printer,
        "card_reader": _card_reader,
    }
    return _made(settings, lines, name, makers[name])


def far_ends(settings: UnitSettings, started: contextlib.ExitStack) -> Mapping[str, PtyLine]:
    """The far ends of an emulated unit, plugged in; none for a real one."""
    sections = {name: getattr(settings, name) for name in SECTIONS}
    kinds = {name: section.kind for name, section in sections.items() if section is not None}
    wanted = {name: kind for name, kind in kinds.items() if kind != SIMULATED}
    if settings.hardware.kind != "emulated" or not wanted:
        return {}
    # Imported here: a real unit carries no far ends.
    from device.drivers.far_ends.line import PtyLine  # noqa: PLC0415
    from device.drivers.far_ends.making import make_instrument  # noqa: PLC0415

    folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="nextwindow-")))
    lines = {}
    for name, kind in wanted.items():
        address = sections[name].address if name == "sign" else 0
        instrument = make_instrument(kind, address)
        lines[name] = PtyLine(folder / name, instrument)
        lines[name].plug()
        started.callback(lines[name].unplug)
    return lines


def _made(
    settings: UnitSettings,
    lines: Mapping[str, PtyLine],
    name: str,
    make: Callable[[Any, Path | None], Any],
) -> Any:
    section = getattr(settings, name)
    if section is None:
        return None
    if section.kind == SIMULATED:
        return registry.make_simulated(name)
    return make(section, lines[name].path if name in lines else None)


def _sign(section: SignSection, far_end: Path | None) -> Sign:
    transport = _serial("sign", section.port, section.baud, far_end)
    return registry.make_sign(section.kind, transport, _pace(GAP_S), section.address)


def _speech(settings: UnitSettings, section: SpeechSection, far_end: Path | None) -> Speech:
    transport = _serial("speech", section.port, section.baud, far_end)
    voice, kind = settings.voice, MODULE_KINDS[section.kind]
    manner = {"volume": kind.volume(voice.volume), "speed": kind.paces[voice.pace]} if voice else {}
    return registry.make_speech(section.kind, transport, **manner)


def _printer(section: PrinterSection, far_end: Path | None) -> TicketPrinter:
    if far_end is None and section.transport == "network":
        transport = registry.make_transport("network", *section.host_and_port)
    elif far_end is None and section.transport == "usb":
        transport = registry.make_transport("usb", _port("printer", section.port))
    else:
        control = section.flow_control and far_end is None
        transport = _serial("printer", section.port, section.baud, far_end, flow_control=control)
    return registry.make_printer(
        section.kind,
        transport,
        width_mm=section.width_mm,
        chinese=section.chinese,
        qr=section.qr,
        confirms=section.confirms,
    )


def _card_reader(section: CardReaderSection, far_end: Path | None) -> CardReader:
    transport = _serial("card_reader", section.port, section.baud, far_end)
    return registry.make_card_reader(section.kind, transport, _pace(POLL_GAP_S))


def _serial(
    name: str, port: str | None, baud: int, far_end: Path | None, **options: bool
) -> Transport:
    path = _port(name, port) if far_end is None else str(far_end)
    return registry.make_transport("serial", path, baud, **options)


def _port(name: str, port: str | None) -> str:
    if port is None:  # checked already in a file; settings made by a program may lack it
        raise ConfigurationError([f"{name}.port: is missing; real hardware needs it."])
    return port


def _pace(gap_s: float) -> Pace:
    return Pace(RealClock(), time.sleep, gap_s)
