"""How what happens to the hub, its day, its units and their records changes the state."""

from __future__ import annotations

from hub.core import alarms
from hub.core import events as e
from hub.core.events_of_units import PHONE
from hub.core.grant_events import unit_joined, unit_lost, unread
from hub.core.kiosk import number_set_aside
from hub.core.known_times import KnownTimes, Placed
from hub.core.plan import Plan
from hub.core.restored import RESTORE_HANDLERS, plan_changed
from hub.core.starts import Epoch
from hub.core.state import State, Totals, UnitState
from hub.core.ticket_events import Handler, find_a_place
from hub.core.tickets import ALIVE, TicketState

CALLS_KEPT_S = 35 * 86_400
"""How long a call is remembered, so that a rating that arrives late still finds it."""

_BOOTS_KEPT = 8

EPOCHS_KEPT = 300
"""So many starts of the hub are remembered: a unit that quotes an earlier one proves nothing."""


def _configured(state: State, event: e.Configured) -> None:
    plan = Plan.model_validate(event.plan)
    gone = {t.service for t in state.tickets.values()} - plan.service.keys()
    gone |= {s for t in state.tickets.values() for s in t.further} - plan.service.keys()
    if gone:
        raise ValueError(f"there are tickets of {', '.join(sorted(gone))}")
    for counter in state.counters.values():
        skills = plan.counter[counter.id].skills if counter.id in plan.counter else ()
        counter.added = {s: at for s, at in counter.added.items() if s in skills}
    if state.configured:
        state.learned.planned_anew(state.plan, plan)
    else:
        state.starts.began_at = event.at
    state.set_plan(plan)
    state.plan_at, state.plan_file = state.version + 1, event.file or state.plan_file
    plan_changed(state)
    for ticket in state.tickets.values():
        if ticket.state is TicketState.WAITING:
            find_a_place(state, ticket)


def _plan_file_seen(state: State, event: e.PlanFileSeen) -> None:
    state.plan_file = event.file


def _epoch_started(state: State, event: e.EpochStarted) -> None:
    if event.epoch <= state.epoch:
        raise ValueError("an epoch never goes back")
    state.epoch, state.epoch_id = event.epoch, event.epoch_id
    state.epochs.append(Epoch(event.epoch, event.epoch_id, state.version + 1))
    del state.epochs[:-EPOCHS_KEPT]
    if state.restored is not None:
        state.restored.epoch = event.epoch
    else:
        known = state.units.items()
        state.starts.known = {unit: [found.outbox, found.board] for unit, found in known}
    state.passed = dict.fromkeys(state.passed, event.epoch)
    for grant in state.grants.values():
        if grant.withdrawn is not None:  # what was said about earlier epochs frees nothing now
            grant.withdrawn = (event.epoch, state.version + 1)
            state.counters[grant.counter].granted = state.version + 1


def _day_began(state: State, event: e.DayBegan) -> None:
    state.day, state.day_began_at = event.day, event.at
    state.series.clear()
    state.priority_run.clear()
    state.today = Totals()
    state.tickets = {
        key: t
        for key, t in state.tickets.items()
        if t.state in ALIVE or t.state is TicketState.BOOKED
    }
    state.calls = {k: c for k, c in state.calls.items() if c.called_at > event.at - CALLS_KEPT_S}
    state.wrong_pins.clear()
    for counter in state.counters.values():
        counter.served_today = 0
        counter.failed_pins.clear()
        counter.added.clear()
        counter.last_step = None
        state.staffed(counter)
    state.advice.clear()
    state.desk.settled.clear()
    state.flags.clear()
    state.grants.clear()
    alarms.day_over(state)


def _hall_opened(state: State, _event: e.HallOpened) -> None:
    state.open = True


def _hall_closed(state: State, _event: e.HallClosed) -> None:
    state.open = False


def _notice_set(state: State, event: e.NoticeSet) -> None:
    if state.emergency is None:
        state.desk.emergency_since = event.at
    state.notice, state.emergency = event.notice, event.emergency


def _unit_joined(state: State, event: e.UnitJoined) -> None:
    before = state.units.get(event.unit)
    boots = dict(before.boots) if before else {}
    times = before.times if before else KnownTimes()
    clock = event.boot or event.run
    boots.pop(clock, None)
    boots[clock] = event.boot_at
    gone = set(boots) - set(list(boots)[-_BOOTS_KEPT:])
    boots = {clock: at for clock, at in boots.items() if clock not in gone}
    times.forget(gone)
    times.meet(clock, bool(event.boot), event.outbox, event.through, event.boot_ms)
    times.lift(event.outbox, event.after, event.not_before)
    state.units[event.unit] = UnitState(
        event.unit,
        event.run,
        event.outbox,
        event.boot_at,
        boots=boots,
        through=event.through,
        board=event.board,
        faults=before.faults if before else {},
        faulty_since=before.faulty_since if before else {},
        times=times,
        software=event.software,
        joined_at=event.at,
    )
    unit_joined(state, event.unit, event.run)


