from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from bot.domain.patch import Side
from bot.domain.post import Conclusion, Level, Receipt
from bot.domain.review import Review
from bot.reporting.check import cancelled, report, skipped, unfinished
from bot.reporting.comments import review_post
from bot.reporting.markdown import markdown
from bot.reporting.text import plan_text, text
from tests.reporting.reviews import (
    EVERY,
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


def whole(shown: Review) -> str:
    """Title, summary and comments of a review as one page to be read."""
    said = report(shown, FACTS)
    parts = [f"{said.conclusion}: {said.title}", said.summary]
    post = review_post(shown, FACTS.run)
    if post:
        parts += ["=== review", post.body]
        for each in post.comments[:5]:
            parts += [f"=== {each.anchor.start}-{each.anchor.end}", each.body]
    return "\n\n".join(parts) + "\n"


@pytest.mark.parametrize("name", EVERY)
def test_a_review_reads_as_its_golden_file(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.md", whole(EVERY[name]))


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
    ],
)
def test_the_title_says_what_matters_most(name: str, title: str) -> None:
    assert report(EVERY[name], FACTS).title == title


def test_an_unknown_price_is_unknown_not_free() -> None:
    summary = report(EVERY["unpriced"], FACTS).summary
    assert "unknown" in summary
    assert "$0.00 " not in summary


def test_a_huge_review_fits_and_says_what_it_dropped() -> None:
    summary = report(HUGE, FACTS).summary
    assert len(summary.encode()) <= 65_000
    assert summary.count("more") >= 2
    rows = sum(line.startswith("| High") for line in summary.splitlines())
    assert f"and {500 - rows:,} more" in summary
    assert "- `src/login.py:10` Claim 9" in summary
    assert "AI-generated, may be wrong" in summary


def test_every_finding_on_the_new_side_is_annotated_as_loudly_as_it_is_bad() -> None:
    old = finding(line=3, side=Side.LEFT)
    shown = review(landed=(*MIXED.landed, on_its_line(old)))
    annotations = report(shown, FACTS).annotations
    assert [each.level for each in annotations] == [Level.FAILURE, Level.WARNING, Level.NOTICE]
    assert all(len(each.title) <= 255 for each in annotations)


def test_a_finding_that_has_its_comment_is_not_annotated_too() -> None:
    first = MIXED.findings[0].fingerprint
    posted = replace(FACTS, receipt=Receipt(1, "", posted=(first,)))
    annotated = report(MIXED, posted).annotations
    assert len(annotated) == len(MIXED.findings) - 1


def test_an_annotation_hides_nothing_and_wears_no_marker_of_ours() -> None:
    annotations = report(HOSTILE, FACTS).annotations
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
    ours = re.compile(r"</?(?:details|summary|sub)>|<!-- ai-review:(?:run|finding)=[\w-]+ -->")
    left = {ours.sub("", each).strip() for each in html}
    left |= {each.type for each in tokens if each.type in ("image", "link_open")}
    return {each for each in left if "<" in each or each in ("image", "link_open")}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(report(HOSTILE, FACTS).summary, id="check"),
        pytest.param(whole(HOSTILE), id="comments"),
        pytest.param(markdown(HOSTILE, FACTS), id="document"),
    ],
)
def test_nothing_hostile_comes_alive(page: str) -> None:
    assert alive(page) == set()
    assert "<!-- ai-review:finding=0000000000000000" not in page
    assert "\u202e" not in page
    assert page.count("<details>") == page.count("\n</details>\n")
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
