"""Which class drives a kind of hardware: by its explicit name, imported only when chosen."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Final, cast

from device.drivers.ports import Front, Wiring
from wire.errors import UnknownHardware

FRONTS: Final = MappingProxyType(
    {
        "real": "device.drivers.gpio:RealFront",
        "emulated": "device.drivers.gpio:MockedFront",
    }
)
"""Keys and lamps."""


def make_front(kind: str, wiring: Wiring) -> Front:
    """The keys and lamps of this kind. Raises UnknownHardware, naming the choices."""
    if kind not in FRONTS:
        raise UnknownHardware(f"hardware {kind!r}: there are {', '.join(sorted(FRONTS))}")
    module, _, name = FRONTS[kind].partition(":")
    return cast("Front", getattr(import_module(module), name)(wiring))
