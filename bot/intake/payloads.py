"""What we read of GitHub's payloads. GitHub may add the rest freely.

Types are strict: 12 is an id, "12" is not. Bounds are those of what the values become later: rows
of a database, parts of an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.pull import PullRef
from bot.errors import RejectedDelivery
from bot.intake.problems import dotted

Id = Annotated[int, Field(ge=1, lt=2**63)]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
FullName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", max_length=200)]


class Part(BaseModel):
    """A part of a payload; fields it does not name are not looked at."""

    model_config = ConfigDict(strict=True, frozen=True)


class Repository(Part):
    """The base repository, where the App is installed."""

    id: Id
    full_name: FullName


class Identified(Part):
    """Anything of which only the id matters."""

    id: Id


class RepositoryEvent(Part):
    """A delivery about something in a repository. A repository's own hook has no installation."""

    repository: Repository
    installation: Identified | None = None

    @property
    def installation_id(self) -> int | None:
        """The installation's number, None without one."""
        return None if self.installation is None else self.installation.id


class Head(Part):
    """A commit's hash."""

    sha: Sha


class Pull(Part):
    """A pull request's number and head."""

    number: Id
    head: Head


class Label(Part):
    """A label's name, in its own letter case."""

    name: str


class Changes(Part):
    """What an edit changed; only whether the base did matters."""

    base: object = None


class PullEvent(RepositoryEvent):
    """A `pull_request` delivery."""

    pull_request: Pull
    label: Label | None = None
    changes: Changes | None = None


class CheckRun(Part):
    """A check run; `external_id` is the run's id where the check is ours."""

    app: Identified | None = None
    head_sha: Sha
    external_id: str | None = None


class CheckRunEvent(RepositoryEvent):
    """A `check_run` delivery."""

    check_run: CheckRun


class PullBase(Part):
    """The base of a pull request as a check suite names it."""

    repo: Identified


class SuitePull(Part):
    """A pull request as a check suite names it."""

    number: Id
    head: Head
    base: PullBase


class CheckSuite(Part):
    """A check suite. `pull_requests` is empty for forks."""

    app: Identified | None = None
    pull_requests: tuple[SuitePull, ...] = Field(default=(), strict=False)


class CheckSuiteEvent(RepositoryEvent):
    """A `check_suite` delivery."""

    check_suite: CheckSuite


class InstallationEvent(Part):
    """An `installation` or `installation_repositories` delivery."""

    installation: Identified
    repositories_removed: tuple[Identified, ...] = Field(default=(), strict=False)


P = TypeVar("P", bound=Part)


def payload_as(model: type[P], payload: Mapping[str, Any]) -> P:
    """What `model` reads of a payload. Raises RejectedDelivery naming the first wrong field."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        what = "is missing" if first["type"] == "missing" else "is not what GitHub sends"
        raise RejectedDelivery(
            f"{dotted(first['loc'])} {what}.",
            remedy="Redeliver it from the App's settings; if it fails again, report it to us.",
        ) from error


def ref_of(seen: RepositoryEvent, number: int, head: str) -> PullRef:
    """The pull request a delivery is about; `head` "" where the delivery does not tell it."""
    repository = seen.repository
    return PullRef(repository.full_name, repository.id, number, head, seen.installation_id)
