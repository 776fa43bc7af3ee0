"""Sums in Prometheus' own words. docs/operations.md says what each number means, and does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.domain.run import RunStatus
from bot.domain.tally import WITHIN_S, Tally

Labels = tuple[str, ...]
ENDED = tuple((each.value,) for each in RunStatus if each.ended)
OPEN = tuple((each.value,) for each in RunStatus if not each.ended)


@dataclass(frozen=True, slots=True)
class Told:
    """How the sum of one name is told. `always`: these are told as 0 where there is none.

    What rises for the first time is seen only if it was told before.
    """

    metric: str
    help: str
    labels: Labels = ()
    always: tuple[Labels, ...] = ()


COUNTERS = {
    "runs": Told("ai_review_runs", "Runs that have ended.", ("status",), ENDED),
    "calls": Told(
        "ai_review_reviewer_calls",
        "Attempts at a model call that have ended, failed ones included.",
        ("reviewer", "model", "state"),
    ),
    "findings": Told(
        "ai_review_reviewer_findings",
        "Findings by who found them; one with two finders counts for both.",
        ("reviewer", "status"),
    ),
    "judged": Told(
        "ai_review_findings_judged",
        "Posted findings of which it is known whether they were accepted.",
        ("reviewer",),
    ),
    "accepted": Told(
        "ai_review_findings_accepted",
        "Posted findings whose code was changed afterwards.",
        ("reviewer",),
    ),
    "tokens": Told(
        "ai_review_tokens",
        "Tokens as the vendor billed them; input leaves out what the cache held.",
        ("kind", "model"),
    ),
    "cost_usd": Told(
        "ai_review_cost_usd", "US dollars of the calls whose bill is known.", ("model",)
    ),
    "cost_unknown_calls": Told(
        "ai_review_cost_unknown_calls", "Answered calls at a price nobody knows.", (), ((),)
    ),
    "planned_tokens": Told(
        "ai_review_planned_tokens", "Estimated tokens of all plans' prompts.", (), ((),)
    ),
    "everyone_tokens": Told(
        "ai_review_everyone_tokens",
        "Estimated tokens to show every whole diff to every reviewer.",
        (),
        ((),),
    ),
}

GAUGES = {
    "runs_open": Told("ai_review_runs_open", "Runs that wait or are on their way.", ("status",)),
    "oldest_open": Told(
        "ai_review_oldest_open_run_timestamp_seconds",
        "When the oldest of the open runs was asked for; absent when there is none.",
        ("status",),
    ),
    "calls_open": Told(
        "ai_review_reviewer_calls_open",
        "Attempts at a model call that are on their way.",
        ("reviewer", "model"),
    ),
    "cost_uncertain_usd": Told(
        "ai_review_cost_uncertain_usd",
        "Worst case in US dollars of calls on their way, and of lost ones, which may be billed.",
        (),
        ((),),
    ),
}

SECONDS = Told(
    "ai_review_run_seconds", "From a run's request to its end, waiting included.", ("status",)
)


def expose(found: Sequence[Tally], accept: str) -> tuple[bytes, str]:
    """The sums as the asker's `Accept` header wants them, and their content type."""
    encode, kind = choose_encoder(accept)
    return encode(_Told(found)), kind


class _Told(Collector):
    """What the library asks for the families."""

    def __init__(self, found: Sequence[Tally]) -> None:
        self._by_name: dict[str, dict[Labels, float]] = {}
        for each in found:
            self._by_name.setdefault(each.name, {})[each.labels] = each.amount

    def collect(self) -> Iterator[Metric]:
        for name, told in COUNTERS.items():
            counter = CounterMetricFamily(told.metric, told.help, labels=told.labels)
            yield self._filled(counter, name, told)
        for name, told in GAUGES.items():
            gauge = GaugeMetricFamily(told.metric, told.help, labels=told.labels)
            yield self._filled(gauge, name, told)
        yield self._durations()

    def _filled(
        self, family: CounterMetricFamily | GaugeMetricFamily, name: str, told: Told
    ) -> Metric:
        amounts: Mapping[Labels, float] = self._by_name.get(name, {})
        for labels in sorted({*amounts, *told.always}):
            words = tuple(each.replace(" ", "_") for each in labels)
            family.add_metric(words, amounts.get(labels, 0.0))
        return family

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(SECONDS.metric, SECONDS.help, labels=SECONDS.labels)
        for labels in ENDED:
            within = self._by_name.get("runs_within", {})
            buckets = [
                (str(float(most)), within.get((*labels, str(most)), 0.0)) for most in WITHIN_S
            ]
            whole = self._by_name.get("runs_timed", {}).get(labels, 0.0)
            seconds = self._by_name.get("run_seconds", {}).get(labels, 0.0)
            family.add_metric(labels, [*buckets, ("+Inf", whole)], seconds)
        return family
