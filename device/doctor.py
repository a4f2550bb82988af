"""`counter-unit doctor`: what a unit needs, whether it is there, and what to do if it is not.

It opens what the unit itself would open, so a unit that runs has to be stopped first: the
ports that it uses are then found to be in use.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from device.configuration import UnitSettings
from device.drivers.ports import Slip
from device.fitting import driver, far_ends
from device.machine import Finding, Machine, Verdict, machine_findings
from device.peripherals import SECTIONS
from wire.errors import HardwareError

if TYPE_CHECKING:
    from device.drivers.far_ends.line import PtyLine
    from device.drivers.ports import Peripheral

_SAMPLE: Final = "请"


def examine(settings: UnitSettings, machine: Machine | None = None) -> Iterator[Finding]:
    """Look at everything that this unit needs, one after another."""
    yield from machine_findings(settings, machine or Machine())
    yield from _voice(settings)
    if settings.printer is not None and settings.printer.kind == "escpos":
        yield _tried("tickets", _compose_ticket, "tickets can be composed")
    with contextlib.ExitStack() as started:
        lines = far_ends(settings, started)
        yield from _peripherals(settings, lines)


def lines_of(findings: Iterable[Finding]) -> Iterator[str]:
    """One line of plain text each."""
    for finding in findings:
        advice = f"; {finding.advice}" if finding.advice else ""
        yield f"{finding.verdict:<8} {finding.subject:<12} {finding.found}{advice}"


def json_of(findings: Iterable[Finding]) -> str:
    """All of them as one JSON document."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is at fault."""
    return all(finding.verdict is not Verdict.FAULT for finding in findings)


def _peripherals(settings: UnitSettings, lines: Mapping[str, PtyLine]) -> Iterator[Finding]:
    for name in SECTIONS:
        try:
            peripheral: Peripheral | None = driver(settings, lines, name)
        except HardwareError as error:
            yield Finding(name, Verdict.FAULT, str(error))
            continue
        if peripheral is not None:
            yield _probed(name, peripheral, emulated=name in lines)


def _probed(name: str, peripheral: Peripheral, *, emulated: bool) -> Finding:
    try:
        found = peripheral.probe()
    except HardwareError as error:
        return Finding(name, Verdict.FAULT, str(error))
    finally:
        peripheral.close()
    return Finding(name, Verdict.OK, f"emulated: {found}" if emulated else found)


def _voice(settings: UnitSettings) -> Iterator[Finding]:
    """The voices, and the card they are heard through. Imports them only when needed."""
    voice = settings.voice
    if voice is None or voice.output == "module":
        return
    yield _tried("voice", _speak_sample, "the voices are there")
    if voice.output == "sound-card":
        device = voice.device
        found = f"the sound card {device or '(the first one)'} can be used"
        yield _tried("sound", lambda: _open_card(device), found)


def _tried(subject: str, attempt: Callable[[], None], found: str) -> Finding:
    try:
        attempt()
    except HardwareError as error:
        return Finding(subject, Verdict.FAULT, str(error))
    except ImportError as error:
        return Finding(subject, Verdict.FAULT, str(error), "install nextwindow[device] again")
    return Finding(subject, Verdict.OK, found)


def _speak_sample() -> None:
    from device.voice.synthesis import ESpeak  # noqa: PLC0415

    ESpeak().speak(_SAMPLE, "zh", "normal", 80)


def _compose_ticket() -> None:
    from device.drivers.escpos_ticket import PAPER, ticket  # noqa: PLC0415

    ticket(Slip(_SAMPLE), PAPER[80], "image", "image")


def _open_card(device: str | None) -> None:
    from device.voice.making import RATE  # noqa: PLC0415
    from device.voice.sound import SoundCard  # noqa: PLC0415

    card = SoundCard(device, RATE)
    try:
        card.open()
    finally:
        card.close()
