"""Each benchmark runs in a tiny form. Its figures are not judged: a busy machine is no defect."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import parse, selection

ROOT = Path(__file__).parents[2]
MAKEFILE = """demo test:
\tmkdir -p .venv/lib/python3/site-packages/some-1.0.dist-info
\tcd .venv/lib/python3/site-packages && echo 'x = 1' > some.py
\tcd .venv/lib/python3/site-packages/some-1.0.dist-info && \\
\t    printf 'Metadata-Version: 2.1\\nName: some\\nVersion: 1.0\\n' > METADATA && \\
\t    printf 'some.py,,\\n' > RECORD
"""


def run(*command: str, limit_s: int = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=limit_s
    )


@pytest.mark.full
def test_receive_loses_nothing() -> None:
    tiny = ("--seconds", "1", "--rate", "5", "--reviews", "1", "--model-seconds", "0.5")
    done = run("benchmarks.receive", *tiny)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 acknowledged, 0 not, 0 lost" in done.stdout
    assert "worker" in done.stdout


@pytest.mark.full
def test_latency_times_the_chains_it_names() -> None:
    """It ends at the first review whose chain is another, or in which somebody failed."""
    done = run("benchmarks.latency", "--model-seconds", "2", "--repeat", "1", limit_s=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row[50:56].strip() for row in done.stdout.splitlines()[1:]] == ["1", "2", "3", "3", "5"]


def repository(folder: Path, makefile: str) -> Path:
    folder.mkdir()
    (folder / "Makefile").write_text(makefile, encoding="utf-8")
    who = ("-c", "user.name=Mia", "-c", "user.email=mia@example.org")
    for line in (("init", "-q"), ("add", "Makefile"), (*who, "commit", "-q", "-m", "First")):
        subprocess.run(["git", *line], cwd=folder, check=True)
    return folder


@pytest.mark.slow
def test_setup_cost_names_the_packages(tmp_path: Path) -> None:
    done = run(
        "benchmarks.setup_cost", "--test", "--repo", str(repository(tmp_path / "r", MAKEFILE))
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "make test, first time" in done.stdout
    assert "\n  some " in done.stdout


@pytest.mark.slow
def test_setup_cost_tells_when_a_target_failed(tmp_path: Path) -> None:
    broken = repository(tmp_path / "r", "demo:\n\t@echo no pip here; exit 3\n")
    done = run("benchmarks.setup_cost", "--repo", str(broken))
    assert done.returncode == 1
    assert "no pip here" in done.stdout


def test_parse_times_a_diff() -> None:
    assert parse.timings(parse.generated(20_000)).count(" s ") == 4


def corpus(folder: Path, path: str, labels: list[str]) -> Path:
    case = folder / "cases" / "one"
    case.mkdir(parents=True)
    (case / "meta.json").write_text(json.dumps({"id": "one", "labels": labels}), encoding="utf-8")
    diff = (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    )
    (case / "change.diff").write_text(diff, encoding="utf-8")
    return folder


def test_selection_prints_every_choice_and_what_it_saves(tmp_path: Path) -> None:
    done = run("benchmarks.selection", "--corpus", str(corpus(tmp_path, "a.py", ["security"])))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one (security)\n  performance  open  low" in done.stdout
    assert "open ones do not run     2 calls,  33% saved" in done.stdout
    assert "security reads 1 of 1 by rule, 0 open, 0 lost" in done.stdout


def test_selection_fails_when_a_labelled_change_loses_its_reviewer(tmp_path: Path) -> None:
    folder = corpus(tmp_path, "README.md", ["security-hardening"])
    done = run("benchmarks.selection", "--corpus", str(folder))
    assert done.returncode == 1
    assert "one: security-hardening, but not run: only docs changed" in done.stdout


def test_selection_reads_a_history_with_its_texts(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", "a:\n")
    who = ("-c", "user.name=Mia", "-c", "user.email=mia@example.org")
    (repo / "Makefile").write_text("b:\n", encoding="utf-8")
    subprocess.run(["git", *who, "commit", "-qam", "Second"], cwd=repo, check=True)
    [case] = selection.of_history(repo)
    assert case.name.endswith("Second")
    assert case.change.text_of("Makefile") == "b:\n"
