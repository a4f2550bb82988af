"""Watching the hall's load: from the state to readings, and from detectors to flags.

Whoever applies events tells `Watch.happened` of them and asks `Watch.minute` once a minute. What
it remembers is lost with the process; flags that are on then go out, and come again if they
should.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.core import events as e
from hub.core.clearing import remaining_s
from hub.core.counter_events import flag_key
from hub.core.lateness import LATE
from hub.core.load import (
    BOUND,
    CounterReading,
    FlagChange,
    FlagKind,
    LineReading,
    Load,
    Reading,
)
from hub.core.rules import Mode
from hub.core.state import CounterState, State

COUNTER = "counter"
LINE = "line"

Teams = dict[str, tuple[tuple[str, float], ...]]
"""Who may serve each service, each with the share of its time that the service can count on."""


class Watch:
    """The detectors of a hall, fed from its state."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.load = Load()
        self._idle_since: dict[str, float] = {}
        self._idle_s: dict[str, float] = {}
        self._read_at: float | None = None
        self._evidence: dict[str, Mapping[str, Any]] = {}
        self._serve: dict[str, tuple[str, ...]] = {}
        self._teams: Teams = {}

    def happened(self, state: State, event: e.Event) -> None:
        """An event was applied to the state."""
        if isinstance(event, e.DayBegan) or self._other_lines(state, event):
            self._begin()
        elif isinstance(event, e.TicketDone):
            self._served(state, event)
        elif isinstance(event, e.TicketCalled) and event.ticket in state.tickets:
            self.load.called((event.at - state.tickets[event.ticket].queued_at) / 60)
        counter = state.counters.get(getattr(event, "counter", None) or "")
        if counter is not None:
            self._follow(counter, event.at)

    def _other_lines(self, state: State, event: e.Event) -> bool:
        """Whether counters have lines of their own by now, or have none any more."""
        assigned = state.configured and state.plan.dispatch.mode is Mode.ASSIGNED
        watched = self.load.ticked_at is not None and isinstance(event, e.Configured)
        return watched and assigned != (self.load.rules is BOUND)

    def minute(self, state: State, now: float) -> list[e.Event]:
        """A minute has passed. Returns the flags that changed, as events to be applied."""
        if not state.configured:
            return []
        if state.plan.dispatch.mode is Mode.ASSIGNED and self.load.ticked_at is None:
            self.load.rules = BOUND
        for counter in state.counters.values():
            self._follow(counter, now)
        self._keep(self.load.tick(self._reading(state, now)))
        self._read_at = now
        self._idle_s.clear()
        return self._changes(state, now)

    def _served(self, state: State, event: e.TicketDone) -> None:
        call, counter = state.calls.get(event.call_id), state.plan.counter.get(event.counter)
        service = state.plan.service.get(call.service) if call else None
        if call is None or counter is None or service is None:
            return
        # Planned for this counter, but learned for the service: slow is a counter, not a day.
        planned_s = state.mean_s(service.id) * counter.speed
        took_s = event.at - call.called_at
        self._keep(self.load.served(counter.id, service.id, took_s, planned_s, service.cv))

    def _keep(self, changes: list[FlagChange]) -> None:
        for change in changes:
            self._evidence[f"{change.kind} {change.target}"] = change.evidence

    def _follow(self, counter: CounterState, now: float) -> None:
        """Count the time in which a counter on duty had nobody."""
        since = self._idle_since.pop(counter.id, None)
        if since is not None:
            self._idle_s[counter.id] = self._idle_s.get(counter.id, 0.0) + max(0.0, now - since)
        if counter.on_duty and counter.ticket is None:
            self._idle_since[counter.id] = now

    def _reading(self, state: State, now: float) -> Reading:
        counters = {
            counter.id: self._counter(state, counter, now)
            for counter in state.counters.values()
            if counter.open and counter.id in state.plan.counter and _comes_back(counter)
        }
        self._team(state, counters)
        services = _services_lines(state, self._teams)
        if state.plan.dispatch.mode is Mode.ASSIGNED:
            return Reading(now, _counters_lines(state, self._serve), counters, services)
        return Reading(now, services, counters)

    def _counter(self, state: State, counter: CounterState, now: float) -> CounterReading:
        pause, serving_s, passed_s = counter.paused, 0.0, 0.0
        ticket = state.tickets.get(counter.ticket) if counter.ticket else None
        if ticket is not None:
            service = state.plan.service[ticket.service]
            mean_s = state.mean_s(ticket.service) * state.speed(counter.id)
            elapsed_s = now - (ticket.called_at or now)
            serving_s = remaining_s(elapsed_s, mean_s, service.cv)
        away_s = max(0.0, pause.back_at - now) if pause and pause.back_at is not None else 0.0
        if self._read_at is not None:
            passed_s = now - self._read_at
        idle_s = self._idle_s.get(counter.id, 0.0)
        idle_share = min(1.0, idle_s / passed_s) if passed_s > 0 else 0.0
        return CounterReading(serving_s, away_s, idle_share)

    def _team(self, state: State, counters: Iterable[str]) -> None:
        """Who may serve what, worked out anew only where that has changed."""
        serving = state.duty.serving  # what those on duty serve is known already
        serve = {
            counter: serving.get(counter) or state.services_of(counter) for counter in counters
        }
        if serve == self._serve and self._teams.keys() == state.plan.service.keys():
            return
        teams: dict[str, list[tuple[str, float]]] = {name: [] for name in state.plan.service}
        for counter, services in serve.items():
            for service in services:
                teams[service].append((counter, 1 / len(services)))
        self._serve = serve
        self._teams = {service: tuple(team) for service, team in teams.items()}

    def _changes(self, state: State, now: float) -> list[e.Event]:
        wanted = {}
        for kind, target in self.load.flags():
            scope = LINE if kind is FlagKind.HOT and target in state.plan.service else COUNTER
            wanted[flag_key(kind, scope, target)] = (kind, scope, target)
        changed: list[e.Event] = []
        for key, flag in state.flags.items():
            if key not in wanted and flag.kind != LATE:
                why = self._evidence.get(f"{flag.kind} {flag.target}", {})
                changed.append(
                    e.Flagged(now, flag.kind, flag.scope, flag.target, on=False, evidence={**why})
                )
        for key, (kind, scope, target) in wanted.items():
            if key not in state.flags:
                why = self._evidence.get(f"{kind} {target}", {})
                changed.append(e.Flagged(now, kind.value, scope, target, on=True, evidence={**why}))
        return changed


def _comes_back(counter: CounterState) -> bool:
    return counter.paused is None or counter.paused.back_at is not None


def _services_lines(state: State, teams: Teams) -> dict[str, LineReading]:
    count, mean_s = state.lines.count, state.mean_s
    return {
        service: LineReading(waiting := count.get(service, 0), waiting * mean_s(service), team)
        for service, team in teams.items()
    }


def _counters_lines(state: State, serve: Mapping[str, tuple[str, ...]]) -> dict[str, LineReading]:
    found, lines, mean_s = {}, state.lines, state.mean_s
    for counter, services in serve.items():
        waiting, work_s = 0, 0.0
        for own in (lines.labelled.get(counter), lines.bound.get(counter)):
            for (service, _), line in own.items() if own else ():
                many = len(line.entries)
                waiting += many
                work_s += many * mean_s(service)
        if waiting:
            work_s *= state.speed(counter)
        found[counter] = LineReading(waiting, work_s, ((counter, 1.0),), services)
    return found
