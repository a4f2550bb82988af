"""How what happens at a counter, and to what it serves, changes the state."""

from __future__ import annotations

from hub.core import events as e
from hub.core.settled import Settled
from hub.core.state import Advice, CounterState, Flag, Pause, State
from hub.core.ticket_events import Handler, find_a_place, learn_the_last

PIN_WINDOW_S = 300.0
"""After so long a wrong PIN counts no more."""


def _signed_in(state: State, event: e.ClerkSignedIn) -> None:
    counter = state.counters[event.counter]
    counter.clerk = event.clerk
    counter.failed_pins.clear()


def _signed_out(state: State, event: e.ClerkSignedOut) -> None:
    state.counters[event.counter].clerk = None
    state.today.left[event.clerk] = event.at


def _sign_in_failed(state: State, event: e.SignInFailed) -> None:
    if not event.hand:
        state.counters[event.counter].failed_pins.append(event.at)
        return
    recent = [at for at in state.wrong_pins.get(event.hand, []) if at > event.at - PIN_WINDOW_S]
    state.wrong_pins[event.hand] = [*recent, event.at]


def _opened(state: State, event: e.CounterOpened) -> None:
    counter = state.counters[event.counter]
    counter.open, counter.free_since, counter.paused = True, event.at, None
    state.staffed(counter)


def _closed(state: State, event: e.CounterClosed) -> None:
    counter = state.counters[event.counter]
    if counter.ticket is not None:
        raise ValueError(f"counter {counter.id} has ticket {counter.ticket} in hand")
    counter.open, counter.free_since, counter.paused = False, None, None
    _rests(state, counter)


def _rests(state: State, counter: CounterState) -> None:
    learn_the_last(state, counter)
    state.staffed(counter)


def _paused(state: State, event: e.CounterPaused) -> None:
    counter = state.counters[event.counter]
    if not counter.open or counter.ticket is not None:
        raise ValueError(f"counter {counter.id} cannot pause")
    counter.paused = Pause(event.at, event.reason, event.back_at)
    _rests(state, counter)


def _resumed(state: State, event: e.CounterResumed) -> None:
    counter = state.counters[event.counter]
    counter.paused, counter.free_since = None, event.at
    state.staffed(counter)


def _noted(state: State, event: e.AttendanceNoted) -> None:
    if event.what == "overdue":
        pause = state.counters[event.counter].paused
        if pause is None:
            raise ValueError(f"counter {event.counter} is not paused")
        pause.overdue = True
    else:
        state.today.noted.append(noted_key(event.what, event.clerk, event.counter))


def noted_key(what: str, clerk: str, counter: str) -> str:
    """What is noted once a day of a clerk and the counter of a shift."""
    return f"{what} {clerk} {counter}"


def _added(state: State, event: e.ServiceAdded) -> None:
    plan = state.plan.counter[event.counter]
    if event.service not in plan.skills or event.service in state.services_of(event.counter):
        raise ValueError(f"counter {event.counter} cannot add {event.service}")
    counter = state.counters[event.counter]
    counter.added[event.service] = event.at
    state.staffed(counter)


def _taken_back(state: State, event: e.ServiceTakenBack) -> None:
    counter = state.counters[event.counter]
    del counter.added[event.service]
    state.staffed(counter)
    for ticket in state.lines.kept_for(counter.id):
        find_a_place(state, state.tickets[ticket])


def _advised(state: State, event: e.AdviceGiven) -> None:
    if event.advice in state.advice:
        raise ValueError("an advice is given once")
    about = (event.action in {"add", "take_back"}, event.action in {"open", "close"})
    if about != (event.service is not None, event.service is None):
        raise ValueError(f"nobody can {event.action} {event.service}")
    if event.counter not in state.plan.counter:
        raise ValueError(f"there is no counter {event.counter}")
    state.advice[event.advice] = Advice(
        event.advice,
        event.action,
        event.counter,
        event.service,
        event.gain_min,
        event.reason,
        event.at,
    )


def _advice_weighed(state: State, event: e.AdviceWeighed) -> None:
    advice = state.advice[event.advice]
    advice.gain_min, advice.reason = event.gain_min, event.reason


def _advice_closed(state: State, event: e.AdviceClosed) -> None:
    advice = state.advice.pop(event.advice)
    settled = state.desk.settled
    if event.outcome != "pointless":
        settled[advice.id] = Settled(
            advice.id,
            advice.action,
            advice.counter,
            advice.service,
            advice.gain_min,
            advice.reason,
            advice.given_at,
            event.outcome,
            event.by,
            event.at,
        )
    for old in list(settled)[:-SETTLED_KEPT]:
        del settled[old]


SETTLED_KEPT = 20
"""So much answered advice is remembered, so that an answer can be taken back."""


def _advice_undone(state: State, event: e.AdviceUndone) -> None:
    if event.advice in state.advice:
        raise ValueError("this advice stands already")
    it = state.desk.settled.pop(event.advice)
    state.advice[it.id] = Advice(
        it.id, it.action, it.counter, it.service, it.gain_min, it.reason, it.given_at
    )


def _flagged(state: State, event: e.Flagged) -> None:
    key = flag_key(event.kind, event.scope, event.target)
    if event.on == (key in state.flags):
        raise ValueError(f"{key} is {'on' if event.on else 'off'} already")
    if event.on:
        state.flags[key] = Flag(event.kind, event.scope, event.target, event.at, event.evidence)
    else:
        del state.flags[key]


def flag_key(kind: str, scope: str, target: str) -> str:
    """The name of a flag: "hot line s1"."""
    return f"{kind} {scope} {target}"


HANDLERS: dict[type[e.Event], Handler] = {
    e.ClerkSignedIn: _signed_in,
    e.ClerkSignedOut: _signed_out,
    e.SignInFailed: _sign_in_failed,
    e.CounterOpened: _opened,
    e.CounterClosed: _closed,
    e.CounterPaused: _paused,
    e.CounterResumed: _resumed,
    e.AttendanceNoted: _noted,
    e.ServiceAdded: _added,
    e.ServiceTakenBack: _taken_back,
    e.AdviceGiven: _advised,
    e.AdviceWeighed: _advice_weighed,
    e.AdviceClosed: _advice_closed,
    e.AdviceUndone: _advice_undone,
    e.Flagged: _flagged,
}
