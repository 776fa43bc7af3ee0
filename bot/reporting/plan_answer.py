"""A plan as an answer in a conversation: who would read what, for how much at most, who not."""

from __future__ import annotations

from bot.domain.plan import Assignment, Plan
from bot.reporting.fit import Block, fit, foldable
from bot.reporting.panel import not_run
from bot.reporting.untrusted import cell, code
from bot.reporting.words import WIDTHS, coverage_words, dollars, plural

MOST = 12_000
"""Bytes. A plan is looked at, not studied: the rest is named by its count."""
HEAD = "| Reviewer | Reads | On | Because | At most |\n| --- | ---: | --- | --- | ---: |"


def plan_answer(plan: Plan, head_sha: str, skipped: str = "") -> str:
    """The plan for that head; `skipped` says why a push alone would not be reviewed, or ""."""
    blocks = [Block(_first(plan, head_sha, skipped))]
    if plan.assignments:
        blocks.append(Block(HEAD, tuple(_row(each) for each in plan.assignments)))
    if idle := not_run(plan.skipped):
        rows = tuple(f"- {cell(name)}: {cell(why)}" for name, why in idle.items())
        blocks.append(Block("Not run:\n", rows))
    blocks.append(Block(coverage_words(plan.coverage, "would be read")))
    if unread := plan.coverage.unread:
        rows = tuple(f"- {code(each.path)}: {cell(each.why)}" for each in unread)
        blocks.append(foldable(f"Not read: {plural(len(rows), 'file')}", rows))
    if plan.notes:
        rows = tuple(f"- {cell(each)}" for each in plan.notes)
        blocks.append(foldable("How it was planned", rows))
    blocks.append(Block(f"<sub>{_small(plan)}</sub>"))
    return fit(blocks, MOST)


def _first(plan: Plan, head_sha: str, skipped: str) -> str:
    said = f"**Plan for {code(head_sha[:7])}: at most {dollars(plan.estimate)}.**"
    if plan.static_only:
        said = f"**Plan for {code(head_sha[:7])}: static analysers only, $0.00.**"
        said += " No model key is set."
    why = f" By itself it would not be reviewed: {cell(skipped)}." if skipped else ""
    return f"{said} Nothing was paid for this plan.{why}"


def _row(each: Assignment) -> str:
    part = f" part {each.part}" if each.part else ""
    risk = "" if each.risk.value == "normal" else f", {each.risk.value} risk"
    return (
        f"| {cell(each.reviewer.name + part)} | {plural(len(each.paths), 'file')} "
        f"| {code(each.tier.model)}{risk} | {cell(each.reason)} | {dollars(each.estimate)} |"
    )


def _small(plan: Plan) -> str:
    if plan.static_only:
        return "No model is asked, so nothing can be spent."
    budget = "" if plan.budget_usd is None else f"The budget of a review is ${plan.budget_usd}. "
    shown = f"Reviewers are shown {WIDTHS[plan.width]}. " if plan.assignments else ""
    later = "What is remembered of earlier heads makes it cheaper; refuting and votes are paid "
    return f"{budget}{shown}{later}from the same budget."
