"""One repository of the sandbox, seen by those who act in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from bot.sandbox.state import Pull, Repo, World
from bot.sandbox.view import View
from bot.sandbox.webhooks import Hooks

ACTOR = "mia"
P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="Stage")


def alone_with_it(
    deed: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], T]:
    """Do it while no request is being answered."""

    @wraps(deed)
    def alone(self: S, /, *args: P.args, **named: P.kwargs) -> T:
        with self.world.lock:
            return deed(self, *args, **named)

    return alone


@dataclass(frozen=True)
class Stage:
    """A repository, the world it is in, and what tells the Apps."""

    state: Repo
    world: World
    hooks: Hooks

    @property
    def full_name(self) -> str:
        """Owner and name."""
        return self.state.full_name

    @property
    def id(self) -> int:
        """GitHub's number for it."""
        return self.state.id

    @property
    def view(self) -> View:
        """The world as the API at the server's own address shows it."""
        return View(self.world, self.world.url, self.world.url)

    def pull(self, number: int) -> Pull:
        """A pull request."""
        return self.state.pulls[number]

    def touched(self, number: int) -> Pull:
        """A pull request to which something happens now."""
        pull = self.pull(number)
        pull.updated_at = self.world.clock()
        return pull
