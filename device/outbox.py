"""The durable buffer of a unit's records: SQLite, WAL, synchronous=FULL.

A record is committed before anything shows it, and stays until the hub's receipt and long
after. The body's text is stored once and sent as it was stored. Nothing is written while
nothing happens, and nothing is pruned in the path of a key press.

    StorageError
    ├── OutboxInUse      another process has it
    └── RecordNotKept    this record could not be committed (a full or broken disk)
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from device.salvage import Salvaged, salvage
from wire.chain import NO_HASH, chain_hash
from wire.errors import StorageError
from wire.messages import Record

FILE_NAME = "outbox.sqlite3"
LOCK_NAME = "outbox.lock"
SCHEMA = 1
KEEP_RECEIPTED_S = 30 * 86_400
KEEP_BYTES = 200 * 1024 * 1024
TIDY_AFTER_COMMITS = 200
LOG_BYTES = 1024 * 1024
"""What SQLite's log is made long enough for at once: more than it holds between two tidyings."""

_SCRIPT = (
    "CREATE TABLE outbox (id TEXT NOT NULL, schema INTEGER NOT NULL, receipted INTEGER NOT NULL)",
    (
        "CREATE TABLE record (sequence INTEGER PRIMARY KEY, previous TEXT NOT NULL,"
        " hash TEXT NOT NULL, body TEXT NOT NULL, written_s REAL NOT NULL)"
    ),
)
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class OutboxInUse(StorageError):
    """Another process has the outbox open."""


class RecordNotKept(StorageError):
    """A record could not be committed."""

    def __init__(self, reason: str, *, full: bool) -> None:
        super().__init__(f"a record could not be kept: {reason}")
        self.full = full


class _Damaged(StorageError):
    """The file is no outbox, or its chain is broken."""


@dataclass(frozen=True)
class Limits:
    """What is kept of the records that the hub has."""

    receipted_s: float = KEEP_RECEIPTED_S
    total_bytes: int = KEEP_BYTES


