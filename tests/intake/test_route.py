import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.asked import CancelRequest, Ignored, ReviewRequest, Uninstalled
from bot.domain.pull import PullRef
from bot.errors import RejectedDelivery
from bot.github.credentials import LEAST
from bot.intake.route import ALWAYS_SENT, HANDLED, OPTIONAL, route

HEAD = "a" * 40
APP = 77
PULL = PullRef("octo/shop", 5, 9, HEAD, 3)
REPOSITORY = {"id": 5, "full_name": "octo/shop", "private": True}


def pull_event(action: str, **more: Any) -> dict[str, Any]:
    return {
        "action": action,
        "pull_request": {"number": 9, "head": {"sha": HEAD, "ref": "topic"}, "title": "x"},
        "repository": REPOSITORY,
        "installation": {"id": 3},
        **more,
    }


def check_run(app: int = APP, external_id: str | None = f"5-9-{HEAD}-1") -> dict[str, Any]:
    return {
        "action": "rerequested",
        "check_run": {
            "app": {"id": app},
            "head_sha": HEAD,
            "external_id": external_id,
            "pull_requests": [],  # as GitHub sends it for forks
        },
        "repository": REPOSITORY,
        "installation": {"id": 3},
    }


def suite_pull(number: int, repo: int) -> dict[str, Any]:
    return {"number": number, "head": {"sha": HEAD}, "base": {"repo": {"id": repo}}}


def check_suite(*pulls: dict[str, Any], app: int = APP) -> dict[str, Any]:
    return {
        "action": "rerequested",
        "check_suite": {"app": {"id": app}, "pull_requests": list(pulls)},
        "repository": REPOSITORY,
        "installation": {"id": 3},
    }


def review(trigger: str, **more: bool) -> ReviewRequest:
    return ReviewRequest(PULL, trigger, **more)


SKIP = {"label": {"name": "skip-ai-review"}}
OTHER = {"label": {"name": "bug"}}


@pytest.mark.parametrize(
    ("event", "payload", "asked"),
    [
        ("pull_request", pull_event("opened"), review("pull_request.opened")),
        ("pull_request", pull_event("reopened"), review("pull_request.reopened")),
        ("pull_request", pull_event("ready_for_review"), review("pull_request.ready_for_review")),
        (
            "pull_request",
            pull_event("synchronize"),
            review("pull_request.synchronize", settle=True),
        ),
        (
            "pull_request",
            pull_event("edited", changes={"base": {"ref": {"from": "main"}}}),
            review("pull_request.edited", again=True),
        ),
        ("pull_request", pull_event("unlabeled", **OTHER), review("pull_request.unlabeled")),
        (
            "pull_request",
            pull_event("labeled", **SKIP),
            CancelRequest(PULL, "labelled skip-ai-review"),
        ),
        ("pull_request", pull_event("closed"), CancelRequest(PULL, "closed", closed=True)),
        (
            "pull_request",
            pull_event("converted_to_draft"),
            CancelRequest(PULL, "converted to draft"),
        ),
        ("check_run", check_run(), review("check_run.rerequested", again=True)),
        (
            "check_suite",
            check_suite(suite_pull(1, 6), suite_pull(9, 5)),
            review("check_suite.rerequested", again=True),
        ),
        ("installation", {"action": "deleted", "installation": {"id": 3}}, Uninstalled(3)),
        (
            "installation",
            {"action": "suspend", "installation": {"id": 3}},
            Uninstalled(3, keep=True),
        ),
        (
            "installation_repositories",
            {
                "action": "removed",
                "installation": {"id": 3},
                "repositories_removed": [{"id": 5, "name": "shop"}, {"id": 6}],
            },
            Uninstalled(3, (5, 6)),
        ),
    ],
    ids=lambda value: value.get("action") if isinstance(value, dict) else None,
)
def test_what_a_delivery_asks(event: str, payload: dict[str, Any], asked: object) -> None:
    assert route(event, payload, APP) == asked


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        pytest.param("ping", {"zen": "Keep it simple."}, "pong", id="ping"),
        pytest.param("star", {"action": "created"}, "event star is not handled", id="event"),
        pytest.param("pull_request", pull_event("locked"), "pull_request.locked", id="action"),
        pytest.param("pull_request", {}, "does not change what is to be", id="no-action"),
        pytest.param(
            "pull_request",
            pull_event("edited", changes={"title": {"from": "x"}}),
            "title",
            id="title",
        ),
        pytest.param("pull_request", pull_event("edited"), "title", id="edited-nothing"),
        pytest.param("pull_request", pull_event("labeled", **OTHER), "label", id="label"),
        pytest.param("pull_request", pull_event("labeled"), "label", id="label-deleted"),
        pytest.param("check_run", {"action": "created"}, "asks for nothing", id="check-created"),
        pytest.param("check_run", check_run(app=78), "another App's", id="check-of-another"),
        pytest.param("check_run", check_run(external_id=None), "no review", id="check-no-id"),
        pytest.param("check_run", check_run(external_id="build 7"), "no review", id="check-id"),
        pytest.param(
            "check_run", check_run(external_id=f"6-9-{HEAD}-1"), "no review", id="check-other-repo"
        ),
        pytest.param(
            "check_run", check_run(external_id=f"5-9-{'b' * 40}-1"), "no review", id="check-head"
        ),
        pytest.param("check_suite", {"action": "requested"}, "asks for nothing", id="suite-push"),
        pytest.param("check_suite", check_suite(app=78), "another App's", id="suite-of-another"),
        pytest.param("check_suite", check_suite(), "fork", id="suite-of-fork"),
        pytest.param("check_suite", check_suite(suite_pull(1, 6)), "fork", id="suite-elsewhere"),
        pytest.param("installation", {"action": "created"}, "welcome", id="installed"),
        pytest.param("installation", {"action": "unsuspend"}, "nothing done", id="unsuspended"),
        pytest.param(
            "installation", {"action": "new_permissions_accepted"}, "nothing done", id="permissions"
        ),
        pytest.param("installation_repositories", {"action": "added"}, "nothing done", id="added"),
        pytest.param(
            "installation_repositories",
            {"action": "removed", "installation": {"id": 3}, "repositories_removed": []},
            "no repository was removed",
            id="none-is-not-all",
        ),
    ],
)
def test_what_asks_nothing_says_why(event: str, payload: dict[str, Any], reason: str) -> None:
    asked = route(event, payload, APP)
    assert isinstance(asked, Ignored)
    assert reason in asked.reason


