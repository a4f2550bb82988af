"""`decide` answers a command with events, or with a refusal that says why.

It changes nothing: the caller commits the events and applies them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core import admission, arrangement, at_counter, kiosk, notices, restored, shift
from hub.core.commands import (
    AtCounter,
    Book,
    Command,
    Decision,
    GoOn,
    Issue,
    OnAdvice,
    OnTicket,
    Rearrange,
    SetNotice,
    Sweep,
    refuse,
)
from hub.core.state import CounterState, State
from hub.core.tickets import IllegalStep
from wire import messages as w


def decide(state: State, command: Command, now: float) -> Decision:
    """What follows from a command at this time."""
    try:
        return _DECIDE[type(command)](state, command, now)
    except IllegalStep as error:
        return refuse("illegal_step", str(error))


def _at_counter(state: State, command: AtCounter, now: float) -> Decision:
    counter = state.counters.get(command.counter)
    if counter is None or command.counter not in state.plan.counter:
        return refuse("unknown_counter", f"there is no counter {command.counter!r}")
    if command.seen is not None and command.seen != counter.version:
        return refuse("stale", "the counter has changed since; this is how it stands now")
    withheld = restored.withheld(state, command)
    return withheld or _RULES[type(command.request)](state, counter, command, now)


_RULES: dict[type, Callable[[State, CounterState, AtCounter, float], Decision]] = {
    w.SignIn: shift.sign_in,
    w.SignOut: shift.sign_out,
    w.Open: shift.open_counter,
    w.Close: shift.close_counter,
    w.Pause: shift.pause,
    w.Unpause: shift.unpause,
    w.Next: at_counter.next_ticket,
    w.Recall: at_counter.recall,
    w.NoShow: at_counter.no_show,
    w.Start: at_counter.start,
    w.Done: at_counter.done,
    w.Hold: at_counter.hold,
    w.Resume: at_counter.resume,
    w.Transfer: at_counter.transfer,
    w.Undo: at_counter.undo,
}


def _unless_restored(
    rule: Callable[[State, Any, float], Decision],
) -> Callable[[State, Any, float], Decision]:
    return lambda state, command, now: (
        restored.withheld(state, command) or rule(state, command, now)
    )


_DECIDE: dict[type, Callable[[State, Any, float], Decision]] = {
    AtCounter: _at_counter,
    Issue: _unless_restored(admission.issue),
    Book: admission.book,
    OnTicket: _unless_restored(admission.on_ticket),
    Rearrange: arrangement.rearrange,
    OnAdvice: arrangement.on_advice,
    Sweep: kiosk.sweep,
    SetNotice: notices.set_notice,
    GoOn: restored.go_on,
}
