"""git, asked so that nothing of the repository runs or changes: no hooks, no drivers, no pager."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError

TIMEOUT_S = 120
SAFE = (
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "diff.suppressBlankEmpty=false",
)
"""What the repository's own configuration, and its owner's, must not decide here."""

QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


class Refused(UserError):
    """git said no, in the words of its error."""


@dataclass(frozen=True, slots=True)
class Git:
    """git in one folder. `environment` is all that it gets to know of ours."""

    folder: Path
    environment: Mapping[str, str]

    def run(
        self, *arguments: str, given: bytes = b"", more: Mapping[str, str] | None = None
    ) -> bytes:
        """What git prints. `more` is added to its environment.

        Raises Refused when git fails, and UserError when there is no git or it takes too long.
        """
        try:
            done = subprocess.run(
                ["git", *SAFE, *arguments],
                cwd=self.folder,
                env={**self.environment, **QUIET, **(more or {})},
                input=given,
                capture_output=True,
                check=False,
                timeout=TIMEOUT_S,
            )
        except FileNotFoundError as error:
            raise UserError(
                "git was not found.", remedy="Install it, or name a diff with --diff."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"git {arguments[0]} did not end within {TIMEOUT_S} s.",
                remedy="Name a smaller change with --base or --diff.",
            ) from error
        if done.returncode:
            raise Refused(
                f"git {arguments[0]} failed: {_why(done.stderr)}.",
                remedy="Run `git status` to see what is wrong with the repository.",
            )
        return done.stdout

    def text(self, *arguments: str) -> str:
        """What git prints, as one text without its final line feed."""
        return self.run(*arguments).decode("utf-8", "surrogateescape").removesuffix("\n")


def _why(printed: bytes) -> str:
    lines = printed.decode("utf-8", "replace").splitlines()
    fatal = [each for each in lines if each.startswith(("fatal: ", "error: "))]
    return (fatal or lines or ["it does not say why"])[0].removeprefix("fatal: ")[:300].rstrip(".")
