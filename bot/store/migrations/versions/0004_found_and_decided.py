"""What runs decided and found, and the indexes that sums over all of them are read from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables; each index holds all that its sums read, so that rows are left alone."""
    for name in ("planned_tokens", "everyone_tokens"):
        column = sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("runs", column)
    op.create_table(
        "decisions",
        sa.Column("run", sa.String(200), primary_key=True),
        sa.Column("nth", sa.Integer, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("run", sa.String(200), primary_key=True),
        sa.Column("nth", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("finders", sa.Text, nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("accepted", sa.Boolean),
        sa.Column("refuted", sa.Boolean),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "forgotten",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("labels", sa.String(400), primary_key=True),
        sa.Column("amount", sa.Float, nullable=False),
    )
    tokens = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    op.create_index("findings_in_sum", "findings", ["finders", "status", "accepted"])
    ends = ["status", "started", "finished", "planned_tokens", "everyone_tokens"]
    op.create_index("runs_in_sum", "runs", ends)
    calls = ["reviewer", "model", "state", *tokens, "cost", "counts"]
    op.create_index("ledger_in_sum", "ledger", calls)
