"""The journal's database: how it is opened, locked, brought up to date and written fast."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from wire.errors import StorageError

ROWS_AT_ONCE = (64, 16, 4, 1)
"""How many rows one INSERT carries.

The driver lets other threads run at each step, and may wait long for its turn to go on: a
step for each row costs several times what the row costs.
"""

Names = tuple[str, ...]


class Insert:
    """The INSERT of one table's columns, made once for each number of rows.

    With `over` a row takes the place of the one with the same key, in these columns.
    """

    def __init__(self, engine: Engine, table: Table, names: Names, over: Names = ()) -> None:
        end = _in_place(table, over) if over else ""
        one = str(insert(table).values(dict.fromkeys(names, 0)).compile(dialect=engine.dialect))
        row = one.rpartition(" VALUES ")[2]
        self._statements = {n: one + f", {row}" * (n - 1) + end for n in ROWS_AT_ONCE}

    def of(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Statements with their values that insert all rows, in order."""
        done = 0
        for count, statement in self._statements.items():
            while len(rows) - done >= count:
                values = chain.from_iterable(rows[done : done + count])
                yield statement, tuple(values)
                done += count


def _in_place(table: Table, names: Names) -> str:
    """As SQLite and PostgreSQL both have it."""
    key = {column.name for column in table.primary_key}
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f" ON CONFLICT ({', '.join(sorted(key))}) DO UPDATE SET {changed}"


class Inserts:
    """The INSERTs of several tables on one connection, past SQLAlchemy's own way."""

    def __init__(
        self,
        connection: Connection,
        columns: Mapping[Table, Names],
        over: Mapping[Table, Names] | None = None,
    ) -> None:
        self._connection = connection
        self._of = {
            table.name: Insert(connection.engine, table, names, (over or {}).get(table, ()))
            for table, names in columns.items()
        }

    def put(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows, in order."""
        # By the driver's own cursor: what SQLAlchemy does around it takes longer than the row.
        cursor = self._connection.connection.cursor()
        for statement, values in self._of[table.name].of(list(rows)):
            cursor.execute(statement, values)


def open_engine(path: Path) -> Engine:
    """The journal's database, for the one who writes."""
    make_private(path)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def make_private(path: Path) -> None:
    """Let nobody else on this machine read who did what, was served by whom, and how they rated.

    SQLite gives the files beside it the same mode. Raises StorageError.
    """
    try:
        path.touch(0o600)
        for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if file.exists():
                file.chmod(0o600)
    except PermissionError:
        return  # whose it is has decided; if it cannot be written either, opening it says so
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


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


def revision(connection: Connection) -> str | None:
    """Which migration was the last; None for a new journal."""
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    connection.commit()
    return found


def upgrade(connection: Connection) -> None:
    """Bring the tables to today's. Raises StorageError for a journal of a later program."""
    from hub.journal.upgrade import upgrade as run  # noqa: PLC0415 - it is slow, and seldom needed

    run(connection)


def lock(folder: Path) -> TextIO:
    """Hold the folder for this process.

    Raises StorageError if another hub has it.
    """
    held = (folder / "journal.lock").open("a", encoding="ascii")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise StorageError(f"{folder} is in use by another hub; end that one first") from error
    return held
