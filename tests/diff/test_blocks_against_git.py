"""Which blocks are new after a rebase, a reformatting or a push, as git shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.diff.blocks import Block, blocks
from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.domain.patch import FileDiff
from tests.diff.real_git import Git, text_of

pytestmark = pytest.mark.slow
SCRIPT = """\
import db from "./db.js";

export function total(order) {
  const rows = db.query("select * from items where id = ?", order);
  return rows.reduce((sum, row) => sum + row.price, 0);
}

export function greet(name) {
  return "hello " + name;
}
"""
SCRIPT_CHANGED = SCRIPT.replace(
    'db.query("select * from items where id = ?", order)',
    'db.query("select * from items where id = " + order, { log: true })',
).replace('"hello " + name', "`hello  ${name}`")
SCRIPT_FORMATTED = """\
import db from "./db.js";

export function total( order )
{
\tconst rows = db.query(
\t\t"select * from items where id = " + order,
\t\t{ log: true }
\t);
\treturn rows.reduce( ( sum, row ) => sum + row.price, 0 );
}

export function greet( name )
{
\treturn `hello  ${name}`;
}
"""
GO = """\
package cart

func Total(items []Item) int {
	sum := 0
	for _, item := range items {
		sum += item.Price
	}
	return sum
}
"""
GO_CHANGED = """\
package cart

func Total(items []Item) int {
    sum:=0
    for i:=0; i<=len(items); i++ {
        sum+=items[i].Price
    }
    return sum
}
"""
GO_FORMATTED = """\
package cart

func Total(items []Item) int {
	sum := 0
	for i := 0; i <= len(items); i++ {
		sum += items[i].Price
	}
	return sum
}
"""
PYTHON = """\
import db


def total(order):
    rows = db.query(QUERY, order)
    return sum(row.price for row in rows)


def greet(name):
    return "hello " + name
