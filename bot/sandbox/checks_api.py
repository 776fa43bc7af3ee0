"""Check runs: written by Apps alone, changed only by the App that made them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request

from bot.sandbox import payloads
from bot.sandbox.answers import (
    Refused,
    body_of,
    invalid,
    list_in,
    not_found,
    number_in,
    of_type,
    one_of,
    permitted,
    text_in,
)
from bot.sandbox.asking import Answer, Ask, on_repo, paged, whole
from bot.sandbox.state import Annotation, CheckRun, Repo
from bot.sandbox.view import Json
from bot.sandbox.view_check import annotation, check_run

api = Blueprint("checks", __name__)
READ, WRITE = ("checks", "read"), ("checks", "write")
_REPO = "/repos/<owner>/<name>"
_ONE = f"{_REPO}/check-runs/<int:check_id>"
MOST_ANNOTATIONS = 50
MOST_ACTIONS = 3
LONGEST_TEXT = 65_535
LONGEST_MESSAGE = 64 * 1024
LONGEST_TITLE = 255
ACTION_LENGTHS = {"label": 20, "description": 40, "identifier": 20}
STATUSES = ("queued", "in_progress", "completed")
CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "timed_out",
)
LEVELS = ("notice", "warning", "failure")
KEYS = (
    "name",
    "details_url",
    "external_id",
    "status",
    "started_at",
    "conclusion",
    "completed_at",
    "output",
    "actions",
)


@api.post(f"{_REPO}/check-runs")
def create(owner: str, name: str) -> Answer:
    """Start a check run."""
    ask, repo = on_repo(owner, name, WRITE)
    app_id = _app_id(ask)
    sent = body_of("head_sha", *KEYS)
    sha = text_in(sent, "head_sha")
    if sha != _sha(repo, sha):
        raise Refused(422, f"No commit found for SHA: {sha}")
    check = CheckRun(
        id=ask.world.next_id(),
        app_id=app_id,
        name=text_in(sent, "name"),
        head_sha=sha,
        status="queued",
        started_at=ask.world.clock(),
    )
    _apply(ask, check, sent)
    repo.checks.append(check)
    _tell(ask, repo, check, "completed" if check.conclusion else "created")
    return _shown(ask, repo, check), 201


@api.patch(_ONE)
def update(owner: str, name: str, check_id: int) -> Answer:
    """Change a check run; annotations are added to those it has."""
    ask, repo = on_repo(owner, name, WRITE)
    check = _find(repo, check_id)
    if check.app_id != _app_id(ask):
        raise Refused(403, "Invalid app_id: check run can only be modified by the GitHub App")
    before = check.conclusion
    _apply(ask, check, body_of(*KEYS))
    if check.conclusion and not before:
        _tell(ask, repo, check, "completed")
    return _shown(ask, repo, check)


@api.get(_ONE)
def get(owner: str, name: str, check_id: int) -> Answer:
    """One check run."""
    ask, repo = on_repo(owner, name, READ)
    return _shown(ask, repo, _find(repo, check_id))


@api.get(f"{_ONE}/annotations")
def annotations_of(owner: str, name: str, check_id: int) -> Answer:
    """The annotations of a check run."""
    ask, repo = on_repo(owner, name, READ)
    check = _find(repo, check_id)
    return paged(check.annotations, lambda one: annotation(ask.view, repo, check, one))


@api.post(f"{_ONE}/rerequest")
def rerequest(owner: str, name: str, check_id: int) -> Answer:
    """Ask the App to run its check again."""
    ask, repo = on_repo(owner, name, WRITE)
    check = _find(repo, check_id)
    told = payloads.check_run(ask.view, repo, check, "rerequested", ask.caller.login)
    ask.hooks.tell("check_run", repo, told, only=check.app_id)
    return {}, 201


@api.get(f"{_REPO}/commits/<sha>/check-runs")
def of_commit(owner: str, name: str, sha: str) -> Answer:
    """The check runs on a commit, newest first; the latest of each name unless asked for all."""
    ask, repo = on_repo(owner, name, READ)
    full, wanted = repo.git.resolve(sha), request.args
    app_id = whole("app_id", 0)
    found = [
        check
        for check in reversed(repo.checks)
        if check.head_sha == full
        and wanted.get("check_name") in (None, check.name)
        and wanted.get("status") in (None, check.status)
        and app_id in (0, check.app_id)
    ]
    if wanted.get("filter", "latest") == "latest":
        newest: dict[tuple[int, str], CheckRun] = {}
        for check in found:
            newest.setdefault((check.app_id, check.name), check)
        found = list(newest.values())
    return paged(found, lambda check: _shown(ask, repo, check), "check_runs")


def _tell(ask: Ask, repo: Repo, check: CheckRun, action: str) -> None:
    told = payloads.check_run(ask.view, repo, check, action, ask.caller.login)
    ask.hooks.tell("check_run", repo, told)


def _sha(repo: Repo, sha: str) -> str:
    return repo.git.resolve(sha) if len(sha) == 40 else ""


def _app_id(ask: Ask) -> int:
    token = ask.caller.token
    if token is None or token.app_id is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    return token.app_id


def _find(repo: Repo, check_id: int) -> CheckRun:
    for check in repo.checks:
        if check.id == check_id:
            return check
    raise not_found()


def _shown(ask: Ask, repo: Repo, check: CheckRun) -> Json:
    return check_run(ask.view, repo, ask.world.apps[check.app_id], check)


def _apply(ask: Ask, check: CheckRun, sent: Json) -> None:
    """Change a check run as asked; nothing changes when any part is refused."""
    output = _output(sent)
    actions = _actions(list_in(sent, "actions")) if "actions" in sent else check.actions
    status, conclusion, completed_at = _ending(ask, sent, check)
    check.status, check.conclusion, check.completed_at = status, conclusion, completed_at
    check.actions = actions
    check.name = text_in(sent, "name", check.name)
    check.external_id = text_in(sent, "external_id", check.external_id)
    check.details_url = sent.get("details_url", check.details_url)
    check.started_at = _time(sent, "started_at") or check.started_at
    if output is not None:
        check.title, check.summary = output["title"], output["summary"]
        check.text = output.get("text", check.text)
        check.annotations.extend(output["annotations"])


def _ending(ask: Ask, sent: Json, check: CheckRun) -> tuple[str, str | None, datetime | None]:
    status = one_of(text_in(sent, "status", check.status), STATUSES, "status")
    conclusion = sent.get("conclusion")
    completed_at = _time(sent, "completed_at")
    if conclusion is not None:
        one_of(conclusion, CONCLUSIONS, "conclusion")
        return "completed", conclusion, completed_at or ask.world.clock()
    if completed_at is not None or (status == "completed" and check.conclusion is None):
        raise Refused(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    if status == "completed":
        return status, check.conclusion, check.completed_at
    return status, None, None


def _time(sent: Json, name: str) -> datetime | None:
    text = sent.get(name)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(422, f"Invalid request.\n\n{text} is not a valid date-time.") from error


def _output(sent: Json) -> dict[str, Any] | None:
    if sent.get("output") is None:
        return None
    output = permitted(
        of_type(sent["output"], dict, "output"), "title", "summary", "text", "annotations", "images"
    )
    text_in(output, "summary")
    text_in(output, "title")
    for name in ("summary", "text"):
        if len(output.get(name) or "") > LONGEST_TEXT:
            raise invalid("CheckRun", name, f"Only {LONGEST_TEXT} characters are allowed")
    listed = list_in(output, "annotations")
    if len(listed) > MOST_ANNOTATIONS:
        raise Refused(
            422,
            f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} items are allowed; "
            f"{len(listed)} were supplied.",
        )
    return output | {"annotations": [_annotation(item) for item in listed]}


def _annotation(item: Any) -> Annotation:
    keys = tuple(Annotation.__dataclass_fields__)
    sent = permitted(of_type(item, dict, "annotations"), *keys)
    first, last = number_in(sent, "start_line"), number_in(sent, "end_line")
    if first is None or last is None or not 1 <= first <= last:
        raise invalid("CheckAnnotation", "end_line", "start_line must not come after end_line")
    if first != last and ("start_column" in sent or "end_column" in sent):
        raise invalid("CheckAnnotation", "start_column", "columns need start_line == end_line")
    one_of(text_in(sent, "annotation_level"), LEVELS, "annotation_level")
    for name, most in (
        ("message", LONGEST_MESSAGE),
        ("raw_details", LONGEST_MESSAGE),
        ("title", LONGEST_TITLE * 4),
    ):
        if len((sent.get(name) or "").encode()) > most:
            raise invalid("CheckAnnotation", name, "is too long")
    if len(sent.get("title") or "") > LONGEST_TITLE:
        raise invalid("CheckAnnotation", "title", f"is over {LONGEST_TITLE} characters")
    if not text_in(sent, "message").strip():
        raise invalid("CheckAnnotation", "message", code="missing_field")
    text_in(sent, "path")
    return Annotation(**sent)


def _actions(listed: list[Any]) -> list[dict[str, str]]:
    if len(listed) > MOST_ACTIONS:
        raise invalid("CheckRun", "actions", f"at most {MOST_ACTIONS} actions are allowed")
    for item in listed:
        action = permitted(of_type(item, dict, "actions"), *ACTION_LENGTHS)
        for name, most in ACTION_LENGTHS.items():
            if not 1 <= len(text_in(action, name)) <= most:
                raise invalid("CheckRun", f"actions.{name}", f"must have 1 to {most} characters")
    return listed
