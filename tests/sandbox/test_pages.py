from __future__ import annotations

import re
from typing import Any

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client
from tests.sandbox.conftest import NEW
from tests.sandbox.reading import (
    CHECKS,
    REVIEWS,
    below,
    check,
    comment,
    load,
    note,
    page,
    review,
)


def test_a_hidden_review_is_folded_and_its_threads_are_not(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    review(bot, comment(4))
    repo.pull(1).reviews[0].minimized = "OUTDATED"
    html = page(github)
    folded = html[html.index("<summary>Hidden as outdated</summary>") :].partition("</details>")[0]
    assert "Read." in folded
    assert "Look." in html.replace(folded, "")


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        pytest.param(comment(4), "f1-R4", id="an added line"),
        pytest.param(comment(5), "f1-R5", id="the added line after it"),
        pytest.param(comment(4, side="LEFT"), "f1-L4", id="a removed line"),
        pytest.param(comment(30, side="LEFT"), "f1-L30", id="a removed line further down"),
        pytest.param(comment(2), "f1-R2", id="context"),
        pytest.param(comment(7, side="LEFT"), "f1-R8", id="context, counted before the change"),
        pytest.param(comment(5, start_line=4), "f1-R5", id="the last of several lines"),
    ],
)
def test_a_comment_stands_under_its_line(
    github: Sandbox, bot: Client, asked: dict[str, Any], row: str
) -> None:
    review(bot, asked)
    html = page(github, "/files")
    assert html.count("Look.") == 1
    assert "Look." in below(html, row)


