"""What people think of our findings, and which categories are listened to again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables; the index is what a mute is counted from."""
    op.create_table(
        "opinions",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String(16), primary_key=True),
        sa.Column("person", sa.BigInteger, primary_key=True),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("by_thumb", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "mutes",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("category", sa.String(20), primary_key=True),
        sa.Column("lifted_at", sa.Float, nullable=False),
        sa.Column("lifted_by", sa.BigInteger, nullable=False),
    )
    op.create_index("opinions_by_age", "opinions", ["repo_id", "counts", "at"])
