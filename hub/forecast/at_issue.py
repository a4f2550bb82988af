"""Who looks on while a day is replayed, and notes what each ticket is told when it is issued.

It fits `hub.replay.engine.Watcher`. What the trace hides stays hidden: it reads the hall's state
and, of absences, only those that were planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.core import events as e
from hub.core.dispatch import idle_counter
from hub.core.state import State
from hub.forecast.arrivals import Arrivals
from hub.forecast.calibration import NO_OFFSETS, Calibration, Shift, calibrated
from hub.forecast.capture import arrivals_of, capture
from hub.forecast.foretell import foretell
from hub.forecast.rollout import PATHS
from hub.forecast.waits import Wait

AT_ONCE = Wait(0.0, 0.0, 0.0)


@dataclass(slots=True)
class Told:
    """What a ticket was told at `issued_at` (wall seconds), and how long it waited then.

    `raw` is the simulation alone, `wait` what was shown; both None if nobody could say, which is
    when no counter on duty serves it. `waited_s` is None until it is called.
    """

    ticket: str
    issued_at: float
    raw: Wait | None
    wait: Wait | None
    waited_s: float | None = None


class AtIssue:
    """The forecasts of a day, in the order of issue."""

    def __init__(
        self,
        calibration: Calibration,
        planned: Iterable[tuple[str, float, float]] = (),
        *,
        paths: int = PATHS,
        every: int = 1,
        adaptive: bool = True,
    ) -> None:
        """`planned` absences are (counter, start, duration) in wall seconds and seconds.

        With `every` above 1 only every so-manyth ticket that has to wait is looked at.
        """
        self.told: list[Told] = []
        self._calibration = calibration
        self._planned: dict[str, list[tuple[float, float]]] = {}
        for counter, start, length in sorted(planned):
            self._planned.setdefault(counter, []).append((start, length))
        self._paths = paths
        self._every = every
        self._adaptive = adaptive
        self._shift = Shift()
        self._waiting: dict[str, Told] = {}
        self._arrivals: Arrivals | None = None
        self._count = 0

    def issued(self, hall: State, ticket: str, _arrival: object, now: float) -> None:
        """A number was taken, before anybody was called."""
        if idle_counter(hall, hall.tickets[ticket]) is not None:
            told = Told(ticket, now, AT_ONCE, AT_ONCE)
        else:
            self._count += 1
            if self._count % self._every:
                return
            told = self._foretold(hall, ticket, now)
        self.told.append(told)
        self._waiting[ticket] = told

    def minute(self, _hall: State, _now: float) -> Sequence[e.Event]:
        """Nothing happens because of a forecast."""
        return ()

    def happened(self, hall: State, event: e.Event) -> None:
        """Learn how many come, which absence has begun, and how long a wait became."""
        if isinstance(event, e.TicketIssued):
            self._learning(hall, event.at).came(event.service, event.at)
        elif isinstance(event, e.TicketCalled):
            self._came_true(event.ticket, event.at)
        elif isinstance(event, e.CounterPaused):
            left = [span for span in self._planned.get(event.counter, ()) if span[0] > event.at]
            self._planned[event.counter] = left

    def _learning(self, hall: State, now: float) -> Arrivals:
        if self._arrivals is None:
            self._arrivals = arrivals_of(hall, now)
        return self._arrivals

    def _foretold(self, hall: State, ticket: str, now: float) -> Told:
        breaks = {counter: tuple(spans) for counter, spans in self._planned.items()}
        scene = capture(hall, now, self._learning(hall, now), breaks)
        found = foretell(
            scene,
            self._count,
            NO_OFFSETS,
            Shift(),
            paths=self._paths,
            only=frozenset([ticket]),
        )
        raw = found.tickets.get(ticket)
        if raw is None:
            return Told(ticket, now, None, None)
        offsets = self._calibration.of(scene.policy.name, assigned=scene.policy.assigned)
        return Told(ticket, now, raw, calibrated(raw, offsets, self._shift))

    def _came_true(self, ticket: str, now: float) -> None:
        told = self._waiting.pop(ticket, None)
        if told is None:
            return
        told.waited_s = now - told.issued_at
        if self._adaptive and told.wait is not None and told.wait is not AT_ONCE:
            self._shift = self._shift.after(told.wait, told.waited_s)
