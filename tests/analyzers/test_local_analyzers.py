"""The real tools on real text: what they say, and that a hostile repository has no say in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.analyzers.local import LocalAnalyzers
from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import FileKind
from bot.domain.plan import HeadText, ToolReport

RULES = Path(__file__).parents[2] / "config" / "rules"
ANALYZERS = LocalAnalyzers(RULES, programs={})

PYTHON = """import subprocess


def run(name, seen=[]):
    subprocess.run("ls " + name, shell=True, check=True)
    if name is "x":
        seen.append(name)
    query = "SELECT * FROM users WHERE name = '%s'" % name
    return eval(query)
"""
SCRIPT = """function show(name) {
  box.innerHTML = "<b>" + name + "</b>";
  debugger;
}
"""
WORKFLOW = """name: greet
on: pull_request_target
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""
REPOSITORY = (
    HeadText("app/run.py", PYTHON),
    HeadText("web/show.js", SCRIPT),
    HeadText(".github/workflows/greet.yml", WORKFLOW),
)


def found(reports: tuple[ToolReport, ...]) -> list[tuple[str, str, int, str]]:
    return [(e.tool, e.path, e.line, e.rule) for report in reports for e in report.evidence]


def evidence(reports: tuple[ToolReport, ...]) -> dict[str, Evidence]:
    return {each.rule: each for report in reports for each in report.evidence}


EXPECTED = [
    ("ruff", "app/run.py", 4, "B006"),
    ("ruff", "app/run.py", 5, "S602"),
    ("ruff", "app/run.py", 6, "F632"),
    ("ruff", "app/run.py", 8, "S608"),
    ("ruff", "app/run.py", 9, "S307"),
    ("zizmor", ".github/workflows/greet.yml", 2, "dangerous-triggers"),
    ("zizmor", ".github/workflows/greet.yml", 8, "template-injection"),
    ("ast-grep", "web/show.js", 2, "js-html-from-text"),
    ("ast-grep", "web/show.js", 3, "js-debugger"),
]


def core(reports: tuple[ToolReport, ...]) -> list[tuple[str, str, int, str]]:
    """Without what an operator's own oxlint or gitleaks would add."""
    return [each for each in found(reports) if each[0] in {"ruff", "zizmor", "ast-grep"}]


async def test_each_tool_reads_its_files_and_says_where() -> None:
    reports = await ANALYZERS.examine(REPOSITORY, {})
    assert core(reports) == EXPECTED
    assert all(not report.incomplete for report in reports)
    by_tool = {report.tool: report for report in reports}
    assert (by_tool["ruff"].files, by_tool["zizmor"].files, by_tool["ast-grep"].files) == (1, 1, 2)
    assert all(report.version[0].isdigit() for report in reports)


async def test_findings_are_told_in_our_words() -> None:
    said = evidence(await ANALYZERS.examine(REPOSITORY, {}))
    assert (said["S608"].severity, said["S608"].category) == (Severity.HIGH, Category.SECURITY)
    assert said["S608"].title == "SQL is built by joining strings"
    assert "parameters" in said["S608"].message
    assert (said["B006"].severity, said["B006"].category) == (Severity.MEDIUM, Category.QUALITY)
    assert said["template-injection"].severity is Severity.HIGH


async def test_a_fix_is_suggested_only_where_it_replaces_whole_lines() -> None:
    said = evidence(await ANALYZERS.examine(REPOSITORY, {}))
    fix = said["F632"].suggestion
    assert fix is not None
    assert fix.text == '    if name == "x":'
    assert said["B006"].suggestion is None  # ruff calls that one unsafe
    fixed = PYTHON.replace('    if name is "x":', fix.text)
    assert "F632" not in evidence(await ANALYZERS.examine((HeadText("run.py", fixed),), {}))


SILENCERS = (
    HeadText("ruff.toml", 'exclude = ["*"]\n'),
    HeadText("app/ruff.toml", "lint.select = []\n"),
    HeadText(".ruff.toml", 'exclude = ["*"]\n'),
    HeadText("pyproject.toml", '[tool.ruff]\nexclude = ["*"]\n'),
    HeadText(".oxlintrc.json", '{"ignorePatterns": ["**"]}\n'),
    HeadText(".eslintignore", "*\n"),
    HeadText("sgconfig.yml", "ruleDirs: []\nlanguageGlobs: {}\n"),
    HeadText("zizmor.yml", "rules: {template-injection: {disable: true}}\n"),
    HeadText(".github/zizmor.yml", "rules: {template-injection: {disable: true}}\n"),
    HeadText(".gitignore", "*\n"),
    HeadText(".gitleaks.toml", '[allowlist]\npaths = [".*"]\n'),
)


async def test_no_configuration_of_the_repository_is_obeyed() -> None:
    assert core(await ANALYZERS.examine(REPOSITORY + SILENCERS, {})) == EXPECTED


async def test_no_comment_of_the_author_silences_anything() -> None:
    hushed = (
        HeadText(
            "app/run.py",
            "# ruff: noqa\n# flake8: noqa\n# ruff: disable[S602, S608]\n"
            + "".join(f"{line}  # noqa  # nosec\n" for line in PYTHON.splitlines()),
        ),
        HeadText(
            "web/show.js",
            "/* eslint-disable */\n/* oxlint-disable */\n// ast-grep-ignore\n"
            + SCRIPT.replace("\n", " // ast-grep-ignore // eslint-disable-line\n"),
        ),
        HeadText(
            ".github/workflows/greet.yml",
            "# zizmor: ignore[template-injection]\n#\n#\n"
            + WORKFLOW.replace("\n", "  # zizmor: ignore[template-injection,dangerous-triggers]\n"),
        ),
    )
    shifted = [(tool, path, line + 3, rule) for tool, path, line, rule in EXPECTED]
    assert core(await ANALYZERS.examine(hushed, {})) == shifted


