"""What people are shown of the state: counters, lines, the hall. Pure projections."""

from __future__ import annotations

from itertools import islice
from typing import Final, Protocol

from hub.core.at_counter import held_at
from hub.core.dispatch import ahead_of, waiting_for
from hub.core.hall import Hall
from hub.core.plan import Service
from hub.core.state import Call, CounterState
from hub.core.tickets import Ticket, TicketState
from wire import messages as w

LATEST_CALLS: Final = 100
"""More than a hall makes while a call can be taken back."""


def counter_picture(hall: Hall, counter_id: str, now: float) -> w.CounterPicture:
    """One counter, for its unit and its clerk's page.

    Raises KeyError for an unknown counter.
    """
    plan, state = hall.plan.counter[counter_id], hall.counters[counter_id]
    clerk = hall.plan.clerk.get(state.clerk or "")
    return w.CounterPicture(
        id=plan.id,
        number=plan.number,
        name=plan.name,
        state=phase(hall, state),
        version=state.version,
        clerk=w.ClerkName(id=clerk.id, name=clerk.name) if clerk else None,
        services=[_service_name(hall.plan.service[s]) for s in hall.services_of(plan.id)],
        ticket=_in_hand(hall, state, now),
        invitation=_invitation(hall, state, now),
        waiting=waiting_for(hall, counter_id),
        served_today=state.served_today,
        pause=_pause(state, now),
        on_hold=[_on_hold(ticket) for ticket in held_at(hall, counter_id)],
        voided=_voided(hall, counter_id),
    )


def _voided(hall: Hall, counter_id: str) -> str | None:
    """The latest call of a counter's that was taken back, which can be done at once only."""
    recent = islice(reversed(hall.calls.values()), LATEST_CALLS)
    return next((c.call_id for c in recent if c.voided and c.counter == counter_id), None)


def phase(hall: Hall, state: CounterState) -> w.CounterState:
    """What a counter is doing."""
    if state.paused is not None:
        return w.CounterState.PAUSED
    if state.ticket is not None:
        serving = hall.tickets[state.ticket].state is TicketState.SERVING
        return w.CounterState.SERVING if serving else w.CounterState.CALLED
    return w.CounterState.IDLE if state.open else w.CounterState.CLOSED


def _pause(state: CounterState, now: float) -> w.PausePicture | None:
    if state.paused is None:
        return None
    back_at = state.paused.back_at
    return w.PausePicture(
        reason=state.paused.reason,
        since_s=max(0.0, round(now - state.paused.since, 3)),
        back_in_s=None if back_at is None else round(back_at - now, 3),
    )


def _on_hold(ticket: Ticket) -> w.TicketName:
    return w.TicketName(
        id=ticket.id, number=ticket.number, service=ticket.service, call_id=ticket.call_id
    )


def _service_name(service: Service) -> w.ServiceName:
    return w.ServiceName(id=service.id, name=service.name)


def _in_hand(hall: Hall, state: CounterState, now: float) -> w.TicketInHand | None:
    ticket = hall.tickets.get(state.ticket or "")
    if ticket is None or ticket.call_id is None:
        return None
    return w.TicketInHand(
        id=ticket.id,
        number=ticket.number,
        service=ticket.service,
        service_name=hall.plan.service[ticket.service].name,
        call_id=ticket.call_id,
        recalls=ticket.recalls,
        since_s=max(0.0, round(now - ticket.since, 3)),
    )


def _invitation(hall: Hall, state: CounterState, now: float) -> w.Invitation | None:
    call = open_invitation(hall, state, now)
    if call is None:
        return None
    return w.Invitation(
        call_id=call.call_id,
        ticket=call.ticket,
        number=call.number,
        service=call.service or None,  # a restored hub may know no more than that it was
        clerk=call.clerk,
        age_s=max(0.0, round(now - (call.ended_at or now), 3)),
        length_s=call.invite_s,
    )


def open_invitation(hall: Hall, state: CounterState, now: float) -> Call | None:
    """The call that may be rated at a counter right now, if there is one."""
    call = hall.calls.get(state.last_call or "")
    if call is None or call.answered or not invited(call, now):
        return None
    return call


def invited(call: Call, now: float) -> bool:
    """Whether the citizen of a call may still rate it."""
    return call.ended_at is not None and now < call.ended_at + call.invite_s


class WaitRange(w.Part):
    """A wait in seconds as an interval."""

    p10: float
    p50: float
    p90: float


class TicketPicture(w.Part):
    """One ticket, for the person who holds it."""

    id: str
    number: str
    service: str
    service_name: w.Text
    state: TicketState
    counter: str | None
    counter_number: str | None
    ahead: int | None
    wait_s: WaitRange | None
    waited_s: float
    recalls: int


class Interval(Protocol):
    """A wait in seconds: one in ten is below p10, one in ten above p90."""

    @property
    def p10(self) -> float: ...
    @property
    def p50(self) -> float: ...
    @property
    def p90(self) -> float: ...


class Waits(Protocol):
    """What is foretold right now. None: nobody can say, or no counter on duty serves it."""

    def ticket(self, ticket: str, now: float) -> Interval | None:
        """The remaining wait of a ticket."""

    def service(self, service: str) -> Interval | None:
        """The wait of whoever takes a number now."""


def ticket_picture(
    hall: Hall, ticket_id: str, now: float, waits: Waits | None = None
) -> TicketPicture:
    """One ticket: where it stands, and while it waits who is ahead and how long it will take.

    Raises KeyError for an unknown ticket.
    """
    ticket = hall.tickets[ticket_id]
    waiting = ticket.state is TicketState.WAITING
    ahead = ahead_of(hall, ticket) if waiting else None
    counter = hall.plan.counter.get(ticket.counter or "")
    until = now if waiting else ticket.called_at or now
    return TicketPicture(
        id=ticket.id,
        number=ticket.number,
        service=ticket.service,
        service_name=hall.plan.service[ticket.service].name,
        state=ticket.state,
        counter=ticket.counter,
        counter_number=counter.number if counter else None,
        ahead=ahead,
        wait_s=_wait(ticket, now, waits) if waiting and waits else None,
        waited_s=max(0.0, round(until - ticket.issued_at, 3)),
        recalls=ticket.recalls,
    )


class LinePicture(w.Part):
    """One service: its line and what somebody who took a number now could expect."""

    id: str
    name: w.Text
    prefix: str
    waiting: int
    longest_s: float
    target_s: float
    open_counters: int
    wait_s: WaitRange | None


def line_picture(
    hall: Hall, service: Service, now: float, waits: Waits | None = None
) -> LinePicture:
    """One service's line."""
    waiting, oldest = hall.lines.waiting(service.id), hall.lines.oldest(service.id)
    longest = now - oldest[0] if oldest else 0.0
    return LinePicture(
        id=service.id,
        name=service.name,
        prefix=service.prefix,
        waiting=waiting,
        longest_s=max(0.0, round(longest, 3)),
        target_s=service.target_s,
        open_counters=sum(service.id in served for served in hall.duty.serving.values()),
        wait_s=_range(waits.service(service.id)) if waits else None,
    )


def _wait(ticket: Ticket, now: float, waits: Waits) -> WaitRange | None:
    """What is foretold for a ticket; one that is newer than the forecast waits like any new one."""
    return _range(waits.ticket(ticket.id, now) or waits.service(ticket.service))


def _range(wait: Interval | None) -> WaitRange | None:
    if wait is None:
        return None
    return WaitRange(p10=round(wait.p10, 1), p50=round(wait.p50, 1), p90=round(wait.p90, 1))