def test_a_comment_on_the_whole_file_stands_above_its_lines(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    asked = {"path": "src/cart.py", "subject_type": "file", "body": "Look."}
    bot.post("/repos/acme/shop/pulls/1/comments", asked | {"commit_id": repo.pull(1).head_sha})
    html = page(github, "/files")
    assert html.index('id="file-1"') < html.index("Look.") < html.index('id="f1-R1"')
    assert "the whole file" in page(github)


def test_a_comment_moves_with_its_line_and_is_outdated_once_that_is_gone(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    review(bot, comment(5))
    repo.push(1, {"src/cart.py": "first\n" + NEW})
    assert "Look." in below(page(github, "/files"), "f1-R6")
    repo.push(1, {"src/cart.py": NEW.replace("and more\n", "")})
    files, talk = page(github, "/files"), page(github)
    assert "Look." not in files
    assert "1 thread on lines that are gone" in files
    assert "Look." in talk
    assert "outdated" in talk


def test_replies_stand_in_their_thread_and_not_by_themselves(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    review(bot, comment(4))
    first = repo.pull(1).comments[0].id
    bot.post(f"/repos/acme/shop/pulls/1/comments/{first}/replies", {"body": "Still so."})
    html = page(github)
    assert html.count('class="review"') == 1
    assert html.index("Look.") < html.index("Still so.")
    assert "Still so." in below(page(github, "/files"), "f1-R4")


def test_a_pending_review_is_not_shown(github: Sandbox, bot: Client) -> None:
    bot.post(REVIEWS, {"body": "Not yet.", "comments": [comment(4)]})
    assert not [word for word in ("Not yet.", "Look.") if word in page(github)]
    assert "Look." not in page(github, "/files")


def test_a_review_shows_its_comments_on_the_end_of_their_hunks(
    github: Sandbox, bot: Client
) -> None:
    review(bot, comment(5))
    html = page(github)
    assert html.index("Read.") < html.index("and more") < html.index("Look.")
    assert "line 8" not in html


def test_a_suggestion_is_shown_as_a_change_of_the_lines_it_is_on(
    github: Sandbox, bot: Client
) -> None:
    review(bot, comment(5, "```suggestion\nline 4\n```", start_line=4))
    change = "<del>line four</del><del>and more</del><ins>line 4</ins>"
    assert change in page(github)
    assert change in page(github, "/files")


def test_a_resolved_thread_and_a_hidden_comment_are_folded(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    review(bot, comment(4))
    repo.comment(1, "Look here too.")
    repo.pull(1).comments[0].resolved_by = "mia"
    repo.pull(1).conversation[0].minimized = "OUTDATED"
    html = page(github)
    assert "<summary>Resolved by mia</summary>" in html
    assert "<summary>Hidden as outdated</summary>" in html


@pytest.mark.parametrize("state", ["open", "draft", "closed", "merged"])
def test_the_state_is_named(github: Sandbox, repo: RepoScene, state: str) -> None:
    if state == "draft":
        repo.ready(1, draft=True)
    elif state != "open":
        repo.close(1, merged=state == "merged")
    assert f'<span class="state {state}">{state}</span>' in page(github)
    assert f'<span class="state {state}">{state}</span>' in load(github, "/").text


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("APPROVE", "approved"),
        ("REQUEST_CHANGES", "requested changes"),
        ("COMMENT", "reviewed"),
    ],
)
def test_a_review_says_what_its_author_did(
    github: Sandbox, bot: Client, event: str, words: str
) -> None:
    bot.post(REVIEWS, {"body": "Read.", "event": event})
    assert re.search(rf"</span> {words}\s+<time", page(github))


def test_reactions_are_counted_by_kind(github: Sandbox, repo: RepoScene, bot: Client) -> None:
    number = repo.comment(1, "/ai-review")
    mia = Client(github.url, github.user_token("mia"))
    for who, kind in ((bot, "eyes"), (mia, "eyes"), (bot, "rocket")):
        who.post(f"/repos/acme/shop/issues/comments/{number}/reactions", {"content": kind})
    html = page(github)
    assert "<li>eyes <strong>2</strong></li>" in html
    assert "<li>rocket <strong>1</strong></li>" in html


@pytest.mark.parametrize(
    ("conclusions", "words"),
    [
        pytest.param([], "No check has reported", id="none"),
        pytest.param([None], "have not finished", id="running"),
        pytest.param(["success"], "All checks have passed", id="passed"),
        pytest.param(["neutral"], "none has failed", id="neutral is not passed"),
        pytest.param(["failure"], "were not successful", id="failed"),
        pytest.param(["failure", "success"], "All checks have passed", id="the newest counts"),
        pytest.param(["success", None], "have not finished", id="a re-run is awaited"),
    ],
)
def test_the_merge_box_tells_of_the_newest_checks(
    github: Sandbox, repo: RepoScene, bot: Client, conclusions: list[str | None], words: str
) -> None:
    for conclusion in conclusions:
        check(bot, repo.pull(1).head_sha, conclusion)
    assert words in page(github)
    repo.push(1, {"src/cart.py": "new\n"})
    assert "No check has reported" in page(github)


def test_a_check_is_shown_with_all_it_says(github: Sandbox, repo: RepoScene, bot: Client) -> None:
    said = {"summary": "|a|\n|-|\n|b|", "text": "**More.**", "annotations": [note(4, title="T")]}
    number = check(bot, repo.pull(1).head_sha, "action_required", **said)
    html = page(github, "/checks")
    expected = [
        "AI Review",
        "action required",
        "7-1-abc-1",
        "Read",
        "<th>a</th>",
        "T",
        "Mind this.",
    ]
    expected += ["<strong>More.</strong>", "src/cart.py:4", "22 November 2026, 12:00:00 UTC"]
    assert not [word for word in expected if word not in html]
    assert f'id="check-{number}"' in html


def test_a_check_shows_how_long_it_took_whatever_times_it_was_given(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    number = check(bot, repo.pull(1).head_sha)
    times = {"started_at": "2026-11-22T12:00:00", "completed_at": "2026-11-22T12:00:02.5Z"}
    assert bot.patch(f"{CHECKS}/{number}", times | {"conclusion": "success"}).status_code == 200
    assert "after 2.5&nbsp;s" in page(github, "/checks")


def test_annotations_of_the_newest_check_stand_under_their_lines_and_none_is_lost(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    sha = repo.pull(1).head_sha
    check(bot, sha, annotations=[note(4, message="Replaced.")])
    noted = [note(5), note(20, message="Unchanged."), note(1, "README.md", message="Elsewhere.")]
    check(bot, sha, annotations=noted)
    html = page(github, "/files")
    assert "Replaced." not in html
    assert "Mind this." in below(html, "f1-R5")
    assert html.index('id="file-1"') < html.index("Unchanged.") < html.index('id="f1-R1"')
    assert html.index("files that are not changed") < html.index("Elsewhere.")
