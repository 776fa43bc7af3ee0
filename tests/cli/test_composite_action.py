"""action.yml: zizmor finds nothing, and its script passes on exactly what was asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
ZIZMOR = Path(sys.executable).with_name("zizmor")


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    return found


def audit(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ZIZMOR, "--offline", "--no-config", path], capture_output=True, text=True
    )


def test_zizmor_finds_nothing_in_the_action() -> None:
    done = audit(ACTION)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_in_the_workflow_we_recommend(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "ci.md").read_text()
    [shown] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    workflow = tmp_path / ".github" / "workflows" / "ai-review.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(shown)
    done = audit(workflow)
    assert done.returncode == 0, done.stdout


def test_no_expression_reaches_a_script() -> None:
    assert all("${{" not in each["run"] for each in steps())


def test_every_input_is_documented() -> None:
    page = (ROOT / "docs" / "ci.md").read_text()
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    assert [name for name in inputs if f"| `{name}` |" not in page] == []


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folder, whose `ai-review` writes down its arguments and where it is."""
    program = tmp_path / "temp" / "ai-review" / "bin" / "ai-review"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nfor each; do echo "$each"; done > {tmp_path}/asked\npwd\n')
    program.chmod(0o755)
    return tmp_path


def act(runner: Path, **given: str) -> subprocess.CompletedProcess[str]:
    plain = {"AGENTS": "", "FAIL_ON": "", "POST": "true", "REPOSITORY": "acme/shop"}
    environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(runner / "temp")}
    # As GitHub runs `shell: bash`.
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps()[1]["run"]],
        cwd=runner,
        env={**environment, **plain, "PR_NUMBER": "7", **given},
        capture_output=True,
        text=True,
    )


TARGET = ["review", "--repo", "acme/shop", "--pr-number", "7"]


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        pytest.param({}, [*TARGET, "--agents", "", "--post"], id="as it comes"),
        pytest.param(
            {"AGENTS": "security", "FAIL_ON": "low", "POST": "false"},
            [*TARGET, "--agents", "security", "--fail-on", "low"],
            id="everything said",
        ),
        pytest.param(
            {"AGENTS": "$(touch pwned) `id` ; x"},
            [*TARGET, "--agents", "$(touch pwned) `id` ; x", "--post"],
            id="nothing is evaluated",
        ),
    ],
)
def test_the_script_passes_on_what_was_asked(
    runner: Path, given: dict[str, str], asked: list[str]
) -> None:
    done = act(runner, **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert (runner / "asked").read_text().split("\n")[:-1] == asked
    assert done.stdout.strip() == str(runner / "temp")


def test_without_a_pull_request_the_step_says_so(runner: Path) -> None:
    done = act(runner, PR_NUMBER="")
    assert (done.returncode, done.stdout.startswith("::error::")) == (2, True)


def test_the_workspace_is_left_before_python_starts() -> None:
    for step in steps():
        assert step["run"].startswith('cd "$RUNNER_TEMP"\n')
