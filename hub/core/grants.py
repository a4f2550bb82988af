"""Granted tickets: whom a counter may call while it is cut off, and when others may again. PURE.

Each open counter whose unit is heard is granted the tickets that it would call next. While it
is heard the hub decides all the same, and takes a grant back when another counter is to call
the ticket. What frees a grant is knowing that the unit has not called the ticket and will not;
the end of a lease alone frees nothing, because a unit that is cut off may have called it and
cannot say so. A model of random schedules showed people called twice where it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import ceil

from hub.core import events as e
from hub.core.dispatch import choose
from hub.core.state import Grant, State
from hub.core.tickets import Ticket, TicketState

SLACK_S = 2.0
"""How much longer than the lease the hub waits before it says that a lease is over."""

DRIFT = 1000.0
"""The clocks of a hub and a unit drift apart by less than one second in so many."""


@dataclass(frozen=True, slots=True)
class Said:
    """The latest renew of a unit's present run: the state it acts on, and how far it wrote."""

    run: str
    epoch: int
    version: int
    through: int


def top_up(state: State, heard: Collection[str], now: float) -> list[e.Event]:
    """Grants for counters that lack some, and the withdrawal of those that are in place no more.

    `heard` are the units that can be told.
    """
    rules = state.plan.alone
    events = list(_out_of_place(state, now))
    if state.restored is not None:
        return events
    per_counter = min(rules.grants, ceil(_waiting(state) / max(1, len(state.duty.serving))))
    if not per_counter:
        return events
    taken, has = set(state.grants), _held(state)
    for counter_id, unit in _deserving(state, heard):
        lacking = per_counter - has[counter_id, unit]
        found = _best(state, counter_id, now, lacking, taken) if lacking > 0 else []
        if found:
            known = state.units[unit]
            whose = (counter_id, unit, known.run, known.outbox, known.board)
            events.append(e.GrantsGiven(now, *whose, tuple(found)))
    return events


def _held(state: State) -> Counter[tuple[str, str]]:
    """How many grants each counter's present run has, those among them that are asked back."""
    run = {unit: known.run for unit, known in state.units.items()}
    return Counter(
        (grant.counter, grant.unit)
        for ticket, grant in state.grants.items()
        if grant.run == run.get(grant.unit)
        and not grant.doubted
        and state.tickets[ticket].state is TicketState.WAITING
    )


def _waiting(state: State) -> int:
    return sum(state.lines.count.values())


def _deserving(state: State, heard: Collection[str]) -> Iterator[tuple[str, str]]:
    """Counters on duty with a unit that is heard."""
    for counter_id in state.duty.serving:
        plan, counter = state.plan.counter.get(counter_id), state.counters[counter_id]
        if plan is not None and plan.unit in heard and counter.clerk and plan.unit in state.units:
            yield counter_id, plan.unit


def _best(state: State, counter: str, now: float, many: int, taken: set[str]) -> list[str]:
    """The tickets that a counter would call next, of those that nobody has; they are taken."""
    found: list[str] = []
    while len(found) < many and (choice := choose(state, counter, now, avoid=taken)):
        found.append(choice.ticket)
        taken.add(choice.ticket)
    return found


def _out_of_place(state: State, now: float) -> Iterator[e.Event]:
    """Grants of counters that are closed, or whose unit has been replaced in the plan."""
    gone: dict[str, list[str]] = {}
    for grant in state.grants.values():
        plan, counter = state.plan.counter.get(grant.counter), state.counters[grant.counter]
        stays = plan is not None and plan.unit == grant.unit and counter.open and counter.clerk
        if not stays and grant.withdrawn is None:
            gone.setdefault(grant.counter, []).append(grant.ticket)
    for counter_id, tickets in gone.items():
        yield e.GrantsWithdrawn(now, counter_id, tuple(tickets), "the counter does not serve")


def active(state: State, counter: str, unit: str) -> list[Grant]:
    """What the present run of a counter's unit may call, the most urgent first."""
    known = state.units.get(unit)
    return [
        grant
        for grant in state.grants.values()
        if grant.counter == counter
        and grant.withdrawn is None
        and known is not None
        and (grant.unit, grant.run) == (unit, known.run)
    ]


