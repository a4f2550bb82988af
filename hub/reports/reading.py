"""A connection that only reads, beside the hub that writes: bounded in number and in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from wire.errors import StorageError

AT_ONCE: Final = 2
"""So many reports are read at the same time; others wait."""

LONGEST_S: Final = 20.0
"""A report that takes longer is broken off: it holds the journal's log back."""


class Reader:
    """Opens a journal for reading. Nothing is locked, made or changed."""

    def __init__(self, path: Path, longest_s: float = LONGEST_S) -> None:
        self._path = path
        self._longest_s = longest_s
        self._engine = create_engine(
            f"sqlite:///file:{path.absolute()}?mode=ro&uri=true",
            poolclass=QueuePool,
            pool_size=AT_ONCE,
            max_overflow=0,
            pool_timeout=longest_s,
            connect_args={"check_same_thread": False},
        )

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """One moment of the journal.

        Raises StorageError if it cannot be read, or not in time.
        """
        try:
            with self._engine.connect() as connection, self._in_time(connection):
                connection.exec_driver_sql("BEGIN")
                yield connection
                connection.rollback()
        except SQLAlchemyError as error:
            raise StorageError(f"journal {self._path}: {error}") from error

    @contextmanager
    def _in_time(self, connection: Connection) -> Iterator[None]:
        driver: Any = connection.connection.driver_connection
        end = threading.Timer(self._longest_s, driver.interrupt)
        end.daemon = True
        end.start()
        try:
            yield
        finally:
            end.cancel()

    def close(self) -> None:
        """Close the connections that are open."""
        self._engine.dispose()
