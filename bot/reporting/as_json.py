"""A review as one JSON document for other programs. Words are as they were found, not sanitised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.domain.finding import Finding, Landed, SetAside
from bot.domain.money import Usage
from bot.domain.plan import Assignment, Coverage, Plan, ToolReport
from bot.domain.review import Call, Completed, Failed, Outcome, Review
from bot.reporting.facts import RunFacts
from bot.reporting.shares import calls_of
from bot.reporting.words import title

SCHEMA = "ai-review/1"
"""Goes up when a field changes its meaning or goes; new fields may come at any time."""


def document(review: Review, facts: RunFacts) -> dict[str, Any]:
    """The whole review. Dollars are decimal numbers as text; null where a price is unknown."""
    return {
        "schema": SCHEMA,
        "version": facts.version,
        "run": facts.run,
        "repo": facts.repo,
        "head_sha": facts.head_sha,
        "seconds": round(facts.seconds, 3),
        "verdict": review.verdict.value,
        "title": title(review),
        "findings": [_landed(each) for each in review.landed],
        "set_aside": [_set_aside(each) for each in review.set_aside],
        "overview": review.overview,
        "reviewers": [_outcome(each, review) for each in review.outcomes],
        "analysers": [_tool(each) for each in review.tools],
        "plan": plan_document(review.plan),
        "notes": list(review.notes),
        "calls": [_call(each) for each in review.calls],
        "usage": _usage(review.usage),
        "cost_usd": _usd(review.cost),
        "redacted_secrets": review.redacted,
        "policy_problem": review.policy_problem,
        "asides": list(review.asides),
        "posted": _posted(facts),
    }


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan alone, as `ai-review plan` prints it."""
    return {
        "schema": SCHEMA,
        "static_only": plan.static_only,
        "budget_usd": _usd(plan.budget_usd),
        "estimate_usd": _usd(plan.estimate),
        "assignments": [_assignment(each) for each in plan.assignments],
        "skipped": [{"reviewer": each.reviewer, "why": each.why} for each in plan.skipped],
        "coverage": _coverage(plan.coverage),
        "parts": [
            {"number": each.number, "name": each.name, "paths": list(each.paths)}
            for each in plan.parts
        ],
        "notes": list(plan.notes),
        "width": plan.width.value,
        "cut": plan.cut,
        "definition_tokens": plan.allowance,
        "everyone_tokens": plan.everyone_tokens,
    }


def _assignment(each: Assignment) -> dict[str, Any]:
    return {
        "name": each.name,
        "reviewer": each.reviewer.name,
        "part": each.part or None,
        "tier": each.tier.name,
        "model": each.tier.model,
        "effort": each.tier.effort,
        "fallback_tier": each.tier.fallback or None,
        "risk": each.risk.value,
        "paths": list(each.paths),
        "reason": each.reason,
        "prompt_tokens": each.prompt_tokens,
        "estimate_usd": _usd(each.estimate),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "changed_lines": coverage.changed_lines,
        "read_lines": coverage.read_lines,
        "reused_lines": coverage.reused_lines,
        "formatted_lines": coverage.formatted_lines,
        "complete": coverage.complete,
        "unread": [
            {"path": each.path, "lines": each.lines, "why": each.why, "by_rule": each.by_rule}
            for each in coverage.unread
        ],
    }


def _landed(landed: Landed) -> dict[str, Any]:
    anchor = landed.anchor
    comment = None
    if anchor is not None:
        comment = {"start": anchor.start, "end": anchor.end, "side": anchor.side.value}
    return {
        **_finding(landed.finding),
        "comment": comment,
        "note": landed.note,
        "listed": landed.listed,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.end_line,
        "side": finding.side.value,
        "severity": finding.severity.value,
        "category": finding.category.value,
        "title": finding.title,
        "body": finding.body,
        "sources": list(finding.sources),
        "suggestion": finding.suggestion.text if finding.suggestion else None,
        "confidence": finding.confidence,
        "trial": finding.trial.value,
        "votes": [
            {"voter": each.voter, "stance": each.stance.value, "reason": each.reason}
            for each in finding.votes
        ],
        "doubt": finding.doubt,
        "since": finding.since or None,
    }


def _set_aside(each: SetAside) -> dict[str, Any]:
    return {**_finding(each.finding), "why": each.why}


def _outcome(outcome: Outcome, review: Review) -> dict[str, Any]:
    """One share of one reviewer. What it reported is named, also where it failed in the end."""
    name, _, part = outcome.reviewer.partition("@")
    return {
        "name": outcome.reviewer,
        "reviewer": name,
        "part": int(part) if part.isdecimal() else None,
        "completed": isinstance(outcome, Completed),
        "why": outcome.why if isinstance(outcome, Failed) else "",
        "reported": [each.fingerprint for each in outcome.findings],
        "calls": [_call(each) for each in calls_of(outcome.reviewer, name, review.calls)],
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "name": call.name,
        "asked_by": call.reviewer,
        "model": call.model,
        "answered": not call.note,
        "note": call.note,
        "usage": _usage(call.usage),
        "cost_usd": _usd(call.cost),
        "seconds": round(call.seconds, 3),
        "request_id": call.request_id,
    }


def _tool(tool: ToolReport) -> dict[str, Any]:
    return {
        "tool": tool.tool,
        "version": tool.version,
        "files": tool.files,
        "reports": len(tool.evidence),
        "incomplete": list(tool.incomplete),
    }


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _posted(facts: RunFacts) -> dict[str, Any] | None:
    receipt = facts.receipt
    if receipt is None:
        return None
    return {
        "url": receipt.url,
        "comments": list(receipt.posted),
        "refused": [
            {"fingerprint": each.fingerprint, "why": each.why} for each in receipt.unposted
        ],
    }
