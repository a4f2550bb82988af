"""Tables that reports read, in memory, and what they hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, create_engine, select
from sqlalchemy.pool import StaticPool

from hub.core import events as e
from hub.journal import tables as t
from hub.journal.database import Inserts
from hub.journal.projection import Projection

READ = (t.days, t.turns, t.ratings, t.reasons, t.sums, t.waits)

Rows = dict[str, list[tuple[Any, ...]]]


class Projected:
    """A projection on a database in memory, fed with batches as a journal would."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        t.metadata.create_all(engine)
        self.connection: Connection = engine.connect()
        self.projection = Projection(self.connection)
        self.projection.catch_up()
        self._events = Inserts(self.connection, {t.events: ("sequence", "at", "kind", "content")})
        self.count = 0

    def feed(self, events: Iterable[e.Event], sizes: Callable[[], int] = lambda: 1) -> Projected:
        """Commit events in batches of these sizes."""
        waiting = list(events)
        while waiting:
            size = max(1, sizes())
            self.commit(waiting[:size])
            del waiting[:size]
        return self

    def commit(self, batch: Sequence[e.Event]) -> None:
        with self.connection.begin():
            self._write(batch)
        self.count += len(batch)

    def _write(self, batch: Sequence[e.Event]) -> None:
        rows = [
            (n, x.at, type(x).__name__, to_json(x.content()).decode())
            for n, x in enumerate(batch, self.count + 1)
        ]
        self._events.put(t.events, rows)
        self.projection.add(self.count + 1, batch)

    def fail(self, batch: Sequence[e.Event]) -> None:
        """A commit that the disk refuses."""
        with self.connection.begin() as transaction:
            self._write(batch)
            transaction.rollback()
        self.projection.forget()

    def rows(self) -> Rows:
        """All that reports can read."""
        with self.connection.begin():
            return {
                table.name: sorted(tuple(row) for row in self.connection.execute(select(table)))
                for table in READ
            }

    def turns(self) -> list[Any]:
        with self.connection.begin():
            return list(self.connection.execute(select(t.turns).order_by(t.turns.c.id)).all())

    def close(self) -> None:
        self.connection.close()
        self.connection.engine.dispose()


def of(events: Iterable[e.Event]) -> Projected:
    """One event a commit."""
    return Projected().feed(events)


def sizes(seed: int, most: int = 40) -> Callable[[], int]:
    chance = random.Random(seed)
    return lambda: chance.randint(1, most)
