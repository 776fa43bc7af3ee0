"""A made history: one run of every kind, in a database as the worker would leave it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usage, Usd
from bot.domain.run import Decision, Found, FoundStatus, RunRecord, RunStatus, StepEvent
from bot.store.ledger import StoredLedger
from bot.store.runs import StoredRuns

GO, DONE, FAIL, SKIP = RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED
BEGAN = 1_795_000_000.0
SHA = "3f9c2a7d10b84e6655aa0c1d2e3f405162738495"
WHOLE = RunRecord(
    f"7-12-{SHA}-1", "acme/shop", 7, 12, SHA, 99, "pull_request.opened", RunStatus.PENDING, BEGAN
)
LIVE = replace(WHOLE, id=f"7-13-{SHA}-1", number=13, trigger="pull_request.synchronize")
BUDGET = Budget(Decimal(5))
HOSTILE = "Evil \x1b[31mred\x1b[0m title \u202eback"

WALK = (
    ("start_check", 0.3),
    ("fetch", 1.1),
    ("read", 3.9),
    ("plan", 4.2),
    ("review:security", 19.0),
    ("review:quality", 12.5),
    ("review-again:quality", 24.5),
    ("refute:1", 29.0),
    ("vote:1:voter-1", 33.0),
    ("vote:1:voter-2", 33.5),
    ("tally", 33.6),
    ("still_head", 34.0),
    ("post_review", 35.2),
    ("conclude_check", 36.0),
    ("remember", 36.1),
)

DECIDED = (
    Decision("reviewer security", DONE, "src/login.py touches authentication"),
    Decision(
        "reviewer quality",
        FAIL,
        "The model answered twice, not in the agreed form. (asked because: src/cart.py is source)",
    ),
    Decision("reviewer performance", SKIP, "nothing in the change is about speed"),
    Decision("refuter", DONE, "1 stood, 1 refuted"),
    Decision("vote", DONE, "1 confirmed, 0 held back"),
    Decision("plan", DONE, "To stay within $1, only the functions around the change are shown."),
)


def found(status: FoundStatus, severity: Severity, title: str, **more: object) -> Found:
    kept = Found(
        fingerprint=f"{len(title):016x}",
        sources=("security",),
        severity=severity,
        category=Category.SECURITY,
        path="src/login.py",
        line=41,
        title=title,
        quote="rows = db.query(text)",
        status=status,
    )
    return replace(kept, **more)  # type: ignore[arg-type]


FOUND = (
    found(
        FoundStatus.POSTED,
        Severity.HIGH,
        "Builds a query from what a caller sends",
        sources=("security", "ruff:S608"),
        refuted=False,
    ),
    found(FoundStatus.LISTED, Severity.LOW, HOSTILE, why="below the policy's least severity"),
    found(
        FoundStatus.SET_ASIDE,
        Severity.MEDIUM,
        "Compares a token in variable time",
        why="refuted: hmac.compare_digest is used two lines below",
        refuted=True,
    ),
    found(FoundStatus.CARRIED, Severity.LOW, "Catches too much", sources=("quality",)),
)


def entry(call: str, asker: str, run: str = WHOLE.id) -> Entry:
    """A call about to be made. Calls of a later stage come later."""
    stages = ("review", "review-again", "refute", "vote")
    at = BEGAN + 5 + stages.index(call.partition(":")[0])
    return Entry(
        run,
        call,
        1,
        asker,
        "claude-sonnet-5-5",
        Usd(Decimal("0.145")),
        at,
        installation_id=99,
        estimated=9_000,
    )


def billed(reserved: Entry, usage: Usage, cost: str, seconds: float) -> Entry:
    """The same, answered."""
    return replace(
        reserved,
        state=EntryState.SETTLED,
        usage=usage,
        cost=Usd(Decimal(cost)),
        seconds=seconds,
        request_id=f"req_011C{int(seconds * 1e9):014}",
    )


async def make(engine: sa.Engine) -> None:
    """One whole run, and one on its way."""
    runs, ledger = StoredRuns(engine), StoredLedger(engine)
    await _ended(runs, ledger)
    await _living(runs, ledger)


async def _ended(runs: StoredRuns, ledger: StoredLedger) -> None:
    await runs.begin(WHOLE)
    began = BEGAN
    for step, at in WALK:
        status = FAIL if step == "vote:1:voter-2" else DONE
        why = "The model API is overloaded." if status is FAIL else ""
        await runs.note(StepEvent(WHOLE.id, step, GO, began))
        await runs.note(StepEvent(WHOLE.id, step, status, BEGAN + at, why))
        began = BEGAN + (4.2 if step.startswith("review:") else at)
    for call, asker, usage, cost, seconds in (
        ("review:security", "security", Usage(1_204, 812, 0, 7_733), "0.0299", 14.8),
        ("review:quality", "quality", Usage(1_150, 610, 7_733, 0), "0.0092", 8.3),
        ("review-again:quality", "quality", Usage(1_300, 590, 7_733, 0), "0.0094", 12.0),
        ("refute:1", "refuter", Usage(2_410, 240), "0.0072", 4.5),
        ("vote:1:voter-1", "voter-1", Usage(2_300, 130), "0.0059", 4.0),
    ):
        await ledger.reserve(entry(call, asker), BUDGET)
        await ledger.settle(billed(entry(call, asker), usage, cost, seconds))
    vote = entry("vote:1:voter-2", "voter-2")
    for state, why in ((EntryState.RELEASED, "overloaded"), (EntryState.LOST, "timeout")):
        await ledger.reserve(vote, BUDGET)
        await ledger.settle(replace(vote, state=state, note=f"no answer ({why})"))
    await runs.end(
        replace(
            WHOLE,
            status=DONE,
            finished=BEGAN + 36.1,
            verdict="failure",
            note="Incomplete: quality failed; 2 findings, worst High",
            findings=2,
            decisions=DECIDED,
            found=FOUND,
            planned_tokens=18_000,
            everyone_tokens=52_000,
        )
    )


async def _living(runs: StoredRuns, ledger: StoredLedger) -> None:
    await runs.begin(LIVE)
    await runs.running(LIVE.id)
    began = BEGAN
    for step, at in WALK[:4]:
        await runs.note(StepEvent(LIVE.id, step, GO, began))
        await runs.note(StepEvent(LIVE.id, step, DONE, BEGAN + at))
        began = BEGAN + at
    await runs.note(StepEvent(LIVE.id, "review:security", GO, began))
    decided = (
        replace(DECIDED[0], status=RunStatus.PENDING),
        DECIDED[2],
        Decision("refuter", RunStatus.PENDING, "tries to prove wrong what the reviewers find"),
    )
    await runs.decided(LIVE.id, decided, 9_000, 26_000)
    await ledger.reserve(entry("review:security", "security", LIVE.id), BUDGET)
