"""What one head's review leaves to the next one's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.earlier import Idle
from bot.domain.finding import Category, Finding, Severity, Trial
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, Choice, HeadText, ToolReport
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.domain.review import Completed, Verdict
from bot.engine.steps import KeptSteps
from bot.planning.desk import Desk
from bot.planning.plan import plan
from bot.reviewing.conclude import Judged, conclude
from bot.service.case import Case
from bot.service.hearing import Heard
from bot.service.remembering import Before, Remembering
from bot.store.memories_in_memory import MemoryInMemory
from bot.store.memory import TextsInMemory
from tests.reviewing.making import (
    PRICES,
    STANDARD,
    UTIL_HUNK,
    a_change,
    a_plan,
    evidence,
    finding,
    reviewer,
)

SECURITY, PERFORMANCE = reviewer("security"), reviewer("performance")
READ = (Choice.yes(SECURITY, "asked"), Choice.yes(PERFORMANCE, "triage says yes"))
LATER = (Choice.yes(SECURITY, "asked"), Choice.no(PERFORMANCE, "triage says no"))
CASE = Case("run", a_change(), RepoPolicy(), "a" * 40, 1, 1)
SLOW = finding(
    category=Category.PERFORMANCE,
    sources=("performance",),
    trial=Trial.STOOD,
    quote='    rows = db.query("select * from items where order_id = " + order)',
)


async def reviewed(*found: Finding) -> Remembering:
    """A memory of `CASE`, which both have read; performance has `found` something."""
    memory, steps = Remembering(MemoryInMemory(), TextsInMemory(), "Rules."), KeptSteps()
    outcomes = (Completed("security"), Completed("performance", found))
    before = await memory.recall(steps, CASE, READ)
    heard = Heard(outcomes, found, found, (), ())
    await memory.learn(steps, CASE, before, a_plan("security", "performance"), heard)
    return memory


async def recalled(case: Case, choices: tuple[Choice, ...], *found: Finding) -> Before:
    return await (await reviewed(*found)).recall(KeptSteps(), case, choices)


async def test_a_finding_stands_though_its_reviewer_is_not_chosen_for_the_next_head() -> None:
    before = await recalled(CASE, LATER, SLOW)
    assert before.carried == (replace(SLOW, since="a" * 7),)


async def test_who_is_not_chosen_reads_nothing_and_has_read_nothing_for_this_head() -> None:
    asked_more = replace(SECURITY, brief="You look at something else now.")
    before = await recalled(CASE, (Choice.yes(asked_more, "asked"), LATER[1]), SLOW)
    paths = ("src/cart.py", "src/util.py")
    assert before.earlier.fresh == {"security": paths}
    assert (before.earlier.reused, before.judged) == (frozenset(), frozenset())
    unread = replace(PERFORMANCE, brief="Nobody was told this.")
    before = await recalled(CASE, (LATER[0], Choice.no(unread, "triage says no")))
    assert before.fresh.patch == Patch()


@pytest.mark.parametrize(("wish", "stands"), [(Run.NEVER, 0), (Run.AUTO, 1)])
async def test_what_the_repository_wants_no_more_does_not_stand(wish: Run, stands: int) -> None:
    policy = RepoPolicy(reviewers={"performance": ReviewerPolicy(wish)})
    before = await recalled(replace(CASE, policy=policy), LATER, SLOW)
    assert len(before.carried) == stands


WAS, NEW = "export const run = (a,b) => eval(a+b);", "export const run = (a, b) => eval(a + b);"
FORMATTED = FileDiff(
    "src/a.js",
    FileStatus.MODIFIED,
    FileKind.SOURCE,
    (Hunk(1, 1, 1, 1, "", (f"-{WAS}", f"+{NEW}")),),
)
UTIL = FileDiff("src/util.py", FileStatus.ADDED, FileKind.SOURCE, (UTIL_HUNK,))
DESK = Desk({"standard": STANDARD}, PRICES, Decimal(1))


@pytest.mark.parametrize(
    ("files", "read_before", "why", "read"),
    [
        pytest.param((FORMATTED,), False, Idle.FORM, 0, id="formatted at a first head"),
        pytest.param((FORMATTED, UTIL), True, Idle.BOTH, 2, id="formatted since"),
        pytest.param((UTIL,), True, Idle.KNOWN, 2, id="as it was"),
    ],
)
async def test_why_there_is_nothing_to_read_and_what_counts_as_read(
    files: tuple[FileDiff, ...], read_before: bool, why: Idle, read: int
) -> None:
    memory, steps = Remembering(MemoryInMemory(), TextsInMemory(), "Rules."), KeptSteps()
    texts = (HeadText("src/a.js", f"{NEW}\n"),)
    case = replace(CASE, change=Change(Patch(files), texts))
    if read_before:
        first = replace(case, change=Change(Patch((UTIL,))))
        before = await memory.recall(steps, first, READ[:1])
        heard = Heard((Completed("security"),), (), (), (), ())
        await memory.learn(steps, first, before, a_plan("security"), heard)
    before = await memory.recall(KeptSteps(), case, READ[:1])
    planned = plan(READ[:1], before.fresh, case.policy, DESK, before.earlier)
    assert [each.why for each in planned.skipped] == [why]
    form = 2 * (FORMATTED in files)
    assert (planned.coverage.read_lines, planned.coverage.formatted_lines) == (read, form)
    assert planned.coverage.changed_lines == read + form
    assert planned.coverage.complete


async def test_what_only_changed_its_form_was_read_by_nobody() -> None:
    claim = evidence(1, path="src/a.js", severity=Severity.HIGH)
    tools = (ToolReport("oxlint", "1", 1, (claim,)),)
    change = Change(Patch((FORMATTED, UTIL)), (HeadText("src/a.js", f"{NEW}\n"),), (), tools)
    case = replace(CASE, change=change, number=2)
    before = await recalled(case, READ[:1])
    planned = plan(READ[:1], before.fresh, case.policy, DESK, before.earlier)
    judged = Judged(planned, (Completed("security"),), read_before=before.judged)
    review = conclude(judged, change, case.policy)
    assert [each.path for each in review.findings] == ["src/a.js"]
    assert review.verdict is Verdict.FAILURE
