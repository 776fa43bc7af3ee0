from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from markdown_it import MarkdownIt

from bot.domain.finding import Severity
from bot.domain.patch import Side
from bot.domain.post import CheckReport, Conclusion, Level, Receipt
from bot.domain.review import Review, verdict
from bot.reporting.check import cancelled, report, skipped, unfinished
from bot.reporting.comments import review_post
from bot.reporting.markdown import markdown
from bot.reporting.text import plan_text, text
from tests.reporting.reviews import (
    FACTS,
    HOSTILE,
    HUGE,
    MIXED,
    PLAN,
    UNPOSTED,
    finding,
    on_its_line,
    review,
)
from tests.reporting.stages import ALL, ALL_FAILED, CARRIED, DISAGREEMENT, EVERYTHING, PARTS, REUSED


@cache
def reported(shown: Review) -> CheckReport:
    """The check of a review, made once: a large one takes a second."""
    return report(shown, FACTS)


def whole(shown: Review) -> str:
    """Title, summary and comments of a review as one page to be read."""
    said = reported(shown)
    parts = [f"{said.conclusion}: {said.title}", said.summary]
    post = review_post(shown, FACTS.run)
    if post:
        parts += ["=== review", post.body]
        for each in post.comments[:5]:
            parts += [f"=== {each.anchor.start}-{each.anchor.end}", each.body]
    return "\n\n".join(parts) + "\n"


@pytest.mark.parametrize("name", ALL)
def test_a_review_reads_as_its_golden_file(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.md", whole(ALL[name]))


def test_a_document_and_a_terminal_read_as_their_golden_files(
    golden: Callable[[str, str], None],
) -> None:
    golden("mixed_document.md", markdown(MIXED, UNPOSTED))
    golden("mixed_terminal.md", text(MIXED, FACTS))
    golden("plan_terminal.md", plan_text(PLAN))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("clean", "No findings"),
        ("mixed", "3 findings, worst High"),
        ("static_only", "Static analysers only: 3 findings, worst Critical"),
        ("failed", "Incomplete: security failed, zizmor could not read everything"),
        ("unread", "Incomplete: 2 files not fully read"),
        ("all_failed", "Not reviewed, needs a person: security and quality failed"),
        ("disagreement", "1 finding, worst High, in doubt"),
    ],
)
def test_the_title_says_what_matters_most(name: str, title: str) -> None:
    assert reported(ALL[name]).title == title


def test_an_unknown_price_is_unknown_not_free() -> None:
    summary = reported(ALL["unpriced"]).summary
    assert "unknown" in summary
    assert "$0.00 " not in summary


def test_a_huge_review_fits_and_says_what_it_dropped() -> None:
    summary = reported(HUGE).summary
    assert len(summary.encode()) <= 65_000
    assert summary.count("more") >= 2
    rows = sum(line.startswith("| High") for line in summary.splitlines())
    assert f"and {500 - rows:,} more" in summary
    assert "- `src/login.py:10` Claim 9" in summary
    assert "AI-generated, may be wrong" in summary


@pytest.mark.parametrize("shown", [HUGE, EVERYTHING], ids=["huge", "everything"])
def test_a_page_stays_within_what_github_takes(shown: Review) -> None:
    said = reported(shown)
    assert len(said.summary) <= 65_535
    assert len(said.title) <= 255
    assert said.summary.endswith("AI-generated, may be wrong.</sub>")
    post = review_post(shown, FACTS.run)
    assert post is not None
    bodies = [post.body, *(each.body for each in post.comments)]
    assert max(map(len, bodies)) <= 65_536


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("Set aside: 99 claims", 99),
        ("How voters saw it: 198 findings", 198),
        ("How it was decided", 111),
    ],
)
def test_a_long_list_is_folded_and_says_what_it_lost(name: str, total: int) -> None:
    summary = reported(EVERYTHING).summary
    _, found, behind = summary.partition(f"<details><summary>{name}</summary>\n")
    rows = behind.partition("\n</details>")[0]
    shown = rows.count("\n- ")
    assert found
    assert shown > 0
    assert f"\nand {total - shown} more" in rows


def test_a_clean_review_stays_short() -> None:
    assert len(reported(ALL["clean"]).summary.splitlines()) <= 24


def test_where_everybody_failed_the_check_is_not_green_and_can_be_run_again() -> None:
    judged = verdict((), ALL_FAILED.outcomes, (), ALL_FAILED.plan.coverage, Severity.HIGH)
    said = report(replace(ALL_FAILED, verdict=judged), FACTS)
    assert said.conclusion is Conclusion.NEUTRAL
    assert "needs a person" in said.title
    assert "needs a person. Re-run this check to try again." in said.summary


def test_every_reason_of_a_disagreement_can_be_read() -> None:
    summary = report(DISAGREEMENT, FACTS).summary
    assert DISAGREEMENT.findings[0].votes
    for each in DISAGREEMENT.findings[0].votes:
        assert f"{each.reason}\n" in summary


def test_how_a_large_change_was_shared_out_is_folded() -> None:
    summary = report(PARTS, FACTS).summary
    _, _, folded = summary.partition("<details><summary>How it was decided</summary>\n\n")
    rows = folded.partition("\n\n</details>")[0].splitlines()
    assert rows == [
        "- Triage chose 2 of the 3 reviewers the rules leave open.",
        "- 2 definitions the change calls are not shown: there was no room for them.",
        "- Part 1, `src/auth`, 12 files: read by security and quality",
        "- Part 2, `bot/github`, 6 files: read by quality; **security failed**",
        "- Part 3, `web`, 16 files: read by security",
    ]


