"""GitHub's API: what it refuses, and how much it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import Anchor
from bot.domain.plan import HeadText, ToolReport
from bot.domain.post import CommentPost, ReviewPost
from tests.service.office import Building, Office

LONG = [f"x{n} = {n}" for n in range(1, 61)]
FINDING: dict[str, Any] = {
    "path": "src/long.py",
    "line": 3,
    "end_line": 3,
    "severity": "medium",
    "title": "Third is wrong",
    "body": "It is.",
    "quote": "x3 = 'three'",
    "suggestion": None,
    "confidence": 0.9,
}


def changed(building: Building) -> int:
    """A pull request that changes lines 3 and 55 of sixty, and takes line 10 out."""
    building.runs += 1
    path, name = "src/long.py", f"long-{building.runs}"
    building.repo.branch(f"{name}-base")
    building.repo.commit(f"{name}-base", {path: "\n".join(LONG) + "\n"}, "Long")
    head = [
        {"x3 = 3": "x3 = 'three'", "x55 = 55": "x55 = 'many'"}.get(row, row)
        for row in LONG
        if row != "x10 = 10"
    ]
    building.repo.branch(name, f"{name}-base")
    building.repo.commit(name, {path: "\n".join(head) + "\n"}, "Change")
    return building.repo.open_pull(head=name, base=f"{name}-base", author="mia")


async def test_20_a_line_that_takes_no_comment_moves_to_the_summary_and_the_review_still_posts(
    besieged: Building,
) -> None:
    office = besieged.office()
    number = changed(besieged)
    outside = {"line": 30, "end_line": 30, "quote": "x31 = 31", "title": "Outside the diff"}
    gone = {"line": 10, "end_line": 10, "quote": "x10 = 10", "title": "On a deleted line"}
    across = {"line": 3, "end_line": 54, "title": "Across hunks", "severity": "low"}
    office.fake.answer("quality", [{**FINDING, **each} for each in ({}, outside, gone, across)])
    ended = await office.walk(besieged.run(), number)
    pull = besieged.repo.pull(number)
    [review] = pull.reviews
    assert [(each.path, each.line) for each in pull.comments][:1] == [("src/long.py", 3)]
    everything = ended.summary + review.body + "".join(each.body for each in pull.comments)
    for each in ("Third is wrong", "Outside the diff", "Across hunks"):
        assert each in everything
    assert "src/long.py:30" in review.body
    # The line is not in the new version: the claim is not lost, and it is not posted as true.
    assert "On a deleted line: quotes code that is not in the file" in ended.summary
    assert ended.check.conclusion == "neutral"


async def test_21_a_comment_github_would_refuse_does_not_take_the_others_with_it(
    besieged: Building,
) -> None:
    number = changed(besieged)
    host = besieged.review.host
    ref = besieged.office().asked(number).pull
    bodies = {3: "é" * 70_000, 40: "nowhere", 54: "fine"}
    comments = tuple(
        CommentPost(Anchor("src/long.py", line, line), body, f"{line:016x}")
        for line, body in bodies.items()
    )
    receipt = await host.post_review(
        await host.pull(ref), "1-1-a-1", ReviewPost("Three findings.", comments)
    )
    pull = besieged.repo.pull(number)
    said = {each.line: each.body for each in pull.comments}
    assert set(said) == {3, 54}
    assert len(said[3]) <= 65_535
    assert said[3].endswith("…")
    assert said[54] == "fine"
    assert receipt.posted == (f"{3:016x}", f"{54:016x}")
    assert [each.fingerprint for each in receipt.unposted] == [f"{40:016x}"]


class Loud:
    """An analyser with something to say of 130 lines, too far apart to be one problem."""

    async def examine(
        self, texts: Sequence[HeadText], kinds: dict[str, Any]
    ) -> tuple[ToolReport, ...]:
        said = tuple(
            Evidence(
                *("loud", f"L{n}", "src/many.py", 4 * n, 4 * n, Severity.MEDIUM, Category.QUALITY),
                *(f"Problem of line {n}", "So it goes. " * 500),
            )
            for n in range(1, 131)
        )
        return (ToolReport("loud", "1", 1, said),)


def loud(office: Office) -> Office:
    """The same office without a model, whose analyser is loud."""
    reader = office.review.reader.reader  # type: ignore[attr-defined]
    reader = replace(reader, examiner=replace(reader.examiner, analyzers=Loud()))
    judge = replace(office.review.judge, model=None)
    office.review = replace(office.review, reader=reader, judge=judge)
    return office


async def test_23_of_130_findings_few_are_comments_and_all_are_told_within_the_limits(
    besieged: Building,
) -> None:
    office = loud(besieged.office())
    number = besieged.opened({"src/many.py": "".join(f"y{n} = {n * 7}\n" for n in range(1, 521))})
    besieged.github.forget_requests()
    ended = await office.walk(besieged.run(), number)
    pull = besieged.repo.pull(number)
    most = 20  # max_comments of this repository's policy
    assert len(pull.comments) == most
    assert len(ended.check.annotations) == 130 - most
    sent = [each for each in besieged.github.writes if "/check-runs" in each.path]
    assert all(each.status < 300 for each in sent)  # the sandbox refuses more than 50 at once
    batches = -(-(130 - most) // 50)
    assert len(sent) in (batches, batches + 1)  # one of them may have begun the check
    assert all(f"Problem of line {n} " in ended.summary for n in range(1, 131))
    texts = [ended.check.summary, ended.check.text, *(each.body for each in pull.reviews)]
    texts += [each.body for each in pull.comments]
    assert all(len(text or "") <= 65_535 for text in texts)
    assert all(len(each.message.encode()) <= 64 * 1024 for each in ended.check.annotations)
