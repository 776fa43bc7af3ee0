"""Large texts, kept once by their hash."""

from __future__ import annotations

import asyncio
import hashlib
import time

import sqlalchemy as sa

from bot.store.database import reading
from bot.store.tables import TEXTS, insert


class StoredTexts:
    """The port `Texts` on a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def keep(self, text: str) -> str:
        """Store `text`; see the port."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        await asyncio.to_thread(self._keep, key, text)
        return key

    async def read(self, key: str) -> str:
        """The text of that key; see the port."""
        return await asyncio.to_thread(self._read, key)

    def _keep(self, key: str, text: str) -> None:
        row = insert(self._engine, TEXTS).values(key=key, body=text, at=time.time())
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_nothing())

    def _read(self, key: str) -> str:
        with reading(self._engine) as connection:
            body = connection.execute(
                sa.select(TEXTS.c.body).where(TEXTS.c.key == key)
            ).scalar_one_or_none()
        if body is None:
            raise KeyError(key)
        return str(body)
