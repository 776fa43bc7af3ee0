"""What a webhook carries."""

from __future__ import annotations

from bot.sandbox.state import (
    App,
    CheckRun,
    Installation,
    IssueComment,
    Pull,
    Repo,
    Review,
    ReviewComment,
)
from bot.sandbox.view import Json, View, iso
from bot.sandbox.view_check import check_run as shown_check
from bot.sandbox.view_check import suite_id
from bot.sandbox.view_pull import issue_comment as shown_comment
from bot.sandbox.view_pull import label, pull_brief, pull_full
from bot.sandbox.view_pull import review as shown_review
from bot.sandbox.view_pull import review_comment as shown_inline


def _repository(view: View, repo: Repo) -> Json:
    return view.repo(repo) | {"allow_forking": True, "is_template": False}


def pull_request(view: View, pull: Pull, action: str, sender: str, **more: object) -> Json:
    """A `pull_request` event."""
    return {
        "action": action,
        "number": pull.number,
        "pull_request": pull_full(view, pull),
        "repository": _repository(view, pull.repo),
        "sender": view.user(sender),
        **more,
    }


def labelled(view: View, pull: Pull, action: str, sender: str, name: str) -> Json:
    """A `pull_request` event about a label."""
    return pull_request(view, pull, action, sender, label=label(view, pull.repo, name))


def issue_comment(
    view: View,
    pull: Pull,
    comment: IssueComment,
    sender: str,
    action: str = "created",
    before: str | None = None,
) -> Json:
    """An `issue_comment` event; `before` is the body an edit replaced."""
    told: Json = {
        "action": action,
        "issue": _issue(view, pull),
        "comment": shown_comment(view, pull, comment),
        "repository": _repository(view, pull.repo),
        "sender": view.user(sender),
    }
    return told | ({"changes": {"body": {"from": before}}} if before is not None else {})


def review_comment(view: View, pull: Pull, comment: ReviewComment) -> Json:
    """A `pull_request_review_comment` event."""
    return {
        "action": "created",
        "comment": shown_inline(view, pull, comment),
        "pull_request": pull_brief(view, pull),
        "repository": _repository(view, pull.repo),
        "sender": view.user(comment.author),
    }


def review(view: View, pull: Pull, made: Review) -> Json:
    """A `pull_request_review` event: somebody submitted one."""
    return {
        "action": "submitted",
        "review": shown_review(view, pull, made) | {"state": made.state.lower()},
        "pull_request": pull_brief(view, pull),
        "repository": _repository(view, pull.repo),
        "sender": view.user(made.author),
    }


def thread(view: View, pull: Pull, first: ReviewComment, sender: str) -> Json:
    """A `pull_request_review_thread` event: it was resolved, or opened again."""
    said = [first, *(each for each in pull.comments if each.reply_to == first.id)]
    return {
        "action": "unresolved" if first.resolved_by is None else "resolved",
        "thread": {
            "node_id": f"PRRT_{first.id}",
            "comments": [shown_inline(view, pull, each) for each in said],
        },
        "pull_request": pull_brief(view, pull),
        "repository": _repository(view, pull.repo),
        "sender": view.user(sender),
    }


def _issue(view: View, pull: Pull) -> Json:
    """The pull request as the issue it also is."""
    shown = pull_full(view, pull)
    url = f"{view.api}/repos/{pull.repo.full_name}/issues/{pull.number}"
    same = (
        "number",
        "title",
        "user",
        "state",
        "locked",
        "assignee",
        "assignees",
        "milestone",
        "comments",
        "created_at",
        "updated_at",
        "closed_at",
        "author_association",
        "active_lock_reason",
        "body",
        "labels",
        "html_url",
        "draft",
    )
    links = ("url", "html_url", "diff_url", "patch_url", "merged_at")
    return {name: shown[name] for name in same} | {
        "id": pull.id + 500_000_000,
        "node_id": shown["node_id"],
        "url": url,
        "repository_url": f"{view.api}/repos/{pull.repo.full_name}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "pull_request": {name: shown[name] for name in links},
        "reactions": view.reactions(url, []),
        "performed_via_github_app": None,
        "state_reason": None,
    }


def check_run(view: View, repo: Repo, check: CheckRun, action: str, sender: str) -> Json:
    """A `check_run` event."""
    app = view.world.apps[check.app_id]
    shown = shown_check(view, repo, app, check)
    suite = {
        "id": suite_id(check),
        "node_id": f"CS_{suite_id(check)}",
        "head_branch": None,
        "head_sha": check.head_sha,
        "status": check.status,
        "conclusion": check.conclusion,
        "url": f"{view.api}/repos/{repo.full_name}/check-suites/{suite_id(check)}",
        "before": None,
        "after": None,
        "pull_requests": shown["pull_requests"],
        "app": shown["app"],
        "created_at": iso(check.started_at),
        "updated_at": iso(check.started_at),
    }
    return {
        "action": action,
        "check_run": shown | {"check_suite": suite},
        "repository": _repository(view, repo),
        "sender": view.user(sender),
    }


def merge_group(view: View, repo: Repo, sha: str, ref: str, base: tuple[str, str]) -> Json:
    """A `merge_group` event; `base` is the commit the group stands on, and its branch."""
    [made] = repo.git.log("-1", sha)
    person = {"name": made.author, "email": made.email}
    return {
        "action": "checks_requested",
        "merge_group": {
            "head_sha": sha,
            "head_ref": f"refs/heads/{ref}",
            "base_sha": base[0],
            "base_ref": f"refs/heads/{base[1]}",
            "head_commit": {
                "id": sha,
                "tree_id": made.tree,
                "message": made.message,
                "timestamp": made.when,
                "author": person,
                "committer": person,
            },
        },
        "repository": _repository(view, repo),
        "sender": view.user("github-merge-queue[bot]"),
    }


def installation(
    view: View, place: Installation, repos: list[Repo], action: str, sender: str
) -> Json:
    """An `installation` event."""
    return {
        "action": action,
        "installation": view.installation(place),
        "repositories": [named(repo) for repo in repos],
        "requester": None,
        "sender": view.user(sender),
    }


def named(repo: Repo) -> Json:
    """A repository as an installation lists it."""
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
    }


def ping(view: View, app: App) -> Json:
    """What a new hook is greeted with."""
    url = f"{view.api}/app/hook"
    return {
        "zen": "Keep it logically awesome.",
        "hook_id": app.id,
        "hook": {
            "type": "App",
            "id": app.id,
            "app_id": app.id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {
                "content_type": app.content_type,
                "insecure_ssl": "0",
                "secret": "********",
                "url": app.hook_url or "",
            },
            "created_at": iso(app.created_at),
            "updated_at": iso(app.created_at),
            "deliveries_url": f"{url}/deliveries",
        },
    }
