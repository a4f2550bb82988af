"""When to try a peripheral next, and what of its state is news. Pure.

After a failure it is tried again soon, then ever more seldom, but never less than every
`LONGEST_S`: whoever plugs a cable in again sees it work while still standing there. A
peripheral that works for moments only is not tried more often for that: a loose contact would
fill the journal.
"""

from __future__ import annotations

from typing import Final

from device.drivers.ports import Health
from wire.errors import HardwareError

FIRST_S: Final = 0.5
LONGEST_S: Final = 15.0
STEADY_S: Final = 30.0
"""Well for so long, it is trusted like one that never failed."""

OK: Final = "ok"


class Recovery:
    """One peripheral, called `peripheral` in the configuration. Times are of one clock, in s."""

    def __init__(self, peripheral: str) -> None:
        self._peripheral = peripheral
        self._code: str | None = None
        self._failures = 0
        self._well_from_s: float | None = None
        self.due_s = float("-inf")

    def worked(self, now_s: float, detail: str, again_in_s: float) -> Health | None:
        """It did what it was told, and is due again later; the change, if it is one."""
        if self._well_from_s is None:
            self._well_from_s = now_s
        if now_s - self._well_from_s >= STEADY_S:
            self._failures = 0
        self.due_s = now_s + again_in_s
        return self._change(OK, detail)

    def failed(self, now_s: float, error: HardwareError) -> Health | None:
        """It did not; the change, if it is one: another fault than before is one too."""
        self._well_from_s = None
        self.due_s = now_s + min(LONGEST_S, FIRST_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        return self._change(error.code, str(error))

    def _change(self, code: str, detail: str) -> Health | None:
        if code == self._code:
            return None
        self._code = code
        return Health(self._peripheral, code == OK, code, detail)
