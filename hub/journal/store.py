"""The journal on SQLite: WAL and synchronous=FULL, one writer, one transaction a batch.

Only the service's thread commits. Two hubs on one journal would tear it apart, so a lock on
the folder keeps the second one out. Nothing here is particular to SQLite but `_engine`, and
`_Insert` wants a driver that takes its values by position.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

from pydantic_core import to_json
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Table,
    cast,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hub.core.events import Event, event_of
from hub.core.records import Head
from hub.journal import tables as t
from wire.chain import NO_HASH
from wire.errors import StorageError

SNAPSHOTS_KEPT = 2

HEAD = "0001"
"""The last migration. A journal that has it is opened without Alembic."""

NEWER_FRAME = "newer_frame"
"""The code of a quarantined record whose payload is its frame, not only its body."""

EVENTS_A_PAGE = 10_000
"""So many events are in memory at once while the journal is read."""

ROWS_AT_ONCE = (64, 16, 4, 1)
"""How many rows one INSERT carries.

The driver lets other threads run at each step, and may wait long for its turn to go on: a
step for each row costs several times what the row costs.
"""

_MAY_BE_READ = (NEWER_FRAME, "newer_schema", "unreadable")


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to a command's id the first time."""

    id: str
    fingerprint: str
    status: int
    body: bytes
    day: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as a unit sent it."""

    unit: str
    outbox: str
    sequence: int
    previous: str
    hash: str
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes that nobody could read or believe, and why."""

    received_at: float
    unit: str
    outbox: str | None
    sequence: int | None
    code: str
    detail: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is in quarantine and has not been read since: how much, and the newest of it."""

    count: int
    newest: tuple[Quarantined, ...]


SET_ASIDE_SHOWN = 5


@dataclass(slots=True)
class Batch:
    """What one transaction will hold, and when. `first` is the sequence of its first event."""

    first: int
    events: list[Event] = field(default_factory=list)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    records: dict[tuple[str, str, int], StoredRecord] = field(default_factory=dict)
    quarantine: list[Quarantined] = field(default_factory=list)
    read_again: list[int] = field(default_factory=list)
    at: float = 0.0

    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (
            self.events or self.answers or self.records or self.quarantine or self.read_again
        )


class Journal:
    """The open journal. Raises StorageError whenever the disk does not do its work."""

    def __init__(self, folder: Path) -> None:
        """Open the journal in `folder`, making or upgrading it.

        Raises StorageError if it cannot be opened or another hub has it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(folder)
        except OSError as error:
            raise StorageError(f"journal folder {folder}: {error.strerror}") from error
        self.path = folder / "journal.sqlite"
        self._aside: SetAside | None = None
        try:
            self._engine = _engine(self.path)
            self._connection = self._engine.connect()
            self._inserts = _inserts(self._engine)
            if _revision(self._connection) != HEAD:
                _upgrade(self._connection)
            self._answered = set(self._connection.execute(select(t.answers.c.id)).scalars())
            self._connection.commit()
        except (SQLAlchemyError, StorageError) as error:
            self._lock.close()
            raise StorageError(f"journal {self.path}: {error}") from error
        except BaseException:
            self._lock.close()
            raise

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
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StorageError(f"journal {self.path}: {error}") from error
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
            self._insert(t.events, _event_rows(batch))
        if batch.answers:
            self._insert(t.answers, map(_answer_row, batch.answers.values()))
        if batch.records:
            self._insert(t.records, map(_record_row, batch.records.values()))
        if batch.quarantine:
            self._insert(t.quarantine, map(_quarantine_row, batch.quarantine))
        if batch.read_again:
            ids = t.quarantine.c.id.in_(batch.read_again)
            self._connection.execute(update(t.quarantine).where(ids).values(read_at=batch.at))

    def _insert(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        # By the driver's own cursor: what SQLAlchemy does around it takes longer than the row.
        cursor = self._connection.connection.cursor()
        for statement, values in self._inserts[table.name].of(list(rows)):
            cursor.execute(statement, values)

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        try:
            with self._connection.begin():
                return [dict(row) for row in self._connection.execute(query).mappings()]
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self.path}: {error}") from error


class _Insert:
    """The INSERT of one table's columns, made once for each number of rows."""

    def __init__(self, engine: Engine, table: Table, names: tuple[str, ...]) -> None:
        self._statements = {
            count: str(
                insert(table)
                .values([dict.fromkeys(names, 0)] * count)
                .compile(dialect=engine.dialect)
            )
            for count in ROWS_AT_ONCE
        }

    def of(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Statements with their values that insert all rows, in order."""
        done = 0
        for count, statement in self._statements.items():
            while len(rows) - done >= count:
                values = chain.from_iterable(rows[done : done + count])
                yield statement, tuple(values)
                done += count


_EVENT = ("sequence", "at", "kind", "content")


def _inserts(engine: Engine) -> dict[str, _Insert]:
    columns = {
        t.events: _EVENT,
        t.answers: StoredAnswer.__slots__,
        t.records: StoredRecord.__slots__,
        t.quarantine: Quarantined.__slots__,
    }
    return {table.name: _Insert(engine, table, names) for table, names in columns.items()}


_Row = Callable[[Any], tuple[Any, ...]]
_answer_row: _Row = attrgetter(*StoredAnswer.__slots__)
_record_row: _Row = attrgetter(*StoredRecord.__slots__)
_quarantine_row: _Row = attrgetter(*Quarantined.__slots__)


def _event_rows(batch: Batch) -> Iterator[tuple[int, float, str, str]]:
    for sequence, happened in enumerate(batch.events, batch.first):
        content = to_json(happened.content()).decode()
        yield sequence, happened.at, type(happened).__name__, content


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # Straight to the driver: SQLAlchemy's way to it takes longer than a small round's rows.
    try:
        connection.connection.cursor().execute("BEGIN")
    except sqlite3.Error as error:
        raise DBAPIError("BEGIN", None, error) from error


def _prepare(connection: Any, _record: object) -> None:
    # Python's driver begins no transaction before it makes a table: a migration that is cut
    # off would leave half of its tables, and could never run again.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _revision(connection: Connection) -> str | None:
    """Which migration was the last; None for a new journal."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    connection.commit()
    return found


def _upgrade(connection: Connection) -> None:
    from hub.journal.upgrade import upgrade  # noqa: PLC0415 - it is slow, and seldom needed

    upgrade(connection)


def _lock(folder: Path) -> TextIO:
    """Hold the folder for this process.

    Raises StorageError if another hub has it.
    """
    lock = (folder / "journal.lock").open("a", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StorageError(f"{folder} is in use by another hub; end that one first") from error
    return lock
