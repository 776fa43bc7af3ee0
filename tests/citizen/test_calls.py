"""How often GitHub is asked: every request that goes over the wire, tokens included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.citizen.stage import FINDING, Stage, staged
from tests.journeys.conftest import HEAD

OWN = {
    "AGENTS.md": "Passwords are compared by `hashing.py` alone.\n",
    "CLAUDE.md": "See AGENTS.md.\n",
    ".gitattributes": "*.snap linguist-generated\n",
    ".github/ai-review.yml": "max_comments: 5\n",
}
SPACED = {"src/cart.js": HEAD["src/cart.js"].replace(" = 0;", "   =   0 ;")}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


async def test_a_review_of_three_files_takes_ten_calls_three_of_them_writes(stage: Stage) -> None:
    stage.repo.commit("main", OWN, "What we want")
    number = stage.repo.open_pull(head="change", author="mia")
    stage.model.answer("security", [FINDING])
    stage.github.forget_requests()
    check = await stage.opened(number)
    assert check.conclusion == "failure"
    assert stage.said() == [
        f"POST /app/installations/{stage.github.installation.id}/access_tokens",
        f"GET commits/{check.head_sha}/check-runs",
        "POST check-runs",
        "POST /graphql",  # the pull request, and the repository's own files
        f"GET pulls/{number}/files",
        "POST /graphql",  # the changed files, whole
        f"GET pulls/{number}",  # is this still the newest head?
        f"GET pulls/{number}/reviews",
        f"POST pulls/{number}/reviews",
        f"PATCH check-runs/{check.id}",
    ]
    assert len(stage.writes()) == 3


async def test_a_push_that_leaves_nobody_to_read_takes_six_calls_one_of_them_a_write(
    stage: Stage,
) -> None:
    stage.repo.commit("main", OWN, "What we want")
    number = stage.repo.open_pull(head="change", author="mia")
    await stage.opened(number)
    stage.model.reset()
    stage.github.forget_requests()
    stage.repo.push(number, SPACED)
    check = await stage.pushed(number)
    assert (check.conclusion, stage.model.calls) == ("success", [])
    assert stage.said() == [
        f"GET pulls/{number}",  # deliveries come out of order: which head is the newest?
        "POST /graphql",
        f"GET pulls/{number}/files",
        "POST /graphql",
        f"GET commits/{check.head_sha}/check-runs",
        "POST check-runs",
    ]
    assert len(stage.writes()) == 1


async def test_after_a_push_the_check_begins_when_somebody_has_to_read(stage: Stage) -> None:
    number = stage.repo.open_pull(head="change", author="mia")
    await stage.opened(number)
    assert stage.steps[0] == "start_check"
    stage.repo.push(number, {"src/cart.js": HEAD["src/cart.js"] + "export const one = 1;\n"})
    check = await stage.pushed(number)
    assert check.conclusion == "success"
    assert [each.partition(":")[0] for each in dict.fromkeys(stage.steps)][:5] == [
        "fetch",
        "read",
        "recall",
        "plan",
        "start_check",
    ]
    assert stage.steps.count("start_check") == 1
    assert stage.steps[-3:] == ["still_head", "conclude_check", "remember"]
    assert len(stage.repo.pull(number).checks) == 2
