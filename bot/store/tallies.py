"""Sums over all runs and calls, added up by the database. Each reads one index and no row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from bot.domain.ledger import EntryState
from bot.domain.run import RunStatus
from bot.domain.tally import WITHIN_S, Tally
from bot.errors import UpstreamError
from bot.store.amounts import PICO
from bot.store.database import reading
from bot.store.tables import FINDINGS, FORGOTTEN, LEDGER, RUNS, insert

LONGEST_S = 10
"""Seconds PostgreSQL may add up one of them. SQLite works in this process and has no such limit."""
KINDS = {
    "input": LEDGER.c.input_tokens,
    "output": LEDGER.c.output_tokens,
    "cache_read": LEDGER.c.cache_read_tokens,
    "cache_write": LEDGER.c.cache_write_tokens,
}
UNCERTAIN = (EntryState.RESERVED, EntryState.LOST)


def tallies(engine: sa.Engine) -> tuple[Tally, ...]:
    """Every sum there is, as of now. Raises UpstreamError when the database does not answer."""
    try:
        with reading(engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(f"SET LOCAL statement_timeout = '{LONGEST_S}s'"))
            found = [
                *_forgotten(connection),
                *_of_runs(connection),
                *_open(connection),
                *_of_findings(connection),
                *_of_calls(connection),
            ]
    except sa.exc.SQLAlchemyError as error:
        raise UpstreamError(
            "The database does not answer.",
            remedy="Check DATABASE_URL and run `ai-review migrate`.",
        ) from error
    return _added_up(found)


def remember_forgotten(connection: sa.Connection, mine: sa.ColumnElement[bool]) -> None:
    """Before the runs that are `mine` are deleted: keep what they add to the sums."""
    found = _added_up([*_of_runs(connection, mine), *_of_findings(connection, mine)])
    row = insert(connection.engine, FORGOTTEN)
    more = FORGOTTEN.c.amount + row.excluded.amount
    add = row.on_conflict_do_update(index_elements=["name", "labels"], set_={"amount": more})
    rows = [
        {"name": each.name, "labels": json.dumps(each.labels), "amount": each.amount}
        for each in found
    ]
    if rows:
        connection.execute(add, rows)


def _added_up(found: Iterable[Tally]) -> tuple[Tally, ...]:
    sums: defaultdict[tuple[str, tuple[str, ...]], float] = defaultdict(float)
    for each in found:
        sums[each.name, each.labels] += each.amount
    return tuple(Tally(name, labels, amount) for (name, labels), amount in sorted(sums.items()))


def _forgotten(connection: sa.Connection) -> Iterator[Tally]:
    for row in connection.execute(sa.select(FORGOTTEN)):
        yield Tally(row.name, tuple(json.loads(row.labels)), row.amount)


def _of_runs(
    connection: sa.Connection, mine: sa.ColumnElement[bool] | None = None
) -> Iterator[Tally]:
    """How the runs ended and how long they took, and what their plans were about to send."""
    took = RUNS.c.finished - RUNS.c.started
    timed = (RUNS.c.started > 0) & RUNS.c.finished.is_not(None)
    query = sa.select(
        RUNS.c.status,
        sa.func.count().label("runs"),
        sa.func.sum(RUNS.c.planned_tokens).label("planned"),
        sa.func.sum(RUNS.c.everyone_tokens).label("everyone"),
        sa.func.sum(sa.case((timed, took), else_=0)).label("seconds"),
        _count(timed).label("timed"),
        *(_count(timed & (took <= most)).label(f"within_{most}") for most in WITHIN_S),
    ).group_by(RUNS.c.status)
    for row in connection.execute(query if mine is None else query.where(mine)).mappings():
        yield Tally("planned_tokens", (), float(row["planned"]))
        yield Tally("everyone_tokens", (), float(row["everyone"]))
        status = row["status"]
        if RunStatus(status).ended:
            yield Tally("runs", (status,), row["runs"])
            yield Tally("run_seconds", (status,), float(row["seconds"]))
            yield Tally("runs_timed", (status,), row["timed"])
            for most in WITHIN_S:
                yield Tally("runs_within", (status, str(most)), row[f"within_{most}"])


def _open(connection: sa.Connection) -> Iterator[Tally]:
    """How many runs wait or are on their way, and since when (seconds since 1970)."""
    for status in (each for each in RunStatus if not each.ended):
        query = sa.select(sa.func.count(), sa.func.min(RUNS.c.started))
        row = connection.execute(query.where(RUNS.c.status == status.value)).one()
        yield Tally("runs_open", (status.value,), row[0])
        if row[1] is not None:
            yield Tally("oldest_open", (status.value,), row[1])


def _of_findings(
    connection: sa.Connection, mine: sa.ColumnElement[bool] | None = None
) -> Iterator[Tally]:
    """What became of findings, by who found them; each counts for each of its finders."""
    query = sa.select(
        FINDINGS.c.finders,
        FINDINGS.c.status,
        sa.func.count().label("findings"),
        sa.func.count(FINDINGS.c.accepted).label("judged"),
        _count(FINDINGS.c.accepted.is_(True)).label("accepted"),
    ).group_by(FINDINGS.c.finders, FINDINGS.c.status)
    if mine is not None:
        query = query.where(FINDINGS.c.run.in_(sa.select(RUNS.c.id).where(mine)))
    for row in connection.execute(query).mappings():
        for finder in row["finders"].split():
            yield Tally("findings", (finder, row["status"]), row["findings"])
            yield Tally("judged", (finder,), row["judged"])
            yield Tally("accepted", (finder,), row["accepted"])


def _of_calls(connection: sa.Connection) -> Iterator[Tally]:
    """What was asked of models, by attempts, and what it cost."""
    unpriced = (LEDGER.c.state == EntryState.SETTLED.value) & LEDGER.c.cost.is_(None)
    query = sa.select(
        LEDGER.c.reviewer,
        LEDGER.c.model,
        LEDGER.c.state,
        sa.func.count().label("calls"),
        sa.func.coalesce(sa.func.sum(LEDGER.c.cost), 0).label("cost"),
        sa.func.sum(LEDGER.c.counts).label("counts"),
        _count(unpriced).label("unpriced"),
        *(sa.func.sum(column).label(kind) for kind, column in KINDS.items()),
    ).group_by(LEDGER.c.reviewer, LEDGER.c.model, LEDGER.c.state)
    yield Tally("cost_unknown_calls", (), 0)
    yield Tally("cost_uncertain_usd", (), 0)
    for row in connection.execute(query).mappings():
        yield from _of_group(dict(row))


def _of_group(row: dict[str, Any]) -> Iterator[Tally]:
    state, model = EntryState(row["state"]), row["model"]
    if state in UNCERTAIN:
        yield Tally("cost_uncertain_usd", (), int(row["counts"]) / PICO)
    if state is EntryState.RESERVED:
        yield Tally("calls_open", (row["reviewer"], model), row["calls"])
        return
    yield Tally("calls", (row["reviewer"], model, state.value), row["calls"])
    yield Tally("cost_usd", (model,), int(row["cost"]) / PICO)
    yield Tally("cost_unknown_calls", (), row["unpriced"])
    for kind in KINDS:
        yield Tally("tokens", (kind, model), float(row[kind]))


def _count(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)
