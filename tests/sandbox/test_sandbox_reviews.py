from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client, as_installation

PULL = "/repos/acme/shop/pulls/1"
REVIEWS = f"{PULL}/reviews"


def on(line: int, body: str = "Look.", **more: Any) -> dict[str, Any]:
    return {"path": "src/cart.py", "line": line, "side": "RIGHT", "body": body, **more}


def a_review(*comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"body": "Read.", "event": "COMMENT", "comments": list(comments), **more}


def test_a_review_is_answered_200_and_signed_by_the_app(repo: RepoScene, bot: Client) -> None:
    made = bot.post(REVIEWS, a_review(on(4), on(5)))
    assert made.status_code == 200
    assert made.json()["state"] == "COMMENTED"
    assert made.json()["user"]["type"] == "Bot"
    pull = repo.pull(1)
    assert [c.line for c in pull.comments] == [4, 5]
    assert made.json()["commit_id"] == pull.head_sha
    listed = bot.get(f"{REVIEWS}/{made.json()['id']}/comments").json()
    assert [each["body"] for each in listed] == ["Look.", "Look."]


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        pytest.param(on(4), True, id="added line"),
        pytest.param(on(1), True, id="context on the right"),
        pytest.param(on(1, side="LEFT"), True, id="context on the left"),
        pytest.param(on(4, side="LEFT"), True, id="deleted line on the left"),
        pytest.param(on(30, side="LEFT"), True, id="another deleted line"),
        pytest.param(on(8), True, id="last context line of the hunk"),
        pytest.param(on(9), False, id="first line past the hunk"),
        pytest.param(on(20), False, id="between the hunks"),
        pytest.param(on(9, side="LEFT"), False, id="past the hunk on the left"),
        pytest.param(on(4000), False, id="past the end of the file"),
        pytest.param(on(4, path="README.md"), False, id="a file that did not change"),
        pytest.param(on(4, path="no.py"), False, id="a file that is not there"),
        pytest.param(on(5, start_line=4, start_side="RIGHT"), True, id="a range in one hunk"),
        pytest.param(on(5, start_line=4), True, id="a range without a start side"),
        pytest.param(on(5, start_line=4, start_side="LEFT"), True, id="from deleted to added"),
        pytest.param(on(31, start_line=4), False, id="a range across hunks"),
        pytest.param(on(4, start_line=5), False, id="a range that ends before it begins"),
        pytest.param(on(5, start_line=5), False, id="a range of one line"),
        pytest.param(on(5, start_line=12), False, id="a range from outside the diff"),
        pytest.param(on(4, body=" \n"), False, id="an empty comment"),
        pytest.param(on(4, body="x" * 65_536), True, id="the longest comment"),
        pytest.param(on(4, body="x" * 65_537), False, id="one character more"),
        pytest.param({"path": "src/cart.py", "position": 4, "body": "x"}, True, id="a position"),
        pytest.param({"path": "src/cart.py", "position": 99, "body": "x"}, False, id="none such"),
        pytest.param(on(4, subject_type="file"), False, id="a property reviews do not know"),
        pytest.param(on(4, side="MIDDLE"), False, id="a side there is not"),
    ],
)
def test_git_decides_where_a_comment_may_stand(
    repo: RepoScene, bot: Client, comment: dict[str, Any], accepted: bool
) -> None:
    answer = bot.post(REVIEWS, a_review(comment))
    assert answer.status_code == (200 if accepted else 422)
    assert len(repo.pull(1).comments) == int(accepted)


def test_one_bad_comment_loses_the_whole_review_and_is_not_named(
    repo: RepoScene, bot: Client
) -> None:
    refused = bot.post(REVIEWS, a_review(on(4), on(20), on(31, start_line=4)))
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        "Pull request review thread line must be part of the diff, and "
        "Pull request review thread diff hunk can't be blank",
        "Pull request review thread start line must be part of the same hunk as the line.",
    ]
    assert repo.pull(1).reviews == []
    assert repo.pull(1).comments == []


