"""What cannot be done is one sentence that says how to do it, and exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Repo, Run


@pytest.mark.parametrize("command", ["review", "plan"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("--diff", "x", "--repo", "a/b", "--pr-number", "1"), "Give only", id="two"),
        pytest.param(("--base", "main", "--diff", "-"), "different changes", id="base and diff"),
        pytest.param(("--repo", "a/b"), "--pr-number N together", id="no number"),
        pytest.param(("--pr-number", "7"), "--repo OWNER/NAME", id="no repository"),
        pytest.param(("--repo", "a/b", "--pr-number", "0"), "--pr-number", id="zero"),
        pytest.param(("--diff", "nowhere.diff"), "No such file", id="no such file"),
        pytest.param(("--diff", "."), "Is a directory", id="a folder"),
        pytest.param(("--diff", "app.py"), "not a unified diff", id="not a diff"),
        pytest.param(("--base", "nowhere"), "There is no commit 'nowhere'", id="no such base"),
        pytest.param(("--agents", "security,style"), "no reviewer 'style'", id="no such reviewer"),
        pytest.param(("--repo", "a/b", "--pr-number", "1"), "Set GITHUB_TOKEN", id="no token"),
        pytest.param(("--format", "pdf"), "--format", id="no such format"),
        pytest.param(("more",), "unexpected extra argument", id="too much"),
    ],
)
def test_a_target_that_is_none_is_one_sentence(
    run: Run, repo: Repo, command: str, arguments: tuple[str, ...], words: str
) -> None:
    said = run(command, *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_unknown_reviewers_are_told_the_known(run: Run, repo: Repo) -> None:
    assert "performance, quality, security" in run("review", "--agents", "style").err


def test_post_needs_a_pull_request(run: Run, repo: Repo) -> None:
    said = run("review", "--post")
    assert (said.code, "--repo and --pr-number" in said.err) == (2, True)


def test_outside_of_a_repository(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("review")
    assert (said.code, said.out) == (2, "")
    assert "is not in a git working tree" in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GITHUB_API_URL", "http://example.org", "must begin with https://"),
        ("ANTHROPIC_BASE_URL", "example", "is not a web address"),
        ("AI_REVIEW_CONFIG", "/nowhere", "AI_REVIEW_CONFIG"),
    ],
)
def test_a_wrong_setting_is_named(
    run: Run, repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    said = run("review")
    assert (said.code, words in said.err) == (2, True)
