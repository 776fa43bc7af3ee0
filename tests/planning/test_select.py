from __future__ import annotations

from dataclasses import replace

import pytest

from bot.diff.inert import Touched, touched
from bot.domain.finding import Category, Severity
from bot.domain.patch import FileKind
from bot.domain.plan import Change, HeadText, Reviewer, Risk
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.planning.select import MOST_PARSED, choose, reads, select
from tests.planning.changes import (
    PERFORMANCE,
    QUALITY,
    SECURITY,
    change,
    edited,
    evidence,
    file,
)

SOURCE, TEST = FileKind.SOURCE, FileKind.TEST
CART = change(file("src/cart.py"))
LOGIN = change(file("src/login.py"))
LOOP = change(file("src/cart.py", SOURCE, "+for a in b:", "+    await pay(a)"))
TESTS = change(file("tests/test_cart.py", TEST))
DOCS = change(file("README.md", FileKind.DOCS, "+set the password"))
LOCK = change(file("poetry.lock", FileKind.LOCK), file("gen.go", FileKind.GENERATED))
VENDORED = change(file("vendor/login.js", FileKind.VENDORED))
CI = change(file(".github/workflows/ci.yml", FileKind.INFRASTRUCTURE))
CONFIG = change(file("app.toml", FileKind.CONFIG))
UNREAD = change(file("a.py", unread="too large for GitHub to show"))
RESCUED = change(file("a.py", SOURCE, "+except ValueError:"))
COMMENT = edited(("pay.py", "x = 1\n", "# reads the password\nx = 1\n"))
BLANK = edited(("pay.py", "x = 1\n", "\n\nx = 1\n"))
BOTH_INERT = edited(("pay.py", "x = 1\n", "# a\nx = 1\n"), ("b.py", "x = 1\n", "\nx = 1\n"))
ONE_INERT = edited(("pay.py", "x = 1\n", "# a\nx = 1\n"), ("b.py", "x = 1\n", "x = 2\n"))
IN_TEXT = edited(("pay.py", "x = '''\n'''\n", "x = '''\n# a\n'''\n"))
SECRET = edited(
    ("pay.py", "x = 1\n", "# k\nx = 1\n"), evidence=(evidence("pay.py", tool="secrets"),)
)
REPLACED = replace(
    edited(("pay.py", "k = '«redacted: key»'\n", "\nk = '«redacted: key»'\n")), redacted=2
)
SLOW = change(file("a.py"), evidence=(evidence("a.py", Category.PERFORMANCE, Severity.LOW),))
PLAIN = RepoPolicy()
WISHES = RepoPolicy(
    reviewers={"security": ReviewerPolicy(Run.NEVER), "performance": ReviewerPolicy(Run.ALWAYS)}
)
IGNORES = RepoPolicy(ignore=("src/login.py",))
YES, NO, OPEN = True, False, None

RULES = [
    pytest.param(SECURITY, CART, YES, "src/cart.py is source", id="security reads source"),
    pytest.param(SECURITY, LOGIN, YES, "src/login.py touches authentication", id="signal"),
    pytest.param(SECURITY, CI, YES, "ci.yml decides what runs in CI", id="workflow"),
    pytest.param(SECURITY, CONFIG, YES, "app.toml is configuration", id="configuration"),
    pytest.param(SECURITY, TESTS, NO, "only tests changed", id="tests"),
    pytest.param(SECURITY, DOCS, NO, "only docs changed", id="docs"),
    pytest.param(SECURITY, LOCK, NO, "only generated files and lock files", id="lock, generated"),
    pytest.param(SECURITY, VENDORED, NO, "only vendored files changed", id="vendored"),
    pytest.param(SECURITY, UNREAD, NO, "could not be read", id="unread"),
    pytest.param(SECURITY, COMMENT, NO, "only comments changed", id="comments"),
    pytest.param(SECURITY, BLANK, NO, "only blanks changed", id="blanks"),
    pytest.param(SECURITY, BOTH_INERT, NO, "only comments changed", id="comments and blanks"),
    pytest.param(SECURITY, ONE_INERT, YES, "pay.py is source", id="code beside comments"),
    pytest.param(SECURITY, IN_TEXT, YES, "pay.py is source", id="a comment inside a string"),
    pytest.param(SECURITY, SECRET, YES, "secrets reports", id="a secret in a comment"),
    pytest.param(SECURITY, REPLACED, YES, "pay.py is source", id="a replaced secret"),
    pytest.param(QUALITY, CART, YES, "src/cart.py is source", id="quality reads source"),
    pytest.param(QUALITY, RESCUED, YES, "a.py changes how errors", id="quality signal"),
    pytest.param(QUALITY, TESTS, YES, "test_cart.py is tests", id="quality reads tests"),
    pytest.param(QUALITY, CI, YES, "ci.yml is infrastructure", id="quality reads workflows"),
    pytest.param(QUALITY, DOCS, NO, "only docs changed", id="quality, docs"),
    pytest.param(QUALITY, COMMENT, YES, "which may be untrue", id="quality reads comments"),
    pytest.param(QUALITY, BLANK, NO, "only blanks changed", id="quality, blanks"),
    pytest.param(PERFORMANCE, CART, OPEN, "nothing in the change points at", id="open"),
    pytest.param(PERFORMANCE, LOOP, YES, "inside a loop", id="loop"),
    pytest.param(PERFORMANCE, SLOW, YES, "ruff reports S608 in a.py", id="evidence"),
    pytest.param(PERFORMANCE, CONFIG, NO, "no source changed", id="performance, configuration"),
    pytest.param(PERFORMANCE, CI, NO, "no source changed", id="performance, workflow"),
    pytest.param(PERFORMANCE, TESTS, NO, "only tests changed", id="performance, tests"),
    pytest.param(PERFORMANCE, COMMENT, NO, "only comments changed", id="performance, comments"),
]


