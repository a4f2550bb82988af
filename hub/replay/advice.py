"""The balance looks on while a day is replayed, and its advice is written down.

With `Setting.automatic` services are added and taken back as advised. Every window of a trace
is open for as long as the trace says, so that nobody follows advice to open or to close.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.core import events as e
from hub.core.balance import Balance
from hub.core.hall import Hall
from hub.replay.engine import OPENING, Names
from hub.replay.trace import Arrival

STANDS = "stands"
"""The outcome of advice that still stood when the day ended."""


class AdviceWatcher:
    """Asks the balance once a minute, and keeps what it advised and what came of it.

    `moves` counts the services that were added or taken back.
    """

    def __init__(self) -> None:
        self.moves = 0
        self._balance = Balance()
        self._given: dict[str, e.AdviceGiven] = {}
        self._outcomes: dict[str, str] = {}

    def issued(self, _hall: Hall, _ticket: str, _arrival: Arrival, _now: float) -> None:
        """Nothing is to be done for a number."""

    def minute(self, hall: Hall, now: float) -> Sequence[e.Event]:
        """Ask the balance what should change."""
        return self._balance.tick(hall, now)

    def happened(self, _hall: Hall, event: e.Event) -> None:
        """Keep advice and its outcome."""
        if isinstance(event, e.AdviceGiven):
            self._given[event.advice] = event
        elif isinstance(event, e.AdviceClosed):
            self._outcomes[event.advice] = event.outcome
        elif isinstance(event, e.ServiceAdded | e.ServiceTakenBack):
            self.moves += 1

    def advice_rows(self, names: Names) -> Iterator[tuple[object, ...]]:
        """t_s, advice, action, window, service (empty: none), gain_min, outcome."""
        services = {name: number for number, name in names.services.items()}
        counters = {name: number for number, name in names.counters.items()}
        for name, advice in self._given.items():
            yield (
                f"{advice.at - OPENING:.3f}",
                name,
                advice.action,
                counters[advice.counter],
                "" if advice.service is None else services[advice.service],
                f"{advice.gain_min:.3f}",
                self._outcomes.get(name, STANDS),
            )
