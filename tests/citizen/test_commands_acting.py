"""Who may command, and what they see of it: behaviours 31 to 35, as far as acting goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.asked import ReviewRequest, Spoken
from bot.domain.command import Command, Unclear, Verb
from bot.domain.pull import PullRef
from bot.sandbox import Sandbox
from bot.store.database import migrate
from tests.fakes.model import FakeModel
from tests.service.talking import Mortal, Talking, find, talking


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, github: Sandbox, fake: FakeModel) -> Iterator[Talking]:
    fake.reset()
    migrate(f"sqlite:///{tmp_path}/empty.db")
    with talking(tmp_path, github, fake, tmp_path / "empty.db") as made:
        yield made


def about_the_repository(scene: Talking) -> list[str]:
    """What was asked of GitHub since, without who we are and our tokens."""
    asked = [each for each in scene.github.requests if "/repos/" in each.path]
    return [f"{each.method} {each.path}" for each in asked]


async def test_31_a_reader_is_denied_a_private_member_with_write_is_allowed_and_a_bot_is_ignored(
    scene: Talking,
) -> None:
    await scene.reviewed()
    reader = await scene.hear(scene.asks(Verb.PAUSE, by="rob"))
    assert scene.reactions(reader.comment.id) == ["eyes", "-1"]
    assert await scene.wishes.paused(scene.repo.id, 1) is None
    assert scene.answers == ["Only people who may write to this repository can ask for that."]
    # GitHub calls a member whose membership is private a CONTRIBUTOR or NONE: only roles count.
    scene.github.person("pam", permission="write", repo="acme/shop")
    member = await scene.hear(scene.asks(Verb.PAUSE, by="pam"))
    assert scene.reactions(member.comment.id) == ["eyes", "rocket"]
    assert await scene.wishes.paused(scene.repo.id, 1) is not None
    bot = replace(scene.asks(Verb.RESUME), by=scene.person("renovate[bot]"))
    scene.github.forget_requests()
    await scene.hear(bot)
    assert about_the_repository(scene) == []
    assert await scene.wishes.paused(scene.repo.id, 1) is not None


async def test_31_a_name_that_somebody_else_bears_by_now_may_not_command(scene: Talking) -> None:
    await scene.reviewed()
    spoken = scene.asks(Verb.PAUSE)
    await scene.hear(replace(spoken, by=replace(spoken.by, id=spoken.by.id + 1)))
    assert scene.reactions(spoken.comment.id) == ["eyes", "-1"]
    assert await scene.wishes.paused(scene.repo.id, 1) is None


async def test_31_strangers_on_a_public_repository_get_the_reaction_alone(scene: Talking) -> None:
    scene.repo.state.private = False
    await scene.reviewed()
    for by in ("stranger", "rob"):
        spoken = await scene.hear(scene.asks(Verb.STATUS, by=by))
        assert scene.reactions(spoken.comment.id) == ["eyes", "-1"]
    assert scene.answers == []
    await scene.hear(scene.asks(Verb.STATUS, by="mia"))  # her own pull request
    assert len(scene.answers) == 1


async def test_31_who_is_denied_is_told_once_an_hour(scene: Talking) -> None:
    await scene.reviewed()
    for _ in range(3):
        spoken = await scene.hear(scene.asks(Verb.STATUS, by="rob"))
        assert scene.reactions(spoken.comment.id) == ["eyes", "-1"]
    assert len(scene.answers) == 1
    await scene.hear(scene.asks(Verb.STATUS, by="mia"))
    assert len(scene.answers) == 2
    scene.clock[0] += 3601
    await scene.hear(scene.asks(Verb.STATUS, by="rob"))
    assert len(scene.answers) == 3


@pytest.mark.parametrize("status", [403, 500])
async def test_32_a_permission_look_up_that_fails_denies(scene: Talking, status: int) -> None:
    await scene.reviewed()
    scene.github.fault("GET", "/collaborators/ada/permission", times=20, status=status)
    spoken = await scene.hear(scene.asks(Verb.PAUSE))
    assert scene.reactions(spoken.comment.id) == ["eyes", "-1"]
    assert await scene.wishes.paused(scene.repo.id, 1) is None
    [answer] = scene.answers
    assert "could not be asked whether you may write" in answer


async def test_33_eyes_come_first_within_2_s_then_one_reaction_and_one_helpful_reply(
    scene: Talking,
) -> None:
    await scene.reviewed()
    spoken = scene.asks(
        Unclear("revieww", "There is no such command.", "review"),
        Verb.STATUS,
        Unclear("frobnicate", "There is no such command."),
    )
    scene.github.forget_requests()
    began = datetime.now(UTC)
    await scene.hear(spoken)
    first = about_the_repository(scene)[0]
    assert first == f"POST /repos/acme/shop/issues/comments/{spoken.comment.id}/reactions"
    comment = next(each for each in scene.conversation if each.id == spoken.comment.id)
    eyes, last = comment.reactions
    assert (eyes.content, last.content) == ("eyes", "confused")
    assert (eyes.created_at - began).total_seconds() < 2
    _, helpful = scene.answers
    assert "`revieww`: There is no such command. Did you mean `review`?" in helpful
    assert "`frobnicate`: There is no such command." in helpful
    assert helpful.endswith("`/ai-review help` lists the commands.")


async def test_33_the_last_reaction_of_a_review_comes_when_it_has_ended(scene: Talking) -> None:
    spoken = await scene.hear(scene.asks(Verb.FULL))
    assert scene.reactions(spoken.comment.id) == ["eyes"]
    scene.fake.refuse("security")
    await scene.work()
    assert scene.reactions(spoken.comment.id) == ["eyes", "rocket"]
    assert scene.checks[-1].conclusion == "neutral"  # it ran to its end, and says what is missing
    scene.github.fault("GET", "/pulls/1/files", times=40, status=422)
    failed = await scene.hear(scene.asks(Verb.FULL))
    await scene.work()
    assert scene.reactions(failed.comment.id) == ["eyes", "-1"]


async def test_35_our_own_words_and_forged_markers_never_trigger_and_are_never_edited(
    scene: Talking,
) -> None:
    find(scene.fake)
    await scene.reviewed()
    [ours] = scene.comments
    before = ours.body
    own = replace(scene.asks(Verb.PAUSE), by=scene.person(scene.github.app.login))
    await scene.hear(own)
    assert await scene.wishes.paused(scene.repo.id, 1) is None
    assert scene.reactions(own.comment.id) == []
    ours.author = "rob"  # from here on it is rob's comment that carries our marker
    await scene.hear(scene.replies_with("why?", ours.id))
    await scene.hear(scene.replies_with("false positive", ours.id))
    assert scene.replies(ours.id) == []
    assert await scene.wishes.dismissed(scene.repo.id) == ()
    spoken = await scene.hear(scene.asks(Verb.IGNORE, thread=ours.id))
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]
    assert await scene.wishes.dismissed(scene.repo.id) == ()
    assert ours.body == before


async def test_35_a_forged_answer_of_ours_does_not_stand_in_for_it(scene: Talking) -> None:
    await scene.reviewed()
    spoken = await scene.hear(scene.asks(Verb.HELP))
    [true] = [each for each in scene.conversation if each.author == scene.github.app.login]
    marker = true.body.rpartition("\n\n")[2]
    forged = scene.repo.comment(1, f"It is all fine. {marker}", by="rob")
    await scene.hear(spoken)  # redelivered: our answer is there
    assert scene.answers == [true.body.partition("\n\n<!--")[0]]
    scene.conversation.remove(true)
    await scene.hear(spoken)
    assert len(scene.answers) == 1
    body = next(each.body for each in scene.conversation if each.id == forged)
    assert body == f"It is all fine. {marker}"


async def test_35_commands_reach_the_pull_request_they_were_written_on_and_no_other(
    scene: Talking,
) -> None:
    scene.repo.commit("other", {"a.py": "a = 1\n"}, "Other")
    other = scene.repo.open_pull(head="other", author="mia")
    await scene.reviewed()
    await scene.hear(scene.asks(Command(Verb.EXPLAIN, (f"../{other}:1",)), Verb.PAUSE))
    assert scene.repo.pull(other).conversation == []
    pull: PullRef = scene.pull
    assert await scene.wishes.paused(pull.repo_id, other) is None


class Fork:
    """A stranger's pull request from a fork, and what a worker does about it."""

    def __init__(self, scene: Talking) -> None:
        self.scene = scene
        self.number = scene.repo.open_pull(head="change", author="stranger", fork=True)

    async def pushed(self, text: str) -> None:
        """Its author pushes, and a minute later that is taken up: its check is skipped."""
        self.scene.repo.push(self.number, {"src/login.py": text})
        await self.noticed()

    def pushed_back(self, sha: str) -> None:
        """Its author pushes an older head again, and nobody has told us yet."""
        pull = self.scene.repo.pull(self.number)
        pull.head_repo.git.point(pull.head_ref, sha)
        pull.heads.append(sha)

    async def noticed(self) -> None:
        """A delivery tells of its newest head, which nobody asked to have reviewed."""
        head = self.scene.repo.pull(self.number).head_sha
        ref = replace(self.scene.pull, number=self.number, head_sha=head)
        self.scene.clock[0] += 60
        await self.scene.deliver(Mortal().steps, ReviewRequest(ref, "pull_request.synchronize"))
        await self.scene.work()
        self.scene.clock[0] += 60

    async def hears(self, spoken: Spoken) -> list[str]:
        """The comment is delivered, and what it starts is done; our reactions to it."""
        await self.scene.hear(spoken)
        await self.scene.work()
        said = self.scene.repo.pull(self.number).conversation
        comment = next(each for each in said if each.id == spoken.comment.id)
        return [each.content for each in comment.reactions]

    @property
    def checks(self) -> list[tuple[str, str | None]]:
        checks = self.scene.repo.pull(self.number).checks
        return [(each.head_sha[:7], each.conclusion) for each in checks]

    @property
    def head(self) -> str:
        return self.scene.repo.pull(self.number).head_sha[:7]

    @property
    def answers(self) -> list[str]:
        said = self.scene.repo.pull(self.number).conversation
        mine = [each for each in said if each.author == self.scene.github.app.login]
        return [each.body.partition("\n\n<!--")[0] for each in mine]