class Outbox:
    """One unit's records. Open with `open_outbox`, which the constructor is not for."""

    def __init__(self, database: sqlite3.Connection, lock: int, set_aside: Path | None) -> None:
        self._database = database
        self._lock = lock
        self.set_aside = set_aside
        self.id, self.receipted = database.execute("SELECT id, receipted FROM outbox").fetchone()
        self._commits = 0
        self._through = 0
        self._oldest = 0
        self._head = NO_HASH
        self._read_head()

    @property
    def through(self) -> int:
        """The sequence of the last record; 0 for none."""
        return self._through

    @property
    def oldest(self) -> int:
        """The sequence of the first record still held; 0 for none."""
        return self._oldest

    @property
    def head(self) -> str:
        """The hash of the last record; zeros for none."""
        return self._head

    @property
    def untidy(self) -> bool:
        """Whether enough has been written to make `tidy` worth its while."""
        return self._commits >= TIDY_AFTER_COMMITS

    def append(self, body: str, written_s: float) -> Record:
        """Commit a record. Raises RecordNotKept, and then nothing has changed."""
        record = Record(
            outbox=self.id,
            sequence=self._through + 1,
            previous=self._head,
            hash=chain_hash(self._head, body),
            body=body,
        )
        row = (record.sequence, record.previous, record.hash, body, written_s)
        try:
            self._database.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._read_head()
            full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
            raise RecordNotKept(str(error), full=full) from error
        self._through, self._head = record.sequence, record.hash
        self._oldest = self._oldest or record.sequence
        self._commits += 1
        return record

    def receipt(self, through: int) -> bool:
        """Note what the hub has. False, and no change, if it is no news or not ours to have."""
        if not self.receipted < through <= self._through:
            return False
        with _storage("note a receipt"):
            self._database.execute("UPDATE outbox SET receipted = ?", (through,))
        self.receipted = through
        self._commits += 1
        return True

    def records(self, after: int, limit: int) -> list[Record]:
        """The records that follow sequence `after`, oldest first."""
        with _storage("read records"):
            rows = self._database.execute(
                "SELECT sequence, previous, hash, body FROM record"
                " WHERE sequence > ? ORDER BY sequence LIMIT ?",
                (after, limit),
            ).fetchall()
        return [
            Record(outbox=self.id, sequence=sequence, previous=previous, hash=digest, body=body)
            for sequence, previous, digest, body in rows
        ]

    def last_calls(self, limit: int) -> list[str]:
        """The calls that were rated, or not in their time, among the last records; oldest first."""
        with _storage("read the last calls"):
            rows = self._database.execute(
                "SELECT body FROM record ORDER BY sequence DESC LIMIT ?", (limit,)
            ).fetchall()
        contents = (json.loads(body) for (body,) in reversed(rows))
        ended = (content for content in contents if content.get("kind") in {"rating", "unrated"})
        return [content["call_id"] for content in ended if "call_id" in content]

    def tidy(self, now_s: float, limits: Limits = Limits()) -> int:
        """Drop what may be dropped, oldest first, and fold the log in; how many records went.

        The last record always stays: it is what the next one is chained to.
        """
        self._commits = 0
        droppable = min(self.receipted, self._through - 1)
        with _storage("tidy the outbox"):
            dropped = self._database.execute(
                "DELETE FROM record WHERE sequence <= ? AND written_s < ?",
                (droppable, now_s - limits.receipted_s),
            ).rowcount
            while self._used_bytes() > limits.total_bytes:
                gone = self._drop_oldest(droppable)
                dropped += gone
                if not gone:
                    break
            self._read_head()
            # The log keeps its length, and is written from its start again: see `_reserve_log`.
            self._database.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        return dropped

    def close(self) -> None:
        """Give the file and its lock back."""
        self._database.close()
        os.close(self._lock)

    def _drop_oldest(self, droppable: int) -> int:
        return self._database.execute(
            "DELETE FROM record WHERE sequence IN"
            " (SELECT sequence FROM record WHERE sequence <= ? ORDER BY sequence LIMIT 500)",
            (droppable,),
        ).rowcount

    def _used_bytes(self) -> int:
        used, size = (
            self._database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
        free = self._database.execute("PRAGMA freelist_count").fetchone()[0]
        return int((used - free) * size)

    def _read_head(self) -> None:
        row = self._database.execute(
            "SELECT sequence, hash FROM record ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        self._through, self._head = row or (0, NO_HASH)
        (oldest,) = self._database.execute("SELECT min(sequence) FROM record").fetchone()
        self._oldest = oldest or 0


def open_outbox(directory: Path, new_id: Callable[[], str]) -> Outbox:
    """Open the outbox in a directory, or make one.

    A damaged one is set aside under a new name (`Outbox.set_aside`) and replaced by one with
    a new id, into which go the bodies that can be read and that the hub lacks. Raises
    OutboxInUse, or StorageError if the directory cannot be used or holds an outbox of a later
    version.
    """
    lock = _lock(directory)
    try:
        path = directory / FILE_NAME
        _finish_replacing(path)
        try:
            return Outbox(_open_file(path, new_id), lock, None)
        except _Damaged:
            aside = _replace(path, new_id)
            return Outbox(_open_file(path, new_id), lock, aside)
    except BaseException:
        os.close(lock)
        raise


def _lock(directory: Path) -> int:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"outbox directory {directory}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise OutboxInUse(
            f"the outbox in {directory} is in use by another process; end that one first"
        ) from error
    return lock


def _open_file(path: Path, new_id: Callable[[], str]) -> sqlite3.Connection:
    fresh = not path.exists()
    with _storage(f"open {path}"):
        # No transaction of Python's own: each statement commits by itself. One thread uses it
        # at a time, but the thread that closes it need not be the one that opened it.
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        with _storage(f"open {path}"):
            database.execute("PRAGMA journal_mode = WAL").fetchall()
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA wal_autocheckpoint = 0")  # `tidy` does it, between presses
            database.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}").fetchall()
            _create(database, new_id)
            _verify(database, path)
        _reserve_log(path)
        if fresh:
            _sync_directory(path.parent)
    except BaseException:
        database.close()
        raise
    return database


