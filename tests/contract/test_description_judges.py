"""The judge itself: what it must catch, and what it must let pass."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Sandbox
from tests.contract.checked import checked
from tests.contract.description import (
    Exchange,
    operation,
    problems_of,
    valid_graphql,
    webhook_problems,
)
from tests.sandbox.asking import as_installation

REVIEW = Exchange(
    "POST",
    "/repos/acme/shop/pulls/1/reviews",
    (),
    {"event": "COMMENT", "body": "x", "comments": [{"path": "a", "line": 1, "body": "x"}]},
    403,
    {"message": "No", "documentation_url": "https://example.invalid"},
)


def changed(exchange: Exchange, **changes: Any) -> Exchange:
    return replace(exchange, asked={**exchange.asked, **changes})


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        pytest.param(REVIEW, "", id="all is well"),
        pytest.param(changed(REVIEW, evnt="x"), "evnt is not a property", id="unknown property"),
        pytest.param(
            changed(REVIEW, comments=[{"path": "a", "body": "x", "start_lin": 1}]),
            "start_lin is not a property",
            id="unknown property further in",
        ),
        pytest.param(changed(REVIEW, event="LGTM"), "is not one of", id="a value out of range"),
        pytest.param(changed(REVIEW, comments={}), "is not of type 'array'", id="a wrong type"),
        pytest.param(replace(REVIEW, query=("draft",)), "unknown parameter", id="query"),
        pytest.param(replace(REVIEW, status=201), "answers 201", id="an undescribed success"),
        pytest.param(replace(REVIEW, answered={"message": 1}), "not of type", id="an error's body"),
        pytest.param(replace(REVIEW, status=200, answered={}), "required property", id="an answer"),
        pytest.param(replace(REVIEW, status=502, answered=None), "", id="trouble is not judged"),
        pytest.param(replace(REVIEW, path="/repos/a/b/c"), "is not in GitHub", id="no such path"),
        pytest.param(
            replace(REVIEW, path="/repos/a/b/c", status=404), "", id="no such path, and told so"
        ),
        pytest.param(
            Exchange("POST", "/graphql", (), {"query": "{ nothing }"}, 200, {}),
            "Cannot query field",
            id="GraphQL",
        ),
    ],
)
def test_an_exchange_is_judged(exchange: Exchange, words: str) -> None:
    told = problems_of(exchange)
    assert any(words in each for each in told) if words else told == []


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/repos/a/b/contents/src/app/main.py", "/repos/{owner}/{repo}/contents/{path}"),
        ("/repos/a/b/pulls/1", "/repos/{owner}/{repo}/pulls/{pull_number}"),
        ("/repos/a/b/pulls/comments/1", "/repos/{owner}/{repo}/pulls/comments/{comment_id}"),
        ("/repos/a/b/compare/x/y...z", "/repos/{owner}/{repo}/compare/{basehead}"),
        ("/repos/a/b/commits/x/check-runs", "/repos/{owner}/{repo}/commits/{ref}/check-runs"),
        ("/repos/a/b/commits/x/pulls", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"),
        ("/repos/a/b/commits/feature/x", "/repos/{owner}/{repo}/commits/{ref}"),
        ("/repos/a", None),
    ],
)
def test_a_path_is_found_by_its_shape(path: str, template: str | None) -> None:
    assert operation("get", path) == template


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("{ viewer { login } }", "", id="well"),
        pytest.param("{ viewer { nme } }", "Cannot query field", id="no such field"),
        pytest.param("{ viewer", "Syntax Error", id="not GraphQL"),
        pytest.param(
            'mutation { minimizeComment(input: {subjectId: "x", classifier: OLD}) '
            "{ clientMutationId } }",
            "does not exist",
            id="no such classifier",
        ),
        pytest.param(
            'mutation { resolveReviewThread(input: {threadId: "x"}) { thread { id } } }',
            "",
            id="resolving",
        ),
        pytest.param("{ repository(name: 1) { id } }", "String cannot represent", id="wrong type"),
    ],
)
def test_a_query_is_judged(query: str, words: str) -> None:
    told = valid_graphql(query)
    assert any(words in each for each in told) if words else told == []


def test_a_webhook_is_judged(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as github:
        repo = github.create_repo("acme/shop")
        repo.commit("feature", {"x": "y"}, "Change")
        repo.open_pull("feature")
        [event] = github.events
    assert webhook_problems(event.name, event.payload) == []
    broken = copy.deepcopy(event.payload)
    del broken["pull_request"]["head"]["sha"]
    assert any("'sha' is a required" in each for each in webhook_problems(event.name, broken))
    assert webhook_problems("pull_request", {"action": "exploded"})


def test_a_sandbox_that_lies_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.reviews_api.review", lambda *_: {"id": "text"})
    with pytest.raises(AssertionError, match="required property"):
        _review_once(Sandbox(tmp_path))


def _review_once(sandbox: Sandbox) -> None:
    with checked(sandbox) as github:
        repo = github.create_repo("acme/shop")
        repo.commit("feature", {"x": "y"}, "Change")
        repo.open_pull("feature")
        body = {"body": "x", "event": "COMMENT"}
        as_installation(github).post("/repos/acme/shop/pulls/1/reviews", body)
