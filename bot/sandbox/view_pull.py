"""Pull requests, their files, commits, reviews and comments as the API's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from bot.sandbox.access import association
from bot.sandbox.diff import Changed, carried, changed_files
from bot.sandbox.git import Commit, Git
from bot.sandbox.state import IssueComment, Pull, Repo, Review, ReviewComment
from bot.sandbox.view import Json, View, iso


def base_of(pull: Pull, head: str | None = None) -> str:
    """Where the pull request's own changes begin: the three-dot diff starts here."""
    return _merge_base(pull.repo.git, pull.base_sha, head or pull.head_sha)


def files_of(pull: Pull, head: str | None = None) -> tuple[Changed, ...]:
    """What the pull request changes, as of `head` or its newest head."""
    return changed_files(pull.repo.git, base_of(pull, head), head or pull.head_sha)


def commits_of(pull: Pull) -> list[Commit]:
    """The pull request's commits, oldest first."""
    return list(_log(pull.repo.git, base_of(pull), pull.head_sha))


@lru_cache(maxsize=512)
def _merge_base(git: Git, one: str, other: str) -> str:
    return git.merge_base(one, other)


@lru_cache(maxsize=512)
def _log(git: Git, since: str, until: str) -> tuple[Commit, ...]:
    return tuple(git.log(f"{since}..{until}"))


def pull_brief(view: View, pull: Pull) -> Json:
    """A pull request as lists show it."""
    return {
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": view.user(pull.author),
        "body": pull.body,
        "draft": pull.draft,
        "labels": [label(view, pull.repo, name) for name in pull.labels],
        "head": _branch(view, pull.head_repo, pull.head_ref, pull.head_sha),
        "base": _branch(view, pull.repo, pull.base_ref, pull.base_sha),
        "author_association": association(view.world, pull, pull.author),
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso(pull.closed_at) if pull.closed_at else None,
        "merged_at": iso(pull.closed_at) if pull.merged and pull.closed_at else None,
        "merge_commit_sha": None,
        **dict.fromkeys(("assignee", "milestone", "auto_merge", "active_lock_reason")),
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        **dict(_links(view, pull)),
    }


def pull_full(view: View, pull: Pull) -> Json:
    """A pull request asked for by number."""
    files = files_of(pull)
    return pull_brief(view, pull) | {
        "merged": pull.merged,
        "mergeable": True if pull.state == "open" else None,
        "rebaseable": None,
        "mergeable_state": "clean" if pull.state == "open" else "unknown",
        "merged_by": None,
        "comments": len(pull.conversation),
        "review_comments": len(pull.comments),
        "maintainer_can_modify": pull.head_repo is not pull.repo,
        "commits": len(commits_of(pull)),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def _links(view: View, pull: Pull) -> Iterator[tuple[str, str | Json]]:
    repo, page = f"{view.api}/repos/{pull.repo.full_name}", page_of(view, pull)
    url, issue = f"{repo}/pulls/{pull.number}", f"{repo}/issues/{pull.number}"
    found = {
        "self": url,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{repo}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{repo}/statuses/{pull.head_sha}",
    }
    yield "_links", {name: {"href": to} for name, to in found.items()}
    yield from ((f"{name}_url", to) for name, to in found.items() if name != "self")
    yield from (("url", url), ("diff_url", f"{page}.diff"), ("patch_url", f"{page}.patch"))


def page_of(view: View, pull: Pull) -> str:
    """The pull request's page in a browser."""
    return f"{view.html}/{pull.repo.full_name}/pull/{pull.number}"


def label(view: View, repo: Repo, name: str) -> Json:
    """A label; its number is made from its name so that it stays the same."""
    number = sum(name.encode())
    return {
        "id": number,
        "node_id": f"LA_{number}",
        "url": f"{view.api}/repos/{repo.full_name}/labels/{quote(name)}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def _branch(view: View, repo: Repo, ref: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": view.user(repo.owner),
        "repo": view.repo(repo)
        | {
            f"allow_{how}": True
            for how in ("merge_commit", "squash_merge", "rebase_merge", "forking")
        },
    }


def changed_file(view: View, repo: Repo, head: str, file: Changed) -> Json:
    """One entry of a list of changed files."""
    path, page = quote(file.path), f"{view.html}/{repo.full_name}"
    entry: Json = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{page}/blob/{head}/{path}",
        "raw_url": f"{page}/raw/{head}/{path}",
        "contents_url": f"{view.api}/repos/{repo.full_name}/contents/{path}?ref={head}",
    }
    optional = {"previous_filename": file.previous, "patch": file.patch}
    return entry | {name: value for name, value in optional.items() if value is not None}


