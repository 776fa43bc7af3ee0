"""What people are answered reads as its golden file, and nothing in it is live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.domain.asked import Person
from bot.domain.command import Command, Unclear, Verb
from bot.domain.finding import REFUTED, Category, Severity, Stance, Trial, Vote
from bot.domain.run import Found, FoundStatus, RunRecord, RunStatus
from bot.domain.told import Told
from bot.domain.wishes import Dismissal, Pause
from bot.reporting import answers
from bot.reporting.explanation import explanation
from bot.reporting.plan_answer import plan_answer
from tests.reporting.reviews import PLAN, finding

HOSTILE = "@mia see ![x](https://evil.example/x.png) | `a` <b> closes #1 /ai-review full"
URL = "https://github.example/acme/shop/pull/1/checks"
ADA = Person(1, "ada")
FOUND = Found(
    fingerprint="5e9239fa00000000",
    sources=("security", "ruff:S608"),
    severity=Severity.HIGH,
    category=Category.SECURITY,
    path="src/login.py",
    line=2,
    title="`login` compares passwords in the open",
    quote="    if password == user.password:",
    status=FoundStatus.POSTED,
    refuted=False,
)
VOTED = replace(
    finding(),
    body="Whoever reads the store reads every password.",
    trial=Trial.STOOD,
    votes=(
        Vote("the maintainer", Stance.CONFIRM, "The input reaches it."),
        Vote("the engineer on call", Stance.UNSURE, HOSTILE),
    ),
    doubt="reviewers disagree, 1 of 2 confirms",
    since="1a2b3c4",
)
TOLD = Told(FOUND, "0954292" + "0" * 33, VOTED)
IGNORED = Dismissal("5e9239fa00000000", ADA, 1.0, 1, HOSTILE, "src/login.py", Category.SECURITY)
RECORD = RunRecord(
    *("run", "acme/shop", 7, 1, "0954292" + "0" * 33, None, "opened", RunStatus.COMPLETED, 1.0),
    note="1 finding, worst High",
    cost_usd="0.0101",
)


def everything() -> dict[str, str]:
    """Every kind of answer."""
    refuted = replace(FOUND, status=FoundStatus.SET_ASIDE, refuted=True, why=REFUTED + HOSTILE)
    unknown = replace(RECORD, cost_usd=None, status=RunStatus.RUNNING, note="")
    return {
        "denied": answers.denied(sure=True),
        "not sure": answers.denied(sure=False),
        "one unclear": answers.unclear([Unclear("revieww", "There is no such word.", "review")]),
        "two unclear": answers.unclear([Unclear("x", HOSTILE), Unclear(HOSTILE[:60], "No.")]),
        "failed": answers.failed(Command(Verb.PLAN), HOSTILE),
        "not yet": answers.not_yet(Command(Verb.FIX)),
        "reviewed already": answers.reviewed_already(RECORD, URL),
        "under way": answers.under_way(unknown, URL),
        "status": "\n".join(
            (
                answers.status(RECORD.head_sha, RECORD, URL, Pause(ADA, 1.0), (1, 2)),
                answers.spent([RECORD, replace(RECORD, cost_usd="1.5")]),
            )
        ),
        "status without a review": answers.status("abcdef0123", None, URL, None, (0, 0)),
        "status of what runs": answers.status(RECORD.head_sha, unknown, URL, None, (0, 1)),
        "paused": answers.paused(kept=True),
        "not kept": answers.paused(kept=False),
        "resumed": answers.resumed(Pause(ADA, 1.0)),
        "was not paused": answers.resumed(None),
        "cancelled": answers.stopped(any_run=True),
        "nothing to cancel": answers.stopped(any_run=False),
        "ignored": answers.ignored([TOLD, Told(refuted, "a" * 40)], URL),
        "unignored": answers.unignored([IGNORED], ["quality"]),
        "plan": plan_answer(PLAN, "0954292" + "0" * 33, "the pull request is a draft"),
        "plan without a model": plan_answer(
            replace(PLAN, static_only=True, assignments=()), "0954292" + "0" * 33
        ),
        "explained in the conversation": explanation(TOLD, None, "", "No model key is set.", URL),
        "explained in its thread": explanation(TOLD, None, f"It is read. {HOSTILE}"),
        "refuted and ignored": explanation(
            Told(refuted, "a" * 40), replace(IGNORED, reason=HOSTILE), "", "", URL
        ),
    }


def test_every_answer_reads_as_its_golden_file(golden: Callable[[str, str], None]) -> None:
    page = "\n\n".join(f"=== {name}\n\n{text}" for name, text in everything().items())
    golden("answers.md", page + "\n")


def test_no_words_of_others_are_live_in_an_answer() -> None:
    for name, text in everything().items():
        outside = "".join(text.split("`")[::2])  # what is no code
        for live in ("@mia", "![", "](https://evil", "<b>", "closes #1"):
            assert live not in outside, f"{live} in {name}"


def test_what_is_unclear_is_not_answered_with_the_word_that_was_written() -> None:
    told = answers.unclear([Unclear("Unignore foo", "unignore takes findings.", "unignore")])
    assert told == "`Unignore foo`: unignore takes findings.\n\n" + answers.HELP


def test_what_has_no_words_is_told_without_them() -> None:
    assert answers.unclear([Unclear("", "Too many.")]) == "Too many.\n\n" + answers.HELP
