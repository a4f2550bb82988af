"""The unit's configuration file: its schema, its defaults, and what no schema can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from device.keypad import KeypadSection
from device.peripherals import (
    CardReaderSection,
    PrinterSection,
    SignSection,
    SpeechSection,
    peripheral_mistakes,
)
from device.voice.settings import VoiceSection
from device.voice.settings import mistakes as voice_mistakes
from wire.errors import ConfigurationError, LinkError
from wire.ids import Id
from wire.link import BrokerAddress
from wire.messages import Role
from wire.settings import FileSettings, Mistake, Settings, load

Pin = Annotated[int, Field(ge=2, le=27, description="BCM number of a GPIO of the header.")]

RatingPins = tuple[Pin, Pin, Pin, Pin, Pin]
"""A pin for each rating level, the best first."""


def _usable_url(url: str) -> str:
    try:
        BrokerAddress(url).check()
    except LinkError as error:
        raise ValueError(str(error)) from error
    if urlsplit(url).username or urlsplit(url).password:
        raise ValueError("no credentials in the address; use user and password_file")
    return url


def _screen_size(size: str) -> str:
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", size)
    short, long = sorted((int(found[1]), int(found[2]))) if found else (0, 0)
    if short < 400 or long < 640:
        raise ValueError('expected WIDTHxHEIGHT of at least 640x400, for instance "1024x600"')
    return size


def size_in_pixels(size: str) -> tuple[int, int]:
    """Width and height of a screen. Raises ConfigurationError for what is none."""
    try:
        width, height = _screen_size(size).split("x")
    except ValueError as error:
        raise ConfigurationError([f"--size = {size!r}: {error}."]) from error
    return int(width), int(height)


class UnitSection(Settings):
    """Which unit this is."""

    id: Id
    hall: Id
    role: Role = Role.COUNTER
    counter: Id | None = None
    state: Path


class BrokerSection(Settings):
    """Where the hall's broker is."""

    url: Annotated[str, AfterValidator(_usable_url)] = "mqtt://127.0.0.1:1883"
    user: str | None = None
    password_file: Path | None = None
    ca: Path | None = None


class HardwareSection(Settings):
    """Which grade of hardware the drivers run on. There is no fall-back."""

    kind: Literal["real", "emulated"]


class DisplaySection(Settings):
    """Where the picture goes."""

    mode: Literal["kms", "window", "offscreen"] = "kms"
    size: Annotated[str, AfterValidator(_screen_size)] = "1024x600"
    language: Literal["zh", "en"] = "zh"
    touch: bool = False

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height."""
        width, height = self.size.split("x")
        return int(width), int(height)


class KeysSection(Settings):
    """Pins of the keys, which connect them to ground. A key without a pin is not there.

    `source` "usb" leaves the keys to the keypad; the lamps keep their pins.
    """

    source: Literal["gpio", "usb"] = "gpio"
    rating: RatingPins = (5, 6, 13, 19, 26)
    next: Pin = 17
    recall: Pin = 27
    no_show: Pin = 22
    done: Pin = 23
    hold: Pin | None = None
    transfer: Pin | None = None
    resume: Pin | None = None
    pause: Pin | None = None
    undo: Pin | None = None
    debounce_ms: Annotated[int, Field(ge=1, le=500)] = 30


class LampsSection(Settings):
    """Pins of the lamps in the rating keys."""

    rating: RatingPins = (12, 16, 20, 21, 25)


class PanelSection(Settings):
    """The page of an emulated unit, on the loopback address."""

    port: Annotated[int, Field(ge=0, le=65535)] = 0


class ClockSection(Settings):
    """The scaled clock of an emulated hall."""

    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    origin: Annotated[float | None, Field(gt=0)] = None


class UnitSettings(FileSettings):
    """A whole `unit.toml`."""

    unit: UnitSection
    broker: BrokerSection = BrokerSection()
    hardware: HardwareSection
    display: DisplaySection = DisplaySection()
    keys: KeysSection = KeysSection()
    lamps: LampsSection = LampsSection()
    keypad: KeypadSection | None = None
    panel: PanelSection = PanelSection()
    clock: ClockSection = ClockSection()
    voice: VoiceSection | None = None
    sign: SignSection | None = None
    speech: SpeechSection | None = None
    printer: PrinterSection | None = None
    card_reader: CardReaderSection | None = None

    @classmethod
    def cross_check(cls, raw: Mapping[str, Any]) -> Iterator[Mistake]:
        """Doubled pins, and keys that the role or the kind of hardware does not have."""
        yield from _doubled_pins(raw)
        yield from _role_mistakes(raw)
        yield from _keypad_mistakes(raw)
        yield from voice_mistakes(raw)
        yield from peripheral_mistakes(raw)
        hardware = raw.get("hardware")
        kind = hardware.get("kind") if isinstance(hardware, Mapping) else None
        if kind == "real":
            yield from _emulated_only(raw, "clock", "a scaled clock")
            yield from _emulated_only(raw, "panel", "the panel page")


def read(path: Path) -> UnitSettings:
    """Read a unit's file. Raises ConfigurationError with every mistake found."""
    return load(path, UnitSettings)


