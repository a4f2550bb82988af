"""The hall's business day and its opening hours, computed from a wall time that is given."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.core.hours import WEEKDAYS, spans
from hub.core.plan import Plan


def business_day(plan: Plan, now: float) -> date:
    """The date in the hall's zone, changing at `day_starts` instead of at midnight."""
    today = _local(plan, now).date()
    # Moments, not wall clocks: at the end of summer time those go back.
    return today if now >= _day_start(plan, today) else today - timedelta(days=1)


def next_day_starts(plan: Plan, now: float) -> float:
    """When the next business day begins, in wall seconds."""
    return _day_start(plan, business_day(plan, now) + timedelta(days=1))


def day_starts(plan: Plan, day: date) -> float:
    """When a business day begins, in wall seconds."""
    return _day_start(plan, day)


def opens_between(plan: Plan, since: float, until: float) -> bool:
    """Whether tickets are issued at any time from the one to the other."""
    return is_open(plan, since) or next_opening_change(plan, since) <= until


def is_open(plan: Plan, now: float) -> bool:
    """Whether tickets are issued at this time."""
    local = _local(plan, now)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in _spans_on(plan, local.date()))


def next_opening_change(plan: Plan, now: float) -> float:
    """When `is_open` will next be worth asking again, in wall seconds; a week ahead at most."""
    local = _local(plan, now)
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        for span in _spans_on(plan, day):
            for minute in span:
                moment = _at_minute(plan, day, minute).timestamp()
                if moment > now:
                    return moment
    return now + 7 * 86_400


def _local(plan: Plan, now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).astimezone(plan.zone)


def _day_start(plan: Plan, day: date) -> float:
    return _moment(day, plan.hall.day_starts, plan.zone)


@lru_cache(maxsize=16)  # each round asks for today and tomorrow
def _moment(day: date, at: str, zone: ZoneInfo) -> float:
    return datetime.combine(day, time.fromisoformat(at), zone).timestamp()


def _at_minute(plan: Plan, day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), plan.zone) + timedelta(minutes=minute)


def _spans_on(plan: Plan, day: date) -> tuple[tuple[int, int], ...]:
    return spans(hours_on(plan, day))


def hours_on(plan: Plan, day: date) -> str:
    """The opening hours of a date, as the plan says them."""
    special = plan.hours.on.get(day.isoformat()) if plan.hours.exceptions else None
    return getattr(plan.hours, WEEKDAYS[day.weekday()]) if special is None else special


def hours_ahead(plan: Plan, now: float) -> list[str]:
    """The hours of the seven days from today on, in the order of the weekdays."""
    today = _local(plan, now).date()
    days = sorted((today + timedelta(days=n) for n in range(7)), key=date.weekday)
    return [hours_on(plan, day) for day in days]


def day_minute(plan: Plan, now: float) -> tuple[str, int]:
    """The weekday by name and the minute of the day, on the hall's clock."""
    local = _local(plan, now)
    return WEEKDAYS[local.weekday()], local.hour * 60 + local.minute


def at_minute(plan: Plan, minute: int, now: float) -> float:
    """The wall time of a minute of the present calendar day."""
    return _at_minute(plan, _local(plan, now).date(), minute).timestamp()
