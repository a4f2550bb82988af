"""The duty roster: who should be where right now."""

from __future__ import annotations

from functools import cache

from hub.core import calendar
from hub.core.hours import spans
from hub.core.plan import Plan
from hub.core.rules import Shift
from hub.core.state import State

LATE_AFTER_S = 600.0
"""Within so long after the beginning of a shift nobody is late."""


def shift_of(plan: Plan, clerk: str, now: float) -> tuple[Shift, float] | None:
    """The shift of a clerk that runs now and the wall time at which it began, if there is one."""
    return next((found for found in shifts_now(plan, now) if found[0].clerk == clerk), None)


def shifts_now(plan: Plan, now: float) -> list[tuple[Shift, float]]:
    """Every shift that runs now, with the wall time at which it began."""
    if not plan.roster:
        return []
    day, minute = calendar.day_minute(plan, now)
    found = []
    for shift in plan.roster:
        start, end = _span(shift.hours)
        if day in shift.days and start <= minute < end:
            found.append((shift, calendar.at_minute(plan, start, now)))
    return found


def was_here(state: State, clerk: str, since: float) -> bool:
    """Whether a clerk is at a counter or was at one since a moment of this day."""
    if any(counter.clerk == clerk for counter in state.counters.values()):
        return True
    left_at = state.today.left.get(clerk)
    return left_at is not None and left_at >= since


def next_shift(plan: Plan, now: float) -> float | None:
    """When somebody may next be noted as absent, in wall seconds; None for no more today."""
    moments = (
        calendar.at_minute(plan, _span(shift.hours)[0], now) + LATE_AFTER_S for shift in plan.roster
    )
    return min((moment for moment in moments if moment > now), default=None)


@cache
def _span(text: str) -> tuple[int, int]:
    return spans(text)[0]
