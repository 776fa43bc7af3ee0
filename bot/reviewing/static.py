"""What the analysers say, as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.domain.finding import Evidence, Finding
from bot.domain.patch import FileDiff
from bot.domain.plan import Change


def static_findings(
    change: Change, stands: Callable[[Evidence], bool] = lambda evidence: True
) -> tuple[Finding, ...]:
    """Evidence that `stands`, on lines the change adds, as findings, in the tools' order."""
    return tuple(finding for evidence, finding in on_added_lines(change) if stands(evidence))


def on_added_lines(change: Change) -> Iterator[tuple[Evidence, Finding]]:
    """Evidence on lines the change adds, each with the finding it makes, in the tools' order."""
    files = {file.path: file for file in change.patch.files}
    for evidence in change.evidence:
        finding = _finding(evidence, files[evidence.path]) if evidence.path in files else None
        if finding is not None:
            yield evidence, finding


def source_of(evidence: Evidence) -> str:
    """The name a static analyser's finding carries among its sources."""
    return f"{evidence.tool}:{evidence.rule}"


def _finding(evidence: Evidence, file: FileDiff) -> Finding | None:
    """None when the change adds none of its lines; it begins at the first line the change adds."""
    added = file.added() & set(range(evidence.line, evidence.end_line + 1))
    if not added:
        return None
    line = min(added)
    return Finding(
        path=evidence.path,
        line=line,
        end_line=evidence.end_line,
        severity=evidence.severity,
        category=evidence.category,
        title=evidence.title,
        body=evidence.message,
        quote=next(each.text for each in file.lines() if each.new == line).removesuffix("\r"),
        sources=(source_of(evidence),),
        suggestion=evidence.suggestion if line == evidence.line else None,
    )
