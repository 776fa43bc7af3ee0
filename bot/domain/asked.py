"""What a delivery asks of us."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.domain.command import Command, Unclear
from bot.domain.pull import PullRef


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified webhook. `id` is X-GitHub-Delivery, the same again when GitHub redelivers."""

    id: str
    event: str
    action: str


class Where(StrEnum):
    """The three places of a pull request where somebody can write."""

    CONVERSATION = "conversation"
    THREAD = "thread"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class CommentRef:
    """One comment. `id` is unique among those of its place.

    `thread` is the id of the first comment of its thread (its own where it is the first); 0: it is
    in none. A review's body takes no reaction and no reply; answers to it go to the conversation.
    """

    where: Where
    id: int
    thread: int = 0


OPERATED = "operator."
"""How the trigger begins when the operator asked, at a terminal."""
COMMANDED = "command."
"""How the trigger of a review begins that was asked for in a comment; the verb follows."""


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Review this head.

    `trigger` is what asked, as "event.action". `settle`: wait for a burst of pushes to end first.
    `again`: a person asked for another run of a head that may have been reviewed already.
    `asked_for` names reviewers asked for by name; empty means the plan decides. `full`: what was
    read at an earlier head is read again. `comment` is where it was asked for, which is told by a
    reaction how it ended; None where no comment did. `moved`: what was asked for was an older head,
    and nobody has asked for this one.
    """

    pull: PullRef
    trigger: str
    settle: bool = False
    again: bool = False
    asked_for: tuple[str, ...] = ()
    full: bool = False
    comment: CommentRef | None = None
    moved: bool = False
    kind: Literal["review"] = "review"

    @property
    def by_person(self) -> bool:
        """Whether somebody with write access asked for this very head.

        GitHub lets nobody else re-run a check.
        """
        asked = bool(self.asked_for) or self.trigger.startswith(("check_", COMMANDED, OPERATED))
        return asked and not self.moved


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Stop every live run of this pull request, and say `why` in their checks.

    `closed`: nothing more comes, unless somebody opens it again.
    """

    pull: PullRef
    why: str
    closed: bool = False
    kind: Literal["cancel"] = "cancel"


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something. `id` is GitHub's number, which survives a change of name."""

    id: int
    login: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody said something to us.

    `pull.head_sha` is "" where the delivery does not tell it. `commands` are in the order they
    were written, only those an edit added. `reply` is what was said in a thread without a command,
    secrets replaced and cut to 2,000 characters; "" when a command was given. Whether the thread
    is one of ours is not known yet. `at` is when it was said, by GitHub's clock, in whole seconds
    since 1970, cut off; None where that is not told. `slug` is what our App was called when it was
    read, "" where that was not known.
    """

    pull: PullRef
    comment: CommentRef
    by: Person
    commands: tuple[Command | Unclear, ...] = ()
    reply: str = ""
    at: float | None = None
    slug: str = ""
    kind: Literal["spoken"] = "spoken"


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody resolved a thread, or took that back. `thread` is the id of its first comment."""

    pull: PullRef
    thread: int
    resolved: bool
    by: Person
    kind: Literal["settled"] = "settled"


@dataclass(frozen=True, slots=True)
class Grouped:
    """A merge queue asks for our check on a commit that joins several pull requests.

    `head_ref` is the branch the queue made for it, which names the last of them.
    """

    repo: str
    repo_id: int
    head_sha: str
    installation_id: int | None
    head_ref: str = ""
    kind: Literal["merge_group"] = "merge_group"


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The App lost access. `repo_ids` empty means the whole installation.

    `keep`: it is only suspended, so what is stored of it stays.
    """

    installation_id: int
    repo_ids: tuple[int, ...] = ()
    keep: bool = False
    kind: Literal["uninstalled"] = "uninstalled"


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and the reason, which is the answer to the sender."""

    reason: str
    kind: Literal["ignored"] = "ignored"


Asked = ReviewRequest | CancelRequest | Uninstalled | Spoken | Settled | Grouped
"""What is worth queueing."""
