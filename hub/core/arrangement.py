"""What operators do with the hall: give a counter a service, take it back, follow advice."""

from __future__ import annotations

from typing import Any

from hub.core import events as e
from hub.core.commands import Decision, OnAdvice, Rearrange, busy, refuse
from hub.core.settled import Settled
from hub.core.shift import close_events
from hub.core.state import Advice, State

UNDO_S = 600.0
"""So long what was said to an advice can be taken back."""

AUTOMATIC = "automatic"
"""Who answers advice where no click is needed; it would only answer again."""


def rearrange(state: State, command: Rearrange, now: float) -> Decision:
    """Add a service to a counter, or take an added one back."""
    return _change(state, command.wish, command.counter, command.service, now, command.by, {})


def _change(
    state: State, wish: str, counter: str, service: str, now: float, by: str, reason: dict[str, Any]
) -> Decision:
    plan = state.plan.counter.get(counter)
    if plan is None:
        return refuse("unknown_counter", f"there is no counter {counter!r}")
    if service not in state.plan.service:
        return refuse("unknown_service", f"there is no service {service!r}")
    served = service in state.services_of(counter)
    if wish == "take_back":
        added = service in state.counters[counter].added
        if served and not added:
            return refuse("not_added", f"counter {plan.number} serves this by the plan")
        taken = e.ServiceTakenBack(now, counter, service, by, reason)
        return Decision((taken,) if served else ())
    if service not in plan.skills:
        return refuse("no_skill", f"counter {plan.number} does not have the skill for it")
    return Decision(() if served else (e.ServiceAdded(now, counter, service, by, reason),))


def on_advice(state: State, command: OnAdvice, now: float) -> Decision:
    """Follow an advice, dismiss it, or take either back."""
    if command.wish == "undo":
        return _undo(state, command, now)
    advice = state.advice.get(command.advice)
    if advice is None:
        return refuse("unknown_advice", "this advice is not given any more")
    if command.wish == "dismiss":
        return Decision((e.AdviceClosed(now, advice.id, "dismissed", command.by),))
    decision = _follow(state, advice, now, command.by)
    if decision.outcome == "refused":
        return decision
    closed = e.AdviceClosed(now, advice.id, "applied", command.by)
    return Decision((*decision.events, closed))


def _follow(state: State, advice: Advice, now: float, by: str) -> Decision:
    if advice.service is not None:
        return _change(state, advice.action, advice.counter, advice.service, now, by, advice.reason)
    if advice.counter not in state.plan.counter:
        return refuse("unknown_counter", f"there is no counter {advice.counter!r}")
    counter = state.counters[advice.counter]
    if advice.action == "close":
        if counter.ticket is not None:
            return busy(state, counter)
        return Decision(tuple(close_events(state, counter, now)))
    if counter.clerk is None or counter.open:
        # Somebody has to go there first, whom the operator sends; signing in opens it.
        return Decision()
    return Decision((e.CounterOpened(now, counter.id, counter.clerk),))


def _undo(state: State, command: OnAdvice, now: float) -> Decision:
    settled = state.desk.settled.get(command.advice)
    if settled is None or settled.by == AUTOMATIC:
        return refuse("unknown_advice", "nobody has answered this advice")
    if not 0 <= now - settled.at <= UNDO_S:
        return refuse("undo_too_late", "it is too late to take that back")
    undone = e.AdviceUndone(now, settled.id, command.by)
    if settled.outcome == "dismissed":
        return Decision((undone,))
    decision = _reverse(state, settled, now, command.by)
    if decision.outcome == "refused":
        return decision
    return Decision((*decision.events, undone))


def _reverse(state: State, settled: Settled, now: float, by: str) -> Decision:
    """What makes good that an advice was followed, as far as it still stands as it was left."""
    counter, service = state.counters[settled.counter], settled.service
    if service is not None:
        wish = "take_back" if settled.action == "add" else "add"
        if wish == "take_back" and service not in counter.added:
            return Decision()
        return _change(state, wish, counter.id, service, now, by, {"undone": settled.id})
    if settled.action == "close":
        reopens = not counter.open and counter.clerk is not None
        return Decision((e.CounterOpened(now, counter.id, str(counter.clerk)),) if reopens else ())
    if not counter.open or counter.free_since != settled.at:
        return Decision()  # the counter was open already, or has worked since
    if counter.ticket is not None:
        return busy(state, counter)
    return Decision(tuple(close_events(state, counter, now)))
