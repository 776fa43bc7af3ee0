"""The tables of recovery, which know times and numbers and nobody's text."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import METADATA

MARKS = sa.Table(
    "marks",
    METADATA,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)

REDELIVERED = sa.Table(
    "redelivered",
    METADATA,
    sa.Column("guid", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
)

DUTIES = sa.Table(
    "duties",
    METADATA,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("holder", sa.String(200), nullable=False),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("done", sa.Float, nullable=False),
)

KNOWN_REPOS = sa.Table(
    "known_repos",
    METADATA,
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("installation_id", sa.BigInteger, nullable=False),
    sa.Column("since", sa.Float, nullable=False),
)
