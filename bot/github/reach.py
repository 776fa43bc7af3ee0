"""What the App reaches, as GitHub tells it: installations, repositories, open pull requests."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel

from bot.domain.pull import PullRef
from bot.github.checks import NAME
from bot.github.client import PAGE, Client
from bot.github.credentials import AppKey, Scope
from bot.github.places import repo_path, scope_of
from bot.github.replies import read_as
from bot.ports.reach import Installed, OpenPull, Reach, Reached

INSTALLATIONS, REPOSITORIES = "/app/installations", "/installation/repositories"


class _Installed(BaseModel):
    id: int
    created_at: AwareDatetime
    suspended_at: AwareDatetime | None = None


class _Repo(BaseModel):
    id: int
    full_name: str
    archived: bool = False
    disabled: bool = False


class _Head(BaseModel):
    sha: str


class _Pull(BaseModel):
    number: int
    updated_at: AwareDatetime
    head: _Head


class Reaching:
    """The port `Reach`: one request for a hundred of anything."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def installations(self) -> tuple[Installed, ...]:
        """Everywhere it is installed; see the port."""
        rows = self._client.pages(None, INSTALLATIONS, 10)
        found = [read_as(_Installed, row, f"GET {INSTALLATIONS}") async for row in rows]
        return tuple(
            Installed(each.id, each.created_at.timestamp(), each.suspended_at is not None)
            for each in found
        )

    async def repositories(self, installation_id: int) -> tuple[Reached, ...]:
        """What an installation reaches; see the port."""
        scope = Scope(installation_id, 0)
        rows = self._client.pages(scope, REPOSITORIES, 50, within="repositories")
        found = [read_as(_Repo, row, f"GET {REPOSITORIES}") async for row in rows]
        return tuple(
            Reached(each.full_name, each.id)
            for each in found
            if not each.archived and not each.disabled
        )

    async def updated(self, place: int, repo: Reached, since: float) -> tuple[OpenPull, ...]:
        """Open pull requests that changed; see the port."""
        path = f"{repo_path(repo.repo)}/pulls"
        body = await self._client.read(
            Scope(place, repo.repo_id),
            path,
            state="open",
            sort="updated",
            direction="desc",
            per_page=PAGE,
        )
        pulls = [read_as(_Pull, row, f"GET {path}") for row in body or []]
        return tuple(
            OpenPull(
                PullRef(repo.repo, repo.repo_id, each.number, each.head.sha, place),
                each.updated_at.timestamp(),
            )
            for each in pulls
            if each.updated_at.timestamp() > since
        )

    async def has_check(self, ref: PullRef) -> bool:
        """Whether that head has a check of ours; see the port. A name alone could be anybody's."""
        access = self._client.keyring.access
        ours = {"app_id": access.app_id} if isinstance(access, AppKey) else {}
        path = f"{repo_path(ref.repo)}/commits/{ref.head_sha}/check-runs"
        body = await self._client.read(scope_of(ref), path, check_name=NAME, per_page=1, **ours)
        return bool(body and body.get("check_runs"))


_: type[Reach] = Reaching
