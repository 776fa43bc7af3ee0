"""What later heads of a pull request cost, and what becomes of what was found earlier."""

from __future__ import annotations

import pytest

from bot.sandbox import RepoScene
from tests.fakes.model import FakeModel
from tests.journeys.conftest import HEAD
from tests.journeys.system import System
from tests.journeys.test_journeys import FINDING, concluded, opened

pytestmark = pytest.mark.slow

READERS = {"security", "quality", "performance"}


def asked(model: FakeModel) -> set[str]:
    return {call.reviewer for call in model.calls}


def test_a_push_that_only_formats_costs_no_call(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    number = opened(repo)
    concluded(repo, number)
    assert asked(model) & READERS
    model.reset()
    repo.push(number, {"src/cart.js": HEAD["src/cart.js"].replace(" = 0;", "   =   0 ;")})
    check = concluded(repo, number, 2)
    assert model.calls == []
    assert check.conclusion == "success"
    assert "at an earlier head" in (check.summary or "")


def test_a_push_is_read_where_it_changed_something_and_nowhere_else(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING])
    number = opened(repo)
    assert concluded(repo, number).conclusion == "failure"
    model.reset()
    grown = HEAD["src/cart.js"] + "export const one = 1;\n"
    repo.push(number, {"src/cart.js": grown})
    check = concluded(repo, number, 2)
    said = [str(call.body) for call in model.calls]
    assert said
    assert not any("password" in each for each in said)
    # What was found there stands, fails the check, and is not said on its line again.
    assert check.conclusion == "failure"
    assert "Passwords are compared in plain text" in (check.summary or "")
    assert "commented at an earlier head" in (check.summary or "")
    pull = repo.pull(number)
    assert len(pull.comments) == 1
    assert len(pull.reviews) == 1


def test_a_finding_whose_code_is_gone_is_gone(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.answer("security", [FINDING], times=1)
    number = opened(repo)
    assert concluded(repo, number).conclusion == "failure"
    fixed = HEAD["src/login.py"].replace(
        "if password == user.password:", "if user.checks(password):"
    )
    repo.push(number, {"src/login.py": fixed})
    check = concluded(repo, number, 2)
    assert check.conclusion == "success"
    assert len(repo.pull(number).comments) == 1


def test_a_reviewer_that_failed_is_all_that_a_new_run_asks(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    model.refuse("quality", times=1)
    number = opened(repo)
    check = concluded(repo, number)
    assert check.conclusion == "neutral"
    assert "Re-run this check to ask again who failed" in (check.summary or "")
    model.reset()
    repo.rerequest(check, by="mia")
    again = concluded(repo, number, 2)
    assert again.conclusion == "success"
    assert asked(model) == {"quality"}