def test_without_an_app_no_check_is_ours() -> None:
    assert isinstance(route("check_run", check_run(), None), Ignored)
    unnamed = check_run()
    unnamed["check_run"]["app"] = None
    assert isinstance(route("check_run", unnamed, None), Ignored)


def test_a_repository_hook_has_no_installation() -> None:
    payload = pull_event("opened")
    del payload["installation"]
    asked = route("pull_request", payload, APP)
    assert isinstance(asked, ReviewRequest)
    assert asked.pull.installation_id is None


def cut(path: str) -> dict[str, Any]:
    payload = copy.deepcopy(pull_event("opened"))
    *way, last = path.split(".")
    part = payload
    for name in way:
        part = part[name]
    del part[last]
    return payload


@pytest.mark.parametrize(
    "path",
    [
        "pull_request",
        "pull_request.number",
        "pull_request.head.sha",
        "repository",
        "repository.id",
        "repository.full_name",
    ],
)
def test_a_missing_field_is_named(path: str) -> None:
    with pytest.raises(RejectedDelivery, match=f"^{path} is missing") as caught:
        route("pull_request", cut(path), APP)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pull_request.number", "9"),
        ("pull_request.number", True),
        ("pull_request.number", 2**63),
        ("pull_request.head.sha", "../../user"),
        ("pull_request.head.sha", HEAD + "\n"),
        ("repository.id", 0),
        ("repository.full_name", "octo/shop/../../x"),
        ("repository.full_name", "octo"),
        ("installation.id", "3"),
    ],
)
def test_a_field_that_could_not_be_githubs_is_refused(path: str, value: object) -> None:
    payload = copy.deepcopy(pull_event("opened"))
    *way, last = path.split(".")
    part: Any = payload
    for name in way:
        part = part[name]
    part[last] = value
    with pytest.raises(RejectedDelivery, match="is not what GitHub sends"):
        route("pull_request", payload, APP)


MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "app.yml").read_text(encoding="utf-8"))
NEEDED = {
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "pull_request_review_thread": "pull_requests",
    "issue_comment": "issues",
    "check_run": "checks",
    "check_suite": "checks",
}


def test_the_manifest_subscribes_to_what_is_handled() -> None:
    assert set(MANIFEST["default_events"]) == set(HANDLED) - {*ALWAYS_SENT, *OPTIONAL}


def test_every_event_of_the_manifest_is_backed_by_a_permission() -> None:
    for event in MANIFEST["default_events"]:
        assert MANIFEST["default_permissions"][NEEDED[event]] in ("read", "write")


def test_the_manifest_asks_for_no_more_than_a_reviewer_needs() -> None:
    assert MANIFEST["public"] is False
    assert MANIFEST["default_permissions"] == {
        "metadata": "read",
        "contents": "read",
        "pull_requests": "write",
        "checks": "write",
        "issues": "read",  # what backs issue_comment; no token is ever asked to have it
    }
    assert "issues" not in LEAST


@pytest.mark.parametrize("event", HANDLED)
def test_a_handled_event_is_not_answered_as_unknown(event: str) -> None:
    asked = route(event, {"action": "some_new_action"}, APP)
    assert isinstance(asked, Ignored)
    assert "is not handled" not in asked.reason
