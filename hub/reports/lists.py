"""Lists of a period: ratings with their tags, records that are set aside. Paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select

from hub.journal import tables as t
from hub.journal.sums import LEVELS
from hub.reports.figures import BAD
from hub.reports.period import Period

BAD_LEVELS: Final = tuple(LEVELS[name] for name in BAD)

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ratings: of these levels, of a service, of a counter, with a tag; counted or not.

    None for any. `before` is the id of the last row of the page before.
    """

    levels: Sequence[str] = BAD_LEVELS
    service: str | None = None
    counter: str | None = None
    tag: str | None = None
    counted: bool | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One rating. `tags` are the reasons given; `source` the unit that took it, "" for a phone.

    `called_at` is when its call was made, or if nobody knows the time of the rating.
    """

    id: int
    at: float
    called_at: float
    sure: str
    level: str
    after_ms: int | None
    counted: bool
    why_not: str | None
    source: str
    counter: str
    clerk: str | None
    call_id: str
    ticket: str
    number: str
    service: str
    day: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, how many there are in all, and the id to go on from; None at the end.

    `counted`: how many of all are in the figures.
    """

    rows: tuple[Said, ...]
    total: int
    counted: int
    after: int | None


_FIELDS = tuple(f.name for f in fields(Said) if f.name not in {"called_at", "source", "tags"})
_SAID = (
    *(t.ratings.c[name] for name in _FIELDS),
    t.ratings.c.unit.label("source"),
    func.coalesce(t.turns.c.called_at, t.ratings.c.at).label("called_at"),
)


def ratings(connection: Connection, period: Period, wanted: Wanted, limit: int = PAGE) -> Page:
    """A page of ratings, the latest first."""
    where = _where(period, wanted)
    c = t.ratings.c
    numbers = select(func.count(), func.sum(case((c.counted, 1), else_=0))).where(where)
    total, counted = connection.execute(numbers).one()
    if wanted.before is not None:
        where = and_(where, c.id < wanted.before)
    turns = t.ratings.outerjoin(t.turns, t.turns.c.id == c.turn)
    query = select(*_SAID).select_from(turns).where(where).order_by(c.id.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    tags = _tags(connection, [row.call_id for row in rows])
    said = tuple(
        Said(**row._mapping, tags=tags.get((row.call_id, row.counted), ())) for row in rows[:limit]
    )
    return Page(said, total, counted or 0, said[-1].id if len(rows) > limit else None)


def from_key(wanted: Wanted, before: int | None) -> Wanted:
    """The same ratings, from before a row on."""
    return replace(wanted, before=before)


def _where(period: Period, wanted: Wanted) -> ColumnElement[bool]:
    c = t.ratings.c
    parts: list[ColumnElement[bool]] = [
        c.level.in_(wanted.levels),
        c.day.between(period.first.isoformat(), period.last.isoformat()),
    ]
    if wanted.service is not None:
        parts.append(c.service == wanted.service)
    if wanted.counter is not None:
        parts.append(c.counter == wanted.counter)
    if wanted.counted is not None:
        parts.append(c.counted == wanted.counted)
    if wanted.tag is not None:
        r = t.reasons.c
        given = ("," + r.tags + ",").contains(f",{wanted.tag},", autoescape=True)
        # A second rating of the call, which does not count, has not these reasons.
        parts.append(exists().where(r.call_id == c.call_id, r.counted == c.counted, given))
    return and_(*parts)


def _tags(connection: Connection, calls: Sequence[str]) -> dict[tuple[str, bool], tuple[str, ...]]:
    """The reasons that were given for calls, counted and not."""
    c = t.reasons.c
    query = select(c.call_id, c.counted, c.tags).where(c.call_id.in_(sorted(set(calls))))
    found: dict[tuple[str, bool], tuple[str, ...]] = {}
    for row in connection.execute(query.order_by(c.id)):
        found[row.call_id, row.counted] = tuple(filter(None, row.tags.split(",")))
    return found


# --- reasons and doubts ----------------------------------------------------------------------


def reasons_given(connection: Connection, period: Period) -> dict[str, int]:
    """How often each tag was given for a bad rating that counts, the most frequent first."""
    c, r = t.reasons.c, t.ratings.c
    days = r.day.between(period.first.isoformat(), period.last.isoformat())
    bad = select(r.call_id).where(r.level.in_(BAD_LEVELS), days, r.counted)
    found: dict[str, int] = {}
    query = select(c.tags).where(c.counted, c.call_id.in_(bad))
    for (tags,) in connection.execute(query):
        for tag in filter(None, tags.split(",")):
            found[tag] = found.get(tag, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def not_counted(connection: Connection, period: Period) -> dict[str, int]:
    """How many ratings are kept and do not count, by the reason."""
    c = t.ratings.c
    days = c.day.between(period.first.isoformat(), period.last.isoformat())
    query = select(c.why_not, func.count()).where(days, ~c.counted, c.level.is_not(None))
    return {str(why): n for why, n in connection.execute(query.group_by(c.why_not))}


# --- records that are set aside --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that could not be read or believed; `read_at` if it was read again since."""

    id: int
    received_at: float
    unit: str
    outbox: str | None
    sequence: int | None
    code: str
    detail: str
    payload: bytes
    read_at: float | None


@dataclass(frozen=True, slots=True)
class AsidePage:
    """Some of them, how many are unread and in all, and the id to go on from."""

    rows: tuple[Aside, ...]
    unread: int
    total: int
    after: int | None


def set_aside(
    connection: Connection,
    *,
    unread: bool = False,
    code: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> AsidePage:
    """Records that were set aside, the latest first; `unread` alone, or of one code."""
    c = t.quarantine.c
    parts: list[ColumnElement[bool]] = [c.id > 0]
    if unread:
        parts.append(c.read_at.is_(None))
    if code is not None:
        parts.append(c.code == code)
    count = select(func.count()).select_from(t.quarantine)
    total = connection.execute(count.where(*parts)).scalar() or 0
    left = connection.execute(count.where(c.read_at.is_(None))).scalar() or 0
    if before is not None:
        parts.append(c.id < before)
    query = select(t.quarantine).where(*parts).order_by(c.id.desc()).limit(limit + 1)
    rows = [Aside(**row._mapping) for row in connection.execute(query)]
    shown = tuple(rows[:limit])
    return AsidePage(shown, left, total, shown[-1].id if len(rows) > limit else None)


def codes_set_aside(connection: Connection) -> tuple[str, ...]:
    """Why records were set aside, by code."""
    query = select(t.quarantine.c.code).distinct().order_by(t.quarantine.c.code)
    return tuple(connection.execute(query).scalars())
