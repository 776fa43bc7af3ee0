"""Bills added up, set against each other, and printed."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.ablations import ablations, eager
from benchmarks.reviewer import FRAME_TOKENS, Habits
from benchmarks.ways import NOTHING, STAGES, Bill, Paid
from bot.domain.money import MILLION
from bot.service.house import House

WHOLE, DIFF, SAME, RISK = "a", "b", "same", "risk"
TARGETS = {(SAME, WHOLE): 35, (SAME, DIFF): 80, (RISK, DIFF): 40}
"""The most that ours may cost of a plain way, in percent."""

LARGE = 4
"""Times its diff from which a change's whole files count as long."""

OUTPUTS = ((500, 100), (1_000, 200), (2_500, 0), (2_500, 500), (2_500, 1_000), (5_000, 1_000))
"""Tokens of a reviewer's answer, and of thinking about a claim, for which sums are told too."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One change in every way. `diff` and `heads` are characters; `heads` None: not at hand."""

    name: str
    diff: int
    heads: int | None
    bills: Mapping[str, Bill]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured, and what was assumed."""

    what: str
    house: House
    habits: Habits
    high_every: int
    changes: Sequence[Measured]

    def of(self, way: str) -> list[Bill]:
        """The bills of one way, a change each; none where it could not be measured."""
        return [each.bills[way] for each in self.changes if way in each.bills]

    def calls(self, way: str) -> list[Paid]:
        """Every call of one way."""
        return [call for bill in self.of(way) for call in bill.calls]

    def usd(self, way: str) -> Decimal:
        """Dollars of one way."""
        return sum((bill.usd for bill in self.of(way)), Decimal(0))


def report(figures: Figures) -> Iterator[str]:
    """Every row that is printed."""
    yield from _assumed(figures)
    for name, title in (
        (SAME, "Everybody on the standard tier"),
        (RISK, "Tiers by risk, against plain ways on the standard tier"),
    ):
        yield f"\n{title}; each reviewer says {figures.habits.findings} thing of severity medium"
        yield from _ways(figures, name)
        yield from _targets(figures, name, name)
        yield f"\n  the same, with one of severity high in every {figures.high_every}th change"
        yield from _ours(figures, f"{name}, {NOTHING.name}")
        yield from _targets(figures, name, f"{name}, {NOTHING.name}")
    yield from _why(figures)
    yield from _mechanisms(figures)


def _assumed(figures: Figures) -> Iterator[str]:
    said, habits = figures.house.desk.tier("standard"), figures.habits
    idle = sum(not bill.calls for bill in figures.of(SAME))
    claims = sum(bill.said for bill in figures.of(SAME))
    stand = sum(bill.stand for bill in figures.of(SAME))
    told = f"""\
        What a review costs: {figures.what}; {idle} of them nobody has to read. No model was asked.
        Tokens are an upper-bound estimate, the same for every way: only the ratios say something.
        No limit binds, so that nothing was given up for a budget. Standard is {said.model} with
        effort {said.effort}. Each call has {FRAME_TOKENS} tokens of frame besides its text and
        schema. In every way a reviewer's answer takes {habits.answer_tokens:,} tokens. Who judges
        a claim thinks for {habits.judging_tokens:,}, and what it says comes on top. Refuted are
        {habits.refuted:.0%} of claims: of ours stand {stand} of {claims}."""
    yield from textwrap.wrap(" ".join(told.split()), 96)


def _line(title: str, *cells: str) -> str:
    """A row of the first tables."""
    widths = (6, 12, 12, 10, 8, 8)
    return f"{title:<30}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def _ways(figures: Figures, ours: str) -> Iterator[str]:
    yield _line("", "calls", "tokens in", "tokens out", "dollars", "of (a)", "of (b)")
    plain = {
        "a": "(a) whole files",
        "a cached": "(a) one first, others cached",
        "a and b": "(a) and the diff beside",
        "b": "(b) whole diff",
        "b cached": "(b) one first, others cached",
    }
    for way, title in plain.items():
        if calls := figures.calls(way):
            yield _row(title, calls, figures)
    yield from _ours(figures, ours)
    for title, part in (("input alone", _input), ("output alone", _output)):
        ratios = [_percent(part(figures, ours), part(figures, way)) for way in (WHOLE, DIFF)]
        yield _line(f"    {title}", "", "", "", "", *ratios)


def _ours(figures: Figures, way: str) -> Iterator[str]:
    calls = figures.calls(way)
    yield _row("(c) ours", calls, figures)
    for stage in STAGES:
        if some := [each for each in calls if each.stage == stage]:
            yield _row(f"    {stage}", some, figures)
    medians = [_median(figures, way, other) for other in (WHOLE, DIFF)]
    yield _line("    median of the changes", "", "", "", "", *medians)


def _row(title: str, calls: Sequence[Paid], figures: Figures) -> str:
    usd = sum((each.usd for each in calls), Decimal(0))
    sent = sum(each.usage.sent for each in calls)
    output = sum(each.usage.output_tokens for each in calls)
    ratios = [_percent(usd, figures.usd(way)) for way in (WHOLE, DIFF)]
    return _line(title, f"{len(calls):,}", f"{sent:,}", f"{output:,}", f"{usd:.4f}", *ratios)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _median(figures: Figures, way: str, other: str) -> str:
    pairs = [
        100 * each.bills[way].usd / each.bills[other].usd
        for each in figures.changes
        if other in each.bills
    ]
    return f"{statistics.median(pairs):.1f} %" if pairs else "-"


def _input(figures: Figures, way: str) -> Decimal:
    """Dollars of what is sent."""
    return figures.usd(way) - _output(figures, way)


def _output(figures: Figures, way: str) -> Decimal:
    """Dollars of what is answered."""
    prices = figures.house.desk.prices
    return sum(
        (
            each.usage.output_tokens * prices[each.model].step_for(each.usage.sent).output / MILLION
            for each in figures.calls(way)
        ),
        Decimal(0),
    )


def _targets(figures: Figures, tiers: str, ours: str) -> Iterator[str]:
    for (which, other), most in TARGETS.items():
        if which == tiers and figures.usd(other):
            share = 100 * figures.usd(ours) / figures.usd(other)
            said = "MET" if share <= most else "MISSED"
            yield f"{said:>8}: at most {most} % of ({other}); it is {share:.1f} %"


def _why(figures: Figures) -> Iterator[str]:
    """What the ratios depend on most: how much is said, and how long the files are."""
    yield "\nWith other lengths of answers"
    yield f"{'':<30}{'same tier':^20}{'by risk':^20}"
    row = "{:>12}{:>16}  {:>10}{:>10}{:>10}{:>10}".format
    yield row("an answer", "a thought", "of (a)", "of (b)", "of (a)", "of (b)")
    for lengths in OUTPUTS:
        shares = [
            _percent(_usd_with(figures, ours, *lengths), _usd_with(figures, way, *lengths))
            for ours in (SAME, RISK)
            for way in (WHOLE, DIFF)
        ]
        yield row(*(f"{each:,}" for each in lengths), *shares)
    long = [each for each in figures.changes if each.heads and each.heads >= LARGE * each.diff]
    if long:
        usd = {way: _sum(each.bills[way] for each in long) for way in (WHOLE, DIFF, SAME, RISK)}
        yield (
            f"\nOf {len(long)} changes whose files are at least {LARGE} times as long as the diff: "
            f"same tier {_percent(usd[SAME], usd[WHOLE])} of (a) and "
            f"{_percent(usd[SAME], usd[DIFF])} of (b), "
            f"by risk {_percent(usd[RISK], usd[WHOLE])} and {_percent(usd[RISK], usd[DIFF])}"
        )


def _sum(bills: Iterable[Bill]) -> Decimal:
    return sum((each.usd for each in bills), Decimal(0))


def _usd_with(figures: Figures, way: str, answer: int, thinking: int) -> Decimal:
    """The sum, had a reviewer's answer and the thinking about a claim been of other lengths."""
    prices, habits = figures.house.desk.prices, figures.habits
    usd = figures.usd(way)
    for call in figures.calls(way):
        if call.stage == "review":
            output = prices[call.model].step_for(call.usage.sent).output
            usd += (answer - habits.answer_tokens) * output / MILLION
    # Those who think about claims are all on the refuters' and voters' tiers.
    judge = figures.house.desk.tier(figures.house.panel.refuter_tier).model
    thoughts = sum(bill.thoughts for bill in figures.of(way))
    more = (thinking - habits.judging_tokens) * thoughts
    return usd + more * prices[judge].step_for(0).output / MILLION


