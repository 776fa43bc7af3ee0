"""What an account's owner does with the App: install it, suspend it, take repositories away."""

from __future__ import annotations

from bot.sandbox import payloads
from bot.sandbox.scene_base import ACTOR
from bot.sandbox.state import App, Installation, Repo, World
from bot.sandbox.view import Json, View
from bot.sandbox.webhooks import Hooks


class Owning:
    """The part of the sandbox that is about installations."""

    world: World
    hooks: Hooks
    app: App

    def uninstall(self, place: Installation, by: str = ACTOR) -> None:
        """Remove the App from the account: its tokens are worth nothing from now on."""
        with self.world.lock:
            told = self._told(place, "deleted", by)
            del self.world.installations[place.id]
            self._end_tokens(place)
            self.hooks.tell("installation", None, told, only=place.app.id)

    def suspend(self, place: Installation, by: str = ACTOR, back: bool = False) -> None:
        """Suspend the App on the account, or take that `back`."""
        with self.world.lock:
            place.suspended_at = None if back else self.world.clock()
            if not back:
                self._end_tokens(place)
            told = self._told(place, "unsuspend" if back else "suspend", by)
            self.hooks.tell("installation", None, told, only=place.app.id)

    def narrow(self, place: Installation, repos: set[int], by: str = ACTOR) -> None:
        """Leave the App these repositories, by their ids, and no other."""
        with self.world.lock:
            gone = [repo for repo in self._reached(place) if repo.id not in repos]
            place.repo_ids = repos
            told = self._told(place, "removed", by)
            del told["repositories"]
            told |= {
                "repository_selection": "selected",
                "repositories_added": [],
                "repositories_removed": [payloads.named(repo) for repo in gone],
            }
            self.hooks.tell("installation_repositories", None, told, only=place.app.id)

    def _told(self, place: Installation, action: str, by: str) -> Json:
        view = View(self.world, self.world.url, self.world.url)
        return payloads.installation(view, place, self._reached(place), action, by)

    def _reached(self, place: Installation) -> list[Repo]:
        repos = self.world.repos.values()
        return [r for r in repos if self.world.installation_of(r, place.app) is place]

    def _end_tokens(self, place: Installation) -> None:
        for value, token in list(self.world.tokens.items()):
            if token.installation is place:
                del self.world.tokens[value]
