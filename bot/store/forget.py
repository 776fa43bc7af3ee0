"""Everything the database knows of a repository the App has left, whatever the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from bot.store.tables import LEDGER, METADATA, RUNS
from bot.store.tables_recovery import KNOWN_REPOS
from bot.store.tables_wishes import WISHES
from bot.store.tallies import remember_forgotten

KEPT = frozenset({LEDGER.name})
"""Of these the rows stay, because limits count them; their texts go another way."""


def forget(
    connection: sa.Connection, installation_id: int, repo_ids: Sequence[int]
) -> Sequence[tuple[str, str]]:
    """Delete the rows of an installation, or of these repositories of it. Ids and states of runs.

    A table's rows belong to a repository by its column `repo_id`, or else by `run`.
    """
    mine = RUNS.c.installation_id == installation_id
    if repo_ids:
        mine &= RUNS.c.repo_id.in_(repo_ids)
    known = connection.execute(
        sa.select(RUNS.c.id, RUNS.c.status).where(mine).with_for_update()
    ).all()
    repos = _repositories(connection, installation_id, repo_ids, mine)
    remember_forgotten(connection, mine)
    runs = sa.select(RUNS.c.id).where(mine)
    for table in of_a_repository():
        theirs = table.c.repo_id.in_(repos) if "repo_id" in table.c else table.c.run.in_(runs)
        connection.execute(sa.delete(table).where(theirs))
    connection.execute(sa.delete(RUNS).where(mine))
    return [(str(run), str(status)) for run, status in known]


def erase(connection: sa.Connection, runs: Sequence[str]) -> None:
    """Delete what is left, or came late, of these runs."""
    remember_forgotten(connection, RUNS.c.id.in_(runs))
    for table in of_a_repository():
        if "run" in table.c:
            connection.execute(sa.delete(table).where(table.c.run.in_(runs)))
    connection.execute(sa.delete(RUNS).where(RUNS.c.id.in_(runs)))


def of_a_repository() -> Iterator[sa.Table]:
    """Every table but RUNS whose rows belong to one repository."""
    for table in dict.fromkeys((*METADATA.sorted_tables, *WISHES)):
        kept = table is RUNS or table.name in KEPT
        if not kept and ("repo_id" in table.c or "run" in table.c):
            yield table


def _repositories(
    connection: sa.Connection,
    installation_id: int,
    repo_ids: Sequence[int],
    mine: sa.ColumnElement[bool],
) -> list[int]:
    """The repositories that are left, those without any run too."""
    if repo_ids:
        return list(repo_ids)
    known = sa.select(KNOWN_REPOS.c.repo_id).where(KNOWN_REPOS.c.installation_id == installation_id)
    found = connection.scalars(sa.union(sa.select(RUNS.c.repo_id).where(mine), known))
    return [int(each) for each in found]