def _mechanisms(figures: Figures) -> Iterator[str]:
    if not figures.of(f"{SAME}, {eager().name}"):
        return
    yield "\nEach mechanism by itself switched off (with the findings of severity high)"
    yield f"{'':<40}{'same tier':^38}{'by risk':^38}"
    yield f"{'':<40}" + _CELLS("dollars", "of (a)", "of (b)", "it saves") * 2
    for name in (NOTHING.name, *(each.name for each in ablations())):
        cells = (_off(figures, tiers, figures.usd(f"{tiers}, {name}")) for tiers in (SAME, RISK))
        yield f"{name:<40}" + "".join(cells)
    for name, stages in (("refuters and votes", ("refute", "vote")), ("votes", ("vote",))):
        cells = (
            _off(figures, tiers, _sum(each.without(*stages) for each in _ours_of(figures, tiers)))
            for tiers in (SAME, RISK)
        )
        yield f"{name:<40}" + "".join(cells)
    same, risk = (_sum(_ours_of(figures, tiers)) for tiers in (SAME, RISK))
    yield f"tiers by risk save {_percent(same - risk, same)} of what the same tier costs"
    yield f"\n{eager().name}"
    cells = (
        _off(figures, tiers, figures.usd(f"{tiers}, {eager().name}")) for tiers in (SAME, RISK)
    )
    yield f"{'':<40}" + "".join(cells)


_CELLS = "{:>9}{:>9}{:>9}{:>11}".format


def _ours_of(figures: Figures, tiers: str) -> list[Bill]:
    return figures.of(f"{tiers}, {NOTHING.name}")


def _off(figures: Figures, tiers: str, usd: Decimal) -> str:
    """What ours costs without something, and the share of ours that having it saves."""
    whole = _sum(_ours_of(figures, tiers))
    saved = _percent(usd - whole, whole) if usd != whole else "-"
    return _CELLS(f"{usd:.4f}", *(_percent(usd, figures.usd(way)) for way in (WHOLE, DIFF)), saved)
