"""Whether a pull request is reviewed at all, and the sentence that says why not."""

from __future__ import annotations

import re

from bot.domain.patch import FileDiff, Patch
from bot.domain.pull import Forks, PullRequest, RepoPolicy
from bot.guard.never_send import is_never_sent
from bot.planning.readable import readable, rule_against, why_nothing

_SKIP = re.compile(r"\[(?:skip ai-review|ai-review skip)\]", re.IGNORECASE)
_UNSAID = re.compile(r"<!--.*?(?:-->|\Z)|```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
"""What nobody says in so many words: HTML comments, of templates above all, and code."""

OPTED_OUT = "[skip ai-review] is written in its title or text"


def says_skip(pull: PullRequest) -> bool:
    """Whether the title or the text of a pull request asks for no review."""
    return any(_SKIP.search(_UNSAID.sub(" ", text)) for text in (pull.title, pull.body))


def needs_permission(pull: PullRequest, policy: RepoPolicy) -> bool:
    """Whether the gate depends on the author's right to write, which costs a question to GitHub."""
    return pull.from_fork and policy.forks is not Forks.ALWAYS


def gate(
    pull: PullRequest,
    policy: RepoPolicy,
    *,
    may_write: bool | None,
    asked: bool,
    paused_by: str = "",
    opted_out: bool = False,
) -> str | None:
    """The reason not to review `pull`, or None to go on.

    `may_write` is whether its author may write to the base repository, None when nobody asked or
    the answer could not be had, which counts as no. `asked`: somebody with write access asked for
    this review; that passes over pauses, drafts, bots, labels, who opted out and
    `forks: on_request`. `paused_by` is the login of who paused the pull request, "" when nobody
    has. `opted_out`: it asks for no review itself, and may.
    """
    if not pull.open:
        return "the pull request is closed"
    if not asked and paused_by:
        return (
            f"paused by {paused_by}; /ai-review resume goes on with pushes, /ai-review reviews now"
        )
    if not asked and (reason := _unasked(pull, policy) or (OPTED_OUT if opted_out else None)):
        return reason
    if needs_permission(pull, policy) and not may_write:
        return _fork(policy, asked)
    return None


def _unasked(pull: PullRequest, policy: RepoPolicy) -> str | None:
    if pull.draft and not policy.drafts:
        return "the pull request is a draft, it is reviewed once it is ready"
    if pull.author_is_bot and not policy.bots:
        return "a bot opened the pull request"
    wanted = {label.casefold() for label in policy.skip_labels}
    for label in pull.labels:
        if label.casefold() in wanted:
            return f"the label {label} is set"
    return None


def _fork(policy: RepoPolicy, asked: bool) -> str | None:
    who = "it comes from a fork by somebody without write access"
    if policy.forks is Forks.NEVER:
        return f"{who}, and the repository's policy reviews none of those"
    if asked:
        return None
    return (
        f"{who}; somebody who has it can re-run this check, or comment /ai-review, to have this "
        "head reviewed"
    )


def nothing_to_read(patch: Patch, ignore: tuple[str, ...]) -> str | None:
    """Why no reviewer has anything to read ("only docs changed"), or None when one has.

    A file that should be read but could not be is something: the review has to say so.
    """
    if readable(patch, ignore):
        return None
    if any(_kept_from_us(file) and rule_against(file, ignore) is None for file in patch.files):
        return None
    return why_nothing(patch, ignore)


def _kept_from_us(file: FileDiff) -> bool:
    return file.unread is not None or (bool(file.changed_lines) and is_never_sent(file.path))