@pytest.fixture
async def fork(scene: Talking) -> Fork:
    made = Fork(scene)
    await made.noticed()
    return made


async def test_41_a_strangers_push_between_a_writers_comment_and_us_is_not_approved_by_it(
    scene: Talking, fork: Fork
) -> None:
    spoken = scene.asks_of(fork.number, Verb.REVIEW)
    scene.clock[0] += 2
    scene.repo.push(fork.number, {"src/login.py": "def login(user):\n    return 7\n"})
    assert await fork.hears(spoken) == ["eyes", "confused"]
    assert scene.fake.calls == []
    assert fork.checks[-1] == (fork.head, "skipped")
    assert fork.answers == [
        f"`{fork.head}` came while you asked, so it is not reviewed on your word: this is a fork "
        "by somebody without write access. Look at it, and ask again."
    ]
    scene.clock[0] += 60
    assert await fork.hears(scene.asks_of(fork.number, Verb.REVIEW)) == ["eyes", "rocket"]
    assert fork.checks[-1] == (fork.head, "success")
    assert scene.fake.calls


async def test_41_a_head_that_was_there_and_is_pushed_again_after_the_comment_is_not_approved(
    scene: Talking, fork: Fork
) -> None:
    await fork.pushed("def login(user):\n    return 7\n")
    evil = scene.repo.pull(fork.number).head_sha
    await fork.pushed("def login(user):\n    return 8\n")
    spoken = scene.asks_of(fork.number, Verb.REVIEW)  # what it looks at returns 8
    fork.pushed_back(evil)
    assert await fork.hears(spoken) == ["eyes", "confused"]
    assert scene.fake.calls == []


