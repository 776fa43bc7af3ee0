"""A review on standard output: exactly one document, coloured on a terminal alone."""

from __future__ import annotations

import json
import sys

from bot.cli.console import printable, say
from bot.domain.review import Review
from bot.reporting.facts import RunFacts

FORMATS = ("text", "markdown", "json", "sarif")
_COLOURS = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "cyan"}


def show(review: Review, facts: RunFacts, form: str, note: str = "") -> None:
    """Print the review. `note` is said in its place where there is none."""
    if form == "json":
        from bot.reporting.as_json import document

        say(json.dumps({**document(review, facts), "note": note}, indent=2))
    elif form == "sarif":
        from bot.reporting.sarif import sarif

        say(json.dumps(sarif(review, facts), indent=2))
    elif note:
        say(note)
    elif form == "markdown":
        say(printable(markdown(review, facts)))
    else:
        from bot.reporting.text import text

        _print(text(review, facts))


def markdown(review: Review, facts: RunFacts) -> str:
    """The whole review as Markdown."""
    from bot.reporting.markdown import markdown as rendered

    return rendered(review, facts).rstrip("\n")


def _print(text: str) -> None:
    text = printable(text.rstrip("\n"))
    if not sys.stdout.isatty():
        say(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for row in text.split("\n"):
        word = row.partition(" ")[0]
        console.print(Text(row, style=_COLOURS.get(word, "")), soft_wrap=True)
