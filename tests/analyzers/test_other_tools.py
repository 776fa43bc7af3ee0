"""Tools the operator may have: how we call them and what we take from their answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.analyzers.gitleaks import Gitleaks
from bot.analyzers.isolation import Limits, Sample
from bot.analyzers.local import LocalAnalyzers
from bot.analyzers.oxlint import Oxlint
from bot.analyzers.ruff import Ruff
from bot.analyzers.table import load_table
from bot.domain.finding import Category, Severity
from bot.domain.patch import FileKind
from bot.domain.plan import HeadText
from bot.guard.redact import placeholder

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
        "message": "Something is not as it should be",
        "code": code,
        "severity": severity,
        "filename": name,
        "labels": [{"span": {"offset": 9, "length": 8, "line": line, "column": 1}}],
    }


async def test_oxlint_is_read_where_it_is_found(tmp_path: Path, few_rules: Path) -> None:
    answer = {
        "diagnostics": [
            oxlint_says("eslint(no-dupe-keys)", "warning"),
            oxlint_says("typescript-eslint(some-rule)", "error", "f0002.tsx"),
            oxlint_says("", "error", "f0003.ts"),
        ],
        "number_of_files": 3,
    }
    oxlint = program(tmp_path, "oxlint", answer, status=1)
    text = "// eslint-disable-next-line\ndebugger;\n/* oxlint-disable */ // eslint-enable\n"
    texts = [HeadText(path, text) for path in ("a.js", "b.tsx", "c.ts")]
    reports = await LocalAnalyzers(few_rules, programs={"oxlint": oxlint}).examine(texts, {})
    [report] = [each for each in reports if each.tool == "oxlint"]
    assert (report.version, report.files) == ("1.2.3", 2)
    assert report.incomplete == ("c.ts was not read: oxlint cannot parse it.",)
    known, other = report.evidence
    assert (known.path, known.line, known.rule) == ("a.js", 2, "no-dupe-keys")
    assert known.title == "The object names a key twice"
    assert (known.severity, other.severity) == (Severity.MEDIUM, Severity.MEDIUM)
    assert other.title == "Something is not as it should be"

    given = (tmp_path / "f0001.js").read_text(encoding="utf-8")
    assert "lint-" not in given
    assert [len(line) for line in given.split("\n")] == [len(line) for line in text.split("\n")]
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert {"--disable-nested-config", "--no-ignore", "-c"} <= set(arguments)
    assert (tmp_path / "own.json").read_text(encoding="utf-8") == "{}"


async def test_gitleaks_tells_where_and_never_what(tmp_path: Path, few_rules: Path) -> None:
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
    analyzers = LocalAnalyzers(few_rules, programs={"gitleaks": gitleaks})
    [report] = await analyzers.examine([text], {"docs/readme.md": FileKind.DOCS})
    [found] = report.evidence
    assert (found.tool, found.path, found.line) == ("gitleaks", "docs/readme.md", 2)
    assert (found.severity, found.category) == (Severity.HIGH, Category.SECURITY)
    assert SECRET not in repr(report)
    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert {"--redact", "--ignore-gitleaks-allow"} <= set(arguments)


async def test_a_secret_in_a_test_is_still_a_secret(tmp_path: Path, few_rules: Path) -> None:
    answer = [
        {"RuleID": "x", "Description": "d", "File": "f0001.txt", "StartLine": 1, "EndLine": 1}
    ]
    analyzers = LocalAnalyzers(
        few_rules, programs={"gitleaks": program(tmp_path, "gitleaks", answer)}
    )
    reports = await analyzers.examine([HeadText("t.md", "x")], {"t.md": FileKind.TEST})
    assert [each.rule for report in reports for each in report.evidence] == ["x"]


def ruff_says(row: int, end: int, text: str, safe: str = "safe") -> list[dict[str, object]]:
    def place(line: int, column: int) -> dict[str, int]:
        return {"row": line, "column": column}

    edit = {"content": text, "location": place(row, 2), "end_location": place(end, 2)}
    return [
        {
            "code": "F541",
            "filename": "f0001.py",
            "message": "m",
            "location": place(2, 1),
            "end_location": place(2, 3),
            "fix": {"applicability": safe, "edits": [edit]},
        }
    ]


@pytest.mark.parametrize(
    ("answer", "text", "suggested"),
    [
        pytest.param(ruff_says(2, 2, "X"), "ab\ncd\nef\n", "cXd", id="within the line"),
        pytest.param(ruff_says(2, 2, "X\nY"), "ab\ncd\nef\n", "cX\nYd", id="more lines"),
        pytest.param(ruff_says(2, 2, "X", "unsafe"), "ab\ncd\nef\n", None, id="unsafe"),
        pytest.param(ruff_says(1, 2, "X"), "ab\ncd\nef\n", None, id="starts above"),
        pytest.param(ruff_says(2, 3, "X"), "ab\ncd\nef\n", None, id="ends below"),
        pytest.param(ruff_says(2, 2, "X"), "ab\r\ncd\r\nef\r\n", None, id="other line ends"),
        pytest.param(
            ruff_says(2, 2, "X"), f"ab\ncd = '{placeholder('key')}'\n", None, id="redacted"
        ),
        pytest.param(ruff_says(2, 2, ""), "ab\n  \nef\n", None, id="leaves nothing"),
        pytest.param(ruff_says(9, 9, ""), "ab\ncd\n", None, id="beyond the end"),
    ],
)
async def test_a_fix_becomes_a_suggestion_only_when_exact(
    tmp_path: Path, few_rules: Path, answer: object, text: str, suggested: str | None
) -> None:
    ruff = Ruff(program(tmp_path, "ruff", answer), load_table(few_rules, "ruff"), Limits())
    said = await ruff.read([Sample("f0001.py", "a.py", FileKind.SOURCE, text)], 20)
    [found] = said.found
    assert (found.suggestion.text if found.suggestion else None) == suggested


async def test_odd_answers_of_either_are_not_believed(tmp_path: Path, few_rules: Path) -> None:
    sample = Sample("f0001.js", "a.js", FileKind.SOURCE, "x\n")
    limits = Limits()
    for make, name in ((Oxlint, "oxlint"), (Gitleaks, "gitleaks")):
        tool = make(program(tmp_path, name, {"odd": 1}), load_table(few_rules, name), limits)
        answer = await tool.read([sample], 20)
        assert answer.broke == "answered in a form we do not know"
