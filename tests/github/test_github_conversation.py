"""The talk on a pull request against the sandbox: answers once, our own comments, nobody else's."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.asked import CommentRef, Person, Where
from bot.domain.post import ReviewPost
from bot.domain.thread import Hidden, Reaction
from bot.github.conversation import Talk
from bot.github.reviews import marker
from bot.sandbox.state import IssueComment
from tests.github.conftest import Shop, comment

RUN = "1001-1-" + "d" * 40 + "-1"


async def threads_of(shop: Shop, *lines: int) -> Talk:
    """Our comments on these lines, as another process finds them."""
    host = shop.host()
    post = ReviewPost(f"Findings\n\n{marker(RUN)}", tuple(comment(line) for line in lines))
    await host.post_review(shop.pull, RUN, post)
    return shop.host().talk


def by(shop: Shop, login: str) -> Person:
    return Person(shop.github.world.person(login).id, login)


def said_in_the_conversation(shop: Shop, body: str) -> IssueComment:
    shop.repo.comment(1, body, by="ann")
    return shop.repo.pull(1).conversation[-1]


async def test_who_may_command_is_told_by_role_and_by_number(shop: Shop) -> None:
    for role in ("admin", "maintain", "write", "triage", "read"):
        shop.github.person(role + "r", role, "acme/shop")
    talk = shop.host().talk
    may = {
        role: await talk.may_command(shop.ref, by(shop, role + "r"))
        for role in ("admin", "maintain", "write", "triage", "read")
    }
    assert [role for role, allowed in may.items() if allowed] == ["admin", "maintain", "write"]
    writer = by(shop, "writer")
    assert not await talk.may_command(shop.ref, Person(writer.id + 1, writer.login))
    assert not await talk.may_command(shop.ref, Person(1, "nobody-by-that-name"))


async def test_an_answer_to_a_thread_is_a_reply_and_there_once(shop: Shop) -> None:
    talk = await threads_of(shop, 10)
    [first] = shop.comments
    asked = CommentRef(Where.THREAD, first.id, first.id)
    url = await talk.answer(shop.ref, asked, "k1", "Because.")
    assert await shop.host().talk.answer(shop.ref, asked, "k1", "Because.") == url
    [reply] = [each for each in shop.comments if each.reply_to == first.id]
    assert reply.body.startswith("Because.")
    assert "ai-review:answer=k1" in reply.body
    [thread] = await talk.threads(shop.ref)
    assert [(each.ours, each.by.login) for each in thread.replies] == [(True, "ai-review")]


async def test_an_answer_to_a_comment_of_the_conversation_is_there_once(shop: Shop) -> None:
    talk = shop.host().talk
    said_in_the_conversation(shop, "<!-- ai-review:answer=k2 -->")  # anybody can write our marker
    asked = CommentRef(Where.CONVERSATION, 1)
    url = await talk.answer(shop.ref, asked, "k2", "Here is the plan.")
    assert url
    assert await shop.host().talk.answer(shop.ref, asked, "k2", "Another.") == url
    said = [each.body for each in shop.repo.pull(1).conversation]
    assert said[1:] == ["Here is the plan.\n\n<!-- ai-review:answer=k2 -->"]


async def test_a_reaction_is_set_once(shop: Shop) -> None:
    said = said_in_the_conversation(shop, "/ai-review")
    talk = shop.host().talk
    asked = CommentRef(Where.CONVERSATION, said.id)
    for reaction in (Reaction.SEEN, Reaction.SEEN, Reaction.DONE):
        await talk.react(shop.ref, asked, reaction)
    assert [(each.login, each.content) for each in said.reactions] == [
        ("ai-review[bot]", "eyes"),
        ("ai-review[bot]", "rocket"),
    ]
    await talk.react(shop.ref, CommentRef(Where.CONVERSATION, 999_999), Reaction.SEEN)


async def test_threads_are_ours_by_author_and_tell_who_thinks_what(shop: Shop) -> None:
    talk = await threads_of(shop, 10, 12)
    first, second = shop.comments
    forged = replace(first, id=77, author="ann", body="<!-- ai-review:finding=forged -->")
    shop.comments.append(forged)
    shop.repo.thumb(1, first.id, "-1", by="ann")
    shop.repo.thumb(1, first.id, "+1", by="bob")
    shop.repo.reply(1, second.id, "why?", by="ann")
    one, two = await talk.threads(shop.ref)
    assert (one.fingerprint, one.comment, one.path) == ("f10", first.id, "src/cart.py")
    assert ([p.login for p in one.disliked], [p.login for p in one.liked]) == (["ann"], ["bob"])
    assert one.disliked == (by(shop, "ann"),)
    assert [(each.by.login, each.ours, each.body) for each in two.replies] == [
        ("ann", False, "why?")
    ]


async def test_our_comment_is_edited_in_its_place_and_a_deleted_one_is_left_at_that(
    shop: Shop,
) -> None:
    talk = await threads_of(shop, 10)
    [thread] = await talk.threads(shop.ref)
    await talk.rewrite(shop.ref, thread, "Fixed.\n\n" + thread.body)
    assert shop.comments[0].body.startswith("Fixed.\n\nMind this.")
    shop.comments.clear()
    await talk.rewrite(shop.ref, thread, "Fixed.")
    assert shop.comments == []


async def test_resolving_is_told_to_be_forbidden_without_the_right_to_push(shop: Shop) -> None:
    talk = await threads_of(shop, 10)
    [thread] = await talk.threads(shop.ref)
    assert not await talk.resolve(shop.ref, thread, resolved=True)
    assert shop.comments[0].resolved_by is None


async def test_a_review_of_ours_is_minimised_once(shop: Shop) -> None:
    talk = await threads_of(shop, 10)
    shop.repo.review(1, f"Looks good\n\n{marker('x')}", by="ann")
    [(node, run)] = await talk.reviews(shop.ref)
    assert run == RUN
    assert await talk.hide(shop.ref, node, Hidden.OUTDATED)
    assert await talk.reviews(shop.ref) == ()
    assert [each.minimized for each in shop.reviews] == ["OUTDATED", None]


async def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    talk = await threads_of(shop, 10)
    [thread] = await talk.threads(shop.ref)
    dry = shop.host(dry_run=True).talk
    written = len([each for each in shop.github.requests if each.method != "GET"])
    asked = CommentRef(Where.THREAD, thread.comment, thread.comment)
    await dry.react(shop.ref, asked, Reaction.SEEN)
    assert await dry.answer(shop.ref, asked, "k", "Hello") == ""
    await dry.rewrite(shop.ref, thread, "Gone")
    assert not await dry.resolve(shop.ref, thread, resolved=True)
    assert not await dry.hide(shop.ref, thread.comment_node, Hidden.OUTDATED)
    assert len([each for each in shop.github.requests if each.method != "GET"]) == written
