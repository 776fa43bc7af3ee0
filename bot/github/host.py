"""GitHub as the code host: the port's promises, kept over PyGithub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import structlog
from pydantic import BaseModel

from bot.domain.changed import Blob, ChangedFile
from bot.domain.own_files import Opening
from bot.domain.post import CheckReport, Receipt, ReviewPost
from bot.domain.pull import PullRef, PullRequest
from bot.errors import UpstreamError
from bot.github.app_account import Account
from bot.github.checks import Checks
from bot.github.client import Client, Waits
from bot.github.conversation import Permission, Talk
from bot.github.credentials import (
    LEAST,
    READ_ONLY,
    RESOLVING,
    AppKey,
    Credentials,
    Keyring,
    Scope,
    access_of,
)
from bot.github.deliveries import Deliveries
from bot.github.failures import NotFound
from bot.github.files import changed_files
from bot.github.gate import Gate
from bot.github.identity import Identity
from bot.github.opening import opening
from bot.github.places import permission_path, pull_path, repo_path, scope_of
from bot.github.reach import Reaching
from bot.github.replies import Pull, read_as
from bot.github.reviews import Reviews
from bot.github.texts import Spot, as_blob, contents
from bot.github.wire import checked_api_url
from bot.ports.code_host import CodeHost

log = structlog.get_logger(__name__)


class _Installation(BaseModel):
    id: int


class GitHubHost:
    """GitHub.com or an Enterprise server, as an App or with one token. No I/O until it is asked.

    `api_url` is the operator's, never a payload's. `own_secrets` are values that must reach no
    post; the credentials themselves are minded anyway. `dry_run`: nothing is written, and the
    tokens made could not. `resolve_threads`: threads may be resolved, with a token for that alone.
    Raises ConfigError where the credentials are neither nor both.
    """

    def __init__(
        self,
        api_url: str,
        *,
        own_secrets: tuple[str, ...] = (),
        dry_run: bool = False,
        resolve_threads: bool = False,
        waits: Waits | None = None,
        **credentials: Unpack[Credentials],
    ) -> None:
        access = access_of(credentials)
        waits = waits or Waits()
        permissions = READ_ONLY if dry_run else LEAST
        self._keyring = Keyring(checked_api_url(api_url), access, permissions, waits.clock)
        self._client = Client(self._keyring, waits)
        self._dry_run = dry_run
        self._resolving = Keyring(checked_api_url(api_url), access, RESOLVING, waits.clock)
        closer = Client(self._resolving, waits) if resolve_threads else None
        gate = Gate(lambda: (*own_secrets, *self._keyring.secrets(), *self._resolving.secrets()))
        identity = Identity(self._client)
        self._checks = Checks(self._client, gate, identity)
        self._reviews = Reviews(self._client, gate, identity)
        self.account = Account(self._client)
        self.talk = Talk(self._client, gate, identity, dry_run, closer)
        self.deliveries = Deliveries(self._client, dry_run)
        self.reach = Reaching(self._client)

    def close(self) -> None:
        """Close the connections."""
        self._keyring.close()
        self._resolving.close()

    async def pull(self, ref: PullRef) -> PullRequest:
        """The pull request as it is now."""
        found = await self._pull(scope_of(ref), ref)
        _same(ref, found.base.repo.id)
        return found.pull(ref.installation_id)

    async def opening(self, ref: PullRef, paths: Sequence[str], folder: str = "") -> Opening:
        """The pull request as it is now, and files of the default branch, in one call."""
        repo_path(ref.repo)
        found = await opening(self._client, scope_of(ref), ref, paths, folder)
        _same(ref, found.pull.ref.repo_id)
        return found

    async def files(self, pull: PullRequest) -> tuple[ChangedFile, ...]:
        """All changed files GitHub lists, missing patches made where they can be."""
        return await changed_files(self._client, pull)

    async def texts(self, pull: PullRequest, paths: Sequence[str]) -> tuple[Blob, ...]:
        """Head versions, in the order asked. A fork's head is in the base repository, too."""
        spots = [Spot(pull.ref.head_sha, path) for path in paths]
        found = await contents(self._client, scope_of(pull.ref), pull.ref.repo, spots)
        return tuple(as_blob(path, each) for path, each in zip(paths, found, strict=True))

    async def may_write(self, ref: PullRef, login: str) -> bool:
        """Whether `login` may write to the base repository."""
        path = permission_path(ref, login)
        try:
            body = await self._client.read(scope_of(ref), path)
        except NotFound:
            return False
        return read_as(Permission, body, f"GET {path}").write

    async def start_check(self, ref: PullRef, run: str, title: str) -> int:
        """The id of the run's check; 0 in a dry run."""
        if self._dry_run:
            log.info("check_not_started", run=run, because="dry run")
            return 0
        return await self._checks.start(ref, run, title)

    async def conclude_check(
        self, ref: PullRef, run: str, report: CheckReport, check_id: int | None
    ) -> None:
        """End the run's check."""
        if self._dry_run:
            log.info("check_not_concluded", run=run, because="dry run")
            return
        await self._checks.conclude(ref, run, report, check_id)

    async def post_review(self, pull: PullRequest, run: str, post: ReviewPost) -> Receipt:
        """Post the run's review; in a dry run the receipt is empty."""
        if self._dry_run:
            log.info("review_not_posted", run=run, because="dry run", comments=len(post.comments))
            return Receipt(None, "")
        return await self._reviews.post(pull.ref, run, post)

    async def find(self, repo: str, number: int) -> PullRef:
        """The pull request by its repository's name, for those who have no event to start from."""
        installation = None
        if isinstance(self._keyring.access, AppKey):
            path = f"{repo_path(repo)}/installation"
            body = await self._client.read(None, path)
            installation = read_as(_Installation, body, f"GET {path}").id
        unnumbered = PullRef(repo, 0, number, "", installation)
        found = await self._pull(Scope(installation, 0, repo), unnumbered)
        return found.ref(installation)

    async def _pull(self, scope: Scope, ref: PullRef) -> Pull:
        path = pull_path(ref)
        return read_as(Pull, await self._client.read(scope, path), f"GET {path}")


def _same(ref: PullRef, repo_id: int) -> None:
    """A name may belong to somebody else by now; the number never does."""
    if ref.repo_id not in (0, repo_id):
        raise UpstreamError(f"{ref.repo} is another repository by now.")


_: type[CodeHost] = GitHubHost
