"""What recovery remembers: times, deliveries asked for again, duties, known repositories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "marks",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "redelivered",
        sa.Column("guid", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_table(
        "duties",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("done", sa.Float, nullable=False),
    )
    op.create_table(
        "known_repos",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("installation_id", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
