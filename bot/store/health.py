"""Whether the database answers and somebody works."""

from __future__ import annotations

import time

import sqlalchemy as sa

from bot.store.database import reading

STALE_S = 60.0
"""A worker renews its row every few seconds; twice its life without one means nobody works."""


def problems(engine: sa.Engine) -> tuple[str, ...]:
    """What keeps the App from doing its work, one sentence each; none when all is well."""
    try:
        with reading(engine) as connection:  # a probe waits for no writer
            seen = connection.execute(sa.text("select max(seen) from workers")).scalar_one()
    except sa.exc.SQLAlchemyError:
        return ("The database does not answer: check DATABASE_URL and run `ai-review migrate`.",)
    if seen is None or seen < time.time() - STALE_S:
        return ("No worker is running: start `ai-review worker`.",)
    return ()
