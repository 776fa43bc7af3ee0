"""Many languages, read with our own rules by the ast-grep engine, in a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bot.analyzers.isolation import Call, Ended, Limits, Sample, box, plain_breaks, run
from bot.analyzers.languages import language_of
from bot.analyzers.reading import Answer
from bot.analyzers.rules import Rule
from bot.analyzers.tool import WRITTEN
from bot.domain.finding import Evidence
from bot.domain.patch import FileKind

CHILD = Path(__file__).with_name("astgrep_child.py")
LONG_MATCH = 10  # lines; a longer match is shown at its first line only


class _Found(BaseModel):
    name: str
    found: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class AstGrep:
    """Our rules. `command` starts the child; nothing of the repository is on its path."""

    rules: tuple[Rule, ...]
    limits: Limits
    command: tuple[str, ...] = (sys.executable, "-I", str(CHILD))
    name: str = "ast-grep"
    alone: bool = False
    secrets: bool = False

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """Files that people write in a language some rule is for."""
        language = language_of(path) if kind in WRITTEN else None
        ours = any(language in rule.languages for rule in self.rules)
        return f"f{number:04}" if ours else None

    async def version(self) -> str:
        """Of the installed package."""
        try:
            return installed("ast-grep-py")
        except PackageNotFoundError:
            return "unknown"

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read the samples in one isolated run."""
        with box(()) as within:
            asked = within.files / "asked.json"
            asked.write_text(self._request(samples), encoding="utf-8")
            ended = await run(
                Call(self.command, timeout_s, self.limits.memory_bytes, stdin=asked), within
            )
        if ended.broke:
            return Answer(broke=ended.broke)
        try:
            return self._answer(ended, {sample.name: sample for sample in samples})
        except (ValidationError, KeyError):
            return Answer(broke="answered in a form we do not know")

    def _request(self, samples: Sequence[Sample]) -> str:
        files = [
            [
                sample.name,
                language_of(sample.path),
                plain_breaks(sample.text).encode("utf-8", "replace").decode("utf-8"),
            ]
            for sample in samples
        ]
        spoken = {language for _, language, _ in files}
        rules = {
            language: [[rule.id, rule.search] for rule in self.rules if language in rule.languages]
            for language in spoken
        }
        return json.dumps({"files": files, "rules": rules})

    def _answer(self, ended: Ended, known: dict[str, Sample]) -> Answer:
        read = [_Found.model_validate_json(row) for row in ended.output.splitlines()]
        if {each.name for each in read} != set(known):
            return Answer(broke="did not answer for every file")
        rules = {rule.id: rule for rule in self.rules}
        found = {
            (each.name, *match): self._evidence(rules[match[0]], known[each.name].path, match)
            for each in read
            for match in each.found
        }
        return Answer(tuple(found.values()))

    def _evidence(self, rule: Rule, path: str, match: tuple[str, int, int]) -> Evidence:
        _, line, end = match
        return Evidence(
            self.name,
            rule.id,
            path,
            line,
            end if end - line < LONG_MATCH else line,
            rule.severity,
            rule.category,
            rule.title,
            rule.message,
        )
