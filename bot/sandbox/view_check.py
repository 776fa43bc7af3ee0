"""Check runs as the API's JSON."""

from __future__ import annotations

from dataclasses import asdict

from bot.sandbox.state import Annotation, App, CheckRun, Pull, Repo
from bot.sandbox.view import Json, View, iso


def pulls_of(repo: Repo, check: CheckRun) -> list[Pull]:
    """The open pull requests a check run is listed with: never those of forks."""
    return [
        pull
        for pull in repo.pulls.values()
        if pull.head_sha == check.head_sha and pull.head_repo is repo and pull.state == "open"
    ]


def check_run(view: View, repo: Repo, app: App, check: CheckRun) -> Json:
    """A check run."""
    url = f"{view.api}/repos/{repo.full_name}/check-runs/{check.id}"
    page = f"{view.html}/{repo.full_name}/runs/{check.id}"
    return {
        "id": check.id,
        "node_id": f"CR_{check.id}",
        "head_sha": check.head_sha,
        "name": check.name,
        "external_id": check.external_id,
        "url": url,
        "html_url": page,
        "details_url": check.details_url or page,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": iso(check.started_at),
        "completed_at": iso(check.completed_at) if check.completed_at else None,
        "output": {
            "title": check.title,
            "summary": check.summary,
            "text": check.text,
            "annotations_count": len(check.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": suite_id(check)},
        "app": view.app(app),
        "pull_requests": [_pull(view, repo, pull) for pull in pulls_of(repo, check)],
    }


def suite_id(check: CheckRun) -> int:
    """An App has one suite for each commit."""
    return int(check.head_sha[:8], 16) + check.app_id


def _pull(view: View, repo: Repo, pull: Pull) -> Json:
    url = f"{view.api}/repos/{repo.full_name}"
    place = {"id": repo.id, "name": repo.name, "url": url}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{url}/pulls/{pull.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": place},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": place},
    }


def annotation(view: View, repo: Repo, check: CheckRun, one: Annotation) -> Json:
    """An annotation of a check run."""
    page = f"{view.html}/{repo.full_name}/blob/{check.head_sha}/{one.path}"
    return asdict(one) | {"blob_href": page}
