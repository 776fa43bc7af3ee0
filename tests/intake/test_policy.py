import time
import tracemalloc
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.finding import Severity
from bot.domain.pull import Forks, Instruction, RepoPolicy, ReviewerPolicy, Run
from bot.intake.policy import PolicyFile, check_policy, parse_policy
from tests.examples import examples

OPERATOR = RepoPolicy(budget_usd=Decimal("1.00"))
WHOLE = """\
reviewers:
  security: never
  performance:
  quality: {run: always, instructions: "We use structlog."}
comment_at: medium
fail_at: critical
max_comments: 5
ignore: ["docs/**", "**/*.gen.go"]
instructions:
  - {paths: ["api/**"], text: "Every endpoint needs an authorisation check."}
drafts: yes
bots: false
forks: never
skip_labels: [wip, skip-ai-review]
budget_usd: 0.30
"""


def test_every_setting_is_read() -> None:
    assert parse_policy(WHOLE, OPERATOR) == RepoPolicy(
        reviewers={
            "security": ReviewerPolicy(Run.NEVER),
            "performance": ReviewerPolicy(Run.AUTO),
            "quality": ReviewerPolicy(Run.ALWAYS, "We use structlog."),
        },
        comment_at=Severity.MEDIUM,
        fail_at=Severity.CRITICAL,
        max_comments=5,
        ignore=("docs/**", "**/*.gen.go"),
        instructions=(Instruction(("api/**",), "Every endpoint needs an authorisation check."),),
        drafts=True,
        bots=False,
        forks=Forks.NEVER,
        skip_labels=("wip", "skip-ai-review"),
        budget_usd=Decimal("0.30"),
    )


@pytest.mark.parametrize(
    ("operator", "repository", "holds"),
    [
        (Forks.ON_REQUEST, "always", Forks.ON_REQUEST),
        (Forks.ON_REQUEST, "never", Forks.NEVER),
        (Forks.ALWAYS, "on_request", Forks.ON_REQUEST),
        (Forks.ALWAYS, "always", Forks.ALWAYS),
    ],
)
def test_a_repository_lets_in_fewer_strangers_never_more(
    operator: Forks, repository: str, holds: Forks
) -> None:
    policy = parse_policy(f"forks: {repository}", RepoPolicy(forks=operator))
    assert policy.forks is holds


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "---\n", "~", "ignore:\nforks:\n"])
def test_what_is_not_written_keeps_the_operators_default(text: str | None) -> None:
    assert parse_policy(text, OPERATOR) == OPERATOR


def test_never_makes_the_check_advisory() -> None:
    assert parse_policy("fail_at: never", OPERATOR).fail_at is None


@pytest.mark.parametrize(
    ("operator", "written", "holds"),
    [("1.00", "0.25", "0.25"), ("1.00", "500", "1.00"), (None, "0.25", "0.25"), ("1", "0", "0")],
)
def test_a_budget_may_be_lowered_never_raised(
    operator: str | None, written: str, holds: str
) -> None:
    own = RepoPolicy(budget_usd=None if operator is None else Decimal(operator))
    assert parse_policy(f"budget_usd: {written}", own).budget_usd == Decimal(holds)