def commit(view: View, repo: Repo, made: Commit) -> Json:
    """A commit."""
    url, page = f"{view.api}/repos/{repo.full_name}", f"{view.html}/{repo.full_name}/commit"
    who = {"name": made.author, "email": made.email, "date": made.when}
    return {
        "sha": made.sha,
        "node_id": f"C_{made.sha}",
        "url": f"{url}/commits/{made.sha}",
        "html_url": f"{page}/{made.sha}",
        "comments_url": f"{url}/commits/{made.sha}/comments",
        "author": view.user(made.author),
        "committer": view.user(made.author),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/{sha}"}
            for sha in made.parents
        ],
        "commit": {
            "author": who,
            "committer": who,
            "message": made.message,
            "comment_count": 0,
            "tree": {"sha": made.tree, "url": f"{url}/git/trees/{made.tree}"},
            "url": f"{url}/git/commits/{made.sha}",
        },
    }


def review(view: View, pull: Pull, one: Review) -> Json:
    """A review; a pending one has no time of submission."""
    url = f"{view.api}/repos/{pull.repo.full_name}/pulls/{pull.number}"
    page = f"{page_of(view, pull)}#pullrequestreview-{one.id}"
    shown: Json = {
        "id": one.id,
        "node_id": f"PRR_{one.id}",
        "user": view.user(one.author),
        "body": one.body,
        "state": one.state,
        "html_url": page,
        "pull_request_url": url,
        "author_association": association(view.world, pull, one.author),
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "commit_id": one.commit_id,
    }
    return shown | ({"submitted_at": iso(one.submitted_at)} if one.submitted_at else {})


def review_comment(view: View, pull: Pull, one: ReviewComment) -> Json:
    """An inline comment; `line` and `position` are null once the line is gone."""
    repo = f"{view.api}/repos/{pull.repo.full_name}/pulls"
    url, page = f"{repo}/comments/{one.id}", f"{page_of(view, pull)}#discussion_r{one.id}"
    links = {"self": url, "html": page, "pull_request": f"{repo}/{pull.number}"}
    line, start, position = line_now(pull, one)
    current = position is not None
    shown: Json = {
        "id": one.id,
        "node_id": f"PRRC_{one.id}",
        "pull_request_review_id": one.review_id,
        "url": url,
        "html_url": page,
        "pull_request_url": links["pull_request"],
        "_links": {name: {"href": to} for name, to in links.items()},
        "diff_hunk": one.diff_hunk,
        "path": one.path,
        "commit_id": pull.head_sha if current else one.commit_id,
        "original_commit_id": one.commit_id,
        "user": view.user(one.author),
        "body": one.body,
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "author_association": association(view.world, pull, one.author),
        "side": one.side,
        "start_side": one.start_side,
        "line": line,
        "start_line": start,
        "original_line": one.line or 1,
        "original_start_line": one.start_line,
        "position": position,
        "original_position": one.position or 1,
        "subject_type": "line" if one.line else "file",
        "reactions": view.reactions(url, one.reactions),
    }
    return shown | ({"in_reply_to_id": one.reply_to} if one.reply_to else {})


def line_now(pull: Pull, one: ReviewComment) -> tuple[int | None, int | None, int | None]:
    """Line, start line and position of a comment in the newest diff; all None once outdated."""
    file = next((f for f in files_of(pull) if f.path == one.path), None)
    if one.line is None:
        return (None, None, 1) if file else (None, None, None)
    now = one.line
    if one.side == "RIGHT" and one.commit_id != pull.head_sha:
        moved = carried(pull.repo.git, one.commit_id, pull.head_sha, one.path, one.line)
        if moved is None:
            return None, None, None
        now = moved
    place = file.places.get((one.side, now)) if file else None
    if place is None or place.text != one.diff_hunk.rsplit("\n", 1)[-1]:
        return None, None, None
    start = one.start_line + now - one.line if one.start_line else None
    return now, start, place.position


def issue_comment(view: View, pull: Pull, one: IssueComment) -> Json:
    """A comment of the conversation."""
    repo = f"{view.api}/repos/{pull.repo.full_name}/issues"
    url = f"{repo}/comments/{one.id}"
    app = view.world.apps.get(one.app_id) if one.app_id else None
    return {
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "url": url,
        "html_url": f"{page_of(view, pull)}#issuecomment-{one.id}",
        "issue_url": f"{repo}/{pull.number}",
        "user": view.user(one.author),
        "created_at": iso(one.created_at),
        "updated_at": iso(one.updated_at),
        "author_association": association(view.world, pull, one.author),
        "body": one.body,
        "reactions": view.reactions(url, one.reactions),
        "performed_via_github_app": view.app(app) if app else None,
    }
