"""Peripherals that hold nobody up: each is worked by a thread of its own.

The unit's loop only leaves word: what a sign is to show, a ticket to print, whether to look
for cards. What comes of it goes into the unit's inbox. A peripheral that fails is closed,
tried again as `recovery` says, and then does what is wanted now, not what was wanted before.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from device.drivers.ports import (
    CardReader,
    CardSink,
    HealthSink,
    Peripheral,
    Sign,
    SignText,
    Slip,
    TicketPrinter,
)
from device.drivers.recovery import Recovery
from wire.clock import Clock
from wire.errors import HardwareError, Refused

log = logging.getLogger(__name__)

MOST_WAITING: Final = 8
"""Further jobs are refused at once: a citizen does not wait for the ninth ticket."""

PROBE_S: Final = 5.0
REFRESH_S: Final = 60.0
"""A sign gets its text again so often, as one that was without current would stay dark."""

CARD_S: Final = 0.35

_STOP_WITHIN_S: Final = 5.0

P = TypeVar("P", bound=Peripheral)

Done = Callable[[HardwareError | None], None]
"""Told once how a job went: None for well. Called from the worker; it only fills an inbox."""


class DriverFault(HardwareError):
    """A driver has failed in a way that it should not."""

    code = "driver_fault"


@dataclass(frozen=True)
class _Job(Generic[P]):
    do: Callable[[P], None]
    done: Done


class Supervised(Generic[P]):
    """A peripheral and the thread that works it. Call `start` and `stop` once each."""

    def __init__(self, name: str, peripheral: P, clock: Clock, sink: HealthSink) -> None:
        self._peripheral = peripheral
        self._clock = clock
        self._sink = sink
        self._recovery = Recovery(name)
        self._jobs: queue.Queue[_Job[P]] = queue.Queue(MOST_WAITING)
        self._hurried = threading.Event()
        self._is_stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Work from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give the port back; what is still waiting is refused."""
        self._is_stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_WITHIN_S)

    def turn(self) -> float:
        """Do what is due, and say in how many seconds of the clock something will be."""
        while not self._jobs.empty():
            self._do(self._jobs.get())
        hurried = self._hurried.is_set()
        if hurried:
            self._hurried.clear()  # before the routine looks what is wanted
        if hurried or self._clock.monotonic() >= self._recovery.due_s:
            self._try(self._routine)
        return max(0.0, self._recovery.due_s - self._clock.monotonic())

    def _routine(self, peripheral: P) -> float:
        """What is done again and again; in how many seconds next. Raises HardwareError."""
        peripheral.probe()
        return PROBE_S

    def _ask(self, do: Callable[[P], None], done: Done) -> None:
        """Have a job done once, in its turn; it is not repeated when it fails."""
        try:
            self._jobs.put_nowait(_Job(do, done))
        except queue.Full:
            done(Refused(f"{MOST_WAITING} jobs are waiting for it already"))
        self._wake.set()

    def _hurry(self) -> None:
        """The routine is due now."""
        self._hurried.set()
        self._wake.set()

    def _do(self, job: _Job[P]) -> None:
        def do(peripheral: P) -> float:
            job.do(peripheral)
            return PROBE_S

        job.done(self._try(do))

    def _try(self, do: Callable[[P], float]) -> HardwareError | None:
        try:
            again_in_s = do(self._peripheral)
        except Refused as error:  # it is well, and would refuse the same again
            self._tell_worked(PROBE_S)
            return error
        except HardwareError as error:
            self._tell_failed(error)
            return error
        except Exception as error:  # a mistake of ours; the thread has to go on
            log.exception("a driver failed")
            fault = DriverFault(f"{type(error).__name__}: {error}")
            self._tell_failed(fault)
            return fault
        self._tell_worked(again_in_s)
        return None

    def _tell_worked(self, again_in_s: float) -> None:
        change = self._recovery.worked(self._clock.monotonic(), "works", again_in_s)
        if change is not None:
            self._sink(change)

    def _tell_failed(self, error: HardwareError) -> None:
        self._peripheral.close()
        change = self._recovery.failed(self._clock.monotonic(), error)
        if change is not None:
            self._sink(change)

    def _work(self) -> None:
        while not self._is_stopping:
            rest_s = self.turn()
            self._wake.wait(self._clock.real_seconds(rest_s))
            self._wake.clear()
        while not self._jobs.empty():
            self._jobs.get().done(Refused("the unit is stopping"))
        self._peripheral.close()


class SupervisedSign(Supervised[Sign]):
    """A sign that shows what was wanted last, as soon as it can."""

    def __init__(self, name: str, sign: Sign, clock: Clock, sink: HealthSink) -> None:
        super().__init__(name, sign, clock, sink)
        self._wanted: SignText | None = None
        self._shown: SignText | None = None
        self._shown_at_s = 0.0

    def show(self, content: SignText) -> None:
        """Show this from now on, instead of anything before."""
        if content != self._wanted:
            self._wanted = content
            self._hurry()

    def _routine(self, peripheral: Sign) -> float:
        wanted, shown, self._shown = self._wanted, self._shown, None
        now_s = self._clock.monotonic()
        if wanted is not None and (wanted != shown or now_s >= self._shown_at_s + REFRESH_S):
            peripheral.show(wanted)
            self._shown_at_s = now_s
        else:
            peripheral.probe()
        self._shown = wanted
        return PROBE_S


class SupervisedPrinter(Supervised[TicketPrinter]):
    """A printer that says beforehand that it has no paper."""

    def print_slip(self, slip: Slip, done: Done) -> None:
        """Print once; `done` is told whether the ticket is out. It is not tried again."""
        self._ask(lambda printer: printer.print_slip(slip), done)


class SupervisedCardReader(Supervised[CardReader]):
    """A card reader that looks for cards only while it is to."""

    def __init__(
        self,
        name: str,
        reader: CardReader,
        clock: Clock,
        sink: HealthSink,
        cards: CardSink,
    ) -> None:
        super().__init__(name, reader, clock, sink)
        self._cards = cards
        self._is_looking = False

    def look(self, looking: bool) -> None:
        """Begin or stop to look for cards."""
        self._is_looking = looking
        self._hurry()

    def _routine(self, peripheral: CardReader) -> float:
        if not self._is_looking:
            return super()._routine(peripheral)
        card = peripheral.read_card()
        if card is not None and self._is_looking:
            self._cards(card)
        return CARD_S
