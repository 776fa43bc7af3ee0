"""What our App is called in mentions: a worker asks GitHub, and the receiver has to know."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.database import reading
from bot.store.tables import insert
from bot.store.tables_recovery import MARKS

CALLED = "called "
"""How the name of the mark begins that says since when we have been known to be called so."""


class OurName:
    """The App's slug ("acme-review"), among the marks."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, slug: str, at: float) -> None:
        """Note what we are called, in the place of what we were. `at` is seconds since 1970."""
        other = MARKS.c.name.startswith(CALLED) & (MARKS.c.name != CALLED + slug)
        row = insert(self._engine, MARKS).values(name=CALLED + slug, at=at)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(MARKS).where(other))
            connection.execute(row.on_conflict_do_nothing())

    def known(self) -> str:
        """The slug; "" where no worker has learned it yet, or the database does not answer."""
        query = sa.select(MARKS.c.name).where(MARKS.c.name.startswith(CALLED))
        try:
            with reading(self._engine) as connection:
                name = connection.scalar(query.order_by(MARKS.c.at.desc()).limit(1))
        except sa.exc.SQLAlchemyError:
            return ""
        return str(name or "").removeprefix(CALLED)
