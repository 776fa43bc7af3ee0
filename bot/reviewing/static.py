"""What the analysers say, as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.domain.finding import Evidence, Finding
from bot.domain.patch import FileDiff, Mark
from bot.domain.plan import Change
from bot.guard.addressed import IN_NAME


def static_findings(
    change: Change, stands: Callable[[Evidence], bool] = lambda evidence: True
) -> tuple[Finding, ...]:
    """Evidence that `stands`, on lines the change adds, as findings, in the tools' order."""
    return tuple(finding for evidence, finding in on_added_lines(change) if stands(evidence))


def on_added_lines(change: Change) -> Iterator[tuple[Evidence, Finding]]:
    """Evidence on lines the change adds, each with the finding it makes, in the tools' order."""
    files = {file.path: file for file in change.patch.files}
    added: dict[str, dict[int, str]] = {}
    for evidence in change.evidence:
        path = evidence.path
        if path not in files:
            continue
        if path not in added:  # once a file: a hostile one has thousands of findings
            added[path] = _added(files[path])
        finding = _finding(evidence, added[path])
        if finding is not None:
            yield evidence, finding


def _added(file: FileDiff) -> dict[int, str]:
    lines = (line for line in file.lines() if line.mark is Mark.ADDED)
    return {line.new: line.text.removesuffix("\r") for line in lines if line.new is not None}


def source_of(evidence: Evidence) -> str:
    """The name a static analyser's finding carries among its sources."""
    return f"{evidence.tool}:{evidence.rule}"


def _finding(evidence: Evidence, added: Mapping[int, str]) -> Finding | None:
    """None when the change adds none of its lines; it begins at the first line the change adds.

    What a file's name says is said although no line is added.
    """
    line = next((each for each in range(evidence.line, evidence.end_line + 1) if each in added), 0)
    if not line and evidence.rule != IN_NAME:
        return None
    return Finding(
        path=evidence.path,
        line=line or evidence.line,
        end_line=evidence.end_line,
        severity=evidence.severity,
        category=evidence.category,
        title=evidence.title,
        body=evidence.message,
        quote=added.get(line, ""),
        sources=(source_of(evidence),),
        suggestion=evidence.suggestion if line == evidence.line else None,
    )


def by_tools_alone(finding: Finding) -> bool:
    """Whether only static analysers say it, whose sources are "tool:rule"."""
    return bool(finding.sources) and all(":" in source for source in finding.sources)
