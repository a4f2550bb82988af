"""A journal's events for those who only look: the hub may go on writing meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hub.core.events import Event, event_of
from wire.errors import StorageError

_PAGE = 2_000


def read_events(folder: Path) -> Iterator[Event]:
    """Every event so far, in order. Nothing is locked, made or changed.

    Raises StorageError if there is no journal in the folder, or one that cannot be read.
    """
    path = folder / "journal.sqlite"
    if not path.exists():
        raise StorageError(f"there is no journal in {folder}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            yield from _events(journal)
    except sqlite3.Error as error:
        raise StorageError(f"journal {path}: {error}") from error


def _events(journal: sqlite3.Connection) -> Iterator[Event]:
    query = "SELECT sequence, kind, at, content FROM events WHERE sequence > ? ORDER BY 1 LIMIT ?"
    after = 0
    while page := journal.execute(query, (after, _PAGE)).fetchall():
        for sequence, kind, at, content in page:
            try:
                yield event_of(kind, at, json.loads(content))
            except (KeyError, TypeError, ValueError) as error:
                raise StorageError(f"event {sequence} cannot be read: {error!r}") from error
        after = page[-1][0]
