"""What the web shows a clerk beside the counter: who is next and why, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import merge
from itertools import islice

from hub.core.at_counter import or_kept
from hub.core.commands import AtCounter
from hub.core.decide import decide
from hub.core.dispatch import Choice, choose, lines_for
from hub.core.grants import kept_by
from hub.core.hall import Hall
from hub.core.plan import Counter
from hub.core.state import CounterState
from hub.core.tickets import Ticket
from hub.web import models as m
from hub.web.load_views import Time
from hub.web.why import kind_name, why_next
from wire import messages as w

QUEUE_SHOWN = 8
APPOINTMENTS_SHOWN = 6
DAY_S = 86_400


def choice_of(hall: Hall, counter: str, now: float) -> Choice | None:
    """Whom a counter would call now."""
    state = hall.counters[counter]
    if not state.open or not state.clerk:
        return None
    return or_kept(hall, counter, choose(hall, counter, now), now)


def next_view(hall: Hall, choice: Choice | None) -> m.NextTicket | None:
    """Whom a counter would call now, and why this one."""
    if choice is None:
        return None
    ticket = hall.tickets[choice.ticket]
    why = why_next(choice.reason, kind_name(hall, ticket.kind))
    return m.NextTicket(id=ticket.id, number=ticket.number, why=why)


def queue(hall: Hall, plan: Counter, choice: Choice | None, time: Time) -> list[m.QueuedTicket]:
    """Who waits for a counter: whom it would call first, then in the order of their wait."""
    tickets = hall.tickets
    lines = [
        [tickets[i] for i in line.tickets()[:QUEUE_SHOWN]] for line in lines_for(hall, plan.id)
    ]
    lines.append(kept_by(hall, plan.id))
    order = merge(*lines, key=lambda ticket: (ticket.queued_at, ticket.order))
    first = [tickets[choice.ticket]] if choice else []
    others = (ticket for ticket in order if choice is None or ticket.id != choice.ticket)
    shown = first + list(islice(others, QUEUE_SHOWN - len(first)))
    return [_queued(hall, ticket, plan.id, time) for ticket in shown]


def _queued(hall: Hall, ticket: Ticket, counter: str, time: Time) -> m.QueuedTicket:
    grant = hall.grants.get(ticket.id)
    return m.QueuedTicket(
        id=ticket.id,
        number=ticket.number,
        service=ticket.service,
        queued_at=time(ticket.queued_at),
        kind=kind_name(hall, ticket.kind),
        kept=counter in {ticket.bound, grant.counter if grant and grant.parked else None},
    )


def appointments(
    hall: Hall, plan: Counter, booked: Iterable[Ticket], time: Time
) -> tuple[m.ComingTicket, ...]:
    """Who is to come to a counter's lines within a day, the earliest first."""
    served, ends = set(hall.services_of(plan.id)), hall.day_began_at + DAY_S
    coming = (t for t in booked if t.service in served and (t.due_at or 0.0) < ends)
    return tuple(
        m.ComingTicket(id=t.id, service=t.service, due_at=time(t.due_at or 0.0))
        for t in islice(coming, APPOINTMENTS_SHOWN)
    )


def undo_view(hall: Hall, state: CounterState, now: float, time: Time) -> m.UndoView | None:
    """The clerk's last step, if it can be taken back."""
    last = state.last_step
    if last is None:
        return None
    wanted = AtCounter(state.id, w.Undo(action="undo"), None, "")
    if decide(hall, wanted, now).outcome == "refused":
        return None
    number = hall.tickets[last.ticket].number
    until = last.at + hall.plan.dispatch.undo_s
    return m.UndoView(step=last.step, number=number, until=time(until))


def others(hall: Hall, counter: str) -> tuple[m.OtherCounter, ...]:
    """Where else a ticket could be sent."""
    return tuple(
        m.OtherCounter(
            id=plan.id,
            number=plan.number,
            name=plan.name,
            open=hall.counters[plan.id].open,
            services=plan.skills,
        )
        for plan in hall.plan.counters
        if plan.id != counter
    )
