"""`ai-review check-config`."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.console import say
from bot.errors import UserError

DEFAULT = ".github/ai-review.yml"
WRONG = 2
MOST_BYTES = 1_000_000
"""GitHub hands out no larger file through the call the App reads it with."""


@click.command()
@click.argument("file", default=DEFAULT)
def command(file: str) -> int:
    """Check a repository's policy, FILE (.github/ai-review.yml).

    Says everything that is wrong, with its line and what to do. Exit 0: it can be used as it is.
    """
    from bot.intake.policy import check_policy
    from bot.settings import load, load_reviewers

    settings = load(env_file=None)
    names = [each.name for each in load_reviewers(settings.config_dir)]
    problems = check_policy(_text(file), names)
    for each in problems:
        say(f"{_safe(file)}: {_safe(each)}")
    if not problems:
        say(f"{_safe(file)}: nothing wrong.")
    return WRONG if problems else 0


def _text(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{name!r} is not UTF-8.", remedy="Save it as UTF-8 text.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UserError(
            f"{name!r} cannot be read: {why}.", remedy="Name the policy file to check."
        ) from error
    if len(raw) > MOST_BYTES:
        raise UserError(f"{name!r} is over 1 MB.", remedy="Shorten it; GitHub would not send it.")
    return text


def _safe(text: str) -> str:
    from bot.guard.material import visible

    return visible(text)
