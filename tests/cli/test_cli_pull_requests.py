"""`ai-review review --repo`: what it reads of GitHub, and what it leaves there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.cli.conftest import APP, RISKY, Run, claim
from tests.fakes.model import FakeModel

WRITING = {"contents": "read", "pull_requests": "write", "checks": "write"}
READING = {"contents": "read", "pull_requests": "read", "checks": "read"}
PATIENT = "bot.github.client.PAUSES_S"


@dataclass(frozen=True)
class Place:
    """A pull request, and how to call the command on it."""

    github: Sandbox
    repo: RepoScene
    number: int

    @property
    def target(self) -> tuple[str, ...]:
        return ("review", "--repo", self.repo.full_name, "--pr-number", str(self.number))


@pytest.fixture
def place(run: Run, github: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    github.person("mia", permission="write")
    repo = github.create_repo("acme/shop", {"app.py": APP})
    repo.branch("feature")
    repo.commit("feature", {"app.py": RISKY}, "Read what was kept")
    number = repo.open_pull("feature", title="Read what was kept", author="mia")
    monkeypatch.setenv("GITHUB_API_URL", github.url)
    monkeypatch.setenv("GITHUB_TOKEN", github.ci_token("acme/shop", WRITING))
    monkeypatch.chdir(tmp_path)
    return Place(github, repo, number)


def test_without_post_nothing_is_written(run: Run, place: Place) -> None:
    said = run(*place.target, "--format", "json")
    document = json.loads(said.out)
    assert said.code == 1
    assert [each["path"] for each in document["findings"]] == ["app.py"]
    assert document["head_sha"] == place.repo.pull(place.number).head_sha
    assert [each.path for each in place.github.writes if "graphql" not in each.path] == []


def test_post_leaves_a_check_and_a_review(run: Run, place: Place) -> None:
    said = run(*place.target, "--post")
    pull = place.repo.pull(place.number)
    assert said.code == 1
    assert "app.py:5" in said.out
    assert [(each.name, each.conclusion) for each in pull.checks] == [("AI Review", "failure")]
    assert [(each.path, each.line) for each in pull.comments] == [("app.py", 5)]


def test_posting_twice_leaves_one(run: Run, place: Place) -> None:
    run(*place.target, "--post")
    assert run(*place.target, "--post").code == 1
    pull = place.repo.pull(place.number)
    assert (len(pull.checks), len(pull.reviews), len(pull.comments)) == (1, 1, 1)


def test_fail_on_decides_the_posted_check_too(run: Run, place: Place) -> None:
    assert run(*place.target, "--post", "--fail-on", "never").code == 0
    [check] = place.repo.pull(place.number).checks
    assert check.conclusion == "neutral"


def test_the_model_reviews_the_pull_request(run: Run, place: Place, model: FakeModel) -> None:
    model.answer("security", [claim("critical")])
    said = run(*place.target, "--post", "--agents", "security")
    assert said.code == 1
    judges = {"refuter", "voter-1", "voter-2", "voter-3"}
    assert {each.reviewer for each in model.calls} == {"security"} | judges
    [comment] = place.repo.pull(place.number).comments
    assert "Unpickles what a caller names" in comment.body


def test_a_failed_reviewer_is_incomplete_and_neutral(
    run: Run, place: Place, model: FakeModel
) -> None:
    model.fail("quality", 400)
    assert run(*place.target, "--post", "--fail-on", "never").code == 3
    assert place.repo.pull(place.number).checks[0].conclusion == "neutral"


def test_a_token_that_only_reads_writes_the_jobs_summary(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_TOKEN", place.github.ci_token("acme/shop", READING))
    said = run(*place.target, "--post")
    assert said.code == 1
    assert "may not write to the pull request" in said.err
    assert summary.read_text().startswith("Before.\n## AI Review\n")
    assert "app.py:5" in summary.read_text()
    pull = place.repo.pull(place.number)
    assert (pull.checks, pull.reviews) == ([], [])


def test_a_token_that_only_reads_still_shows_the_review(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", place.github.ci_token("acme/shop", READING))
    said = run(*place.target, "--post", "--format", "json")
    assert (said.code, json.loads(said.out)["verdict"]) == (1, "failure")


def test_a_summary_that_cannot_be_written_is_said(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    monkeypatch.setenv("GITHUB_TOKEN", place.github.ci_token("acme/shop", READING))
    said = run(*place.target, "--post")
    assert (said.code, "cannot be written either" in said.err) == (1, True)


def test_a_review_that_may_not_be_posted_is_shown_and_not_called_posted(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks_only = {**WRITING, "pull_requests": "read"}
    monkeypatch.setenv("GITHUB_TOKEN", place.github.ci_token("acme/shop", checks_only))
    said = run(*place.target, "--post", "--fail-on", "never")
    assert said.code == 3
    assert "app.py:5" in said.out
    assert "Not posted." in said.err
    assert place.repo.pull(place.number).checks[0].conclusion == "neutral"


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_draft_is_skipped_and_said(run: Run, place: Place, form: str) -> None:
    place.repo.ready(place.number, draft=True)
    said = run(*place.target, "--post", "--format", form)
    assert said.code == 0
    assert place.repo.pull(place.number).checks[0].conclusion == "skipped"
    if form == "sarif":
        json.loads(said.out)
    else:
        assert "draft" in said.out


def test_the_policy_is_the_default_branchs(run: Run, place: Place) -> None:
    place.repo.commit("feature", {".github/ai-review.yml": "fail_at: never\n"}, "Let me pass")
    assert run(*place.target).code == 1
    place.repo.commit("main", {".github/ai-review.yml": "fail_at: never\n"}, "Advise only")
    assert run(*place.target).code == 3  # the policy's own change is a file no analyser reads


def test_the_app_works_as_well_as_a_token(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("APP_ID", str(place.github.app.id))
    monkeypatch.setenv("PRIVATE_KEY_PATH", str(place.github.key_file()))
    assert run(*place.target).code == 1


def test_a_wrong_token_is_the_operators_to_correct(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "gh" + "s_" + "a" * 36
    monkeypatch.setenv("GITHUB_TOKEN", token)
    said = run(*place.target)
    assert (said.code, said.out) == (2, "")
    assert "check GITHUB_TOKEN" in said.err
    assert token not in said.err


def test_a_pull_request_that_is_not_there_is_said(run: Run, place: Place) -> None:
    said = run("review", "--repo", "acme/shop", "--pr-number", "99")
    assert (said.code, said.out) == (2, "")
    assert "pulls/99" in said.err


def test_a_repository_that_is_none_is_said(run: Run, place: Place) -> None:
    said = run("review", "--repo", "../shop", "--pr-number", "1")
    assert (said.code, "OWNER/NAME" in said.err) == (2, True)


@pytest.mark.parametrize("more", [(), ("--post",)], ids=["shown", "posted"])
def test_an_unreachable_github_is_incomplete(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setattr(PATIENT, ())
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    said = run(*place.target, *more)
    assert (said.code, said.out) == (3, "")
    assert "Cannot reach 127.0.0.1:9." in said.err
