"""Commands: what somebody wants. `decide` answers with events, or with a refusal that says why.

It changes nothing: the caller commits the events and applies them. New ids come with the
command, because the core draws nothing at random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hub.core import calendar
from hub.core import events as e
from hub.core.dispatch import choose
from hub.core.hall import CounterState, Hall
from hub.core.tickets import HELD, IllegalStep, Step, Ticket, TicketState, after
from wire import messages as w

PRESUMED_AFTER_S = 20.0
"""A call neither recalled nor missed for this long counts as served from the call."""

PIN_TRIES = 5
"""So many wrong PINs at a counter within `PIN_WINDOW_S`, and it waits until they are older."""

PIN_WINDOW_S = 300.0


@dataclass(frozen=True, slots=True)
class Issue:
    """Somebody takes a number. `ticket` is a fresh id, `channel` where it was taken."""

    service: str
    ticket: str
    channel: str


@dataclass(frozen=True, slots=True)
class AtCounter:
    """Somebody commands a counter.

    `seen` is the version of the counter's picture that the person saw (None: a program that
    has no picture); `call_id` a fresh id; `pin_right` the outcome of checking a sign-in's PIN.
    """

    counter: str
    request: w.Action
    seen: int | None
    call_id: str
    pin_right: bool = False


Command = Issue | AtCounter


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a command. A refusal has a `code`; `reason` is for people."""

    events: tuple[e.Event, ...] = ()
    outcome: str = "done"
    code: str | None = None
    ticket: str | None = None
    reason: str | None = None


def refuse(code: str, reason: str, *events: e.Event) -> Decision:
    """A decision that changes nothing but what `events` record."""
    return Decision(events, "refused", code, None, reason)


def decide(hall: Hall, command: Command, now: float) -> Decision:
    """What follows from a command at this time."""
    if isinstance(command, Issue):
        return _issue(hall, command, now)
    counter = hall.counters.get(command.counter)
    if counter is None or command.counter not in hall.plan.counter:
        return refuse("unknown_counter", f"there is no counter {command.counter!r}")
    if command.seen is not None and command.seen != counter.version:
        return refuse("stale", "the counter has changed since; this is how it stands now")
    try:
        return _RULES[type(command.request)](hall, counter, command, now)
    except IllegalStep as error:
        return refuse("illegal_step", str(error))


def due(hall: Hall, now: float) -> list[e.Event]:
    """What the time alone brings about."""
    if not hall.configured:
        return []
    # A new day ends every call, so that nothing is left to presume.
    events = _day(hall, now) or [
        event for c in hall.counters.values() for event in _presumed(hall, c, now)
    ]
    return events + _hours(hall, now)


def next_due(hall: Hall, now: float) -> float:
    """The wall time at which `due` should be asked again at the latest."""
    moments = [calendar.next_day_starts(hall.plan, now)]
    moments.append(calendar.next_opening_change(hall.plan, now))
    for counter in hall.counters.values():
        ticket = hall.tickets.get(counter.ticket or "")
        if ticket is not None and ticket.state is TicketState.CALLED:
            moments.append(ticket.since + PRESUMED_AFTER_S)
    return min(moments)


# --- taking a number ---------------------------------------------------------------------


def _issue(hall: Hall, command: Issue, now: float) -> Decision:
    if command.service not in hall.plan.service:
        return refuse("unknown_service", f"there is no service {command.service!r}")
    if not hall.open:
        return refuse("hall_closed", "no numbers are issued outside the opening hours")
    event = e.TicketIssued(
        at=now,
        ticket=command.ticket,
        number=hall.next_number(command.service),
        service=command.service,
        queued_at=max(now, *(line.last_queued_at() for line in hall.lines.values())),
        channel=command.channel,
    )
    return Decision((event,), ticket=command.ticket)


# --- at a counter ------------------------------------------------------------------------


def _sign_in(hall: Hall, counter: CounterState, command: AtCounter, now: float) -> Decision:
    request = command.request
    if not isinstance(request, w.SignIn):
        raise TypeError(f"{request} is no sign-in")
    recent = [at for at in counter.failed_pins if now - PIN_WINDOW_S < at <= now]
    if len(recent) >= PIN_TRIES:
        return refuse("too_many_attempts", "too many wrong PINs; wait five minutes")
    if not command.pin_right:
        failed = e.SignInFailed(now, counter.id, request.clerk)
        return refuse("wrong_pin", "clerk or PIN is wrong", failed)
    if counter.clerk == request.clerk:
        return Decision()
    if counter.clerk is not None and counter.ticket is not None:
        return _busy(hall, counter)
    elsewhere = next((c for c in hall.counters.values() if c.clerk == request.clerk), None)
    if elsewhere is not None and elsewhere.ticket is not None:
        plan = hall.plan.counter.get(elsewhere.id)  # None if it has left the plan since
        number = plan.number if plan else elsewhere.id
        return refuse("signed_in_elsewhere", f"still serving at counter {number}")
    events = _leave(elsewhere, now) if elsewhere else []
    events += _leave(counter, now)
    return Decision((*events, e.ClerkSignedIn(now, counter.id, request.clerk)))


def _leave(counter: CounterState, now: float) -> list[e.Event]:
    events: list[e.Event] = []
    if counter.open:
        events.append(e.CounterClosed(now, counter.id, counter.clerk))
    if counter.clerk is not None:
        events.append(e.ClerkSignedOut(now, counter.id, counter.clerk))
    return events