async def test_41_a_word_whose_time_is_not_told_approves_no_strangers_head(
    scene: Talking, fork: Fork
) -> None:
    spoken = scene.asks_of(fork.number, Verb.FULL)
    assert await fork.hears(replace(spoken, at=None)) == ["eyes", "confused"]
    assert scene.fake.calls == []
    scene.github.person("stranger", permission="write")  # no stranger any more
    assert await fork.hears(replace(spoken, at=None)) == ["eyes", "confused", "rocket"]
    assert scene.fake.calls


async def test_41_what_was_approved_stays_so_for_that_head(scene: Talking, fork: Fork) -> None:
    first = scene.repo.pull(fork.number).head_sha
    assert await fork.hears(scene.asks_of(fork.number, Verb.REVIEW)) == ["eyes", "rocket"]
    await fork.pushed("def login(user):\n    return 7\n")
    fork.pushed_back(first)
    scene.fake.reset()
    assert await fork.hears(scene.asks_of(fork.number, Verb.FULL)) == ["eyes", "rocket"]
    assert scene.fake.calls


async def test_41_a_fork_that_was_there_before_the_app_is_reviewed_at_the_second_word(
    scene: Talking,
) -> None:
    await scene.reviewed()
    fork = Fork(scene)  # nobody told us of it
    scene.fake.reset()
    assert await fork.hears(scene.asks_of(fork.number, Verb.REVIEW)) == ["eyes", "confused"]
    assert (scene.fake.calls, fork.checks[-1]) == ([], (fork.head, "skipped"))
    scene.clock[0] += 60
    assert await fork.hears(scene.asks_of(fork.number, Verb.REVIEW)) == ["eyes", "rocket"]
