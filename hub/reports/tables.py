"""Every turn of a period, for those who want to reckon themselves. A page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from hub.journal import tables as t
from hub.reports.period import Period

STEP: Final = 2_000


def last_day_before(connection: Connection, day: date) -> str | None:
    """The last day before another on which somebody was called; None if there is none."""
    c = t.turns.c
    called = (c.day < day.isoformat()) & c.call_id.is_not(None)
    query = select(c.day).where(called).order_by(c.day.desc()).limit(1)
    return connection.execute(query).scalar()


def turns(
    connection: Connection, period: Period, after: int = 0, step: int = STEP
) -> list[dict[str, Any]]:
    """Turns of a period with an id above `after`, in order; `step` of them at most."""
    c = t.turns.c
    query = (
        select(t.turns)
        .where(c.day.between(period.first.isoformat(), period.last.isoformat()), c.id > after)
        .order_by(c.id)
        .limit(step)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def every_turn(connection: Connection, period: Period) -> Iterator[dict[str, Any]]:
    """All turns of a period, in order."""
    after = 0
    while page := turns(connection, period, after):
        yield from page
        after = page[-1]["id"]
