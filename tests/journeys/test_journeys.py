"""What a pull request's author sees, through the whole system on real parts."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import RepoScene
from bot.sandbox.state import CheckRun
from tests.fakes.model import FakeModel
from tests.journeys.conftest import installation, shop
from tests.journeys.system import System, wait_for

pytestmark = pytest.mark.slow

FINDING: dict[str, Any] = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "high",
    "title": "Passwords are compared in plain text",
    "body": "The stored password is compared as it is. Compare hashes in constant time.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}


def concluded(repo: RepoScene, number: int, count: int = 1) -> CheckRun:
    """The newest check run of a pull request, once `count` have ended."""

    def look() -> CheckRun | None:
        ended = [each for each in repo.pull(number).checks if each.conclusion]
        return ended[-1] if len(ended) >= count else None

    return wait_for(look)


def opened(repo: RepoScene) -> int:
    return repo.open_pull(head="change", title="Ask for the password", author="mia")


def test_an_opened_pull_request_gets_one_review(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    check = concluded(repo, number)
    pull = repo.pull(number)
    assert check.conclusion == "failure"
    assert "1 finding" in (check.title or "")
    [review] = pull.reviews
    assert (review.state, review.commit_id) == ("COMMENTED", pull.head_sha)
    [comment] = pull.comments
    assert (comment.path, comment.line, comment.side) == ("src/login.py", 2, "RIGHT")
    assert "plain text" in comment.body
    for reviewer in ("security", "quality", "performance"):
        assert reviewer in (check.summary or "")
    assert "$0.0" in (check.summary or "")


def test_nothing_found_is_one_quiet_check(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    number = opened(repo)
    assert concluded(repo, number).conclusion == "success"
    assert repo.pull(number).reviews == []
    assert repo.pull(number).conversation == []


def test_the_same_delivery_twice_is_one_review(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    first = wait_for(
        lambda: next((d for d in system.github.deliveries if d.repository_id == repo.id), None)
    )
    system.github.hooks.again(system.github.app, first)
    system.github.settle()
    concluded(repo, number)
    assert len(repo.pull(number).checks) == 1
    assert len(repo.pull(number).reviews) == 1
    assert len(model.of("security")) == 1


def test_five_pushes_are_one_review_of_the_last_head(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    number = opened(repo)
    concluded(repo, number)
    model.reset()
    for push in range(5):
        repo.push(number, {"src/login.py": f"def login(user):\n    return {push}\n"})
    check = concluded(repo, number, 2)
    assert check.head_sha == repo.pull(number).head_sha
    assert len(repo.pull(number).checks) == 2
    assert len(model.of("quality")) == 1


def test_a_push_cancels_the_older_review_and_its_check(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.hang("quality")
    number = opened(repo)
    wait_for(lambda: repo.pull(number).checks)
    repo.push(number, {"src/login.py": "def login(user):\n    return 7\n"})
    wait_for(lambda: [c for c in repo.pull(number).checks if c.conclusion == "cancelled"])
    model.release()
    wait_for(lambda: [c for c in repo.pull(number).checks if c.conclusion == "success"])
    [old, new] = repo.pull(number).checks
    assert (old.conclusion, new.conclusion) == ("cancelled", "success")
    assert new.head_sha == repo.pull(number).head_sha


def test_closing_cancels_the_review(system: System, model: FakeModel, repo: RepoScene) -> None:
    model.hang("quality")
    number = opened(repo)
    wait_for(lambda: repo.pull(number).checks)
    repo.close(number)
    check = concluded(repo, number)
    model.release()
    assert check.conclusion == "cancelled"
    assert "closed" in f"{check.title} {check.summary}".lower()
    assert repo.pull(number).reviews == []


@pytest.mark.parametrize("trouble", ["fails", "answers nonsense", "refuses"])
def test_one_reviewers_trouble_leaves_the_rest(
    system: System, model: FakeModel, repo: RepoScene, trouble: str
) -> None:
    medium = {**FINDING, "severity": "medium"}
    model.answer("security", [medium])
    match trouble:
        case "fails":
            model.fail("quality", status=400, times=9)
        case "answers nonsense":
            model.nonsense("quality", "I would rather sing.", times=9)
        case _:
            model.refuse("quality", times=9)
    only_quality_failed(repo)


def only_quality_failed(repo: RepoScene) -> None:
    number = opened(repo)
    check = concluded(repo, number)
    assert check.conclusion == "neutral"
    assert "quality" in (check.title or "")
    assert "failed" in (check.summary or "").lower()
    assert len(repo.pull(number).comments) == 1


@pytest.mark.full
def test_a_reviewer_that_does_not_answer_in_time_leaves_the_rest(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Real time passes, and the others must answer meanwhile on a machine with much to do."""
    with FakeModel() as model, installation(tmp_path_factory, model, limit_s=10) as system:
        model.answer("security", [{**FINDING, "severity": "medium"}])
        model.hang("quality")
        only_quality_failed(shop(system))


