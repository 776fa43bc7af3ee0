"""Loads the sandbox's pages, writes what is to be seen on them, and looks into their HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import requests

from bot.sandbox import Sandbox
from tests.sandbox.asking import Client

REVIEWS = "/repos/acme/shop/pulls/1/reviews"
CHECKS = "/repos/acme/shop/check-runs"


def load(github: Sandbox, path: str = "/acme/shop/pull/1") -> requests.Response:
    return requests.get(github.world.url + path, timeout=10)


def page(github: Sandbox, tab: str = "") -> str:
    answer = load(github, f"/acme/shop/pull/1{tab}")
    assert answer.status_code == 200
    return answer.text


def comment(line: int, body: str = "Look.", **more: Any) -> dict[str, Any]:
    return {"path": "src/cart.py", "line": line, "side": "RIGHT", "body": body, **more}


def review(bot: Client, *comments: dict[str, Any], body: str = "Read.") -> None:
    answer = bot.post(REVIEWS, {"body": body, "event": "COMMENT", "comments": list(comments)})
    assert answer.status_code == 200


def check(bot: Client, sha: str, conclusion: str | None = "success", **output: Any) -> int:
    sent: dict[str, Any] = {"name": "AI Review", "head_sha": sha, "external_id": "7-1-abc-1"}
    sent |= {"output": {"title": "Read", "summary": "All of it.", **output}}
    sent |= {"conclusion": conclusion} if conclusion else {"status": "in_progress"}
    made = bot.post(CHECKS, sent)
    assert made.status_code == 201
    number: int = made.json()["id"]
    return number


def note(line: int, path: str = "src/cart.py", **more: Any) -> dict[str, Any]:
    place = {"path": path, "start_line": line, "end_line": line}
    return {**place, "annotation_level": "warning", "message": "Mind this.", **more}


def below(html: str, row: str) -> str:
    """What stands between the diff's line `row` and its next line."""
    after = html.split(f'id="{row}"', 1)[1].split("</tr>", 1)[1]
    return re.split(r'<tr class="(?:same|added|removed|hunk|remark)"', after)[0]


class Tags(HTMLParser):
    """The names of all tags and attributes of a page, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.links = set[str](), set[str](), set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}
