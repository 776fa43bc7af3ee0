"""Tools the operator may have: how we call them and what we take from their answers."""

from __future__ import annotations

import json
from pathlib import Path

from bot.analyzers.gitleaks import Gitleaks
from bot.analyzers.isolation import Limits, Sample
from bot.analyzers.local import LocalAnalyzers
from bot.analyzers.oxlint import Oxlint
from bot.analyzers.table import load_table
from bot.domain.finding import Category, Severity
from bot.domain.patch import FileKind
from bot.domain.plan import HeadText

RULES = Path(__file__).parents[2] / "config" / "rules"
SECRET = "ghp_" + "a" * 36


def program(folder: Path, name: str, answer: object, status: int = 0) -> Path:
    """A tool that keeps what it was given beside itself and prints `answer`."""
    made = folder / name
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    made.write_text(
        f"#!/bin/sh\n"
        f'[ $# = 1 ] && echo "Version: 1.2.3" && exit\n'
        f'for each; do echo "$each"; [ -f "$each" ] && /bin/cp "$each" {folder}; done'
        f" > {folder}/arguments\n"
        f"/bin/cat {folder}/answer.json\nexit {status}\n",
        encoding="utf-8",
    )
    made.chmod(0o755)
    return made


def oxlint_says(
    code: str, severity: str, name: str = "f0001.js", line: int = 2
) -> dict[str, object]:
    return {
        "message": "`debugger` statement is not allowed",
        "code": code,
        "severity": severity,
        "filename": name,
        "labels": [{"span": {"offset": 9, "length": 8, "line": line, "column": 1}}],
    }


async def test_oxlint_is_read_where_it_is_found(tmp_path: Path) -> None:
    answer = {
        "diagnostics": [
            oxlint_says("eslint(no-debugger)", "warning"),
            oxlint_says("typescript-eslint(some-rule)", "error", "f0002.tsx"),
            oxlint_says("", "error", "f0003.ts"),
        ],
        "number_of_files": 3,
    }
    oxlint = program(tmp_path, "oxlint", answer, status=1)
    text = "// eslint-disable-next-line\ndebugger;\n/* oxlint-disable */ // eslint-enable\n"
    texts = [HeadText(path, text) for path in ("a.js", "b.tsx", "c.ts")]
    reports = await LocalAnalyzers(RULES, programs={"oxlint": oxlint}).examine(texts, {})
    [report] = [each for each in reports if each.tool == "oxlint"]
    assert (report.version, report.files) == ("1.2.3", 2)
    assert report.incomplete == ("c.ts was not read: oxlint cannot parse it.",)
    known, other = report.evidence
    assert (known.path, known.line, known.rule) == ("a.js", 2, "no-debugger")
    assert known.title == "A debugger statement is left in"
    assert (known.severity, other.severity) == (Severity.MEDIUM, Severity.MEDIUM)
    assert other.title == "`debugger` statement is not allowed"

    given = (tmp_path / "f0001.js").read_text(encoding="utf-8")
    assert "lint-" not in given
    assert [len(line) for line in given.split("\n")] == [len(line) for line in text.split("\n")]
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert {"--disable-nested-config", "--no-ignore", "-c"} <= set(arguments)
    assert (tmp_path / "own.json").read_text(encoding="utf-8") == "{}"


async def test_gitleaks_tells_where_and_never_what(tmp_path: Path) -> None:
    answer = [
        {
            "RuleID": "github-pat",
            "Description": f"Uncovered {SECRET}",
            "File": "/anywhere/f0001.txt",
            "StartLine": 2,
            "EndLine": 2,
            "Secret": SECRET,
            "Match": SECRET,
            "Line": SECRET,
        }
    ]
    gitleaks = program(tmp_path, "gitleaks", answer)
    text = HeadText("docs/readme.md", f"a\nkey = {SECRET}\n")
    analyzers = LocalAnalyzers(RULES, programs={"gitleaks": gitleaks})
    [report] = await analyzers.examine([text], {"docs/readme.md": FileKind.DOCS})
    [found] = report.evidence
    assert (found.tool, found.path, found.line) == ("gitleaks", "docs/readme.md", 2)
    assert (found.severity, found.category) == (Severity.HIGH, Category.SECURITY)
    assert SECRET not in repr(report)
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert {"--redact", "--ignore-gitleaks-allow"} <= set(arguments)


async def test_a_secret_in_a_test_is_still_a_secret(tmp_path: Path) -> None:
    answer = [
        {"RuleID": "x", "Description": "d", "File": "f0001.txt", "StartLine": 1, "EndLine": 1}
    ]
    analyzers = LocalAnalyzers(RULES, programs={"gitleaks": program(tmp_path, "gitleaks", answer)})
    reports = await analyzers.examine([HeadText("t.md", "x")], {"t.md": FileKind.TEST})
    assert [each.rule for report in reports for each in report.evidence] == ["x"]


async def test_odd_answers_of_either_are_not_believed(tmp_path: Path) -> None:
    sample = Sample("f0001.js", "a.js", FileKind.SOURCE, "x\n")
    limits = Limits()
    for make, name in ((Oxlint, "oxlint"), (Gitleaks, "gitleaks")):
        tool = make(program(tmp_path, name, {"odd": 1}), load_table(RULES, name), limits)
        answer = await tool.read([sample], 20)
        assert answer.broke == "answered in a form we do not know"
