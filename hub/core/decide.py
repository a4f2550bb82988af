"""`decide` answers a command with events, or with a refusal that says why.

It changes nothing: the caller commits the events and applies them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.core import (
    accounts,
    admission,
    alarms,
    arrangement,
    at_counter,
    forks,
    kiosk,
    notices,
    replanning,
    restored,
    shift,
)
from hub.core import events as e
from hub.core.commands import (
    Acknowledge,
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
from hub.core.commands_of_plans import Configure
from hub.core.phone_ratings import RULES as BY_PHONE
from hub.core.state import CounterState, State
from hub.core.tickets import IllegalStep
from wire import messages as w

CITIZEN = "citizen"
"""Whoever holds a ticket, and has not signed in."""


def decide(state: State, command: Command, now: float) -> Decision:
    """What follows from a command at this time."""
    try:
        return _by_name(command, _DECIDE[type(command)](state, command, now), now)
    except IllegalStep as error:
        return refuse("illegal_step", str(error))


def _by_name(command: Command, decided: Decision, now: float) -> Decision:
    """What a person has brought about says so; most events do by themselves."""
    by = getattr(command, "by", "")
    said = any(getattr(event, "by", None) == by for event in decided.events)
    if decided.outcome != "done" or said or not decided.events or by in {"", CITIZEN}:
        return decided
    action = command.wish if isinstance(command, OnTicket) else type(command).__name__.lower()
    given = e.CommandGiven(now, "", action, by)
    return replace(decided, events=(given, *decided.events))


def _at_counter(state: State, command: AtCounter, now: float) -> Decision:
    counter = state.counters.get(command.counter)
    if counter is None or command.counter not in state.plan.counter:
        return refuse("unknown_counter", f"there is no counter {command.counter!r}")
    if command.hand is not None and not command.hand.reaches(_whose(state, counter, command)):
        return refuse("other_clerk", "a clerk commands only the counter at which they are")
    if _ousts(counter, command):
        return refuse("other_clerk", "a colleague serves at this counter; they sign out first")
    if command.seen is not None and command.seen != counter.version:
        return refuse("stale", "the counter has changed since; this is how it stands now")
    withheld = restored.withheld(state, command)
    decided = withheld or _RULES[type(command.request)](state, counter, command, now)
    return _by_hand(state, counter, command, decided, now)


def _whose(state: State, counter: CounterState, command: AtCounter) -> str | None:
    """Whom a command concerns: the clerk who signs in, or who is at the counter."""
    request = command.request
    if not isinstance(request, w.SignIn):
        return counter.clerk
    found = state.plan.clerk_on_keypad.get(request.clerk)
    return found.id if found is not None else None


def _ousts(counter: CounterState, command: AtCounter) -> bool:
    """Whether a clerk signs in from afar where a colleague serves: operators may, and units."""
    hand, request = command.hand, command.request
    if hand is None or hand.anywhere or not isinstance(request, w.SignIn):
        return False
    return counter.open and counter.clerk != hand.clerk


def _by_hand(
    state: State, counter: CounterState, command: AtCounter, decided: Decision, now: float
) -> Decision:
    """What another than the counter's clerk has brought about says so."""
    hand = command.hand
    if hand is None or decided.outcome != "done" or not decided.events:
        return decided
    own = hand.clerk is not None and hand.clerk == _whose(state, counter, command)
    if own and counter.clerk in {None, hand.clerk}:
        return decided
    given = e.CommandGiven(now, counter.id, command.request.action, hand.by)
    return replace(decided, events=(given, *decided.events))


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
    **BY_PHONE,
    Rearrange: arrangement.rearrange,
    OnAdvice: arrangement.on_advice,
    Acknowledge: alarms.acknowledge,
    Sweep: kiosk.sweep,
    SetNotice: notices.set_notice,
    GoOn: restored.go_on,
    Configure: replanning.configure,
    **accounts.RULES,
    **forks.RULES,
}