def broker_address(settings: BrokerSection) -> BrokerAddress:
    """The broker with its password read from its file.

    Raises ConfigurationError if that file cannot be read.
    """
    password = None
    if settings.password_file is not None:
        try:
            password = settings.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                [f"broker.password_file = {str(settings.password_file)!r}: {error}."]
            ) from error
    return BrokerAddress(settings.url, settings.user, password, settings.ca)


def _role_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """A counter's unit stands at a counter and has its keys; no other unit does."""
    unit = raw.get("unit")
    if not isinstance(unit, Mapping):
        return
    role, counter = unit.get("role", Role.COUNTER), unit.get("counter")
    if role == Role.COUNTER and counter is None:
        yield Mistake("unit.counter", None, f'is missing; role "{Role.COUNTER}" needs it')
    if role not in {Role.BOARD, Role.KIOSK}:
        return
    if counter is not None:
        yield Mistake("unit.counter", counter, f"a {role} stands at no counter")
    for section in ("keys", "lamps", "keypad"):
        if section in raw:
            yield Mistake(section, None, f'goes with role "{Role.COUNTER}" only')


def _keypad_mistakes(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    keys = raw.get("keys")
    source = keys.get("source") if isinstance(keys, Mapping) else None
    if source == "usb" and "keypad" not in raw:
        yield Mistake("keys.source", source, "needs a section [keypad] that names its device")


def _emulated_only(raw: Mapping[str, Any], section: str, what: str) -> Iterator[Mistake]:
    content = raw.get(section)
    if isinstance(content, Mapping):
        for key, value in content.items():
            problem = f'{what} goes with [hardware] kind = "emulated" only'
            yield Mistake(f"{section}.{key}", value, problem)


def _doubled_pins(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every pin that is used before, whether written down or by default."""
    first: dict[int, str] = {}
    for place, pin in _pins(raw):
        if pin in first:
            yield Mistake(place, pin, f"the pin is already used by {first[pin]}")
        first.setdefault(pin, place)


def _pins(raw: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for section, schema in (("keys", KeysSection()), ("lamps", LampsSection())):
        content = raw.get(section)
        written = content if isinstance(content, Mapping) else {}
        for key in type(schema).model_fields:
            if key in {"debounce_ms", "source"}:
                continue
            yield from _numbered(f"{section}.{key}", written.get(key, getattr(schema, key)))


def _numbered(place: str, value: object) -> Iterator[tuple[str, int]]:
    if isinstance(value, list | tuple):
        for index, pin in enumerate(value):
            yield from _numbered(f"{place}[{index + 1}]", pin)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield place, value
