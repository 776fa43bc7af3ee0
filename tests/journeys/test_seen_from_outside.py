"""What an operator sees of reviews: a run that can be read, and sums for Prometheus."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from bot.domain.run import FoundStatus, RunRecord, RunStatus
from bot.domain.stages import stages
from bot.sandbox import RepoScene
from bot.settings import load
from bot.store.database import open_database
from bot.store.runs import StoredRuns
from tests.fakes.model import FakeModel
from tests.journeys.conftest import installation
from tests.journeys.system import System, wait_for
from tests.journeys.test_journeys import FINDING, concluded, opened

pytestmark = pytest.mark.slow
FIXED = "def login(user, password):\n    return user.proves(password)\n"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, model: FakeModel) -> Iterator[System]:
    """An installation of its own: what is looked at are its sums."""
    with installation(tmp_path_factory, model) as one:
        yield one


def ended(system: System, count: int) -> tuple[RunRecord, ...]:
    """The runs, oldest first, once so many have ended."""
    url = load(system.environment(), env_file=None).database_url
    runs = StoredRuns(open_database(url))

    def look() -> tuple[RunRecord, ...]:
        done = [each for each in asyncio.run(runs.newest(9)) if each.status.ended]
        whole = [asyncio.run(runs.get(each.id)) for each in reversed(done)]
        return tuple(each for each in whole if each) if len(done) == count else ()

    return wait_for(look)


def scraped(system: System) -> dict[str, float]:
    """Every sample, by its name and the values of its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{system.port}/metrics", timeout=10) as got:
        text = got.read().decode()
    return {
        " ".join(
            [sample.name, *(value for _, value in sorted(sample.labels.items()))]
        ): sample.value
        for family in families(text)
        for sample in family.samples
    }


def test_a_finding_that_is_fixed_counts_as_accepted(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    concluded(repo, number)
    [first] = ended(system, 1)
    assert [(each.status, each.accepted) for each in first.found] == [(FoundStatus.POSTED, None)]
    by_subject = {each.subject: each.status for each in first.decisions}
    assert by_subject["reviewer security"] is RunStatus.COMPLETED
    assert (by_subject["refuter"], by_subject["vote"]) == (RunStatus.COMPLETED,) * 2
    asked = {each.name: each for each in stages(first)}
    assert {each.status for each in asked.values()} <= {RunStatus.COMPLETED, RunStatus.SKIPPED}
    assert sum(each.calls for each in asked.values()) == len(first.calls) > 0
    assert first.planned_tokens > 0
    assert first.everyone_tokens > 0

    model.reset()
    repo.push(number, {"src/login.py": FIXED})
    concluded(repo, number, 2)
    # The run ends a moment before what it says of earlier findings is kept.
    wait_for(lambda: [each.accepted for each in ended(system, 2)[0].found] == [True])
    seen = scraped(system)
    assert seen["ai_review_runs_total completed"] == 2
    assert seen["ai_review_findings_accepted_total security"] == 1
    assert seen["ai_review_reviewer_findings_total security posted"] == 1
    assert seen["ai_review_cost_unknown_calls_total"] == 0
    assert sum(value for name, value in seen.items() if name.startswith("ai_review_cost_usd")) > 0
