"""What a review costs against two plain ways of having three reviewers read the same change.

Run: python -m benchmarks.cost [--repo DIR | --corpus DIR] [--commits 60] [--high-every 5] …

(a) three reviewers are each given every changed file whole, (b) three are each given the whole
diff, (c) ours: the real judge, from the choice of reviewers to votes. No model is asked: one in
this process answers as a plausible one would (benchmarks/reviewer.py), and in every way a reviewer
says as much. Tokens are our own estimate, an upper bound, the same for all: the ratio is what
counts. Prices are those of config/pricing.toml.

`--repo`: the newest commits that change a file which was there; default: this repository.
`--corpus`: DIR holds cases/<id>/change.diff; without whole files there is no (a).
The exit status is 0 whatever the figures are; each target is called MET or MISSED.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from benchmarks.ablations import ablations, eager
from benchmarks.bills import Figures, Measured, report
from benchmarks.changes import History, NoAnalyzers, of_diff
from benchmarks.reviewer import Habits
from benchmarks.ways import (
    NOTHING,
    Ours,
    everyone,
    in_plenty,
    on_one_tier,
    whole_files,
)
from bot import wiring
from bot.service.house import House
from bot.service.reading import Examiner
from bot.settings import Settings, load

ROOT = Path(__file__).parents[1]
FEWEST = 40
"""Commits below which the figures say little."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line. `corpus` None: commits of `repo`, from `at` back; `config`: as
    AI_REVIEW_CONFIG.
    """

    repo: Path
    at: str
    corpus: Path | None
    config: Path | None
    commits: int
    habits: Habits
    high_every: int
    analysers: bool
    alone: bool
    workers: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    options = parsed(arguments)
    jobs = _jobs(options)
    if not jobs:
        print("There is no change to review.")
        return 0
    work, numbers = partial(measure, options), range(1, len(jobs) + 1)
    if options.workers == 1:
        measured = list(map(work, jobs, numbers))
    else:
        with ProcessPoolExecutor(max_workers=options.workers) as pool:
            measured = list(pool.map(work, jobs, numbers))
    figures = Figures(
        what=f"{len(jobs)} changes, {_what(options, jobs)}",
        house=_house(options),
        habits=options.habits,
        high_every=options.high_every,
        changes=measured,
    )
    print("\n".join(report(figures)))
    if len(jobs) < FEWEST and not options.corpus:
        print(f"\nThese are only {len(jobs)} changes; {FEWEST} is the least that says much.")
    return 0


def parsed(arguments: Sequence[str] | None) -> Options:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    add = asked.add_argument
    add("--repo", type=Path, default=ROOT, help="a git repository; its newest commits are read")
    add("--at", default="HEAD", help="the commit they are counted back from")
    add("--corpus", type=Path, help="folder with cases/<id>/change.diff")
    add("--config", type=Path, help="folder whose files win over config/")
    add("--commits", type=int, default=60, help="how many")
    add("--findings", type=int, choices=range(6), default=1, help="what each reviewer says")
    add("--answer-tokens", type=int, default=2_500, help="output of a reviewer, in every way")
    add("--judging-tokens", type=int, default=500, help="thinking of refuters and voters a claim")
    add("--refuted", type=float, default=0.0, help="share of claims a refuter proves wrong")
    add("--high-every", type=int, default=5, help="every so many changes one finding is high")
    add("--analysers", action="store_true", help="run the static analysers, too")
    add("--alone", action="store_true", help="leave out what each mechanism does by itself")
    add("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    given = asked.parse_args(arguments)
    habits = Habits(given.findings, given.answer_tokens, given.judging_tokens, given.refuted)
    return Options(
        given.repo,
        given.at,
        given.corpus,
        given.config,
        given.commits,
        habits,
        given.high_every,
        given.analysers,
        given.alone,
        given.workers,
    )


def _jobs(options: Options) -> list[str]:
    """What is measured one by one: rows "commit title", or the corpus's diffs."""
    if options.corpus:
        return [str(each) for each in sorted(options.corpus.glob("cases/*/change.diff"))]
    return list(_history(options).newest(options.commits, options.at))


def _what(options: Options, jobs: Sequence[str]) -> str:
    """Which changes they are."""
    if options.corpus:
        return f"the diffs of {options.corpus.resolve().name}"
    return f"commits from {jobs[0].partition(' ')[0]} back to {jobs[-1].partition(' ')[0]}"


def measure(options: Options, job: str, number: int) -> Measured:
    """One change in every way, by the way's name."""
    return asyncio.run(_measured(options, job, number))


async def _measured(options: Options, job: str, number: int) -> Measured:
    house, habits = _house(options), options.habits
    if options.corpus:
        subject = await of_diff(Path(job), _examiner(options))
    else:
        subject = await _history(options).read(job)
    plain = partial(everyone, house, paths=subject.paths, habits=habits)
    bills, heads = {}, None
    if subject.heads is not None:
        files = whole_files(subject.heads)
        heads = len(files)
        bills["a"] = await plain(files)
        bills["a cached"] = await plain(files, cache=True)
        bills["a and b"] = await plain(f"{subject.diff}\n{files}")
    bills["b"] = await plain(subject.diff)
    bills["b cached"] = await plain(subject.diff, cache=True)
    for name, own in (("same", on_one_tier(house)), ("risk", house)):
        bills[name] = await Ours(own, habits).bill(subject, number)
        ours = Ours(own, habits, options.high_every)
        whole = bills[f"{name}, {NOTHING.name}"] = await ours.bill(subject, number)
        for each in () if options.alone else (*ablations(), eager()):
            less = replace(ours, less=each)
            matters = each.matters(subject.change, whole)
            bill = await less.bill(subject, number) if matters else whole
            bills[f"{name}, {each.name}"] = bill
    return Measured(subject.name, len(subject.diff), heads, bills)


@cache
def _settings(options: Options) -> Settings:
    """Nothing of this machine's environment is read, no key above all."""
    own = {"AI_REVIEW_CONFIG": str(options.config)} if options.config else {}
    return load(own, env_file=None)


@cache
def _house(options: Options) -> House:
    return in_plenty(wiring.house(_settings(options)))


@cache
def _examiner(options: Options) -> Examiner:
    settings = _settings(options)
    limits = wiring.examiner(settings).limits
    return Examiner(wiring.analyzers(settings) if options.analysers else NoAnalyzers(), limits)


def _history(options: Options) -> History:
    return History(options.repo, _examiner(options), _house(options).defaults)


if __name__ == "__main__":
    sys.exit(main())
