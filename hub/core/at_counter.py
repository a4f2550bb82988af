"""What clerks do with the ticket in hand: next, recall, no-show, done, hold, transfer, undo."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from hub.core import events as e
from hub.core.admission import credited
from hub.core.commands import PENDING, AtCounter, Decision, Patience, busy, refuse
from hub.core.dispatch import Choice, choose
from hub.core.grants import first_kept, others, withdrawal
from hub.core.lines import Head
from hub.core.shift import long_away
from hub.core.state import CounterState, LastStep, State
from hub.core.ticket_events import undo_step
from hub.core.tickets import IN_HAND, Step, Ticket, TicketState, after
from wire import messages as w


def next_ticket(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """Call the best ticket. Who was away is back; who is still in hand is done, if so set."""
    if counter.clerk is None:
        return refuse("not_signed_in", "sign in first")
    if not counter.open:
        return refuse("closed", "open the counter first")
    if counter.ticket and not state.plan.dispatch.next_finishes:
        return busy(state, counter)
    elsewhere = others(state, counter.id)
    before, coming = _done_first(state, counter, command, now)
    choice = or_kept(state, counter.id, choose(state, counter.id, now, coming, elsewhere), now)
    asked = _asked_back(state, counter, elsewhere, command.patience, now, nobody=choice is None)
    if asked is not None:
        return asked
    if choice is None:
        nobody = "nobody is waiting for this counter"
        return Decision(before, outcome="nothing_waiting", reason=nobody)
    called = _call(counter, choice, command.call_id, now)
    return Decision((*before, called), ticket=choice.ticket, reason=explain(choice.reason))


def or_kept(state: State, counter: str, choice: Choice | None, now: float) -> Choice | None:
    """The choice, unless somebody has waited longer who is kept for this very counter."""
    if not state.grants:
        return choice
    best = state.tickets[choice.ticket] if choice else None
    kept = first_kept(state, counter, best)
    return choice if kept is None else Choice(kept.id, kept_reason(state, kept, now))


def kept_reason(state: State, ticket: Ticket, now: float) -> dict[str, Any]:
    """The reason of a call of whom only this counter may call."""
    return {
        "policy": state.rules.policy,
        "rule": "kept",
        "index": 0.0,
        "waited_s": round(now - ticket.queued_at, 3),
        "lines": 1,
        "runner_up": None,
        "runner_up_index": None,
        "runner_up_waited_s": None,
        "fcfs": ticket.number,
    }


def _done_first(
    state: State, counter: CounterState, command: AtCounter, now: float
) -> tuple[tuple[e.Event, ...], Head | None]:
    """What a call brings about before it, and who comes to wait by that."""
    if counter.ticket:
        return done(state, counter, command, now).events, _going_on(
            state.tickets[counter.ticket], now
        )
    if counter.paused is not None:
        return (e.CounterResumed(now, counter.id, str(counter.clerk)),), None
    return (), None


def _asked_back(
    state: State,
    counter: CounterState,
    elsewhere: Collection[str],
    patience: Patience,
    now: float,
    *,
    nobody: bool,
) -> Decision | None:
    """Ask for the best ticket if another counter may call it; None if nobody has to be asked.

    `nobody`: there is nobody to call without.
    """
    if not elsewhere or not (patience is Patience.FOR_THE_BEST or (nobody and patience)):
        return None
    best = choose(state, counter.id, now)
    if best is None or best.ticket not in elsewhere:
        return None
    events = tuple(withdrawal(state, best.ticket, now))
    return Decision(events, outcome=PENDING, ticket=best.ticket)


def _going_on(ticket: Ticket, now: float) -> Head | None:
    """Where a ticket will stand that is done here and goes on to another service."""
    if not ticket.further:
        return None
    return credited(ticket, now), ticket.order, ticket.id, ticket.further[0], ticket.kind


def _call(counter: CounterState, choice: Choice, call_id: str, now: float) -> e.TicketCalled:
    return e.TicketCalled(
        at=now,
        ticket=choice.ticket,
        call_id=call_id,
        counter=counter.id,
        clerk=str(counter.clerk),
        reason=choice.reason,
    )


def explain(reason: dict[str, Any]) -> str:
    """The reason of a call in words."""
    # Who has an appointment may be called before its time.
    waited = f"waited {max(0.0, reason['waited_s']) / 60:.1f} min"
    if reason["rule"] in _APART:
        return f"{waited}, {_APART[reason['rule']]}"
    if reason["runner_up"] is None:
        return f"{waited}, nobody else waits for this counter"
    runner_up = f"{reason['runner_up']}, {reason['runner_up_waited_s'] / 60:.1f} min"
    if reason["rule"] == "overdue":
        return f"{waited}, far over the target; next would be {runner_up}"
    return f"{waited}, the most urgent of {reason['lines']} lines; next would be {runner_up}"


_APART = {
    "kept": "kept for this counter alone",
    "alone": "called by the counter while it was cut off",
}
"""The rules by which nobody else was considered."""


def _stepping(
    step: Step, event: type[e.TicketRecalled | e.TicketMissed | e.TicketHeld]
) -> Callable[[State, CounterState, AtCounter, float], Decision]:
    """The rule of a step that says no more than that it happened."""

    def rule(state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
        ticket = _in_hand(state, counter, step)
        if ticket is None:
            return _nothing_in_hand()
        call_id, clerk = str(ticket.call_id), str(ticket.clerk)
        return Decision((event(now, ticket.id, call_id, counter.id, clerk),), ticket=ticket.id)

    return rule


recall = _stepping(Step.RECALL, e.TicketRecalled)
"""Call the same ticket once more."""

no_show = _stepping(Step.NO_SHOW, e.TicketMissed)
"""The person called did not come."""

hold = _stepping(Step.HOLD, e.TicketHeld)
"""Interrupt the service; the counter may serve others meanwhile."""


def start(state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The person is here and the service begins."""
    ticket = _in_hand(state, counter, Step.START)
    if ticket is None:
        return _nothing_in_hand()
    event = e.ServiceStarted(now, ticket.id, str(ticket.call_id), counter.id, now, presumed=False)
    return Decision((event,), ticket=ticket.id)


