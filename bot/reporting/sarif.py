"""A review as SARIF 2.1.0, as GitHub's code scanning takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bot.domain.finding import Category, Finding, Severity
from bot.domain.patch import Side
from bot.domain.review import Review
from bot.guard.sanitise import plain
from bot.reporting.facts import RunFacts
from bot.reporting.shares import readers
from bot.reporting.words import not_read

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""GitHub sorts security alerts by this number: over 9 critical, over 7 high, over 4 medium."""


def sarif(review: Review, facts: RunFacts) -> dict[str, Any]:
    """One run of one tool. What failed or was not read stands among its notifications."""
    missing = list(_missing(review))
    rules = sorted({(each.category, each.severity) for each in review.findings})
    driver = {
        "name": "AI Review",
        "semanticVersion": facts.version,
        "rules": [_rule(category, severity) for category, severity in rules],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"ai-review/{facts.run}"},
        "invocations": [
            {"executionSuccessful": not missing, "toolExecutionNotifications": missing}
        ],
        "results": [_result(each) for each in review.findings],
        "columnKind": "utf16CodeUnits",
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _id(category: Category, severity: Severity) -> str:
    return f"{category.value}/{severity.value}"


def _rule(category: Category, severity: Severity) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": [category.value], "problem.severity": _LEVELS[severity]}
    if category is Category.SECURITY:
        properties["security-severity"] = _SCORES[severity]
    said = f"A {category.value} finding of severity {severity.value}."
    return {
        "id": _id(category, severity),
        "name": f"{category.value.capitalize()}{severity.value.capitalize()}",
        "shortDescription": {"text": said},
        "fullDescription": {"text": f"{said} AI-generated, may be wrong."},
        "help": {"text": "Read the finding against the code it quotes before you act on it."},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": properties,
    }


def _result(finding: Finding) -> dict[str, Any]:
    said = f"{plain(finding.title, 300)}\n\n{plain(finding.body, 4_000)}".strip()
    return {
        "ruleId": _id(finding.category, finding.severity),
        "level": _level(finding),
        "message": {"text": said},
        "locations": [{"physicalLocation": _location(finding)}],
        "partialFingerprints": {"aiReview/v1": finding.fingerprint},
        "properties": _properties(finding),
    }


def _level(finding: Finding) -> str:
    """What is in doubt is no error."""
    level = _LEVELS[finding.severity]
    return "warning" if finding.doubt and level == "error" else level


def _properties(finding: Finding) -> dict[str, Any]:
    """What is known of a finding besides its words; what is not known is left out."""
    known: dict[str, Any] = {
        "sources": [plain(each, 100) for each in finding.sources],
        "trial": finding.trial.value,
        "votes": [
            {
                "voter": plain(each.voter, 100),
                "stance": each.stance.value,
                "reason": plain(each.reason, 500),
            }
            for each in finding.votes
        ],
        "doubt": plain(finding.doubt, 300),
        "since": plain(finding.since, 64),
        "confidence": finding.confidence,
    }
    return {name: value for name, value in known.items() if value not in (None, "", [])}


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path, errors="replace")}}
    if finding.side is Side.RIGHT:  # a line of the old version has no place in the new one
        end = max(finding.line, finding.end_line)
        location["region"] = {"startLine": finding.line, "endLine": end}
    return location


def _missing(review: Review) -> Iterator[dict[str, Any]]:
    for reader in readers(review):
        for share in reader.lost:
            where = f" in part {share.part.number} ({share.part.name})" if share.part else ""
            why = share.why or "nothing is known of its share"
            yield _notification("error", f"{reader.name} failed{where}: {why}")
    for tool in review.tools:
        for each in tool.incomplete[:20]:
            yield _notification("warning", f"{tool.tool}: {each}")
    if count := not_read(review.plan.coverage):
        yield _notification("warning", f"{count} changed files were not fully read.")


def _notification(level: str, said: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": plain(said, 500)}}