def test_a_note_of_plan_and_review_is_said_once() -> None:
    shown = replace(PARTS, notes=PARTS.plan.notes)
    assert reported(shown).summary.count(PARTS.plan.notes[0]) == 1


def test_the_overview_is_words_and_nothing_else() -> None:
    shown = replace(
        PARTS, overview="# Big\n\n@octo/admins <b>look</b>\n\n---\n![x](https://x.example)"
    )
    page = whole(shown)
    assert alive(page) == set()
    assert "\n# Big" not in page
    assert "`@octo/admins`" in page


def test_what_is_in_doubt_is_annotated_as_a_warning_that_says_why() -> None:
    [annotation] = report(DISAGREEMENT, FACTS).annotations
    assert annotation.level is Level.WARNING
    assert annotation.message.endswith(
        "Does not fail the check: reviewers disagree, 1 of 3 confirms"
    )


def test_a_finding_commented_at_an_earlier_head_is_not_annotated_again() -> None:
    annotated = [each.path for each in report(REUSED, FACTS).annotations]
    assert annotated == ["src/api.py", "src/pay.py"]


def test_a_reviewer_that_does_not_read_now_keeps_what_it_found() -> None:
    summary = report(REUSED, FACTS).summary
    assert "| performance | not run: all it would read was read at an earlier head | 1 |" in summary


def test_a_document_says_what_is_known_of_each_finding() -> None:
    page = markdown(review(landed=(on_its_line(CARRIED),)), FACTS)
    assert (
        "By security · confidence 90% · a refuter could not disprove it · first found at 0123abc"
        in page
    )


def test_every_finding_on_the_new_side_is_annotated_as_loudly_as_it_is_bad() -> None:
    old = finding(line=3, side=Side.LEFT)
    shown = review(landed=(*MIXED.landed, on_its_line(old)))
    annotations = reported(shown).annotations
    assert [each.level for each in annotations] == [Level.FAILURE, Level.WARNING, Level.NOTICE]
    assert all(len(each.title) <= 255 for each in annotations)


def test_a_finding_that_has_its_comment_is_not_annotated_too() -> None:
    first = MIXED.findings[0].fingerprint
    posted = replace(FACTS, receipt=Receipt(1, "", posted=(first,)))
    annotated = report(MIXED, posted).annotations
    assert len(annotated) == len(MIXED.findings) - 1


def test_an_annotation_hides_nothing_and_wears_no_marker_of_ours() -> None:
    annotations = reported(HOSTILE).annotations
    assert annotations
    for each in annotations:
        for said in (each.title, each.message):
            assert "\u202e" not in said
            assert "<!-- ai-review:finding=" not in said


def test_comments_that_were_refused_are_shown() -> None:
    summary = report(MIXED, UNPOSTED).summary
    assert "- `src/orders.py:40-42`: line must be part of the diff" in summary


def test_a_reviewer_without_an_outcome_is_not_shown_as_done() -> None:
    assert "has no outcome" in report(review(outcomes=()), FACTS).summary


def alive(page: str) -> set[str]:
    """What a browser would make more of than words, besides what is ours."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [each for block in parser.parse(page) for each in (block, *(block.children or ()))]
    html = [each.content for each in tokens if each.type in ("html_inline", "html_block")]
    ours = re.compile(r"</?(?:details|summary|sub)>|<br>|<!-- ai-review:(?:run|finding)=[\w-]+ -->")
    left = {ours.sub("", each).strip() for each in html}
    left |= {each.type for each in tokens if each.type in ("image", "link_open")}
    return {each for each in left if "<" in each or each in ("image", "link_open")}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: reported(HOSTILE).summary, id="check"),
        pytest.param(lambda: whole(HOSTILE), id="comments"),
        pytest.param(lambda: markdown(HOSTILE, FACTS), id="document"),
        pytest.param(lambda: whole(EVERYTHING), id="everything"),
    ],
)
def test_nothing_hostile_comes_alive(made: Callable[[], str]) -> None:
    page = made()
    assert alive(page) == set()
    assert "<!-- ai-review:finding=0000000000000000" not in page
    assert "\u202e" not in page
    assert page.count("<details>") == page.count("\n</details>\n")
    assert page.count("<sub>") == page.count("</sub>")
    spoken = re.sub(r"(?ms)^(`{3,}).*?^\1$|`[^`\n]*`", "", page)
    assert "@octo" not in spoken


def test_what_is_alive_is_recognised() -> None:
    assert alive("![x](https://evil.example) <img src=x>") == {"image", "<img src=x>"}


def test_a_skipped_check_gives_its_reason() -> None:
    said = skipped("only docs changed")
    assert (said.conclusion, said.title) == (Conclusion.SKIPPED, "Skipped: only docs changed")


def test_a_cancelled_check_gives_its_reason() -> None:
    said = cancelled("A newer head came: abc1234.")
    assert said.conclusion is Conclusion.CANCELLED
    assert "abc1234" in said.title


def test_an_unfinished_check_is_neutral_and_asks_for_a_person() -> None:
    said = unfinished("GitHub did not answer.")
    assert (said.conclusion, said.title) == (Conclusion.NEUTRAL, "Review did not complete")
    assert "needs a person" in said.summary
    assert "Re-run" in said.summary
