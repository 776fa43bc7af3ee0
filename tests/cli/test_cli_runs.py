"""What `ai-review runs` says of a made history; the golden files are the review of the wording."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cli.run_shown import run_parts
from bot.cli.stats_shown import stats_parts
from bot.cli.tables import show
from bot.domain.run import RunRecord
from bot.store.database import migrate, open_database
from bot.store.runs import StoredRuns
from bot.store.stats import read_stats
from tests.cli import history
from tests.cli.conftest import Run

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What the App keeps: the made history."""
    migrate(f"sqlite:///{tmp_path}/ai-review.db")
    engine = open_database(f"sqlite:///{tmp_path}/ai-review.db")
    asyncio.run(history.make(engine))
    engine.dispose()
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    opened = open_database(f"sqlite:///{home}/ai-review.db")
    yield opened
    opened.dispose()


@pytest.fixture
def ask(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("AI_REVIEW_HOME", str(home))
    return run


def record(engine: sa.Engine, run: str) -> RunRecord:
    found = asyncio.run(StoredRuns(engine).get(run))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "run"), [("run_ended.txt", history.WHOLE.id), ("run_living.txt", history.LIVE.id)]
)
def test_a_run_in_words(
    name: str, run: str, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    show(run_parts(record(engine, run), history.BEGAN + 10.0))
    assert capsys.readouterr().out == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_stats_in_words(engine: sa.Engine, capsys: pytest.CaptureFixture[str]) -> None:
    show(stats_parts(read_stats(engine)))
    assert capsys.readouterr().out == (GOLDEN / "run_stats.txt").read_text(encoding="utf-8")


def test_a_run_is_shown_whole_by_the_command(ask: Run) -> None:
    said = ask("runs", "show", history.WHOLE.id)
    golden = (GOLDEN / "run_ended.txt").read_text(encoding="utf-8")
    assert (said.code, said.out) == (0, golden)


def test_a_run_that_lives_shows_what_it_may_cost(ask: Run) -> None:
    said = ask("runs", "show", history.LIVE.id)
    assert "so far; at most $0.1450, of it $0.1450 for 1 call without an answer." in said.out
    assert re.search(r"refute +pending", said.out)


def test_a_run_as_json_has_everything(ask: Run) -> None:
    document: dict[str, Any] = json.loads(
        ask("runs", "show", history.WHOLE.id, "--format", "json").out
    )
    stages = {each["name"]: each for each in document["stages"]}
    assert stages["vote"]["status"] == "failed"
    assert stages["vote"]["cost_usd"] == "0.1509"
    assert [each["accepted"] for each in document["found"]] == [None] * 4
    assert document["found"][1]["title"] == history.HOSTILE
    assert document["decisions"][0]["subject"] == "reviewer security"
    assert len(document["calls"]) == 7


def test_stats_as_json_tell_shares_and_what_is_not_known(ask: Run) -> None:
    document: dict[str, Any] = json.loads(ask("runs", "stats", "--format", "json").out)
    assert (document["success_rate"], document["flawed"]) == (0.0, 1)
    assert document["cost_usd"] == "0.0616"
    assert document["cache_read_share"] == pytest.approx(15_466 / 31_563)
    [security] = [each for each in document["finders"] if each["name"] == "security"]
    assert (security["judged"], security["accepted_share_of_judged"]) == (0, None)


def test_stats_of_days_in_which_nothing_happened(ask: Run) -> None:
    said = ask("runs", "stats", "--days", "1")
    assert said.code == 0
    assert re.fullmatch(r"0 runs asked for since [-0-9]+ [:0-9]+ UTC\.\n\n", said.out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "unknown"), "There is no run unknown."),
        (("stats", "--days", "0"), "0 is not in the range"),
        (("stats", "--format", "xml"), "'xml' is not one of"),
    ],
)
def test_a_wrong_question_is_one_sentence(ask: Run, arguments: tuple[str, ...], words: str) -> None:
    said = ask("runs", *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_on_a_terminal_nothing_is_cut_off(columns: int, home: Path) -> None:
    text = on_a_terminal(home, columns, "runs", "show", history.WHOLE.id)
    assert "\x1b[32mcompleted" in text
    seen = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
    for words in (
        "$0.0299",
        "7,733",
        "req_011C00014800000000",
        "at most $0.1450",
        "src/login.py:41",
    ):
        assert words in seen
    assert "\x1b[31mred" not in text, "a finding's title steers the terminal"


def on_a_terminal(home: Path, columns: int, *arguments: str) -> str:
    ours, theirs = pty.openpty()
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "AI_REVIEW_HOME": str(home),
        "COLUMNS": str(columns),
        "TERM": "xterm",
    }
    command = [sys.executable, "-m", "bot", *arguments]
    child = subprocess.Popen(command, stdout=theirs, env=environ, cwd=Path(__file__).parents[2])
    os.close(theirs)
    said = b""
    with os.fdopen(ours, "rb") as screen:
        try:
            while part := screen.read1(4096):
                said += part
        except OSError:  # how Linux says that the other end was closed
            pass
    assert child.wait(60) == 0
    return said.decode()
