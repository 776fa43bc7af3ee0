"""The sentences and numbers every form of a report shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.finding import Finding
from bot.domain.money import NO_TOKENS, Usage, Usd, total
from bot.domain.plan import Coverage, Width
from bot.domain.review import Call, Failed, Review, Verdict
from bot.reporting.shares import nobody_finished, readers, unanswered

STATIC_ONLY = "Static analysers only"
WIDTHS = {
    Width.DEFINITIONS: "the changed hunks, the functions around them and the definitions they call",
    Width.FUNCTIONS: "the changed hunks and the functions around them",
    Width.HUNKS: "the changed hunks only",
}
"""What reviewers are shown."""


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun, as in "1 finding" or "1,200 findings"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def joined(words: Sequence[str]) -> str:
    """As in "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


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
    """As in "12,000 in (8,000 from cache, 4,000 written to it), 678 out"."""
    said = []
    if usage.cache_read_tokens:
        said.append(f"{usage.cache_read_tokens:,} from cache")
    if usage.cache_write_tokens:
        said.append(f"{usage.cache_write_tokens:,} written to {'it' if said else 'cache'}")
    cached = f" ({', '.join(said)})" if said else ""
    return f"{usage.sent:,} in{cached}, {usage.output_tokens:,} out"


def calls_words(calls: Sequence[Call]) -> str:
    """The tokens of some calls; what a call without an answer has sent and got is not known."""
    answers = [each for each in calls if not each.note]
    known = token_words(sum((each.usage for each in answers), NO_TOKENS)) if answers else ""
    count = len(calls) - len(answers)
    lost = f"{plural(count, 'call')} without an answer" if count else ""
    return "; ".join(filter(None, (known, lost)))


def spent_words(calls: Sequence[Call]) -> str:
    """Dollars of some calls; "up to" them where a call without an answer counts at its worst."""
    amount = total(each.cost for each in calls)
    most = "up to " if unanswered(calls) and amount else ""
    return f"{most}{dollars(amount)}"


def findings_words(findings: Sequence[Finding]) -> str:
    """As in "2 findings, worst High" or "no findings"."""
    if not findings:
        return "no findings"
    worst = max(findings, key=lambda each: each.severity.rank).severity
    return f"{plural(len(findings), 'finding')}, worst {worst.value.capitalize()}"


def found_words(review: Review) -> str:
    """As in "3 findings, worst High, 1 in doubt"; what is in doubt is said where none fails.

    What people ignore is counted: "no findings, 1 ignored".
    """
    said = findings_words(review.findings)
    count = _doubted(review)
    if count and review.verdict is not Verdict.FAILURE:
        said += ", in doubt" if count == len(review.findings) else f", {count} in doubt"
    ignored = sum(each.ignored for each in review.set_aside)
    said += f", {ignored:,} ignored" if ignored else ""
    return f"{said}, {len(review.muted):,} muted" if review.muted else said


def footer(review: Review) -> str:
    """Whose word this is, and how far to trust it."""
    who = "Found by rules" if review.plan.static_only else "AI-generated"
    return f"{who}, may be wrong."


def not_read(coverage: Coverage) -> int:
    """How many files somebody should have read and did not."""
    return sum(not each.by_rule for each in coverage.unread)


def gaps(review: Review) -> tuple[str, ...]:
    """What keeps the review from being whole, a clause each."""
    losing = [each for each in readers(review) if each.lost]
    failed = [each.name for each in losing if not each.done]
    tools = [each.tool for each in review.tools if each.incomplete]
    said = [f"{joined(failed)} failed"] if failed else []
    for each in losing:
        if each.done:
            parts = plural(len(each.shares), "part")
            said.append(f"{each.name} failed in {len(each.lost)} of {parts}")
    if count := not_read(review.plan.coverage):
        said.append(f"{plural(count, 'file')} not fully read")
    if review.unjudged:
        said.append(f"{plural(review.unjudged, 'claim')} over a reviewer's limit not judged")
    if tools:
        said.append(f"{joined(tools)} could not read everything")
    return tuple(said)