def others(state: State, counter: str) -> Collection[str]:
    """The tickets that are granted to other counters, and not this one's to call."""
    return {grant.ticket for grant in state.grants.values() if grant.counter != counter}


def withdrawal(state: State, ticket: str, now: float) -> list[e.Event]:
    """Ask a counter to give a ticket back, if that has not been done."""
    grant = state.grants[ticket]
    if grant.withdrawn is not None:
        return []
    return [e.GrantsWithdrawn(now, grant.counter, (ticket,), "another counter is to call it")]


def freed(
    state: State, unit: str, said: Said | None, committed: dict[str, int], now: float
) -> list[e.Event]:
    """The end of those grants of a unit of which it is now known that it did not call them.

    Of some that wait it is only known that the unit can call them no more: a record that nobody
    can read may be the call. These are doubted, and a person has to say. `committed` is
    how far each of its outboxes is in the journal.
    """
    ended: dict[tuple[str, str], list[str]] = {}
    doubted: dict[str, list[str]] = {}
    for grant in state.grants.values():
        why = _why_freed(state, grant, said, committed) if grant.unit == unit else None
        waits = state.tickets[grant.ticket].state is TicketState.WAITING
        if why is not None and not (grant.unread and waits):
            ended.setdefault((grant.counter, why), []).append(grant.ticket)
        elif why is not None and not grant.doubted:
            doubted.setdefault(grant.counter, []).append(grant.ticket)
    return [
        *(
            e.GrantsEnded(now, counter, tuple(tickets), why, "")
            for (counter, why), tickets in ended.items()
        ),
        *(e.GrantsDoubted(now, counter, tuple(tickets)) for counter, tickets in doubted.items()),
    ]


def _why_freed(
    state: State, grant: Grant, said: Said | None, committed: dict[str, int]
) -> str | None:
    known, has = state.units.get(grant.unit), committed.get(grant.outbox, 0)
    if known is None:
        return None
    if known.run != grant.run:
        same = (known.outbox, known.board) == (grant.outbox, grant.board) and known.board != ""
        return "later_run" if same and has >= known.through else None
    if said is None or said.run != grant.run or grant.withdrawn is None:
        return None
    acts_without = (said.epoch, said.version) >= grant.withdrawn
    return "taken_back" if acts_without and has >= said.through else None


def lease_end(lease_s: float, answered: float) -> float:
    """When a lease is over for certain, by the hub's clock.

    `answered`: when the last state was sent that could begin it anew.
    """
    return answered + lease_s + SLACK_S + lease_s / DRIFT


def kept_by(state: State, counter: str) -> list[Ticket]:
    """The tickets that only a counter may call whose unit is not heard, longest wait first."""
    kept = (g.ticket for g in state.grants.values() if g.counter == counter and g.parked)
    waiting = (t for t in map(state.tickets.__getitem__, kept) if t.state is TicketState.WAITING)
    return sorted(waiting, key=lambda ticket: (ticket.queued_at, ticket.order))


def first_kept(state: State, counter: str, best: Ticket | None) -> Ticket | None:
    """Who is to be called first by a counter whose unit is not heard, from the clerk's page.

    Of those kept for it whoever has waited longer than the `best` of all others, and than
    everybody else of the same line. Not whom an earlier run may have called than the one that
    is known: its records have yet to come, or have gone with a disk. Nor whom a record may have
    called that nobody can read.
    """
    for ticket in kept_by(state, counter):
        grant = state.grants[ticket.id]
        if state.units[grant.unit].run != grant.run or grant.doubted:
            continue
        line = state.lines.pool.get((ticket.service, ticket.kind))
        first = line.head() if line is not None else None
        place = (ticket.queued_at, ticket.order)
        in_turn = first is None or first[:2] > place
        if in_turn and (best is None or place < (best.queued_at, best.order)):
            return ticket
    return None
