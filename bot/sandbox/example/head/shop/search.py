"""Finding articles."""

import sqlite3


def find(
    database: sqlite3.Connection, word: str, order: str = "name"
) -> list[tuple[int, str]]:
    """Articles whose name holds the word, in the order asked for."""
    rows = database.execute(
        f"SELECT id, name FROM articles WHERE name LIKE '%{word}%' ORDER BY {order}"
    )
    return rows.fetchall()


def by_id(database: sqlite3.Connection, number: int) -> tuple[int, str] | None:
    """One article, or None."""
    rows = database.execute("SELECT id, name FROM articles WHERE id = ?", (number,))
    return rows.fetchone()
