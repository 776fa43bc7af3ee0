"""How long a review takes, by the longest chain of model calls that it cannot do without.

Run: python -m benchmarks.latency [--model-seconds 5] [--repeat 3]

The whole system on loopback: sandbox in GitHub's place, receiver, durable worker, SQLite, and a
model whose every answer takes the same time. A review is timed from the beginning of its workflow
to the end of its check. The chain is counted from what the model saw: calls that began after
another one had ended. Prints for each chain the wall time, the time of the chain alone and their
ratio: the smallest, median and largest of the repeats. Targets: 1.3 for a chain of one, 1.15 for
longer ones.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.run import RunRecord, RunStatus
from bot.sandbox import RepoScene, Sandbox
from bot.settings import load
from bot.store.database import open_database
from bot.store.runs import StoredRuns
from tests.fakes.model import FakeModel
from tests.journeys.system import System, wait_for

LOGIN = "def login(user):\n    return user\n"
RISKY = """def login(user, password):
    if password == user.password:
        return user
    return None
"""
GRAVE = (
    RISKY
    + """

def names(db, ids):
    found = []
    for each in ids:
        try:
            found.append(db.execute("select name from users where id = ?", (each,)).fetchone())
        except ValueError:
            continue
    return found
"""
)
"""Calls security and performance to the standard tier, where they share a beginning."""
QUOTE = "    if password == user.password:"
TARGETS = {1: 1.3}
TARGET = 1.15


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of review: what the reviewers say, and how long a chain that makes.

    `settings` are an operator's own, behind the benchmark's. What ships waits for no cache that
    saves less than $0.05, so that only a change that nearly fills a part is worth it; here an
    operator would rather wait (docs/costs.md has that row). The last case is read by so many that
    the price of one review as shipped would not do for all.
    """

    name: str
    chain: int
    severity: str | None = None
    files: int = 1
    body: str = RISKY
    settings: tuple[str, ...] = ()


CASES = (
    Case("review", 1),
    Case("review, refute", 2, "medium"),
    Case("review, refute, vote", 3, "high"),
    Case(
        "warm (worth waiting for $0.02), review, refute",
        *(3, "medium", 8, GRAVE),
        settings=('worth_waiting_usd = "0.02"',),
    ),
    Case(
        "in parts: triage, review, refute, vote, synthesis",
        *(5, "high", 60),
        settings=("[budget]", 'run_usd = "5.00"'),
    ),
)


def main() -> int:
    """Time every case; the exit status is 0 whatever comes out."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--model-seconds", type=float, default=5.0)
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args()
    print(f"{'what is asked':<50} chain   wall s    ratio (min, median, max)   target")
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(CASES):
            _time(case, asked.model_seconds, asked.repeat, Path(folder) / str(number))
    return 0


def _time(case: Case, seconds: float, repeat: int, home: Path) -> None:
    with (
        FakeModel(latency_s=seconds) as model,
        Sandbox(home / "github") as github,
    ):
        system = System(github, model, home / "home")
        (home / "home" / "config").mkdir(parents=True)
        _configure(home / "home" / "config", case)
        try:
            system.start()
            walls = [_once(system, github, model, case, nth) for nth in range(repeat + 1)][1:]
        finally:
            system.stop()
    ratios = sorted(wall / (case.chain * seconds) for wall in walls)
    target = TARGETS.get(case.chain, TARGET)
    middle = statistics.median(ratios)
    said = f"{ratios[0]:.3f} {middle:.3f} {ratios[-1]:.3f}"
    met = "met" if middle <= target else "MISSED"
    print(
        f"{case.name:<50} {case.chain:>5} {statistics.median(walls):>8.2f}    {said:<26} "
        f"{target} {met}",
        flush=True,
    )


def _configure(config: Path, case: Case) -> None:
    lines = ["[run]", "quiet_s = 1.0", "call_timeout_s = 60"]
    lines += ["[panel]", "at_once = 40", *case.settings]
    (config / "defaults.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _once(system: System, github: Sandbox, model: FakeModel, case: Case, nth: int) -> float:
    """Open one pull request and wait for its end; the first of a process warms it up."""
    model.reset()
    repo = github.create_repo(f"acme/shop{nth}", files=_files(case, LOGIN))
    if case.severity is not None:
        model.reply("security", _speak(case.severity))
    repo.branch("change")
    repo.commit("change", _files(case, case.body), "Change")
    repo.open_pull(head="change", author="mia")
    record = wait_for(lambda: _finished(system, repo), seconds=180)
    steps = {(each.step, each.status): each.at for each in record.steps}
    began = steps["start_check", RunStatus.RUNNING]
    ended = steps["conclude_check", RunStatus.COMPLETED]
    if failed := [each for each in record.decisions if each.status is RunStatus.FAILED]:
        raise SystemExit(f"{case.name}: {failed[0].subject} failed: {failed[0].why}")
    chain = _chain(record)
    if chain != case.chain:
        raise SystemExit(f"{case.name}: a chain of {chain} calls, not of {case.chain}")
    return ended - began


def _files(case: Case, body: str) -> dict[str, str]:
    """Files long enough that a change of many is read in parts."""
    if case.files == 1:
        return {"src/login.py": body, "README.md": "# Shop\n"}
    rest = "".join(f"def helper_{nth}(value):\n    return value + {nth}\n\n\n" for nth in range(60))
    grown = rest if body == LOGIN else rest.replace("value +", "value -")
    return {f"src/area{nth % 4}/login{nth}.py": body + "\n\n" + grown for nth in range(case.files)}


def _speak(severity: str) -> Callable[[dict[str, Any]], str]:
    """One finding in the first file that a reviewer is given."""

    def reply(body: dict[str, Any]) -> str:
        text = str(body["messages"][-1]["content"][-1]["text"])
        paths = re.findall(r"^(src/\S+\.py)$", text, re.MULTILINE)
        claim = {
            "path": paths[0],
            "line": 2,
            "end_line": 2,
            "severity": severity,
            "title": f"`password` of {paths[0]} is compared as plain text",
            "body": "Whoever reads the database can log in. Compare hashes.",
            "quote": QUOTE,
            "suggestion": None,
            "confidence": 0.9,
        }
        return json.dumps({"findings": [claim]})

    return reply


def _finished(system: System, repo: RepoScene) -> RunRecord | None:
    database = load(system.environment(), env_file=None).database_url
    runs = StoredRuns(open_database(database))
    found = [each for each in asyncio.run(runs.newest(20)) if each.repo == repo.full_name]
    if not found or found[0].status in (RunStatus.PENDING, RunStatus.RUNNING):
        return None
    return asyncio.run(runs.get(found[0].id))


def _chain(record: RunRecord) -> int:
    """Calls of the longest chain: rounds follow each other, and one that warms the cache."""
    begun = {each.step: each.at for each in record.steps if each.status is RunStatus.RUNNING}
    ended = {each.step: each.at for each in record.steps if each.status is RunStatus.COMPLETED}
    calls = sorted(
        (ended[step], begun[step])
        for step in begun
        if step.partition(":")[0] in ("triage", "review", "refute", "vote", "synthesis")
        and step in ended
    )
    length, until = 0, 0.0
    for end, start in calls:  # who ends first leaves most room for the rest
        if start >= until:
            length, until = length + 1, end
    return length


if __name__ == "__main__":
    raise SystemExit(main())
