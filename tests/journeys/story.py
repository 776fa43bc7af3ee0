"""The life of a repository with the App, as one script: signed webhooks in, posts and checks out.

`python -m tests.journeys.story FOLDER` plays it and takes a picture of the sandbox's page at each
stage, for somebody to look at.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox import RepoScene
from bot.sandbox.state import CheckRun, Pull
from tests.fakes.model import FakeModel
from tests.journeys.conftest import BASE, HEAD
from tests.journeys.system import System, wait_for

PLAIN: dict[str, Any] = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "high",
    "title": "Passwords are compared in plain text",
    "body": "The stored password is compared as it is. Compare hashes in constant time.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}
UNUSED: dict[str, Any] = {
    "path": "src/cart.js",
    "line": 2,
    "end_line": 2,
    "severity": "medium",
    "title": "Nobody uses `none`",
    "body": "The constant is exported and never read.",
    "quote": "export const none = 0;",
    "suggestion": None,
    "confidence": 0.9,
}
MENDED = HEAD["src/login.py"].replace("password == user.password", "user.knows(password)")
Look = Callable[[str, str], None]
"""Is told the name of a stage and the path of the page that shows it."""


def look_away(stage: str, page: str) -> None:
    """Nobody watches."""


@dataclass
class Story:
    """One repository. `look` is called at the end of each stage."""

    system: System
    model: FakeModel
    repo: RepoScene
    look: Look = look_away
    number: int = 0
    fork: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def pull(self) -> Pull:
        return self.repo.pull(self.number)

    def told(self, stage: str, number: int, page: str = "") -> None:
        self.look(stage, f"/{self.repo.full_name}/pull/{number}{page}")

    def found(self, **findings: list[dict[str, Any]]) -> None:
        """What each reviewer says from now on; the others find nothing."""
        self.model.reset()
        for reviewer, claims in findings.items():
            self.model.answer(reviewer, claims)

    def check(self, number: int, count: int) -> CheckRun:
        """The newest check of a pull request, once `count` have ended and nothing is written."""

        def look() -> CheckRun | None:
            checks = self.repo.pull(number).checks
            ended = [each for each in checks if each.conclusion]
            return ended[-1] if len(ended) >= count and len(ended) == len(checks) else None

        return wait_for(look)

    def body(self, title: str) -> str:
        """Our comment about that finding."""
        return next(each.body for each in self.pull.comments if title in each.body)

    def reacted(self, comment: int) -> list[str]:
        """Our reactions to a comment, once the last of them is there."""

        def look() -> list[str] | None:
            said = [*self.pull.conversation, *self.pull.comments]
            if self.fork:
                said += self.repo.pull(self.fork).conversation
            found = [r.content for each in said if each.id == comment for r in each.reactions]
            return found if len(found) > 1 else None

        return wait_for(look)

    def opened(self) -> CheckRun:
        """A pull request with two defects is opened."""
        self.found(security=[PLAIN], quality=[UNUSED])
        self.number = self.repo.open_pull(head="change", title="Ask for it", author="mia")
        check = self.check(self.number, 1)
        self.told("1 opened", self.number)
        return check

    def fixed(self) -> CheckRun:
        """One of them is mended, and that is pushed."""
        self.found()
        self.repo.push(self.number, {"src/login.py": MENDED})
        check = self.check(self.number, 2)
        wait_for(lambda: self.body("plain text").startswith("**Fixed"))
        self.told("2 fixed", self.number)
        return check

    def pushed_back(self) -> CheckRun:
        """It comes back with the next push."""
        self.found(security=[PLAIN])
        self.repo.push(self.number, {"src/login.py": HEAD["src/login.py"]})
        check = self.check(self.number, 3)
        wait_for(lambda: self.body("plain text").startswith("**Back"))
        self.told("3 pushed back", self.number)
        return check

    def ignored(self) -> list[str]:
        """A writer ignores the other one, in its thread."""
        thread = next(each for each in self.pull.comments if "Nobody uses" in each.body)
        said = self.repo.reply(self.number, thread.id, "/ai-review ignore we will soon", by="ada")
        reactions = self.reacted(said)
        self.told("4 ignored", self.number)
        return reactions

    def paused(self) -> CheckRun:
        """Somebody pauses the pull request, and the next push is not read."""
        said = self.repo.comment(self.number, "/ai-review pause", by="ada")
        self.reacted(said)
        self.model.reset()
        self.repo.push(self.number, {"src/cart.js": BASE["src/cart.js"] + "// later\n"})
        check = self.check(self.number, 4)
        self.told("5 paused", self.number)
        self.told("5 paused, checks", self.number, "/checks")
        return check

    def resumed(self) -> CheckRun:
        """It goes on, and the head is reviewed at once."""
        self.found(security=[PLAIN])
        said = self.repo.comment(self.number, "/ai-review resume\n\n/ai-review", by="ada")
        check = self.check(self.number, 5)
        self.reacted(said)
        self.told("6 resumed", self.number)
        return check

    def forked(self) -> CheckRun:
        """A stranger opens a pull request from a fork. No model is asked."""
        self.model.reset()
        self.fork = self.repo.open_pull(
            head="theirs", title="From outside", author="stranger", fork=True
        )
        check = self.check(self.fork, 1)
        self.told("7 fork, checks", self.fork, "/checks")
        return check

    def allowed(self) -> CheckRun:
        """A writer asks for it, once."""
        self.found(security=[PLAIN])
        said = self.repo.comment(self.fork, "/ai-review", by="ada")
        check = self.check(self.fork, 2)
        self.reacted(said)
        self.told("8 fork reviewed", self.fork)
        return check

    def run_again(self) -> CheckRun:
        """Re-run is pressed on the fork's check, which names no pull request."""
        self.model.reset()
        self.repo.rerequest(self.repo.pull(self.fork).checks[-1], by="ada")
        check = self.check(self.fork, 3)
        self.told("9 fork, run again", self.fork, "/checks")
        return check

    def uninstalled(self) -> None:
        """The App is removed."""
        world = self.system.github.world
        place = world.installation_of(self.repo.state, self.system.github.app)
        assert place is not None
        self.system.github.uninstall(place)
        self.system.github.settle()
        self.told("10 uninstalled", self.number)


def main() -> None:
    """Play it, and take pictures."""
    from bot.sandbox import Sandbox
    from docs.pictures.take import take

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    pictures: Path = asked.parse_args().folder
    pictures.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        Sandbox(Path(home) / "github") as github,
        FakeModel() as model,
    ):
        system = System(github, model, Path(home) / "home")

        def look(stage: str, page: str) -> None:
            take(github.url + page, pictures / f"{stage}.png", (1100, 1800))

        try:
            system.start()
            play(told(system, model, look))
        finally:
            system.stop()


def told(system: System, model: FakeModel, look: Look = look_away) -> Story:
    """A story about a repository of its own."""
    repo = system.github.create_repo("story/shop", files=BASE)
    repo.branch("change")
    repo.commit("change", HEAD, "Ask for the password")
    repo.branch("theirs")
    repo.commit("theirs", HEAD, "Ask for the password, too")
    system.github.person("ada", permission="write")
    return Story(system, model, repo, look)


def play(story: Story) -> None:
    """Every stage in turn."""
    for stage in (
        story.opened,
        story.fixed,
        story.pushed_back,
        story.ignored,
        story.paused,
        story.resumed,
        story.forked,
        story.allowed,
        story.run_again,
        story.uninstalled,
    ):
        stage()


if __name__ == "__main__":
    main()
