"""The tables of the journal, as SQLAlchemy Core. Alembic's migrations make them.

`events` is the truth. `records` keeps what units sent, byte for byte; `answers` what was
answered to a command's id; `quarantine` what nobody could read; `snapshots` shorten a start.
`days`, `turns`, `ratings`, `reasons`, `sums` and `waits` are what reports read: each can be made
again from the events (`hub.journal.projection`), and `projection` says how far that has come.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

_Key = BigInteger().with_variant(Integer, "sqlite")
"""A key that SQLite keeps its rows by, without an index beside them."""

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

projection = Table(
    "projection",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger),
)

days = Table(
    "days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("began_at", Float, nullable=False),
    Column("summed", Boolean, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("ticket", String(64), nullable=False),
    Column("number", String(12), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("service", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("apart", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("target_s", Float),
    Column("began_at", Float),
    Column("due_at", Float),
    Column("called_at", Float),
    Column("call_hour", Integer),
    Column("wait_s", Float),
    Column("call_id", String(64)),
    Column("counter", String(32)),
    Column("clerk", String(32)),
    Column("recalls", Integer, nullable=False),
    Column("started_at", Float),
    Column("held_at", Float),
    Column("held_s", Float, nullable=False),
    Column("ended_at", Float),
    Column("service_s", Float),
    Column("invited", Boolean, nullable=False),
    Column("answer", String(8)),
    Column("level", String(20)),
    Index("turns_by_ticket", "ticket", "id"),
    Index("turns_by_call", "call_id"),
    Index("turns_by_day", "day", "id"),
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("turn", BigInteger),
    Column("at", Float, nullable=False),
    Column("sure", String(80), nullable=False),
    Column("level", String(20)),
    Column("after_ms", Integer),
    Column("counted", Boolean, nullable=False),
    Column("why_not", String(20)),
    Column("unit", String(32), nullable=False),
    Column("outbox", String(32), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("counter", String(32), nullable=False),
    Column("clerk", String(32)),
    Column("call_id", String(64), nullable=False),
    Column("ticket", String(64), nullable=False),
    Column("number", String(12), nullable=False),
    Column("service", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Index("ratings_by_level", "level", "day", "id"),
    Index("ratings_by_call", "call_id"),
)

reasons = Table(
    "reasons",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=False),
    Column("call_id", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("tags", Text, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("why_not", String(20)),
    Index("reasons_by_call", "call_id"),
)

COUNTS = (
    *("taken", "called", "missed", "given_up", "expired"),
    *("waits", "over", "targets", "served", "invited", "unrated"),
    *("level_5", "level_4", "level_3", "level_2", "level_1"),
)
"""What is counted in `sums`, by name."""

sums = Table(
    "sums",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("counter", String(32), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Integer, nullable=False) for name in COUNTS),
    Column("wait_s", Float, nullable=False),
    Column("longest_s", Float, nullable=False),
    Column("service_s", Float, nullable=False),
)

waits = Table(
    "waits",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("service", String(32), primary_key=True),
    Column("bin", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
)
