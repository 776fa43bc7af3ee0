"""`ai-review plan` and `ai-review check-config`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import RISKY, Repo, Run
from tests.fakes.model import FakeModel


def test_the_plan_has_reasons_and_a_price_and_asks_no_model(
    run: Run, repo: Repo, model: FakeModel
) -> None:
    repo.write("app.py", RISKY)
    said = run("plan")
    assert said.code == 0
    assert "ruff reports S301 in app.py" in said.out
    assert "Worst case $" in said.out
    assert model.calls == []


def test_the_plan_is_one_json_document(run: Run, repo: Repo, model: FakeModel) -> None:
    repo.write("app.py", RISKY)
    document = json.loads(run("plan", "--format", "json", "--agents", "security").out)
    assert [each["reviewer"] for each in document["assignments"]] == ["security"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_change_needs_no_plan(run: Run, repo: Repo, form: str) -> None:
    said = run("plan", "--format", form)
    assert said.code == 0
    if form == "json":
        assert json.loads(said.out)["assignments"] == []
    else:
        assert said.out == "Nothing changed.\n"


def test_a_policy_without_faults(run: Run, repo: Repo) -> None:
    repo.write(".github/ai-review.yml", "fail_at: low\nreviewers: {security: always}\n")
    said = run("check-config")
    assert (said.code, said.out) == (0, ".github/ai-review.yml: nothing wrong.\n")


def test_every_problem_is_told_with_its_place(run: Run, repo: Repo) -> None:
    repo.write("other.yml", "fail_at: sometimes\nmax_coments: 3\nreviewers: {style: auto}\n")
    said = run("check-config", "other.yml")
    assert said.code == 2
    assert [row.partition(": ")[2][:7] for row in said.out.splitlines()] == ["line 1:", "line 2:"]
    assert "Did you mean max_comments?" in said.out


def test_a_reviewer_there_is_none_of_is_a_problem(run: Run, repo: Repo) -> None:
    repo.write("other.yml", "reviewers: {secrity: auto}\n")
    said = run("check-config", "other.yml")
    assert (said.code, "Did you mean security?" in said.out) == (2, True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("nowhere.yml", "No such file", id="absent"),
        pytest.param(".", "Is a directory", id="folder"),
        pytest.param("latin.yml", "is not UTF-8", id="encoding"),
        pytest.param("large.yml", "over 1 MB", id="large"),
    ],
)
def test_a_policy_that_cannot_be_read_is_one_sentence(
    run: Run, repo: Repo, name: str, words: str
) -> None:
    (repo.folder / "latin.yml").write_bytes(b"fail_at: \xe9\n")
    (repo.folder / "large.yml").write_bytes(b"#" * 1_000_001)
    said = run("check-config", name)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
