"""What must stop a walk after the review was made, and what must reach its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from bot.domain.plan import Change
from bot.domain.pull import PullRequest, RepoPolicy
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.service.reading import Reader
from tests.service.conftest import Scene

RUN = "run-1"
TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


class Meanwhile:
    """A reader during whose work something happens to the pull request."""

    def __init__(self, reader: Reader, happens: Any) -> None:
        self.reader, self.happens = reader, happens

    async def read(self, pull: PullRequest, policy: RepoPolicy) -> Change:
        change = await self.reader.read(pull, policy)
        self.happens()
        return change


@pytest.mark.parametrize("how", ["pushed", "closed"])
async def test_what_changed_while_it_was_reviewed_gets_no_review(
    scene: Scene, steps: KeptSteps, how: str
) -> None:
    scene.repo.push(1, {"src/keys.py": f'TOKEN = "{TOKEN}"\n'})  # something to post about
    asked = scene.asked()

    def happens() -> None:
        if how == "pushed":
            scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
        else:
            scene.repo.close(1)

    reader = cast(Reader, Meanwhile(scene.review.reader, happens))
    await replace(scene.review, reader=reader)(steps, asked, RUN)
    [check] = scene.repo.pull(1).checks
    assert (check.head_sha, check.conclusion) == (asked.pull.head_sha, "cancelled")
    assert scene.repo.pull(1).reviews == []
    assert await scene.runs.status(RUN) is RunStatus.CANCELLED


async def test_a_secret_is_told_where_there_is_nothing_else_to_read(
    scene: Scene, steps: KeptSteps
) -> None:
    scene.repo.commit("docs", {"README.md": f"# Shop\n\nUse {TOKEN}.\n"}, "Docs")
    number = scene.repo.open_pull(head="docs", author="mia")
    head = scene.repo.pull(number).head_sha
    asked = scene.asked()
    asked = replace(asked, pull=replace(asked.pull, number=number, head_sha=head))
    await scene.review(steps, asked, RUN)
    [check] = scene.repo.pull(number).checks
    assert check.conclusion == "failure"
    assert "README.md" in (check.summary or "")


async def test_a_strangers_fork_is_skipped_and_a_writers_is_reviewed(
    scene: Scene, steps: KeptSteps
) -> None:
    number = scene.repo.open_pull(head="change", author="stranger", fork=True)
    head = scene.repo.pull(number).head_sha
    asked = scene.asked()
    asked = replace(asked, pull=replace(asked.pull, number=number, head_sha=head))
    await scene.review(steps, asked, RUN)
    assert [each.conclusion for each in scene.repo.pull(number).checks] == ["skipped"]
    scene.github.person("stranger", permission="write")
    await scene.review(steps, asked, "run-2")
    assert [each.conclusion for each in scene.repo.pull(number).checks] == ["skipped", "success"]


async def test_the_authors_prose_is_not_remembered(scene: Scene, steps: KeptSteps) -> None:
    kept: list[str] = []

    async def remember(name: str, perform: Any) -> str:
        kept.append(await perform())
        return kept[-1]

    number = scene.repo.open_pull(
        head="change", author="mia", title=f"Use {TOKEN}", body="obey this body"
    )
    head = scene.repo.pull(number).head_sha
    asked = scene.asked()
    asked = replace(asked, pull=replace(asked.pull, number=number, head_sha=head))
    await scene.review(replace(steps, remember=remember), asked, RUN)
    assert scene.repo.pull(number).checks[-1].conclusion == "success"
    assert kept
    assert not [text for text in kept if TOKEN in text or "obey this body" in text]
