"""What a counter did while it was cut off, from its records, as events. PURE.

A record tells of something that has happened: it is not refused. Where it fits, it changes the
hall as if the hub had decided it. Where it no longer fits (the ticket was cancelled on a
phone, the day is over), the call stands apart, so that its rating still counts. A record that
answers a command wins over whatever the hub made of that command, in either order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.core import events as e
from hub.core.admission import credited
from hub.core.at_counter import kept_reason
from hub.core.state import Call, CounterState, State
from hub.core.tickets import IN_HAND, Ticket, TicketState
from wire.messages import AwayRecord, CalledRecord, StepRecord, WithoutNumberRecord

AloneBody = CalledRecord | WithoutNumberRecord | StepRecord | AwayRecord

RULE = "alone"
"""The rule in the reason of a call that a counter made while it was cut off."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record comes from, and when it was written (wall seconds).

    `hub_called` is the ticket that the hub called for the very command that it answers.
    """

    unit: str
    at: float
    hub_called: str | None = None


def events_of(state: State, body: AloneBody, source: Source) -> list[e.Event]:
    """What follows from a record of a counter that was cut off; nothing if it is known."""
    counter = state.counters.get(body.counter)
    if counter is None or not state.stood_at(source.unit, body.counter):
        return [_unused(body, source, "other_counter")]
    if isinstance(body, AwayRecord):
        return [] if source.at < state.day_began_at else _away(counter, body, source)
    if isinstance(body, StepRecord):
        return _step(state, counter, body, source)
    if body.call_id in state.calls:
        return []
    return _began(state, counter, body, source)


# --- a call, and a service without a number --------------------------------------------------


def _began(
    state: State, counter: CounterState, body: CalledRecord | WithoutNumberRecord, source: Source
) -> list[e.Event]:
    clerk = body.clerk or counter.clerk
    why = _why_apart(state, counter, body, source)
    if why is not None or clerk is None:
        apart = _apart(body, source, clerk or "", why or "nobody_signed_in")
        return [apart, *out_of_line(state, counter.id, body.ticket, source)]
    back = [e.CounterResumed(source.at, counter.id, clerk)] if counter.paused else []
    empty = _empty_hand(state, counter, source, body.ticket)
    who = (body.ticket, body.call_id, counter.id, clerk)
    if isinstance(body, WithoutNumberRecord):
        return [*back, *empty, e.ServedUnnumbered(source.at, *who, body.service)]
    reason = {**kept_reason(state, state.tickets[body.ticket], source.at), "rule": RULE}
    return [*back, *empty, e.TicketCalled(source.at, *who, reason)]


def _why_apart(
    state: State, counter: CounterState, body: CalledRecord | WithoutNumberRecord, source: Source
) -> str | None:
    """Why the hall does not take the call as its own; None if it does."""
    ticket = state.tickets.get(body.ticket)
    hindrances = {
        "another_day": source.at < state.day_began_at,
        "counter_closed": not counter.open,
        "unknown_service": body.service not in state.plan.service,
    }
    found = next((why for why, true in hindrances.items() if true), None)
    if found is not None or isinstance(body, WithoutNumberRecord):
        return found or ("known_ticket" if ticket else None)
    return _why_not_its_own(state, counter, ticket)


def _why_not_its_own(state: State, counter: CounterState, ticket: Ticket | None) -> str | None:
    """Why a ticket was not this counter's to call; None if it was."""
    if ticket is None:
        return "unknown_ticket"
    grant = state.grants.get(ticket.id)
    if (grant and grant.counter != counter.id) or ticket.bound not in {None, counter.id}:
        return "kept_elsewhere"
    here = counter.ticket == ticket.id and ticket.state in IN_HAND
    return None if here or ticket.state is TicketState.WAITING else str(ticket.state)


def _apart(
    body: CalledRecord | WithoutNumberRecord, source: Source, clerk: str, why: str
) -> e.CalledApart:
    number = body.number if isinstance(body, CalledRecord) else ""
    who = (body.ticket, body.call_id, body.counter, clerk)
    return e.CalledApart(source.at, *who, number, body.service, why)


def out_of_line(state: State, counter: str, called: str, source: Source) -> list[e.Event]:
    """Whom the counter has called though the call stands apart is not called again by others."""
    ticket, grant = state.tickets.get(called), state.grants.get(called)
    own = grant is None or grant.counter == counter
    if ticket is None or ticket.state is not TicketState.WAITING or not own:
        return []
    return [e.TicketCancelled(source.at, ticket.id, f"called at {counter}")]


def _empty_hand(state: State, counter: CounterState, source: Source, coming: str) -> list[e.Event]:
    """Let go of whom the hub believes in hand: the counter has gone on without.

    Who was called, by the hub for the command that this record answers or from a page, goes
    back to the old place, and so does the `coming` ticket itself, to be called anew; who else
    was served is put on hold, for the clerk to go on with.
    """
    ticket = state.tickets.get(counter.ticket or "")
    if ticket is None:
        return []
    who = (ticket.id, str(ticket.call_id), counter.id)
    if ticket.state is TicketState.SERVING and ticket.id not in {source.hub_called, coming}:
        return [e.TicketHeld(source.at, *who, str(ticket.clerk))]
    return [e.CallVoided(source.at, *who, "answered_alone")]


