from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.domain.patch import FileDiff, FileKind, FileStatus, Patch
from bot.domain.pull import Forks, PullRef, PullRequest, RepoPolicy
from bot.planning.gate import gate, needs_permission, nothing_to_read, says_skip
from tests.planning.changes import file

PULL = PullRequest(
    ref=PullRef("octo/shop", 7, 1, "a" * 40),
    title="",
    body="",
    author="mona",
    author_id=1,
    author_is_bot=False,
    draft=False,
    open=True,
    base_ref="main",
    base_sha="b" * 40,
    head_ref="fix",
    default_branch="main",
    from_fork=False,
    labels=(),
    changed_files=1,
    url="",
)
PLAIN = RepoPolicy()
CLOSED = replace(PULL, open=False)
DRAFT = replace(PULL, draft=True)
BOT = replace(PULL, author_is_bot=True)
LABEL = replace(PULL, labels=("bug", "Skip-AI-Review"))
FORK = replace(PULL, from_fork=True)


@pytest.mark.parametrize(
    ("pull", "policy", "may_write", "asked", "reason"),
    [
        pytest.param(PULL, PLAIN, None, False, None, id="ordinary"),
        pytest.param(CLOSED, PLAIN, None, False, "closed", id="closed"),
        pytest.param(CLOSED, PLAIN, True, True, "closed", id="closed, asked"),
        pytest.param(DRAFT, PLAIN, None, False, "draft", id="draft"),
        pytest.param(DRAFT, PLAIN, None, True, None, id="draft, asked"),
        pytest.param(DRAFT, RepoPolicy(drafts=True), None, False, None, id="drafts wanted"),
        pytest.param(BOT, PLAIN, None, False, "bot", id="bot"),
        pytest.param(BOT, PLAIN, None, True, None, id="bot, asked"),
        pytest.param(BOT, RepoPolicy(bots=True), None, False, None, id="bots wanted"),
        pytest.param(LABEL, PLAIN, None, False, "label Skip-AI-Review", id="label"),
        pytest.param(LABEL, PLAIN, None, True, None, id="label, asked"),
        pytest.param(LABEL, RepoPolicy(skip_labels=()), None, False, None, id="no such label"),
        pytest.param(FORK, PLAIN, True, False, None, id="fork of a writer"),
        pytest.param(FORK, PLAIN, False, False, "re-run this check", id="fork of a stranger"),
        pytest.param(FORK, PLAIN, None, False, "re-run this check", id="fork, nobody knows"),
        pytest.param(FORK, PLAIN, False, True, None, id="fork, asked"),
        pytest.param(FORK, RepoPolicy(forks=Forks.ALWAYS), None, False, None, id="forks always"),
        pytest.param(
            FORK, RepoPolicy(forks=Forks.NEVER), False, True, "reviews none", id="forks never"
        ),
    ],
)
def test_gate(
    pull: PullRequest, policy: RepoPolicy, may_write: bool | None, asked: bool, reason: str | None
) -> None:
    said = gate(pull, policy, may_write=may_write, asked=asked)
    assert said is None if reason is None else reason in str(said)


@pytest.mark.parametrize(
    ("pull", "policy", "needed"),
    [
        pytest.param(PULL, PLAIN, False, id="own branch"),
        pytest.param(FORK, PLAIN, True, id="fork"),
        pytest.param(FORK, RepoPolicy(forks=Forks.ALWAYS), False, id="fork, always"),
    ],
)
def test_permission_is_asked_only_where_it_decides(
    pull: PullRequest, policy: RepoPolicy, needed: bool
) -> None:
    assert needs_permission(pull, policy) is needed


DOCS, LOCK = file("README.md", FileKind.DOCS), file("poetry.lock", FileKind.LOCK)


@pytest.mark.parametrize(
    ("files", "ignore", "reason"),
    [
        pytest.param((DOCS,), (), "only docs changed", id="docs"),
        pytest.param((LOCK, DOCS), (), "only docs and lock files changed", id="two kinds"),
        pytest.param((DOCS, file("a.py")), (), None, id="source too"),
        pytest.param((file("a.py"),), ("*.py",), "policy ignores every", id="ignored"),
        pytest.param((file("a.py", unread="too large"),), (), None, id="unread is something"),
        pytest.param((file(".env", FileKind.CONFIG),), (), None, id="withheld is something"),
        pytest.param((), (), "no line changed", id="nothing"),
        pytest.param(
            (FileDiff("b.py", FileStatus.RENAMED, FileKind.SOURCE),), (), "no line", id="moved"
        ),
    ],
)
def test_nothing_to_read(
    files: tuple[FileDiff, ...], ignore: tuple[str, ...], reason: str | None
) -> None:
    said = nothing_to_read(Patch(files), ignore)
    assert said is None if reason is None else reason in str(said)


def test_a_path_made_to_be_slow_to_match_is_read_like_any_other() -> None:
    deep = file("/".join(["x/y"] * 1_000) + "/a.py")
    begun = time.process_time()
    assert nothing_to_read(Patch((deep,)), ("**/x/**/y/**/z",)) is None
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("Sell [skip ai-review]", "", True),
        ("Sell", "Names only.\n[AI-Review Skip]", True),
        ("Sell", "<!-- [skip ai-review] -->", False),
        ("Sell", "<!-- [skip ai-review]", False),
        ("Sell", "Write `[skip ai-review]` to skip it.", False),
        ("Sell", "```\n[skip ai-review]\n```\n", False),
        ("Sell", "<!-- a template -->\n[skip ai-review]", True),
        ("skip ai-review", "skip", False),
    ],
)
def test_a_pull_request_opts_out_in_so_many_words(title: str, body: str, said: bool) -> None:
    assert says_skip(replace(PULL, title=title, body=body)) is said


def test_who_opted_out_is_reviewed_when_somebody_asks() -> None:
    why = gate(PULL, PLAIN, may_write=True, asked=False, opted_out=True)
    assert why == "[skip ai-review] is written in its title or text"
    assert gate(PULL, PLAIN, may_write=True, asked=True, opted_out=True) is None


@pytest.mark.parametrize("piece", ["<!--", "```", "`", "[skip ai-review", "<!-- -->"])
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    begun = time.process_time()
    says_skip(replace(PULL, body=piece * (65_536 // len(piece))))
    assert time.process_time() - begun < 1
