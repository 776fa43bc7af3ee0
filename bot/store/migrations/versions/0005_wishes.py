"""Ignored findings, pauses, and how often somebody was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "dismissals",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        sa.Column("by_login", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "pauses",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("by_id", sa.BigInteger, nullable=False),
        sa.Column("by_login", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "expecting",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("run", sa.String(200), primary_key=True),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("comment", sa.BigInteger, nullable=False),
        sa.Column("thread", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("repo_id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(60), primary_key=True),
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
