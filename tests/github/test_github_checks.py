"""Check runs against the sandbox: one a run, nothing twice, always concluded."""

from __future__ import annotations

import pytest

from bot.domain.post import Annotation, CheckReport, Conclusion, Level
from bot.errors import UpstreamError
from bot.github.checks import NAME
from tests.github.conftest import Shop

RUN = "1001-1-" + "c" * 40 + "-1"


def annotations(count: int) -> tuple[Annotation, ...]:
    return tuple(
        Annotation("src/cart.py", n + 1, n + 1, Level.WARNING, f"Title {n}", f"Message {n}")
        for n in range(count)
    )


def a_report(count: int = 0, conclusion: Conclusion = Conclusion.NEUTRAL) -> CheckReport:
    return CheckReport(conclusion, "3 findings", "The *summary*", "The text", annotations(count))


async def test_a_check_is_started_in_progress_under_the_runs_id(shop: Shop) -> None:
    check_id = await shop.host().start_check(shop.ref, RUN, "Reading")
    [check] = shop.checks
    assert (check.id, check.name, check.external_id) == (check_id, NAME, RUN)
    assert (check.status, check.title, check.head_sha) == (
        "in_progress",
        "Reading",
        shop.ref.head_sha,
    )


async def test_the_same_run_started_twice_has_one_check_another_run_its_own(shop: Shop) -> None:
    first = await shop.host().start_check(shop.ref, RUN, "Reading")
    await shop.host().start_check(shop.ref, RUN + "x", "Reading")
    assert await shop.host().start_check(shop.ref, RUN, "Reading") == first
    assert [check.external_id for check in shop.checks] == [RUN, RUN + "x"]


TROUBLES = pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"status": 502, "after_accept": True}, id="502 after accepting"),
        pytest.param({"status": 502}, id="502 without accepting"),
        pytest.param({"drop_connection": True, "after_accept": True}, id="dropped after accepting"),
        pytest.param({"drop_connection": True, "status": None}, id="dropped before accepting"),
        pytest.param({"status": 429, "retry_after": 2}, id="asked to wait shortly"),
    ],
)


@TROUBLES
async def test_trouble_while_starting_leaves_one_check(
    shop: Shop, trouble: dict[str, object]
) -> None:
    shop.github.fault("POST", "/check-runs", **trouble)
    check_id = await shop.host().start_check(shop.ref, RUN, "Reading")
    assert [check.id for check in shop.checks] == [check_id]


async def test_a_github_that_never_takes_the_check_is_given_up(shop: Shop) -> None:
    shop.github.fault("POST", "/check-runs", times=99)
    with pytest.raises(UpstreamError, match=r"502") as caught:
        await shop.host().start_check(shop.ref, RUN, "Reading")
    assert caught.value.retry_after == 30
    assert [each.method for each in shop.github.writes] == ["POST"] * 3


@pytest.mark.parametrize("conclusion", list(Conclusion))
async def test_a_check_is_concluded(shop: Shop, conclusion: Conclusion) -> None:
    host = shop.host()
    check_id = await host.start_check(shop.ref, RUN, "Reading")
    await host.conclude_check(shop.ref, RUN, a_report(2, conclusion), check_id)
    [check] = shop.checks
    assert (check.status, check.conclusion) == ("completed", conclusion.value)
    assert (check.title, check.summary, check.text) == ("3 findings", "The *summary*", "The text")
    first = check.annotations[0]
    assert (first.path, first.start_line, first.annotation_level) == ("src/cart.py", 1, "warning")
    assert (first.title, first.message) == ("Title 0", "Message 0")


async def test_130_annotations_go_in_three_batches_and_end_with_the_conclusion(
    shop: Shop,
) -> None:
    host = shop.host()
    check_id = await host.start_check(shop.ref, RUN, "Reading")
    shop.github.forget_requests()
    await host.conclude_check(shop.ref, RUN, a_report(130), check_id)
    [check] = shop.checks
    assert [each.start_line for each in check.annotations] == list(range(1, 131))
    assert check.conclusion == "neutral"
    assert [each.method for each in shop.github.requests] == ["GET", "PATCH", "PATCH", "PATCH"]


async def test_concluding_again_adds_nothing(shop: Shop) -> None:
    check_id = await shop.host().start_check(shop.ref, RUN, "Reading")
    for _ in range(2):
        await shop.host().conclude_check(shop.ref, RUN, a_report(60), check_id)
    [check] = shop.checks
    assert len(check.annotations) == 60
    assert check.conclusion == "neutral"


@pytest.mark.parametrize("batch", [0, 1, 2])
async def test_a_process_that_dies_between_batches_leaves_it_open_and_the_next_goes_on(
    shop: Shop, batch: int
) -> None:
    check_id = await shop.host().start_check(shop.ref, RUN, "Reading")
    for _ in range(batch):
        shop.github.fault("PATCH", "/check-runs", times=1, status=None)  # let these pass
    shop.github.fault("PATCH", "/check-runs", times=1, status=400)
    with pytest.raises(UpstreamError):
        await shop.host().conclude_check(shop.ref, RUN, a_report(130), check_id)
    [check] = shop.checks
    assert (check.status, len(check.annotations)) == ("in_progress", 50 * batch)
    await shop.host().conclude_check(shop.ref, RUN, a_report(130), check_id)
    assert [each.start_line for each in check.annotations] == list(range(1, 131))
    assert check.conclusion == "neutral"


