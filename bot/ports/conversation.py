"""What people's comments, and the life of our own, ask of GitHub."""

from __future__ import annotations

from typing import Protocol

from bot.domain.asked import CommentRef, Person
from bot.domain.pull import PullRef
from bot.domain.thread import Hidden, Reaction, Thread


class Conversation(Protocol):
    """One pull request's talk. Every method may raise UpstreamError; each may be done twice.

    What is written passes the last gate. Nothing of anybody else is ever edited or hidden.
    """

    async def may_command(self, ref: PullRef, person: Person) -> bool:
        """Whether the account with `person.id` may write to the base repository.

        Asked by name, for GitHub takes nothing else, and held against the number: a name that
        belongs to somebody else by now may not.
        """
        ...

    async def react(self, ref: PullRef, comment: CommentRef, reaction: Reaction) -> None:
        """Set a reaction of ours; one that is there stays. A review's body takes none."""
        ...

    async def answer(self, ref: PullRef, comment: CommentRef, key: str, body: str) -> str:
        """Answer where `comment` was written; the address of the answer.

        In a thread it is a reply, else a comment of the conversation. The same `key` twice leaves
        one answer. A conversation that is locked takes none: "" then.
        """
        ...

    async def threads(self, ref: PullRef) -> tuple[Thread, ...]:
        """Our threads, oldest first, the first 500."""
        ...

    async def rewrite(self, ref: PullRef, thread: Thread, body: str) -> None:
        """Put `body` in the place of the thread's first comment, which is ours.

        A comment somebody has deleted meanwhile is left at that.
        """
        ...

    async def resolve(self, ref: PullRef, thread: Thread, resolved: bool) -> bool:
        """Resolve the thread or open it again; False where the App may not."""
        ...

    async def hide(self, ref: PullRef, node: str, why: Hidden) -> bool:
        """Minimise a comment or review of ours; False where the App may not."""
        ...

    async def reviews(self, ref: PullRef) -> tuple[tuple[str, str], ...]:
        """Our reviews that are shown in full: GraphQL id and run, oldest first."""
        ...
