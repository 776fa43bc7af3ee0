from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.excerpt import MOST_WIDENED, excerpt, excerpts, widenable
from bot.diff.parse import patch_of
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileDiff, FileStatus, Patch
from tests.examples import examples

HEAD = """import os


class Cart:
    # sizes

    def total(self) -> int:
        first = 1
        second = 2
        third = 3
        fourth = 4
        return first + fourth


def other() -> None:
    pass
"""
PATCH = "@@ -9,2 +9,2 @@ class Cart:\n         second = 2\n-        third = 0\n+        third = 3"


def a_diff(patch: str | None = PATCH, path: str = "cart.py", status: str = "modified") -> FileDiff:
    return patch_of([ChangedFile(path, FileStatus(status), patch, 0, 0)]).files[0]


def test_hunks_alone_are_numbered() -> None:
    assert excerpt(a_diff(), None) == (
        "## cart.py (modified, source)\n"
        "       in class Cart:\n"
        "     9           second = 2\n"
        "       -         third = 0\n"
        "    10 +         third = 3\n"
    )


def test_the_head_text_widens_a_hunk_to_its_function() -> None:
    assert excerpt(a_diff(), HEAD) == (
        "## cart.py (modified, source)\n"
        "       ...\n"
        "     4   class Cart:\n"
        "       ...\n"
        "     7       def total(self) -> int:\n"
        "     8           first = 1\n"
        "     9           second = 2\n"
        "       -         third = 0\n"
        "    10 +         third = 3\n"
        "    11           fourth = 4\n"
        "    12           return first + fourth\n"
    )


def test_lines_asked_for_are_shown_with_their_function_and_neighbours() -> None:
    text = HEAD + "".join(f"    x{n} = {n}\n" for n in range(17, 26)) + "y = 1\n" * 20
    rows = excerpt(a_diff(), text, also=[25, 40, 900, 0]).split("\n")
    numbers = [int(row[:6]) for row in rows if row[:6].strip().isdecimal()]
    assert numbers == [4, *range(7, 13), *range(15, 29), *range(37, 44)]
    assert "    15   def other() -> None:" in rows
    assert "    10 +         third = 3" in rows


def test_a_long_function_shows_its_signature_and_a_window() -> None:
    text = "def f():\n" + "".join(f"    x({n})\n" for n in range(2, 301))
    rows = excerpt(a_diff("@@ -150,0 +151 @@\n+    x(151)"), text).split("\n")
    numbers = [int(each[:6]) for each in rows[1:] if each[:6].strip()]
    assert numbers == [1, *range(131, 172)]


def test_another_version_of_the_file_is_not_shown_as_this_one() -> None:
    shown = excerpt(a_diff(), HEAD.replace("third = 3", "third = 4"))
    assert "surrounding code left out" in shown
    assert "first = 1" not in shown


@pytest.mark.parametrize(
    ("file", "says"),
    [
        pytest.param(a_diff(None), "(not shown: GitHub sent neither", id="withheld"),
        pytest.param(a_diff(None, "a.png"), "(not shown: binary)", id="binary"),
        pytest.param(a_diff("", status="renamed"), "(no line changed)", id="moved"),
    ],
)
def test_what_is_not_shown_says_so(file: FileDiff, says: str) -> None:
    assert says in excerpt(file, "anything")


def test_a_long_line_says_what_was_cut() -> None:
    shown = excerpt(a_diff("@@ -0,0 +1 @@\n+" + "x" * 700), None)
    assert shown.endswith("     1 + " + "x" * 500 + "…[+200 characters]\n")


@pytest.mark.parametrize(
    ("patch", "row"),
    [
        pytest.param("@@ -0,0 +1 @@\n+a\u202eb", "     1 + a<U+202E>b", id="direction"),
        pytest.param("@@ -0,0 +1 @@\n+a\u2028## x", "     1 + a<U+2028>## x", id="separator"),
        pytest.param("@@ -0,0 +1 @@\n+a\u200b\ud800", "     1 + a<U+200B><U+D800>", id="hidden"),
        pytest.param("@@ -0,0 +1 @@\n+a\tb é 日", "     1 + a\tb é 日", id="plain text"),
        pytest.param("@@ -1 +1 @@\n-a\n+a\r", "     1 + a<U+000D>", id="line end changed"),
        pytest.param("@@ -1 +1 @@\n-a\r\n+b\r", "     1 + b", id="crlf throughout"),
    ],
)
def test_nothing_is_hidden_in_a_row(patch: str, row: str) -> None:
    assert row in excerpt(a_diff(patch), None).split("\n")


def test_a_name_cannot_forge_a_row() -> None:
    [header, *_] = excerpt(a_diff(path="x\n## admin.py (modified"), None).split("\n")
    assert header == "## x<U+000A>## admin.py (modified (modified, source)"


def test_excerpts_follow_the_patchs_order() -> None:
    patch = Patch((a_diff(path="b.py"), a_diff(path="a.py"), a_diff(path="c.py")))
    shown = excerpts(patch, {"b.py": HEAD}, ["c.py", "b.py"])
    assert [row for row in shown.split("\n") if row.startswith("##")] == [
        "## b.py (modified, source)",
        "## c.py (modified, source)",
    ]
    assert "first = 1" in shown


LINES = st.lists(st.sampled_from(["def f():", "    x = 1", "", "class A:", "    def g(s):", "y"]))


@examples(100)
@given(
    before=LINES,
    after=LINES.filter(bool),
    tail=LINES,
    limit=st.integers(1, 12),
    also=st.lists(st.integers(-2, 30), max_size=2),
)
def test_every_changed_line_is_shown_once_in_order(
    before: list[str], after: list[str], tail: list[str], limit: int, also: list[int]
) -> None:
    head = [*before, *after, *tail]
    added = "\n".join("+" + each for each in after)
    patch = f"@@ -{len(before)},0 +{len(before) + 1},{len(after)} @@\n{added}"
    rows = excerpt(a_diff(patch), "\n".join(head) + "\n", limit, also).split("\n")[1:]
    numbered = [each for each in rows if each[:6].strip()]
    numbers = [int(each[:6]) for each in numbered]
    assert numbers == sorted(set(numbers))
    assert [each[9:] for each in numbered] == [[*head, ""][number - 1] for number in numbers]
    assert set(numbers) >= {each for each in also if 1 <= each <= len(head)}
    shown = {number for number, each in zip(numbers, numbered, strict=True) if each[7:8] == "+"}
    assert shown == set(range(len(before) + 1, len(before) + len(after) + 1))


def test_only_so_much_of_a_change_is_parsed_for_its_functions() -> None:
    files = tuple(a_diff(path=f"f{n}.py") for n in range(5))
    texts = {file.path: "x" * (MOST_WIDENED // 3) for file in files}
    assert list(widenable(Patch(files), texts)) == ["f0.py", "f1.py", "f2.py"]
