"""Keys and lamps on GPIO: the only file that imports gpiozero.

`RealFront` runs on lgpio, `MockedFront` on gpiozero's mock pins; everything between the pin
and the inbox is the same code. gpiozero calls back from a thread of its own on real pins and
from the caller's on mock pins: either way an edge is only handed on. Debouncing is not left
to gpiozero, whose mock pins have none; `device.debounce` does it.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any

import gpiozero
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory

from device.drivers.ports import EdgeSink, KeyEdge, Wiring
from wire.errors import HardwareError


class GpioFront(ABC):
    """Keys that connect their pin to ground, and lamps that are lit by a high pin."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._keys: dict[str, Any] = {}
        self._leds: dict[str, Any] = {}
        self._lit: frozenset[str] = frozenset()
        self._factory: Any = None

    def start(self, sink: EdgeSink) -> None:
        """Take the pins, and report edges from now on. Raises HardwareError."""
        try:
            self._factory = self._make_factory()
            for name, pin in self._wiring.lamps.items():
                self._leds[name] = gpiozero.LED(pin, pin_factory=self._factory)
            for name, pin in self._wiring.keys.items():
                self._keys[name] = self._key(name, pin, sink)
        except (GPIOZeroError, OSError, ImportError) as error:
            self.close()
            raise HardwareError(
                f"the GPIO pins cannot be used: {error}; check [keys], [lamps] and /dev/gpiochip0"
            ) from error

    def light(self, lamps: frozenset[str]) -> None:
        """Light these lamps and no others."""
        for name in self._lit ^ (lamps & self._leds.keys()):
            self._leds[name].value = name in lamps
        self._lit = lamps & self._leds.keys()

    def close(self) -> None:
        """Give the pins back; lamps go out."""
        for device in (*self._keys.values(), *self._leds.values()):
            device.close()
        self._keys.clear()
        self._leds.clear()
        self._lit = frozenset()
        if self._factory is not None:
            self._factory.close()
            self._factory = None

    @abstractmethod
    def _make_factory(self) -> Any:
        """The pins that gpiozero works on."""

    def _key(self, name: str, pin: int, sink: EdgeSink) -> Any:
        # Not gpiozero.Button: that has a thread, which looks ten times a second for a long press.
        key = gpiozero.DigitalInputDevice(pin, pull_up=True, pin_factory=self._factory)
        key.when_activated = lambda: sink(KeyEdge(name, True, _now_ms()))
        key.when_deactivated = lambda: sink(KeyEdge(name, False, _now_ms()))
        return key


class RealFront(GpioFront):
    """The header of a Raspberry Pi, through lgpio."""

    def _make_factory(self) -> Any:
        # Imported here: lgpio makes a pipe in the working directory as it is imported.
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415

        return LGPIOFactory()


class MockedFront(GpioFront):
    """gpiozero's mock pins, which a program can press and read."""

    def _make_factory(self) -> Any:
        return MockFactory()

    @property
    def lit(self) -> frozenset[str]:
        """The lamps that are lit."""
        return frozenset(name for name, led in self._leds.items() if led.is_lit)

    @property
    def keys(self) -> frozenset[str]:
        """The keys that have a pin."""
        return frozenset(self._wiring.keys)

    def press(self, key: str, hold_s: float) -> None:
        """Hold a key's pin low for a while. Raises KeyError for a key that is not there."""
        pin = self._factory.pin(self._wiring.keys[key])
        pin.drive_low()
        time.sleep(hold_s)
        pin.drive_high()


def _now_ms() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
