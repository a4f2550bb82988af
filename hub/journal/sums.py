"""What the turns of days come to, added up once a day is over.

A month of a large hall has 80,000 turns and more; its sums are a few thousand rows. A day that
is not over, or of which something changed since (a rating that came late), is added up when it
is read. Everything here is one SELECT, which both do alike.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from hub.journal import tables as t
from hub.journal.turn_rows import BOOKED, CANCELLED, DONE, EXPIRED, MISSED, RATED, UNRATED
from wire.messages import Level

WAIT_BIN_S: Final = 15
"""Waits are counted in bins of so many seconds, from which percentiles are read."""

LEVELS: Final = {
    "level_5": Level.VERY_SATISFIED.value,
    "level_4": Level.SATISFIED.value,
    "level_3": Level.FAIRLY_SATISFIED.value,
    "level_2": Level.DISSATISFIED.value,
    "level_1": Level.VERY_DISSATISFIED.value,
}
"""The columns of the levels, best first."""

_KEY = ("day", "service", "counter", "hour")
_MEASURES = (*t.COUNTS, "wait_s", "longest_s", "service_s")


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _arrivals(where: ColumnElement[bool]) -> Select[Any]:
    """What belongs to the hour in which somebody began to wait."""
    c = t.turns.c
    found: dict[str, ColumnElement[Any]] = {
        "taken": _number(c.first),
        "called": func.count(c.call_id),
        "missed": _number(c.state == MISSED),
        "given_up": _number(c.state == CANCELLED),
        "expired": _number(c.state == EXPIRED),
        "waits": func.count(c.wait_s),
        "over": _number(c.wait_s > c.target_s),
        "targets": _number(and_(c.wait_s.is_not(None), c.target_s.is_not(None))),
        "wait_s": func.coalesce(func.sum(c.wait_s), 0.0),
        "longest_s": func.coalesce(func.max(c.wait_s), 0.0),
    }
    came = and_(where, c.state != BOOKED, ~and_(c.began_at.is_(None), c.called_at.is_(None)))
    return _part(found, c.hour).where(came).group_by(c.day, c.service, c.counter, c.hour)


def _calls(where: ColumnElement[bool]) -> Select[Any]:
    """What belongs to the hour of the call."""
    c = t.turns.c
    found: dict[str, ColumnElement[Any]] = {
        "served": _number(c.state == DONE),
        "invited": _number(c.invited),
        "unrated": _number(c.answer == UNRATED),
        **{name: _number(and_(c.answer == RATED, c.level == of)) for name, of in LEVELS.items()},
        "service_s": func.coalesce(func.sum(case((c.state == DONE, c.service_s))), 0.0),
    }
    called = and_(where, c.call_hour.is_not(None))
    return (
        _part(found, c.call_hour).where(called).group_by(c.day, c.service, c.counter, c.call_hour)
    )


def _part(found: dict[str, ColumnElement[Any]], hour: ColumnElement[Any]) -> Select[Any]:
    c = t.turns.c
    zero: dict[str, ColumnElement[Any]] = {name: literal(0) for name in t.COUNTS}
    zero |= {name: cast(literal(0.0), Float) for name in ("wait_s", "longest_s", "service_s")}
    key = (c.day, c.service, func.coalesce(c.counter, "").label("counter"), hour.label("hour"))
    return select(*key, *(value.label(name) for name, value in {**zero, **found}.items()))


def measures(of: Any) -> list[ColumnElement[Any]]:
    """Sums of the sums."""
    return [
        (func.max if name == "longest_s" else func.sum)(of.c[name]).label(name)
        for name in _MEASURES
    ]


def summed(where: ColumnElement[bool]) -> Select[Any]:
    """The rows of `sums` for the turns of some days."""
    parts = union_all(_arrivals(where), _calls(where)).subquery()
    key = [parts.c[name] for name in _KEY]
    return select(*key, *measures(parts)).group_by(*key)


def binned(where: ColumnElement[bool]) -> Select[Any]:
    """The rows of `waits` for the turns of some days."""
    c = t.turns.c
    bin_ = cast(c.wait_s / WAIT_BIN_S, Integer)
    key = (c.day, c.service, bin_.label("bin"))
    waited = and_(where, c.wait_s.is_not(None))
    return select(*key, func.count().label("n")).where(waited).group_by(*key)


def add_up(connection: Connection) -> None:
    """Add up each day that is over and has not been, inside of a transaction."""
    open_days = select(t.days.c.day).where(~t.days.c.summed)
    days = list(connection.execute(open_days).scalars())
    if not days:
        return
    where = t.turns.c.day.in_(days)
    for table, rows in ((t.sums, summed(where)), (t.waits, binned(where))):
        connection.execute(delete(table).where(table.c.day.in_(days)))
        names = [column.name for column in table.columns]
        connection.execute(
            insert(table).from_select(
                names,
                rows.with_only_columns(
                    *(rows.selected_columns[name] for name in names), maintain_column_froms=True
                ),
            )
        )
    connection.execute(t.days.update().where(t.days.c.day.in_(days)).values(summed=True))
