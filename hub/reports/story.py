"""The whole story of a visit, out of the journal: every event of its ticket, in order."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from hub.core.events import Configured, DayBegan
from hub.core.plan import Plan
from hub.journal import tables as t
from hub.reports.past_names import plan_of
from wire.errors import StorageError

MOST_EVENTS: Final = 500

PRIVATE: Final = frozenset({"person"})
"""What an event knows and nobody is shown: the hash of an identity."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event: its place in the journal, when, what, and all that it says."""

    sequence: int
    at: float
    kind: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """A visit: the turns of its ticket as rows, its events, and the plans that were in force.

    Each plan has the sequence of its own event; the first was in force when the visit began.
    There is none if no plan of the journal can be read.
    """

    ticket: str
    turns: tuple[Any, ...]
    events: tuple[Told, ...]
    plans: tuple[tuple[int, Plan], ...]


def story(connection: Connection, ticket: str) -> Story | None:
    """What happened to a ticket; None if there was none of that id."""
    c = t.turns.c
    turns = connection.execute(select(t.turns).where(c.ticket == ticket).order_by(c.id)).all()
    if not turns:
        return None
    events = _events(connection, ticket, turns)
    return Story(ticket, tuple(turns), tuple(events), tuple(_plans(connection, events)))


def _events(connection: Connection, ticket: str, turns: Any) -> list[Told]:
    """From the first event to the end of the last turn's day; what was said later comes by key."""
    c, r = t.events.c, t.ratings.c
    ends = select(func.min(c.sequence)).where(
        c.kind == DayBegan.__name__, c.sequence > turns[-1].id
    )
    end = connection.execute(ends).scalar()
    later = select(r.id).where(r.call_id.in_([turn.call_id for turn in turns if turn.call_id]))
    reasons = select(t.reasons.c.id).where(
        t.reasons.c.call_id.in_([turn.call_id for turn in turns if turn.call_id])
    )
    said = [*connection.execute(later).scalars(), *connection.execute(reasons).scalars()]
    within = c.sequence >= turns[0].id
    if end is not None:
        within &= c.sequence < end
    named = c.content.contains(f'"{ticket}"', autoescape=True)
    query = select(t.events).where(or_(within & named, c.sequence.in_(said)))
    rows = connection.execute(query.order_by(c.sequence).limit(MOST_EVENTS)).all()
    return [_told(row) for row in rows]


def _plans(connection: Connection, events: Sequence[Told]) -> Iterator[tuple[int, Plan]]:
    """Those that an event of the visit came under, and no others.

    In place of one that cannot be read stands the last before it, or the first: none if no plan
    of the journal can be read.
    """
    c = t.events.c
    plans = c.kind == Configured.__name__
    numbers = connection.execute(select(c.sequence).where(plans).order_by(c.sequence)).scalars()
    known = list(numbers)
    if not known:
        return
    for place in sorted({max(bisect_right(known, told.sequence) - 1, 0) for told in events}):
        instead = chain(reversed(known[: place + 1]), known[place + 1 :])
        plan = next(filter(None, (_plan(connection, number) for number in instead)), None)
        if plan is not None:
            yield known[place], plan


def _plan(connection: Connection, sequence: int) -> Plan | None:
    """The plan that an event brought; None if it cannot be read, which is logged elsewhere."""
    c = t.events.c
    row = connection.execute(select(c.sequence, c.content).where(c.sequence == sequence)).one()
    try:
        return plan_of(row)
    except StorageError:
        return None  # `PastNames`, who reads all of them, has said so


def _told(row: Any) -> Told:
    content = json.loads(row.content)
    shown = {name: value for name, value in content.items() if name not in PRIVATE}
    return Told(row.sequence, row.at, row.kind, shown)
