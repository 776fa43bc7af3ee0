"""What becomes of a comment's text: every mark is there once, and the words are never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fate import Fate, Mark
from bot.reporting.marks import MOST, is_over, remarked

MARKER = "<!-- ai-review:finding=0123456789abcdef -->"
WORDS = "**High: It leaks**\n\nAnybody reads it.\n\n```suggestion\nclose()\n```\n\n<sub>ruff</sub>"
BODY = f"{WORDS}\n\n{MARKER}"
ONE, TWO = "abc1234" + "0" * 33, "def5678" + "0" * 33


def fixed(head: str = ONE) -> Mark:
    return Mark(Fate.FIXED, head)


def stands(head: str = TWO) -> Mark:
    return Mark(Fate.STANDS, head)


def test_a_fixed_one_says_so_on_top_and_folds_its_words() -> None:
    assert remarked(BODY, fixed()) == (
        "**Fixed in `abc1234`.**\n\n<details><summary>What was found</summary>\n\n"
        f"{WORDS}\n\n</details>\n\n{MARKER}\n<!-- ai-review:state=fixed -->"
    )


def test_one_that_comes_back_says_so_and_shows_its_words() -> None:
    back = remarked(remarked(BODY, fixed()), stands())
    assert back == (f"**Back in `def5678`.**\n\n{WORDS}\n\n{MARKER}\n<!-- ai-review:state=back -->")
    assert remarked(back, fixed(TWO)).startswith("**Fixed in `def5678`.**\n\n<details>")


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        (Mark(Fate.ANSWERED, ONE), "No longer found at `abc1234`, where its file was read again."),
        (Mark(Fate.AWAY, ONE), "No longer part of this change at `abc1234`."),
        (Mark(Fate.IGNORED, ONE, "mia"), "Ignored by mia."),
    ],
    ids=["answered", "away", "ignored"],
)
def test_other_ends_are_told_as_what_they_are(mark: Mark, line: str) -> None:
    assert remarked(BODY, mark).startswith(f"**{line}**\n\n<details>")


def test_what_nobody_looked_at_again_stays_as_it_is() -> None:
    for body in (BODY, remarked(BODY, fixed()), remarked(remarked(BODY, fixed()), stands())):
        assert remarked(body, Mark(Fate.UNKNOWN, TWO)) == body


def test_the_first_end_stays_and_ignoring_has_the_last_word() -> None:
    over = remarked(BODY, fixed())
    assert remarked(over, Mark(Fate.AWAY, TWO)) == over
    assert remarked(over, fixed(TWO)) == over
    ignored = remarked(over, Mark(Fate.IGNORED, TWO, "mia"))
    assert ignored.startswith("**Ignored by mia.**")
    assert remarked(ignored, stands()) == BODY


def test_a_comment_that_is_not_as_we_left_it_is_left_alone() -> None:
    over = remarked(BODY, fixed())
    for body in (
        "Somebody else's words",
        over.replace("</details>", ""),
        over.replace("**Fixed in `abc1234`.**\n\n", ""),
        BODY + "\n\nmore below the marker",
    ):
        assert remarked(body, stands()) == body
        assert remarked(body, fixed()) == body
        assert not is_over(body)


def test_a_comment_never_grows_past_what_github_takes() -> None:
    long = "x" * (MOST - len(MARKER) - 20) + f"\n\n{MARKER}"
    assert remarked(long, fixed()) == long


def test_a_name_is_words_and_no_markup() -> None:
    said = remarked(BODY, Mark(Fate.IGNORED, ONE, "@mia <!-- ai-review:state=fixed -->"))
    assert "<!-- ai-review:state=fixed" not in said
    assert "@mia" not in said.replace("`@mia", "")


MARKS = st.builds(
    Mark, st.sampled_from(Fate), st.sampled_from([ONE, TWO]), st.sampled_from(["", "mia"])
)


@given(st.text(st.characters(exclude_characters="\r"), max_size=60), st.lists(MARKS, max_size=6))
def test_marks_are_idempotent_and_nothing_is_lost(text: str, marks: list[Mark]) -> None:
    words = f"**Low: it**\n\n{text.strip()}x"
    body = f"{words}\n\n{MARKER}"
    for mark in marks:
        new = remarked(body, mark)
        assert remarked(new, mark) == new
        assert new.count(MARKER) == 1
        assert words in new
        body = new
    ended = remarked(body, Mark(Fate.IGNORED, ONE, "mia"))
    assert remarked(ended, stands()) == f"{words}\n\n{MARKER}"


@given(st.text(max_size=80), MARKS)
def test_any_text_at_all_is_survived(text: str, mark: Mark) -> None:
    assert remarked(remarked(text, mark), mark) == remarked(text, mark)
