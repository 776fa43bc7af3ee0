"""The tables of docs/failures.md are what the runs did.

`pytest tests/service --renew-goldens` writes them anew: then read their diff.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.service.faults import FAULTS, FINDING, Fault
from tests.service.office import Building, Ended
from tests.service.played import played

DOCUMENT = Path(__file__).parents[2] / "docs" / "failures.md"
FAILED = re.compile(r"\*\*failed\*\* \(`[^`]+`\): ")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def billed(ended: Ended, who: str) -> str:
    """What somebody's attempts are charged with."""
    attempts = ended.attempts(who)
    answers, lost = attempts.count("S"), attempts.count("L")
    said = [f"{answers} answer{'s' * (answers > 1)}"] if answers else []
    said += [f"at worst {lost} call{'s' * (lost > 1)}"] if lost else []
    return ", ".join(said) or "nothing"


async def reviewers(building: Building) -> str:
    rows = []
    for name, fault in FAULTS.items():
        once, ever, all_ = [await played(building, name, how) for how in ("once", "ever", "all_")]
        everybody = f"{all_.calls['quality']} + {all_.calls['security']}"
        calls = f"{once.calls['security']} · {ever.calls['security']} · {everybody}"
        reads = FAILED.sub("", ever.row("security"))
        rows.append((fault.name, fault.happens, calls, reads, billed(ever, "security")))
    return table(("fault", "what happens", "calls", "what the author reads", "billed"), rows)


async def beside(building: Building) -> str:
    """Everybody else, where the API fails with status 500 and goes on to."""
    one, all_, count = [await played(building, "500", how) for how in ("beside", "voters", "count")]

    def told(ended: Ended, begin: str) -> str:
        return next(each for each in ended.notes if each.startswith(begin))

    doubt = re.search(r"does not fail the check: [^·<]+votes failed", all_.summary)
    voters = sum(all_.calls[f"voter-{nth}"] for nth in (1, 2, 3))
    two = "for each question {}"
    rows = [
        (
            "triage",
            "the reviewers it was asked about read",
            str(one.calls["triage"]),
            told(one, "Triage on"),
        ),
        (
            "the refuter",
            "the claim is kept and marked: *no refuter saw it*",
            two.format(one.calls["refuter"] // 2),
            told(one, "One claim"),
        ),
        (
            "one voter of three",
            "two that confirm are more than half of those asked: the finding fails the check",
            two.format(one.calls["voter-1"] // 2),
            told(one, "A vote"),
        ),
        (
            "all three",
            "the finding is kept and does not fail the check, which is neutral",
            str(voters),
            f"{FINDING['severity'] and 'High'}: {doubt[0] if doubt else ''}",
        ),
        (
            "the synthesis",
            "findings of several parts are united by plain rules alone",
            str(one.calls["synthesis"]),
            told(one, "Findings of"),
        ),
        (
            "the count of tokens",
            "our own upper bound decides; a call that does not fit by it is not made",
            str(count.counts),
            FAILED.sub("", count.row("security")),
        ),
    ]
    return table(("who", "what happens", "calls", "what the author reads"), rows)


def with_table(text: str, heading: str, rows: str) -> str:
    """The document with another table under a heading."""
    begin = text.index("|", text.index(f"\n## {heading}\n"))
    found = re.compile(r"(?:\|.*\n)+").match(text, begin)
    assert found is not None
    return text[:begin] + rows + text[found.end() :]


@pytest.mark.full
async def test_the_tables_say_what_the_runs_did(
    building: Building, request: pytest.FixtureRequest
) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    made = with_table(text, "A reviewer", await reviewers(building))
    made = with_table(made, "Everybody else", await beside(building))
    if request.config.getoption("--renew-goldens", default=False):
        DOCUMENT.write_text(made, encoding="utf-8")
    assert made == DOCUMENT.read_text(encoding="utf-8"), "docs/failures.md reads otherwise now"


def test_every_fault_has_a_name_of_its_own() -> None:
    names: list[Fault] = list(FAULTS.values())
    assert len({each.name for each in names}) == len(names)
