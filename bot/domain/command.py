"""What people ask of us in comments: `/ai-review` and a word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Verb(StrEnum):
    """The word behind `/ai-review`; REVIEW is meant where there is none."""

    REVIEW = "review"
    FULL = "full"
    PLAN = "plan"
    EXPLAIN = "explain"
    IGNORE = "ignore"
    UNIGNORE = "unignore"
    FIX = "fix"
    TESTS = "tests"
    IMPLEMENT = "implement"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    STATUS = "status"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it was written.

    `names` are reviewers or findings, as the verb takes them (a finding is a fingerprint, the
    beginning of one, or path:line); empty in a thread of ours means that thread's finding. `words`
    is the rest of the line: a reason, a path, what to implement. Secrets in it are replaced.
    """

    verb: Verb
    names: tuple[str, ...] = ()
    words: str = ""
    kind: Literal["command"] = "command"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A line that begins with `/ai-review` and is no command.

    `said` is what was written behind it, at most 60 characters; `why` says in one sentence what is
    wrong with it; `nearest` is the command that may have been meant, "" when none comes near.
    """

    said: str
    why: str
    nearest: str = ""
    kind: Literal["unclear"] = "unclear"
