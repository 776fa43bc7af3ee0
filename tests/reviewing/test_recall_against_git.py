"""Pushes as git shows them: what is read again, and where the findings are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.diff.parse import patch_of
from bot.diff.split import split as split_diff
from bot.domain.finding import Finding
from bot.domain.memory import Seen
from bot.domain.plan import Change, HeadText
from bot.domain.pull import RepoPolicy
from bot.reviewing.keys import Share, Terms, catalogue
from bot.reviewing.recall import Recalled, lessons, split
from tests.diff.real_git import Git
from tests.reviewing.making import assignment, finding, reviewer

pytestmark = pytest.mark.slow
Files = dict[str, str]

CART = """\
function total(order) {
  const rows = db.query("select * from items where id = ?", order);
  return rows.reduce((sum, row) => sum + row.price, 0);
}
"""
CART_HEAD = CART.replace('id = ?", order', 'id = " + order')
GREET = """\
def greet(name):
    return "hello " + name


def part(name):
    return "bye " + name
"""
GREET_HEAD = GREET.replace('"hello " + name', "eval(name)")
SUM = "package sum\n\nfunc Two(a int) int {\n\treturn a + a\n}\n"
SUM_HEAD = SUM.replace("a + a", "a * 3")
BASE = {"cart.js": CART, "greet.py": GREET, "sum.go": SUM}
HEAD = {"cart.js": CART_HEAD, "greet.py": GREET_HEAD, "sum.go": SUM_HEAD}
FOUND = (
    finding(path="cart.js", line=2, end_line=2, quote=CART_HEAD.split("\n")[1], title="injection"),
    finding(path="greet.py", line=2, end_line=2, quote="    return eval(name)", title="eval"),
    finding(path="sum.go", line=3, end_line=5, quote="func Two(a int) int {", title="name lies"),
)
ABOVE = "".join(f"// {n}\n" for n in range(40))


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path)


def change(git: Git, old: Files, new: Files) -> Change:
    trees = [
        git.tree({path: text.encode() for path, text in files.items()}) for files in (old, new)
    ]
    patch = patch_of(split_diff(git.diff(*trees)))
    texts = tuple(HeadText(path, new[path]) for path in new)
    return Change(patch, texts)


def recalled(found: Change, seen: tuple[Seen, ...]) -> Recalled:
    share = Share(reviewer(), tuple(file.path for file in found.patch.files))
    return split(found, catalogue(found, (share,), Terms("", RepoPolicy())), seen)


@pytest.fixture
def seen(git: Git) -> tuple[Seen, ...]:
    """What is remembered of the first push."""
    first = recalled(change(git, BASE, HEAD), ())
    assert first.fresh == {"security": ("cart.js", "greet.py", "sum.go")}
    return lessons(first, assignment(paths=first.fresh["security"]), FOUND, "c0ffee00")


def places(found: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(each.path, each.line, each.end_line) for each in found]


def test_a_rebase_costs_nothing_and_finds_everything(git: Git, seen: tuple[Seen, ...]) -> None:
    base, head = (
        {
            "cart.js": ABOVE + files["cart.js"] + "\nfunction last() {}\n",
            "greet.py": "import os\n\n\n" + files["greet.py"],
            "sum.go": files["sum.go"].replace("package sum\n", "package sum\n\nconst A = 1\n"),
        }
        for files in (BASE, HEAD)
    )
    again = recalled(change(git, base, head), seen)
    assert again.change is None
    assert again.gone == ()
    assert places(again.carried) == [("cart.js", 42, 42), ("greet.py", 5, 5), ("sum.go", 5, 7)]
    prints = [each.fingerprint for each in FOUND]
    assert [each.fingerprint for each in again.carried] == prints
    assert {each.since for each in again.carried} == {"c0ffee0"}


@pytest.mark.parametrize(
    ("formatted", "line"),
    [
        pytest.param(CART_HEAD.replace("  ", "\t"), 2, id="tabs"),
        pytest.param(CART_HEAD.replace("\n", "\r\n"), 2, id="line ends"),
        pytest.param(CART_HEAD.replace(") {", ")\n{"), 3, id="brace on a row of its own"),
        pytest.param(
            CART_HEAD.replace('query("', 'query(\n    "').replace("order);", "order\n  );"),
            2,
            id="wrapped",
        ),
    ],
)
def test_a_push_that_only_formats_costs_nothing(
    git: Git, seen: tuple[Seen, ...], formatted: str, line: int
) -> None:
    again = recalled(change(git, BASE, HEAD | {"cart.js": formatted}), seen)
    assert again.change is None
    [cart, *_] = again.carried
    assert (cart.line, cart.fingerprint) == (line, FOUND[0].fingerprint)


def test_a_file_that_is_only_formatted_costs_nothing(git: Git, seen: tuple[Seen, ...]) -> None:
    other = "function a(b) {\n  return b;\n}\n"
    base, head = BASE | {"other.js": other}, HEAD | {"other.js": other.replace("  ", "    ")}
    again = recalled(change(git, base, head), seen)
    assert again.change is None
    assert again.formatted == {"other.js": 2}


def test_a_push_to_one_of_three_files_reads_that_one(git: Git, seen: tuple[Seen, ...]) -> None:
    pushed = GREET_HEAD.replace('"bye " + name', "exec(name)")
    again = recalled(change(git, BASE, HEAD | {"greet.py": pushed}), seen)
    assert again.fresh == {"security": ("greet.py",)}
    assert again.reused == {"security": ("cart.js", "sum.go")}
    assert again.reused_lines == 4
    assert places(again.carried) == places(FOUND)


def test_a_finding_that_is_mended_is_not_carried(git: Git, seen: tuple[Seen, ...]) -> None:
    again = recalled(
        change(git, BASE, HEAD | {"cart.js": CART_HEAD.replace("order)", "id(order))")}), seen
    )
    assert again.fresh == {"security": ("cart.js",)}
    assert [each.path for each in again.carried] == ["greet.py", "sum.go"]


def test_one_that_is_mended_elsewhere_in_its_function_is_read_again(
    git: Git, seen: tuple[Seen, ...]
) -> None:
    checked = GREET_HEAD.replace("def greet(name):", "def greet(name):\n    name = safe(name)\n")
    pushed = HEAD | {"greet.py": checked.replace("safe(name)\n\n", "safe(name)\n    log()\n")}
    again = recalled(change(git, BASE, pushed), seen)
    assert again.fresh == {"security": ("greet.py",)}
    assert [each.path for each in again.carried] == ["cart.js", "sum.go"]


def test_a_file_that_moves_is_read_again(git: Git, seen: tuple[Seen, ...]) -> None:
    moved = {"shop.js" if path == "cart.js" else path: text for path, text in HEAD.items()}
    again = recalled(change(git, BASE, moved), seen)
    assert again.fresh["security"] == ("shop.js",)


def test_a_change_taken_back_is_gone_with_its_finding(git: Git, seen: tuple[Seen, ...]) -> None:
    again = recalled(change(git, BASE, HEAD | {"cart.js": CART}), seen)
    assert again.change is None
    assert [each.path for each in again.carried] == ["greet.py", "sum.go"]
