"""JavaScript and TypeScript, read by oxlint where the operator has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bot.analyzers.isolation import Call, Limits, Sample, box, run
from bot.analyzers.languages import extension, language_of
from bot.analyzers.reading import Answer, Missed
from bot.analyzers.table import Table
from bot.analyzers.tool import WRITTEN, by_name, version_of
from bot.domain.finding import Evidence, Severity
from bot.domain.patch import FileKind

LANGUAGES = frozenset({"javascript", "typescript", "tsx"})
UNPARSED = "was not read: oxlint cannot parse it."
FOUND = 1  # its exit status when a rule of severity error fired
_WORST = {"error": Severity.MEDIUM, "warning": Severity.LOW}
_CODE = re.compile(r"^[\w@/-]+\(([\w-]+)\)$")
# It has no flag against comments that switch it off, so they are blunted, at the same length.
_SILENCER = re.compile(r"(eslint|oxlint)(?=-(?:disable|enable))")


class _Span(BaseModel):
    line: int
    column: int


class _Label(BaseModel):
    span: _Span


class _Said(BaseModel):
    message: str
    filename: str
    severity: str = "warning"
    code: str = ""
    labels: list[_Label] = []


class _All(BaseModel):
    diagnostics: list[_Said]


@dataclass(frozen=True, slots=True)
class Oxlint:
    """oxlint, with a configuration of ours and never the repository's."""

    program: Path
    table: Table
    limits: Limits
    name: str = "oxlint"
    alone: bool = False
    secrets: bool = False

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """JavaScript and TypeScript that people write."""
        ours = language_of(path) in LANGUAGES and kind in WRITTEN
        return f"f{number:04}{extension(path)}" if ours else None

    async def version(self) -> str:
        """As `oxlint --version` says."""
        return await version_of(self.program, "--version", self.limits)

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read the samples in one isolated run."""
        samples = [replace(each, text=_SILENCER.sub("xxxxxx", each.text)) for each in samples]
        with box(samples) as within:
            own = within.root / "own.json"
            own.write_text("{}", encoding="utf-8")
            argv = (
                *(str(self.program), "-c", str(own), "--disable-nested-config", "--no-ignore"),
                *(part for code in self.table.ignore for part in ("-A", code)),
                *(part for code in self.table.select for part in ("-D", code)),
                *("-f", "json", *(str(within.files / sample.name) for sample in samples)),
            )
            ended = await run(Call(argv, timeout_s, self.limits.memory_bytes, (0, FOUND)), within)
        if ended.broke:
            return Answer(broke=ended.broke)
        try:
            said = _All.model_validate_json(ended.output).diagnostics
            return self._answer(said, by_name(samples))
        except (ValidationError, KeyError):
            return Answer(broke="answered in a form we do not know")

    def _answer(self, said: list[_Said], known: dict[str, Sample]) -> Answer:
        found: list[Evidence] = []
        missed: dict[Missed, None] = {}
        for each in said:
            sample = known[Path(each.filename).name]
            code = _CODE.match(each.code)
            if code and each.labels:
                found.append(self._evidence(each, code[1], sample.path))
            elif not code:  # what has no rule is the parser's complaint
                missed[Missed(sample.path, UNPARSED)] = None
        return Answer(tuple(found), missed=tuple(missed))

    def _evidence(self, each: _Said, code: str, path: str) -> Evidence:
        words = self.table.tell(code, each.message, _WORST.get(each.severity))
        line = each.labels[0].span.line
        return Evidence(
            self.name, code, path, line, line,
            words.severity, words.category, words.title, words.message,
        )  # fmt: skip
