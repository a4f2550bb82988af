"""What of people outlives a restart: sessions, who signed in or tried, tokens' last use, drafts.

A small file of its own beside the journal, which holds who may sign in at all. Nothing in it is
worth stopping a hall for: one that cannot be read is put aside, one that cannot be written costs
a new sign-in after the next start, or a draft. No secret is in it, only hashes of random ones
and, in drafts, of new PINs.
"""

from __future__ import annotations

import logging
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from wire.errors import StorageError

log = logging.getLogger(__name__)

FILE = "sign-ins.sqlite"
"""The file in the hub's data folder."""

VERSION = 1
TOGETHER_S = 600.0
"""Refusals of one account and address closer together than this are one line with a count."""

KEPT_S, KEPT_LINES = 400 * 86_400.0, 50_000
"""How long, and how much, is remembered of who signed in."""

DRAFTS_KEPT, DRAFT_LETTERS = 50, 4_000_000
"""So many people's drafts are kept, the newest, and none that is longer. The largest hall's has
some 400,000 letters."""

Key = tuple[str, float]
"""Whose something is: an account's or a token's id, and since when there is this one."""

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account", String(32), nullable=False),
    Column("secret_at", Float, nullable=False),
    Column("began_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("stays", Boolean, nullable=False),
    Column("address", String(64), nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("account", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Index("sign_ins_by_time", "at"),
)

uses = Table(
    "token_uses",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("used_at", Float, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", String(32), nullable=False),
    Column("since", Float, nullable=False),
    Column("content", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in, known by the hash of the secret that their browser keeps.

    Times are wall seconds. `secret_at` is when the password was set that they used; `stays`: on a
    wall or a desk of their own, where nobody wants to sign in each day.
    """

    hash: str
    account: str
    secret_at: float
    began_at: float
    used_at: float
    ends_at: float
    stays: bool
    address: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody signed in or out, or was not let in; `count` times between `at` and `last_at`.

    `account` is empty for a name that nobody has: people type passwords there.
    """

    at: float
    last_at: float
    account: str
    address: str
    outcome: str
    count: int = 1


class SignInStore:
    """The open file; None keeps everything in memory. Methods block, and raise StorageError."""

    def __init__(self, folder: Path | None) -> None:
        """Open or make the file in `folder`; one that cannot be read is put aside."""
        self._path = folder / FILE if folder is not None else None
        try:
            self._engine = _opened(self._path)
        except SQLAlchemyError as error:
            if self._path is None:
                raise StorageError(str(error)) from error
            aside = self._path.with_suffix(".unreadable")
            log.error("%s cannot be read and is put aside as %s: %s", self._path, aside, error)
            self._engine = _anew(self._path, aside)

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def sessions(self) -> list[Session]:
        """All that are kept."""
        with self._begin() as connection:
            rows = connection.execute(select(sessions)).mappings()
            return [Session(**row) for row in rows]

    def keep(self, session: Session) -> None:
        """Keep a session, new or used again."""
        with self._begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash == session.hash))
            connection.execute(insert(sessions).values(**asdict(session)))

    def drop(self, hashes: list[str]) -> None:
        """Forget sessions."""
        with self._begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash.in_(hashes)))

    def used(self, token: str, at: float) -> None:
        """A token was used."""
        with self._begin() as connection:
            connection.execute(delete(uses).where(uses.c.token == token))
            connection.execute(insert(uses).values(token=token, used_at=at))

    def uses(self) -> dict[str, float]:
        """When each token was used last."""
        with self._begin() as connection:
            return {row.token: row.used_at for row in connection.execute(select(uses))}

    def note(self, what: SignIn) -> None:
        """Remember who signed in, or was refused: the like of it shortly before is one line."""
        c = sign_ins.c
        same = (c.account == what.account, c.address == what.address, c.outcome == what.outcome)
        with self._begin() as connection:
            recent = select(c.id).where(*same, c.at > what.at - TOGETHER_S)
            last = connection.execute(recent.order_by(c.id.desc()).limit(1)).scalar()
            if last is None or what.outcome in ALONE:
                connection.execute(insert(sign_ins).values(**asdict(what)))
                _prune(connection, what.at)
            else:
                changed = {"count": c.count + what.count, "last_at": what.last_at}
                connection.execute(update(sign_ins).where(c.id == last).values(**changed))

    def noted(self, limit: int, before: float | None = None, account: str = "") -> list[SignIn]:
        """What was remembered, newest first; of one account only, if it is named."""
        c = sign_ins.c
        columns = [c[name] for name in SignIn.__slots__]
        query = select(*columns).order_by(c.at.desc(), c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(c.at < before)
        if account:
            query = query.where(c.account == account)
        with self._begin() as connection:
            return [SignIn(**row) for row in connection.execute(query).mappings()]

    def drafts(self) -> dict[Key, str]:
        """Everybody's drafts, as they were written down."""
        with self._begin() as connection:
            rows = connection.execute(select(drafts).order_by(drafts.c.id))
            return {(row.account, row.since): row.content for row in rows}

    def keep_draft(self, key: Key, content: str | None) -> None:
        """Keep somebody's draft in place of an earlier one; None forgets it."""
        c = drafts.c
        if content is not None and len(content) > DRAFT_LETTERS:
            raise StorageError(f"a draft of {len(content)} letters is too long to be kept")
        with self._begin() as connection:
            connection.execute(delete(drafts).where(c.account == key[0], c.since == key[1]))
            if content is not None:
                values = {"account": key[0], "since": key[1], "content": content}
                connection.execute(insert(drafts).values(**values))
                newest = select(c.id).order_by(c.id.desc()).limit(DRAFTS_KEPT)
                connection.execute(delete(drafts).where(c.id.not_in(newest)))

    def keep_drafts_of(self, living: frozenset[Key]) -> None:
        """Forget the drafts of all but these."""
        c = drafts.c
        with self._begin() as connection:
            for id_, *key in connection.execute(select(c.id, c.account, c.since)).all():
                if tuple(key) not in living:
                    connection.execute(delete(drafts).where(c.id == id_))

    def _begin(self) -> _Transaction:
        return _Transaction(self._engine, self._path)


ALONE = frozenset({"signed_in", "signed_out"})
"""These stand alone: each is one deed."""


class _Transaction:
    """A transaction whose errors are ours."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self._context = engine.begin()
        self._path = path

    def __enter__(self) -> Connection:
        try:
            return self._context.__enter__()
        except SQLAlchemyError as error:
            raise StorageError(f"{self._path}: {error}") from error

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: object) -> None:
        try:
            self._context.__exit__(kind, value, trace)  # type: ignore[arg-type]
        except SQLAlchemyError as error:
            raise StorageError(f"{self._path}: {error}") from error
        if isinstance(value, SQLAlchemyError):
            raise StorageError(f"{self._path}: {value}") from value


def _prune(connection: Connection, now: float) -> None:
    newest = connection.execute(select(func.max(sign_ins.c.id))).scalar() or 0
    if newest % 100:
        return
    old = (sign_ins.c.at < now - KEPT_S) | (sign_ins.c.id <= newest - KEPT_LINES)
    connection.execute(delete(sign_ins).where(old))


def _anew(path: Path, aside: Path) -> Engine:
    try:
        path.replace(aside)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        return _opened(path)
    except (OSError, SQLAlchemyError) as error:
        raise StorageError(f"{path}: {error}") from error


def _opened(path: Path | None) -> Engine:
    if path is None:
        from sqlalchemy.pool import StaticPool  # noqa: PLC0415 - of use to tests alone

        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        _make_private(path)
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
        event.listen(engine, "connect", _prepare)
    try:
        metadata.create_all(engine)
        with engine.begin() as connection:
            for table in metadata.sorted_tables:  # a damaged file says so now, not later
                connection.execute(select(table).limit(1)).all()
    except SQLAlchemyError:
        engine.dispose()
        raise
    return engine


def _prepare(connection: object, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _make_private(path: Path) -> None:
    """Nobody else on this machine needs to read who signs in from where."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def refused(account: str, address: str, at: float, outcome: str) -> SignIn:
    """Somebody who was not let in."""
    return SignIn(at, at, account, address, outcome)


def used_again(session: Session, at: float) -> Session:
    """A session that was used once more."""
    return replace(session, used_at=at)