@pytest.mark.parametrize(("reviewer", "seen", "chosen", "reason"), RULES)
def test_choose_by_rule(reviewer: Reviewer, seen: Change, chosen: bool | None, reason: str) -> None:
    choice = choose(reviewer, seen, PLAIN)
    assert choice.chosen is chosen
    assert reason in choice.reason


@pytest.mark.parametrize(
    ("reviewer", "seen", "policy", "asked", "chosen", "reason"),
    [
        pytest.param(PERFORMANCE, CART, PLAIN, ("performance",), YES, "asked for", id="asked"),
        pytest.param(SECURITY, COMMENT, PLAIN, ("security",), YES, "asked", id="asked, comments"),
        pytest.param(SECURITY, CART, PLAIN, ("quality",), NO, "only quality was", id="others"),
        pytest.param(SECURITY, DOCS, PLAIN, ("security",), NO, "only docs", id="asked, docs"),
        pytest.param(SECURITY, LOGIN, WISHES, (), NO, "policy never", id="never"),
        pytest.param(SECURITY, LOGIN, WISHES, ("security",), YES, "asked", id="never, asked"),
        pytest.param(PERFORMANCE, CART, WISHES, (), YES, "policy always", id="always"),
        pytest.param(PERFORMANCE, BLANK, WISHES, (), YES, "policy always", id="always, blanks"),
        pytest.param(SECURITY, LOGIN, IGNORES, (), NO, "ignores every", id="ignored"),
        pytest.param(
            SECURITY,
            change(file("src/login.py"), file("b.py")),
            IGNORES,
            (),
            YES,
            "b.py is source",
            id="a signal of an ignored file calls nobody",
        ),
    ],
)
def test_what_people_want_comes_first(
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


GRAVE = ("+eval(x)", "+check_password(user)", "+db.execute(select)")
THREE = change(file("a.py", SOURCE, *GRAVE))
FOUR = change(file("a.py", SOURCE, *GRAVE, "+pickle.loads(x)"))
TWO = change(file("a.py", SOURCE, *GRAVE[:2]))
APART = change(file("a.py", SOURCE, *GRAVE[:2]), file("b.py", SOURCE, GRAVE[2]))
MILD = change(file("a.py", SOURCE, "+el.innerHTML = x", "+path.join(x)", "+requests.get(x)"))
QUERIES = change(file("a.py", SOURCE, "+for a in b:", "+    Order.objects.get(a)"))
LOOPED = change(file("a.py", SOURCE, "+for a in b:", "+    await pay(a)"))


def reported(path: str = "a.py", kind: FileKind = SOURCE, **how: object) -> Change:
    return change(file(path, kind), evidence=(evidence(path, **how),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reviewer", "seen", "risk", "because"),
    [
        pytest.param(SECURITY, LOGIN, Risk.NORMAL, "", id="one signal"),
        pytest.param(SECURITY, TWO, Risk.NORMAL, "", id="two grave signals"),
        pytest.param(
            SECURITY,
            THREE,
            Risk.HIGH,
            "a.py touches authentication, builds or runs SQL "
            "and starts processes or evaluates code",
            id="three grave signals in a file",
        ),
        pytest.param(
            SECURITY,
            FOUR,
            Risk.HIGH,
            "a.py touches authentication, builds or runs SQL, starts processes or evaluates code "
            "and more",
            id="four grave signals in a file",
        ),
        pytest.param(SECURITY, APART, Risk.NORMAL, "", id="three grave signals in two files"),
        pytest.param(SECURITY, MILD, Risk.NORMAL, "", id="three other signals"),
        pytest.param(
            SECURITY, reported(), Risk.HIGH, "ruff reports S608 as high in a.py line 1", id="high"
        ),
        pytest.param(
            SECURITY,
            reported(severity=Severity.CRITICAL),
            Risk.HIGH,
            "ruff reports S608 as critical in a.py line 1",
            id="critical",
        ),
        pytest.param(
            SECURITY, reported(severity=Severity.MEDIUM), Risk.NORMAL, "", id="medium evidence"
        ),
        pytest.param(SECURITY, reported(tool="secrets"), Risk.NORMAL, "", id="a secret"),
        pytest.param(
            SECURITY, reported("tests/t.py", TEST), Risk.NORMAL, "", id="evidence in a test"
        ),
        pytest.param(
            SECURITY,
            reported(category=Category.QUALITY),
            Risk.LOW,
            "no signal calls it",
            id="evidence of another's category",
        ),
        pytest.param(
            QUALITY,
            reported(category=Category.QUALITY),
            Risk.HIGH,
            "ruff reports S608 as high in a.py line 1",
            id="quality evidence",
        ),
        pytest.param(
            PERFORMANCE,
            QUERIES,
            Risk.HIGH,
            "a.py queries a database and waits for I/O inside a loop",
            id="a query in a loop",
        ),
        pytest.param(PERFORMANCE, LOOPED, Risk.NORMAL, "", id="a loop alone"),
        pytest.param(SECURITY, CART, Risk.LOW, "no signal calls it", id="kind alone"),
        pytest.param(PERFORMANCE, CART, Risk.LOW, "no signal calls it", id="open"),
        pytest.param(QUALITY, TESTS, Risk.LOW, "only tests changed", id="tests alone"),
        pytest.param(QUALITY, COMMENT, Risk.LOW, "no code changed", id="comments alone"),
    ],
)
def test_risk(reviewer: Reviewer, seen: Change, risk: Risk, because: str) -> None:
    choice = choose(reviewer, seen, PLAIN)
    assert choice.chosen is not False
    assert (choice.risk, choice.risk_because) == (risk, because)


@pytest.mark.parametrize(
    ("seen", "risk"),
    [
        pytest.param(CART, Risk.NORMAL, id="nothing speaks for it"),
        pytest.param(THREE, Risk.HIGH, id="much does"),
    ],
)
def test_what_somebody_asked_for_is_never_of_low_risk(seen: Change, risk: Risk) -> None:
    assert choose(SECURITY, seen, PLAIN, ("security",)).risk is risk


def test_the_tier_follows_the_risk() -> None:
    own = replace(SECURITY, tier="standard", tier_low="cheap", tier_high="deep")
    found = {own.tier_for(choose(own, seen, PLAIN).risk) for seen in (CART, LOGIN, THREE)}
    assert found == {"cheap", "standard", "deep"}


def test_what_is_too_much_to_parse_counts_as_code() -> None:
    rows = "# a\n" * (MOST_PARSED // 8 + 1)
    one, two = (("a.py", rows, rows + "# b\n"), ("b.py", rows, rows + "# b\n"))
    assert choose(SECURITY, edited(one), PLAIN).reason == "only comments changed"
    assert choose(SECURITY, edited(one, two), PLAIN).chosen


def test_without_its_whole_text_a_comment_counts_as_code() -> None:
    bare = replace(COMMENT, texts=())
    assert touched(COMMENT.patch.files[0], COMMENT.texts[0].text) is Touched.COMMENTS
    assert choose(SECURITY, bare, PLAIN).chosen
    other = replace(COMMENT, texts=(HeadText("pay.py", "y = 2\n"),))
    assert choose(SECURITY, other, PLAIN).chosen


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
