"""GitHub workflows and actions, read by zizmor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.analyzers.isolation import Call, Limits, Sample, box, run
from bot.analyzers.reading import Answer
from bot.analyzers.table import Table
from bot.analyzers.tool import version_of
from bot.domain.finding import Evidence, Severity
from bot.domain.patch import FileKind

NOTHING_TO_AUDIT = 3
_WORST = {
    "High": Severity.HIGH,
    "Medium": Severity.MEDIUM,
    "Low": Severity.LOW,
    "Informational": None,
    "Unknown": None,
}


class _Judged(BaseModel):
    severity: str
    confidence: str


class _Point(BaseModel):
    row: int  # from 0
    column: int


class _Span(BaseModel):
    start_point: _Point
    end_point: _Point


class _Concrete(BaseModel):
    location: _Span


class _Symbolic(BaseModel):
    kind: str
    annotation: str


class _Location(BaseModel):
    symbolic: _Symbolic
    concrete: _Concrete


class _Said(BaseModel):
    ident: str
    desc: str
    determinations: _Judged
    locations: list[_Location]


_ALL = TypeAdapter(list[_Said])


@dataclass(frozen=True, slots=True)
class Zizmor:
    """zizmor, offline and without the repository's configuration.

    One file a run: it refuses a whole batch for one malformed workflow.
    """

    program: Path
    table: Table
    limits: Limits
    name: str = "zizmor"
    alone: bool = True
    secrets: bool = False

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """Workflows, and actions wherever they are; zizmor knows them by their place."""
        del kind
        pure = PurePosixPath(path)
        if pure.suffix not in {".yml", ".yaml"}:
            return None
        if pure.parent == PurePosixPath(".github/workflows"):
            return f".github/workflows/f{number:04}.yml"
        return f"f{number:04}/action.yml" if pure.stem == "action" else None

    async def version(self) -> str:
        """As `zizmor --version` says."""
        return await version_of(self.program, "--version", self.limits)

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read one sample in an isolated run."""
        [sample] = samples
        with box(samples) as within:
            argv = (
                *(str(self.program), "--quiet", "--offline", "--no-config", "--no-ignores"),
                *("--no-exit-codes", "--format", "json", str(within.files / sample.name)),
            )
            call = Call(argv, timeout_s, self.limits.memory_bytes, (0, NOTHING_TO_AUDIT))
            ended = await run(call, within)
        if ended.broke:
            return Answer(broke=ended.broke)
        if not ended.output:
            return Answer(broke="found it is no valid workflow or action")
        try:
            said = _ALL.validate_json(ended.output)
        except ValidationError:
            return Answer(broke="answered in a form we do not know")
        return Answer(tuple(found for each in said for found in self._evidence(each, sample)))

    def _evidence(self, each: _Said, sample: Sample) -> list[Evidence]:
        worst = _WORST.get(each.determinations.severity, Severity.MEDIUM)
        place = next((at for at in each.locations if at.symbolic.kind == "Primary"), None)
        if worst is None or place is None:
            return []
        words = self.table.tell(each.ident, each.desc, worst)
        start, end = place.concrete.location.start_point, place.concrete.location.end_point
        last = end.row + 1 if end.column else end.row
        return [
            Evidence(
                self.name,
                each.ident,
                sample.path,
                start.row + 1,
                max(last, start.row + 1),
                words.severity,
                words.category,
                words.title,
                words.message,
            )
        ]
