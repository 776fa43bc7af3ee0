"""The comparison of costs on two made commits. Its figures are not judged, its rules are."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cost
from benchmarks.changes import History, NoAnalyzers, Subject
from benchmarks.reviewer import FRAME_TOKENS, Habits, PlausibleModel
from benchmarks.ways import Bill, Ours, Unsound, everyone, in_plenty, on_one_tier
from bot import wiring
from bot.diff.tokens import tokens
from bot.domain.money import Usage
from bot.guard.material import wrap
from bot.ports.model import Prompt
from bot.service.house import House
from bot.service.reading import Examiner, Limits
from bot.settings import load
from tests.reviewing.making import STANDARD

BEFORE = """\
import shop.db as db


def total(order):
    return sum(row.price for row in db.rows(order))


def greet(name):
    return "hello " + name
"""
AFTER = BEFORE.replace("db.rows(order)", 'db.query("select * from items where id = " + order)')
COSTS = re.compile(r"(?P<way>\([abc]\) [a-z, ]+?)  +[0-9]+ .*?(?P<usd>[0-9]+\.[0-9]{4})")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repo")
    git(folder, "init", "-q")
    commit(folder, "First", {"shop/cart.py": BEFORE, "shop/db.py": "def query(text): ...\n"})
    commit(folder, "Put the query together", {"shop/cart.py": AFTER, "README.md": "Carts.\n"})
    commit(folder, "Say more", {"README.md": "Carts, and what they cost.\n"})
    return folder


def git(folder: Path, *command: str) -> None:
    who = ("-c", "user.name=Mia", "-c", "user.email=mia@example.org")
    subprocess.run(["git", *who, *command], cwd=folder, check=True)


def commit(folder: Path, title: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", title)


@pytest.fixture(scope="module")
def house() -> House:
    return in_plenty(wiring.house(load({}, env_file=None)))


@pytest.fixture(scope="module")
def subject(repo: Path, house: House) -> Subject:
    examiner = Examiner(NoAnalyzers(), Limits(300, 1_000_000))
    history = History(repo, examiner, house.defaults)
    docs, code = history.newest(9)
    assert docs.endswith(" Say more")
    return asyncio.run(history.read(code))


def test_every_way_is_priced_and_every_target_judged(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--repo", str(repo), "--workers", "1", "--high-every", "2"]
    assert cost.main(command) == 0
    printed = capsys.readouterr().out
    assert "2 changes" in printed
    assert "1 of them nobody has to read" in " ".join(printed.split())
    usd = {found["way"]: float(found["usd"]) for found in COSTS.finditer(printed)}
    # Small files are cheap to show whole; with the diff beside they are never cheaper than it.
    assert usd["(a) whole files"] > 0
    assert usd["(a) and the diff beside"] > usd["(b) whole diff"] > usd["(c) ours"] > 0
    assert len(re.findall(r"^ +(?:MET|MISSED): at most ", printed, re.MULTILINE)) == 6
    assert "definitions   " in printed
    assert "only 2 changes" in printed
    assert cost.main(command) == 0
    assert capsys.readouterr().out == printed


def test_a_corpus_has_no_whole_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "cases" / "one"
    case.mkdir(parents=True)
    diff = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-abc = 1\n+abc = 2\n"
    (case / "change.diff").write_text(diff, encoding="utf-8")
    assert cost.main(["--corpus", str(tmp_path), "--workers", "1", "--alone"]) == 0
    printed = capsys.readouterr().out
    assert "(a)" not in printed.replace("of (a)", "")
    assert "(b) whole diff" in printed
    assert "switched off" not in printed


# What the comparison rests on.


def bill(house: House, subject: Subject, habits: Habits, high_every: int = 0) -> Bill:
    return asyncio.run(Ours(house, habits, high_every).bill(subject, 1))


def stages(bill: Bill) -> list[str]:
    return sorted(each.stage for each in bill.calls)


def test_a_reviewer_says_as_much_in_every_way(house: House, subject: Subject) -> None:
    habits = Habits(answer_tokens=1_234)
    one = on_one_tier(house)
    plain = asyncio.run(everyone(one, subject.diff, subject.paths, habits))
    ours = bill(one, subject, habits)
    readers = [each for each in (*plain.calls, *ours.calls) if each.stage == "review"]
    said = {each.usage.output_tokens for each in readers}
    assert said == {1_234}
    assert len(plain.calls) == len(house.reviewers)


def test_every_claim_stands_and_is_tried(house: House, subject: Subject) -> None:
    ours = bill(on_one_tier(house), subject, Habits())
    readers = ours.readers
    assert (ours.said, ours.stand, ours.thoughts) == (readers, readers, readers)
    assert stages(ours) == ["refute", *["review"] * readers]


def test_a_high_finding_is_voted_on(house: House, subject: Subject) -> None:
    ours = bill(house, subject, Habits(), high_every=1)
    assert "vote" in stages(ours)
    assert "vote" not in stages(bill(house, subject, Habits(), high_every=2))
    assert ours.without("vote").usd < ours.usd


@pytest.mark.parametrize(("share", "stand"), [(0.0, True), (1.0, False)])
def test_what_is_refuted_does_not_stand(
    house: House, subject: Subject, share: float, stand: bool
) -> None:
    ours = bill(on_one_tier(house), subject, Habits(refuted=share))
    assert ours.stand == ours.said * stand
    assert ours.said > 0


async def test_a_share_of_claims_is_refuted_the_same_ones_every_time() -> None:
    claims = "\n".join(json.dumps({"id": nth, "lines": [nth, nth]}) for nth in range(1, 201))
    brief = f"Reviewer: refuter\n\n{wrap('claims', claims, 'material-0')}"
    asked = replace(FIRST, brief=brief)
    said = [await PlausibleModel(Habits(refuted=0.3), {}).complete(asked) for _ in range(2)]
    assert said[0] == said[1]
    verdicts = [each["verdict"] for each in json.loads(said[0].text)["rulings"]]
    assert 40 <= verdicts.count("refuted") <= 80
    assert set(verdicts) == {"refuted", "stands"}


def test_answers_that_do_not_stand_are_no_measurement(house: House, subject: Subject) -> None:
    deaf = replace(house, reviewers=tuple(replace(r, max_findings=1) for r in house.reviewers))
    with pytest.raises(Unsound, match="over the limit"):
        bill(deaf, subject, Habits(findings=3))


# The vendor's cache.

RULES, SHARED = "Judge it. " * 40, "a = 1\n" * 200
FIRST = Prompt(STANDARD, RULES, SHARED, "Reviewer: security", {"type": "object"}, cache=True)
BEFORE_BRIEF = tokens('{"type": "object"}') + tokens(RULES) + tokens(SHARED)


async def usages(model: PlausibleModel, *prompts: Prompt) -> list[Usage]:
    answers = await asyncio.gather(*map(model.complete, prompts))
    return [each.usage for each in answers]


async def test_what_is_asked_side_by_side_reads_nothing_of_each_other() -> None:
    model = PlausibleModel(Habits(), {STANDARD.model: 100})
    other = replace(FIRST, brief="Reviewer: quality")
    together = await usages(model, FIRST, other)
    assert [each.cache_write_tokens for each in together] == [BEFORE_BRIEF] * 2
    [later] = await usages(model, other)
    assert (later.cache_read_tokens, later.cache_write_tokens) == (BEFORE_BRIEF, 0)
    assert later.input_tokens == tokens(other.brief) + FRAME_TOKENS


@pytest.mark.parametrize(
    ("prompt", "minimum"),
    [
        pytest.param(replace(FIRST, cache=False), 100, id="not asked for"),
        pytest.param(FIRST, 1_000_000, id="too short"),
    ],
)
async def test_nothing_is_cached(prompt: Prompt, minimum: int) -> None:
    model = PlausibleModel(Habits(), {STANDARD.model: minimum})
    [one] = await usages(model, prompt)
    [other] = await usages(model, prompt)
    assert one == other == Usage(BEFORE_BRIEF + tokens(prompt.brief) + FRAME_TOKENS, 2_500)


async def test_another_rule_or_effort_is_another_entry() -> None:
    model = PlausibleModel(Habits(), {STANDARD.model: 100})
    await usages(model, FIRST)
    low = replace(FIRST, tier=replace(STANDARD, effort="low"))
    for each in (low, replace(FIRST, rules="Judge."), replace(FIRST, schema={})):
        [usage] = await usages(model, each)
        assert usage.cache_read_tokens == 0
