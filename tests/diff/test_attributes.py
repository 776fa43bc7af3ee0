from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.diff.attributes import GENERATED, parse_attributes
from tests.diff.real_git import Git

PATHS = (
    "a.py",
    "vendor/a.go",
    "x/vendor/b.go",
    "docs/a b.md",
    "docs/deep/c.md",
    "gen",
    "!odd",
    "é.py",
    "[x].py",
    "x/foo/bar.c",
)


@pytest.mark.parametrize(
    "text",
    [
        "*.py linguist-generated",
        "vendor/** linguist-generated",
        "vendor linguist-generated",
        "vendor/ linguist-generated",
        "/docs/* linguist-generated",
        "docs/**/*.md linguist-generated",
        "**/foo/* linguist-generated",
        "* linguist-generated\n*.py -linguist-generated",
        "*.py -linguist-generated\n* linguist-generated",
        "* linguist-generated\n*.py !linguist-generated",
        "*.py text linguist-generated=true eol=lf",
        "*.py linguist-generated=false",
        "*.py linguist-generated -linguist-generated",
        '"docs/a b.md" linguist-generated',
        '"\\303\\251.py" linguist-generated',
        "!*.py linguist-generated",
        "# *.py linguist-generated\n\n   gen   linguist-generated\r",
        "[attr]binary linguist-generated",
        "*.py linguist-vendored",
        "[abc].py linguist-generated",
        "\\[x\\].py linguist-generated",
        "x/foo linguist-generated",
        "foo/bar.c linguist-generated",
        "?en linguist-generated",
        "\\!odd linguist-generated",
        "** linguist-generated",
        "docs/** linguist-generated",
        "x/**/bar.c linguist-generated",
        "**/vendor/** linguist-generated",
        "x/*/*.c linguist-generated",
        "*o*r* linguist-generated",
        "[^a]*.py linguist-generated",
    ],
)
def test_marks_mean_what_git_makes_of_them(tmp_path: Path, text: str) -> None:
    git = Git(tmp_path)
    (tmp_path / "info" / "attributes").write_text(text + "\n", encoding="utf-8", newline="")
    said = git.run("check-attr", "-z", "--stdin", GENERATED, stdin="\0".join(PATHS).encode())
    fields = said.decode().split("\0")
    meaning = {"set": True, "true": True, "unset": False, "false": False, "unspecified": None}
    theirs = {path: meaning[state] for path, state in zip(fields[::3], fields[2::3], strict=False)}
    marks = parse_attributes(text)
    assert {path: marks.says(GENERATED, path) for path in PATHS} == theirs


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("*a*a*a*a*a*a*a*b linguist-generated", id="many wildcards"),
        pytest.param("**/a/**/a/**/a/**/a/b linguist-generated", id="many folders"),
        pytest.param("\\ linguist-generated", id="lone backslash"),
        pytest.param('"unclosed linguist-generated', id="unclosed quote"),
        pytest.param("[z-a].py linguist-generated", id="range the wrong way round"),
        pytest.param("[[:alpha:]]* linguist-generated", id="named class"),
        pytest.param("linguist-generated", id="no pattern"),
        pytest.param("\0\ud800 linguist-generated", id="not text"),
    ],
)
@pytest.mark.parametrize("path", ["a" * 4000, "a/" * 2000 + "x"], ids=["long", "deep"])
def test_a_line_nobody_should_obey_marks_nothing_and_costs_nothing(text: str, path: str) -> None:
    began = time.process_time()
    assert parse_attributes(text).says(GENERATED, path) is None
    assert time.process_time() - began < 1  # measured: 10 ms; a backtracking matcher takes hours
