"""`ai-review`: finds the command, and turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from bot.cli.console import complain
from bot.errors import BotError

COMMANDS = {
    "demo": "Show the whole system at work on this machine, with no account and no key.",
    "review": "Review a change here, or a pull request with --repo and --pr-number.",
    "plan": "Say who would review a change, why, and for how much. Calls no model.",
    "serve": "Run the receiver and the worker together, on one machine.",
    "web": "Run the receiver of webhooks alone.",
    "worker": "Run the reviewing process alone.",
    "setup": "Create the App on GitHub in the browser, and write .env for it.",
    "doctor": "Check credentials, permissions, database, models and prices.",
    "forward": "Bring webhooks from a smee channel to this laptop.",
    "replay": "Take a stored webhook the whole way; nothing is written without --post.",
    "migrate": "Create or upgrade the database.",
    "check-config": "Check a .github/ai-review.yml.",
    "runs": "List the runs, show, stop or repeat one, or add up over all.",
}
"""Name and one line of help; the rest is in the module of that name, loaded when it is called."""

USAGE = 2


class Lazy(click.Group):
    """A group whose commands are imported when they are called: `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"bot.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ai-review")
def group() -> None:
    """Review pull requests with a panel of specialist reviewers."""


def main() -> None:
    """Run the command line. Exit 2: usage or configuration; others are the command's own."""
    try:
        code = group.main(standalone_mode=False, prog_name="ai-review")
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except BotError as error:
        complain(str(error))
        sys.exit(USAGE)
    sys.exit(code if isinstance(code, int) else 0)
