"""`ai-review plan`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from bot.cli.console import say
from bot.cli.target import Pull, Target, names_of, target_of, target_options

if TYPE_CHECKING:
    from bot.cli.subject import Subject
    from bot.domain.plan import Plan
    from bot.settings import Settings


@click.command()
@target_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(
    base: str | None,
    diff: str | None,
    repo: str | None,
    pr_number: int | None,
    agents: str,
    form: str,
) -> int:
    """Say who would review a change, why, and for how much at most. Calls no model.

    Without a target: the working tree against where it left the default branch.
    """
    from bot.logs import configure
    from bot.settings import load

    target = target_of(base, diff, repo, pr_number)
    settings = load(env_file=None)
    configure("warning", settings.log_format, settings.own_secrets)
    planned = asyncio.run(_plan(target, settings, names_of(agents)))
    _show(planned, form)
    return 0


async def _plan(target: Target, settings: Settings, agents: tuple[str, ...]) -> Plan | None:
    from bot import wiring
    from bot.cli.subject import known_reviewers

    known_reviewers(agents, settings)
    subject = await _subject(target, settings)
    if subject is None:
        return None
    return wiring.judge_here(settings).propose(subject.case(agents))


async def _subject(target: Target, settings: Settings) -> Subject | None:
    from bot.cli.subject import github, read_here, read_pull

    if not isinstance(target, Pull):
        return await read_here(target, settings)
    host = github(settings)
    try:
        return await read_pull(target, host, settings)
    finally:
        host.close()


def _show(planned: Plan | None, form: str) -> None:
    from bot.reporting.as_json import plan_document
    from bot.reporting.text import plan_text
    from bot.service.review_change import empty_review

    if form == "json":
        say(json.dumps(plan_document(planned or empty_review().plan), indent=2))
    else:
        say(plan_text(planned).rstrip("\n") if planned else "Nothing changed.")
