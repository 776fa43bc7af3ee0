"""Commands through the real queues and the real worker, also when it is killed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bot.domain.asked import CommentRef, Delivery, Person, Spoken, Where
from bot.domain.command import Command, Verb
from bot.domain.pull import PullRef
from bot.engine.queues import Queues
from bot.sandbox import RepoScene
from bot.settings import load
from tests.fakes.model import FakeModel
from tests.journeys.system import System, wait_for
from tests.journeys.test_journeys import FINDING, concluded, opened

pytestmark = pytest.mark.slow
NUMBERS = itertools.count(1)


def say(
    system: System, repo: RepoScene, number: int, *verbs: Verb, thread: int = 0, **more: Any
) -> int:
    """What the receiver would queue for a comment by ada; the comment's id."""
    system.github.person("ada", permission="write")
    body = "/ai-review …"
    comment = (
        repo.reply(number, thread, body, by="ada")
        if thread
        else repo.comment(number, body, by="ada")
    )
    spoken = Spoken(
        PullRef(repo.full_name, repo.id, number, "", system.github.installation.id),
        CommentRef(Where.THREAD if thread else Where.CONVERSATION, comment, thread),
        Person(system.github.world.person("ada").id, "ada"),
        tuple(Command(each, **more) for each in verbs),
    )
    queues = Queues(load(system.environment(), env_file=None).database_url)
    queues.deliver(Delivery(f"spoken-{next(NUMBERS)}", "issue_comment", "created"), spoken)
    return comment


def reactions(repo: RepoScene, number: int, comment: int) -> list[str]:
    pull = repo.pull(number)
    said = [*pull.conversation, *pull.comments]
    found = next(each for each in said if each.id == comment)
    return [each.content for each in found.reactions]


def test_a_comment_is_obeyed_from_the_queue_to_the_last_reaction(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    assert concluded(repo, number).conclusion == "failure"
    [finding] = repo.pull(number).comments
    thread = finding.id
    ignored = say(system, repo, number, Verb.IGNORE, thread=thread, words="the store is hashed")
    wait_for(lambda: reactions(repo, number, ignored) == ["eyes", "rocket"])
    both = say(system, repo, number, Verb.PAUSE, Verb.REVIEW)
    check = concluded(repo, number, 2)
    assert check.conclusion == "success"
    assert check.title == "No findings, 1 ignored"
    wait_for(lambda: reactions(repo, number, both) == ["eyes", "rocket"])
    repo.push(number, {"src/cart.js": "export const total = 0;\n"})
    assert concluded(repo, number, 3).conclusion == "skipped"
    [answer] = [each for each in repo.pull(number).conversation if each.author.endswith("[bot]")]
    assert answer.body.startswith("Paused: ")
