"""A reading of the unit's clock. PURE."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """One reading: since the machine started, and the best wall time.

    `boot` is that start of the machine, "" if nobody knows which.
    """

    boot_s: float
    wall: str
    synchronised: bool
    boot: str = ""

    @property
    def boot_ms(self) -> int:
        """Whole milliseconds since the machine started."""
        return int(self.boot_s * 1000)
