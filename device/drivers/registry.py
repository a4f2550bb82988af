"""Which class drives a kind of hardware: by its explicit name, imported only when chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final, cast

from device.drivers import signs
from device.drivers.ports import Front, Sign, Speech, Wiring
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


def _class(places: Mapping[str, str], kind: str, what: str) -> Any:
    if kind not in places:
        raise UnknownHardware(f"{what} {kind!r}: there are {', '.join(sorted(places))}")
    module, _, name = places[kind].partition(":")
    return getattr(import_module(module), name)