def _reserve_log(path: Path) -> None:
    """Make the log as long as it will get, with zeros, which SQLite takes for the log's end.

    A commit that makes the file longer waits for the file system's own journal as well, and
    takes twice as long. Without room for it on the disk it is done without.
    """
    log = path.with_name(f"{path.name}-wal")
    with contextlib.suppress(OSError), log.open("ab") as file:
        file.write(bytes(max(0, LOG_BYTES - file.tell())))
        file.flush()
        os.fsync(file.fileno())


def _create(database: sqlite3.Connection, new_id: Callable[[], str]) -> None:
    database.execute("BEGIN IMMEDIATE")
    if not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        for statement in _SCRIPT:
            database.execute(statement)
        database.execute("INSERT INTO outbox VALUES (?, ?, 0)", (new_id(), SCHEMA))
    database.execute("COMMIT")


def _verify(database: sqlite3.Connection, path: Path) -> None:
    """Raise _Damaged unless the file is whole and its chain unbroken."""
    try:
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        meta = database.execute("SELECT schema, receipted FROM outbox").fetchall()
        rows = database.execute(
            "SELECT sequence, previous, hash, body FROM record ORDER BY sequence"
        )
        broken = _first_broken(rows)
    except sqlite3.OperationalError as error:
        # A text that is no UTF-8 has no code.
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        raise _Damaged(f"{path}: not an outbox: {error}") from error
    if found != "ok" or len(meta) != 1:
        raise _Damaged(f"{path}: {found}")
    if meta[0][0] > SCHEMA:
        raise StorageError(f"{path} is of schema {meta[0][0]}; this program knows up to {SCHEMA}")
    if broken is not None:
        raise _Damaged(f"{path}: the chain is broken at record {broken}")


def _first_broken(rows: Iterator[tuple[int, str, str, str]]) -> int | None:
    before: tuple[int, str] | None = None
    for sequence, previous, digest, body in rows:
        expected = before or (sequence - 1, NO_HASH if sequence == 1 else previous)
        if (sequence - 1, previous) != expected or chain_hash(previous, body) != digest:
            return sequence
        before = (sequence, digest)
    return None


def _replace(path: Path, new_id: Callable[[], str]) -> Path:
    """Put a new outbox in a damaged one's place; where the damaged one is now.

    The new one is whole before the old one moves, so that a kill at any point loses nothing
    and copies nothing twice.
    """
    successor = _successor(path)
    with _storage(f"replace {path}"):
        for ending in ("", "-journal"):
            successor.with_name(successor.name + ending).unlink(missing_ok=True)
        _write_successor(successor, salvage(path), new_id)
    aside = _set_aside(path, new_id())
    _finish_replacing(path)
    return aside


def _write_successor(path: Path, rows: list[Salvaged], new_id: Callable[[], str]) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = FULL")
        _create(database, new_id)
        head = NO_HASH
        database.execute("BEGIN IMMEDIATE")
        for sequence, row in enumerate(rows, 1):
            previous, head = head, chain_hash(head, row.body)
            values = (sequence, previous, head, row.body, row.written_s)
            database.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?)", values)
        database.execute("COMMIT")


def _finish_replacing(path: Path) -> None:
    """With no outbox in its place, a successor is whole: it waits for the last step only."""
    successor = _successor(path)
    if path.exists() or not successor.exists():
        return
    with _storage(f"replace {path}"):
        for ending in ("-wal", "-shm"):  # a damaged one's log must not become this one's
            path.with_name(path.name + ending).unlink(missing_ok=True)
        successor.rename(path)
        _sync_directory(path.parent)


def _successor(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _set_aside(path: Path, suffix: str) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{suffix}")
    with _storage(f"set {path} aside"):
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
        _sync_directory(path.parent)
    return aside


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _storage(doing: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind = _Damaged if code in _DAMAGE else StorageError
        raise kind(f"could not {doing}: {error}") from error
    except OSError as error:
        raise StorageError(f"could not {doing}: {error.strerror}") from error
