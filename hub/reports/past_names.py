"""What the hall called things, by every plan that was ever in force.

A hall that renumbers its counters, or gives a service another name, does not rewrite what has
happened: a report says what stood over the counter then. A name begins with the plan that brought
it and lasts until a plan brings another; what has left the plan keeps the last it had. A plan that
cannot be read brings no names: those of before go on, and the stretch is remembered and said.
"""

from __future__ import annotations

import json
import logging
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import Connection, select

from hub.core.events import Configured
from hub.core.plan import Plan
from hub.journal import tables as t
from wire.errors import StorageError
from wire.messages import Text
from wire.topics import first_mistake

log = logging.getLogger(__name__)

Kind = Literal["hall", "service", "counter", "clerk", "class", "level", "tag"]

PLANS_AT_ONCE = 16
"""So many plans are in memory at once while they are read."""


@dataclass(frozen=True, slots=True)
class Unread:
    """From when to when, in wall seconds, a plan was in force that cannot be read any more.

    `events` are the numbers of the events that brought it; `until` is infinite while none that
    can be read has followed.
    """

    events: tuple[int, ...]
    since: float
    until: float = inf


class PastNames:
    """Every name with the wall time since which it was in force. Several threads may ask."""

    def __init__(self) -> None:
        self._names: dict[tuple[Kind, str], list[tuple[float, Text]]] = {}
        self._unread: tuple[Unread, ...] = ()
        self._through = 0
        self._since = float("-inf")
        self._learning = threading.Lock()

    def learn(self, connection: Connection) -> None:
        """Read the plans that came into force since the last time.

        One that cannot be read stops no report: it is logged, once, and passed over.
        """
        c = t.events.c
        with self._learning:
            new = (c.kind == Configured.__name__) & (c.sequence > self._through)
            query = select(c.sequence, c.at, c.content).where(new).order_by(c.sequence)
            for row in connection.execute(query).yield_per(PLANS_AT_ONCE):
                # The order of the journal holds, even where a clock was set back.
                self._since = max(self._since, row.at)
                self._learn_one(row)
                self._through = row.sequence

    def _learn_one(self, row: Any) -> None:
        try:
            plan = plan_of(row)
        except StorageError as error:
            log.error("names of its time are those of before: %s", error)
            self._pass_over(row.sequence)
            return
        if self._is_passing():
            self._unread = (*self._unread[:-1], replace(self._unread[-1], until=self._since))
        self._take(plan, self._since)

    def _pass_over(self, sequence: int) -> None:
        """The stretch of an unreadable plan begins, or goes on with another."""
        if not self._is_passing():
            self._unread = (*self._unread, Unread((sequence,), self._since))
            return
        last = self._unread[-1]
        self._unread = (*self._unread[:-1], replace(last, events=(*last.events, sequence)))

    def _is_passing(self) -> bool:
        return bool(self._unread) and self._unread[-1].until == inf

    def unread(self, since: float, until: float) -> list[Unread]:
        """The stretches of unreadable plans from a moment to before another, the first first."""
        return [u for u in self._unread if u.since < until and since < u.until]

    def _take(self, plan: Plan, since: float) -> None:
        for kind, id_, name in _named(plan):
            known = self._names.setdefault((kind, id_), [])
            if not known or known[-1][1] != name:
                known.append((since, name))

    def then(self, kind: Kind, id_: str, at: float) -> Text | None:
        """The name at a moment; before the first plan the first. None for what never had one."""
        known = self._names.get((kind, id_), [])
        return known[_place(known, at)][1] if known else None

    def during(self, kind: Kind, id_: str, since: float, until: float) -> list[Text]:
        """The names from a moment to before another, each once, the last first."""
        known = self._names.get((kind, id_), [])
        first, end = _place(known, since), max(bisect_left(known, until, key=_began), 1)
        return list(dict.fromkeys(name for _, name in reversed(known[first:end])))


def _began(known: tuple[float, Text]) -> float:
    return known[0]


def _place(known: list[tuple[float, Text]], at: float) -> int:
    return max(bisect_right(known, at, key=_began) - 1, 0)


def plan_of(row: Any) -> Plan:
    """The plan of a Configured event's row.

    Raises StorageError if it cannot be read.
    """
    try:
        return Plan.model_validate(json.loads(row.content)["plan"])
    except ValidationError as error:
        raise StorageError(
            f"event {row.sequence} cannot be read: {first_mistake(error)}"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(f"event {row.sequence} cannot be read: {error!r}") from error


def _named(plan: Plan) -> Iterator[tuple[Kind, str, Text]]:
    yield "hall", "", plan.hall.name
    for service in plan.services:
        yield "service", service.id, service.name
    for counter in plan.counters:
        yield "counter", counter.id, _same(counter.number)
    for clerk in plan.clerks:
        yield "clerk", clerk.id, _same(clerk.name)
    for priority in plan.priorities:
        yield "class", priority.id, priority.name
    for option in plan.rating.levels:
        yield "level", option.level.value, option.name
    tags = (tag for option in plan.rating.levels for tag in option.asked)
    for code, name in {tag.code: tag.name for tag in reversed(list(tags))}.items():
        yield "tag", code, name


def _same(name: str) -> Text:
    return Text(zh=name, en=name)
