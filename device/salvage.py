"""What can still be read of a damaged outbox: the bodies that the hub has not receipted.

Each row is read by itself, so that a bad page costs the records on it and no others. A body
counts if its own hash fits; whether its neighbours are there does not matter. Only reads.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wire.chain import chain_hash

UNREADABLE_IN_A_ROW = 100_000
"""So many sequences without a readable record, and the rest is given up."""


@dataclass(frozen=True)
class Salvaged:
    """A record's text and when it was written."""

    body: str
    written_s: float


def salvage(path: Path) -> list[Salvaged]:
    """The readable records of a damaged outbox, oldest first; none if it is no outbox at all."""
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return []
    with contextlib.closing(database):
        rows = _rows(database, _receipted(database))
        return [Salvaged(body, _number(written_s)) for body, written_s in rows]


def _receipted(database: sqlite3.Connection) -> int:
    """What the hub had; if nobody can tell, nothing: it counts a repeated rating once."""
    try:
        row = database.execute("SELECT receipted FROM outbox").fetchone()
    except sqlite3.Error:
        return 0
    return row[0] if row and isinstance(row[0], int) else 0


def _rows(database: sqlite3.Connection, after: int) -> Iterator[tuple[str, object]]:
    failures = 0
    while failures < UNREADABLE_IN_A_ROW:
        try:
            row = _next_row(database, after)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not _is_local(error):
                return
            after, failures = after + 1, failures + 1
            continue
        if row is None:
            return
        if row[0] <= after:  # a damaged tree leads back
            after, failures = after + 1, failures + 1
            continue
        after, failures = row[0], 0
        if _fits(*row[1:4]):
            yield row[3], row[4]


def _next_row(database: sqlite3.Connection, after: int) -> tuple[int, str, str, str, object] | None:
    row: tuple[int, str, str, str, object] | None = database.execute(
        "SELECT sequence, previous, hash, body, written_s FROM record"
        " WHERE sequence > ? ORDER BY sequence LIMIT 1",
        (after,),
    ).fetchone()
    return row


def _is_local(error: Exception) -> bool:
    """Whether another record may be readable though this one was not."""
    code = getattr(error, "sqlite_errorcode", None)  # none for a text that is no UTF-8
    return code is None or code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR}


def _fits(previous: object, digest: object, body: object) -> bool:
    if not (isinstance(previous, str) and isinstance(body, str)):
        return False
    try:
        return chain_hash(previous, body) == digest
    except ValueError:
        return False


def _number(written_s: object) -> float:
    return written_s if isinstance(written_s, float) else 0.0
