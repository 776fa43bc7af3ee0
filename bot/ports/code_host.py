"""What a review asks of GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.changed import Blob, ChangedFile
from bot.domain.own_files import Opening
from bot.domain.post import CheckReport, Receipt, ReviewPost
from bot.domain.pull import PullRef, PullRequest


class CodeHost(Protocol):
    """GitHub, for one pull request at a time. Every method may raise UpstreamError.

    Credentials are for that repository alone and never leave the adapter.
    """

    async def pull(self, ref: PullRef) -> PullRequest:
        """The pull request as it is now; its `ref.head_sha` is the newest head."""
        ...

    async def opening(self, ref: PullRef, paths: Sequence[str], folder: str = "") -> Opening:
        """The pull request as it is now, with files of the default branch at one commit.

        `paths` are files, `folder` one whose own files are read, "" for none. One call.
        """
        ...

    async def files(self, pull: PullRequest) -> tuple[ChangedFile, ...]:
        """All changed files GitHub lists (at most 3,000), every page.

        Missing patches are made from the two blobs where those can be had.
        """
        ...

    async def texts(self, pull: PullRequest, paths: Sequence[str]) -> tuple[Blob, ...]:
        """Head versions, in the order asked, as few calls as possible."""
        ...

    async def may_write(self, ref: PullRef, login: str) -> bool:
        """Whether `login` may write to the base repository; False for strangers."""
        ...

    async def start_check(self, ref: PullRef, run: str, title: str) -> int:
        """The id of the in-progress check run of `run`, made unless it is there already."""
        ...

    async def conclude_check(
        self, ref: PullRef, run: str, report: CheckReport, check_id: int | None
    ) -> None:
        """End the check run of `run`, made if it is missing. Annotations go in batches of 50.

        `check_id` None: look it up by `run`.
        """
        ...

    async def post_review(self, pull: PullRequest, run: str, post: ReviewPost) -> Receipt:
        """Post one review for `pull.ref.head_sha`; the same `run` twice leaves one.

        A comment GitHub will not take is named in the receipt and loses no other.
        """
        ...
