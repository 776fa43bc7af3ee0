"""Stats over the runs that are kept, added up by the database."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.domain.ledger import EntryState
from bot.domain.money import Usage
from bot.domain.run import REVIEWER, FoundStatus, RunStatus
from bot.domain.stats import AskerStats, Bias, FinderStats, Stats
from bot.store.amounts import usd
from bot.store.database import reading
from bot.store.tables import DECISIONS, FINDINGS, LEDGER, RUNS

Rule = sa.ColumnElement[bool]
SENT = LEDGER.c.input_tokens + LEDGER.c.cache_read_tokens + LEDGER.c.cache_write_tokens
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
ANSWERED = LEDGER.c.state == EntryState.SETTLED.value
EARLIER = (FoundStatus.CARRIED.value, FoundStatus.GONE.value)
PART = re.compile(r"@| part ")
"""Behind a reviewer's name where the change was read in parts."""


def read_stats(engine: sa.Engine, since: float | None = None) -> Stats:
    """Stats of the runs that were asked for since then, in seconds since 1970; None: of all.

    Runs of an App that was uninstalled are forgotten; what their calls cost is not.
    """
    runs = sa.true() if since is None else RUNS.c.started >= since
    calls = sa.true() if since is None else LEDGER.c.at >= since
    with reading(engine) as connection:
        claims = _claims(connection, runs)
        return Stats(
            since=since,
            runs=_by_status(connection, runs),
            flawed=_flawed(connection, runs),
            p50_s=_quantile(connection, runs, 0.5),
            p95_s=_quantile(connection, runs, 0.95),
            finders=_finders(connection, runs),
            askers=_askers(connection, calls),
            paid_runs=_one(connection, sa.func.count(LEDGER.c.run.distinct()), calls & ANSWERED),
            planned_tokens=_one(connection, sa.func.sum(RUNS.c.planned_tokens), runs),
            everyone_tokens=_one(connection, sa.func.sum(RUNS.c.everyone_tokens), runs),
            tried=int(claims["tried"]),
            refuted=int(claims["refuted"]),
            findings=int(claims["findings"]),
            set_aside=int(claims["set_aside"]),
            bias=_bias(connection, calls),
        )


def _one(connection: sa.Connection, what: sa.ColumnElement[Any], rule: Rule) -> int:
    return int(connection.scalar(sa.select(what).where(rule)) or 0)


def _by_status(connection: sa.Connection, runs: Rule) -> Mapping[RunStatus, int]:
    query = sa.select(RUNS.c.status, sa.func.count()).where(runs).group_by(RUNS.c.status)
    known = {status: count for status, count in connection.execute(query)}
    return {each: known[each.value] for each in RunStatus if each.value in known}


def _flawed(connection: sa.Connection, runs: Rule) -> int:
    failed = sa.exists().where(
        DECISIONS.c.run == RUNS.c.id,
        DECISIONS.c.status == RunStatus.FAILED.value,
        DECISIONS.c.subject.startswith(REVIEWER),
    )
    completed = RUNS.c.status == RunStatus.COMPLETED.value
    return _one(connection, sa.func.count(), runs & completed & failed)


def _quantile(connection: sa.Connection, runs: Rule, q: float) -> float | None:
    """The least duration that the share `q` of the completed runs does not pass."""
    timed = runs & (RUNS.c.status == RunStatus.COMPLETED.value) & (RUNS.c.started > 0)
    count = _one(connection, sa.func.count(RUNS.c.finished), timed)
    if not count:
        return None
    took = RUNS.c.finished - RUNS.c.started
    query = sa.select(took).where(timed, RUNS.c.finished.is_not(None)).order_by(took)
    return float(connection.scalars(query.offset(math.ceil(q * count) - 1).limit(1)).one())


