"""A pull request's conversation: what was said, in the order it was said."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.pages_threads import Thread, threads_of
from bot.sandbox.state import IssueComment, Pull, Reaction, Review

_DEEDS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "requested changes",
    "DISMISSED": "left a review that was dismissed",
}


@dataclass(frozen=True)
class Said:
    """A comment of the conversation, or a review with the threads it began; the other is None."""

    when: datetime
    id: int
    comment: IssueComment | None = None
    review: Review | None = None
    threads: tuple[Thread, ...] = ()

    @property
    def deed(self) -> str:
        """What its author did."""
        return _DEEDS.get(self.review.state, "reviewed") if self.review else "commented"


def conversation(pull: Pull) -> list[Said]:
    """Comments and submitted reviews, the oldest first. A review of nothing but replies is left
    out: they stand in their threads.
    """
    begun: dict[int, list[Thread]] = defaultdict(list)
    for thread in threads_of(pull):
        begun[thread.first.review_id].append(thread)
    said = [Said(one.created_at, one.id, comment=one) for one in pull.conversation]
    for review in pull.reviews:
        threads = tuple(begun[review.id])
        bare = review.state == "COMMENTED" and not review.body.strip() and not threads
        if review.submitted_at and not bare:
            said.append(Said(review.submitted_at, review.id, review=review, threads=threads))
    return sorted(said, key=lambda one: (one.when, one.id))


def counted(reactions: list[Reaction]) -> list[tuple[str, int]]:
    """Each kind of reaction, by GitHub's word for it, and how many there are."""
    return list(Counter(reaction.content for reaction in reactions).items())
