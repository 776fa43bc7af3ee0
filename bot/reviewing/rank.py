"""Worst first, and the same order every time."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.finding import Finding

UNSAID = 0.5
"""Where a finding without a confidence stands among those of its severity: in the middle."""


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then confidence, then place."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[int, float, bool, str, int, str]:
    unsaid = finding.confidence is None
    confidence = UNSAID if finding.confidence is None else finding.confidence
    place = finding.path, finding.line, finding.title
    return -finding.severity.rank, -confidence, unsaid, *place