def _unit_clock(state: State, event: e.UnitClock) -> None:
    unit = state.units[event.unit]
    if unit.run != event.run:
        raise ValueError(f"the present run of {event.unit} is {unit.run}")
    unit.boot_at = unit.boots[unit.times.clock or event.run] = event.boot_at
    unit.times.lift(unit.outbox, event.after, event.not_before)


def _run_placed(state: State, event: e.RunPlaced) -> None:
    unit = state.units[event.unit]
    unit.times.place(event.clock, Placed(event.boot_at, event.since, event.how))
    unit.times.lift(event.outbox, event.after, event.not_before)


def _order_kept(state: State, event: e.OrderKept) -> None:
    state.units[event.unit].times.lift(event.outbox, event.after, event.not_before)


def _unit_lost(state: State, event: e.UnitLost) -> None:
    unit = state.units[event.unit]
    unit.lost_at = event.at
    if event.boot_ms and unit.times.clock:
        times = unit.times
        times.meet(times.clock, times.booted, unit.outbox, event.through, event.boot_ms)
    unit_lost(state, event.unit)


def _unit_back(state: State, event: e.UnitBack) -> None:
    unit = state.units[event.unit]
    unit.lost_at = None
    unit_joined(state, event.unit, unit.run)


def _health(state: State, event: e.HealthNoted) -> None:
    unit = state.units.get(event.unit)
    if unit is None:  # it has never said hello, and its pages have no place for it yet
        return
    unit.faults.pop(event.peripheral, None)
    if event.ok:
        unit.faulty_since.pop(event.peripheral, None)
    else:
        unit.faults[event.peripheral] = [event.code or "", event.detail]
        unit.faulty_since.setdefault(event.peripheral, event.at)


def _rated(state: State, event: e.Rated) -> None:
    by_phone = event.channel == PHONE
    if by_phone:
        state.calls[event.call_id].by_phone += 1
        state.calls[event.call_id].phone_ratings += 1
    if not event.counted:
        state.today.not_counted += _of_today(state, event)
        return
    call = state.calls[event.call_id]
    if call.rated:
        raise ValueError("one first rating a call")
    if call.answered:  # the invitation had run out, and the rating came all the same
        state.today.unrated -= _of_today(state, event)
    call.rated = call.answered = True
    call.phone_level = event.level if by_phone else ""
    if _of_today(state, event):
        levels = state.today.levels
        levels[event.level] = levels.get(event.level, 0) + 1


def _tagged(state: State, event: e.RatingTagged) -> None:
    if event.channel == PHONE:
        state.calls[event.call_id].by_phone += 1
    if event.counted:
        state.calls[event.call_id].tagged = True


def _unrated(state: State, event: e.Unrated) -> None:
    if not event.counted:
        state.today.not_counted += _of_today(state, event)
        return
    call = state.calls[event.call_id]
    if call.answered:
        raise ValueError("an invitation is answered once")
    call.answered = True
    state.today.unrated += _of_today(state, event)


def _of_today(state: State, event: e.Rated | e.Unrated) -> bool:
    """Whether a record, which may come days later, is about a call of this business day."""
    call = state.calls.get(event.call_id)
    return (call.called_at if call else event.at) >= state.day_began_at


def _quarantined(state: State, event: e.RecordQuarantined) -> None:
    state.today.quarantined += 1
    if event.code != BROKEN_CHAIN and event.sequence is not None:
        unread(state, event.unit, event.outbox, event.sequence)


BROKEN_CHAIN = "broken_chain"
"""The code of a record that can be read, but does not follow from the one before."""


HANDLERS: dict[type[e.Event], Handler] = {
    e.Configured: _configured,
    e.PlanFileSeen: _plan_file_seen,
    e.EpochStarted: _epoch_started,
    e.DayBegan: _day_began,
    e.HallOpened: _hall_opened,
    e.HallClosed: _hall_closed,
    e.NoticeSet: _notice_set,
    e.UnitJoined: _unit_joined,
    e.UnitClock: _unit_clock,
    e.RunPlaced: _run_placed,
    e.OrderKept: _order_kept,
    e.UnitLost: _unit_lost,
    e.UnitBack: _unit_back,
    e.HealthNoted: _health,
    e.RatingTagged: _tagged,
    e.Rated: _rated,
    e.Unrated: _unrated,
    e.RecordQuarantined: _quarantined,
    e.NumberSetAside: number_set_aside,
    **RESTORE_HANDLERS,
    **alarms.HANDLERS,
}
