"""The tables of what people asked for, as the migrations leave them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import METADATA, Words

DISMISSALS = sa.Table(
    "dismissals",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("by_login", sa.String(100), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("path", Words, nullable=False),
    sa.Column("reason", Words, nullable=False),
)

PAUSES = sa.Table(
    "pauses",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("by_login", sa.String(100), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

EXPECTING = sa.Table(
    "expecting",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("run", sa.String(200), primary_key=True),
    sa.Column("place", sa.String(20), nullable=False),
    sa.Column("comment", sa.BigInteger, nullable=False),
    sa.Column("thread", sa.BigInteger, nullable=False),
)

ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    # What kind of answer it was, and to whom where that matters; the key names the occasion.
    sa.Column("what", sa.String(60), primary_key=True),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)

WISHES = (DISMISSALS, PAUSES, EXPECTING, ANSWERS)
"""All of them know their repository alone."""
