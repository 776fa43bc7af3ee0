"""The analysers of this machine, each in a closed box."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.analyzers.astgrep import AstGrep
from bot.analyzers.gitleaks import Gitleaks
from bot.analyzers.isolation import Limits, Sample
from bot.analyzers.oxlint import Oxlint
from bot.analyzers.reading import Answer, Missed, apart, together
from bot.analyzers.ruff import Ruff
from bot.analyzers.rules import load_rules
from bot.analyzers.table import Table, load_table
from bot.analyzers.tool import Tool
from bot.analyzers.zizmor import Zizmor
from bot.domain.finding import Category, Evidence
from bot.domain.patch import FileKind
from bot.domain.plan import HeadText, ToolReport
from bot.ports.analyzers import Analyzers

LONGEST_LINE = 20_000  # columns; what is longer was not written by hand and slows every parser
_PROGRAMS: dict[str, Callable[[Path, Table, Limits], Tool]] = {
    "ruff": Ruff,
    "zizmor": Zizmor,
    "oxlint": Oxlint,
    "gitleaks": Gitleaks,
}


class LocalAnalyzers:
    """Static analysers as installed here: ruff, zizmor and our rules; oxlint, gitleaks if found.

    `rules` is the folder of our rules (config/rules). `programs` gives paths for tools that are
    neither beside this Python nor on the PATH. Time and memory count for one run of one tool; a
    run that fails is repeated file by file within the same time again. Raises ConfigError for a
    rule or table that cannot be used.
    """

    def __init__(
        self,
        rules: Path,
        *,
        timeout_s: float = 20.0,
        memory_bytes: int = 1 << 30,
        file_bytes: int = 512 * 1024,
        programs: Mapping[str, Path] | None = None,
    ) -> None:
        self._limits = Limits(timeout_s, memory_bytes, file_bytes)
        found = {name: (programs or {}).get(name) or _find(name) for name in _PROGRAMS}
        self._tools: tuple[Tool, ...] = (
            *(
                make(path, load_table(rules, name), self._limits)
                for name, make in _PROGRAMS.items()
                if (path := found[name])
            ),
            AstGrep(load_rules(rules), self._limits),
        )
        self._versions: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The tools this machine has."""
        return tuple(tool.name for tool in self._tools)

    async def examine(
        self, texts: Sequence[HeadText], kinds: dict[str, FileKind]
    ) -> tuple[ToolReport, ...]:
        """Read head versions with every tool that is for at least one of them."""
        async with asyncio.TaskGroup() as group:  # unlike gather, it waits for all when cancelled
            tasks = [group.create_task(self._report(tool, texts, kinds)) for tool in self._tools]
        return tuple(report for task in tasks if (report := task.result()) is not None)

    async def _report(
        self, tool: Tool, texts: Sequence[HeadText], kinds: dict[str, FileKind]
    ) -> ToolReport | None:
        samples = _samples(tool, texts, kinds)
        if not samples:
            return None
        too_much = tuple(
            Missed(each.path, f"was not read by {tool.name}: {why}.")
            for each in samples
            if (why := self._too_much(each.text))
        )
        left_out = {each.path for each in too_much}
        answer = await self._read(tool, [each for each in samples if each.path not in left_out])
        missed = (*too_much, *answer.missed)
        unread = {each.path for each in missed}
        read = tuple(each.path for each in samples if each.path not in unread)
        return ToolReport(
            tool.name,
            await self._version(tool),
            len(read),
            _kept(tool, answer.found, kinds),
            tuple(f"{each.path} {each.why}" for each in missed),
            read,
        )

    async def _read(self, tool: Tool, samples: Sequence[Sample]) -> Answer:
        if not samples:
            return Answer()
        way = apart if tool.alone else together
        return await way(tool.name, samples, tool.read, self._limits.timeout_s)

    async def _version(self, tool: Tool) -> str:
        """Asked once: a tool is not replaced under a running bot."""
        if tool.name not in self._versions:
            self._versions[tool.name] = await tool.version()
        return self._versions[tool.name]

    def _too_much(self, text: str) -> str:
        """Why a text is more than a tool should be given, "" when it is not."""
        if len(text.encode("utf-8", "replace")) > self._limits.file_bytes:
            return f"it is larger than {self._limits.file_bytes // 1024} kB"
        if max(map(len, text.split("\n"))) > LONGEST_LINE:
            return f"it has a line of more than {LONGEST_LINE} characters"
        return ""


def _find(name: str) -> Path | None:
    """A program beside this Python (where our own dependencies are), else on the PATH."""
    beside = Path(sys.executable).with_name(name)
    if beside.is_file():
        return beside
    found = shutil.which(name)
    return Path(found).resolve() if found else None


def _samples(
    tool: Tool, texts: Sequence[HeadText], kinds: dict[str, FileKind]
) -> tuple[Sample, ...]:
    """What is for this tool, under names of ours."""
    made = []
    for number, text in enumerate(texts, start=1):
        kind = kinds.get(text.path, FileKind.SOURCE)
        name = tool.place(number, text.path, kind)
        if name is not None:
            made.append(Sample(name, text.path, kind, text.text))
    return tuple(made)


def _kept(
    tool: Tool, found: Sequence[Evidence], kinds: dict[str, FileKind]
) -> tuple[Evidence, ...]:
    """Evidence in the order of the text, once each.

    Tests attack and waste on purpose, so in them only quality counts; but a secret is a secret.
    """
    kept = {
        each: None
        for each in found
        if tool.secrets
        or each.category is Category.QUALITY
        or kinds.get(each.path) is not FileKind.TEST
    }
    return tuple(sorted(kept, key=lambda each: (each.path, each.line, each.rule)))


_: type[Analyzers] = LocalAnalyzers
