"""Commands from the signed webhook through the queues and the worker to the last reaction."""

from __future__ import annotations

import pytest

from bot.sandbox import RepoScene
from tests.fakes.model import FakeModel
from tests.journeys.system import System, wait_for
from tests.journeys.test_journeys import FINDING, concluded, opened

pytestmark = pytest.mark.slow


def reactions(repo: RepoScene, number: int, comment: int) -> list[str]:
    pull = repo.pull(number)
    said = [*pull.conversation, *pull.comments]
    found = next(each for each in said if each.id == comment)
    return [each.content for each in found.reactions]


def test_a_comment_is_obeyed_from_its_webhook_to_its_last_reaction(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    assert concluded(repo, number).conclusion == "failure"
    [finding] = repo.pull(number).comments
    thread = finding.id
    system.github.person("ada", permission="write")
    ignored = repo.reply(number, thread, "/ai-review ignore the store is hashed", by="ada")
    wait_for(lambda: reactions(repo, number, ignored) == ["eyes", "rocket"])
    both = repo.comment(number, "/ai-review pause\n/ai-review", by="ada")
    check = concluded(repo, number, 2)
    assert check.conclusion == "success"
    assert check.title == "No findings, 1 ignored"
    wait_for(lambda: reactions(repo, number, both) == ["eyes", "rocket"])
    repo.push(number, {"src/cart.js": "export const total = 0;\n"})
    assert concluded(repo, number, 3).conclusion == "skipped"
    [answer] = [each for each in repo.pull(number).conversation if each.author.endswith("[bot]")]
    assert answer.body.startswith("Paused: ")
