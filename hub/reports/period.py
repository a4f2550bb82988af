"""Which business days a report is about. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from wire.errors import NextwindowError

LONGEST_DAYS: Final = 400
"""A report is about so many days at most."""

NAMED: Final = ("today", "yesterday", "week", "month", "last_month")


class NoSuchPeriod(NextwindowError):
    """The days asked for are none, too many, or no dates."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, and what they were asked for as."""

    first: date
    last: date
    name: str = ""

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def dates(self) -> Iterator[str]:
        """Each day, as 2026-03-02."""
        for n in range(self.days):
            yield (self.first + timedelta(n)).isoformat()


def named(name: str, today: date) -> Period:
    """A period by its name, as seen today: a week begins on Monday, a month on its first.

    Raises NoSuchPeriod for a name that is not in NAMED.
    """
    month = today.replace(day=1)
    before = month - timedelta(1)
    spans = {
        "today": (today, today),
        "yesterday": (today - timedelta(1), today - timedelta(1)),
        "week": (today - timedelta(today.weekday()), today),
        "month": (month, today),
        "last_month": (before.replace(day=1), before),
    }
    if name not in spans:
        raise NoSuchPeriod(f"there is no period {name!r}; use {', '.join(NAMED)}")
    return Period(*spans[name], name=name)


def between(first: str, last: str) -> Period:
    """From a day to a day, in either order.

    Raises NoSuchPeriod for what is no date, for one after which there is none, and for more days
    than a report may have.
    """
    try:
        ends = sorted((date.fromisoformat(first), date.fromisoformat(last)))
        ends[1] + timedelta(1)
    except (ValueError, OverflowError) as error:
        raise NoSuchPeriod(f"{first!r} to {last!r}: expected days like 2026-03-02") from error
    period = Period(ends[0], ends[1])
    if period.days > LONGEST_DAYS:
        raise NoSuchPeriod(f"{period.days} days; a report has {LONGEST_DAYS} at most")
    return period