def _sign_out(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    return _busy(hall, counter) if counter.ticket else Decision(tuple(_leave(counter, now)))


def _open(_hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    if counter.clerk is None:
        return refuse("not_signed_in", "sign in first")
    if counter.open:
        return Decision()
    return Decision((e.CounterOpened(now, counter.id, counter.clerk),))


def _close(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    if counter.ticket:
        return _busy(hall, counter)
    if not counter.open:
        return Decision()
    return Decision((e.CounterClosed(now, counter.id, counter.clerk),))


def _next(hall: Hall, counter: CounterState, command: AtCounter, now: float) -> Decision:
    if counter.clerk is None:
        return refuse("not_signed_in", "sign in first")
    if not counter.open:
        return refuse("closed", "open the counter first")
    if counter.ticket:
        return _busy(hall, counter)
    choice = choose(hall, counter.id, now)
    if choice is None:
        return Decision(outcome="nothing_waiting", reason="nobody is waiting for this counter")
    called = e.TicketCalled(
        at=now,
        ticket=choice.ticket,
        call_id=command.call_id,
        counter=counter.id,
        clerk=counter.clerk,
        reason=choice.reason,
    )
    return Decision((called,), ticket=choice.ticket, reason=explain(choice.reason))


def explain(reason: dict[str, Any]) -> str:
    """The reason of a call in words."""
    text = f"waited {reason['waited_s'] / 60:.1f} min, the longest of {reason['lines']} line(s)"
    if reason["runner_up"] is None:
        return text
    return (
        f"{text}; next would be {reason['runner_up']}, {reason['runner_up_waited_s'] / 60:.1f} min"
    )


def _recall(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    ticket = _in_hand(hall, counter, Step.RECALL)
    if ticket is None:
        return _nothing_in_hand()
    call_id, clerk = str(ticket.call_id), str(ticket.clerk)
    event = e.TicketRecalled(now, ticket.id, call_id, counter.id, clerk)
    return Decision((event,), ticket=ticket.id)


def _no_show(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    ticket = _in_hand(hall, counter, Step.NO_SHOW)
    if ticket is None:
        return _nothing_in_hand()
    call_id, clerk = str(ticket.call_id), str(ticket.clerk)
    event = e.TicketMissed(now, ticket.id, call_id, counter.id, clerk)
    return Decision((event,), ticket=ticket.id)


def _start(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    ticket = _in_hand(hall, counter, Step.START)
    if ticket is None:
        return _nothing_in_hand()
    event = e.ServiceStarted(now, ticket.id, str(ticket.call_id), counter.id, now, presumed=False)
    return Decision((event,), ticket=ticket.id)


def _done(hall: Hall, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    ticket = _in_hand(hall, counter, Step.DONE)
    if ticket is None:
        return _nothing_in_hand()
    event = e.TicketDone(
        at=now,
        ticket=ticket.id,
        call_id=str(ticket.call_id),
        counter=counter.id,
        clerk=str(ticket.clerk),
        since=ticket.since,
        invite_s=hall.plan.rating.invite_s,
    )
    return Decision((event,), ticket=ticket.id)


def _in_hand(hall: Hall, counter: CounterState, step: Step) -> Ticket | None:
    ticket = hall.tickets.get(counter.ticket or "")
    if ticket is not None:
        after(ticket.state, step)
    return ticket


def _nothing_in_hand() -> Decision:
    return refuse("nothing_in_hand", "this counter has called nobody")


def _busy(hall: Hall, counter: CounterState) -> Decision:
    ticket = hall.tickets[str(counter.ticket)]
    return Decision((), "refused", "busy", ticket.id, f"{ticket.number} is still at this counter")


_RULES: dict[type, Callable[[Hall, CounterState, AtCounter, float], Decision]] = {
    w.SignIn: _sign_in,
    w.SignOut: _sign_out,
    w.Open: _open,
    w.Close: _close,
    w.Next: _next,
    w.Recall: _recall,
    w.NoShow: _no_show,
    w.Start: _start,
    w.Done: _done,
}


# --- what the time brings ----------------------------------------------------------------


def _day(hall: Hall, now: float) -> list[e.Event]:
    today = calendar.business_day(hall.plan, now)
    before = date.fromisoformat(hall.day) if hall.day else None
    # A clock that is set back a little at the turn of the day does not bring yesterday back;
    # one that was days ahead was wrong, and is now right.
    if before is not None and timedelta(0) <= before - today <= timedelta(days=1):
        return []
    events: list[e.Event] = [
        e.TicketExpired(now, t.id, t.counter if t.state in HELD else None)
        for t in hall.tickets.values()
        if t.state is TicketState.WAITING or t.state in HELD
    ]
    for counter in hall.counters.values():
        events += _leave(counter, now)
    return [*events, e.DayBegan(now, today.isoformat())]


def _hours(hall: Hall, now: float) -> list[e.Event]:
    open_now = calendar.is_open(hall.plan, now)
    if open_now == hall.open:
        return []
    return [e.HallOpened(now) if open_now else e.HallClosed(now)]


def _presumed(hall: Hall, counter: CounterState, now: float) -> list[e.Event]:
    ticket = hall.tickets.get(counter.ticket or "")
    if ticket is None or ticket.state is not TicketState.CALLED:
        return []
    if now < ticket.since + PRESUMED_AFTER_S:
        return []
    call_id = str(ticket.call_id)
    return [e.ServiceStarted(now, ticket.id, call_id, counter.id, ticket.since, presumed=True)]
