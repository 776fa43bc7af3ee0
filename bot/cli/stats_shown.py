"""How the runs did, in sentences and tables; what is not known is said to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from bot.cli.run_shown import at
from bot.cli.tables import Table
from bot.domain.money import Usd
from bot.domain.run import RunStatus
from bot.domain.stats import AskerStats, FinderStats, Stats, share
from bot.reporting.words import dollars, duration, plural


def document(stats: Stats) -> dict[str, object]:
    """The stats as JSON: all counts, and the shares people ask for; null where there is none."""
    usage = stats.usage
    whole = {
        **asdict(stats),
        "cost_usd": stats.cost,
        "cost_usd_per_paid_run": stats.cost / stats.paid_runs if stats.paid_runs else None,
        "success_rate": share(stats.whole, stats.due),
        "set_aside_share": share(stats.set_aside, stats.findings),
        "refuted_share": share(stats.refuted, stats.tried),
        "cache_read_share": share(usage.cache_read_tokens, usage.sent),
        "planned_share": share(stats.planned_tokens, stats.everyone_tokens),
        "asked_share": share(stats.asked, stats.shares),
        "finders": [
            {
                **asdict(each),
                "set_aside_share": share(each.set_aside, each.claims),
                "accepted_share_of_judged": share(each.accepted, each.judged),
            }
            for each in stats.finders
        ],
    }
    plain: dict[str, object] = json.loads(json.dumps(whole, default=str))
    return plain


def stats_parts(stats: Stats) -> list[str | Table]:
    """The stats as sentences and tables."""
    parts: list[str | Table] = [*_runs(stats)]
    if stats.finders:
        parts += ["", _finders(stats)]
    parts += ["", *_claims(stats)]
    if stats.askers:
        parts += ["", _askers(stats), "", *_money(stats)]
    return parts


def _runs(stats: Stats) -> Iterator[str]:
    since = "" if stats.since is None else f" asked for since {at(stats.since)}"
    said = ", ".join(f"{count} {status.value}" for status, count in stats.runs.items())
    yield f"{plural(sum(stats.runs.values()), 'run')}{since}{said and f': {said}'}."
    if stats.due:
        rate = _percent(stats.whole, stats.due)
        yield f"Success: {stats.whole} of {stats.due} runs that were to bring a review ({rate})."
    if stats.flawed:
        of = stats.runs.get(RunStatus.COMPLETED, 0)
        yield f"In {stats.flawed} of {of} completed runs a reviewer failed: they are no success."
    if stats.p50_s is not None and stats.p95_s is not None:
        half, most = duration(stats.p50_s), duration(stats.p95_s)
        yield f"Completed runs took: half of them at most {half}, 95 % at most {most}."


def _finders(stats: Stats) -> Table:
    head = (
        "",
        "asked",
        "failed",
        "skipped",
        "posted",
        "listed",
        "set aside",
        "carried",
        "gone",
        "accepted",
    )
    title = "Reviewers (shares of changes) and analysers, and their findings"
    rows = tuple(map(_finder, stats.finders))
    return Table(title, head, rows, frozenset(range(1, 10)))


def _finder(one: FinderStats) -> tuple[str, ...]:
    aside = f"{one.set_aside}"
    if one.claims:
        aside += f" ({_percent(one.set_aside, one.claims)})"
    reads = one.asked + one.skipped > 0  # an analyser is not asked
    shares = (one.asked, one.failed, one.skipped) if reads else ("", "", "")
    accepted = ""
    if one.judged:
        accepted = f"{one.accepted} of {one.judged} known"
    elif one.posted:
        accepted = "not known"
    return (
        one.name,
        *(f"{each}" for each in shares),
        f"{one.posted}",
        f"{one.listed}",
        aside,
        f"{one.carried}",
        f"{one.gone}",
        accepted,
    )


def _claims(stats: Stats) -> Iterator[str]:
    if any(each.posted for each in stats.finders):
        yield "Accepted: the code was changed afterwards. What was not is not known to be refused."
    if stats.findings:
        aside = _percent(stats.set_aside, stats.findings)
        yield f"Set aside: {aside} of {plural(stats.findings, 'finding')}."
    if stats.tried:
        refuted = _percent(stats.refuted, stats.tried)
        yield f"Refuter: {refuted} of the {plural(stats.tried, 'claim')} it tried proved wrong."
    if stats.shares:
        asked = _percent(stats.asked, stats.shares)
        shares = plural(stats.shares, "share")
        yield f"Selection: {stats.asked} of {shares} given to reviewers ({asked})."
    if stats.everyone_tokens:
        planned = _percent(stats.planned_tokens, stats.everyone_tokens)
        yield (
            f"Plans were to send {stats.planned_tokens:,} tokens, {planned} of the "
            f"{stats.everyone_tokens:,} it would take to show everything to everybody (estimates)."
        )


def _askers(stats: Stats) -> Table:
    head = ("", "questions", "unanswered", "attempts", "in", "cache read", "written", "out", "cost")
    title = "Model calls, in tokens"
    return Table(title, head, tuple(map(_asker, stats.askers)), frozenset(range(1, 9)))


def _asker(one: AskerStats) -> tuple[str, ...]:
    usage = one.usage
    counts = (
        one.questions,
        one.unanswered,
        one.attempts,
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
    )
    return (one.name, *(f"{each:,}" for each in counts), dollars(one.cost))


def _money(stats: Stats) -> Iterator[str]:
    unpriced = sum(each.unpriced for each in stats.askers)
    lost = sum(each.lost for each in stats.askers)
    mean = ""
    if stats.paid_runs and not unpriced:
        mean = f", {dollars(Usd(stats.cost / stats.paid_runs))} each on average"
    yield f"Cost: {dollars(stats.cost)} for {plural(stats.paid_runs, 'run')} with a model{mean}."
    if unpriced:
        yield f"  Not in it: {plural(unpriced, 'answer')} at a price nobody knows."
    if lost:
        yield f"  Not in it: {plural(lost, 'attempt')} without an answer, which may be billed."
    usage = stats.usage
    if usage.sent:
        read = _percent(usage.cache_read_tokens, usage.sent)
        yield f"Cache: {read} of {usage.sent:,} tokens sent came from the vendor's cache."
    for one in stats.bias:
        yield (
            f"Estimates for {one.model}: it counted {one.sent / one.estimated:.2f} times what we "
            f"had estimated, {one.worst:.2f} times in the worst call."
        )


def _percent(part: int, whole: int) -> str:
    found = share(part, whole)
    return "unknown" if found is None else f"{100 * found:.0f} %"
