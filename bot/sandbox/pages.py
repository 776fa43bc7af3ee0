"""The sandbox in a browser: what a pull request's author would see."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.sandbox import pages_checks, pages_threads
from bot.sandbox.git import NoSuchObject
from bot.sandbox.pages_conversation import conversation, counted
from bot.sandbox.pages_markdown import markdown, safe_address
from bot.sandbox.state import Delivery, Pull, Repo, World
from bot.sandbox.view_pull import commits_of, files_of

MOST_DELIVERIES = 100
LONGEST_ANSWER = 2_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_REPO = "/<owner>/<name>"
_PULL = f"{_REPO}/pull/<int:number>"


def pages(world: World) -> Blueprint:
    """Pages over `world`: a pull request as its readers would see it."""
    site = Blueprint("pages", __name__)
    _words(site)
    _lists(site, world)
    _pulls(site, world)
    _pointers(site, world)

    @site.after_app_request
    def guarded(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    @site.app_errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        answer = _page("missing.html", code=error.code, name=error.name)
        answer.status_code = error.code or 500
        return answer

    return site


def _words(site: Blueprint) -> None:
    """What templates may call."""
    words: dict[str, Callable[..., Any]] = {
        "markdown": markdown,
        "safe_address": safe_address,
        "replaced_by": pages_threads.replaced_by,
        "rows_of": pages_threads.rows_of,
        "tone": pages_checks.tone,
        "outcome": pages_checks.outcome,
        "took_s": pages_checks.took_s,
        "moment": moment,
        "as_json": as_json,
        "counted": counted,
        "state_of": state_of,
    }
    for name, word in words.items():
        site.add_app_template_global(word, name)


def _lists(site: Blueprint, world: World) -> None:
    @site.get("/")
    def index() -> Response:
        return _page("index.html", repos=list(world.repos.values()))

    @site.get(_REPO)
    @site.get(f"{_REPO}/pulls")
    def repository(owner: str, name: str) -> Response:
        return _page("index.html", repos=[_repo(world, owner, name)], alone=True)

    @site.get("/deliveries")
    def deliveries() -> Response:
        newest: list[Delivery] = world.deliveries[: -MOST_DELIVERIES - 1 : -1]
        older = len(world.deliveries) - len(newest)
        return _page("deliveries.html", deliveries=newest, older=older, longest=LONGEST_ANSWER)


def _pulls(site: Blueprint, world: World) -> None:
    @site.get(_PULL)
    def pull(owner: str, name: str, number: int) -> Response:
        found = _pull(world, owner, name, number)
        checks = pages_checks.newest_checks(found)
        return _pull_page(
            "conversation.html",
            found,
            world,
            timeline=conversation(found),
            checks=checks,
            summary=pages_checks.summary(checks),
        )

    @site.get(f"{_PULL}/files")
    def files(owner: str, name: str, number: int) -> Response:
        found = _pull(world, owner, name, number)
        return _pull_page(
            "files.html",
            found,
            world,
            files=pages_threads.files_on_page(found),
            elsewhere=pages_threads.notes_elsewhere(found),
        )

    @site.get(f"{_PULL}/checks")
    def checks(owner: str, name: str, number: int) -> Response:
        found = _pull(world, owner, name, number)
        newest = pages_checks.newest_checks(found)
        earlier = [check for check in reversed(found.checks) if check not in newest]
        return _pull_page("checks.html", found, world, newest=newest, earlier=earlier)


def _pointers(site: Blueprint, world: World) -> None:
    """The addresses that the API's answers point to beside a pull request's own."""

    @site.get(f"{_REPO}/runs/<int:check>")
    def run(owner: str, name: str, check: int) -> AnyResponse:
        pulls = _repo(world, owner, name).pulls.values()
        of_check = (pull for pull in pulls if any(each.id == check for each in pull.checks))
        pull = next(of_check, None) or abort(404)
        return redirect(f"{_address('checks', pull)}#check-{check}")

    @site.get(f"{_REPO}/blob/<sha>/<path:path>")
    def blob(owner: str, name: str, sha: str, path: str) -> Response:
        repo = _repo(world, owner, name)
        try:
            content = repo.git.read(repo.git.object_id(f"{repo.git.resolve(sha)}:{path}"))
        except NoSuchObject:
            abort(404)
        text = None if b"\0" in content else content.decode(errors="replace")
        return _page("blob.html", repo=repo, sha=sha, path=path, text=text, size=len(content))


def _repo(world: World, owner: str, name: str) -> Repo:
    return world.repo(f"{owner}/{name}") or abort(404)


def _pull(world: World, owner: str, name: str, number: int) -> Pull:
    return _repo(world, owner, name).pulls.get(number) or abort(404)


def _address(page: str, pull: Pull) -> str:
    owner, name = pull.repo.owner, pull.repo.name
    return url_for(f"pages.{page}", owner=owner, name=name, number=pull.number)


def _pull_page(template: str, pull: Pull, world: World, **shown: Any) -> Response:
    changed = files_of(pull)
    return _page(
        template,
        pull=pull,
        apps=world.apps,
        address={page: _address(page, pull) for page in ("pull", "files", "checks")},
        commits=len(commits_of(pull)),
        changed=len(changed),
        additions=sum(file.additions for file in changed),
        deletions=sum(file.deletions for file in changed),
        talk=sum(1 for _ in pages_threads.seen_comments(pull)) + len(pull.conversation),
        **shown,
    )


def _page(template: str, **shown: Any) -> Response:
    """A page; what cannot be written as UTF-8, half a surrogate pair, becomes "?"."""
    html = render_template(template, **shown)
    return Response(html.encode(errors="replace"), content_type="text/html; charset=utf-8")


def moment(time: datetime) -> str:
    """A time in words, in its own zone."""
    return f"{time.day} {time:%B %Y, %H:%M:%S %Z}"


def as_json(value: Any) -> str:
    """A payload, indented for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def state_of(pull: Pull) -> str:
    """One word for where a pull request stands."""
    if pull.merged:
        return "merged"
    return "draft" if pull.draft and pull.state == "open" else pull.state
