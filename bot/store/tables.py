"""Our tables, as the migrations leave them."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

METADATA = sa.MetaData()


class Words(sa.types.TypeDecorator[str]):
    """Anybody's text, as JSON: databases refuse some of its characters (NUL, half a pair)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """From Python to the database."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """From the database to Python."""
        return None if value is None else str(json.loads(value))


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
    sa.Column("planned_tokens", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("everyone_tokens", sa.BigInteger, nullable=False, server_default="0"),
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

LEDGER = sa.Table(
    "ledger",
    METADATA,
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
    # Picodollars (bot/store/amounts.py). `worst` is what it counts for until its bill is known:
    # `reserved`, or the run's whole budget. `counts` is what it counts for now.
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

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("run", sa.String(200), primary_key=True),
    sa.Column("nth", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("why", Words, nullable=False),
)

FINDINGS = sa.Table(
    "findings",
    METADATA,
    sa.Column("run", sa.String(200), primary_key=True),
    sa.Column("nth", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.String(16), nullable=False),
    # Who found it, as Found.finders joined by blanks: what sums are grouped by.
    sa.Column("finders", sa.Text, nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("accepted", sa.Boolean),
    sa.Column("refuted", sa.Boolean),
    sa.Column("sources", sa.Text, nullable=False),
    sa.Column("path", Words, nullable=False),
    sa.Column("side", sa.String(10), nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("quote", Words, nullable=False),
    sa.Column("why", Words, nullable=False),
)

FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    # Sums over runs whose records were deleted, so that no counter ever falls.
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("labels", sa.String(400), primary_key=True),
    sa.Column("amount", sa.Float, nullable=False),
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

OPINIONS = sa.Table(
    "opinions",
    METADATA,
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

MUTES = sa.Table(
    "mutes",
    METADATA,
    # When a category was last listened to again; that it is muted is counted from the opinions.
    sa.Column("repo_id", sa.BigInteger, primary_key=True),
    sa.Column("category", sa.String(20), primary_key=True),
    sa.Column("lifted_at", sa.Float, nullable=False),
    sa.Column("lifted_by", sa.BigInteger, nullable=False),
)


def insert(engine: sa.Engine, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say ON CONFLICT, in the words of the engine's database."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)
