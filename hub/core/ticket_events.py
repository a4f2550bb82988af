"""How what happens to a ticket changes the state: one function an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core import events as e
from hub.core.kiosk import count_printed
from hub.core.rules import Mode
from hub.core.state import Call, CounterState, LastStep, State
from hub.core.tickets import (
    ANY_COUNTER,
    IN_HAND,
    KIOSK_ALONE,
    ORDINARY,
    WITHOUT_NUMBER,
    Step,
    Ticket,
    TicketState,
    after,
)


def _issued(state: State, event: e.TicketIssued) -> None:
    if event.ticket in state.tickets:
        raise ValueError("a ticket is issued once")
    _in_plan(state, event.service, *event.further)
    _wait(
        state,
        Ticket(
            id=event.ticket,
            number=event.number,
            service=event.service,
            issued_at=event.at,
            queued_at=event.queued_at,
            channel=event.channel,
            state=TicketState.WAITING,
            since=event.at,
            order=state.version,
            kind=event.kind,
            further=event.further,
            label=event.label,
            person=event.person,
        ),
    )
    if event.channel == KIOSK_ALONE:
        count_printed(state, event.number)
        state.today.issued += 1
    else:
        _numbered(state, event.service)
    _person(state, event.person)


def _in_plan(state: State, *services: str) -> None:
    for service in services:
        if service not in state.plan.service:
            raise ValueError(f"there is no service {service}")


def _booked(state: State, event: e.TicketBooked) -> None:
    if event.ticket in state.tickets:
        raise ValueError("a ticket is booked once")
    _in_plan(state, event.service)
    _person(state, event.person)
    state.tickets[event.ticket] = Ticket(
        id=event.ticket,
        number="",
        service=event.service,
        issued_at=event.at,
        queued_at=event.due_at,
        channel=event.channel,
        state=TicketState.BOOKED,
        since=event.at,
        order=state.version,
        person=event.person,
        due_at=event.due_at,
    )


def _checked_in(state: State, event: e.TicketCheckedIn) -> None:
    ticket = state.step(event.ticket, Step.CHECK_IN, event.at)
    ticket.number, ticket.queued_at, ticket.kind = event.number, event.queued_at, event.kind
    ticket.label = event.label
    _wait(state, ticket)
    _numbered(state, ticket.service)


def _person(state: State, person: str | None) -> None:
    if person is not None:
        state.today.persons[person] = state.today.persons.get(person, 0) + 1


def _numbered(state: State, service: str) -> None:
    prefix = state.plan.service[service].prefix
    state.series[prefix] = state.series.get(prefix, 0) + 1
    state.today.issued += 1


def _wait(state: State, ticket: Ticket) -> None:
    state.lines.add(ticket)
    state.tickets[ticket.id] = ticket


def _called(state: State, event: e.TicketCalled) -> None:
    counter = state.counters[event.counter]
    if counter.ticket is not None:
        raise ValueError("a counter holds one ticket")
    if event.call_id in state.calls:
        raise ValueError("a call happens once")
    ticket = state.tickets[event.ticket]
    grant = state.grants.get(ticket.id)
    if ticket.bound not in {None, event.counter}:
        raise ValueError(f"only counter {ticket.bound} may call ticket {ticket.id}")
    if grant is not None and grant.counter != event.counter:
        raise ValueError(f"ticket {ticket.id} is granted to counter {grant.counter}")
    before = _before(state, counter, ticket, "next", event)
    state.step(event.ticket, Step.CALL, event.at)
    state.taken(ticket)
    if event.reason.get("rule") == "alone":
        state.end_grant(ticket)
    _learn(state, counter)
    _count_run(state, ticket)
    _in_hand(state, counter, ticket, event)
    counter.reason, counter.last_step = event.reason, before


def _in_hand(
    state: State, counter: CounterState, ticket: Ticket, event: e.TicketCalled | e.ServedUnnumbered
) -> None:
    """The counter has the ticket by this call."""
    ticket.call_id, ticket.counter, ticket.clerk = event.call_id, event.counter, event.clerk
    ticket.called_at, ticket.recalls, ticket.held_s = event.at, 0, 0.0
    counter.ticket = ticket.id
    state.calls[event.call_id] = Call(
        event.call_id,
        ticket.id,
        ticket.number,
        ticket.service,
        event.counter,
        event.clerk,
        event.at,
    )


def served_without_number(state: State, event: e.ServedUnnumbered) -> None:
    """Somebody is served who has no number: the visit has a ticket all the same."""
    counter = state.counters[event.counter]
    if counter.ticket is not None:
        raise ValueError("a counter holds one ticket")
    if event.ticket in state.tickets or event.call_id in state.calls:
        raise ValueError("a visit begins once")
    _in_plan(state, event.service)
    ticket = Ticket(
        id=event.ticket,
        number="",
        service=event.service,
        issued_at=event.at,
        queued_at=event.at,
        channel=WITHOUT_NUMBER,
        state=after(after(TicketState.WAITING, Step.CALL), Step.START),
        since=event.at,
        order=state.version,
    )
    state.tickets[ticket.id] = ticket
    state.today.issued += 1
    _learn(state, counter)
    _in_hand(state, counter, ticket, event)
    counter.reason, counter.last_step = {"rule": "without_number"}, None


def _count_run(state: State, ticket: Ticket) -> None:
    """Count priority calls in a row in a line in which ordinary tickets wait."""
    if ticket.bound is not None:
        return
    waits = len(state.lines.pool[ticket.service, ORDINARY]) > 0
    run = state.priority_run.get(ticket.service, 0)
    state.priority_run[ticket.service] = run + 1 if ticket.kind != ORDINARY and waits else 0


def _learn(state: State, counter: CounterState) -> None:
    """Learn from the service before, which cannot be undone any more."""
    if counter.done_s is None:
        return
    (service, duration_s), counter.done_s = counter.done_s, None
    state.learn(service, counter.id, duration_s)


_Step = e.TicketCalled | e.TicketMissed | e.TicketHeld | e.TicketTransferred | e.TicketDone


def _before(
    state: State, counter: CounterState, ticket: Ticket, step: str, event: _Step
) -> LastStep:
    return LastStep(
        step=step,
        ticket=ticket.id,
        call_id=event.call_id,
        at=event.at,
        service=ticket.service,
        queued_at=ticket.queued_at,
        since=ticket.since,
        further=ticket.further,
        bound=ticket.bound,
        label=ticket.label,
        last_call=counter.last_call,
        run=state.priority_run.get(ticket.service, 0),
    )


def _recalled(state: State, event: e.TicketRecalled) -> None:
    state.held(event.counter, event.ticket, event.call_id)
    state.step(event.ticket, Step.RECALL, event.at).recalls += 1
    state.calls[event.call_id].recalled_at = event.at


def _started(state: State, event: e.ServiceStarted) -> None:
    state.held(event.counter, event.ticket, event.call_id)
    state.step(event.ticket, Step.START, event.at).since = event.since


def _voided(state: State, event: e.CallVoided) -> None:
    counter = state.held(event.counter, event.ticket, event.call_id)
    ticket = state.step(event.ticket, Step.VOID, event.at)
    last = counter.last_step
    if last is not None and last.call_id == event.call_id and ticket.bound is None:
        # A call that was taken back gives the line no more priority calls than before it.
        run = state.priority_run.get(ticket.service, 0)
        state.priority_run[ticket.service] = max(run, last.run)
    ticket.called_at, ticket.recalls = None, 0
    state.calls[event.call_id].voided = True
    _let_go(counter, event.at)
    counter.last_step = None
    state.stand(ticket)


def _let_go(counter: CounterState, at: float) -> None:
    counter.ticket, counter.free_since = None, at


def _missed(state: State, event: e.TicketMissed) -> None:
    # The call has no end: nobody was served, so nobody can rate it.
    counter = state.held(event.counter, event.ticket, event.call_id)
    before = _before(state, counter, state.tickets[event.ticket], "no_show", event)
    state.step(event.ticket, Step.NO_SHOW, event.at)
    counter.last_step = before
    _let_go(counter, event.at)
    state.today.missed += 1


def _returned(state: State, event: e.TicketReturned) -> None:
    ticket = state.step(event.ticket, Step.COME_BACK, event.at)
    _again(state, ticket, event.queued_at)


def _again(state: State, ticket: Ticket, queued_at: float, bound: str | None = None) -> None:
    """Let a ticket wait again, for any counter or for one."""
    assigned = state.plan.dispatch.mode is Mode.ASSIGNED
    ticket.queued_at, ticket.bound = queued_at, bound
    ticket.label = ANY_COUNTER if assigned and bound is None else None
    state.stand(ticket)


def find_a_place(state: State, ticket: Ticket) -> None:
    """After a change of the hall: nobody waits for a counter that does not serve this now."""
    state.step_aside(ticket)
    bound = state.plan.counter.get(ticket.bound or "")
    if bound is None or ticket.service not in bound.skills:
        ticket.bound = None
    if ticket.label is not None and ticket.service not in state.services_of(ticket.label):
        ticket.label = None
    if state.plan.dispatch.mode is Mode.POOLED or ticket.bound is not None:
        ticket.label = None
    elif ticket.label is None:
        ticket.label = ANY_COUNTER
    state.stand(ticket)


def _on_hold(state: State, event: e.TicketHeld) -> None:
    counter = state.held(event.counter, event.ticket, event.call_id)
    before = _before(state, counter, state.tickets[event.ticket], "hold", event)
    ticket = state.step(event.ticket, Step.HOLD, event.at)
    counter.last_step = before
    ticket.bound = event.counter
    _let_go(counter, event.at)


def _resumed(state: State, event: e.TicketResumed) -> None:
    counter = state.counters[event.counter]
    ticket = state.tickets[event.ticket]
    if counter.ticket is not None or ticket.bound != event.counter:
        raise ValueError(f"counter {event.counter} cannot go on with ticket {event.ticket}")
    if ticket.call_id != event.call_id:
        raise ValueError(f"ticket {event.ticket} was not called by {event.call_id}")
    if ticket.state is TicketState.HELD:
        ticket.held_s += max(0.0, event.at - ticket.since)
    state.step(event.ticket, Step.RESUME, event.at)
    _learn(state, counter)
    ticket.bound = None
    counter.ticket, counter.last_step = ticket.id, None


def _released(state: State, event: e.TicketReleased) -> None:
    ticket = state.tickets[event.ticket]
    if event.counter not in {ticket.bound, ticket.label}:
        raise ValueError(f"ticket {ticket.id} is not kept for counter {event.counter}")
    if ticket.state is TicketState.WAITING:
        state.step_aside(ticket)
    else:
        state.step(event.ticket, Step.RELEASE, event.at)
    _again(state, ticket, event.queued_at)


def _transferred(state: State, event: e.TicketTransferred) -> None:
    counter = state.held(event.counter, event.ticket, event.call_id)
    _in_plan(state, event.service)
    if event.bound is not None and event.bound not in state.counters:
        raise ValueError(f"there is no counter {event.bound}")
    before = _before(state, counter, state.tickets[event.ticket], "transfer", event)
    ticket = state.step(event.ticket, Step.TRANSFER, event.at)
    counter.last_step = before
    ticket.service = event.service
    ticket.further = tuple(s for s in ticket.further if s != event.service)
    _let_go(counter, event.at)
    _again(state, ticket, event.queued_at, event.bound)


def _done(state: State, event: e.TicketDone) -> None:
    counter = state.held(event.counter, event.ticket, event.call_id)
    call = state.calls[event.call_id]
    before = _before(state, counter, state.tickets[event.ticket], "done", event)
    onward = event.onward
    if onward and onward != state.tickets[event.ticket].further[0]:
        raise ValueError(f"ticket {event.ticket} does not go on to {onward}")
    ticket = state.step(event.ticket, Step.ONWARD if onward else Step.DONE, event.at)
    counter.last_step = before
    began_at = ticket.called_at or event.since
    counter.done_s = (ticket.service, event.at - began_at - ticket.held_s)
    counter.last_call = event.call_id
    _let_go(counter, event.at)
    counter.served_today += 1
    call.ended_at, call.invite_s = event.at, event.invite_s
    state.today.served += 1
    if onward:
        ticket.service, ticket.further = onward, ticket.further[1:]
        _again(state, ticket, event.at if event.queued_at is None else event.queued_at)


def _cancelled(state: State, event: e.TicketCancelled) -> None:
    waits = state.tickets[event.ticket].state is TicketState.WAITING
    ticket = state.step(event.ticket, Step.CANCEL, event.at)
    if waits:
        state.leave(ticket)
    state.today.cancelled += 1


def _expired(state: State, event: e.TicketExpired) -> None:
    ticket = state.tickets[event.ticket]
    last = state.counters.get(ticket.counter or "")
    holder = last if last and ticket.state in IN_HAND and last.ticket == ticket.id else None
    if (holder.id if holder else None) != event.counter:
        raise ValueError(f"it is held by {holder.id if holder else 'nobody'}")
    waits = ticket.state is TicketState.WAITING
    state.step(event.ticket, Step.EXPIRE, event.at)
    if waits:
        state.leave(ticket)
    if holder is not None:
        _let_go(holder, event.at)


def _undone(state: State, event: e.StepUndone) -> None:
    counter = state.counters[event.counter]
    last, ticket = counter.last_step, state.tickets[event.ticket]
    if last is None or (last.ticket, last.call_id, last.step) != (
        event.ticket,
        event.call_id,
        event.step,
    ):
        raise ValueError(f"{event.step} was not the last step of counter {event.counter}")
    if counter.ticket is not None or ticket.call_id != event.call_id:
        raise ValueError(f"counter {event.counter} cannot have ticket {event.ticket} back")
    waits = ticket.state is TicketState.WAITING
    after(ticket.state, undo_step(event.step, waits=waits))
    grant = state.grants.get(ticket.id)
    if grant is not None and grant.counter != event.counter:
        raise ValueError(f"ticket {ticket.id} is granted to counter {grant.counter}")
    if waits:
        state.taken(ticket)
    state.step(event.ticket, undo_step(event.step, waits=waits), event.at)
    ticket.service, ticket.further, ticket.queued_at = last.service, last.further, last.queued_at
    ticket.bound, ticket.label = last.bound, last.label
    if ticket.state is TicketState.SERVING:
        ticket.since = last.since
    counter.ticket, counter.last_step = ticket.id, None
    _uncount(state, counter, last)


def undo_step(step: str, *, waits: bool) -> Step:
    """The step of the transition table that takes a clerk's step back."""
    if step == "no_show":
        return Step.UNDO_NO_SHOW
    if step == "transfer":
        return Step.UNDO_TRANSFER
    return Step.UNDO_ONWARD if waits else Step.UNDO_DONE


def _uncount(state: State, counter: CounterState, last: LastStep) -> None:
    if last.step == "no_show":
        state.today.missed -= 1
    elif last.step == "done":
        # What was rated in between stays rated: the call keeps its end.
        counter.last_call, counter.done_s = last.last_call, None
        counter.served_today -= 1
        state.today.served -= 1


def learn_the_last(state: State, counter: CounterState) -> None:
    """A counter stops for now: its last service is learned and its last step is final."""
    _learn(state, counter)
    counter.last_step = None


Handler = Callable[[State, Any], None]

HANDLERS: dict[type[e.Event], Handler] = {
    e.TicketIssued: _issued,
    e.TicketBooked: _booked,
    e.TicketCheckedIn: _checked_in,
    e.TicketCalled: _called,
    e.TicketRecalled: _recalled,
    e.CallVoided: _voided,
    e.ServiceStarted: _started,
    e.TicketMissed: _missed,
    e.TicketReturned: _returned,
    e.TicketHeld: _on_hold,
    e.TicketResumed: _resumed,
    e.TicketReleased: _released,
    e.TicketTransferred: _transferred,
    e.TicketDone: _done,
    e.TicketCancelled: _cancelled,
    e.TicketExpired: _expired,
    e.StepUndone: _undone,
}