def test_a_line_outside_the_diff_is_listed_and_still_fails_the_check(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    long = "".join(f"x{n} = {n}\n" for n in range(60))
    repo.commit("main", {"src/long.py": long}, "Long")
    repo.branch("far", "main")
    repo.commit("far", {"src/long.py": long.replace("x2 = 2", "x2 = 3")}, "Far")
    model.answer(
        "quality",
        [
            {
                **FINDING,
                "path": "src/long.py",
                "line": 50,
                "end_line": 50,
                "quote": "x49 = 49",
                "severity": "critical",
            }
        ],
    )
    number = repo.open_pull(head="far", author="mia")
    check = concluded(repo, number)
    assert check.conclusion == "failure"
    assert repo.pull(number).comments == []
    assert "src/long.py:50" in (check.summary or "")


def test_a_502_after_github_took_the_review_makes_no_second(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    system.github.fault("POST", r"/pulls/\d+/reviews$", after_accept=True)
    system.github.fault("POST", r"/check-runs$", after_accept=True)
    number = opened(repo)
    assert concluded(repo, number).conclusion == "failure"
    assert len(repo.pull(number).reviews) == 1
    assert len(repo.pull(number).checks) == 1


@pytest.mark.full
def test_github_being_away_for_a_while_loses_nothing(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    system.github.fault("GET", rf"/repos/{repo.full_name}/pulls/\d+/files", times=4, status=503)
    assert concluded(repo, opened(repo)).conclusion == "success"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"draft": True}, "draft"),
        ({"author": "renovate[bot]"}, "bot"),
        ({"author": "stranger", "fork": True}, "fork"),
    ],
    ids=["draft", "bot", "fork"],
)
def test_what_is_not_reviewed_says_why(
    system: System, model: FakeModel, repo: RepoScene, made: dict[str, Any], reason: str
) -> None:
    number = repo.open_pull(**{"head": "change", "author": "mia", **made})
    check = concluded(repo, number)
    assert check.conclusion == "skipped"
    assert reason in f"{check.title} {check.summary}".lower()
    assert not [call for call in model.calls if repo.full_name in str(call.body)]
    assert model.calls == []


def test_re_running_the_check_reviews_again(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    number = repo.open_pull(head="change", author="stranger", fork=True)
    check = concluded(repo, number)
    assert check.conclusion == "skipped"
    repo.rerequest(check, by="mia")
    assert concluded(repo, number, 2).conclusion == "success"


def test_a_secret_in_the_diff_reaches_nobody(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    token = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    repo.commit("change", {"src/keys.py": f'TOKEN = "{token}"\n'}, "Key")
    number = opened(repo)
    check = concluded(repo, number)
    assert check.conclusion == "failure"
    assert [c.path for c in repo.pull(number).comments] == ["src/keys.py"]
    said = [str(call.body) for call in model.calls]
    said += [c.body for c in repo.pull(number).comments]
    said += [f"{check.title}{check.summary}{check.text}{check.annotations}"]
    said += [system.log()]
    said += [path.read_bytes().decode("latin-1") for path in system.home.glob("ai-review.db*")]
    assert said
    assert not [text for text in said if token in text]
