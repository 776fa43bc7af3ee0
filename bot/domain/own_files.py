"""What a repository tells us on its default branch, where only its writers can put it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.changed import ABSENT, Blob
from bot.domain.pull import PullRequest

POLICY = ".github/ai-review.yml"


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Files of the default branch, all of one commit ("" where the branch has none).

    `files` are those that were asked for, in that order; `folder` what lies right in the folder
    that was asked for, by name.
    """

    commit: str = ""
    files: tuple[Blob, ...] = ()
    folder: tuple[Blob, ...] = ()

    def file(self, path: str) -> Blob:
        """The file at `path`, absent where it was not asked for or is not there."""
        found = (each for each in self.files if each.path == path)
        return next(found, Blob(path, None, ABSENT))


@dataclass(frozen=True, slots=True)
class Opening:
    """A pull request as it is now, and what its repository tells us."""

    pull: PullRequest
    own: OwnFiles
