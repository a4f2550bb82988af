"""Changing the plan while the hall runs: what stands in the way, and what follows. PURE.

Whole plans are checked and compared before (`propose`), beside the hall, for which it would be
long to stand still: in a hall of 200 counters that takes a tenth of a second.

A plan that is good in itself may still not fit what happens in the hall right now. Every
obstacle is told at once. What the change touches without harm is no obstacle: a waiting ticket
that was kept for a counter which can no longer serve it may then be called by any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.core import calendar
from hub.core import events as e
from hub.core.commands import Decision, refuse
from hub.core.commands_of_plans import Configure, Proposal
from hub.core.plan import Plan, plan_mistakes
from hub.core.plan_bounds import bound_mistakes
from hub.core.plan_changes import Content, changes
from hub.core.state import Advice, State
from hub.core.tickets import ALIVE, TicketState
from wire.errors import ConfigurationError

STALE_PLAN: Final = "stale_plan"
"""The code of a change to a plan that somebody else has changed meanwhile."""

NAMED: Final = 6
"""So many tickets are named of those that stand in the way."""

OBSTACLES: Final = {
    "hall_id": "The hall's id is part of every unit's address; change it with the hub stopped",
    "service_in_use": "Service {service} cannot go: it has {tickets}",
    "service_used_today": (
        "Service {service} cannot go before the next business day. Visits today: {count}"
    ),
    "counter_in_use": "Counter {counter} cannot go: {clerk} is signed in there",
    "counter_holds": "Counter {counter} cannot go: {tickets} are on hold there",
    "clerk_on_duty": "{clerk} cannot go: signed in at counter {counter}",
    "unit_keeps_tickets": (
        "Unit {unit} of counter {counter} cannot be exchanged: it may call {tickets} by itself. "
        "Close the counter first, or say on the operator's page what became of them"
    ),
    "prefix_of_kiosk": (
        "Numbers with {prefix} are printed by kiosk {unit} while it is cut off; "
        "nothing else may begin with it today"
    ),
    "lease_shorter": (
        "The time to call alone cannot be made shorter while there are tickets that counters may "
        "call alone ({count}); close the counters first"
    ),
    "day_would_end": "With this the business day would be over at once, and its numbers with it",
}
"""Why a plan cannot be put into force right now, by code."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of a plan, with the values of its text."""

    code: str
    about: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return OBSTACLES[self.code].format_map(self.about)


def propose(wanted: Content, base_at: int, base: Content) -> Proposal:
    """A plan ready to be put into force instead of `base`, in force since version `base_at`.

    Raises ConfigurationError if it has mistakes.
    """
    try:
        plan = Plan.model_validate(wanted)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise ConfigurationError([_told(mistake) for mistake in found]) from error
    content = as_content(plan)
    mistakes = [str(found) for found in (*bound_mistakes(content), *plan_mistakes(content))]
    if mistakes:
        raise ConfigurationError(mistakes)
    places = tuple(change.place for change in changes(base, content))
    return Proposal(plan, content, base_at, places)


def _told(mistake: ErrorDetails) -> str:
    return f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}"


def configure(state: State, command: Configure, now: float) -> Decision:
    """Put another plan into force, or say everything that stands in the way."""
    proposal = command.proposal
    if proposal.base_at != state.plan_at:
        return refuse(
            STALE_PLAN, f"the plan has been changed since; it is version {state.plan_at} now"
        )
    if proposal.plan == state.plan:
        return Decision()
    found = [str(obstacle) for obstacle in obstacles(state, proposal.plan, now)]
    if found:
        return refuse("plan_does_not_fit", ". ".join(found) + ".")
    return Decision(put_into_force(state, command, now))


def put_into_force(
    state: State, command: Configure, now: float, file: str = ""
) -> tuple[e.Event, ...]:
    """The events of another plan; `file` is the digest of the file that it is from."""
    proposal = command.proposal
    configured = e.Configured(
        at=now,
        plan=proposal.content,
        by=command.by,
        reason=command.reason,
        changed=proposal.changed,
        file=file,
        undoes=command.undoes,
    )
    return (*_pointless(state, proposal.plan, now), configured)


def _pointless(state: State, plan: Plan, now: float) -> Iterator[e.Event]:
    """The end of advice and flags about what will be no more."""
    for advice in state.advice.values():
        if not _makes_sense(advice, plan):
            yield e.AdviceClosed(now, advice.id, "pointless", "automatic")
    for flag in state.flags.values():
        if flag.target not in plan.service and flag.target not in plan.counter:
            yield e.Flagged(now, flag.kind, flag.scope, flag.target, on=False, evidence={})


def _makes_sense(advice: Advice, plan: Plan) -> bool:
    counter = plan.counter.get(advice.counter)
    return counter is not None and (advice.service is None or advice.service in counter.skills)