def title(review: Review) -> str:
    """One line for the check: what was found, and first of all what is missing."""
    said = found_words(review)
    if review.plan.static_only:
        return f"{STATIC_ONLY}: {'; '.join((said, *gaps(review)))}"
    if missing := gaps(review):
        first = "Not reviewed, needs a person" if nobody_finished(review) else "Incomplete"
        found = f"; {said}" if review.findings else ""
        return f"{first}: {', '.join(missing)}{found}"
    return said[0].upper() + said[1:]


def judgement(review: Review) -> str:
    """What the verdict means, in a few sentences."""
    said = []
    if review.plan.static_only:
        said.append(
            "No model key is set: static analysers read this change, which find textbook defects "
            "and little else."
        )
    if nobody_finished(review):
        said.append(
            "No reviewer finished: what they should have read is unknown, not good, and needs a "
            "person. Re-run this check to try again."
        )
    elif gaps(review):
        said.append("What failed or was not read is unknown, not good: it needs a person.")
        if any(isinstance(each, Failed) for each in review.outcomes):
            said.append("Re-run this check to ask again who failed.")
    said.append(_of_the_verdict(review))
    if review.muted:
        count = len(review.muted)
        are = "is" if count == 1 else "are"
        said.append(f"{plural(count, 'finding')} of a category that is muted here {are} set aside.")
    return " ".join(filter(None, said))


def _doubted(review: Review) -> int:
    return sum(bool(each.doubt) for each in review.findings)


def _of_the_verdict(review: Review) -> str:
    if review.verdict is Verdict.FAILURE:
        which = "the findings that are not in doubt" if _doubted(review) else "these findings"
        return f"The check fails because of the worst of {which}."
    if review.findings:
        doubted = any(each.doubt and not each.open for each in review.findings)
        said = ["what would is in doubt"] if doubted else []
        said += (
            ["what was not looked at again might"]
            if any(each.open for each in review.findings)
            else []
        )
        return f"None of the findings fails the check{'; ' if said else ''}{', '.join(said)}."
    if review.verdict is not Verdict.SUCCESS or review.plan.static_only or review.plan.assignments:
        return ""
    again = "new " if review.plan.coverage.reused_lines else ""
    return f"There was nothing {again}for a reviewer to read."


def coverage_words(coverage: Coverage, what: str = "read") -> str:
    """As in "120 of 140 changed lines read, 20 left out by rule." and what could not be counted.

    `what` is what became of the lines of the files reviewers were given. Those read at an earlier
    head are among them.
    """
    if not coverage.changed_lines and not coverage.unread:
        return "No line changed."
    lines = plural(coverage.changed_lines, "changed line")
    by_rule = sum(each.lines or 0 for each in coverage.unread if each.by_rule)
    rule = f", {by_rule:,} left out by rule" if by_rule else ""
    form = coverage.formatted_lines
    rule += f", {form:,} changed in formatting alone" if form else ""
    unknown = sum(each.lines is None for each in coverage.unread)
    more = f" {plural(unknown, 'file')} could not be counted." if unknown else ""
    reused = ""
    if coverage.reused_lines:
        were = "" if what == "read" else "were read "
        reused = f" ({coverage.reused_lines:,} of them {were}at an earlier head)"
    return f"{coverage.read_lines:,} of {lines} {what}{reused}{rule}.{more}"


def reading_words(review: Review) -> str:
    """How much was read. Where a reviewer failed, only how much reviewers were given."""
    what = "read"
    if any(each.lost for each in readers(review)):
        who = "none" if nobody_finished(review) else "not all"
        what = f"given to reviewers, {who} of whom finished"
    return coverage_words(review.plan.coverage, what)


def notes(review: Review) -> tuple[str, ...]:
    """How the plan and the review came about, a sentence each, each once."""
    return tuple(dict.fromkeys((*review.plan.notes, *review.notes)))


def price_words(review: Review) -> str:
    """What was spent, of how much at most."""
    if not review.calls:
        return "no model was called, $0.00"
    spent = f"tokens: {calls_words(review.calls)}"
    if review.cost is None:
        return f"{spent}, cost unknown"
    budget = review.plan.budget_usd
    of = "" if budget is None else f" of at most ${budget}"
    return f"{spent}, {spent_words(review.calls)}{of}"
