"""What the demo shows on the terminal."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel

from bot.domain.run import RunStatus

if TYPE_CHECKING:
    from bot.sandbox.state import CheckRun, Pull

CONSOLE = Console(highlight=False)


def welcome(key: bool) -> None:
    """Say what is about to happen, and who will review."""
    CONSOLE.print("[bold]AI Review, the whole system on this machine.[/bold]")
    CONSOLE.print("A sandbox stands in for GitHub; receiver, worker and database are real.")
    if key:
        CONSOLE.print("ANTHROPIC_API_KEY is set: the model's reviewers join, which costs a little.")
    else:
        CONSOLE.print("No ANTHROPIC_API_KEY: the static analysers are the reviewers.")
    CONSOLE.print()


class Progress:
    """Tells each step once."""

    def __init__(self, home: Path) -> None:
        self._url = f"sqlite:///{home / 'ai-review.db'}"
        self._told: set[tuple[str, str]] = set()
        self._begun = time.monotonic()

    def tell_news(self) -> None:
        """Print the steps that ended since the last call."""
        from bot.store.database import open_database
        from bot.store.runs import StoredRuns

        runs = StoredRuns(open_database(self._url))
        for record in asyncio.run(runs.newest(5)):
            whole = asyncio.run(runs.get(record.id))
            for step in whole.steps if whole else ():
                if step.status is RunStatus.RUNNING or (record.id, step.step) in self._told:
                    continue
                self._told.add((record.id, step.step))
                seconds = time.monotonic() - self._begun
                well = step.status is RunStatus.COMPLETED
                mark = "[green]done[/green]" if well else "[red]failed[/red]"
                CONSOLE.print(f"  {seconds:5.1f} s  {mark}  {step.step.replace('_', ' ')}")


def posted(pull: Pull, check: CheckRun) -> None:
    """The review as its author would read it: check run, summary, inline comments."""
    CONSOLE.print()
    head = f"{check.name}: {check.conclusion} · {check.title}"
    CONSOLE.print(Panel(Markdown(_readable(check.summary or "")), title=head, title_align="left"))
    for comment in pull.comments:
        place = f"{comment.path}:{comment.line}"
        CONSOLE.print(Panel(Markdown(_readable(comment.body)), title=place, title_align="left"))


def planted(pull: Pull, check: CheckRun) -> bool:
    """Say which of the planted defects were found; whether all were."""
    from bot.sandbox.shop import PLANTED, line_of

    places = {(each.path, each.line) for each in pull.comments}
    places |= {(each.path, each.start_line) for each in check.annotations}
    missed = [each for each in PLANTED if (each.path, line_of(each)) not in places]
    CONSOLE.print(f"Planted defects found: {len(PLANTED) - len(missed)} of {len(PLANTED)}.")
    for each in missed:
        CONSOLE.print(f"  not found: {each.path}:{line_of(each)}, {each.defect}")
    return not missed


def addresses(github: str, repo: str, number: int, port: int) -> None:
    """Where to look with a browser."""
    CONSOLE.print(f"The pull request:  {github}/{repo}/pull/{number}")
    CONSOLE.print(f"Its files:         {github}/{repo}/pull/{number}/files")
    CONSOLE.print(f"Its checks:        {github}/{repo}/pull/{number}/checks")
    CONSOLE.print(f"The receiver:      http://127.0.0.1:{port}/healthz")


def _readable(markdown: str) -> str:
    """Markdown without what a browser would hide or fold."""
    shown = re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL)
    return re.sub(r"</?(details|summary|sub|sup|br)[^>]*>", "", shown)
