"""What runs decided and found, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain.finding import Category, Severity
from bot.domain.patch import Side
from bot.domain.run import Decision, Found, FoundStatus, RunStatus
from bot.store.tables import DECISIONS, FINDINGS, RUNS, insert

PLAIN = ("fingerprint", "path", "line", "title", "quote", "why", "accepted", "refuted")
"""Columns that hold the finding's field of the same name."""


def keep_decisions(connection: sa.Connection, run: str, decisions: Sequence[Decision]) -> None:
    """Put these decisions in the place of the run's."""
    connection.execute(sa.delete(DECISIONS).where(DECISIONS.c.run == run))
    rows = [
        {"run": run, "nth": nth, "subject": each.subject, "status": each.status, "why": each.why}
        for nth, each in enumerate(decisions)
    ]
    if rows:
        connection.execute(sa.insert(DECISIONS), rows)


def keep_found(connection: sa.Connection, run: str, found: Sequence[Found]) -> None:
    """Add the run's findings. Those that are there stay: somebody may have accepted them."""
    rows = [_row(run, nth, each) for nth, each in enumerate(found)]
    if rows:
        connection.execute(insert(connection.engine, FINDINGS).on_conflict_do_nothing(), rows)


def decisions_of(connection: sa.Connection, run: str) -> tuple[Decision, ...]:
    """A run's decisions, in their order."""
    query = sa.select(DECISIONS).where(DECISIONS.c.run == run).order_by(DECISIONS.c.nth)
    rows = connection.execute(query).mappings()
    return tuple(Decision(row["subject"], RunStatus(row["status"]), row["why"]) for row in rows)


def found_of(connection: sa.Connection, run: str) -> tuple[Found, ...]:
    """A run's findings, in their order."""
    query = sa.select(FINDINGS).where(FINDINGS.c.run == run).order_by(FINDINGS.c.nth)
    return tuple(_found(row) for row in connection.execute(query).mappings())


def posted(
    connection: sa.Connection, repo_id: int, number: int, *, undecided: bool = False
) -> tuple[Found, ...]:
    """Posted findings of a pull request, oldest run first.

    `undecided`: those alone that nobody has accepted or turned down.
    """
    query = (
        sa.select(FINDINGS)
        .join(RUNS, RUNS.c.id == FINDINGS.c.run)
        .where(RUNS.c.repo_id == repo_id, RUNS.c.number == number)
        .where(*(_OPEN if undecided else _OPEN[:1]))
        .order_by(RUNS.c.started, RUNS.c.id, FINDINGS.c.nth)
    )
    return tuple(_found(row) for row in connection.execute(query).mappings())


def judging(repo_id: int, number: int, fingerprints: Sequence[str], *, accepted: bool) -> sa.Update:
    """Note that these posted findings of a pull request were taken up, or turned down."""
    runs = sa.select(RUNS.c.id).where(RUNS.c.repo_id == repo_id, RUNS.c.number == number)
    return (
        sa.update(FINDINGS)
        .where(FINDINGS.c.run.in_(runs), FINDINGS.c.fingerprint.in_(fingerprints), *_OPEN)
        .values(accepted=accepted)
    )


_OPEN = (FINDINGS.c.status == FoundStatus.POSTED.value, FINDINGS.c.accepted.is_(None))


def _row(run: str, nth: int, found: Found) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in PLAIN},
        "run": run,
        "nth": nth,
        "finders": " ".join(found.finders),
        "sources": json.dumps(found.sources),
        "severity": found.severity.value,
        "category": found.category.value,
        "status": found.status.value,
        "side": found.side.value,
    }


def _found(row: Mapping[Any, Any]) -> Found:
    return Found(
        **{name: row[name] for name in PLAIN},
        sources=tuple(json.loads(row["sources"])),
        severity=Severity(row["severity"]),
        category=Category(row["category"]),
        status=FoundStatus(row["status"]),
        side=Side(row["side"]),
    )
