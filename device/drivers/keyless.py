"""The front of an emulated unit that has neither keys nor lamps: a hall board's."""

from __future__ import annotations

from device.drivers.ports import EdgeSink


class Keyless:
    """Nothing to press, and nothing that is lit."""

    lit: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def start(self, sink: EdgeSink) -> None:
        """There are no pins to take."""

    def light(self, lamps: frozenset[str]) -> None:
        """There are no lamps."""

    def press(self, key: str, hold_s: float) -> None:  # noqa: ARG002  the port's
        """Raise KeyError: there is no such key."""
        raise KeyError(key)

    def close(self) -> None:
        """There are no pins to give back."""
