"""From the hall's state to a scene. Pure and quick: it runs in the thread that owns the state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hub.core import calendar, dispatch
from hub.core.rules import Mode
from hub.core.state import CounterState, State
from hub.core.tickets import APPOINTMENT, ORDINARY
from hub.forecast.arrivals import Arrivals, plain_prior
from hub.forecast.scene import (
    CounterScene,
    Duty,
    Habits,
    PolicyScene,
    Scene,
    ServiceScene,
    TicketScene,
)

Breaks = Mapping[str, tuple[tuple[float, float], ...]]
"""Absences that are known ahead, by counter: (start, duration) in wall seconds and seconds."""

USUAL_NO_SHOW = 0.05
_CALLS_WORTH = 60.0
_TICKETS_WORTH = 30.0
"""What is usual counts like so many calls, and that all are ordinary like so many tickets."""


def capture(state: State, now: float, arrivals: Arrivals, breaks: Breaks | None = None) -> Scene:
    """The hall as it is at `now`, in wall seconds."""
    assigned = state.plan.dispatch.mode is Mode.ASSIGNED
    services = [
        ServiceScene(
            service.id,
            state.mean_s(service.id),
            service.cv,
            service.target_s,
            arrivals.rate(service.id, now),
            dispatch.assign(state, service.id, now) if assigned else None,
            state.priority_run.get(service.id, 0),
        )
        for service in state.plan.services
    ]
    known = breaks or {}
    return Scene(
        now,
        tuple(services),
        tuple(
            _counter(state, state.counters[counter.id], now, known.get(counter.id, ()))
            for counter in state.plan.counters
        ),
        tuple(_ticket(state, ticket) for ticket in state.lines.everybody()),
        _policy(state),
        habits(state),
        calendar.next_opening_change(state.plan, now) if state.open else now,
    )


def arrivals_of(state: State, now: float) -> Arrivals:
    """Arrivals to learn from `now` on, beginning with rates that would keep the counters busy."""
    means = {service.id: state.mean_s(service.id) for service in state.plan.services}
    skills = {counter.id: state.services_of(counter.id) for counter in state.plan.counters}
    return Arrivals(plain_prior(means, skills), now)


def habits(state: State) -> Habits:
    """What is usual in this hall, as far as the day has shown it."""
    today = state.today
    calls = today.served + today.missed
    kinds = Counter(ticket.kind for ticket in state.tickets.values())
    tickets = sum(kinds.values()) + _TICKETS_WORTH
    return Habits(
        no_show=(today.missed + USUAL_NO_SHOW * _CALLS_WORTH) / (calls + _CALLS_WORTH),
        # Who comes by appointment is known by name, and does not come by chance.
        kinds={k: n / tickets for k, n in kinds.items() if k not in {ORDINARY, APPOINTMENT}},
    )


def _policy(state: State) -> PolicyScene:
    rules = state.plan.dispatch
    return PolicyScene(
        rules.policy,
        state.plan.credit_s,
        rules.priority_bound,
        rules.overdue_targets if rules.overdue_first == "hall" else 0.0,
        rules.mode is Mode.ASSIGNED,
        rules.rescue_targets,
    )


def _counter(
    state: State, counter: CounterState, now: float, breaks: tuple[tuple[float, float], ...]
) -> CounterScene:
    ticket = state.tickets[counter.ticket] if counter.ticket else None
    pause = counter.paused
    # Whoever stays away longer than announced is back nobody knows when.
    returns_at = pause.back_at if pause and (pause.back_at or 0.0) > now else None
    return CounterScene(
        counter.id,
        state.services_of(counter.id),
        _duty(counter),
        ticket.service if ticket else None,
        max(0.0, now - (ticket.called_at or now)) if ticket else 0.0,
        speed=state.speed(counter.id),
        returns_at=returns_at,
        breaks=breaks,
    )


def _duty(counter: CounterState) -> Duty:
    if counter.ticket:
        return Duty.SERVING
    if not counter.open:
        return Duty.CLOSED
    return Duty.PAUSED if counter.paused else Duty.IDLE


def _ticket(state: State, ticket_id: str) -> TicketScene:
    ticket = state.tickets[ticket_id]
    return TicketScene(
        ticket.id, ticket.service, ticket.queued_at, ticket.kind, ticket.bound, ticket.label
    )
