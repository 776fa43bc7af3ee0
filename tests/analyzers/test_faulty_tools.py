"""A tool that hangs, crashes or talks nonsense costs its own findings and nothing else."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path

import pytest

from bot.analyzers.astgrep import AstGrep
from bot.analyzers.isolation import Limits, Sample
from bot.analyzers.local import LocalAnalyzers
from bot.analyzers.reading import together
from bot.analyzers.rules import load_rules
from bot.domain.patch import FileKind
from bot.domain.plan import HeadText, ToolReport

pytestmark = pytest.mark.slow
RULES = Path(__file__).parents[2] / "config" / "rules"
RUFF = Path(sys.executable).with_name("ruff")
GOOD = HeadText("good.py", "eval(a)\n")
ANALYZERS = LocalAnalyzers(RULES, timeout_s=8)
BOOM = HeadText("boom.py", "BOOM = 1\n")
HANG_S = 3.0
"""Long for the tools that do not hang, on a machine with much to do. Nobody works meanwhile."""


def tool(folder: Path, body: str, name: str = "ruff") -> Path:
    """A program of that name that does what `body` says."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


async def ruff_says(rules: Path, program: Path, *texts: HeadText, **limits: float) -> ToolReport:
    analyzers = LocalAnalyzers(rules, programs={"ruff": program}, **limits)  # type: ignore[arg-type]
    reports = await analyzers.examine(texts, {})
    [ast_grep] = [report for report in reports if report.tool == "ast-grep"]
    assert ast_grep.files == len(texts)  # one broken tool leaves the others whole
    return next(report for report in reports if report.tool == "ruff")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param("exec /bin/sleep 60", "ruff ran past", id="hangs"),
        pytest.param("kill -SEGV $$", "ruff was ended by SIGSEGV", id="crashes"),
        pytest.param("exit 3", "ruff ended with status 3", id="gives up"),
        pytest.param("echo no idea", "answered in a form we do not know", id="prints words"),
        pytest.param(
            "echo '[{\"code\": 5}]'", "answered in a form we do not know", id="wrong shape"
        ),
        pytest.param("exec /bin/cat /dev/zero", "wrote more than 8 MB", id="floods"),
        pytest.param(
            """echo '[{"code":"S1","filename":"/etc/x.py","message":"m","fix":null,"""
            """"location":{"row":1,"column":1},"end_location":{"row":1,"column":1}}]'""",
            "answered in a form we do not know",
            id="speaks of another file",
        ),
    ],
)
async def test_a_broken_tool_is_told_as_incomplete(
    tmp_path: Path, body: str, why: str, few_rules: Path
) -> None:
    # the version is asked with one argument; only the reading goes wrong
    program = tool(tmp_path, f'[ $# = 1 ] && echo "ruff 9.9" && exit\n{body}')
    limits = {"timeout_s": HANG_S} if "sleep" in body else {}
    report = await ruff_says(few_rules, program, GOOD, **limits)
    assert (report.files, report.evidence, report.version) == (0, (), "9.9")
    [sentence] = report.incomplete
    assert sentence.startswith("good.py was not read: ")
    assert why in sentence


async def test_one_file_that_breaks_the_tool_does_not_hide_the_others(
    tmp_path: Path, few_rules: Path
) -> None:
    program = tool(
        tmp_path,
        'for each; do [ -f "$each" ] && /bin/grep -q BOOM "$each" && kill -SEGV $$; done\n'
        f'exec {shlex.quote(str(RUFF))} "$@"',
    )
    report = await ruff_says(few_rules, program, GOOD, BOOM, HeadText("also.py", "exec(a)\n"))
    assert {(each.path, each.rule) for each in report.evidence} >= {
        ("good.py", "S307"),
        ("also.py", "S102"),
    }
    assert report.files == 2
    assert report.incomplete == ("boom.py was not read: ruff was ended by SIGSEGV.",)


async def test_a_tool_that_hangs_on_every_file_ends_in_time(
    tmp_path: Path, few_rules: Path
) -> None:
    program = tool(tmp_path, "exec /bin/sleep 60")
    texts = [HeadText(f"f{number}.py", "x = 1\n") for number in range(12)]
    analyzers = LocalAnalyzers(few_rules, programs={"ruff": program}, timeout_s=0.5)
    async with asyncio.timeout(50):  # one hangs for 60 s
        [report, *_] = await analyzers.examine(texts, {})
    assert report.tool == "ruff"
    assert len(report.incomplete) == 12
    assert any("no time left" in sentence for sentence in report.incomplete)


async def test_a_missing_program_is_told_not_raised(tmp_path: Path, few_rules: Path) -> None:
    report = await ruff_says(few_rules, tmp_path / "nowhere", GOOD)
    assert report.version == "unknown"
    assert report.incomplete == ("good.py was not read: ruff ended with status 1.",)


async def test_the_whole_group_of_a_hanging_tool_is_ended(tmp_path: Path, few_rules: Path) -> None:
    told = tmp_path / "pid"
    program = tool(tmp_path, f"[ $# = 1 ] || {{ /bin/sleep 60 & echo $! > {told}; wait; }}")
    await ruff_says(few_rules, program, GOOD, timeout_s=HANG_S)
    state = Path("/proc") / told.read_text(encoding="utf-8").strip() / "stat"
    assert not state.exists() or state.read_text(encoding="utf-8").split()[2] == "Z"


async def test_a_cancelled_review_ends_its_tools(tmp_path: Path, few_rules: Path) -> None:
    told = tmp_path / "pid"
    os.mkfifo(told)  # reading it waits for the tool to be under way
    program = tool(tmp_path, f"echo $$ > {told}; exec /bin/sleep 60")
    review = asyncio.create_task(ruff_says(few_rules, program, GOOD))
    pid = await asyncio.to_thread(told.read_text, encoding="utf-8")
    review.cancel()
    with pytest.raises(asyncio.CancelledError):
        await review
    state = Path("/proc") / pid.strip() / "stat"
    assert not state.exists() or state.read_text(encoding="utf-8").split()[2] == "Z"


