"""Secrets in any text, found by gitleaks where the operator has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.analyzers.isolation import Call, Limits, Sample, box, run
from bot.analyzers.reading import Answer
from bot.analyzers.table import Table
from bot.analyzers.tool import by_name, version_of
from bot.domain.finding import Evidence
from bot.domain.patch import FileKind


class _Said(BaseModel):
    """Only what names no secret: `Match`, `Secret` and `Line` are not even read."""

    rule: str = Field(alias="RuleID")
    description: str = Field(alias="Description")
    file: str = Field(alias="File")
    start: int = Field(alias="StartLine")
    end: int = Field(alias="EndLine")


_ALL = TypeAdapter(list[_Said])


@dataclass(frozen=True, slots=True)
class Gitleaks:
    """gitleaks, with its own rules, redacting, and never the repository's configuration."""

    program: Path
    table: Table
    limits: Limits
    name: str = "gitleaks"
    alone: bool = False
    secrets: bool = True

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """Every text, whoever or whatever wrote it."""
        del path
        return None if kind is FileKind.BINARY else f"f{number:04}.txt"

    async def version(self) -> str:
        """As `gitleaks version` says."""
        return await version_of(self.program, "version", self.limits)

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read the samples in one isolated run."""
        with box(samples) as within:
            argv = (
                *(str(self.program), "dir", str(within.files), "--no-banner", "--redact"),
                *("--ignore-gitleaks-allow", "-i", str(within.empty), "--exit-code", "0"),
                *("--report-format", "json", "--report-path", "-", "--log-level", "fatal"),
            )
            call = Call(argv, timeout_s, self.limits.memory_bytes, counts="heap")
            ended = await run(call, within)
        if ended.broke:
            return Answer(broke=ended.broke)
        try:
            known = by_name(samples)
            said = _ALL.validate_json(ended.output)
            return Answer(tuple(self._evidence(each, known[Path(each.file).name]) for each in said))
        except (ValidationError, KeyError):
            return Answer(broke="answered in a form we do not know")

    def _evidence(self, each: _Said, sample: Sample) -> Evidence:
        words = self.table.tell(each.rule, each.description)
        line = max(1, each.start)
        return Evidence(
            self.name, each.rule, sample.path, line, max(line, each.end),
            words.severity, words.category, words.title, words.message,
        )  # fmt: skip
