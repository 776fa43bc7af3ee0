"""Finding articles."""

import sqlite3


def find(database: sqlite3.Connection, word: str) -> list[tuple[int, str]]:
    """Articles whose name holds the word."""
    rows = database.execute(
        "SELECT id, name FROM articles WHERE name LIKE ? ORDER BY name",
        (f"%{word}%",),
    )
    return rows.fetchall()


def by_id(database: sqlite3.Connection, number: int) -> tuple[int, str] | None:
    """One article, or None."""
    rows = database.execute("SELECT id, name FROM articles WHERE id = ?", (number,))
    return rows.fetchone()