@TROUBLES
async def test_trouble_while_concluding_doubles_no_annotation(
    shop: Shop, trouble: dict[str, object]
) -> None:
    check_id = await shop.host().start_check(shop.ref, RUN, "Reading")
    shop.github.fault("PATCH", "/check-runs", **trouble)
    await shop.host().conclude_check(shop.ref, RUN, a_report(70), check_id)
    [check] = shop.checks
    assert (check.conclusion, len(check.annotations)) == ("neutral", 70)


@pytest.mark.parametrize("count", [0, 10, 130])
async def test_a_check_without_its_number_is_found_by_the_run(shop: Shop, count: int) -> None:
    await shop.host().start_check(shop.ref, RUN, "Reading")
    await shop.host().start_check(shop.ref, RUN + "x", "Reading")
    await shop.host().conclude_check(shop.ref, RUN, a_report(count), None)
    mine, other = shop.checks
    assert (mine.conclusion, len(mine.annotations)) == ("neutral", count)
    assert other.status == "in_progress"


@pytest.mark.parametrize("count", [0, 10, 130])
async def test_a_missing_check_is_made(shop: Shop, count: int) -> None:
    await shop.host().conclude_check(shop.ref, RUN, a_report(count), None)
    [check] = shop.checks
    assert (check.external_id, check.conclusion) == (RUN, "neutral")
    assert len(check.annotations) == count


@pytest.mark.parametrize("count", [0, 10])
async def test_a_number_github_does_not_know_makes_the_check_anew(shop: Shop, count: int) -> None:
    await shop.host().conclude_check(shop.ref, RUN, a_report(count), 999_999)
    [check] = shop.checks
    assert (check.external_id, len(check.annotations)) == (RUN, count)


@TROUBLES
async def test_trouble_while_making_a_missing_check_leaves_one(
    shop: Shop, trouble: dict[str, object]
) -> None:
    shop.github.fault("POST", "/check-runs", **trouble)
    await shop.host().conclude_check(shop.ref, RUN, a_report(70), None)
    [check] = shop.checks
    assert (check.conclusion, len(check.annotations)) == ("neutral", 70)


async def test_over_long_texts_are_cut_and_secrets_withheld(shop: Shop) -> None:
    secret = "whsec-" + "z" * 20
    report = CheckReport(
        Conclusion.FAILURE,
        f"{secret} {'t' * 300}",
        f"{secret} {'s' * 70_000}",
        f"{secret} {'x' * 70_000}",
        (Annotation("a", 1, 1, Level.NOTICE, f"{secret} {'t' * 300}", f"{secret} {'é' * 40_000}"),),
    )
    host = shop.host(own_secrets=(secret,))
    await host.conclude_check(shop.ref, RUN, report, None)
    [check] = shop.checks
    [annotation] = check.annotations
    shown = (check.title, check.summary, check.text, annotation.title, annotation.message)
    assert all(secret not in (text or "") for text in shown)
    assert len(check.summary or "") == 65_535


async def test_a_fork_heads_check_sits_in_the_base_repository(shop: Shop) -> None:
    shop.repo.commit("theirs", {"x.py": "x = 1\n"}, "Theirs")
    shop.number = shop.repo.open_pull("theirs", author="zoe", fork=True)
    await shop.host().start_check(shop.ref, RUN, "Reading")
    assert [check.external_id for check in shop.checks] == [RUN]


async def test_a_workflows_token_writes_checks_too(shop: Shop) -> None:
    token = shop.github.ci_token("acme/shop", {"checks": "write"})
    await shop.host(token=token).conclude_check(shop.ci_ref, RUN, a_report(1), None)
    assert [check.conclusion for check in shop.checks] == ["neutral"]


async def test_a_dry_run_writes_no_check(shop: Shop) -> None:
    host = shop.host(dry_run=True)
    assert await host.start_check(shop.ref, RUN, "Reading") == 0
    await host.conclude_check(shop.ref, RUN, a_report(130), 0)
    assert (shop.checks, shop.github.writes) == ([], [])


@pytest.mark.parametrize("open_first", [True, False])
async def test_of_two_checks_of_a_run_the_open_one_is_found_and_ended(
    shop: Shop, open_first: bool
) -> None:
    host = shop.host()
    checks = host._checks
    bodies = [
        {"status": "in_progress"},
        {"status": "completed", "conclusion": "cancelled", "completed_at": "2026-01-01T00:00:00Z"},
    ]
    for body in bodies if open_first else reversed(bodies):
        # The run and who cancels it both looked before either had made one.
        await checks._make(shop.ref, RUN, body)
    await host.conclude_check(shop.ref, RUN, a_report(0, Conclusion.CANCELLED), None)
    assert [check.conclusion for check in shop.checks] == ["cancelled", "cancelled"]
