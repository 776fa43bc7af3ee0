"""Our tables, as the migrations leave them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

METADATA = sa.MetaData()

TEXTS = sa.Table(
    "texts",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

RUNS = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("repo", sa.String(200), nullable=False),
    sa.Column("repo_id", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("installation_id", sa.BigInteger),
    sa.Column("trigger", sa.String(100), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("started", sa.Float, nullable=False),
    sa.Column("finished", sa.Float),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("findings", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.String(40)),
    sa.Column("calls", sa.Text, nullable=False),
)

STEPS = sa.Table(
    "steps",
    METADATA,
    sa.Column("run", sa.String(200), primary_key=True),
    sa.Column("step", sa.String(200), primary_key=True),
    sa.Column("status", sa.String(20), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

SEEN = sa.Table(
    "seen",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("reviewer", sa.String(200), nullable=False),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

COMMENTS = sa.Table(
    "comments",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)


def insert(engine: sa.Engine, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say ON CONFLICT, in the words of the engine's database."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)
