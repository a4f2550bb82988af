"""Who looks on while a day is replayed, and writes down flags and advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.watch import LINE, Watch
from hub.replay.engine import OPENING, Names
from hub.replay.trace import Arrival

Row = tuple[object, ...]


class LoadWatcher:
    """Lets the live hall's watch look on, and keeps the flags that it raises."""

    def __init__(self) -> None:
        self._watch = Watch()
        self._flags: list[e.Flagged] = []

    def issued(self, _hall: Hall, _ticket: str, _arrival: Arrival, _now: float) -> None:
        """Nothing is to be done for a number."""

    def minute(self, hall: Hall, now: float) -> Sequence[e.Event]:
        """Ask the watch for what changed."""
        return self._watch.minute(hall, now)

    def happened(self, hall: Hall, event: e.Event) -> None:
        """Tell the watch, and keep what it said."""
        self._watch.happened(hall, event)
        if isinstance(event, e.Flagged):
            self._flags.append(event)

    def flag_rows(self, names: Names) -> Iterator[Row]:
        """t_s, kind, target (s7 or w7), on (0 or 1)."""
        services = {name: number for number, name in names.services.items()}
        counters = {name: number for number, name in names.counters.items()}
        for flag in self._flags:
            line = flag.scope == LINE
            target = f"s{services[flag.target]}" if line else f"w{counters[flag.target]}"
            yield f"{flag.at - OPENING:.3f}", flag.kind, target, int(flag.on)
