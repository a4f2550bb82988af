"""What clerks do with a counter: sign in and out, open, close, pause."""

from __future__ import annotations

from hub.core import events as e
from hub.core.admission import released
from hub.core.commands import AtCounter, Decision, busy, refuse
from hub.core.counter_events import PIN_WINDOW_S, noted_key
from hub.core.grants import kept_by
from hub.core.roster import LATE_AFTER_S, shift_of, was_here
from hub.core.state import CounterState, State
from hub.core.tickets import TicketState
from wire import messages as w

PIN_TRIES = 5
"""So many wrong PINs at a counter, or of an account, within `PIN_WINDOW_S`, and it waits until
they are older."""

LONG_PAUSE_S = 300.0
"""A pause that is announced for this long, or lasts it, frees what only this counter may call."""


def sign_in(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """A clerk takes the counter, and leaves where they were."""
    request = command.request
    if not isinstance(request, w.SignIn):
        raise TypeError(f"{request} is no sign-in")
    # From a page they count for who is there: they must not hold up the counter's own clerk.
    by = command.hand.by if command.hand is not None else ""
    failed_at = state.wrong_pins.get(by, []) if by else counter.failed_pins
    recent = [at for at in failed_at if now - PIN_WINDOW_S < at <= now]
    if len(recent) >= PIN_TRIES:
        return refuse("too_many_attempts", "too many wrong PINs; wait five minutes")
    if not command.pin_right:
        failed = e.SignInFailed(now, counter.id, request.clerk, by)
        return refuse("wrong_pin", "clerk or PIN is wrong", failed)
    if counter.clerk == request.clerk:
        return Decision()
    if counter.clerk is not None and counter.ticket is not None:
        return busy(state, counter)
    elsewhere = next((c for c in state.counters.values() if c.clerk == request.clerk), None)
    if elsewhere is not None and elsewhere.ticket is not None:
        plan = state.plan.counter.get(elsewhere.id)  # None if it has left the plan since
        number = plan.number if plan else elsewhere.id
        return refuse("signed_in_elsewhere", f"still serving at counter {number}")
    events = leave(state, elsewhere, now) if elsewhere else []
    events += leave(state, counter, now)
    signed_in = e.ClerkSignedIn(now, counter.id, request.clerk)
    return Decision((*events, signed_in, *_attendance(state, counter, request.clerk, now)))


def _attendance(
    state: State, counter: CounterState, clerk: str, now: float
) -> list[e.AttendanceNoted]:
    """What the duty roster says of a clerk who signs in."""
    found = shift_of(state.plan, clerk, now)
    if found is None:
        return []
    shift, began_at = found
    facts = []
    if now - began_at > LATE_AFTER_S and not was_here(state, clerk, began_at):
        facts.append("late")
    if shift.counter != counter.id:
        facts.append("elsewhere")
    minutes = round((now - began_at) / 60, 1)
    return [
        e.AttendanceNoted(now, clerk, counter.id, what, minutes)
        for what in facts
        if noted_key(what, clerk, counter.id) not in state.today.noted
    ]


def leave(state: State, counter: CounterState, now: float) -> list[e.Event]:
    """A counter is left: nothing stays behind that only it could call."""
    events = close_events(state, counter, now)
    if counter.clerk is not None:
        events.append(e.ClerkSignedOut(now, counter.id, counter.clerk))
    return events


def close_events(state: State, counter: CounterState, now: float) -> list[e.Event]:
    """A counter that has nobody in hand closes; nothing is done to one that is closed."""
    if not counter.open:
        return []
    kept = free_all(state, counter, now, "the counter closed")
    return [*kept, e.CounterClosed(now, counter.id, counter.clerk)]


def long_away(counter: CounterState, now: float) -> bool:
    """Whether a counter is closed, or paused for so long that nobody should wait for it alone."""
    pause = counter.paused
    if pause is None or not counter.open:
        return not counter.open
    if pause.back_at is None or pause.back_at - pause.since >= LONG_PAUSE_S:
        return True
    return now - pause.since >= LONG_PAUSE_S


def free_all(
    state: State, counter: CounterState, now: float, why: str, *, held: bool = True
) -> list[e.Event]:
    """Everything that was kept for a counter may be called by all; what it put on hold too."""
    kept = [state.tickets[ticket] for ticket in state.lines.kept_for(counter.id)]
    kept += [
        ticket
        for ticket in kept_by(state, counter.id)
        if counter.id in {ticket.bound, ticket.label}
    ]
    unit = state.units.get(state.plan.counter[counter.id].unit or "")
    if held and (unit is None or unit.lost_at is None):  # cut off, it may be going on with them
        kept += [
            t
            for t in state.tickets.values()
            if t.state is TicketState.HELD and t.bound == counter.id
        ]
    return [released(ticket, counter.id, now, why) for ticket in kept]


def sign_out(state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The clerk leaves the counter, which closes with it."""
    return busy(state, counter) if counter.ticket else Decision(tuple(leave(state, counter, now)))


def open_counter(_state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The counter begins to serve, or goes on after a pause."""
    if counter.clerk is None:
        return refuse("not_signed_in", "sign in first")
    if counter.paused is not None:
        return Decision((e.CounterResumed(now, counter.id, counter.clerk),))
    if counter.open:
        return Decision()
    return Decision((e.CounterOpened(now, counter.id, counter.clerk),))


def close_counter(state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The counter stops serving; the clerk stays signed in."""
    if counter.ticket:
        return busy(state, counter)
    return Decision(tuple(close_events(state, counter, now)))


def pause(state: State, counter: CounterState, command: AtCounter, now: float) -> Decision:
    """The clerk is away for a while, and said for how long, or did not."""
    request = command.request
    if not isinstance(request, w.Pause):
        raise TypeError(f"{request} is no pause")
    if counter.clerk is None:
        return refuse("not_signed_in", "sign in first")
    if not counter.open:
        return refuse("closed", "open the counter first")
    if counter.ticket:
        return busy(state, counter)
    if counter.paused is not None:
        return Decision()
    away_s = None if request.minutes is None else 60 * request.minutes
    freed = []
    if away_s is None or away_s >= LONG_PAUSE_S:
        freed = free_all(state, counter, now, "the counter pauses", held=False)
    back_at = None if away_s is None else now + away_s
    paused = e.CounterPaused(now, counter.id, counter.clerk, request.reason, back_at)
    return Decision((*freed, paused))


def unpause(_state: State, counter: CounterState, _command: AtCounter, now: float) -> Decision:
    """The clerk is back."""
    if counter.paused is None:
        return Decision()
    return Decision((e.CounterResumed(now, counter.id, str(counter.clerk)),))
