from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client, as_installation

CHECKS = "/repos/acme/shop/check-runs"
BUTTON = {"label": "Again", "description": "Read it again", "identifier": "again"}


def note(**more: Any) -> dict[str, Any]:
    return {
        "path": "src/cart.py",
        "start_line": 4,
        "end_line": 4,
        "annotation_level": "warning",
        "message": "Look.",
        **more,
    }


def output(*notes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "Read", "summary": "All of it.", "annotations": list(notes), **more}


def start(repo: RepoScene, bot: Client, **more: Any) -> Any:
    body = {"name": "AI Review", "head_sha": repo.pull(1).head_sha, **more}
    return bot.post(CHECKS, body)


def test_a_check_run_begins_and_ends(repo: RepoScene, bot: Client) -> None:
    made = start(repo, bot, status="in_progress", external_id="run-1")
    assert made.status_code == 201
    path = f"{CHECKS}/{made.json()['id']}"
    assert bot.patch(path, {"output": output()}).json()["status"] == "in_progress"
    ended = bot.patch(path, {"conclusion": "neutral"}).json()
    assert (ended["status"], ended["conclusion"]) == ("completed", "neutral")
    assert ended["completed_at"] is not None
    [check] = repo.pull(1).checks
    assert (check.external_id, check.summary) == ("run-1", "All of it.")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"status": "completed"}, 422, id="an end without a conclusion"),
        pytest.param({"conclusion": "stale"}, 422, id="GitHub's own conclusion"),
        pytest.param({"conclusion": "great"}, 422, id="no conclusion of GitHub's"),
        pytest.param({"status": "waiting"}, 422, id="a status for Actions only"),
        pytest.param({"started_at": "yesterday"}, 422, id="a time that is none"),
        pytest.param({"sumary": "x"}, 422, id="a misspelt property"),
        pytest.param({"output": {"title": "x"}}, 422, id="output without a summary"),
        pytest.param({"output": output(summary="x" * 65_535)}, 200, id="longest summary"),
        pytest.param({"output": output(summary="x" * 65_536)}, 422, id="summary too long"),
        pytest.param({"output": output(text="x" * 65_536)}, 422, id="text too long"),
        pytest.param({"output": output(*[note()] * 50)}, 200, id="fifty annotations"),
        pytest.param({"output": output(*[note()] * 51)}, 422, id="one more"),
        pytest.param({"output": output(note(title="x" * 256))}, 422, id="title too long"),
        pytest.param({"output": output(note(message="é" * 32_769))}, 422, id="message over 64 KB"),
        pytest.param({"output": output(note(message=" "))}, 422, id="message missing"),
        pytest.param({"output": output(note(annotation_level="high"))}, 422, id="no level"),
        pytest.param({"output": output(note(end_line=3))}, 422, id="ends before it begins"),
        pytest.param({"output": output(note(start_line=0))}, 422, id="line zero"),
        pytest.param(
            {"output": output(note(end_line=9, start_column=1))}, 422, id="columns over lines"
        ),
        pytest.param({"output": output(note(start_column=1, end_column=2))}, 200, id="columns"),
        pytest.param({"output": output(note(severity="x"))}, 422, id="a word it does not know"),
        pytest.param({"actions": [BUTTON]}, 200, id="a button"),
        pytest.param({"actions": [BUTTON] * 4}, 422, id="four buttons"),
        pytest.param({"actions": [BUTTON | {"label": "x" * 21}]}, 422, id="a long label"),
        pytest.param({"actions": [{"label": "x", "description": "d"}]}, 422, id="half a button"),
    ],
)
def test_a_check_run_takes(
    repo: RepoScene, bot: Client, change: dict[str, Any], status: int
) -> None:
    made = start(repo, bot, status="in_progress").json()
    answer = bot.patch(f"{CHECKS}/{made['id']}", change)
    assert answer.status_code == status
    [check] = repo.pull(1).checks
    if status == 422:
        assert (check.status, check.summary, check.annotations) == ("in_progress", None, [])


def test_annotations_are_added_to_those_it_has(repo: RepoScene, bot: Client) -> None:
    made = start(repo, bot, output=output(note(), note())).json()
    path = f"{CHECKS}/{made['id']}"
    bot.patch(path, {"output": output(note(start_line=5, end_line=5))})
    assert bot.get(path).json()["output"]["annotations_count"] == 3
    assert [each["start_line"] for each in bot.get(f"{path}/annotations").json()] == [4, 4, 5]


def test_only_the_app_that_made_it_changes_it(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    made = start(repo, bot).json()
    workflow = Client(github.url, github.ci_token("acme/shop", {"checks": "write"}))
    refused = workflow.patch(f"{CHECKS}/{made['id']}", {"conclusion": "success"})
    assert refused.status_code == 403
    assert "only be modified by the GitHub App" in refused.json()["message"]
    assert start(repo, as_installation(github, checks="read")).status_code == 403


def test_the_latest_of_each_app_and_name_or_all(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    first, second = start(repo, bot).json(), start(repo, bot).json()
    workflow = Client(github.url, github.ci_token("acme/shop", {"checks": "write"}))
    theirs = start(repo, workflow).json()
    path = f"/repos/acme/shop/commits/{repo.pull(1).head_sha}/check-runs"

    def ids(query: str) -> list[int]:
        return [each["id"] for each in bot.get(path + query).json()["check_runs"]]

    assert ids("") == [theirs["id"], second["id"]]
    assert ids(f"?filter=all&app_id={github.app.id}") == [second["id"], first["id"]]
    assert ids("?check_name=Other") == []
    assert bot.get(f"{path}?status=queued").json()["total_count"] == 2


def test_a_check_needs_a_commit_that_is_there(repo: RepoScene, bot: Client) -> None:
    for sha in ("0" * 40, repo.pull(1).head_sha[:10], "main"):
        assert start(repo, bot, head_sha=sha).status_code in (404, 422)
    assert repo.state.checks == []


def test_a_fork_check_lists_no_pull_request(repo: RepoScene, bot: Client) -> None:
    repo.open_pull("patch-1", author="zed", fork=True)
    sha = repo.push(2, {"x": "y"})
    assert start(repo, bot, head_sha=sha).json()["pull_requests"] == []
    assert [p["number"] for p in start(repo, bot).json()["pull_requests"]] == [1]
