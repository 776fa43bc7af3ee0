from __future__ import annotations

import pytest

from bot.domain.finding import Category
from bot.domain.patch import FileKind
from bot.domain.plan import Change, Reviewer
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.planning.select import choose, reads, select
from tests.planning.changes import PERFORMANCE, QUALITY, SECURITY, change, evidence, file

CART = change(file("src/cart.py"))
LOGIN = change(file("src/login.py"))
LOOP = change(file("src/cart.py", FileKind.SOURCE, "+for a in b:", "+    await pay(a)"))
TESTS = change(file("tests/test_cart.py", FileKind.TEST))
DOCS = change(file("README.md", FileKind.DOCS, "+set the password"))
LOCK = change(file("poetry.lock", FileKind.LOCK), file("gen.go", FileKind.GENERATED))
CI = change(file(".github/workflows/ci.yml", FileKind.INFRASTRUCTURE))
PLAIN = RepoPolicy()
WISHES = RepoPolicy(
    reviewers={"security": ReviewerPolicy(Run.NEVER), "performance": ReviewerPolicy(Run.ALWAYS)}
)
IGNORES = RepoPolicy(ignore=("src/login.py",))


@pytest.mark.parametrize(
    ("reviewer", "seen", "policy", "asked", "chosen", "reason"),
    [
        pytest.param(SECURITY, CART, PLAIN, (), True, "src/cart.py is source", id="source"),
        pytest.param(
            SECURITY, LOGIN, PLAIN, (), True, "src/login.py touches authentication", id="risky"
        ),
        pytest.param(
            SECURITY, CI, PLAIN, (), True, "ci.yml decides what runs in CI", id="workflow"
        ),
        pytest.param(SECURITY, TESTS, PLAIN, (), False, "only tests changed", id="tests"),
        pytest.param(QUALITY, TESTS, PLAIN, (), True, "test_cart.py is tests", id="quality, tests"),
        pytest.param(QUALITY, DOCS, PLAIN, (), False, "only docs changed", id="docs"),
        pytest.param(
            SECURITY, LOCK, PLAIN, (), False, "only generated files and lock files", id="lock"
        ),
        pytest.param(
            PERFORMANCE, CART, PLAIN, (), False, "nothing in the change points at", id="no signal"
        ),
        pytest.param(PERFORMANCE, LOOP, PLAIN, (), True, "inside a loop", id="loop"),
        pytest.param(
            PERFORMANCE,
            change(file("a.py"), evidence=(evidence("a.py", Category.PERFORMANCE),)),
            PLAIN,
            (),
            True,
            "ruff reports S608 in a.py",
            id="evidence",
        ),
        pytest.param(PERFORMANCE, CART, PLAIN, ("performance",), True, "asked for", id="asked"),
        pytest.param(SECURITY, CART, PLAIN, ("quality",), False, "only quality was", id="others"),
        pytest.param(SECURITY, DOCS, PLAIN, ("security",), False, "only docs", id="asked, docs"),
        pytest.param(SECURITY, LOGIN, WISHES, (), False, "policy never", id="never"),
        pytest.param(SECURITY, LOGIN, WISHES, ("security",), True, "asked", id="never, asked"),
        pytest.param(PERFORMANCE, CART, WISHES, (), True, "policy always", id="always"),
        pytest.param(SECURITY, LOGIN, IGNORES, (), False, "ignores every", id="ignored"),
        pytest.param(
            SECURITY,
            change(file("src/login.py"), file("b.py")),
            IGNORES,
            (),
            True,
            "b.py is source",
            id="a signal of an ignored file calls nobody",
        ),
        pytest.param(
            SECURITY,
            change(file("a.py", unread="too large for GitHub to show")),
            PLAIN,
            (),
            False,
            "could not be read",
            id="unread",
        ),
    ],
)
def test_choose(
    reviewer: Reviewer,
    seen: Change,
    policy: RepoPolicy,
    asked: tuple[str, ...],
    chosen: bool,
    reason: str,
) -> None:
    choice = choose(reviewer, seen, policy, asked)
    assert choice.chosen is chosen
    assert reason in choice.reason


def test_every_reviewer_gets_a_choice_in_order() -> None:
    panel = (SECURITY, PERFORMANCE, QUALITY)
    assert [each.reviewer for each in select(panel, CART, PLAIN)] == list(panel)


BOTH = change(
    file("src/a.py"), file("README.md", FileKind.DOCS), file("tests/test_a.py", FileKind.TEST)
)


@pytest.mark.parametrize(
    ("reviewer", "seen", "policy", "paths"),
    [
        pytest.param(SECURITY, BOTH, PLAIN, ("src/a.py",), id="its kinds"),
        pytest.param(QUALITY, BOTH, PLAIN, ("src/a.py", "tests/test_a.py"), id="tests too"),
        pytest.param(QUALITY, BOTH, RepoPolicy(ignore=("tests/**",)), ("src/a.py",), id="ignored"),
        pytest.param(PERFORMANCE, TESTS, PLAIN, ("tests/test_cart.py",), id="called by name"),
        pytest.param(
            SECURITY,
            change(
                file("src/a.py"),
                file("tests/t.py", FileKind.TEST),
                evidence=(evidence("tests/t.py"),),
            ),
            PLAIN,
            ("src/a.py", "tests/t.py"),
            id="evidence in a test",
        ),
    ],
)
def test_reads(
    reviewer: Reviewer, seen: Change, policy: RepoPolicy, paths: tuple[str, ...]
) -> None:
    assert reads(reviewer, seen, policy) == paths
