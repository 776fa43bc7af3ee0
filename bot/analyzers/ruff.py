"""Python, read by ruff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.analyzers.isolation import Call, Limits, Sample, box, run
from bot.analyzers.languages import extension
from bot.analyzers.reading import Answer, Missed
from bot.analyzers.table import Table
from bot.analyzers.tool import WRITTEN, by_name, version_of
from bot.domain.finding import Evidence, Suggestion
from bot.domain.patch import FileKind
from bot.guard.redact import placeholder

SYNTAX = "invalid-syntax"
UNPARSED = "does not parse, so most of ruff's rules did not run."
TARGET = "py314"  # the newest grammar, so that new syntax is not called an error


class _Place(BaseModel):
    row: int
    column: int


class _Edit(BaseModel):
    content: str
    location: _Place
    end_location: _Place


class _Fix(BaseModel):
    applicability: str
    edits: list[_Edit]


class _Said(BaseModel):
    code: str | None
    filename: str
    message: str
    location: _Place
    end_location: _Place
    fix: _Fix | None


_REDACTED = placeholder("").split(":", maxsplit=1)[0]  # must not be offered as code
_ALL = TypeAdapter(list[_Said])


@dataclass(frozen=True, slots=True)
class Ruff:
    """ruff, with our choice of rules and never the repository's."""

    program: Path
    table: Table
    limits: Limits
    name: str = "ruff"
    alone: bool = False
    secrets: bool = False

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """Python files that people write."""
        ours = extension(path) in {".py", ".pyi"} and kind in WRITTEN
        return f"f{number:04}{extension(path)}" if ours else None

    async def version(self) -> str:
        """As `ruff --version` says."""
        return await version_of(self.program, "--version", self.limits)

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read the samples in one isolated run."""
        with box(samples) as within:
            argv = (
                *(str(self.program), "check", "--isolated", "--ignore-noqa", "--no-cache"),
                *("--exit-zero", "--quiet", "--output-format", "json", "--target-version", TARGET),
                *("--select", ",".join(self.table.select)),
                *(part for code in self.table.ignore for part in ("--ignore", code)),
                *(str(within.files / sample.name) for sample in samples),
            )
            ended = await run(Call(argv, timeout_s, self.limits.memory_bytes), within)
        if ended.broke:
            return Answer(broke=ended.broke)
        try:
            return self._answer(_ALL.validate_json(ended.output), by_name(samples))
        except (ValidationError, KeyError):
            return Answer(broke="answered in a form we do not know")

    def _answer(self, said: list[_Said], known: dict[str, Sample]) -> Answer:
        found: list[Evidence] = []
        broken: dict[str, None] = {}
        for each in said:
            sample = known[Path(each.filename).name]
            if each.code in (None, SYNTAX):
                if sample.path in broken:  # the first error explains the rest
                    continue
                broken[sample.path] = None
            found.append(self._evidence(each, sample))
        return Answer(tuple(found), missed=tuple(Missed(path, UNPARSED) for path in broken))

    def _evidence(self, each: _Said, sample: Sample) -> Evidence:
        code = each.code or SYNTAX
        words = self.table.tell(code, each.message)
        line, end = each.location.row, max(each.location.row, each.end_location.row)
        return Evidence(
            self.name,
            code,
            sample.path,
            line,
            end,
            words.severity,
            words.category,
            words.title,
            words.message,
            _suggestion(each.fix, sample.text, line, end),
        )


def _suggestion(fix: _Fix | None, text: str, line: int, end: int) -> Suggestion | None:
    """The fix as whole lines, where ruff calls it safe and it stays within line..end."""
    if fix is None or fix.applicability != "safe" or not fix.edits:
        return None
    lines = text.split("\n")[line - 1 : end]
    if any("\r" in each or _REDACTED in each for each in lines):
        return None
    for edit in sorted(fix.edits, key=lambda e: (e.location.row, e.location.column), reverse=True):
        first, last = edit.location.row - line, edit.end_location.row - line
        if first < 0 or last >= len(lines):
            return None
        before = lines[first][: edit.location.column - 1]
        after = lines[last][edit.end_location.column - 1 :]
        lines[first : last + 1] = [before + edit.content + after]
    changed = "\n".join(lines)
    return Suggestion(changed) if changed.strip() else None