def done(state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The service has ended; the visit may go on with another."""
    ticket = _in_hand(state, counter, Step.DONE)
    if ticket is None:
        return _nothing_in_hand()
    onward = ticket.further[0] if ticket.further else None
    event = e.TicketDone(
        at=now,
        ticket=ticket.id,
        call_id=str(ticket.call_id),
        counter=counter.id,
        clerk=str(ticket.clerk),
        since=ticket.since,
        invite_s=state.plan.rating.invite_s,
        onward=onward,
        queued_at=credited(ticket, now) if onward else None,
    )
    return Decision((event,), ticket=ticket.id)


def held_at(state: State, counter_id: str) -> list[Ticket]:
    """What a counter has put on hold, longest first."""
    kept = (t for t in state.tickets.values() if t.state is TicketState.HELD)
    return sorted((t for t in kept if t.bound == counter_id), key=lambda t: (t.since, t.order))


def resume(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """Go on with a ticket on hold."""
    request = command.request
    if not isinstance(request, w.Resume):
        raise TypeError(f"{request} is no resume")
    if counter.ticket:
        return busy(state, counter)
    held = held_at(state, counter.id)
    wanted = [t for t in held if request.ticket in {None, t.id}]
    if not wanted:
        return refuse("nothing_on_hold", "this counter has no such ticket on hold")
    back = _back_on_duty(counter, now)
    return Decision((*back, _resumed(counter, wanted[0], now)), ticket=wanted[0].id)


def _back_on_duty(counter: CounterState, now: float) -> tuple[e.Event, ...]:
    if counter.paused is None:
        return ()
    return (e.CounterResumed(now, counter.id, str(counter.clerk)),)


def _resumed(counter: CounterState, ticket: Ticket, now: float) -> e.TicketResumed:
    return e.TicketResumed(now, ticket.id, str(ticket.call_id), counter.id, str(counter.clerk))


def transfer(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """Send the person on to another service, to another counter, or both."""
    request = command.request
    if not isinstance(request, w.Transfer):
        raise TypeError(f"{request} is no transfer")
    ticket = _in_hand(state, counter, Step.TRANSFER)
    if ticket is None:
        return _nothing_in_hand()
    service = request.service or ticket.service
    if request.counter is None:
        refusal = _no_service(state, service, ticket)
    else:
        refusal = no_counter(state, counter, request.counter, service, now)
    if refusal is not None:
        return refusal
    event = e.TicketTransferred(
        at=now,
        ticket=ticket.id,
        call_id=str(ticket.call_id),
        counter=counter.id,
        clerk=str(ticket.clerk),
        service=service,
        bound=request.counter,
        queued_at=credited(ticket, now),
    )
    return Decision((event,), ticket=ticket.id)


def _no_service(state: State, service: str, ticket: Ticket) -> Decision | None:
    if service not in state.plan.service:
        return refuse("unknown_service", f"there is no service {service!r}")
    if service == ticket.service:
        return refuse("nowhere", "name another service, or a counter")
    return None


def no_counter(
    state: State, counter: CounterState, wanted: str, service: str, now: float
) -> Decision | None:
    """Why a ticket for a service cannot be sent from a counter to another; None if it can."""
    there = state.plan.counter.get(wanted)
    if there is None:
        return refuse("unknown_counter", f"there is no counter {wanted!r}")
    if there.id == counter.id:
        return refuse("nowhere", "the ticket is at this counter")
    if service not in there.skills:
        return refuse("no_skill", f"counter {there.number} does not serve this")
    if not state.counters[there.id].open:
        return refuse("closed", f"counter {there.number} is closed")
    if long_away(state.counters[there.id], now):
        return refuse("paused", f"counter {there.number} is paused")
    return None


def undo(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """Take the last step with a ticket back."""
    last = counter.last_step
    if last is None or counter.clerk is None or not counter.open:
        return refuse("nothing_to_undo", "there is nothing to take back here")
    ticket = state.tickets.get(last.ticket)
    if now > last.at + state.plan.dispatch.undo_s:
        return refuse("too_late", f"a step can be undone for {state.plan.dispatch.undo_s:.0f} s")
    if ticket is None or ticket.call_id != last.call_id:
        return refuse("too_late", "the ticket has been called since")
    if ticket.id in others(state, counter.id):
        return _granted_since(state, ticket, command, now)
    if last.step == "next":
        return _taken_back(state, counter, last, ticket, now)
    return busy(state, counter) if counter.ticket else _given_back(counter, last, ticket, now)


def _granted_since(state: State, ticket: Ticket, command: AtCounter, now: float) -> Decision:
    """Another counter may call the ticket by now: it is asked to give it back first."""
    if command.patience is not Patience.FOR_THE_BEST:
        return refuse("too_late", "another counter may be calling the ticket")
    asked = tuple(withdrawal(state, ticket.id, now))
    return Decision(asked, outcome=PENDING, ticket=ticket.id)


def _taken_back(
    state: State, counter: CounterState, last: LastStep, ticket: Ticket, now: float
) -> Decision:
    events: list[e.Event] = [e.CallVoided(now, ticket.id, last.call_id, counter.id, "undone")]
    printed = state.counters.get(ticket.label or "")
    if printed is not None and long_away(printed, now):
        # While it was in hand here, the counter printed on it freed all the others.
        why = "the counter is away"
        events.append(e.TicketReleased(now, ticket.id, printed.id, ticket.queued_at, why))
    return Decision(tuple(events), ticket=ticket.id)


def _given_back(counter: CounterState, last: LastStep, ticket: Ticket, now: float) -> Decision:
    back = _back_on_duty(counter, now)
    if last.step == "hold":
        after(ticket.state, Step.RESUME)
        return Decision((*back, _resumed(counter, ticket, now)), ticket=ticket.id)
    after(ticket.state, undo_step(last.step, waits=ticket.state is TicketState.WAITING))
    event = e.StepUndone(now, ticket.id, last.call_id, counter.id, str(counter.clerk), last.step)
    return Decision((*back, event), ticket=ticket.id)


def _in_hand(state: State, counter: CounterState, step: Step) -> Ticket | None:
    ticket = state.tickets.get(counter.ticket or "")
    if ticket is not None:
        if ticket.state not in IN_HAND:
            raise AssertionError(f"{ticket.id} is {ticket.state} in the hand of {counter.id}")
        after(ticket.state, step)
    return ticket


def _nothing_in_hand() -> Decision:
    return refuse("nothing_in_hand", "this counter has called nobody")
