"""The tables of the journal, as SQLAlchemy Core. Alembic's migrations make them.

`events` is the truth. `records` keeps what units sent, byte for byte; `answers` what was
answered to a command's id; `quarantine` what nobody could read; `snapshots` shorten a start.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Index("events_by_kind", "kind", "sequence"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("day", String(10), nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("unit", String(32), primary_key=True),
    Column("outbox", String(32), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Float, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("received_at", Float, nullable=False),
    Column("unit", String(32), nullable=False),
    Column("outbox", String(32)),
    Column("sequence", BigInteger),
    Column("code", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("read_at", Float),
    Index("quarantine_by_key", "unit", "outbox", "sequence"),
    Index("quarantine_unread", "read_at"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("taken_at", Float, nullable=False),
    Column("state", Text, nullable=False),
)