@pytest.mark.parametrize("turns", range(0, 40, 4))
async def test_a_review_may_be_cancelled_at_any_moment(turns: int) -> None:
    review = asyncio.create_task(ANALYZERS.examine((GOOD, HeadText("a.js", "debugger;")), {}))
    for _ in range(turns):
        await asyncio.sleep(0)
    review.cancel()
    async with asyncio.timeout(15):
        with pytest.raises(asyncio.CancelledError):
            await review


async def test_a_tool_gets_no_more_memory_than_it_may(tmp_path: Path, few_rules: Path) -> None:
    program = tool(
        tmp_path, f"exec {shlex.quote(sys.executable)} -c 'print(len(bytearray(1<<29)))'"
    )
    report = await ruff_says(few_rules, program, GOOD, memory_bytes=256 << 20)
    assert report.incomplete == ("good.py was not read: ruff ended with status 1.",)


async def test_a_tool_sees_no_secret_and_no_home_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_rules: Path
) -> None:
    secret = "ghs_" + "s" * 36
    monkeypatch.setenv("GITHUB_TOKEN", secret)
    monkeypatch.setenv("ANTHROPIC_API_KEY", secret)
    told = tmp_path / "told"
    program = tool(tmp_path, f"(/usr/bin/env; echo CWD=$(pwd); echo LS=$(/bin/ls -a)) > {told}")
    await ruff_says(few_rules, program, GOOD)
    lines = told.read_text(encoding="utf-8").splitlines()
    seen = dict(line.split("=", 1) for line in lines if "=" in line)
    assert secret not in "".join(lines)
    shells = {"PWD", "OLDPWD", "_", "SHLVL"}
    assert set(seen) - shells <= {
        "HOME",
        "PATH",
        "TMPDIR",
        "LANG",
        "RAYON_NUM_THREADS",
        "CWD",
        "LS",
    }
    assert seen["HOME"] == seen["CWD"] == seen["PATH"]
    assert seen["LS"] == ". .."  # empty
    assert not Path(seen["HOME"]).exists()  # gone afterwards


def samples(*texts: str) -> list[Sample]:
    return [
        Sample(f"f{number:04}", f"{number}.js", FileKind.SOURCE, text)
        for number, text in enumerate(texts)
    ]


async def test_a_matcher_that_dies_on_one_file_reads_the_rest(
    tmp_path: Path, few_rules: Path
) -> None:
    real = AstGrep(load_rules(few_rules), Limits())
    child = " ".join(map(shlex.quote, real.command))
    program = tool(
        tmp_path, f"asked=$(/bin/cat); case $asked in *BOOM*) kill -ABRT $$;; esac\n"
        f'printf %s "$asked" | {child}'
    )  # fmt: skip
    matcher = AstGrep(real.rules, Limits(), (str(program),))
    answer = await together("ast-grep", samples("debugger;", "BOOM", "debugger;"), matcher.read, 20)
    assert [(each.path, each.rule) for each in answer.found] == [
        ("0.js", "js-debugger"),
        ("2.js", "js-debugger"),
    ]
    assert [(each.path, each.why) for each in answer.missed] == [
        ("1.js", "was not read: ast-grep was ended by SIGABRT.")
    ]


@pytest.mark.parametrize("answer", ["", "[]", '{"name": "f0000"}', '{"name": "f9", "found": []}'])
async def test_a_matcher_that_answers_nonsense_is_not_believed(
    tmp_path: Path, answer: str, few_rules: Path
) -> None:
    program = tool(tmp_path, f"echo '{answer}'")
    matcher = AstGrep(load_rules(few_rules), Limits(), (str(program),))
    said = await together("ast-grep", samples("debugger;"), matcher.read, 20)
    assert said.found == ()
    assert len(said.missed) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("[" * 60_000, id="deep"),
        pytest.param("((((" * 15_000 + "x", id="parentheses"),
        pytest.param("a" + ".b()" * 15_000, id="chain"),
        pytest.param("`${" * 30_000, id="templates"),
        pytest.param("\x00\x01" * 5_000 + "'\"`" * 5_000, id="noise"),
    ],
)
async def test_hostile_text_hides_no_other_file(hostile: str) -> None:
    broken = "\n".join(hostile[at : at + 19_000] for at in range(0, len(hostile), 19_000))
    texts = (HeadText("hostile.js", broken), HeadText("good.js", "debugger;\n"))
    reports = await ANALYZERS.examine(texts, {})
    [report] = [each for each in reports if each.tool == "ast-grep"]
    assert [each.rule for each in report.evidence if each.path == "good.js"] == ["js-debugger"]
    assert report.files + len(report.incomplete) == 2


async def test_a_file_made_to_be_found_everywhere_is_cut_and_told() -> None:
    flood = HeadText("flood.js", "debugger;\n" * 2_500)
    reports = await ANALYZERS.examine((flood, HeadText("one.js", "debugger;\n")), {})
    [report] = [each for each in reports if each.tool == "ast-grep"]
    assert len(report.evidence) == 2_001
    assert report.incomplete == (
        "flood.js has more than 2000 findings of ast-grep: the rest was dropped.",
    )


async def test_a_machine_without_room_is_told_not_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    reports = await ANALYZERS.examine((GOOD,), {})
    assert {report.tool for report in reports} >= {"ruff", "ast-grep"}
    for report in reports:
        assert (report.files, report.evidence) == (0, ())
        assert "could not be given its files (No such file or directory)" in report.incomplete[0]