"""
PYTHON_CHANGED = PYTHON.replace("rows = db.query(QUERY, order)", "rows=db.query( QUERY+order )")
PYTHON_FORMATTED = PYTHON.replace("QUERY, order", "QUERY + order")


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path)


def change(git: Git, old: dict[str, str], new: dict[str, str]) -> dict[str, tuple[Block, ...]]:
    """The blocks of each file that git shows as changed."""
    trees = [
        git.tree({path: text.encode() for path, text in files.items()}) for files in (old, new)
    ]
    files: tuple[FileDiff, ...] = patch_of(split(git.diff(*trees))).files
    return {each.path: blocks(each, new.get(each.path)) for each in files}


def ids(found: dict[str, tuple[Block, ...]]) -> dict[str, list[tuple[str, str]]]:
    """What a block is known by."""
    return {path: [(each.form, each.standing) for each in some] for path, some in found.items()}


def test_a_rebase_onto_a_base_that_moved_leaves_every_block(git: Git) -> None:
    before = change(git, {"a.js": SCRIPT}, {"a.js": SCRIPT_CHANGED})
    note = "// one\n// two\n// three\n"
    between = "\n\nexport function fresh(a) {\n  return a;\n}\n\nexport function greet"
    moved = [
        note + each.replace("\n\nexport function greet", between)
        for each in (SCRIPT, SCRIPT_CHANGED)
    ]
    after = change(git, {"a.js": moved[0], "b.js": SCRIPT}, {"a.js": moved[1], "b.js": SCRIPT})
    assert ids(after) == ids(before)
    assert [each.new[0] for each in before["a.js"]] == [4, 9]
    assert [each.new[0] for each in after["a.js"]] == [4 + 3, 9 + 7]


def test_a_base_that_changed_the_very_function_makes_its_block_new(git: Git) -> None:
    before = change(git, {"a.js": SCRIPT}, {"a.js": SCRIPT_CHANGED})
    bases = [each.replace("sum + row.price", "sum + row.cost") for each in (SCRIPT, SCRIPT_CHANGED)]
    after = change(git, {"a.js": bases[0]}, {"a.js": bases[1]})
    assert [each.form for each in after["a.js"]] == [each.form for each in before["a.js"]]
    [one, other] = zip(ids(before)["a.js"], ids(after)["a.js"], strict=True)
    assert one[0] != one[1]
    assert other[0] == other[1]


@pytest.mark.parametrize(
    ("path", "base", "head", "formatted"),
    [
        pytest.param("a.js", SCRIPT, SCRIPT_CHANGED, SCRIPT_FORMATTED, id="script"),
        pytest.param("a.ts", SCRIPT, SCRIPT_CHANGED, SCRIPT_FORMATTED, id="typed script"),
        pytest.param("cart.go", GO, GO_CHANGED, GO_FORMATTED, id="gofmt"),
        pytest.param("a.js", SCRIPT, SCRIPT_CHANGED, crlf(SCRIPT_CHANGED), id="crlf"),
        pytest.param("a.py", PYTHON, PYTHON_CHANGED, crlf(PYTHON_CHANGED), id="python crlf"),
        pytest.param("a.py", PYTHON, PYTHON_CHANGED, PYTHON_FORMATTED, id="black on one row"),
    ],
)
def test_a_push_that_only_formats_leaves_every_block(
    git: Git, path: str, base: str, head: str, formatted: str
) -> None:
    before = change(git, {path: base}, {path: head})
    assert before[path]
    assert ids(change(git, {path: base}, {path: formatted})) == ids(before)


@pytest.mark.parametrize("path", ["a.js", "cart.go"])
def test_a_file_that_was_only_formatted_has_no_block(git: Git, path: str) -> None:
    one, other = (
        (SCRIPT_CHANGED, SCRIPT_FORMATTED) if path == "a.js" else (GO_CHANGED, GO_FORMATTED)
    )
    assert change(git, {path: one}, {path: other}) == {path: ()}


@pytest.mark.parametrize(
    ("wrapped", "same"),
    [
        pytest.param("rows = db.query( QUERY + order )", True, id="spaces"),
        pytest.param("rows = db.query(\n        QUERY + order\n    )", False, id="wrapped"),
        pytest.param("rows = db.query(QUERY + order,)", False, id="trailing comma"),
        pytest.param('rows = db.query("QUERY" + order)', False, id="quotes"),
    ],
)
def test_python_that_is_wrapped_anew_counts_as_changed(git: Git, wrapped: str, same: bool) -> None:
    before = change(git, {"a.py": PYTHON}, {"a.py": PYTHON_CHANGED})
    head = PYTHON_CHANGED.replace("rows=db.query( QUERY+order )", wrapped)
    assert (ids(change(git, {"a.py": PYTHON}, {"a.py": head})) == ids(before)) is same


def test_python_that_moves_into_a_branch_is_changed(git: Git) -> None:
    base = "def f(a):\n    if a:\n        x()\n    z()\n"
    one = base.replace("    z()", "    y()\n    z()")
    other = base.replace("    z()", "        y()\n    z()")
    [outside] = change(git, {"a.py": base}, {"a.py": one})["a.py"]
    [within] = change(git, {"a.py": base}, {"a.py": other})["a.py"]
    assert outside.form != within.form


def test_a_push_that_touches_one_of_three_files(git: Git) -> None:
    base = {"a.js": SCRIPT, "cart.go": GO, "a.py": PYTHON}
    first = {"a.js": SCRIPT_CHANGED, "cart.go": GO_CHANGED, "a.py": PYTHON_CHANGED}
    second = first | {"a.js": SCRIPT_CHANGED.replace("hello  ", "good day, ")}
    before, after = ids(change(git, base, first)), ids(change(git, base, second))
    assert {path: after[path] == before[path] for path in after} == {
        "a.js": False,
        "cart.go": True,
        "a.py": True,
    }
    assert [one == other for one, other in zip(before["a.js"], after["a.js"], strict=True)] == [
        True,
        False,
    ]


def test_a_commit_that_is_squashed_or_reordered_is_the_same_change(git: Git) -> None:
    """The blocks are of base and head: how they were reached is no part of them."""
    middle = SCRIPT.replace('"hello " + name', '"hi " + name')
    whole = change(git, {"a.js": SCRIPT}, {"a.js": SCRIPT_CHANGED})
    change(git, {"a.js": SCRIPT}, {"a.js": middle})
    assert ids(change(git, {"a.js": SCRIPT}, {"a.js": SCRIPT_CHANGED})) == ids(whole)


@pytest.mark.parametrize(
    "flags", [("-U0",), ("-U8",), ("--patience",), ("--minimal",)], ids=" ".join
)
def test_how_git_shows_it_is_no_part_of_a_block(git: Git, flags: tuple[str, ...]) -> None:
    trees = [git.tree({"a.js": each.encode()}) for each in (SCRIPT, SCRIPT_CHANGED)]
    shown = text_of(git.run("diff", *flags, *trees))
    [file] = patch_of(split(shown)).files
    found = blocks(file, SCRIPT_CHANGED)
    assert ids({"a.js": found}) == ids(change(git, {"a.js": SCRIPT}, {"a.js": SCRIPT_CHANGED}))
