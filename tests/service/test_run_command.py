"""Every command, done for who may command it, with its answer and its reaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.domain.asked import ReviewRequest
from bot.domain.command import Command, Unclear, Verb
from bot.domain.finding import Category
from bot.domain.opinions import Opinion
from bot.domain.run import RunRecord, RunStatus, StepEvent, run_id
from bot.engine.steps import Watch
from bot.sandbox import Sandbox
from bot.service.run_command import RunCommands
from tests.fakes.model import FakeModel
from tests.service.talking import HEAD, NOON, Died, Mortal, Talking, find, talking


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, github: Sandbox, fake: FakeModel, migrated: Path) -> Iterator[Talking]:
    fake.reset()
    with talking(tmp_path, github, fake, migrated) as made:
        yield made


def the_finding(scene: Talking) -> int:
    """The comment of the one finding."""
    [comment] = [each for each in scene.comments if not each.reply_to]
    return comment.id


# Reviews.


async def test_a_review_by_command_opens_a_draft_and_tells_how_it_ended(scene: Talking) -> None:
    scene.repo.ready(1, draft=True)
    await scene.reviewed()
    assert [each.conclusion for each in scene.checks] == ["skipped"]
    spoken = await scene.hear(scene.asks(Verb.REVIEW))
    assert scene.reactions(spoken.comment.id) == ["eyes"]
    [run] = await scene.work()
    assert [each.conclusion for each in scene.checks] == ["skipped", "success"]
    assert scene.reactions(spoken.comment.id) == ["eyes", "rocket"]
    record = await scene.review.runs.get(run)
    assert record is not None
    assert record.trigger == "command.review"
    assert scene.answers == []


async def test_a_head_that_has_its_review_is_not_paid_for_again(scene: Talking) -> None:
    await scene.reviewed()
    calls = len(scene.fake.calls)
    answer = await scene.said(Verb.REVIEW)
    assert "has its review: [No findings](" in answer
    assert scene.queue.started == []
    asked = scene.asks(Command(Verb.REVIEW, ("security",)))
    await scene.hear(asked)
    assert scene.queue.started == []
    await scene.hear(scene.asks(Verb.FULL))
    await scene.work()
    assert len(scene.fake.calls) == 2 * calls
    assert all("earlier head" not in (each.summary or "") for each in scene.checks)


async def test_a_reviewer_that_did_not_run_is_asked_when_named(scene: Talking) -> None:
    await scene.reviewed()
    before = {each.reviewer for each in scene.fake.calls}
    assert "performance" not in before
    await scene.hear(scene.asks(Command(Verb.REVIEW, ("performance",))))
    [(asked, _)] = scene.queue.started
    assert asked.asked_for == ("performance",)
    assert asked.by_person
    await scene.work()
    assert "performance" in {each.reviewer for each in scene.fake.calls}


async def test_after_a_failed_review_asking_again_reviews_again(scene: Talking) -> None:
    scene.fake.refuse("security", times=1)
    await scene.reviewed()
    await scene.hear(scene.asks(Verb.REVIEW))
    assert len(scene.queue.started) == 1


async def test_an_unknown_reviewer_is_not_guessed(scene: Talking) -> None:
    spoken = scene.asks(Command(Verb.REVIEW, ("securty",)))
    await scene.hear(spoken)
    assert scene.queue.started == []
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]
    assert scene.answers == [
        "`securty`: There is no reviewer securty; there is performance, quality and security. "
        "Did you mean `security`?\n\n`/ai-review help` lists the commands."
    ]


async def test_a_repositorys_own_reviewer_is_known_by_name(scene: Talking) -> None:
    front = 'name = "money"\ncategory = "quality"\ntier = "cheap"'
    own = f"+++\n{front}\n+++\n\nYou look at sums of money.\n"
    scene.repo.commit("main", {".github/ai-review/reviewers/money.md": own}, "Own reviewer")
    money = scene.asks(Command(Verb.REVIEW, ("money",)))
    await scene.hear(money)
    assert scene.queue.started == []  # the operator admits none
    heed = cast(RunCommands, scene.deliver.heed)
    judge = heed.office.use.judge
    house = replace(judge.house, admits=replace(judge.house.admits, reviewers=True))
    use = replace(heed.office.use, judge=replace(judge, house=house))
    open_ = replace(heed, office=replace(heed.office, use=use))
    scene.deliver = replace(scene.deliver, heed=open_)
    await scene.hear(money)
    assert [asked.asked_for for asked, _ in scene.queue.started] == [("money",)]


async def test_a_review_that_is_skipped_says_so_under_the_comment(scene: Talking) -> None:
    scene.repo.commit("main", {".github/ai-review.yml": "forks: never\n"}, "No forks")
    number = scene.repo.open_pull(head="change", author="stranger", fork=True)
    await scene.hear(scene.asks_of(number, Verb.REVIEW))
    await scene.work()
    [said] = scene.repo.pull(number).conversation
    assert [each.content for each in said.reactions] == ["eyes", "confused"]
    assert [each.conclusion for each in scene.repo.pull(number).checks] == ["skipped"]


async def test_a_review_that_a_push_overtakes_is_not_left_without_an_end(scene: Talking) -> None:
    spoken = await scene.hear(scene.asks(Verb.REVIEW))
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await scene.deliver(Mortal().steps, ReviewRequest(scene.pull, "pull_request.synchronize"))
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]
    [_, (newer, _)] = scene.queue.started
    assert newer.comment is None
    assert not newer.by_person  # what was asked for was that head alone


async def test_what_is_under_way_is_not_begun_anew(scene: Talking) -> None:
    run = await begun(scene)
    await scene.review.host.start_check(scene.pull, run, "Reviewing")
    steps = Mortal(dies="plan")
    with pytest.raises(Died):
        await scene.review(
            replace(steps.steps, watch=watching(scene, run)),
            ReviewRequest(scene.pull, "pull_request.opened"),
            run,
        )
    assert "is [under way](" in await scene.said(Verb.REVIEW)
    assert scene.queue.started == []


def watching(scene: Talking, run: str) -> Watch:
    async def watch(step: str, status: RunStatus, why: str) -> None:
        await scene.review.runs.note(StepEvent(run, step, status, 1.0, why))

    return watch


async def begun(scene: Talking, status: RunStatus = RunStatus.RUNNING) -> str:
    """A run that is on record as living."""
    pull = scene.pull
    run = run_id(pull.repo_id, pull.number, pull.head_sha, 1)
    await scene.review.runs.begin(
        RunRecord(run, pull.repo, pull.repo_id, 1, pull.head_sha, None, "opened", status, 1.0)
    )
    return run


# The pull request as a whole.


async def test_a_plan_costs_nothing_and_says_who_would_read(scene: Talking) -> None:
    answer = await scene.said(Verb.PLAN)
    assert scene.fake.calls == []
    assert "Nothing was paid for this plan." in answer
    assert "| security | 2 files |" in answer
    assert "Not run:\n\n- performance: " in answer or "| performance |" in answer
    assert scene.checks == []


async def test_paused_pushes_are_skipped_and_a_command_still_reviews(scene: Talking) -> None:
    await scene.reviewed()
    calls = len(scene.fake.calls)
    spoken = await scene.hear(scene.asks(Verb.PAUSE))
    assert scene.reactions(spoken.comment.id) == ["eyes", "rocket"]
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await scene.reviewed("pull_request.synchronize")
    check = scene.checks[-1]
    assert check.conclusion == "skipped"
    assert "paused by ada" in (check.summary or "")
    assert len(scene.fake.calls) == calls
    await scene.hear(scene.asks(Verb.REVIEW))
    await scene.work()
    assert scene.checks[-1].conclusion == "success"
    assert len(scene.fake.calls) > calls
    assert "reviewed again, from the next one on" in await scene.said(Verb.RESUME)
    scene.repo.push(1, {"src/cart.js": "export const total = 1;\n"})
    await scene.reviewed("pull_request.synchronize")
    assert scene.checks[-1].conclusion == "success"
    assert "was not paused" in await scene.said(Verb.RESUME)


async def test_cancel_ends_what_runs_and_its_check_says_by_whom(scene: Talking) -> None:
    assert "nothing to cancel" in await scene.said(Verb.CANCEL)
    run = await begun(scene)
    await scene.review.host.start_check(scene.pull, run, "Reviewing")
    assert "Cancelled: the check says by whom." in await scene.said(Verb.CANCEL)
    [check] = scene.checks
    assert check.conclusion == "cancelled"
    assert "Cancelled by ada." in (check.summary or "")
    assert scene.queue.stopped == [run]
    assert await scene.review.runs.status(run) is RunStatus.CANCELLED


async def test_status_tells_the_newest_head_and_what_it_cost(scene: Talking) -> None:
    assert f"`{scene.pull.head_sha[:7]}` has no review yet." in await scene.said(Verb.STATUS)
    find(scene.fake)
    run = await scene.reviewed()
    await scene.hear(scene.asks(Verb.PAUSE))
    answer = await scene.said(Verb.STATUS)
    record = await scene.review.runs.get(run)
    assert record is not None
    assert f"is done: [{record.note}](" in answer
    assert "Paused by ada" in answer
    assert "1 review of this pull request cost $0." in answer


@pytest.mark.parametrize("verb", [Verb.FIX, Verb.TESTS, Verb.IMPLEMENT])
async def test_commands_that_write_code_are_answered_honestly(scene: Talking, verb: Verb) -> None:
    spoken = await scene.hear(scene.asks(verb))
    assert scene.answers == [f"`{verb.value}`: this version of AI Review does not write code yet."]
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]


async def test_help_is_the_text_it_is_given(scene: Talking) -> None:
    assert "| `/ai-review unignore [finding or category …]` |" in await scene.said(Verb.HELP)
    await scene.hear(replace(scene.asks(Verb.HELP), slug="acme-review"))
    assert "`@acme-review` in the place of `/ai-review` does the same." in scene.answers[-1]


async def test_several_commands_are_done_in_their_order_with_one_reaction(scene: Talking) -> None:
    await scene.reviewed()
    spoken = await scene.hear(scene.asks(Verb.PAUSE, Verb.STATUS, Unclear("revieww", "No such.")))
    pause, status, unclear = scene.answers
    assert pause.startswith("Paused")
    assert "Paused by ada" in status
    assert unclear.startswith("`revieww`: No such.")
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]


async def test_steps_are_named_by_the_command_they_belong_to(scene: Talking) -> None:
    await scene.reviewed()
    mortal = Mortal()
    await scene.hear(scene.asks(Verb.RESUME, Verb.STATUS, Verb.FULL), mortal.steps)
    assert mortal.names == [
        *("seen", "may"),
        *("do:1:look", "do:1:keep", "answer:1"),
        *("do:2:look", "answer:2"),
        *("do:3:head", "do:3:known_runs", "do:3:start"),
    ]


async def test_from_scratch_nothing_is_commented_twice(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    calls = len(scene.fake.of("security"))
    await scene.hear(scene.asks(Verb.FULL))
    await scene.work()
    assert len(scene.fake.of("security")) == 2 * calls
    assert len(scene.comments) == 1
    assert [each.conclusion for each in scene.checks] == ["failure", "failure"]


# Findings.


async def test_an_ignored_finding_is_counted_in_the_check_and_its_comment_says_so(
    scene: Talking,
) -> None:
    find(scene.fake)
    await scene.reviewed()
    assert scene.checks[-1].conclusion == "failure"
    thread, before = the_finding(scene), scene.comments[0].body
    spoken = scene.asks(Command(Verb.IGNORE, words="the store is hashed"), thread=thread)
    await scene.hear(spoken)
    assert scene.reactions(spoken.comment.id) == ["eyes", "rocket"]
    [answer] = scene.replies(thread)
    assert "`src/login.py:2`" in answer
    scene.clock[0] += 60  # which of two runs came later is told by their time
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await scene.reviewed("pull_request.synchronize")
    check = scene.checks[-1]
    assert check.conclusion == "success"
    assert "1 finding ignored" in (check.summary or "")
    assert "ignored by ada: the store is hashed" in (check.summary or "")
    assert the_finding(scene) == thread
    comment = scene.comments[0].body
    assert comment.startswith("**Ignored by ada.**")  # which is not fixed
    assert before.partition("\n")[0] in comment
    [kept] = await scene.wishes.dismissed(scene.repo.id)
    assert (kept.by, kept.number, kept.path) == (scene.person("ada"), 1, "src/login.py")


async def test_an_ignored_finding_is_ignored_in_another_pull_request_and_no_vote_is_bought(
    scene: Talking,
) -> None:
    find(scene.fake)
    await scene.reviewed()
    assert scene.fake.of("voter-1")
    await scene.hear(scene.asks(Command(Verb.IGNORE, ("src/login.py:2",))))
    scene.fake.calls.clear()
    scene.repo.branch("again")
    scene.repo.commit("again", HEAD, "Again")
    number = scene.repo.open_pull(head="again", author="mia")
    other = replace(scene.pull, number=number, head_sha=scene.repo.pull(number).head_sha)
    await scene.deliver(Mortal().steps, ReviewRequest(other, "pull_request.opened"))
    await scene.work()
    assert scene.fake.of("security")
    assert scene.fake.of("voter-1") == []
    [check] = scene.repo.pull(number).checks
    assert check.conclusion == "success"
    assert "ignored by ada" in (check.summary or "")
    assert scene.repo.pull(number).reviews == []


async def test_after_an_ignore_a_bare_review_brings_the_check_up_to_date_for_nothing(
    scene: Talking,
) -> None:
    find(scene.fake)
    await scene.reviewed()
    calls = len(scene.fake.calls)
    await scene.hear(scene.asks(Command(Verb.IGNORE, ("src/login.py:2",))))
    await scene.hear(scene.asks(Verb.REVIEW))
    await scene.work()
    assert [each.conclusion for each in scene.checks] == ["failure", "success"]
    assert len(scene.fake.calls) == calls


async def test_unignore_takes_it_back(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    await scene.hear(scene.asks(Command(Verb.IGNORE, ("src/login.py:2",))))
    [kept] = await scene.wishes.dismissed(scene.repo.id)
    answer = await scene.said(Command(Verb.UNIGNORE, (kept.fingerprint[:8],)))
    assert "told again" in answer
    assert await scene.wishes.dismissed(scene.repo.id) == ()
    await scene.hear(scene.asks(Verb.FULL))
    await scene.work()
    assert scene.checks[-1].conclusion == "failure"
    assert "That is not ignored." in await scene.said(Command(Verb.UNIGNORE, ("src/login.py:2",)))


async def test_unignore_of_a_category_lifts_its_mute(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    opinions, repo_id = scene.review.judge.opinions, scene.repo.id
    said = Opinion("f" * 16, 1, Category.SECURITY, accepted=False, counts=True, at=NOON)
    await opinions.put(repo_id, 1, ["f" * 16], [said])
    assert len(await opinions.counted(repo_id, 0.0)) == 1
    answer = await scene.said(Command(Verb.UNIGNORE, ("security",)))
    assert "everything about security" in answer
    assert await opinions.counted(repo_id, 0.0) == ()


async def test_what_a_name_does_not_mean_is_said(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    spoken = await scene.hear(scene.asks(Command(Verb.IGNORE, ("src/logn.py:2",))))
    assert "Did you mean `src/login.py:2`?" in scene.answers[-1]
    assert scene.reactions(spoken.comment.id) == ["eyes", "confused"]
    assert "Name the finding" in await scene.said(Verb.IGNORE)
    assert await scene.wishes.dismissed(scene.repo.id) == ()


async def test_an_explanation_stands_in_the_findings_thread_with_a_models_answer(
    scene: Talking,
) -> None:
    find(scene.fake)
    run = await scene.reviewed()
    thread = the_finding(scene)
    scene.fake.say("explainer", '{"answer": "The store holds plain words. Ask @mia to hash them."}')
    await scene.hear(scene.asks(Command(Verb.EXPLAIN, ("src/login.py:2",), "why is that bad?")))
    assert scene.answers == []
    [answer] = scene.replies(thread)
    assert "The store holds plain words." in answer
    assert "`@mia`" in answer
    assert "if password == user.password:" in answer
    assert "A second reader tried to prove it wrong and could not." in answer
    assert answer.count(", confirms: The input reaches it.") == 3
    [call] = scene.fake.of("explainer")
    assert "why is that bad?" in str(call.body["messages"])
    assert "return None" in str(call.body["messages"])
    comment = scene.conversation[-1].id
    entries = await scene.review.judge.ledger.of_run(
        f"{scene.repo.id}-1-reply-conversation-{comment}"
    )
    assert [(each.call, each.state.value) for each in entries] == [("explain", "settled")]
    record = await scene.review.runs.get(run)
    assert record is not None
    assert all(each.name != "explain" for each in record.calls)


async def test_an_explanation_over_its_budget_is_the_evidence_alone(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    heed = scene.deliver.heed
    poor = replace(heed, replies=replace(heed.replies, usd=heed.replies.usd / 1000))  # type: ignore
    scene.deliver = replace(scene.deliver, heed=poor)
    await scene.hear(scene.asks(Command(Verb.EXPLAIN, ("src/login.py:2",))))
    [answer] = scene.replies(the_finding(scene))
    assert "No model answered, so this is the evidence alone." in answer
    assert answer.startswith("```\n    if password == user.password:\n```")
    assert scene.fake.of("explainer") == []


async def test_without_a_key_an_explanation_says_so(
    tmp_path: Path, github: Sandbox, fake: FakeModel, migrated: Path
) -> None:
    token = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    with talking(tmp_path, github, fake, migrated, key="") as scene:
        scene.repo.push(1, {"src/keys.py": f'TOKEN = "{token}"\n'})
        await scene.reviewed()
        await scene.hear(scene.asks(Command(Verb.EXPLAIN, ("src/keys.py:1",))))
        [answer] = scene.replies(the_finding(scene))
        assert "No model key is set, so this is the evidence alone." in answer
        assert token not in answer


# Replies.


async def test_replies_in_our_thread_are_understood_without_a_command(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    thread = the_finding(scene)
    scene.fake.say("explainer", '{"answer": "Because it is read."}')
    asked = await scene.hear(scene.replies_with("Why?", thread, by="mia"))
    assert "Because it is read." in scene.replies(thread)[-1]
    assert scene.reactions(asked.comment.id) == ["eyes", "rocket"]
    refused = await scene.hear(scene.replies_with("False positive, it is hashed", thread, by="mia"))
    assert scene.reactions(refused.comment.id) == []
    assert await scene.wishes.dismissed(scene.repo.id) == ()
    done = await scene.hear(scene.replies_with("Fixed, thanks", thread))
    assert scene.reactions(done.comment.id) == ["eyes"]
    await scene.hear(scene.replies_with("False positive, it is hashed", thread))
    [kept] = await scene.wishes.dismissed(scene.repo.id)
    assert kept.reason == "False positive, it is hashed"
    assert len(scene.replies(thread)) == 2


async def test_talk_between_people_is_left_alone(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    thread = the_finding(scene)
    scene.github.forget_requests()
    for text in ("I think mia should look at this.", "Good catch!", "We fixed the other one last"):
        spoken = await scene.hear(scene.replies_with(text, thread))
        assert scene.reactions(spoken.comment.id) == []
    bot = replace(scene.replies_with("why?", thread), by=scene.person("other[bot]"))
    await scene.hear(bot)
    stranger = await scene.hear(scene.replies_with("why?", thread, by="rob"))
    assert scene.reactions(stranger.comment.id) == []
    assert scene.replies(thread) == []
    assert [each for each in scene.github.writes if each.path != "/graphql"] == []


async def test_no_more_than_so_many_answers_a_day(scene: Talking) -> None:
    find(scene.fake)
    await scene.reviewed()
    thread = the_finding(scene)
    scene.fake.say("explainer", '{"answer": "So it is."}')
    heed = scene.deliver.heed
    few = replace(heed, replies=replace(heed.replies, per_pull=2))  # type: ignore
    scene.deliver = replace(scene.deliver, heed=few)
    for _ in range(3):
        await scene.hear(scene.replies_with("why?", thread))
    assert len(scene.replies(thread)) == 2
    scene.clock[0] += 24 * 3600 + 1
    await scene.hear(scene.replies_with("why?", thread))
    assert len(scene.replies(thread)) == 3


# Crashes.


@pytest.mark.parametrize("verb", [Verb.PAUSE, Verb.RESUME, Verb.CANCEL, Verb.IGNORE, Verb.EXPLAIN])
async def test_killed_anywhere_there_is_one_answer_and_one_of_each_reaction(
    scene: Talking, verb: Verb
) -> None:
    find(scene.fake)
    await scene.reviewed()
    scene.fake.say("explainer", '{"answer": "So it is."}')
    thread = the_finding(scene)
    whole = Mortal()
    first = await scene.hear(scene.asks(verb, thread=thread), whole.steps)
    expected = (scene.reactions(first.comment.id), len(scene.replies(thread)))
    assert expected == (["eyes", "rocket"], 1)
    for nth, step in enumerate(whole.names, start=2):
        mortal = Mortal(dies=step)
        spoken = scene.asks(verb, thread=thread)
        with pytest.raises(Died):
            await scene.hear(spoken, mortal.steps)
        await scene.hear(spoken, mortal.steps)
        assert scene.reactions(spoken.comment.id) == ["eyes", "rocket"], step
        assert len(scene.replies(thread)) == nth, step
