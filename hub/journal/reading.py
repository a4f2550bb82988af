"""A journal's events for those who only look: the hub may go on writing meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.core.events import Event, event_of
from hub.core.hall import Hall
from wire.errors import StorageError

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin reading for a day: a hall as it was by then, what follows, and how much.

    Without a `hall` the journal is read from its first event on.
    """

    hall: Hall | None
    events: Iterator[Event]
    count: int


def read_events(folder: Path) -> Iterator[Event]:
    """Every event so far, in order. Nothing is locked, made or changed.

    Raises StorageError if there is no journal in the folder, or one that cannot be read.
    """
    yield from _read(folder, 0)


def read_from(folder: Path, day: str) -> Start:
    """The events for a business day, from the last snapshot that is no later than its begin.

    Raises StorageError if there is no journal in the folder, or one that cannot be read.
    """
    with _opened(folder) as journal:
        began = _sequence(journal, "kind = 'DayBegan' AND content LIKE ?", f'%"{day}"%')
        last = _sequence(journal, "sequence > 0")
        kept = journal.execute(
            "SELECT state FROM snapshots WHERE sequence < ? ORDER BY sequence DESC LIMIT 1",
            (began,),
        ).fetchone()
        following = journal.execute(
            "SELECT min(sequence) FROM events WHERE kind = 'DayBegan' AND sequence > ?", (began,)
        ).fetchone()[0]
    hall = Hall.load(json.loads(kept[0])) if kept and began else None
    after = hall.version if hall is not None else 0
    return Start(hall, _read(folder, after), (following or last) - after)


def _sequence(journal: sqlite3.Connection, where: str, *values: str) -> int:
    query = f"SELECT max(sequence) FROM events WHERE {where}"  # noqa: S608 - no text from outside
    return int(journal.execute(query, values).fetchone()[0] or 0)


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / "journal.sqlite"
    if not path.exists():
        raise StorageError(f"there is no journal in {folder}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            yield journal
    except sqlite3.Error as error:
        raise StorageError(f"journal {path}: {error}") from error


def _read(folder: Path, after: int) -> Iterator[Event]:
    with _opened(folder) as journal:
        yield from _events(journal, after)


def _events(journal: sqlite3.Connection, after: int) -> Iterator[Event]:
    query = "SELECT sequence, kind, at, content FROM events WHERE sequence > ? ORDER BY 1 LIMIT ?"
    while page := journal.execute(query, (after, _PAGE)).fetchall():
        for sequence, kind, at, content in page:
            try:
                yield event_of(kind, at, json.loads(content))
            except (KeyError, TypeError, ValueError) as error:
                raise StorageError(f"event {sequence} cannot be read: {error!r}") from error
        after = page[-1][0]