async def test_nothing_of_the_repository_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a laptop: we stand in the checkout, and it is on Python's path as well."""
    canary = tmp_path / "canary"
    trap = f"open({str(canary)!r}, 'w').close()\n"
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    names = ("sitecustomize", "usercustomize", "json", "ast_grep_py", "conftest", "setup", "bot")
    texts = [HeadText(f"{name}.py", trap) for name in names]
    for text in texts:
        (checkout / text.path).write_text(text.text, encoding="utf-8")
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    monkeypatch.setenv("PYTHONSTARTUP", str(checkout / "setup.py"))
    reports = await LocalAnalyzers(RULES).examine((*REPOSITORY, *texts), {})
    assert core(reports) == EXPECTED
    assert not canary.exists()


async def test_a_malformed_workflow_hides_no_other() -> None:
    broken = HeadText(".github/workflows/broken.yml", "jobs: [")
    reports = await ANALYZERS.examine((broken, REPOSITORY[2]), {})
    [zizmor] = [report for report in reports if report.tool == "zizmor"]
    assert [each.rule for each in zizmor.evidence] == ["dangerous-triggers", "template-injection"]
    assert zizmor.files == 1
    [sentence] = zizmor.incomplete
    assert sentence.startswith(".github/workflows/broken.yml was not read")


async def test_python_that_does_not_parse_is_a_finding_and_told_as_incomplete() -> None:
    texts = (HeadText("bad.py", "def (:\n  x =\n"), REPOSITORY[0])
    ruff = (await ANALYZERS.examine(texts, {}))[0]
    assert [each.rule for each in ruff.evidence if each.path == "bad.py"] == ["invalid-syntax"]
    assert len([each for each in ruff.evidence if each.path == "app/run.py"]) == 5
    assert ruff.files == 1
    assert ruff.incomplete == ("bad.py does not parse, so most of ruff's rules did not run.",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("x = 1\n" * 90_000, "it is larger than 512 kB", id="large"),
        pytest.param("x = '" + "a" * 20_001 + "'\n", "a line of more than", id="long line"),
    ],
)
async def test_too_much_text_is_left_out_and_told(text: str, why: str) -> None:
    reports = await ANALYZERS.examine((HeadText("big.py", text), REPOSITORY[0]), {})
    for report in (each for each in reports if each.tool in {"ruff", "ast-grep"}):
        assert report.files == 1
        [sentence] = report.incomplete
        assert sentence.startswith(f"big.py was not read by {report.tool}: ")
        assert why in sentence


async def test_tests_are_not_read_for_security() -> None:
    kinds = {"app/run.py": FileKind.TEST}
    ruff = (await ANALYZERS.examine(REPOSITORY[:1], kinds))[0]
    assert {each.category for each in ruff.evidence} == {Category.QUALITY}
    assert [each.rule for each in ruff.evidence] == ["B006", "F632"]


@pytest.mark.parametrize(
    "kind", [FileKind.VENDORED, FileKind.GENERATED, FileKind.DOCS, FileKind.LOCK, FileKind.BINARY]
)
async def test_what_nobody_wrote_is_read_for_secrets_at_most(kind: FileKind) -> None:
    reports = await ANALYZERS.examine(REPOSITORY[:2], {each.path: kind for each in REPOSITORY[:2]})
    assert {report.tool for report in reports} <= {"gitleaks"}


async def test_a_tool_without_a_file_for_it_does_not_appear() -> None:
    reports = await ANALYZERS.examine((HeadText("NOTES.txt", "hello\n"),), {})
    assert {report.tool for report in reports} <= {"gitleaks"}
    assert await ANALYZERS.examine((), {}) == ()


@pytest.mark.parametrize("odd", ["\r", "\x0c", "\x85", "\u2028", "\x1d"])
async def test_line_numbers_are_those_of_the_host_whatever_breaks_lines_elsewhere(odd: str) -> None:
    text = f"a = 1  # {odd} b\nfrom os import *{odd}\neval(a)\n"
    ruff = (await ANALYZERS.examine((HeadText("odd.py", text),), {}))[0]
    assert [(each.line, each.rule) for each in ruff.evidence] == [(3, "S307")]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd.py",
        "/etc/cron.d/x.py",
        "a\nb.py",
        "-rf.py",
        "--fix.py",
        "ü\u202e.py",
        "~.py",
    ],
)
async def test_a_name_of_the_repository_is_never_a_name_on_disk(path: str) -> None:
    ruff = (await ANALYZERS.examine((HeadText(path, "eval(a)\n"),), {}))[0]
    assert [(each.path, each.rule) for each in ruff.evidence if each.rule == "S307"] == [
        (path, "S307")
    ]


async def test_text_that_is_no_valid_unicode_is_read_all_the_same() -> None:
    text = "a = '\ud800'\neval(a)\n"
    reports = await ANALYZERS.examine((HeadText("odd.py", text), HeadText("odd.js", text)), {})
    assert ("ruff", "odd.py", 2, "S307") in found(reports)
    assert ("ast-grep", "odd.js", 2, "js-eval") in found(reports)
