"""What we say of another tool's rules: how bad, about what, in which words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.analyzers.rules import TABLES, check
from bot.domain.finding import Category, Severity

EVERY = "*"  # the entry for every rule that has no words of its own


class Entry(BaseModel):
    """Our words on one rule, or on all whose code begins alike. None: the tool's own words do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity | None = None
    category: Category | None = None
    title: str | None = Field(None, min_length=1, max_length=80)
    message: str | None = Field(None, min_length=1)


class _TableFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    select: list[str] = []
    ignore: list[str] = []
    default_category: Category
    default_severity: Severity
    rules: dict[str, Entry] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """How a finding of another tool is told."""

    severity: Severity
    category: Category
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """One tool's table. `select` and `ignore` are rule codes in the tool's own spelling."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: Severity
    category: Category
    rules: dict[str, Entry]

    def tell(self, code: str, said: str, severity: Severity | None = None) -> Words:
        """Words for rule `code`, of which the tool itself said `said`, as bad as `severity`.

        Entries count from the most exact to the shortest beginning of the code; what none of them
        gives comes from the tool, then from the table's defaults.
        """
        begins = [*(code[:end] for end in range(len(code), 0, -1)), EVERY]
        near = [self.rules[begin] for begin in begins if begin in self.rules]
        said = said.strip().rstrip(".")
        title = next((each.title for each in near if each.title), None) or _clause(said)
        message = next((each.message for each in near if each.message), None)
        return Words(
            next((e.severity for e in near if e.severity), severity or self.severity),
            next((e.category for e in near if e.category), self.category),
            title,
            " ".join(message.split()) if message else f"{said}.",
        )


@lru_cache(maxsize=16)
def load_table(rules: Path, tool: str) -> Table:
    """The table of a tool, from the rules' folder; read once a process.

    Raises ConfigError naming file and field.
    """
    raw = check(rules / TABLES / f"{tool}.yml", _TableFile)
    return Table(
        tuple(raw.select),
        tuple(raw.ignore),
        raw.default_severity,
        raw.default_category,
        raw.rules,
    )


def _clause(said: str) -> str:
    """The tool's sentence as a title: its first clause, capital first, at most 80 characters."""
    first = re.split("; |\n", said, maxsplit=1)[0]
    short = first if len(first) <= 80 else first[:79] + "…"
    return short[:1].upper() + short[1:]
