"""What a unit needs of the machine it runs on, looked at piece by piece for `counter-unit doctor`.

Each look gives findings and changes nothing. `Machine` is what is looked at, so that a test can
show it another one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from device.configuration import DisplaySection, UnitSettings, broker_address
from wire.errors import ConfigurationError
from wire.messages import Role

REACH_WITHIN_S: Final = 3.0
TIGHT_BYTES: Final = 500 * 10**6
"""With less free space a unit goes on, but somebody should look: it keeps up to 200 MB."""

FULL_BYTES: Final = 20 * 10**6

_SCREEN_LIBRARIES: Final = MappingProxyType(
    {
        "libgbm1": "libgbm.so.1",
        "libdrm2": "libdrm.so.2",
        "libegl1": "libEGL.so.1",
        "libgles2": "libGLESv2.so.2",
    }
)
_SOUND_LIBRARIES: Final = MappingProxyType({"libasound2": "libasound.so.2"})


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, and what to do about it."""

    subject: str
    verdict: Verdict
    found: str
    advice: str | None = None


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _reach(host: str, port: int) -> None:
    socket.create_connection((host, port), REACH_WITHIN_S).close()


@dataclass(frozen=True)
class Machine:
    """The machine that is looked at.

    `loads` says whether a system library can be loaded, `reach` raises OSError if nobody
    listens there, `free_bytes` is the free space of a directory's disk.
    """

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    loads: Callable[[str], bool] = _loads
    reach: Callable[[str, int], None] = _reach
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free

    def files(self, pattern: str) -> list[Path]:
        """Files of the system, by a pattern from its root."""
        return sorted(self.root.glob(pattern))


def machine_findings(settings: UnitSettings, machine: Machine) -> Iterator[Finding]:
    """Everything but the peripherals themselves."""
    yield from libraries(settings, machine)
    if settings.hardware.kind == "real" and settings.unit.role is Role.COUNTER:
        yield gpio(machine)
    if settings.keypad is not None:
        yield keypad(settings.keypad.device)
    yield display(settings.display, machine)
    yield state_directory(settings.unit.state)
    yield free_space(settings.unit.state, machine)
    yield broker(settings, machine)


def libraries(settings: UnitSettings, machine: Machine) -> Iterator[Finding]:
    """The system libraries that the screen and the sound of this unit need."""
    needed: dict[str, str] = {}
    if settings.display.mode == "kms":
        needed |= _SCREEN_LIBRARIES
    if settings.voice is not None and settings.voice.output == "sound-card":
        needed |= _SOUND_LIBRARIES
    for package, library in needed.items():
        if machine.loads(library):
            yield Finding(package, Verdict.OK, f"{library} is there")
        else:
            advice = f"apt-get install {package}"
            yield Finding(package, Verdict.FAULT, f"{library} cannot be loaded", advice)


def gpio(machine: Machine) -> Finding:
    """The pins of the header."""
    chips = machine.files("dev/gpiochip*")
    if not chips:
        advice = 'is this a Raspberry Pi? Without one, use [hardware] kind = "emulated"'
        return Finding("gpio", Verdict.FAULT, "there is no /dev/gpiochip*", advice)
    usable = [chip for chip in chips if os.access(chip, os.R_OK | os.W_OK)]
    if not usable:
        advice = "add the unit's user to the group gpio"
        return Finding("gpio", Verdict.FAULT, f"{chips[0].name} is not permitted", advice)
    return Finding("gpio", Verdict.OK, f"{usable[0].name} can be used")


def keypad(device: Path) -> Finding:
    """The keypad on USB, which the unit takes for itself alone when it starts."""
    if not device.exists():
        advice = "check the cable; /dev/input/by-id has those that are there"
        return Finding("keypad", Verdict.FAULT, f"there is no {device}", advice)
    if not os.access(device, os.R_OK):
        advice = "add the unit's user to the group input"
        return Finding("keypad", Verdict.FAULT, f"{device} is not permitted", advice)
    return Finding("keypad", Verdict.OK, f"{device} can be read")


def display(section: DisplaySection, machine: Machine) -> Finding:
    """Where the picture goes."""
    if section.mode == "kms":
        return _screen(section.size, machine)
    if section.mode == "window" and not {"DISPLAY", "WAYLAND_DISPLAY"} & machine.environ.keys():
        advice = 'start it from a desktop, or use display.mode = "kms" or "offscreen"'
        return Finding("display", Verdict.FAULT, "there is no desktop for a window", advice)
    return Finding("display", Verdict.OK, f"{section.mode}, {section.size}")


def _screen(size: str, machine: Machine) -> Finding:
    cards = machine.files("dev/dri/card*")
    if not any(os.access(card, os.R_OK | os.W_OK) for card in cards):
        found = "/dev/dri/card* is not permitted" if cards else "there is no /dev/dri/card*"
        advice = (
            "add the unit's user to the groups video and render"
            if cards
            else ("enable the graphics driver (dtoverlay=vc4-kms-v3d)")
        )
        return Finding("display", Verdict.FAULT, found, advice)
    screens = [
        status.parent
        for status in machine.files("sys/class/drm/card*-*/status")
        if _read(status) == "connected"
    ]
    if not screens:
        advice = "check the screen's cable and that it is switched on"
        return Finding("display", Verdict.FAULT, "no screen is connected", advice)
    modes = _read(screens[0] / "modes").split()
    if size not in modes:
        found = f"{screens[0].name} has no mode {size}; it has {', '.join(modes[:5]) or 'none'}"
        advice = "set display.size to one of them, or expect a scaled picture"
        return Finding("display", Verdict.WARNING, found, advice)
    return Finding("display", Verdict.OK, f"{screens[0].name} is connected and has {size}")


def state_directory(path: Path) -> Finding:
    """Whether ratings can be kept."""
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        advice = f"make {path} and give it to the unit's user"
        return Finding("state", Verdict.FAULT, f"{path}: {error.strerror}", advice)
    return Finding("state", Verdict.OK, f"{path} can be written")


def free_space(path: Path, machine: Machine) -> Finding:
    """How much room ratings have."""
    while not path.exists():
        path = path.parent
    free = machine.free_bytes(path)
    verdict = (
        Verdict.OK
        if free >= TIGHT_BYTES
        else Verdict.WARNING
        if free >= FULL_BYTES
        else Verdict.FAULT
    )
    advice = None if verdict is Verdict.OK else "make room: without it no rating can be kept"
    return Finding("disk", verdict, f"{free // 10**6} MB free for {path}", advice)


def broker(settings: UnitSettings, machine: Machine) -> Finding:
    """Whether the hall's broker listens."""
    try:
        address = broker_address(settings.broker)
    except ConfigurationError as error:
        return Finding("broker", Verdict.FAULT, str(error).rstrip("."), "check password_file")
    try:
        machine.reach(address.host, address.port)
    except OSError as error:
        found = f"{address.url}: {error.strerror or error}"
        advice = "check the network cable, broker.url, and that the hub runs"
        return Finding("broker", Verdict.FAULT, found, advice)
    return Finding("broker", Verdict.OK, f"{address.host}:{address.port} listens")


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").strip()
    return ""
