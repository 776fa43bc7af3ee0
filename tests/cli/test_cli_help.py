"""Help is there for every command, and quick because it loads little."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.cli.main import COMMANDS
from tests.cli.conftest import Run

HEAVY = ("anthropic", "dbos", "github", "sqlalchemy", "flask", "pydantic")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_help(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: ai-review {command}")


def test_an_unknown_command_is_usage(run: Run) -> None:
    said = run("reveiw")
    assert (said.code, "No such command" in said.err) == (2, True)


@pytest.mark.parametrize("arguments", [("--help",), ("review", "--help"), ("plan", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "from bot.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        f"print([each for each in {HEAVY!r} if each in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
