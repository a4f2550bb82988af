"""How grants, and what counters did while they were cut off, change the state."""

from __future__ import annotations

from hub.core import events as e
from hub.core.kiosk import count_shown
from hub.core.state import Call, CounterState, Grant, State
from hub.core.ticket_events import Handler, served_without_number
from hub.core.tickets import Ticket, TicketState


def _given(state: State, event: e.GrantsGiven) -> None:
    for ticket in event.tickets:
        if ticket in state.grants:
            raise ValueError(f"ticket {ticket} is granted to {state.grants[ticket].counter}")
        if state.tickets[ticket].state is not TicketState.WAITING:
            raise ValueError(f"ticket {ticket} does not wait")
        state.grants[ticket] = Grant(
            ticket,
            event.counter,
            event.unit,
            event.run,
            event.outbox,
            event.board,
            event.at,
        )
    state.counters[event.counter].granted = state.version + 1


def _withdrawn(state: State, event: e.GrantsWithdrawn) -> None:
    for ticket in event.tickets:
        grant = _grant_of(state, ticket, event.counter)
        if grant.withdrawn is not None:
            raise ValueError(f"the grant of {ticket} was withdrawn before")
        grant.withdrawn = (state.epoch, state.version + 1)
    state.counters[event.counter].granted = state.version + 1


def _ended(state: State, event: e.GrantsEnded) -> None:
    for ticket in event.tickets:
        _grant_of(state, ticket, event.counter)
        end(state, state.tickets[ticket])
    state.counters[event.counter].granted = state.version + 1


def _grant_of(state: State, ticket: str, counter: str) -> Grant:
    grant = state.grants[ticket]
    if grant.counter != counter:
        raise ValueError(f"ticket {ticket} is granted to {grant.counter}")
    return grant


def end(state: State, ticket: Ticket) -> None:
    """The grant of a ticket, if there is one, is over; a ticket that waits stands in line."""
    grant = state.grants.pop(ticket.id, None)
    if grant is not None and grant.parked and ticket.state is TicketState.WAITING:
        state.lines.add(ticket)


def unit_lost(state: State, unit: str) -> None:
    """Whom only a unit may call that is not heard stands in nobody's way."""
    _park(state, [grant for grant in state.grants.values() if grant.unit == unit])


def unit_joined(state: State, unit: str, run: str) -> None:
    """A run is heard, and can be asked to give tickets back; of an earlier run nobody can."""
    of_unit = [grant for grant in state.grants.values() if grant.unit == unit]
    _park(state, [grant for grant in of_unit if grant.run != run])
    for grant in of_unit:
        if grant.run == run and grant.parked and not grant.doubted:
            grant.parked = False
            if _waits(state, grant):
                state.lines.add(state.tickets[grant.ticket])


def unread(state: State, unit: str, outbox: str | None, sequence: int) -> None:
    """A record came that cannot be read: it may be the call of whatever was granted before it."""
    for grant in state.grants.values():
        if (grant.unit, grant.outbox) == (unit, outbox) and sequence not in grant.unread:
            grant.unread.append(sequence)


def _read(state: State, event: e.RecordRead) -> None:
    for grant in state.grants.values():
        if (grant.unit, grant.outbox) == (event.unit, event.outbox):
            grant.unread = [s for s in grant.unread if s != event.sequence]
            grant.doubted = grant.doubted and bool(grant.unread)


def _doubted(state: State, event: e.GrantsDoubted) -> None:
    grants = [_grant_of(state, ticket, event.counter) for ticket in event.tickets]
    for grant in grants:
        if not grant.unread:
            raise ValueError(f"there is no doubt about {grant.ticket}")
        grant.doubted = True
    _park(state, grants)


def _park(state: State, grants: list[Grant]) -> None:
    for grant in grants:
        if not grant.parked:
            if _waits(state, grant):
                state.lines.remove(state.tickets[grant.ticket])
            grant.parked = True


def _waits(state: State, grant: Grant) -> bool:
    return state.tickets[grant.ticket].state is TicketState.WAITING


def _unnumbered(state: State, event: e.ServedUnnumbered) -> None:
    served_without_number(state, event)


def _called_apart(state: State, event: e.CalledApart) -> None:
    if event.call_id in state.calls:
        raise ValueError("a call happens once")
    state.calls[event.call_id] = Call(
        event.call_id,
        event.ticket,
        event.number,
        event.service,
        event.counter,
        event.clerk,
        event.at,
        apart=True,
    )
    if event.at >= state.day_began_at:
        count_shown(state, event.number)


def _ended_apart(state: State, event: e.EndedApart) -> None:
    call = state.calls[event.call_id]
    if not call.apart or call.ended_at is not None:
        raise ValueError(f"call {event.call_id} does not stand apart, or has ended")
    call.ended_at, call.invite_s = event.at, event.invite_s
    counter: CounterState = state.counters[event.counter]
    if event.at < state.day_began_at:
        return  # told days later
    counter.last_call = event.call_id
    counter.served_today += 1
    state.today.served += 1


def _unused(_state: State, _event: e.AloneStepUnused) -> None:
    """It is in the journal, for people; the hall stays as it is."""


HANDLERS: dict[type[e.Event], Handler] = {
    e.GrantsGiven: _given,
    e.GrantsWithdrawn: _withdrawn,
    e.GrantsEnded: _ended,
    e.ServedUnnumbered: _unnumbered,
    e.CalledApart: _called_apart,
    e.EndedApart: _ended_apart,
    e.AloneStepUnused: _unused,
    e.RecordRead: _read,
    e.GrantsDoubted: _doubted,
}
