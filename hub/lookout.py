"""What looks at the hall beside the commands: its load, its balance, and how long people wait.

It runs in the state's thread, but for the forecasts, which have a process of their own. It may
advise and flag; nothing that goes wrong here stops the hall.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from hub.core import events as e
from hub.core.balance import Balance
from hub.core.lateness import late_lines
from hub.core.state import State
from hub.core.watch import Watch
from hub.forecast.arrivals import Arrivals
from hub.forecast.capture import arrivals_of, capture
from hub.forecast.waits import Forecast
from hub.forecast.worker import PERIOD_S, Forecaster

log = logging.getLogger(__name__)

MINUTE_S = 60.0

T = TypeVar("T")


class Lookout:
    """Load and balance once a minute, forecasts as often as something changes."""

    def __init__(self, forecaster: Forecaster | None = None) -> None:
        """Without a forecaster nothing is said about waits."""
        self._forecaster = forecaster
        self._watch = Watch()
        self._balance = Balance()
        self._arrivals: Arrivals | None = None
        self._next_minute: float | None = None
        self._next_scene = 0.0
        self._changed = True

    def waits(self, now: float) -> Forecast | None:
        """The forecast that is not too old at this wall time, if there is one."""
        return self._forecaster.latest(now) if self._forecaster else None

    def due(self, state: State, now: float, monotonic: float) -> list[e.Event]:
        """Flags and advice that the passing of a minute brings; to be applied."""
        if self._next_minute is None:
            self._next_minute = monotonic + MINUTE_S
        if monotonic < self._next_minute or not state.configured:
            return []
        self._next_minute = monotonic + MINUTE_S
        flags: list[e.Event] = _safely(lambda: self._watch.minute(state, now), [])
        flags += _safely(lambda: late_lines(state, now), [])
        advice: list[e.Event] = _safely(lambda: self._balance.tick(state, now), [])
        return flags + advice

    def happened(self, state: State, events: Iterable[e.Event]) -> None:
        """These are committed; the state has them applied."""
        for event in events:
            self._changed = True
            _safely(partial(self._watch.happened, state, event), None)
            if self._forecaster is not None:
                _safely(partial(self._learn, state, event, self._forecaster), None)

    def look(self, state: State, now: float, monotonic: float) -> None:
        """Hand the hall to the forecaster, if it has changed and the time has come."""
        if self._forecaster is None or not self._changed or monotonic < self._next_scene:
            return
        self._changed, self._next_scene = False, monotonic + PERIOD_S
        scene = _safely(lambda: capture(state, now, self._learning(state, now)), None)
        if scene is not None:
            self._forecaster.submit(scene)

    def _learning(self, state: State, now: float) -> Arrivals:
        if self._arrivals is None:
            self._arrivals = arrivals_of(state, now)
        return self._arrivals

    def _learn(self, state: State, event: e.Event, forecaster: Forecaster) -> None:
        if isinstance(event, e.DayBegan | e.HallOpened | e.Configured):
            self._arrivals = None
        elif isinstance(event, e.TicketIssued):
            self._learning(state, event.at).came(event.service, event.at)
        elif isinstance(event, e.TicketCalled):
            forecaster.came_true(event.ticket, event.at)
        elif isinstance(event, _LEFT):
            forecaster.left(event.ticket)


_LEFT = (
    e.TicketCancelled,
    e.TicketExpired,
    e.TicketReturned,
    e.TicketReleased,
    e.TicketTransferred,
    e.TicketDone,
    e.CallVoided,
)


def _safely(act: Callable[[], T], otherwise: T) -> T:
    try:
        return act()
    except Exception:
        log.exception("the lookout failed; the hall goes on without it for now")
        return otherwise
