"""Files at a commit, blobs, and the comparison of two commits."""

from __future__ import annotations

import base64
from urllib.parse import quote

from flask import Blueprint, Response, request

from bot.sandbox.answers import Refused, not_found
from bot.sandbox.asking import Answer, Ask, on_repo, paged, whole
from bot.sandbox.diff import MOST_FILES_IN_A_DIFF, changed_files
from bot.sandbox.git import Entry, NoSuchObject
from bot.sandbox.state import Repo
from bot.sandbox.view import Json
from bot.sandbox.view_pull import changed_file, commit

api = Blueprint("contents", __name__)
READ = ("contents", "read")
INLINE_BYTES = 1_000_000
MOST_BYTES = 100_000_000
MOST_ENTRIES = 1_000
MOST_COMMITS = 250


@api.get("/repos/<owner>/<name>/contents/", defaults={"path": ""})
@api.get("/repos/<owner>/<name>/contents/<path:path>")
def contents(owner: str, name: str, path: str) -> Answer:
    """A file or a folder at a commit."""
    ask, repo = on_repo(owner, name, READ)
    ref = request.args.get("ref") or repo.default_branch
    try:
        at = repo.git.resolve(ref)
    except NoSuchObject as error:
        raise Refused(404, f"No commit found for the ref {ref}") from error
    path = path.strip("/")
    found = repo.git.entries(at, path)
    if len(found) == 1 and found[0].path == path and found[0].kind == "blob":
        return _file(ask, repo, found[0], ref)
    if not found:
        raise not_found()
    return [_entry(ask, repo, entry, ref) for entry in found[:MOST_ENTRIES]]  # never paged


def _entry(ask: Ask, repo: Repo, entry: Entry, ref: str) -> Json:
    url = f"{ask.view.api}/repos/{repo.full_name}"
    page = f"{ask.view.html}/{repo.full_name}"
    where, kind = quote(entry.path), {"blob": "file", "tree": "dir"}.get(entry.kind, "submodule")
    this = f"{url}/contents/{where}?ref={quote(ref)}"
    git = f"{url}/git/{'trees' if entry.kind == 'tree' else 'blobs'}/{entry.sha}"
    html = f"{page}/{'tree' if entry.kind == 'tree' else 'blob'}/{quote(ref)}/{where}"
    raw = f"{page}/raw/{quote(ref)}/{where}" if entry.kind == "blob" else None
    return {
        "name": entry.path.rsplit("/", 1)[-1],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size,
        "type": kind,
        "url": this,
        "git_url": git,
        "html_url": html,
        "download_url": raw,
        "_links": {"self": this, "git": git, "html": html},
    }


def _file(ask: Ask, repo: Repo, entry: Entry, ref: str) -> Answer:
    if entry.size > MOST_BYTES:
        error = {"resource": "Blob", "field": "data", "code": "too_large"}
        raise Refused(403, "This API returns blobs up to 100 MB in size.", [error])
    if "raw" in request.headers.get("Accept", ""):
        return Response(
            repo.git.read(entry.sha), content_type="application/vnd.github.raw; charset=utf-8"
        )
    small = entry.size <= INLINE_BYTES
    text = base64.encodebytes(repo.git.read(entry.sha)).decode() if small else ""
    return _entry(ask, repo, entry, ref) | {
        "content": text,
        "encoding": "base64" if small else "none",
    }


@api.get("/repos/<owner>/<name>/git/blobs/<sha>")
def blob(owner: str, name: str, sha: str) -> Answer:
    """A blob by its id."""
    ask, repo = on_repo(owner, name, READ)
    content = repo.git.read(repo.git.object_id(f"{sha}^{{blob}}"))
    if "raw" in request.headers.get("Accept", ""):
        return Response(content, content_type="application/vnd.github.raw; charset=utf-8")
    return {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(content),
        "url": f"{ask.view.api}/repos/{repo.full_name}/git/blobs/{sha}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }


@api.get("/repos/<owner>/<name>/compare/<path:basehead>")
def compare(owner: str, name: str, basehead: str) -> Answer:
    """Two commits compared from where they part."""
    ask, repo = on_repo(owner, name, READ)
    git = repo.git
    base, dots, head = (part.rsplit(":", 1)[-1] for part in basehead.partition("..."))
    if not dots:
        raise not_found()
    one, other = git.resolve(base), git.resolve(head)
    fork = git.merge_base(one, other)
    ahead, behind = git.count(one, other), git.count(other, one)
    made = git.log(f"{one}..{other}")[:MOST_COMMITS]
    files = changed_files(git, fork, other)[:MOST_FILES_IN_A_DIFF] if whole("page", 1) == 1 else ()
    page = f"{ask.view.html}/{repo.full_name}/compare/{quote(basehead)}"
    words = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    return {
        "url": f"{ask.view.api}/repos/{repo.full_name}/compare/{quote(basehead)}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit(ask.view, repo, git.log("-1", one)[0]),
        "merge_base_commit": commit(ask.view, repo, git.log("-1", fork)[0]),
        "status": words.get((ahead > 0, behind > 0), "identical"),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [commit(ask.view, repo, one) for one in made],
        "files": [changed_file(ask.view, repo, other, file) for file in files],
    }


@api.get("/repos/<owner>/<name>/commits/<sha>")
def one_commit(owner: str, name: str, sha: str) -> Answer:
    """One commit."""
    ask, repo = on_repo(owner, name, READ)
    return commit(ask.view, repo, repo.git.log("-1", repo.git.resolve(sha))[0])


@api.get("/repos/<owner>/<name>/branches")
def branches(owner: str, name: str) -> Answer:
    """The branches."""
    ask, repo = on_repo(owner, name, READ)
    url = f"{ask.view.api}/repos/{repo.full_name}/commits"
    found = list(repo.git.branches().items())
    return paged(
        found,
        lambda pair: {
            "name": pair[0],
            "commit": {"sha": pair[1], "url": f"{url}/{pair[1]}"},
            "protected": False,
        },
    )
