"""What the time alone brings about: the day, opening hours, presumed services, absences."""

from __future__ import annotations

from datetime import date, timedelta

from hub.core import calendar
from hub.core import events as e
from hub.core.counter_events import noted_key
from hub.core.roster import LATE_AFTER_S, next_shift, shifts_now, was_here
from hub.core.shift import LONG_PAUSE_S, free_all, long_away
from hub.core.state import CounterState, Pause, State
from hub.core.tickets import ALIVE, IN_HAND, TicketState

PRESUMED_AFTER_S = 20.0
"""A call neither recalled nor missed for this long counts as served from the call."""


def due(state: State, now: float) -> list[e.Event]:
    """What the time alone brings about."""
    if not state.configured:
        return []
    # A new day ends every call, so that nothing is left to presume.
    new_day = _day(state, now)
    if new_day:
        return new_day + _hours(state, now)
    events = [event for c in state.counters.values() for event in _at_counter(state, c, now)]
    return events + _hours(state, now) + _absent(state, now)


def next_due(state: State, now: float) -> float:
    """The wall time at which `due` should be asked again at the latest."""
    moments = [calendar.next_day_starts(state.plan, now)]
    moments.append(calendar.next_opening_change(state.plan, now))
    shift = next_shift(state.plan, now)
    if shift is not None:
        moments.append(shift)
    for counter in state.counters.values():
        ticket = state.tickets.get(counter.ticket or "")
        if ticket is not None and ticket.state is TicketState.CALLED:
            moments.append(ticket.since + PRESUMED_AFTER_S)
        moments += _end_of_pause(state, counter)
    return min(moments)


def _end_of_pause(state: State, counter: CounterState) -> list[float]:
    pause = counter.paused
    if pause is None:
        return []
    back_at = [] if pause.back_at is None or pause.overdue else [pause.back_at]
    return back_at + ([pause.since + LONG_PAUSE_S] if state.lines.kept_for(counter.id) else [])


def _day(state: State, now: float) -> list[e.Event]:
    today = calendar.business_day(state.plan, now)
    before = date.fromisoformat(state.day) if state.day else None
    # A clock that is set back a little at the turn of the day does not bring yesterday back;
    # one that was days ahead was wrong, and is now right.
    if before is not None and timedelta(0) <= before - today <= timedelta(days=1):
        return []
    events: list[e.Event] = [
        e.TicketExpired(now, t.id, t.counter if t.state in IN_HAND else None)
        for t in state.tickets.values()
        if t.state in ALIVE or _missed_its_day(state, t.state, t.due_at, today)
    ]
    for counter in state.counters.values():
        if counter.open:
            events.append(e.CounterClosed(now, counter.id, counter.clerk))
        if counter.clerk is not None:
            events.append(e.ClerkSignedOut(now, counter.id, counter.clerk))
    return [*events, e.DayBegan(now, today.isoformat())]


def _missed_its_day(state: State, at: TicketState, due_at: float | None, today: date) -> bool:
    if at is not TicketState.BOOKED or due_at is None:
        return False
    return calendar.business_day(state.plan, due_at) < today


def _hours(state: State, now: float) -> list[e.Event]:
    open_now = calendar.is_open(state.plan, now)
    if open_now == state.open:
        return []
    return [e.HallOpened(now) if open_now else e.HallClosed(now)]


def _at_counter(state: State, counter: CounterState, now: float) -> list[e.Event]:
    if counter.paused is not None:
        return _away(state, counter, counter.paused, now)
    ticket = state.tickets.get(counter.ticket or "")
    if ticket is None or ticket.state is not TicketState.CALLED:
        return []
    if now < ticket.since + PRESUMED_AFTER_S:
        return []
    call_id = str(ticket.call_id)
    return [e.ServiceStarted(now, ticket.id, call_id, counter.id, ticket.since, presumed=True)]


def _away(state: State, counter: CounterState, pause: Pause, now: float) -> list[e.Event]:
    events: list[e.Event] = []
    if long_away(counter, now):  # it may have been announced as short
        events += free_all(state, counter, now, "the counter is away", held=False)
    if not pause.overdue and pause.back_at is not None and now >= pause.back_at:
        minutes = round((pause.back_at - pause.since) / 60, 1)
        clerk = str(counter.clerk)
        events.append(e.AttendanceNoted(now, clerk, counter.id, "overdue", minutes))
    return events


def _absent(state: State, now: float) -> list[e.Event]:
    if not state.plan.roster:
        return []
    minutes = round(LATE_AFTER_S / 60, 1)
    return [
        e.AttendanceNoted(now, shift.clerk, shift.counter, "absent", minutes)
        for shift, began_at in shifts_now(state.plan, now)
        if now >= began_at + LATE_AFTER_S
        and not was_here(state, shift.clerk, began_at)
        and noted_key("absent", shift.clerk, shift.counter) not in state.today.noted
    ]