def test_lines_are_those_of_the_commit_named(repo: RepoScene, bot: Client) -> None:
    first = repo.pull(1).head_sha
    repo.push(1, {"src/cart.py": "all\nnew\n"})
    assert bot.post(REVIEWS, a_review(on(30), commit_id=first)).status_code == 200
    assert bot.post(REVIEWS, a_review(on(30))).status_code == 422
    foreign = repo.commit("elsewhere", {"x": "y"}, "Not in the pull request")
    assert bot.post(REVIEWS, a_review(on(1), commit_id=foreign)).status_code == 422
    assert bot.post(REVIEWS, a_review(on(1), commit_id="0" * 40)).status_code == 422


def test_a_review_without_an_event_waits_and_only_its_author_sees_it(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    waiting = bot.post(REVIEWS, {"comments": [on(4)]}).json()
    mia = Client(github.url, github.user_token("mia"))
    assert waiting["state"] == "PENDING"
    assert [r["id"] for r in bot.get(REVIEWS).json()] == [waiting["id"]]
    assert mia.get(REVIEWS).json() == []
    assert mia.get(f"{PULL}/comments").json() == []
    again = bot.post(REVIEWS, a_review(on(5)))
    assert again.status_code == 422
    assert again.json()["errors"] == ["User can only have one pending review per pull request"]
    assert bot("DELETE", f"{REVIEWS}/{waiting['id']}").status_code == 200
    assert repo.pull(1).comments == []
    assert bot.post(REVIEWS, a_review(on(5))).status_code == 200


def test_a_pending_review_is_submitted_once_and_a_submitted_one_stays(bot: Client) -> None:
    waiting = bot.post(REVIEWS, {"body": "Read.", "comments": [on(4)]}).json()
    path = f"{REVIEWS}/{waiting['id']}"
    assert bot.post(f"{path}/events", {"event": "COMMENT"}).json()["state"] == "COMMENTED"
    assert bot.post(f"{path}/events", {"event": "COMMENT"}).status_code == 422
    assert bot("DELETE", path).status_code == 422
    assert bot("PUT", path, {"body": "Read again."}).json()["body"] == "Read again."
    assert bot.get(path).json()["body"] == "Read again."


@pytest.mark.parametrize(
    ("review", "status"),
    [
        pytest.param({"event": "COMMENT", "comments": [on(4)]}, 422, id="comment without a body"),
        pytest.param({"event": "REQUEST_CHANGES"}, 422, id="refusal without a body"),
        pytest.param({"event": "APPROVE"}, 200, id="approval without a body"),
        pytest.param({"event": "LGTM", "body": "x"}, 422, id="an event there is not"),
        pytest.param(a_review(body="x" * 65_537), 422, id="a body too long"),
        pytest.param(a_review(coments=[]), 422, id="a misspelt property"),
        pytest.param(a_review(comments={}), 422, id="comments that are no list"),
        pytest.param(a_review(), 200, id="no comments"),
    ],
)
def test_a_review_needs(bot: Client, review: dict[str, Any], status: int) -> None:
    assert bot.post(REVIEWS, review).status_code == status


def test_nobody_approves_their_own_pull_request(github: Sandbox, repo: RepoScene) -> None:
    mia = Client(github.url, github.user_token("mia"))
    assert mia.post(REVIEWS, {"event": "APPROVE"}).status_code == 422
    assert mia.post(REVIEWS, a_review()).status_code == 200


def test_only_its_author_changes_a_review(github: Sandbox, bot: Client) -> None:
    made = bot.post(REVIEWS, a_review()).json()
    mia = Client(github.url, github.user_token("mia"))
    assert mia("PUT", f"{REVIEWS}/{made['id']}", {"body": "mine"}).status_code == 403


def test_a_comment_follows_its_line_and_is_outdated_when_the_line_goes(
    repo: RepoScene, bot: Client
) -> None:
    bot.post(REVIEWS, a_review(on(4), on(5)))
    old, head = repo.pull(1).head_sha, repo.pull(1).head_repo.git
    text = head.read(head.object_id(f"{old}:src/cart.py")).decode()
    repo.push(1, {"src/cart.py": "a new first line\n" + text.replace("and more\n", "")})
    kept, gone = bot.get(f"{PULL}/comments").json()
    assert (kept["line"], kept["original_line"]) == (5, 4)
    assert kept["commit_id"] == repo.pull(1).head_sha
    assert (gone["line"], gone["position"], gone["original_line"]) == (None, None, 5)
    assert gone["commit_id"] == gone["original_commit_id"] == old


def test_a_single_comment_may_be_on_the_whole_file(repo: RepoScene, bot: Client) -> None:
    body = {"body": "x", "commit_id": repo.pull(1).head_sha, "path": "src/cart.py"}
    made = bot.post(f"{PULL}/comments", {**body, "subject_type": "file"})
    assert made.status_code == 201
    assert made.json()["subject_type"] == "file"
    wrong = bot.post(f"{PULL}/comments", {**body, "line": 20})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "pull_request_review_thread.line"
    elsewhere = {**body, "path": "README.md", "subject_type": "file"}
    assert bot.post(f"{PULL}/comments", elsewhere).status_code == 422


def test_replies_go_to_a_threads_first_comment(bot: Client) -> None:
    bot.post(REVIEWS, a_review(on(4)))
    [first] = bot.get(f"{PULL}/comments").json()
    answer = bot.post(f"{PULL}/comments/{first['id']}/replies", {"body": "Fixed."})
    assert answer.status_code == 201
    assert answer.json()["in_reply_to_id"] == first["id"]
    deeper = f"{PULL}/comments/{answer.json()['id']}/replies"
    assert bot.post(deeper, {"body": "No."}).status_code == 422
    assert bot.post(f"{PULL}/comments/999/replies", {"body": "No."}).status_code == 404


def test_the_conversation_and_its_reactions(repo: RepoScene, bot: Client) -> None:
    made = bot.post("/repos/acme/shop/issues/1/comments", {"body": "Hello"})
    assert made.status_code == 201
    path = f"/repos/acme/shop/issues/comments/{made.json()['id']}"
    assert bot.post(f"{path}/reactions", {"content": "eyes"}).status_code == 201
    assert bot.post(f"{path}/reactions", {"content": "eyes"}).status_code == 200
    assert bot.post(f"{path}/reactions", {"content": "shrug"}).status_code == 422
    assert [r["content"] for r in bot.get(f"{path}/reactions").json()] == ["eyes"]
    assert bot.patch(path, {"body": "Hi"}).json()["reactions"]["eyes"] == 1
    assert bot.patch(path, {"body": "x" * 65_537}).status_code == 422
    [comment] = repo.pull(1).conversation
    assert comment.body == "Hi"
    theirs = repo.comment(1, "Mine", by="mia")
    assert bot.patch(f"/repos/acme/shop/issues/comments/{theirs}", {"body": "x"}).status_code == 403


def test_reactions_to_inline_comments(bot: Client) -> None:
    bot.post(REVIEWS, a_review(on(4)))
    [first] = bot.get(f"{PULL}/comments").json()
    path = f"/repos/acme/shop/pulls/comments/{first['id']}"
    made = bot.post(f"{path}/reactions", {"content": "+1"})
    assert bot.get(path).json()["reactions"]["+1"] == 1
    assert bot("DELETE", f"{path}/reactions/{made.json()['id']}").status_code == 204
    assert bot.patch(path, {"body": "Better."}).json()["body"] == "Better."
    assert bot("DELETE", path).status_code == 204


def test_reading_takes_less_than_writing(github: Sandbox, repo: RepoScene) -> None:
    reader = as_installation(github, pull_requests="read")
    assert reader.get(REVIEWS).status_code == 200
    assert reader.post("/repos/acme/shop/issues/1/comments", {"body": "x"}).status_code == 403
