"""When a record was written, and how sure that is. PURE.

A machine without a battery clock knows its CLOCK_BOOTTIME and little else. What the hub knows:

- A clock that it has met (a run's, or that of a whole boot of the machine): when it was 0.
- Points of an outbox: a hello says which record was the last before it. Whatever stands before
  it in the outbox is older, whatever stands after it is younger.
- What the record itself speaks of had happened.

So a record of a run that never met the hub lies between two points. It is put where it may have
been written at the earliest, in the order and with the spaces of its own clock: whatever is
learned of later records, they are not pushed away from their own times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hub.core import events as e
from hub.core.records import Before
from hub.core.state import State, UnitState
from wire.clock import rfc3339, wall_seconds
from wire.messages import CalledRecord, CallRecord, RecordBody

Key = tuple[str, int]
"""A record's outbox, and its sequence there."""


class How(StrEnum):
    """How a time is known: best first."""

    RUN = "run"  # the hub has met the clock
    WALL = "wall"  # it has not, and the unit's wall clock was set by a time server
    INTERVAL = "interval"  # between two known times
    GUESS = "guess"  # the unit's own word, and nothing to hold it against


@dataclass(frozen=True, slots=True)
class When:
    """A record's time in wall seconds, within what is known of it for certain."""

    at: float
    how: How
    since: float
    until: float

    @property
    def sure(self) -> str:
        """How sure it is, as events say it: an interval with both its ends."""
        if self.how is not How.INTERVAL:
            return str(self.how)
        return f"{self.how} {rfc3339(self.since)}/{rfc3339(self.until)}"


def when(state: State, unit: str, key: Key, body: RecordBody, now: float) -> When:
    """When a record was written, after what `placing` asked for has happened.

    Never after `now`, before 1970, or before an earlier record of its outbox.
    """
    known = state.units.get(unit)
    placed = known.times.placed.get(clock_of(body)) if known else None
    met = _met(known, body)
    floor = _floor(known, key) if known else 0.0
    boot_s = body.boot_ms / 1000
    if met is not None:
        return _exact(met + boot_s, How.RUN, floor, now)
    if known is None or placed is None:
        how = How.WALL if body.synchronised else How.GUESS
        return _exact(wall_seconds(body.wall), how, floor, now)
    until = max(_until(known, key, body, now), min(floor, now))
    since = min(placed.since, until)
    at = min(max(placed.boot_at + boot_s, since, floor), until)
    return When(_past(at, now), How(placed.how), since, until)


def _exact(at: float, how: How, floor: float, now: float) -> When:
    found = _past(max(at, floor), now)
    return When(found, how, found, found)


def _past(at: float, now: float) -> float:
    return min(max(at, 0.0), now)


def clock_of(said: RecordBody) -> str:
    """Whose CLOCK_BOOTTIME a record is stamped with: the boot's, or if none is told the run's."""
    return said.boot or said.run


def placing(
    state: State, unit: str, key: Key, body: RecordBody, before: Callable[[], Before], now: float
) -> e.RunPlaced | None:
    """The event by which the clock of a run that the hub has never met gets its place.

    Once for each such clock, and again when a record tells more: a time server had set the wall
    clock by then, or it speaks of something later. None if there is nothing new.
    """
    known = state.units.get(unit)
    if known is None or _met(known, body) is not None:
        return None
    placed = known.times.placed.get(clock_of(body))
    if placed is not None and not _tells_more(state, unit, key, body, now):
        return None
    return _place(state, unit, key, body, before(), now)


def _tells_more(state: State, unit: str, key: Key, body: RecordBody, now: float) -> bool:
    found = when(state, unit, key, body, now)
    if found.how is How.WALL:
        return False
    by_wall = body.synchronised and found.since <= wall_seconds(body.wall) <= found.until
    return by_wall or found.at < min(cause(state, unit, body), found.until)


def _place(
    state: State, unit: str, key: Key, body: RecordBody, before: Before, now: float
) -> e.RunPlaced:
    known = state.units[unit]
    placed = known.times.placed.get(clock_of(body))
    until = _until(known, key, body, now)
    earlier = placed.since if placed else max(_since(known, key), before.since, _first(state))
    since = min(max(earlier, cause(state, unit, body)), until)
    boot_s, wall = body.boot_ms / 1000, wall_seconds(body.wall)
    # Of another boot than the record before: the machine was started after that one.
    restarted = bool(before.boot and body.boot and before.boot != body.boot)
    earliest = min(since + boot_s, until) if restarted else since
    by_wall = body.synchronised and since <= wall <= until
    return e.RunPlaced(
        at=now,
        unit=unit,
        run=body.run,
        clock=clock_of(body),
        boot_at=(wall if by_wall else earliest) - boot_s,
        since=since,
        until=until,
        how=str(How.WALL if by_wall else How.INTERVAL),
        outbox=key[0],
        after=key[1] - 1,
        not_before=min(before.at, now),
    )


def cause(state: State, unit: str, body: RecordBody) -> float:
    """Before when a record cannot have been written: the hub did then what it speaks of."""
    if not isinstance(body, CallRecord):
        return 0.0
    call = state.calls.get(body.call_id)
    if call is not None:
        return call.called_at
    grant = state.grants.get(body.ticket)
    given = isinstance(body, CalledRecord) and grant is not None and grant.unit == unit
    return grant.at if grant is not None and given else 0.0


def _met(known: UnitState | None, body: RecordBody) -> float | None:
    """When the clock of a record was 0, if the hub has met it."""
    if known is None:
        return None
    boot_at = known.boots.get(body.boot) if body.boot else None
    return boot_at if boot_at is not None else known.boots.get(body.run)


def _floor(known: UnitState, key: Key) -> float:
    """No record may be stored as older than one before it, whatever was learned meanwhile."""
    after = key[0] == known.times.outbox and key[1] > known.times.floor_after
    return known.times.floor_at if after else 0.0


def _first(state: State) -> float:
    """Before when no unit of this hall can have written anything: the hub had never started.

    0 where that is not certain: units may remember a hub whose journal is gone.
    """
    restored = state.restored is not None or state.outlived > 0
    return 0.0 if restored else state.starts.began_at


def _since(known: UnitState, key: Key) -> float:
    """The last time at which the record was certainly not yet written."""
    outbox, sequence = key
    earlier = (p for p in known.times.points if p.outbox != outbox or p.through < sequence)
    return max((known.boots[p.clock] + p.said_s for p in earlier), default=0.0)


def _until(known: UnitState, key: Key, body: RecordBody, now: float) -> float:
    """The first time at which the record was certainly written."""
    outbox, sequence = key
    later = [p for p in known.times.points if p.outbox == outbox and p.through >= sequence]
    # Of another boot than the record, the whole of that boot is later.
    found = (
        known.boots[p.clock]
        + (0.0 if body.boot and p.booted and p.clock != body.boot else p.said_s)
        for p in later
    )
    return max(0.0, min((*found, now)))
