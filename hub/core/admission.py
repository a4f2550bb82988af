"""What citizens may do: take a number, book, check in, come back, give up."""

from __future__ import annotations

from hub.core import calendar
from hub.core import events as e
from hub.core.commands import Book, Decision, Issue, OnTicket, refuse
from hub.core.dispatch import assign
from hub.core.rules import Mode
from hub.core.state import State
from hub.core.tickets import APPOINTMENT, ORDINARY, Step, Ticket, TicketState, after

BOOKED_AHEAD_S = 60 * 86_400
"""How far ahead an appointment may lie."""


def issue(state: State, command: Issue, now: float) -> Decision:
    """Somebody takes a number."""
    refusal = _unknown(state, command.service, *command.further) or _limited(state, command.person)
    if refusal is not None:
        return refusal
    if command.kind != ORDINARY and command.kind not in {p.id for p in state.plan.priorities}:
        return refuse("unknown_class", f"there is no priority class {command.kind!r}")
    shut = _shut(state)
    if shut is not None:
        return shut
    event = e.TicketIssued(
        at=now,
        ticket=command.ticket,
        number=state.next_number(command.service),
        service=command.service,
        queued_at=_queue_up(state, now),
        channel=command.channel,
        kind=command.kind,
        further=command.further,
        label=_label(state, command.service, now),
        person=command.person,
    )
    return Decision((event,), ticket=command.ticket)


def _shut(state: State) -> Decision | None:
    """Why no numbers are issued at all just now; None if they are."""
    if not state.open:
        return refuse("hall_closed", "no numbers are issued outside the opening hours")
    if state.emergency is not None:
        return refuse("emergency", "no numbers are issued while an emergency text is shown")
    return None


def _unknown(state: State, *services: str) -> Decision | None:
    for service in services:
        if service not in state.plan.service:
            return refuse("unknown_service", f"there is no service {service!r}")
    if len(set(services)) != len(services):
        return refuse("service_twice", "a visit goes to each service once")
    return None


def _limited(state: State, person: str | None) -> Decision | None:
    limits = state.plan.limits
    if person is None:
        if limits.identity_required:
            return refuse("identity_required", "a number is given against an identity document")
        return None
    if 0 < limits.per_person_day <= state.today.persons.get(person, 0):
        return refuse("person_limit", f"{limits.per_person_day} numbers a person and day")
    return None


def _queue_up(state: State, now: float) -> float:
    # A clock that was set back does not let anybody in before those who wait.
    return max(now, min(state.lines.last_queued_at(), now + 86_400))


def _label(state: State, service: str, now: float) -> str | None:
    return assign(state, service, now) if state.plan.dispatch.mode is Mode.ASSIGNED else None


def book(state: State, command: Book, now: float) -> Decision:
    """Somebody agrees to come at a time."""
    refusal = _unknown(state, command.service) or _limited(state, command.person)
    if refusal is not None:
        return refusal
    if not now < command.due_at <= now + BOOKED_AHEAD_S:
        return refuse("bad_time", "an appointment lies between now and sixty days ahead")
    if not calendar.is_open(state.plan, command.due_at):
        return refuse("hall_closed", "the hall is closed at that time")
    event = e.TicketBooked(
        at=now,
        ticket=command.ticket,
        service=command.service,
        due_at=command.due_at,
        channel=command.channel,
        person=command.person,
    )
    return Decision((event,), ticket=command.ticket)


def on_ticket(state: State, command: OnTicket, now: float) -> Decision:
    """A citizen, or an operator for them, does something with a ticket."""
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        return refuse("unknown_ticket", "there is no such ticket today")
    if command.wish == "check_in":
        return _check_in(state, ticket, now)
    if command.wish == "come_back":
        return _come_back(state, ticket, now)
    if command.wish == "release":
        return _release(ticket, now)
    if command.wish == "not_called":
        return _not_called(state, ticket, command, now)
    after(ticket.state, Step.CANCEL)
    return Decision((e.TicketCancelled(now, ticket.id, command.by),), ticket=ticket.id)


def _check_in(state: State, ticket: Ticket, now: float) -> Decision:
    after(ticket.state, Step.CHECK_IN)
    due_at, rules = float(ticket.due_at or 0.0), state.plan.appointments
    shut = _shut(state)
    if shut is not None:
        return shut
    early_s = due_at - now - 60 * rules.early_min
    if early_s > 0:
        return refuse("too_early", f"check in is open in {early_s / 60:.0f} min")
    late = now > due_at + 60 * rules.late_min
    event = e.TicketCheckedIn(
        at=now,
        ticket=ticket.id,
        number=state.next_number(ticket.service),
        queued_at=_queue_up(state, now) if late else due_at,
        kind=ORDINARY if late else APPOINTMENT,
        label=_label(state, ticket.service, now),
    )
    reason = "too late for the appointment; the number waits like any other" if late else None
    return Decision((event,), ticket=ticket.id, reason=reason)


def _come_back(state: State, ticket: Ticket, now: float) -> Decision:
    after(ticket.state, Step.COME_BACK)
    if now > ticket.since + 60 * state.plan.dispatch.come_back_min:
        return refuse("too_late", "the time to come back is over; please take a new number")
    event = e.TicketReturned(now, ticket.id, credited(ticket, now))
    return Decision((event,), ticket=ticket.id)


def credited(ticket: Ticket, now: float) -> float:
    """The `queued_at` of a ticket that waits again: its wait up to the call counts on."""
    return now - ticket.credit_s


def _release(ticket: Ticket, now: float) -> Decision:
    counter = ticket.bound or ticket.label
    if not counter or ticket.state not in {TicketState.WAITING, TicketState.HELD}:
        return refuse("not_kept", f"{ticket.number} is not kept for a counter")
    return Decision((released(ticket, counter, now, "operator"),), ticket=ticket.id)


def _not_called(state: State, ticket: Ticket, command: OnTicket, now: float) -> Decision:
    grant = state.grants.get(ticket.id)
    if grant is None or ticket.state is not TicketState.WAITING:
        return refuse("not_granted", f"{ticket.number} may be called by any counter")
    if not (command.unit_off or grant.doubted):
        return refuse("may_be_called", "the counter may still call it by itself")
    event = e.GrantsEnded(now, grant.counter, (ticket.id,), "not_called", command.by)
    return Decision((event,), ticket=ticket.id)


def released(ticket: Ticket, counter: str, now: float, why: str) -> e.TicketReleased:
    """A ticket that was kept for a counter may be called by all."""
    waits = ticket.state is TicketState.WAITING
    queued_at = ticket.queued_at if waits else credited(ticket, now)
    return e.TicketReleased(now, ticket.id, counter, queued_at, why)
