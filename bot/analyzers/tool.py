"""What every analyser here is to the one that calls them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bot.analyzers.isolation import Call, Limits, Sample, box, run
from bot.analyzers.reading import Answer
from bot.domain.patch import FileKind

# Written by hand and for a purpose of their own. The rest is copied, computed, or prose.
WRITTEN = frozenset(
    {FileKind.SOURCE, FileKind.TEST, FileKind.CONFIG, FileKind.INFRASTRUCTURE},
)
VERSION_S = 5.0


class Tool(Protocol):
    """One analyser. `alone`: a run takes one file only. `secrets`: it looks for nothing else."""

    @property
    def name(self) -> str: ...
    @property
    def alone(self) -> bool: ...
    @property
    def secrets(self) -> bool: ...

    def place(self, number: int, path: str, kind: FileKind) -> str | None:
        """Where the copy of a file goes, under a name of ours; None when it is not for this."""
        ...

    async def version(self) -> str:
        """The tool's version, "unknown" when it does not tell."""
        ...

    async def read(self, samples: Sequence[Sample], timeout_s: float) -> Answer:
        """Read the samples in one isolated run."""
        ...


async def version_of(program: Path, argument: str, limits: Limits) -> str:
    """The last word of the first line a program prints of its version."""
    asked = Call((str(program), argument), min(VERSION_S, limits.timeout_s), 8 << 30)
    try:
        with box(()) as within:
            ended = await run(asked, within)
    except OSError:  # no room for a box; reading will fail too, and tell
        return "unknown"
    words = ended.output[:200].decode("utf-8", "replace").split("\n")[0].split()
    return "unknown" if ended.broke or not words else words[-1][:40]


def by_name(samples: Sequence[Sample]) -> dict[str, Sample]:
    """Samples by the last part of their copy's name, which is all a tool may echo."""
    return {sample.name.rsplit("/", 1)[-1]: sample for sample in samples}
