"""What those who judge claims are told: the texts of refute.md, vote.md and synthesize.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.plan import Tier
from bot.errors import ConfigError

_HEADING = re.compile(r"^## +(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Voter:
    """One point of view. `name` is its heading in vote.md, `brief` what only it is told."""

    name: str
    brief: str


@dataclass(frozen=True, slots=True)
class Briefs:
    """Each text is the rules of one kind of question: our own words, the same for all of its kind.

    `voters` are the points of view of vote.md in the file's order. `positions` and `parts` are the
    two kinds of synthesis.
    """

    refute: str
    vote: str
    voters: tuple[Voter, ...]
    positions: str
    parts: str


@dataclass(frozen=True, slots=True)
class Court:
    """Who judges claims: the model, what it is told, and `mark`, the run's boundary."""

    tier: Tier
    briefs: Briefs
    mark: str


def read_briefs(refute: str, vote: str, synthesize: str) -> Briefs:
    """The briefs in the texts of the three files. Raises ConfigError where one cannot be used.

    In vote.md each "## " heading begins a voter; synthesize.md has "## positions" and "## parts".
    What stands before the first heading holds for all sections.
    """
    rules, voters = _sections("vote.md", vote)
    if not voters:
        raise ConfigError(
            "vote.md names no voter.", remedy='Begin at least one section with "## ".'
        )
    common, kinds = _sections("synthesize.md", synthesize)
    if missing := {"positions", "parts"} - set(kinds):
        raise ConfigError(
            f'synthesize.md has no section "## {min(missing)}".',
            remedy="Copy it from the file that ships.",
        )
    return Briefs(
        refute=_said("refute.md", refute),
        vote=rules,
        voters=tuple(Voter(name, brief) for name, brief in voters.items()),
        positions=f"{common}\n\n{kinds['positions']}",
        parts=f"{common}\n\n{kinds['parts']}",
    )


def _sections(name: str, text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first heading, and the sections by heading."""
    before, *rest = _HEADING.split(text.replace("\r\n", "\n"))
    sections = {
        heading: _said(f'section "{heading}" of {name}', body)
        for heading, body in zip(rest[::2], rest[1::2], strict=True)
    }
    if len(sections) < len(rest) // 2:
        raise ConfigError(f"{name} has two sections of one name.", remedy="Rename one of them.")
    return _said(f"the beginning of {name}", before), sections


def _said(name: str, text: str) -> str:
    if not text.strip():
        raise ConfigError(f"{name} is empty.", remedy="Write what the model is to be told.")
    return text.strip()
