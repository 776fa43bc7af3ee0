"""The ledger: every model call, and what of it counts against the limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table and the indexes its sums are read from."""
    op.create_table(
        "ledger",
        sa.Column("run", sa.String(200), primary_key=True),
        sa.Column("call", sa.String(200), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("reviewer", sa.String(200), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("installation_id", sa.BigInteger),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("estimated", sa.BigInteger, nullable=False),
        sa.Column("reserved", sa.BigInteger),
        sa.Column("worst", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.BigInteger),
        sa.Column("counts", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger, nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
    )
    # Each holds all that a sum over a day or a month reads, so that the rows are left alone.
    op.create_index("ledger_by_time", "ledger", ["at", "counts"])
    op.create_index("ledger_by_installation", "ledger", ["installation_id", "at", "counts"])
    op.create_index("ledger_by_model", "ledger", ["model", "at"])
