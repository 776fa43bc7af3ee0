"""`ai-review review` on this machine: what it reads, says and ends with."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.guard.secrets import find_secrets
from tests.cli.conftest import APP, RISKY, Repo, Run, claim
from tests.fakes.model import FakeModel


def sarif_rules(document: dict[str, Any]) -> list[str]:
    return [each["ruleId"] for each in document["runs"][0]["results"]]


def test_without_a_key_the_analysers_review_and_say_so(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    said = run("review")
    assert said.code == 1
    assert said.out.startswith("Static analysers only: 1 finding, worst High")
    assert "app.py:5" in said.out


def test_a_clean_change_ends_with_0(run: Run, repo: Repo) -> None:
    repo.write("app.py", APP.replace("path", "place"))
    said = run("review")
    assert (said.code, "no findings" in said.out) == (0, True)


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_no_change_is_said_in_every_format(run: Run, repo: Repo, form: str) -> None:
    said = run("review", "--format", form)
    assert said.code == 0
    if form in ("text", "markdown"):
        assert said.out == "Nothing changed.\n"
    else:
        json.loads(said.out)


def test_json_is_one_document(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    said = run("review", "--format", "json")
    document = json.loads(said.out)
    assert (document["verdict"], len(document["findings"])) == ("failure", 1)
    assert said.code == 1


def test_sarif_is_one_document(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    said = run("review", "--format", "sarif")
    document = json.loads(said.out)
    assert document["version"] == "2.1.0"
    assert sarif_rules(document) == ["security/high"]


def test_markdown_is_markdown(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    assert run("review", "--format", "markdown").out.startswith("## AI Review\n")


@pytest.mark.parametrize(
    ("fail_on", "code"), [("low", 1), ("high", 1), ("critical", 0), ("never", 0)]
)
def test_fail_on_wins_over_the_policy(run: Run, repo: Repo, fail_on: str, code: int) -> None:
    repo.write(".github/ai-review.yml", "fail_at: low\n")
    repo.commit()
    repo.git("branch", "--force", "main")
    repo.write("app.py", RISKY)
    assert run("review", "--fail-on", fail_on).code == code


def test_the_trees_own_policy_holds(run: Run, repo: Repo) -> None:
    repo.write(".github/ai-review.yml", "fail_at: never\n")
    repo.commit()
    repo.git("branch", "--force", "main")
    repo.write("app.py", RISKY)
    assert run("review").code == 0


def test_a_broken_policy_is_said_and_not_used(run: Run, repo: Repo) -> None:
    repo.write(".github/ai-review.yml", "fail_at: sometimes\n")
    repo.write("app.py", RISKY)
    said = run("review")
    assert said.code == 1
    assert "ai-review.yml is not used" in said.out


def test_base_names_another_branch(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    repo.commit()
    assert run("review", "--base", "feature").out == "Nothing changed.\n"
    assert run("review", "--base", "main").code == 1


def test_a_diff_is_read_from_a_pipe_and_from_a_file(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    diff = repo.git("diff")
    (repo.folder.parent / "change.diff").write_text(diff)
    assert run("review", "--diff", "-", stdin=diff).code == 1
    assert run("review", "--diff", "../change.diff").code == 1


def test_a_diff_is_read_where_there_is_no_repository(
    run: Run, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("new.py", RISKY)
    repo.git("add", "--all")
    diff = repo.git("diff", "--cached")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run("review", "--diff", "-", stdin=diff).code == 1


def test_a_diff_of_another_version_is_incomplete_not_clean(run: Run, repo: Repo) -> None:
    repo.write("app.py", RISKY)
    diff = repo.git("diff")
    repo.write("app.py", "# something else\n")
    said = run("review", "--diff", "-", stdin=diff)
    assert said.code == 3
    assert "app.py" in said.out


def test_reviewers_are_asked_and_told_of(run: Run, repo: Repo, model: FakeModel) -> None:
    repo.write("app.py", RISKY)
    model.answer("security", [claim("critical")])
    said = run("review", "--format", "json")
    document = json.loads(said.out)
    assert said.code == 1
    assert [each["severity"] for each in document["findings"]] == ["critical"]
    assert "security answered after" in said.err
    assert {each.reviewer for each in model.calls} >= {"security", "quality"}


def test_agents_are_the_only_ones_asked(run: Run, repo: Repo, model: FakeModel) -> None:
    repo.write("app.py", RISKY)
    assert run("review", "--agents", "quality, performance").code == 1  # ruff's own finding stands
    assert {each.reviewer for each in model.calls} == {"quality", "performance"}


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param(lambda model: None, 0, id="clean"),
        pytest.param(lambda model: model.answer("security", [claim("medium")]), 0, id="below"),
        pytest.param(lambda model: model.answer("security", [claim("high")]), 1, id="at"),
        pytest.param(lambda model: model.fail("quality", 400), 3, id="failed"),
        pytest.param(lambda model: model.refuse("quality"), 3, id="refused"),
    ],
)
def test_each_end_has_its_code(
    run: Run, repo: Repo, model: FakeModel, script: Callable[[FakeModel], None], code: int
) -> None:
    repo.write("app.py", RISKY)
    script(model)
    assert run("review").code == code


def test_findings_win_over_what_failed(run: Run, repo: Repo, model: FakeModel) -> None:
    repo.write("app.py", RISKY)
    model.answer("security", [claim("high")])
    model.fail("quality", 400)
    said = run("review")
    assert said.code == 1
    assert "quality: failed" in said.out


def test_a_reviewer_asked_for_by_name_without_a_key_is_missing(run: Run, repo: Repo) -> None:
    repo.write("app.py", APP.replace("path", "place"))
    assert run("review", "--agents", "security").code == 3


def test_a_secret_reaches_neither_the_model_nor_the_output(
    run: Run, repo: Repo, model: FakeModel
) -> None:
    secret = "gh" + "p_" + "1B7sNq4Wz9Kd2Xv6Tf8Rm3Hc5Lp0JyGaQeUi"
    assert find_secrets(f'TOKEN = "{secret}"\n')
    repo.write("app.py", f'{APP}TOKEN = "{secret}"\n')
    said = run("review")
    assert said.code == 1
    assert secret not in said.out + said.err
    assert model.calls
    assert all(secret not in json.dumps(each.body) for each in model.calls)


def test_the_folders_env_file_is_not_believed(run: Run, repo: Repo, model: FakeModel) -> None:
    with FakeModel() as thief:
        repo.write(".env", f"ANTHROPIC_BASE_URL={thief.url}\nAI_REVIEW_CONFIG=/nowhere\n")
        repo.write("app.py", RISKY)
        run("review")
    assert thief.calls == []
    assert model.calls


def test_what_steers_a_terminal_is_written_out(run: Run, repo: Repo) -> None:
    repo.write("a\x1b[31m\u202e.py", RISKY)  # the fixture sees to it that no escape code comes out
    said = run("review", "--format", "text")
    assert said.code == 1
    assert "\u202e" not in said.out


def test_a_name_that_is_no_utf8_is_reviewed(run: Run, repo: Repo) -> None:
    repo.write("caf\udce9.py", RISKY)
    for form in ("text", "sarif"):
        assert run("review", "--format", form).code == 1


@pytest.mark.slow
def test_a_terminal_gets_colour(repo: Repo, tmp_path: Path) -> None:
    repo.write("app.py", RISKY)
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("ai-review"), "review"],
        cwd=repo.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    shown = b""
    try:
        while some := os.read(ours, 65_536):
            shown += some
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    _, err = process.communicate()
    assert (process.returncode, err) == (1, b"")
    assert b"\x1b[31mHIGH     app.py:5" in shown


LIB = 'KEY = "{token}"\n\n\ndef stored(path):\n    return open(path, "{token}")\n'


def test_what_the_change_calls_is_read_from_the_tree_and_nothing_git_ignores(
    run: Run, repo: Repo, model: FakeModel
) -> None:
    token = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    repo.write("lib.py", LIB.format(token=token))
    repo.write(".gitignore", "local.py\n")
    repo.commit()
    repo.git("branch", "--force", "main")
    repo.write("local.py", "def own():\n    return 'mine'\n")
    (repo.folder / "link.py").symlink_to("local.py")
    repo.write(
        "app.py", "import lib\nimport local\nimport link\n\nlib.stored(local.own(link.own()))\n"
    )
    assert run("review").code == 0
    prompt = str(model.of("security")[0].body)
    assert "     4   def stored(path):" in prompt
    assert token not in prompt
    assert "def own" not in prompt
