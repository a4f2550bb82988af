"""The audit of counters, and of what is advised and flagged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.core import events as e
from hub.core.audit_notes import Notes


@dataclass(slots=True)
class CounterAudit(Notes):
    """Who serves what, and what is said about it."""

    # --- counters ---------------------------------------------------------------------------

    def _opened(self, event: e.CounterOpened) -> Iterator[str]:
        self._open.add(event.counter)
        self._paused.discard(event.counter)
        yield from ()

    def _closed(self, event: e.CounterClosed | e.CounterPaused) -> Iterator[str]:
        if event.counter in self._hand:
            yield f"counter {event.counter} holds {self._hand[event.counter]}"
        if event.counter not in self._open:
            yield f"counter {event.counter} was not open"
        self._last.pop(event.counter, None)
        if isinstance(event, e.CounterPaused):
            self._paused.add(event.counter)
        else:
            self._open.discard(event.counter)
            self._paused.discard(event.counter)

    def _back(self, event: e.CounterResumed) -> Iterator[str]:
        if event.counter not in self._paused:
            yield f"counter {event.counter} was not paused"
        self._paused.discard(event.counter)

    def _added(self, event: e.ServiceAdded) -> Iterator[str]:
        if event.service not in self._house.skills.get(event.counter, set()):
            yield f"counter {event.counter} has not the skill for {event.service}"
        if event.service in self._house.serves.setdefault(event.counter, set()):
            yield f"counter {event.counter} serves {event.service} already"
        self._house.serves[event.counter].add(event.service)

    def _taken_back(self, event: e.ServiceTakenBack) -> Iterator[str]:
        house = self._house
        if event.service not in house.serves.get(event.counter, set()):
            yield f"counter {event.counter} did not serve {event.service}"
        if event.service not in house.planned.get(event.counter, set()):
            house.serves.setdefault(event.counter, set()).discard(event.service)
        for paper in self._papers.values():
            if paper.state == "waiting" and event.counter in {paper.label, paper.bound}:
                self._replaced(paper)

    def _advised(self, event: e.AdviceGiven) -> Iterator[str]:
        if event.advice in self._advice:
            yield f"advice {event.advice} given twice"
        self._advice.add(event.advice)

    def _advice_weighed(self, event: e.AdviceWeighed) -> Iterator[str]:
        if event.advice not in self._advice:
            yield f"advice {event.advice} does not stand"

    def _advice_closed(self, event: e.AdviceClosed) -> Iterator[str]:
        if event.advice not in self._advice:
            yield f"advice {event.advice} was not given"
        self._advice.discard(event.advice)

    def _advice_undone(self, event: e.AdviceUndone) -> Iterator[str]:
        if event.advice in self._advice:
            yield f"advice {event.advice} stands already"
        self._advice.add(event.advice)

    def _flagged(self, event: e.Flagged) -> Iterator[str]:
        key = (event.kind, event.scope, event.target)
        if event.on == (key in self._flags):
            yield f"{' '.join(key)} was {'on' if event.on else 'off'} already"
        (self._flags.add if event.on else self._flags.discard)(key)