BROKEN = [
    pytest.param("fail_at: often", "line 1: fail_at cannot be 'often'. Input should be", id="word"),
    pytest.param(
        "\nfail_att: high", "line 2: fail_att is not a setting. Did you mean fail_at?", id="typo"
    ),
    pytest.param("colour: red", "colour is not a setting. Known: reviewers, ", id="unknown"),
    pytest.param(
        "reviewers:\n  security:\n    runs: auto",
        "line 3: reviewers.security.runs is not a setting. Did you mean run?",
        id="nested",
    ),
    pytest.param("reviewers: {security: maybe}", "reviewers.security.run cannot", id="shorthand"),
    pytest.param("instructions: [{text: a}]", "instructions[1].paths is missing", id="missing"),
    pytest.param("ignore:\n- a\n- '!'", "line 3: ignore[2] cannot be '!'", id="glob"),
    pytest.param("ignore: ['*a*a*a*a']", "at most three stars", id="slow-glob"),
    pytest.param("ignore: docs/**", "ignore cannot be 'docs/**'", id="not-a-list"),
    pytest.param("max_comments: -1", "max_comments cannot be '-1'", id="negative"),
    pytest.param("budget_usd: NaN", "budget_usd cannot be 'NaN'", id="nan"),
    pytest.param("budget_usd: -1", "budget_usd cannot be '-1'", id="negative-budget"),
    pytest.param(
        "forks: never\nforks: always", "line 2: forks stands on line 1 already", id="twice"
    ),
    pytest.param("a: &x [b]\nignore: *x", "line 2: aliases (*name) are not read", id="alias"),
    pytest.param("a: [[[[[[[[1]]]]]]]]", "nested deeper than 8", id="deep"),
    pytest.param("? [a]\n: b", "line 1: a key must be a word", id="key"),
    pytest.param("ignore: [a", "line 1: not YAML", id="syntax"),
    pytest.param("a: b\n---\nc: d", "not YAML", id="two-documents"),
    pytest.param("forks: \x00", "characters that YAML does not allow", id="control"),
    pytest.param("- a", "not a list of settings", id="list"),
    pytest.param("never", "not a list of settings", id="text"),
    pytest.param("a" * 40_000, "more than 32768 characters", id="long"),
    pytest.param("drafts: !!python/name:os.system x", "drafts cannot be 'x'", id="tag"),
    pytest.param("forks: {a: 1}", "forks cannot be {'a': '1'}", id="map"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_broken_file_is_not_used_and_the_problem_is_said(text: str, words: str) -> None:
    policy = parse_policy(text, OPERATOR)
    assert words in policy.problem
    assert policy.problem.startswith(".github/ai-review.yml is not used: ")
    assert "\n" not in policy.problem
    assert len(policy.problem) < 400
    assert parse_policy(None, OPERATOR) == RepoPolicy(**{**_fields(policy), "problem": ""})


def _fields(policy: RepoPolicy) -> dict[str, object]:
    return {name: getattr(policy, name) for name in RepoPolicy.__slots__}


def test_a_check_lists_every_problem_in_the_files_order() -> None:
    text = "forks: no\nmax_comments: many\ncolour: red\nfail_at: often\nforks: never\n"
    problems = check_policy(text)
    assert [each.split(":")[0] for each in problems] == [
        "line 5",
        "line 1",
        "line 2",
        "line 3",
        "line 4",
    ]
    assert parse_policy(text, OPERATOR).problem.endswith("(4 more)")


def test_a_good_file_has_no_problem() -> None:
    assert check_policy(WHOLE) == ()
    assert check_policy(WHOLE, ("security", "performance", "quality")) == ()


def test_a_reviewer_nobody_knows_is_named_where_the_names_are_known() -> None:
    [problem] = check_policy("reviewers:\n  securty: never", ("security", "quality"))
    assert problem == "line 2: there is no reviewer securty. Did you mean security?"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 32_000, id="brackets"),
        pytest.param("{a: " * 8_000, id="braces"),
        pytest.param("- " * 16_000, id="dashes"),
        pytest.param("? " * 16_000, id="questions"),
        pytest.param("a: 1\n" * 6_500, id="repeats"),
        pytest.param("".join(f"k{i}: &a{i} [*a{i - 1}]\n" for i in range(1500)), id="laughs"),
    ],
)
def test_a_hostile_file_takes_no_longer_than_a_large_one(text: str) -> None:
    begun = time.process_time()
    assert parse_policy(text, OPERATOR).problem
    assert time.process_time() - begun < 3


@examples(100)
@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(WHOLE.splitlines(keepends=True))).map("".join),
        st.text(alphabet="[]{}:-?&*!|>'\"%@`#, \nab1"),
    )
)
def test_no_text_breaks_it_or_raises_the_budget(text: str) -> None:
    policy = parse_policy(text, OPERATOR)
    assert policy.budget_usd is not None
    assert policy.budget_usd <= Decimal("1.00")
    assert bool(policy.problem) == bool(check_policy(text))


KEYS = [*PolicyFile.model_fields, "run", "paths", "text", "colour", "security", "&a", "*a", "!!x"]
MARKS = (*":-[]{},#|>?!%@", "'", '"', "\n", "  ", "1e999999", "9" * 400, "~")
BITS = st.sampled_from([*KEYS, *MARKS])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The whole valid file with pieces cut out, doubled, moved or put in."""
    text = WHOLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(st.just(""), BITS, st.text(max_size=6), st.just(text[start:end] * 2))
        )
        text = text[:start] + piece + text[end:]
    return text


@pytest.mark.full
@settings(deadline=None, max_examples=5_000)
@given(st.one_of(mutated(), st.lists(BITS, max_size=60).map("".join), st.text()))
def test_whatever_is_written_there_is_a_policy_and_one_sentence(text: str) -> None:
    begun = time.process_time()
    policy = parse_policy(text, OPERATOR)
    assert time.process_time() - begun < 2
    assert bool(policy.problem) == bool(check_policy(text))
    assert "\n" not in policy.problem
    assert len(policy.problem) < 500
    if policy.problem:
        assert replace(policy, problem="") == OPERATOR


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "max_comments: " + "9" * 30_000,
        "budget_usd: " + "9" * 30_000,
        "budget_usd: 1e999999999",
        "max_comments: 1e9",
        "ignore: [" + "'a'," * 8_000 + "]",
        "a: &a ['x','x']\nb: &b [*a,*a]\nc: [*b,*b]",
        "{a: " * 8 + "1" + "}" * 8,
    ],
    ids=["huge int", "huge dollars", "huge exponent", "float", "many", "laughs", "deep"],
)
def test_what_is_huge_takes_little_time_and_memory(text: str) -> None:
    tracemalloc.start()
    begun = time.process_time()
    assert parse_policy(text, OPERATOR).problem
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - begun < 5  # it is watched, which slows it down
    assert most < 60_000_000


def test_a_secret_in_the_maintainers_words_is_replaced() -> None:
    token = "ghp_" + "a" * 36
    text = (
        f"reviewers: {{security: {{instructions: 'with {token}'}}}}\n"
        f"instructions: [{{paths: ['*.py'], text: 'use {token}'}}]\n"
    )
    policy = parse_policy(text, OPERATOR)
    assert policy.problem == ""
    assert token not in repr(policy)
    assert token not in repr(parse_policy(f"fail_at: {token}\n", OPERATOR))
