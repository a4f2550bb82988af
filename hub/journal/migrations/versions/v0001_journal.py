"""The journal's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make events, answers, records, quarantine and snapshots."""
    op.create_table(
        "events",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_index("events_by_kind", "events", ["kind", "sequence"])
    op.create_table(
        "answers",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("unit", sa.String(32), primary_key=True),
        sa.Column("outbox", sa.String(32), primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("outbox", sa.String(32)),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("read_at", sa.Float),
    )
    op.create_index("quarantine_by_key", "quarantine", ["unit", "outbox", "sequence"])
    op.create_index("quarantine_unread", "quarantine", ["read_at"])
    op.create_table(
        "snapshots",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("taken_at", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