# --- what stands in the way -------------------------------------------------------------------


def obstacles(state: State, plan: Plan, now: float) -> list[Obstacle]:
    """Everything that keeps a plan, good in itself, from being put into force now."""
    return [
        *_of_the_hall(state, plan, now),
        *_of_services(state, plan),
        *_of_counters(state, plan),
        *_of_clerks(state, plan),
        *_of_units(state, plan),
        *_of_prefixes(state, plan),
    ]


def _of_the_hall(state: State, plan: Plan, now: float) -> Iterator[Obstacle]:
    if plan.hall.id != state.plan.hall.id:
        yield Obstacle("hall_id")
    if state.grants and plan.alone.lease_min < state.plan.alone.lease_min:
        yield Obstacle("lease_shorter", {"count": str(len(state.grants))})
    if calendar.business_day(plan, now) > calendar.business_day(state.plan, now):
        yield Obstacle("day_would_end")


def _of_services(state: State, plan: Plan) -> Iterator[Obstacle]:
    alive: dict[str, list[str]] = {}
    over: dict[str, int] = {}
    for ticket in state.tickets.values():
        unfinished = ticket.state in ALIVE or ticket.state is TicketState.BOOKED
        for service in {ticket.service, *ticket.further} - plan.service.keys():
            if unfinished:
                alive.setdefault(service, []).append(ticket.number or ticket.id)
            else:
                over[service] = over.get(service, 0) + 1
    for service, numbers in alive.items():
        yield Obstacle("service_in_use", {"service": service, "tickets": _listed(numbers)})
    for service, count in over.items():
        if service not in alive:
            yield Obstacle("service_used_today", {"service": service, "count": str(count)})


def _of_counters(state: State, plan: Plan) -> Iterator[Obstacle]:
    held: dict[str, list[str]] = {}
    for ticket in state.tickets.values():
        if ticket.state is TicketState.HELD and ticket.bound not in plan.counter:
            held.setdefault(str(ticket.bound), []).append(ticket.number)
    for counter in state.counters.values():
        if counter.id in plan.counter:
            continue
        number = _number(state, counter.id)
        if counter.clerk is not None:
            about = {"counter": number, "clerk": _clerk(state, counter.clerk)}
            yield Obstacle("counter_in_use", about)
        if counter.id in held:
            about = {"counter": number, "tickets": _listed(held[counter.id])}
            yield Obstacle("counter_holds", about)


def _of_clerks(state: State, plan: Plan) -> Iterator[Obstacle]:
    for counter in state.counters.values():
        if counter.clerk is not None and counter.clerk not in plan.clerk:
            about = {"clerk": _clerk(state, counter.clerk), "counter": _number(state, counter.id)}
            yield Obstacle("clerk_on_duty", about)


def _of_units(state: State, plan: Plan) -> Iterator[Obstacle]:
    """Of units that could not say any more what became of the tickets that they may call."""
    kept: dict[tuple[str, str], list[str]] = {}
    for grant in state.grants.values():
        there = plan.counter.get(grant.counter)
        if there is None or there.unit != grant.unit:
            number = state.tickets[grant.ticket].number
            kept.setdefault((grant.unit, grant.counter), []).append(number)
    for (unit, counter), numbers in kept.items():
        about = {"unit": unit, "counter": _number(state, counter), "tickets": _listed(numbers)}
        yield Obstacle("unit_keeps_tickets", about)


def _of_prefixes(state: State, plan: Plan) -> Iterator[Obstacle]:
    """A kiosk that is cut off prints on with the prefix that it had."""
    printed = {kiosk.prefix: kiosk.unit for kiosk in state.plan.kiosks}
    for kiosk in plan.kiosks:
        if printed.get(kiosk.prefix, kiosk.unit) != kiosk.unit:
            about = {"prefix": kiosk.prefix, "unit": printed[kiosk.prefix]}
            yield Obstacle("prefix_of_kiosk", about)
    for service in plan.services:
        if service.prefix in printed:
            about = {"prefix": service.prefix, "unit": printed[service.prefix]}
            yield Obstacle("prefix_of_kiosk", about)


def _listed(numbers: list[str]) -> str:
    more = f" +{len(numbers) - NAMED}" if len(numbers) > NAMED else ""
    return ", ".join(sorted(numbers)[:NAMED]) + more


def _number(state: State, counter: str) -> str:
    found = state.plan.counter.get(counter)
    return found.number if found else counter


def _clerk(state: State, clerk: str) -> str:
    found = state.plan.clerk.get(clerk)
    return found.name if found else clerk


def as_content(plan: Plan) -> dict[str, Any]:
    """A plan as the journal keeps it."""
    return plan.model_dump(mode="json")
