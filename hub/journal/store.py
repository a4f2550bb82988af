"""The journal on SQLite: WAL and synchronous=FULL, one writer, one transaction a batch.

Only the service's thread commits. Two hubs on one journal would tear it apart, so a lock on
the folder keeps the second one out. Nothing here is particular to SQLite; what is stands in
`hub.journal.database`. What reports read is written in the same transaction
(`hub.journal.projection`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from hub.core.events import Event, event_of
from hub.core.records import Head
from hub.journal import database
from hub.journal import tables as t
from hub.journal.database import Inserts
from hub.journal.projection import Projection
from hub.journal.rows import (
    SET_ASIDE_SHOWN,
    Batch,
    Quarantined,
    SetAside,
    StoredAnswer,
    StoredRecord,
)
from wire.chain import NO_HASH
from wire.errors import StorageError

__all__ = [
    "EVENTS_A_PAGE",
    "HEAD",
    "NEWER_FRAME",
    "SET_ASIDE_SHOWN",
    "SNAPSHOTS_KEPT",
    "Batch",
    "Journal",
    "Quarantined",
    "SetAside",
    "StoredAnswer",
    "StoredRecord",
]

SNAPSHOTS_KEPT = 2

HEAD = "0002"
"""The last migration. A journal that has it is opened without Alembic."""

NEWER_FRAME = "newer_frame"
"""The code of a quarantined record whose payload is its frame, not only its body."""

EVENTS_A_PAGE = 10_000
"""So many events are in memory at once while the journal is read."""

_MAY_BE_READ = (NEWER_FRAME, "newer_schema", "unreadable")


class Journal:
    """The open journal. Raises StorageError whenever the disk does not do its work."""

    def __init__(self, folder: Path) -> None:
        """Open the journal in `folder`, making or upgrading it.

        Raises StorageError if it cannot be opened or another hub has it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = database.lock(folder)
        except OSError as error:
            raise StorageError(f"journal folder {folder}: {error.strerror}") from error
        self.path = folder / "journal.sqlite"
        self._aside: SetAside | None = None
        try:
            self._engine = database.open_engine(self.path)
            self._connection = self._engine.connect()
            self._inserts = Inserts(self._connection, _COLUMNS)
            if database.revision(self._connection) != HEAD:
                database.upgrade(self._connection)
            self._projection = Projection(self._connection)
            self._projection.catch_up()
            self._answered = set(self._connection.execute(select(t.answers.c.id)).scalars())
            self._connection.commit()
        except (SQLAlchemyError, StorageError) as error:
            self._lock.close()
            raise StorageError(f"journal {self.path}: {error}") from error
        except BaseException:
            self._lock.close()
            raise

    def rebuild_reports(self) -> None:
        """Make the tables that reports read again from the events.

        Raises StorageError, and the next start goes on with it.
        """
        try:
            self._projection.rebuild()
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self.path}: {error}") from error

    def close(self) -> None:
        """Close the database and let go of the lock."""
        self._connection.close()
        self._engine.dispose()
        self._lock.close()

    def commit(self, batch: Batch) -> None:
        """Write a batch in one durable transaction.

        Raises StorageError, and then nothing of the batch is in the journal.
        """
        if batch.empty():
            return
        try:
            with self._connection.begin():
                self._write(batch)
        except BaseException as error:
            self._projection.forget()
            if isinstance(error, (SQLAlchemyError, sqlite3.Error)):
                raise StorageError(f"journal {self.path}: {error}") from error
            raise
        self._answered.update(batch.answers)
        if batch.quarantine or batch.read_again:
            self._aside = None

    def answer(self, command_id: str) -> StoredAnswer | None:
        """The first answer to a command's id, if it has been given before."""
        if command_id not in self._answered:
            return None
        row = self._rows(select(t.answers).where(t.answers.c.id == command_id))
        return StoredAnswer(**row[0]) if row else None

    def forget_answers(self, before_day: str) -> None:
        """Drop the answers of business days before this one (YYYY-MM-DD)."""
        try:
            with self._connection.begin():
                self._connection.execute(delete(t.answers).where(t.answers.c.day < before_day))
                ids = self._connection.execute(select(t.answers.c.id)).scalars()
                self._answered = set(ids)
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self.path}: {error}") from error

    def record_hash(self, unit: str, outbox: str, sequence: int) -> str | None:
        """The hash under which a record is stored, or None."""
        c = t.records.c
        rows = self._rows(
            select(c.hash).where(c.unit == unit, c.outbox == outbox, c.sequence == sequence)
        )
        return rows[0]["hash"] if rows else None

    def record(self, unit: str, outbox: str, sequence: int) -> StoredRecord | None:
        """A record as it is stored, or None."""
        c = t.records.c
        where = (c.unit == unit, c.outbox == outbox, c.sequence == sequence)
        rows = self._rows(select(t.records).where(*where))
        if not rows:
            return None
        names = ("unit", "outbox", "sequence", "previous", "hash", "body", "received_at")
        found = {name: rows[0][name] for name in names}
        return StoredRecord(**{**found, "body": bytes(found["body"])})

    def is_set_aside(self, unit: str, outbox: str, sequence: int) -> bool:
        """Whether a record itself, and not a double of it, lies in quarantine."""
        c = t.quarantine.c
        where = (c.unit == unit, c.outbox == outbox, c.sequence == sequence)
        beside = c.code.in_(("broken_chain", "fork"))
        return bool(self._rows(select(c.id).where(*where, ~beside).limit(1)))

    def heads(
        self, lost: Mapping[tuple[str, str], Collection[int]] | None = None
    ) -> Iterator[tuple[str, str, Head]]:
        """Unit, outbox and head of every outbox that has sent something.

        `lost` says by unit and outbox up to where gaps were given up: what is stored before the
        last of them is not read, for the head goes on behind it.
        """
        c = t.records.c
        ends = select(
            c.unit, c.outbox, func.count().label("n"), func.max(c.sequence).label("last")
        ).group_by(c.unit, c.outbox)
        for row in self._rows(ends):
            unit, outbox = row["unit"], row["outbox"]
            if row["n"] == row["last"]:
                hash_ = self.record_hash(unit, outbox, row["last"])
                yield unit, outbox, Head(row["last"], hash_ or NO_HASH)
            else:
                given_up = (lost or {}).get((unit, outbox), ())
                yield unit, outbox, self._head_with_gaps(unit, outbox, given_up)

    def _head_with_gaps(self, unit: str, outbox: str, lost: Collection[int]) -> Head:
        c = t.records.c
        mine = (c.unit == unit, c.outbox == outbox)
        before, after = sorted({0, *lost, -1})[-2:]
        head = Head()
        if after and self._count(*mine, c.sequence > before, c.sequence <= after) < after - before:
            head.skip(after)
        elif after:  # what was given up has come after all
            head = Head(after, self.record_hash(unit, outbox, after) or NO_HASH)
        query = select(c.sequence, c.previous, c.hash).where(*mine, c.sequence > after)
        for row in self._rows(query.order_by(c.sequence)):
            head.add(row["sequence"], row["previous"], row["hash"])
        return head

    def _count(self, *where: ColumnElement[bool]) -> int:
        query = select(func.count().label("n")).select_from(t.records).where(*where)
        return int(self._rows(query)[0]["n"])

    def events(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """Events with a sequence above `after`, in order.

        Raises StorageError for one that cannot be read.
        """
        while page := self._page(after):
            for row in page:
                try:
                    happened = event_of(row["kind"], row["at"], json.loads(row["content"]))
                except (KeyError, TypeError, ValueError) as error:
                    found = f"event {row['sequence']} cannot be read: {error!r}"
                    raise StorageError(f"journal {self.path}: {found}") from error
                yield row["sequence"], happened
            after = page[-1]["sequence"]

    def _page(self, after: int) -> list[dict[str, Any]]:
        c = t.events.c
        # As bytes: a damaged text would fail here without its sequence.
        content = cast(c.content, LargeBinary).label("content")
        query = select(c.sequence, c.kind, c.at, content).where(c.sequence > after)
        return self._rows(query.order_by(c.sequence).limit(EVENTS_A_PAGE))

    def latest(self, kind: str, limit: int, before: int) -> list[tuple[int, Event]]:
        """The last events of a kind with a sequence below `before`, newest first.

        Raises StorageError for one that cannot be read.
        """
        try:
            return [
                (number, event_of(kind, at, json.loads(content)))
                for number, at, content in self.latest_texts(kind, limit, before)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                f"journal {self.path}: a {kind} cannot be read: {error!r}"
            ) from error

    def latest_texts(self, kind: str, limit: int, before: int) -> list[tuple[int, float, str]]:
        """The same as they are written: sequence, wall seconds and content, readable or not."""
        c = t.events.c
        query = select(c.sequence, c.at, c.content).where(c.kind == kind)
        rows = self._rows(query.where(c.sequence < before).order_by(c.sequence.desc()).limit(limit))
        return [(row["sequence"], row["at"], row["content"]) for row in rows]

    def quarantined_record(self, number: int) -> dict[str, Any] | None:
        """What is kept in quarantine under this number, or None."""
        rows = self._rows(select(t.quarantine).where(t.quarantine.c.id == number))
        return rows[0] if rows else None

    def quarantined(self, limit: int) -> list[dict[str, Any]]:
        """The latest quarantined payloads, newest first."""
        return self._rows(select(t.quarantine).order_by(t.quarantine.c.id.desc()).limit(limit))

    def set_aside(self) -> SetAside:
        """What nobody has read yet. Asks the database only after something has changed."""
        if self._aside is None:
            c = t.quarantine.c
            unread = c.read_at.is_(None)
            count = self._rows(select(func.count().label("n")).where(unread))[0]["n"]
            columns = [c[name] for name in Quarantined.__slots__]
            newest = select(*columns).where(unread).order_by(c.id.desc()).limit(SET_ASIDE_SHOWN)
            self._aside = SetAside(count, tuple(Quarantined(**row) for row in self._rows(newest)))
        return self._aside

    def unread_records(self) -> list[dict[str, Any]]:
        """Quarantined records that a later version of the hub may be able to read."""
        c = t.quarantine.c
        query = select(t.quarantine).where(
            c.read_at.is_(None),
            c.sequence.is_not(None),
            c.code.in_(_MAY_BE_READ),
        )
        return self._rows(query.order_by(c.id))

    def has_quarantined(self, unit: str, outbox: str, sequence: int, detail: str) -> bool:
        """Whether this very thing is in quarantine already."""
        c = t.quarantine.c
        found = select(c.id).where(c.unit == unit, c.outbox == outbox, c.sequence == sequence)
        return bool(self._rows(found.where(c.detail == detail).limit(1)))

    def quarantine_count(self, unit: str) -> int:
        """How many payloads of a unit are in quarantine."""
        query = select(func.count().label("n")).where(t.quarantine.c.unit == unit)
        return int(self._rows(query)[0]["n"])

    def snapshot(self) -> tuple[int, dict[str, Any]] | None:
        """The latest snapshot: its sequence and the state.

        Raises StorageError if it cannot be read.
        """
        rows = self._rows(select(t.snapshots).order_by(t.snapshots.c.sequence.desc()).limit(1))
        if not rows:
            return None
        sequence = rows[0]["sequence"]
        try:
            return sequence, json.loads(rows[0]["state"])
        except ValueError as error:
            found = f"snapshot {sequence} cannot be read: {error}"
            raise StorageError(f"journal {self.path}: {found}") from error

    def snapshot_sequence(self) -> int:
        """The sequence of the latest snapshot; 0 for none."""
        return self._highest(t.snapshots.c.sequence)

    def last_sequence(self) -> int:
        """The sequence of the last event; 0 for none."""
        return self._highest(t.events.c.sequence)

    def _highest(self, column: Column[int]) -> int:
        return int(self._rows(select(func.max(column).label("n")))[0]["n"] or 0)

    def save_snapshot(self, sequence: int, taken_at: float, state: dict[str, Any]) -> None:
        """Keep a snapshot of the state after the event with this sequence."""
        content = to_json(state).decode()
        try:
            with self._connection.begin():
                self._connection.execute(
                    delete(t.snapshots).where(t.snapshots.c.sequence == sequence)
                )
                self._connection.execute(
                    insert(t.snapshots).values(sequence=sequence, taken_at=taken_at, state=content)
                )
                kept = select(t.snapshots.c.sequence).order_by(t.snapshots.c.sequence.desc())
                self._connection.execute(
                    delete(t.snapshots).where(
                        t.snapshots.c.sequence.not_in(kept.limit(SNAPSHOTS_KEPT))
                    )
                )
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self.path}: {error}") from error

    def _write(self, batch: Batch) -> None:
        if batch.events:
            self._inserts.put(t.events, _event_rows(batch))
            self._projection.add(batch.first, batch.events)
        if batch.answers:
            self._inserts.put(t.answers, map(_answer_row, batch.answers.values()))
        if batch.records:
            self._inserts.put(t.records, map(_record_row, batch.records.values()))
        if batch.quarantine:
            self._inserts.put(t.quarantine, map(_quarantine_row, batch.quarantine))
        if batch.read_again:
            ids = t.quarantine.c.id.in_(batch.read_again)
            self._connection.execute(update(t.quarantine).where(ids).values(read_at=batch.at))

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        try:
            with self._connection.begin():
                return [dict(row) for row in self._connection.execute(query).mappings()]
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self.path}: {error}") from error


_EVENT = ("sequence", "at", "kind", "content")


_COLUMNS = {
    t.events: _EVENT,
    t.answers: StoredAnswer.__slots__,
    t.records: StoredRecord.__slots__,
    t.quarantine: Quarantined.__slots__,
}

_Row = Callable[[Any], tuple[Any, ...]]
_answer_row: _Row = attrgetter(*StoredAnswer.__slots__)
_record_row: _Row = attrgetter(*StoredRecord.__slots__)
_quarantine_row: _Row = attrgetter(*Quarantined.__slots__)


def _event_rows(batch: Batch) -> Iterator[tuple[int, float, str, str]]:
    for sequence, happened in enumerate(batch.events, batch.first):
        content = to_json(happened.content()).decode()
        yield sequence, happened.at, type(happened).__name__, content
