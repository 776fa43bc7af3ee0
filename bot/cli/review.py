"""`ai-review review`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from bot.cli.console import complain, tell
from bot.cli.target import SEVERITIES, Target, names_of, target_of, target_options
from bot.errors import UpstreamError, UserError

if TYPE_CHECKING:
    from bot.settings import Settings

INCOMPLETE = 3


@click.command()
@target_options
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Least severity that gives exit 1.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "sarif"]),
    default="text",
    show_default=True,
)
@click.option("--post", is_flag=True, help="Post to the pull request named by --repo.")
def command(  # noqa: PLR0913, PLR0917  one for each option
    base: str | None,
    diff: str | None,
    repo: str | None,
    pr_number: int | None,
    agents: str,
    fail_on: str | None,
    form: str,
    post: bool,
) -> int:
    """Review a change here, or a pull request on GitHub.

    Without a target: the working tree, new files included, against where it left the default
    branch. Without ANTHROPIC_API_KEY the static analysers review alone.

    Exit 0: clean. 1: findings at or above --fail-on (or the policy's fail_at). 2: usage or
    configuration. 3: incomplete, a reviewer or an analyser failed or something was not read.
    """
    from bot.logs import configure
    from bot.settings import load

    target = target_of(base, diff, repo, pr_number)
    if post and repo is None:
        raise UserError("--post needs a pull request.", remedy="Name it: --repo and --pr-number.")
    # No .env here: this folder may be a checkout of somebody else's pull request.
    settings = load(env_file=None)
    level = "warning" if settings.log_level == "info" else settings.log_level
    configure(level, settings.log_format, settings.own_secrets)
    return _run(target, settings, names_of(agents), fail_on, form, post)


def _run(
    target: Target,
    settings: Settings,
    agents: tuple[str, ...],
    fail_on: str | None,
    form: str,
    post: bool,
) -> int:
    from bot.cli.reviewing import Wish, review
    from bot.cli.show import show
    from bot.github.failures import NotFound

    wish = Wish(agents, fail_on, post)
    try:
        ended = asyncio.run(review(target, settings, wish))
    except NotFound:
        raise
    except UpstreamError as error:
        complain(str(error))
        return INCOMPLETE
    for each in ended.told:
        tell(each)
    show(ended.review, ended.facts, form, ended.note)
    return ended.code
