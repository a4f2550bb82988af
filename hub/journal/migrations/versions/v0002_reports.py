"""What reports read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make days, turns, ratings and reasons; the next start fills them from the events."""
    op.create_table(
        "projection",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("through", sa.BigInteger),
    )
    op.create_table(
        "days",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("summed", sa.Boolean, nullable=False),
    )
    _turns()
    _ratings()
    op.create_table(
        "reasons",
        sa.Column("id", KEY, primary_key=True, autoincrement=False),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("why_not", sa.String(20)),
    )
    op.create_index("reasons_by_call", "reasons", ["call_id"])
    _sums()


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", KEY, primary_key=True, autoincrement=False),
        sa.Column("ticket", sa.String(64), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("apart", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("target_s", sa.Float),
        sa.Column("began_at", sa.Float),
        sa.Column("due_at", sa.Float),
        sa.Column("called_at", sa.Float),
        sa.Column("call_hour", sa.Integer),
        sa.Column("wait_s", sa.Float),
        sa.Column("call_id", sa.String(64)),
        sa.Column("counter", sa.String(32)),
        sa.Column("clerk", sa.String(32)),
        sa.Column("recalls", sa.Integer, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("held_at", sa.Float),
        sa.Column("held_s", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float),
        sa.Column("service_s", sa.Float),
        sa.Column("invited", sa.Boolean, nullable=False),
        sa.Column("answer", sa.String(8)),
        sa.Column("level", sa.String(20)),
    )
    op.create_index("turns_by_ticket", "turns", ["ticket", "id"])
    op.create_index("turns_by_call", "turns", ["call_id"])
    op.create_index("turns_by_day", "turns", ["day", "id"])


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", KEY, primary_key=True, autoincrement=False),
        sa.Column("turn", sa.BigInteger),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("sure", sa.String(80), nullable=False),
        sa.Column("level", sa.String(20)),
        sa.Column("after_ms", sa.Integer),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("why_not", sa.String(20)),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("outbox", sa.String(32), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("counter", sa.String(32), nullable=False),
        sa.Column("clerk", sa.String(32)),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("ticket", sa.String(64), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
    )
    op.create_index("ratings_by_level", "ratings", ["level", "day", "id"])
    op.create_index("ratings_by_call", "ratings", ["call_id"])


def _sums() -> None:
    counts = (
        *("taken", "called", "missed", "given_up", "expired"),
        *("waits", "over", "targets", "served", "invited", "unrated"),
        *("level_5", "level_4", "level_3", "level_2", "level_1"),
    )
    op.create_table(
        "sums",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("counter", sa.String(32), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        sa.Column("wait_s", sa.Float, nullable=False),
        sa.Column("longest_s", sa.Float, nullable=False),
        sa.Column("service_s", sa.Float, nullable=False),
    )
    op.create_table(
        "waits",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("bin", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, nullable=False),
    )
