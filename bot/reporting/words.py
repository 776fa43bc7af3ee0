"""The sentences and numbers every form of a report shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.finding import Finding
from bot.domain.money import Usage, Usd
from bot.domain.plan import Coverage
from bot.domain.review import Completed, Failed, Review, Verdict

STATIC_ONLY = "Static analysers only"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun, as in "1 finding" or "1,200 findings"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def dollars(amount: Usd | None) -> str:
    """As in "$0.0123"; "unknown" for None, never a zero for something that was paid."""
    if amount is None:
        return "unknown"
    if amount == 0:
        return "$0.00"
    if amount < Decimal("0.0001"):
        return "under $0.0001"
    return f"${amount:.4f}" if amount < 1 else f"${amount:.2f}"


def duration(seconds: float) -> str:
    """As in "8.4 s" or "2 min 5 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def token_words(usage: Usage) -> str:
    """As in "12,345 in, 678 out", with what came from the cache."""
    cached = f" ({usage.cache_read_tokens:,} cached)" if usage.cache_read_tokens else ""
    return f"{usage.sent:,} in{cached}, {usage.output_tokens:,} out"


def findings_words(findings: Sequence[Finding]) -> str:
    """As in "2 findings, worst High" or "no findings"."""
    if not findings:
        return "no findings"
    worst = max(findings, key=lambda each: each.severity.rank).severity
    return f"{plural(len(findings), 'finding')}, worst {worst.value.capitalize()}"


def footer(review: Review) -> str:
    """Whose word this is, and how far to trust it."""
    who = "Found by rules" if review.plan.static_only else "AI-generated"
    return f"{who}, may be wrong."


def not_read(coverage: Coverage) -> int:
    """How many files somebody should have read and did not."""
    return sum(not each.by_rule for each in coverage.unread)


def gaps(review: Review) -> tuple[str, ...]:
    """What keeps the review from being whole, a clause each."""
    failed = [each.reviewer for each in review.outcomes if isinstance(each, Failed)]
    tools = [each.tool for each in review.tools if each.incomplete]
    said = []
    if failed:
        said.append(f"{' and '.join(failed)} failed")
    if count := not_read(review.plan.coverage):
        said.append(f"{plural(count, 'file')} not fully read")
    if tools:
        said.append(f"{' and '.join(tools)} could not read everything")
    return tuple(said)


def title(review: Review) -> str:
    """One line for the check: what was found, and first of all what is missing."""
    said = findings_words(review.findings)
    if review.plan.static_only:
        return f"{STATIC_ONLY}: {'; '.join((said, *gaps(review)))}"
    if missing := gaps(review):
        found = f"; {said}" if review.findings else ""
        return f"Incomplete: {', '.join(missing)}{found}"
    return said[0].upper() + said[1:]


def judgement(review: Review) -> str:
    """What the verdict means, in one or two sentences."""
    said = []
    if review.plan.static_only:
        said.append(
            "No model key is set: static analysers read this change, which find textbook defects "
            "and little else."
        )
    if gaps(review):
        said.append("What failed or was not read is unknown, not good: it needs a person.")
    if review.verdict is Verdict.FAILURE:
        said.append("The check fails because of the worst of these findings.")
    elif review.findings:
        said.append("None of the findings fails the check.")
    elif _nobody_read(review):
        said.append("There was nothing for a reviewer to read.")
    return " ".join(said)


def _nobody_read(review: Review) -> bool:
    completed = any(isinstance(each, Completed) for each in review.outcomes)
    return review.verdict is Verdict.SUCCESS and not completed and not review.plan.static_only


def coverage_words(coverage: Coverage, what: str = "read") -> str:
    """As in "120 of 140 changed lines read, 20 left out by rule." and what could not be counted.

    `what` is what became of the lines of the files reviewers were given.
    """
    if not coverage.changed_lines and not coverage.unread:
        return "No line changed."
    lines = plural(coverage.changed_lines, "changed line")
    by_rule = sum(each.lines or 0 for each in coverage.unread if each.by_rule)
    rule = f", {by_rule:,} left out by rule" if by_rule else ""
    unknown = sum(each.lines is None for each in coverage.unread)
    more = f" {plural(unknown, 'file')} could not be counted." if unknown else ""
    return f"{coverage.read_lines:,} of {lines} {what}{rule}.{more}"


def reading_words(review: Review) -> str:
    """How much was read. Where a reviewer failed, only how much reviewers were given."""
    failed = any(isinstance(each, Failed) for each in review.outcomes)
    what = "given to reviewers, not all of whom finished" if failed else "read"
    return coverage_words(review.plan.coverage, what)


def price_words(review: Review) -> str:
    """What was spent, of how much at most."""
    if not review.calls:
        return "no model was called, $0.00"
    spent = f"tokens: {token_words(review.usage)}"
    if review.cost is None:
        return f"{spent}, cost unknown"
    budget = review.plan.budget_usd
    of = "" if budget is None else f" of at most ${budget}"
    return f"{spent}, {dollars(review.cost)}{of}"
