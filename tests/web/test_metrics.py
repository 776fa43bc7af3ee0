"""What Prometheus reads: held against Prometheus' own parser, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as families

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usage, Usd
from bot.domain.run import Found, FoundStatus, RunRecord, RunStatus
from bot.domain.tally import Tally
from bot.errors import UpstreamError
from bot.store.database import migrate, open_database
from bot.store.ledger import StoredLedger
from bot.store.runs import StoredRuns
from bot.store.tallies import tallies
from bot.web import create_app
from bot.web.metrics import FRESH_S, IDLE, Sums, metrics

FOUND = Found(
    "f" * 16,
    ("security", "ruff:S608"),
    Severity.HIGH,
    Category.SECURITY,
    "src/secret_plan.py",
    4,
    "Reads what it should not",
    "quoted()",
    FoundStatus.SET_ASIDE,
)
RUN = RunRecord(
    "7-1-abc-1",
    "acme/shop",
    7,
    1,
    "abc",
    99,
    "opened",
    RunStatus.COMPLETED,
    100.0,
    104.0,
    found=(FOUND,),
    planned_tokens=10,
    everyone_tokens=30,
)
ENTRY = Entry("7-1-abc-1", "review:security", 1, "security", "m", Usd(Decimal("0.25")), 100.0)
BILLED = replace(ENTRY, state=EntryState.SETTLED, usage=Usage(10, 5), cost=Usd(Decimal("0.01")))
Told = dict[tuple[str, ...], float]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path}/ai-review.db"
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.dispose()


def client(add_up: Callable[[], Sequence[Tally]] | None) -> FlaskClient:
    app = create_app(
        secrets=("s" * 20,),
        enqueue=lambda *_: None,
        ready=lambda: (),
        own_app_id=None,
        pages=() if add_up is None else (metrics(add_up),),
    )
    return app.test_client()


def told(text: str) -> dict[str, Told]:
    """Samples by name, each by the values of its labels, in the order of their names."""
    found: dict[str, Told] = {}
    for family in families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[
                tuple(value for _, value in sorted(sample.labels.items()))
            ] = sample.value
    return found


async def fill(engine: sa.Engine) -> None:
    runs, ledger = StoredRuns(engine), StoredLedger(engine)
    await runs.end(RUN)
    await runs.begin(replace(RUN, id="b", status=RunStatus.RUNNING, finished=None, found=()))
    await ledger.reserve(ENTRY, Budget(Decimal(1)))
    await ledger.settle(BILLED)


def test_prometheus_reads_what_the_database_adds_up(engine: sa.Engine) -> None:
    asyncio.run(fill(engine))
    answer = client(lambda: tallies(engine)).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    seen = told(answer.text)
    assert seen["ai_review_runs_total"] == {
        ("completed",): 1,
        ("failed",): 0,
        ("skipped",): 0,
        ("blocked",): 0,
        ("cancelled",): 0,
    }
    assert seen["ai_review_runs_open"] == {("pending",): 0, ("running",): 1}
    assert seen["ai_review_oldest_open_run_timestamp_seconds"] == {("running",): 100.0}
    assert seen["ai_review_run_seconds_count"]["completed",] == 1
    assert seen["ai_review_run_seconds_sum"]["completed",] == 4.0
    assert seen["ai_review_run_seconds_bucket"]["5.0", "completed"] == 1
    assert seen["ai_review_run_seconds_bucket"]["+Inf", "failed"] == 0
    assert seen["ai_review_reviewer_calls_total"] == {("m", "security", "settled"): 1}
    assert seen["ai_review_reviewer_findings_total"] == {
        ("ruff", "set_aside"): 1,
        ("security", "set_aside"): 1,
    }
    assert seen["ai_review_findings_judged_total"] == {("ruff",): 0, ("security",): 0}
    assert seen["ai_review_tokens_total"]["input", "m"] == 10
    assert seen["ai_review_cost_usd_total"] == {("m",): 0.01}
    assert seen["ai_review_planned_tokens_total"] == {(): 20}
    assert seen["ai_review_everyone_tokens_total"] == {(): 60}


def test_an_empty_database_tells_zeros_so_that_the_first_rise_is_seen(engine: sa.Engine) -> None:
    seen = told(client(lambda: tallies(engine)).get("/metrics").text)
    for name in ("cost_unknown_calls_total", "planned_tokens_total", "cost_uncertain_usd"):
        assert seen[f"ai_review_{name}"] == {(): 0}
    assert set(seen["ai_review_runs_total"].values()) == {0}


def test_no_word_of_a_repository_a_person_or_a_finding_is_told(engine: sa.Engine) -> None:
    asyncio.run(fill(engine))
    text = client(lambda: tallies(engine)).get("/metrics").text
    for word in ("acme", "shop", "abc", "secret_plan", "quoted", "S608", "99"):
        assert word not in text


def test_openmetrics_is_told_to_who_asks_for_it(engine: sa.Engine) -> None:
    asyncio.run(fill(engine))
    wanted = "application/openmetrics-text; version=1.0.0"
    answer = client(lambda: tallies(engine)).get("/metrics", headers={"Accept": wanted})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert {each.name for each in open_families(answer.text)} >= {"ai_review_runs"}


def test_a_scrape_waits_for_no_writer(engine: sa.Engine) -> None:
    asyncio.run(fill(engine))
    with engine.begin() as writer:
        writer.execute(sa.text("delete from findings"))
        seen = told(client(lambda: tallies(engine)).get("/metrics").text)
    assert seen["ai_review_reviewer_findings_total"]["ruff", "set_aside"] == 1


@pytest.mark.parametrize("where", ["/nowhere/at/all.db", "/EMPTY"])
def test_a_database_that_cannot_be_read_is_one_sentence(where: str, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{where.replace('/EMPTY', str(tmp_path / 'empty.db'))}")
    answer = client(lambda: tallies(engine)).get("/metrics")
    assert (answer.status_code, answer.json) == (
        503,
        {
            "error": "The database does not answer.",
            "remedy": "Check DATABASE_URL and run `ai-review migrate`.",
        },
    )


def test_without_sums_there_is_no_such_page() -> None:
    assert client(None).get("/metrics").status_code == 404


class Source:
    """Sums that count how often they were added up; `fails`: the database is away."""

    def __init__(self) -> None:
        self.asked = 0
        self.at = 0.0
        self.fails = False

    def __call__(self) -> tuple[Tally, ...]:
        self.asked += 1
        if self.fails:
            raise UpstreamError("The database does not answer.")
        return (Tally("planned_tokens", (), self.asked),)


def test_the_database_is_asked_once_in_a_while_whoever_asks() -> None:
    source = Source()
    sums = Sums(source, lambda: source.at)
    first = sums()
    source.at = FRESH_S - 0.1
    assert sums() == first
    source.at = FRESH_S
    assert sums() != first
    assert source.asked == 2


def test_what_takes_long_is_done_the_more_rarely() -> None:
    source = Source()

    def slow() -> tuple[Tally, ...]:
        source.at += 3.0
        return source()

    sums = Sums(slow, lambda: source.at)
    sums()
    source.at += 3.0 * IDLE - 0.1
    assert sums()[0].amount == 1
    source.at += 0.1
    assert sums()[0].amount == 2


def test_what_cannot_be_added_up_is_not_told_from_memory() -> None:
    source = Source()
    sums = Sums(source, lambda: source.at)
    sums()
    source.at, source.fails = FRESH_S, True
    for _ in range(2):
        with pytest.raises(UpstreamError):
            sums()
    source.fails = False
    assert sums()[0].amount == 4


@pytest.mark.parametrize("before", [False, True])
def test_one_thread_adds_up_and_the_others_wait_for_nobody(before: bool) -> None:
    entered, leave, source = Event(), Event(), Source()

    def slow() -> tuple[Tally, ...]:
        if source.asked >= before:
            entered.set()
            assert leave.wait(20)
        return source()

    sums = Sums(slow, lambda: source.at)
    if before:
        sums()
        source.at = FRESH_S
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(sums)
        assert entered.wait(20)
        if before:
            assert sums()[0].amount == 1
        else:
            with pytest.raises(UpstreamError, match="just being added up"):
                sums()
        leave.set()
        assert answer.result(20)[0].amount == 1 + before