def _finders(connection: sa.Connection, runs: Rule) -> tuple[FinderStats, ...]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    decided = (
        sa.select(DECISIONS.c.subject, DECISIONS.c.status, sa.func.count())
        .join(RUNS, RUNS.c.id == DECISIONS.c.run)
        .where(runs, DECISIONS.c.subject.startswith(REVIEWER))
        .group_by(DECISIONS.c.subject, DECISIONS.c.status)
    )
    for subject, status, count in connection.execute(decided):
        if status in ("completed", "failed", "skipped"):
            found[PART.split(subject.removeprefix(REVIEWER))[0]][status] += count
    claimed = (
        sa.select(
            FINDINGS.c.finders,
            FINDINGS.c.status,
            sa.func.count(),
            sa.func.count(FINDINGS.c.accepted),
            _count(FINDINGS.c.accepted.is_(True)),
        )
        .join(RUNS, RUNS.c.id == FINDINGS.c.run)
        .where(runs)
        .group_by(FINDINGS.c.finders, FINDINGS.c.status)
    )
    for finders, status, count, judged, accepted in connection.execute(claimed):
        word = status.replace(" ", "_")
        for finder in finders.split():
            found[finder].update({word: count, "judged": judged, "accepted": int(accepted)})
    return tuple(FinderStats(name, **counts) for name, counts in sorted(found.items()))


def _claims(connection: sa.Connection, runs: Rule) -> Mapping[Any, Any]:
    """How many findings there were, each once however many found it."""
    query = (
        sa.select(
            _count(FINDINGS.c.status.not_in(EARLIER)).label("findings"),
            _count(FINDINGS.c.status == FoundStatus.SET_ASIDE.value).label("set_aside"),
            sa.func.count(FINDINGS.c.refuted).label("tried"),
            _count(FINDINGS.c.refuted.is_(True)).label("refuted"),
        )
        .join(RUNS, RUNS.c.id == FINDINGS.c.run)
        .where(runs)
    )
    return connection.execute(query).mappings().one()


def _askers(connection: sa.Connection, calls: Rule) -> tuple[AskerStats, ...]:
    """By who asked. The inner rows are questions, each with all its attempts."""
    settled, lost = (LEDGER.c.state == each.value for each in (EntryState.SETTLED, EntryState.LOST))
    going = LEDGER.c.state == EntryState.RESERVED.value
    asked = (
        sa.select(
            LEDGER.c.reviewer,
            sa.func.count().label("attempts"),
            (_count(settled | going) == 0).label("unanswered"),
            sa.func.coalesce(sa.func.sum(LEDGER.c.cost), 0).label("cost"),
            _count(settled & LEDGER.c.cost.is_(None)).label("unpriced"),
            _count(lost).label("lost"),
            *(sa.func.sum(LEDGER.c[name]).label(name) for name in TOKENS),
        )
        .where(calls)
        .group_by(LEDGER.c.reviewer, LEDGER.c.run, LEDGER.c.call)
        .subquery()
    )
    summed = ("attempts", "cost", "unpriced", "lost", *TOKENS)
    query = sa.select(
        asked.c.reviewer,
        sa.func.count().label("questions"),
        _count(asked.c.unanswered).label("unanswered"),
        *(sa.func.sum(asked.c[name]).label(name) for name in summed),
    ).group_by(asked.c.reviewer)
    return tuple(
        AskerStats(
            name=row["reviewer"],
            questions=row["questions"],
            unanswered=int(row["unanswered"]),
            attempts=int(row["attempts"]),
            usage=Usage(**{name: int(row[name]) for name in TOKENS}),
            cost=usd(int(row["cost"])),
            unpriced=int(row["unpriced"]),
            lost=int(row["lost"]),
        )
        for row in connection.execute(query.order_by(asked.c.reviewer)).mappings()
    )


def _bias(connection: sa.Connection, calls: Rule) -> tuple[Bias, ...]:
    ratio = sa.cast(SENT, sa.Float) / LEDGER.c.estimated
    query = (
        sa.select(
            LEDGER.c.model,
            sa.func.sum(SENT),
            sa.func.sum(LEDGER.c.estimated),
            sa.func.max(ratio),
        )
        .where(calls, ANSWERED, LEDGER.c.estimated > 0)
        .group_by(LEDGER.c.model)
        .order_by(LEDGER.c.model)
    )
    return tuple(
        Bias(model, int(sent), int(estimated), float(worst))
        for model, sent, estimated, worst in connection.execute(query)
    )


def _count(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0)