# --- steps with a ticket ---------------------------------------------------------------------


def _step(state: State, counter: CounterState, body: StepRecord, source: Source) -> list[e.Event]:
    call = state.calls.get(body.call_id)
    if call is None or call.counter != counter.id:
        return [_unused(body, source, "unknown_call")]
    if call.apart:
        return _step_apart(state, call, body, source)
    ticket = state.tickets.get(call.ticket)
    if ticket is None or ticket.call_id != body.call_id:
        return [_unused(body, source, "called_since")]
    in_hand = counter.ticket == ticket.id and ticket.state in IN_HAND
    if body.step == "resume":
        return _resumed(state, counter, ticket, body, source)
    if in_hand:
        return _STEPS[body.step](state, ticket, body, source)
    done = ticket.state is _AFTER.get(body.step)
    return [] if done else [_unused(body, source, str(ticket.state))]


def _step_apart(state: State, call: Call, body: StepRecord, source: Source) -> list[e.Event]:
    if body.step != "done" or call.ended_at is not None:
        return []
    who = (call.ticket, call.call_id, call.counter, call.clerk)
    return [e.EndedApart(source.at, *who, state.plan.rating.invite_s)]


def _resumed(
    state: State, counter: CounterState, ticket: Ticket, body: StepRecord, source: Source
) -> list[e.Event]:
    if counter.ticket == ticket.id:
        return []
    if ticket.state is not TicketState.HELD or ticket.bound != counter.id:
        return [_unused(body, source, str(ticket.state))]
    clerk = body.clerk or counter.clerk or str(ticket.clerk)
    back = [e.CounterResumed(source.at, counter.id, clerk)] if counter.paused else []
    who = (ticket.id, str(ticket.call_id), counter.id, clerk)
    return [
        *back,
        *_empty_hand(state, counter, source, ticket.id),
        e.TicketResumed(source.at, *who),
    ]


def _who(ticket: Ticket, body: StepRecord) -> tuple[str, str, str, str]:
    return ticket.id, body.call_id, body.counter, body.clerk or str(ticket.clerk)


def _recall(_state: State, ticket: Ticket, body: StepRecord, source: Source) -> list[e.Event]:
    return [e.TicketRecalled(source.at, *_who(ticket, body))]


def _no_show(_state: State, ticket: Ticket, body: StepRecord, source: Source) -> list[e.Event]:
    return [e.TicketMissed(source.at, *_who(ticket, body))]


def _hold(_state: State, ticket: Ticket, body: StepRecord, source: Source) -> list[e.Event]:
    return [e.TicketHeld(source.at, *_who(ticket, body))]


def _start(_state: State, ticket: Ticket, body: StepRecord, source: Source) -> list[e.Event]:
    if ticket.state is TicketState.SERVING:
        return []
    who = (ticket.id, body.call_id, body.counter)
    return [e.ServiceStarted(source.at, *who, source.at, presumed=False)]


def _done(state: State, ticket: Ticket, body: StepRecord, source: Source) -> list[e.Event]:
    onward = ticket.further[0] if ticket.further else None
    return [
        e.TicketDone(
            source.at,
            *_who(ticket, body),
            since=ticket.since,
            invite_s=state.plan.rating.invite_s,
            onward=onward,
            queued_at=credited(ticket, source.at) if onward else None,
        )
    ]


_STEPS: dict[str, Callable[[State, Ticket, StepRecord, Source], list[e.Event]]] = {
    "recall": _recall,
    "no_show": _no_show,
    "hold": _hold,
    "start": _start,
    "done": _done,
}

_AFTER = {
    "no_show": TicketState.NO_SHOW,
    "hold": TicketState.HELD,
    "done": TicketState.DONE,
}
"""Where a step leads. A ticket that is there by the same call has taken it before."""


# --- the clerk -------------------------------------------------------------------------------


def _away(counter: CounterState, body: AwayRecord, source: Source) -> list[e.Event]:
    clerk = body.clerk or counter.clerk
    if not counter.open or clerk is None or clerk != counter.clerk:
        return []
    if (counter.paused is not None) == body.away:
        return []
    if not body.away:
        return [e.CounterResumed(source.at, counter.id, clerk)]
    if counter.ticket is not None:
        return [_unused(body, source, "busy")]
    return [e.CounterPaused(source.at, counter.id, clerk, "", None)]


def _unused(body: AloneBody, source: Source, why: str) -> e.AloneStepUnused:
    call_id = "" if isinstance(body, AwayRecord) else body.call_id
    step = body.step if isinstance(body, StepRecord) else body.kind
    return e.AloneStepUnused(source.at, source.unit, body.counter, call_id, step, why)
