"""Which reviewers real changes get, at what risk and why, and how many calls that spares.

Run: python benchmarks/selection.py [--corpus DIR]

DIR holds cases/<id>/change.diff with a meta.json (`labels`). Without it: the last 40 commits of
this repository that change a file which was there. A corpus has no head versions, so that a change
of comments alone cannot be told from code; no analyser is run, whose findings call and raise risks.
Exits 1 when a change labelled security or performance does not get that reviewer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.diff.parse import patch_of  # noqa: E402
from bot.diff.split import split  # noqa: E402
from bot.domain.patch import FileStatus, Patch  # noqa: E402
from bot.domain.plan import Change, Choice, HeadText  # noqa: E402
from bot.domain.pull import RepoPolicy  # noqa: E402
from bot.planning.select import select  # noqa: E402
from bot.planning.signals import signals  # noqa: E402
from bot.settings import load_reviewers  # noqa: E402

COMMITS = 40
WANTED = {"security": "security", "security-hardening": "security", "performance": "performance"}
"""Labels, and the reviewer each asks for."""

STATES = {True: "yes", None: "open", False: "no"}


@dataclass(frozen=True, slots=True)
class Case:
    """One change. `labels` is empty where nobody has said what it is."""

    name: str
    labels: tuple[str, ...]
    change: Change


def main() -> int:
    """Print every decision, then the sums; the exit status says whether a labelled change lost."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--corpus", type=Path, help="folder with cases/")
    corpus: Path | None = options.parse_args().corpus
    cases = list(of_corpus(corpus) if corpus else of_history(ROOT))
    reviewers = load_reviewers()
    decided = [(case, select(reviewers, case.change, RepoPolicy())) for case in cases]
    for case, choices in decided:
        print("\n".join(rows(case, choices)))
    print("\n".join(sums([choices for _, choices in decided])))
    lost = [text for case, choices in decided for text in missing(case, choices)]
    print("\n".join(labelled(decided, lost)))
    return 1 if lost else 0


def of_corpus(corpus: Path) -> Iterator[Case]:
    """The cases of the folder, by name."""
    for path in sorted(corpus.glob("cases/*/meta.json")):
        meta = json.loads(path.read_text(encoding="utf-8"))
        patch = patch_of(split(decoded((path.parent / "change.diff").read_bytes())))
        change = Change(patch, signals=signals(patch))
        yield Case(meta["id"], tuple(meta["labels"]), change)


def of_history(repo: Path) -> Iterator[Case]:
    """The newest commits of `repo` that change a file which was there, merges left out."""
    wanted = ("log", f"-{COMMITS}", "--no-merges", "--diff-filter=M", "--format=%h %s")
    for row in git(repo, *wanted).splitlines():
        commit, _, title = row.partition(" ")
        text = git(repo, "show", "--format=", "--full-index", "-M", commit)
        patch = patch_of(split(text))
        change = Change(patch, tuple(heads(repo, commit, patch)), signals(patch))
        yield Case(f"{commit} {title[:70]}", (), change)


def heads(repo: Path, commit: str, patch: Patch) -> Iterator[HeadText]:
    """The files as the commit has them."""
    for file in patch.files:
        if file.hunks and file.status is not FileStatus.REMOVED:
            yield HeadText(file.path, git(repo, "show", f"{commit}:{file.path}"))


def git(repo: Path, *command: str) -> str:
    """What git prints. It only reads."""
    done = subprocess.run(["git", *command], cwd=repo, capture_output=True, check=True)
    return decoded(done.stdout)


def decoded(raw: bytes) -> str:
    """Any bytes as text, and back without loss."""
    return raw.decode("utf-8", "surrogateescape")


def rows(case: Case, choices: Sequence[Choice]) -> Iterator[str]:
    """The decision about one change."""
    labels = f" ({', '.join(case.labels)})" if case.labels else ""
    yield f"{case.name}{labels}"
    for each in choices:
        risk = "" if each.chosen is False else each.risk.value
        because = f" ({each.risk_because})" if each.risk_because else ""
        state = STATES[each.chosen]
        yield f"  {each.reviewer.name:<12} {state:<5} {risk:<7} {each.reason}{because}"


def sums(decided: Sequence[Sequence[Choice]]) -> Iterator[str]:
    """How many calls are made of those that all reviewers on everything would be, at what risk."""
    every = [choice for choices in decided for choice in choices]
    count = Counter(each.chosen for each in every)
    yield f"\n{len(decided)} changes, {len(every)} calls if every reviewer read everything"
    for said, made in (
        ("open ones run", count[True] + count[None]),
        ("open ones do not run", count[True]),
    ):
        saved = 1 - made / len(every) if every else 0.0
        yield f"  {said:<21} {made:>4} calls, {saved:4.0%} saved"
    yield "\nreviewer      yes  open    no    low  normal  high   (risk of yes and open)"
    for name in dict.fromkeys(each.reviewer.name for each in every):
        own = [each for each in every if each.reviewer.name == name]
        state = Counter(each.chosen for each in own)
        risk = Counter(each.risk.value for each in own if each.chosen is not False)
        yield (
            f"{name:<12} {state[True]:>4}  {state[None]:>4}  {state[False]:>4}"
            f"   {risk['low']:>4}  {risk['normal']:>6}  {risk['high']:>4}"
        )


def missing(case: Case, choices: Sequence[Choice]) -> Iterator[str]:
    """The reviewers that `case` is labelled for and that do not read it, one line each."""
    for label in case.labels:
        for each in choices:
            if each.reviewer.name == WANTED.get(label) and each.chosen is False:
                yield f"{case.name}: {label}, but not run: {each.reason}"


def labelled(
    decided: Sequence[tuple[Case, Sequence[Choice]]], lost: Sequence[str]
) -> Iterator[str]:
    """Of the changes with each label: how many get its reviewer by rule, are open, or lose it."""
    for label, name in WANTED.items():
        state = Counter(
            each.chosen
            for case, choices in decided
            if label in case.labels
            for each in choices
            if each.reviewer.name == name
        )
        if state:
            yield (
                f"labelled {label}: {name} reads {state[True]} of {state.total()} by rule, "
                f"{state[None]} open, {state[False]} lost"
            )
    yield from lost


if __name__ == "__main__":
    sys.exit(main())
