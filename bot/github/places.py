"""Addresses below the API's root. Nothing from a payload's *_url fields is ever used."""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.pull import PullRef
from bot.errors import UserError
from bot.github.credentials import Scope

_REPO = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)


def repo_path(repo: str) -> str:
    """Address of "owner/name". Raises UserError for anything else."""
    if not _REPO.fullmatch(repo):
        raise UserError(f"{repo!r} is not a repository.", remedy="Write it as OWNER/NAME.")
    return f"/repos/{repo}"


def pull_path(ref: PullRef) -> str:
    """Address of the pull request."""
    return f"{repo_path(ref.repo)}/pulls/{ref.number}"


def permission_path(ref: PullRef, login: str) -> str:
    """Address of what `login` may do in the repository."""
    return f"{repo_path(ref.repo)}/collaborators/{quote(login, safe='')}/permission"


def scope_of(ref: PullRef) -> Scope:
    """The credential that may serve this pull request."""
    return Scope(ref.installation_id, ref.repo_id)
