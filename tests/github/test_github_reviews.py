"""Reviews against the sandbox: one a run, whatever happens on the way."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.domain.own_files import POLICY
from bot.domain.patch import Side
from bot.domain.post import CommentPost, Receipt, ReviewPost
from bot.errors import UpstreamError
from bot.github.isolate import UNTRIED
from bot.github.reviews import MOST_CALLS, marker
from bot.sandbox.state import Review
from tests.github.conftest import Shop, comment
from tests.github.test_github_checks import TROUBLES, a_report

RUN = "1001-1-" + "d" * 40 + "-1"
ENTERPRISE = pytest.mark.parametrize("shop", ["", "/api/v3"], ids=["dotcom", "ghes"], indirect=True)


def a_post(*comments: CommentPost, body: str = "") -> ReviewPost:
    return ReviewPost(body or f"2 findings\n\n{marker(RUN)}", comments)


async def post(shop: Shop, what: ReviewPost, **options: Any) -> Receipt:
    return await shop.host(**options).post_review(shop.pull, RUN, what)


@ENTERPRISE
async def test_a_review_is_posted_whole_for_the_commit_that_was_read(shop: Shop) -> None:
    receipt = await post(
        shop,
        a_post(comment(10), comment(12, start=9), comment(10, "old", side=Side.LEFT)),
        slug="ai-review",
    )
    [review] = shop.reviews
    assert (review.state, review.author) == ("COMMENTED", "ai-review[bot]")
    assert review.commit_id == shop.ref.head_sha
    assert marker(RUN) in review.body
    assert [(c.line, c.start_line, c.side, c.start_side) for c in shop.comments] == [
        (10, None, "RIGHT", None),
        (12, 9, "RIGHT", "RIGHT"),
        (10, None, "LEFT", None),
    ]
    assert receipt == Receipt(review.id, receipt.url, ("f10", "f12", "old"))
    assert f"/acme/shop/pull/{shop.number}" in receipt.url
    assert [(each.method, each.status) for each in shop.github.requests] == [
        ("POST", 201),  # the token
        ("GET", 200),
        ("POST", 200),
    ]


async def test_the_same_run_posts_once_and_says_what_is_there(shop: Shop) -> None:
    first = await post(shop, a_post(comment(10), comment(12)))
    again = await post(shop, a_post(comment(10), comment(12), comment(13)))
    assert again.again
    assert (again.review_id, again.posted) == (first.review_id, ("f10", "f12"))
    assert [each.fingerprint for each in again.unposted] == ["f13"]
    assert len(shop.reviews) == 1


async def test_another_run_posts_its_own(shop: Shop) -> None:
    await post(shop, a_post())
    host, pull = shop.host(), shop.pull
    other = await host.post_review(pull, RUN + "0", a_post(body="Second"))
    assert not other.again
    assert [marker(RUN + "0") in review.body for review in shop.reviews] == [False, True]


async def test_a_review_is_found_behind_a_hundred_others(shop: Shop) -> None:
    await post(shop, a_post())
    pull = shop.repo.pull(shop.number)
    [ours] = pull.reviews
    others = [Review(9_000 + n, "ann", "hm", "COMMENTED", ours.commit_id, None) for n in range(120)]
    pull.reviews[:] = [*others, ours]
    assert (await post(shop, a_post())).again


async def test_a_strangers_copy_of_our_marker_does_not_silence_us(shop: Shop) -> None:
    pull = shop.repo.pull(shop.number)
    sha = shop.ref.head_sha
    forged = Review(9_001, "mallory", f"lgtm {marker(RUN)}", "COMMENTED", sha, None)
    pull.reviews.append(forged)
    receipt = await post(shop, a_post(comment(10)))
    assert not receipt.again
    assert [review.author for review in shop.reviews] == ["mallory", "ai-review[bot]"]


@TROUBLES
async def test_trouble_while_posting_leaves_one_review(
    shop: Shop, trouble: dict[str, object]
) -> None:
    shop.github.fault("POST", "/reviews", **trouble)
    receipt = await post(shop, a_post(comment(10)))
    [review] = shop.reviews
    assert (receipt.review_id, receipt.posted) == (review.id, ("f10",))
    assert len(shop.comments) == 1


async def test_a_github_that_never_takes_the_review_is_given_up(shop: Shop) -> None:
    shop.github.fault("POST", "/reviews", times=99)
    with pytest.raises(UpstreamError, match="502") as caught:
        await post(shop, a_post(comment(10)))
    assert caught.value.retry_after == 30
    assert len(shop.github.writes) == 3


async def test_a_left_over_draft_of_ours_is_removed_first(shop: Shop) -> None:
    pull = shop.repo.pull(shop.number)
    sha = shop.ref.head_sha
    pull.reviews.append(Review(9_001, "ai-review[bot]", marker(RUN), "PENDING", sha, None))
    pull.reviews.append(Review(9_002, "ann", "mine", "PENDING", sha, None))
    await post(shop, a_post(comment(10)))
    assert [(review.author, review.state) for review in shop.reviews] == [
        ("ann", "PENDING"),
        ("ai-review[bot]", "COMMENTED"),
    ]


OUTSIDE = "Pull request review thread line must be part of the diff"


async def test_one_bad_comment_loses_no_other(shop: Shop) -> None:
    good = [comment(line) for line in range(7, 14)]
    receipt = await post(shop, a_post(*good[:3], comment(29, "bad"), *good[3:]))
    [review] = shop.reviews
    assert (review.state, receipt.review_id) == ("COMMENTED", review.id)
    assert receipt.posted == tuple(each.fingerprint for each in good)
    [unposted] = receipt.unposted
    assert unposted.fingerprint == "bad"
    assert OUTSIDE in unposted.why
    assert len(shop.github.writes) <= MOST_CALLS + 2


async def test_comments_that_are_all_bad_leave_the_review_without_them(shop: Shop) -> None:
    receipt = await post(shop, a_post(comment(25), comment(1, path="absent.py")))
    [review] = shop.reviews
    assert review.state == "COMMENTED"
    assert receipt.posted == ()
    assert [each.fingerprint for each in receipt.unposted] == ["f25", "f1"]
    assert shop.comments == []


async def test_the_search_for_bad_comments_has_an_end(shop: Shop) -> None:
    mixed = [comment(7 + n % 7, f"c{n}", "src/cart.py" if n % 2 else "no.py") for n in range(20)]
    receipt = await post(shop, a_post(*mixed))
    [review] = shop.reviews
    assert review.state == "COMMENTED"
    assert {*receipt.posted, *(each.fingerprint for each in receipt.unposted)} == {
        each.fingerprint for each in mixed
    }
    assert len(receipt.posted) == len(shop.comments)
    assert UNTRIED in {each.why for each in receipt.unposted}
    assert len(shop.github.writes) <= MOST_CALLS + 2


async def test_a_process_that_dies_while_searching_leaves_no_draft_behind(shop: Shop) -> None:
    what = a_post(comment(10), comment(29, "bad"))
    shop.github.fault("DELETE", "/reviews", times=1, status=400)
    with pytest.raises(UpstreamError):
        await post(shop, what)
    assert [review.state for review in shop.reviews] == ["PENDING"]
    receipt = await post(shop, what)
    assert [review.state for review in shop.reviews] == ["COMMENTED"]
    assert receipt.posted == ("f10",)


async def test_a_commit_that_left_the_pull_request_is_said_plainly(shop: Shop) -> None:
    pull = shop.pull
    gone = dataclasses.replace(pull, ref=dataclasses.replace(pull.ref, head_sha="a" * 40))
    with pytest.raises(UpstreamError, match="no longer part of the pull request"):
        await shop.host().post_review(gone, RUN, a_post(comment(10)))
    assert len(shop.github.writes) == 1
    assert shop.reviews == []


async def test_secrets_are_withheld_and_long_texts_cut_at_the_last_gate(shop: Shop) -> None:
    secret = "whsec-" + "z" * 20
    bad = dataclasses.replace(comment(10), body=f"look: {secret}")
    key = shop.github.app.private_key
    body = f"{marker(RUN)} {secret} {key} {'x' * 70_000}"
    await post(shop, a_post(bad, body=body), own_secrets=(secret,))
    [review] = shop.reviews
    [inline] = shop.comments
    assert secret not in review.body + inline.body
    assert key not in review.body
    assert len(review.body) == 65_535
    assert inline.body.startswith("look: ")


async def test_the_token_in_use_is_a_secret_too(shop: Shop) -> None:
    token = "plainlooking" + "q" * 30
    known = shop.github.world.tokens
    known[token] = known[shop.github.user_token(shop.github.person("boss", "admin").login)]
    host = shop.host(token=token)
    pull = await host.pull(shop.ci_ref)
    await host.post_review(pull, RUN, a_post(body=f"oops {token}"))
    [review] = shop.reviews
    assert token not in review.body


async def test_a_dry_run_posts_nothing(shop: Shop) -> None:
    assert await post(shop, a_post(comment(10)), dry_run=True) == Receipt(None, "")
    assert (shop.reviews, shop.github.writes) == ([], [])


async def test_a_workflows_token_posts_once_as_github_actions(shop: Shop) -> None:
    token = shop.github.ci_token("acme/shop", {"pull_requests": "write", "contents": "read"})
    pull = await shop.host(token=token).pull(shop.ci_ref)
    receipts = [
        await shop.host(token=token).post_review(pull, RUN, a_post(comment(10))) for _ in range(2)
    ]
    assert [receipt.again for receipt in receipts] == [False, True]
    assert [review.author for review in shop.reviews] == ["github-actions[bot]"]


async def test_a_persons_token_posts_once_as_that_person(shop: Shop) -> None:
    token = shop.github.user_token(shop.github.person("boss", "write").login)
    pull = await shop.host(token=token).pull(shop.ci_ref)
    for _ in range(2):
        await shop.host(token=token).post_review(pull, RUN, a_post(comment(10)))
    assert [review.author for review in shop.reviews] == ["boss"]


async def test_a_whole_review_of_three_files_takes_eleven_calls(shop: Shop) -> None:
    host = shop.host()
    check_id = await host.start_check(shop.ref, RUN, "Reading")
    pull = (await host.opening(shop.ref, (POLICY,))).pull
    files = await host.files(pull)
    await host.texts(pull, [file.path for file in files])
    assert (await host.pull(shop.ref)).ref.head_sha == pull.ref.head_sha
    await host.post_review(pull, RUN, a_post(comment(10)))
    await host.conclude_check(shop.ref, RUN, a_report(3), check_id)
    calls = [
        (each.method, each.path.removeprefix("/repos/acme/shop")) for each in shop.github.requests
    ]
    assert len(calls) == 11, calls
    assert len(shop.reviews) == 1
    assert [check.conclusion for check in shop.checks] == ["neutral"]
