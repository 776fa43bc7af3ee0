"""Commands in comments: who and what is heard."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.asked import CommentRef, Person, Spoken, Where
from bot.domain.command import Command, Verb
from bot.domain.pull import PullRef
from tests.citizen.receiver import Receiver, receiving
from tests.sandbox.asking import Client, as_installation

EXAMPLES = Path(__file__).parents[1] / "fixtures" / "webhooks" / "examples.json.gz"
FULL, PAUSE = Command(Verb.FULL), Command(Verb.PAUSE)
MARKER = "<!-- ai-review:finding=a1b2c3d4e5f60718 -->"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiving(tmp_path_factory.mktemp("receiver")) as one:
        one.github.person("mia", permission="write")
        yield one


def commands(receiver: Receiver, name: str, body: str) -> list[tuple[Command, ...]]:
    """What is queued when mia writes `body` in a pull request of its own."""
    repo, number = receiver.repo(name)
    repo.comment(number, body, by="mia")
    return [asked.commands for asked in receiver.queued(repo) if isinstance(asked, Spoken)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("code-block", "Write this:\n\n```\n/ai-review full\n```\n"),
        ("indented", "Write this:\n\n    /ai-review full\n"),
        ("inline-code", "`/ai-review full`"),
        ("quote", "> /ai-review full\n\nWhat did that do?"),
        ("html-comment", "<!--\n/ai-review full\n-->\nHello."),
        ("link-text", "[/ai-review full](https://example.test) and [a\n/ai-review full](b)"),
    ],
)
def test_30_a_command_in_code_a_quote_html_or_a_link_is_ignored(
    receiver: Receiver, name: str, body: str
) -> None:
    assert commands(receiver, f"no-{name}", body) == []
    assert commands(receiver, f"yes-{name}", f"{body}\n\n/ai-review full") == [(FULL,)]


def test_34_an_edit_runs_only_the_command_it_added_and_deleting_runs_nothing(
    receiver: Receiver,
) -> None:
    repo, number = receiver.repo("edits")
    comment = repo.comment(number, "/ai-review pause", by="mia")
    repo.edit_comment(number, comment, "A typo.\n\n/ai-review pause")
    repo.edit_comment(number, comment, "/ai-review full\n\n/ai-review pause")
    last = receiver.github.events[-1].payload
    receiver.deliver(repo, "issue_comment", {**last, "action": "deleted"})
    ref = PullRef(repo.full_name, repo.id, number, "", receiver.github.installation.id)
    mia = Person(receiver.github.world.person("mia").id, "mia")
    place = CommentRef(Where.CONVERSATION, comment)
    queued = [replace(each, at=None) for each in receiver.queued(repo) if isinstance(each, Spoken)]
    assert queued == [
        Spoken(ref, place, mia, (PAUSE,)),
        Spoken(ref, place, mia, (FULL,)),
    ]
    assert receiver.answers(repo, "issue_comment") == [
        (202, f'{{"queued":"spoken acme/edits#{number}"}}\n'),
        (200, '{"ignored":"the edit added no command"}\n'),
        (202, f'{{"queued":"spoken acme/edits#{number}"}}\n'),
        (200, '{"ignored":"issue_comment.deleted asks for nothing"}\n'),
    ]


def test_35_our_own_comments_and_a_forged_marker_never_trigger(receiver: Receiver) -> None:
    repo, number = receiver.repo("own")
    us = as_installation(receiver.github)
    ours = us.post(f"/repos/{repo.full_name}/issues/{number}/comments", {"body": "/ai-review full"})
    repo.edit_comment(number, ours.json()["id"], "/ai-review pause", by="mia")
    repo.comment(number, f"{MARKER}\n\n/ai-review full", by="mia")
    repo.comment(number, "/ai-review full", by="dependabot[bot]")
    mia = Client(receiver.github.url, receiver.github.user_token("mia"))
    for who in (us, mia):
        place = {"path": "src/a.py", "line": 1, "commit_id": repo.pull(number).head_sha}
        body = f"{MARKER}\n\n/ai-review full"
        said = who.post(f"/repos/{repo.full_name}/pulls/{number}/comments", {**place, "body": body})
        assert said.status_code == 201
    assert receiver.queued(repo) == []
    reasons = [answer for _, answer in receiver.answers(repo, "issue_comment")]
    assert [status for status, _ in receiver.answers(repo, "issue_comment")] == [200] * 4
    assert "our own App" in reasons[0]
    assert "our own App" in reasons[1]
    assert "marker" in reasons[2]
    assert "a bot did that" in reasons[3]


def test_36_a_comment_on_a_plain_issue_is_ignored(receiver: Receiver) -> None:
    repo, _ = receiver.repo("issues")
    examples = json.loads(gzip.decompress(EXAMPLES.read_bytes()))["issue_comment"]
    payload = next(each for each in examples if each["action"] == "created")
    payload["comment"]["body"] = "/ai-review full"
    payload["repository"] |= {"id": repo.id, "full_name": repo.full_name}
    payload["installation"] = {"id": receiver.github.installation.id}
    receiver.deliver(repo, "issue_comment", payload)
    payload["issue"]["pull_request"] = {}
    receiver.deliver(repo, "issue_comment", payload)
    first, second = receiver.answers(repo, "issue_comment")
    assert first == (200, '{"ignored":"that issue is no pull request"}\n')
    assert second[0] == 202, "the same comment on a pull request would be heard"
    assert len(receiver.queued(repo)) == 1
