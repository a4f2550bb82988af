"""What must hold of a hall, worked out the slow and plain way beside the code that is fast."""

from __future__ import annotations

from typing import Any

from hub.core import events as e
from hub.core.hall import Hall
from hub.core.rules import Mode
from hub.core.tickets import ALIVE, IN_HAND, Ticket, TicketState
from tests.hub.core.examples import Driver, sign_in

CLERKS = ("wang", "li", "zhao", "chen")


def serves(hall: Hall, counter: str) -> set[str]:
    plan = hall.plan.counter[counter]
    return {*plan.services, *(s for s in hall.counters[counter].added if s in plan.also)}


def may_call(hall: Hall, counter: str, now: float) -> list[Ticket]:
    """The first of each line of which this counter has to call one."""
    waiting = [t for t in hall.tickets.values() if t.state is TicketState.WAITING]
    bound = [t for t in waiting if t.bound == counter]
    pool = [t for t in waiting if t.bound is None and t.service in serves(hall, counter)]
    blocked = {
        t.service
        for t in waiting
        if t.bound is None
        and t.kind == ""
        and hall.priority_run.get(t.service, 0) >= hall.plan.dispatch.priority_bound
    }
    pool = [t for t in pool if t.kind == "" or t.service not in blocked]
    others = _late_first(hall, _heads(pool), now)
    if hall.plan.dispatch.mode is Mode.POOLED:
        return _heads(bound) + others
    own = [_heads([t for t in pool if t.label == label]) for label in (counter, "")]
    rescued = [t for t in others if beyond(hall, t, now, hall.plan.dispatch.rescue_targets)]
    return _heads(bound) + _late_first(hall, own[0] + own[1], now) + rescued or others


def _late_first(hall: Hall, heads: list[Ticket], now: float) -> list[Ticket]:
    """Of a service in which somebody is overdue, only who is so the longest."""
    found = []
    for head in heads:
        late = [t for t in heads if t.service == head.service and overdue(hall, t, now)]
        if not late or head is min(late, key=lambda t: (t.queued_at, t.order)):
            found.append(head)
    return found


def _heads(tickets: list[Ticket]) -> list[Ticket]:
    first: dict[tuple[str, str], Ticket] = {}
    for ticket in sorted(tickets, key=lambda t: (t.queued_at, t.order)):
        first.setdefault((ticket.service, ticket.kind), ticket)
    return list(first.values())


def overdue(hall: Hall, ticket: Ticket, now: float) -> bool:
    return beyond(hall, ticket, now, hall.plan.dispatch.overdue_targets)


def beyond(hall: Hall, ticket: Ticket, now: float, targets: float) -> bool:
    return now - ticket.queued_at > targets * hall.plan.service[ticket.service].target_s


def call_is_right(hall: Hall, called: e.TicketCalled) -> None:
    """The call that follows in this state is one of the best."""
    candidates = {t.id: t for t in may_call(hall, called.counter, called.at)}
    assert called.ticket in candidates
    late = [t for t in candidates.values() if overdue(hall, t, called.at)]
    if hall.plan.dispatch.overdue_first != "hall":
        late = []  # then it is so within each line, as `may_call` has it
    chosen = candidates[called.ticket]
    assert not late or chosen in late
    reason = called.reason
    assert {"policy", "rule", "index", "runner_up", "fcfs"} <= reason.keys()
    assert reason["policy"] == hall.plan.dispatch.policy
    assert (reason["rule"] == "overdue") == bool(late)
    if reason["policy"] == "fcfs" and not late:
        credit_s = hall.plan.credit_s
        waits = {t.id: credit_s[t.kind] - t.queued_at for t in candidates.values()}
        assert waits[chosen.id] >= max(waits.values()) - 1e-6


def duty_adds_up(hall: Hall) -> None:
    expected: dict[str, float] = {}
    for counter in hall.plan.counters:
        state = hall.counters[counter.id]
        now = serves(hall, counter.id) if state.open and state.paused is None else set()
        assert set(hall.duty.serving.get(counter.id, ())) == now
        for service in now:
            expected[service] = expected.get(service, 0.0) + 1 / len(now)
    for service in hall.plan.service:
        found = hall.duty.capacity.get(service, 0.0)
        assert abs(found - expected.get(service, 0.0)) < 1e-9


def totals_are_a_recount(hall: Hall, events: list[e.Event]) -> None:
    """Of the events of this day."""
    found: dict[str, int] = dict.fromkeys(("issued", "served", "missed", "cancelled"), 0)
    served: dict[str, int] = {}
    persons: dict[str, int] = {}
    for event in events:
        if isinstance(event, e.TicketIssued | e.TicketBooked) and event.person:
            persons[event.person] = persons.get(event.person, 0) + 1
        if isinstance(event, e.TicketIssued | e.TicketCheckedIn):
            found["issued"] += 1
        elif isinstance(event, e.TicketMissed):
            found["missed"] += 1
        elif isinstance(event, e.TicketCancelled):
            found["cancelled"] += 1
        elif isinstance(event, e.TicketDone):
            found["served"] += 1
            served[event.counter] = served.get(event.counter, 0) + 1
        elif isinstance(event, e.StepUndone) and event.step == "done":
            found["served"] -= 1
            served[event.counter] -= 1
        elif isinstance(event, e.StepUndone) and event.step == "no_show":
            found["missed"] -= 1
    today = hall.today
    assert found == {name: getattr(today, name) for name in found}
    assert persons == today.persons
    assert {c.id: c.served_today for c in hall.counters.values() if c.served_today} == {
        c: n for c, n in served.items() if n
    }


def nobody_is_locked_out(hall: Hall, now: float) -> None:
    """By legal commands each clerk comes to `next`, and each ticket alive to its end.

    Works on this hall: give it a copy.
    """
    d = Driver.__new__(Driver)
    d.hall, d.now, d.events, d._ids = hall, now, [], 1_000_000
    for counter in hall.plan.counters:
        _ready(d, counter.id)
    for _ in range(len(hall.tickets) * 4 + 1):
        served = [_serve(d, counter.id) for counter in hall.plan.counters]
        if not any(served):
            break
    assert not [t for t in hall.tickets.values() if t.state in ALIVE]


def _ready(d: Driver, counter: str) -> None:
    if d.counter(counter).ticket is not None:
        assert d.press(counter, "done").outcome == "done"
    if d.counter(counter).clerk is None:
        here = {c.clerk for c in d.hall.counters.values()}
        clerk = next(name for name in CLERKS if name not in here)
        if d.at(counter, sign_in(clerk)).code == "too_many_attempts":
            d.pass_time(301)
            assert d.at(counter, sign_in(clerk)).outcome == "done"
    assert d.press(counter, "open").outcome == "done"


def _serve(d: Driver, counter: str) -> bool:
    if d.counter(counter).clerk is None:  # the day has ended while a PIN was waited for
        _ready(d, counter)
    if d.press(counter, "next").outcome == "done" or d.press(counter, "resume").outcome == "done":
        assert d.hall.tickets[str(d.counter(counter).ticket)].state in IN_HAND
        assert d.press(counter, "done").outcome == "done"
        return True
    return False


def places(hall: Hall) -> dict[Any, list[str]]:
    """Who waits where."""
    found: dict[Any, list[str]] = {}
    tables = {"": hall.lines.pool}
    tables |= {f"bound {c}": own for c, own in hall.lines.bound.items()}
    tables |= {f"label {c}": own for c, own in hall.lines.labelled.items()}
    for name, table in tables.items():
        found |= {(name, *key): line.tickets() for key, line in table.items() if line}
    return found
