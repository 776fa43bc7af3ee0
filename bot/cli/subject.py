"""Reads the change a command is about, from this machine or from GitHub."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import wiring
from bot.cli.target import DiffFile, Local, Pull
from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.domain.changed import Blob, ChangedFile
from bot.domain.plan import Change
from bot.domain.pull import PullRef, RepoPolicy
from bot.errors import UpstreamError, UserError
from bot.intake.own_files import PATHS, repo_policy
from bot.intake.policy import parse_policy
from bot.service.case import Case
from bot.service.definitions import Surroundings
from bot.service.reading import worth_a_text
from bot.settings import load_defaults, load_reviewers
from bot.settings.child import child_environment
from bot.workspace.fitting import fitting_texts
from bot.workspace.tree import WorkingTree, open_tree

if TYPE_CHECKING:
    from bot.github.host import GitHubHost
    from bot.settings import Settings

MOST_BYTES = 50_000_000
"""Of a diff. Far more than anybody reads; less than what hurts this machine."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A change, the policy it is judged by, and what to call it. `head_sha` "": not committed."""

    change: Change
    policy: RepoPolicy
    name: str
    head_sha: str
    run: str

    def case(self, asked_for: Sequence[str] = ()) -> Case:
        """The change as a judge takes it; `asked_for` names reviewers asked for by name."""
        return Case(
            run=self.run,
            change=self.change,
            policy=self.policy,
            head_sha=self.head_sha,
            asked_for=tuple(asked_for),
        )


def known_reviewers(names: Sequence[str], settings: Settings) -> None:
    """Raise UserError for the first of `names` that no reviewer has."""
    known = [each.name for each in load_reviewers(settings.config_dir)] if names else []
    for name in names:
        if name not in known:
            raise UserError(
                f"There is no reviewer {name!r}.", remedy=f"The reviewers are {', '.join(known)}."
            )


async def read_here(target: Local | DiffFile, settings: Settings) -> Subject | None:
    """The change on this machine; None when nothing is changed. Raises UserError."""
    here = Path.cwd()
    tree: WorkingTree | None = None
    if isinstance(target, Local):
        tree = open_tree(here, child_environment({}))
        text = tree.diff(tree.base(target.base))
    else:
        text = _diff_text(target.name)
        tree = _tree_around(here)
    files = split(text)
    if not files:
        return None
    policy = _policy(tree, settings)
    blobs = _texts(target, tree, files, policy)
    around = _around(tree, policy)
    change = await wiring.examiner(settings).understand(files, blobs, around)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    name = (tree.root if tree else here).name
    return Subject(change, policy, name, "", f"local-{digest}")


async def read_pull(target: Pull, host: GitHubHost, settings: Settings) -> Subject:
    """The pull request's change, under the policy of its default branch. Raises UpstreamError."""
    found = await host.find(target.repo, target.number)
    house = wiring.house(settings)
    opening = await host.opening(found, PATHS, house.admits.folder)
    pull = opening.pull
    policy = repo_policy(opening.own, house.defaults, house.admits)
    change = await wiring.reader(settings, host).read(pull, policy)
    name = f"{pull.ref.repo}#{pull.ref.number}"
    return Subject(change, policy, name, pull.ref.head_sha, run_of(pull.ref))


def run_of(ref: PullRef) -> str:
    """The one run a workflow makes of a head: the same head again is the same run."""
    from bot.domain.run import run_id

    return run_id(ref.repo_id, ref.number, ref.head_sha, 1)


def github(settings: Settings) -> GitHubHost:
    """GitHub, by the token or the App. Raises UserError when there is neither."""
    if not settings.github_token and settings.app_id is None:
        raise UserError(
            "There is no access to GitHub: neither GITHUB_TOKEN nor APP_ID is set.",
            remedy="Set GITHUB_TOKEN to a token that may read the repository.",
        )
    return wiring.github(settings)


def _tree_around(here: Path) -> WorkingTree | None:
    try:
        return open_tree(here, child_environment({}))
    except UserError:
        return None  # a diff needs no repository


def _policy(tree: WorkingTree | None, settings: Settings) -> RepoPolicy:
    defaults = load_defaults(settings.config_dir).policy
    return parse_policy(tree.policy() if tree else None, defaults)


def _texts(
    target: Local | DiffFile,
    tree: WorkingTree | None,
    files: Sequence[ChangedFile],
    policy: RepoPolicy,
) -> tuple[Blob, ...]:
    patch = patch_of(files)
    paths = worth_a_text(patch, policy)
    if tree is not None and isinstance(target, Local):
        return tree.texts(paths)
    wanted = set(paths)
    root = tree.root if tree else Path.cwd()
    return fitting_texts([file for file in patch.files if file.path in wanted], root)


def _around(tree: WorkingTree | None, policy: RepoPolicy) -> Surroundings | None:
    """The rest of the tree, as it is now; None outside of one."""
    if tree is None:
        return None
    here = tree

    async def fetch(paths: Sequence[str]) -> tuple[Blob, ...]:
        try:
            return await asyncio.to_thread(here.others, paths)
        except UserError as error:
            raise UpstreamError(str(error)) from error

    return Surroundings(fetch, policy.ignore)


def _diff_text(name: str) -> str:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UserError(
            f"The diff {name!r} cannot be read: {why}.", remedy="Correct the file's name."
        ) from error
    if len(raw) > MOST_BYTES:
        raise UserError(
            f"The diff is over {MOST_BYTES // 1_000_000} MB.", remedy="Review it in parts."
        )
    return raw.decode("utf-8", "replace")
