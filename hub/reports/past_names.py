"""What the hall called things, by every plan that was ever in force.

A hall that renumbers its counters, or gives a service another name, does not rewrite what has
happened: a report says what stood over the counter then. A name begins with the plan that brought
it and lasts until a plan brings another; what has left the plan keeps the last it had.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import Connection, select

from hub.core.events import Configured
from hub.core.plan import Plan
from hub.journal import tables as t
from wire.errors import StorageError
from wire.messages import Text

Kind = Literal["hall", "service", "counter", "clerk", "class", "level", "tag"]

PLANS_AT_ONCE = 16
"""So many plans are in memory at once while they are read."""


class PastNames:
    """Every name with the wall time since which it was in force. Several threads may ask."""

    def __init__(self) -> None:
        self._names: dict[tuple[Kind, str], list[tuple[float, Text]]] = {}
        self._through = 0
        self._since = float("-inf")
        self._learning = threading.Lock()

    def learn(self, connection: Connection) -> None:
        """Read the plans that came into force since the last time.

        Raises StorageError for a plan that cannot be read.
        """
        c = t.events.c
        with self._learning:
            new = (c.kind == Configured.__name__) & (c.sequence > self._through)
            query = select(c.sequence, c.at, c.content).where(new).order_by(c.sequence)
            for row in connection.execute(query).yield_per(PLANS_AT_ONCE):
                # The order of the journal holds, even where a clock was set back.
                self._since = max(self._since, row.at)
                self._take(plan_of(row), self._since)
                self._through = row.sequence

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
