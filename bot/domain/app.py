"""The GitHub App itself: what it asks for, and what it was granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = ("none", "read", "write", "admin")
"""Of a permission, from least to most."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """app.yml: what the App should be. `url` is the page its page links to."""

    name: str
    url: str
    description: str
    public: bool
    permissions: Mapping[str, str]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """What an App or one installation of it may do, and is told.

    `who` names it: the App's slug, or the account it is installed on. `suspended`: its owner has
    put it on hold.
    """

    who: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """An App that GitHub has just made for us. Secrets never show in the repr."""

    id: int
    slug: str
    url: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def lacking(wanted: Manifest, grant: Grant) -> tuple[str, ...]:
    """What `grant` lacks of what app.yml asks for: "checks: write", "event check_run"."""
    permissions = (
        f"{name}: {level}"
        for name, level in wanted.permissions.items()
        if _level(grant.permissions.get(name)) < _level(level)
    )
    events = (f"event {name}" for name in wanted.events if name not in grant.events)
    return (*permissions, *events)


def beyond(wanted: Manifest, grant: Grant) -> tuple[str, ...]:
    """Permissions that `grant` has and app.yml does not ask for, "contents: write"."""
    return tuple(
        f"{name}: {level}"
        for name, level in grant.permissions.items()
        if _level(level) > _level(wanted.permissions.get(name))
    )


def _level(name: str | None) -> int:
    return LEVELS.index(name) if name in LEVELS else 0
