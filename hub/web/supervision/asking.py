"""What the address of a report asks for, made sure of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import Request

from hub.core.calendar import business_day
from hub.core.plan import Plan
from hub.reports.lists import BAD_LEVELS, Wanted
from hub.reports.period import NAMED, NoSuchPeriod, Period, between, named
from wire.messages import Level

DEFAULT = "month"


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, and whether the address was understood.

    `lasts_until` is the time of day until which today's business day goes on, while the calendar
    is a day ahead of it; "" while both are the same.
    """

    period: Period
    understood: bool
    today: date
    lasts_until: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The period again, for an address."""
        if self.period.name:
            return {"period": self.period.name}
        return {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}


def asked(request: Request, plan: Plan, now: float) -> Asked:
    """The period that an address asks for; this month if it asks for none, or for nonsense."""
    today = business_day(plan, now)
    ahead = datetime.fromtimestamp(now, plan.zone).date() > today
    when = (today, plan.hall.day_starts if ahead else "")
    given = request.query_params
    try:
        if given.get("from") and given.get("to"):
            return Asked(between(given["from"][:10], given["to"][:10]), True, *when)
        return Asked(named(given.get("period") or DEFAULT, today), True, *when)
    except NoSuchPeriod:
        return Asked(named(DEFAULT, today), False, *when)


def wanted(given: Mapping[str, str]) -> Wanted:
    """Which ratings an address asks for: bad ones if it says nothing."""
    level = given.get("level", "")
    every = [each.value for each in Level]
    levels = every if level == "all" else [level] if level in every else BAD_LEVELS
    counted = {"yes": True, "no": False}.get(given.get("counted", ""))
    return Wanted(
        levels,
        _text(given, "service"),
        _text(given, "counter"),
        _text(given, "tag"),
        counted,
        key_of(given, "before"),
    )


def _text(given: Mapping[str, str], name: str) -> str | None:
    return given.get(name, "")[:64] or None


def key_of(given: Mapping[str, str], name: str) -> int | None:
    """The key of a row to go on from."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def address(path: str, *parts: Mapping[str, str | None], **more: str | None) -> str:
    """An address with what is asked for."""
    values: dict[str, str | None] = {}
    for part in (*parts, more):
        values.update(part)
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


__all__ = ["DEFAULT", "NAMED", "Asked", "address", "asked", "key_of", "wanted"]
