"""Pull requests, their files and their commits."""

from __future__ import annotations

from flask import Blueprint, Response, request

from bot.sandbox.answers import Refused
from bot.sandbox.asking import Answer, on_pull, on_repo, paged
from bot.sandbox.diff import MOST_FILES_LISTED, too_large, whole_diff
from bot.sandbox.state import Pull
from bot.sandbox.view_pull import (
    base_of,
    changed_file,
    commit,
    commits_of,
    files_of,
    pull_brief,
    pull_full,
)

api = Blueprint("pulls", __name__)
READ = ("pull_requests", "read")
CONTENTS = ("contents", "read")
MOST_COMMITS = 250


@api.get("/repos/<owner>/<name>/pulls")
def pulls(owner: str, name: str) -> Answer:
    """Pull requests, open ones unless asked otherwise."""
    ask, repo = on_repo(owner, name, READ)
    state, asked = request.args.get("state", "open"), request.args
    found = [
        pull
        for pull in repo.pulls.values()
        if state in ("all", pull.state)
        and asked.get("base") in (None, pull.base_ref)
        and asked.get("head") in (None, f"{pull.head_repo.owner}:{pull.head_ref}")
    ]
    by = "updated_at" if asked.get("sort") == "updated" else "created_at"
    newest_first = asked.get("direction", "asc" if "sort" in asked else "desc") == "desc"
    found.sort(key=lambda pull: (getattr(pull, by), pull.number), reverse=newest_first)
    return paged(found, lambda pull: pull_brief(ask.view, pull))


@api.get("/repos/<owner>/<name>/pulls/<int:number>")
def pull(owner: str, name: str, number: int) -> Answer:
    """A pull request, or its diff if that is what is accepted."""
    ask, found = on_pull(owner, name, number, READ)
    if "diff" in request.headers.get("Accept", ""):
        return _diff(found)
    return pull_full(ask.view, found)


def _diff(found: Pull) -> Response:
    git, base = found.repo.git, base_of(found)
    if why := too_large(git, base, found.head_sha):
        error = {"resource": "PullRequest", "field": "diff", "code": "too_large"}
        raise Refused(406, f"Sorry, {why}.", [error])
    diff = whole_diff(git, base, found.head_sha)
    return Response(diff, content_type="application/vnd.github.diff; charset=utf-8")


@api.get("/repos/<owner>/<name>/pulls/<int:number>/files")
def files(owner: str, name: str, number: int) -> Answer:
    """What it changes."""
    ask, found = on_pull(owner, name, number, READ)
    listed = files_of(found)[:MOST_FILES_LISTED]
    return paged(listed, lambda f: changed_file(ask.view, found.head_repo, found.head_sha, f))


@api.get("/repos/<owner>/<name>/pulls/<int:number>/commits")
def commits(owner: str, name: str, number: int) -> Answer:
    """Its commits, oldest first."""
    ask, found = on_pull(owner, name, number, READ)
    made = commits_of(found)[:MOST_COMMITS]
    return paged(made, lambda one: commit(ask.view, found.repo, one))


@api.get("/repos/<owner>/<name>/commits/<sha>/pulls")
def pulls_of_commit(owner: str, name: str, sha: str) -> Answer:
    """The pull requests a commit is part of."""
    ask, repo = on_repo(owner, name, READ)
    full = repo.git.resolve(sha)
    found = [p for p in repo.pulls.values() if full in (c.sha for c in commits_of(p))]
    return paged(found, lambda pull: pull_brief(ask.view, pull))
