from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.patch import FileKind
from bot.domain.plan import Change
from bot.planning.parts import parts
from tests.planning.changes import change, file


def shared_out(seen: Change, sizes: dict[str, int], most: int) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, each.paths) for each in parts(seen, tuple(sizes), sizes, most)]


def test_what_fits_into_one_part_is_one() -> None:
    assert (
        parts(change(file("a.py"), file("b.py")), ("a.py", "b.py"), {"a.py": 5, "b.py": 5}, 10)
        == ()
    )


def test_folders_stay_together() -> None:
    paths = ["api/one.go", "api/two.go", "web/one.js", "web/two.js"]
    seen = change(*map(file, paths))
    assert shared_out(seen, dict.fromkeys(paths, 5), 10) == [
        ("api", ("api/one.go", "api/two.go")),
        ("web", ("web/one.js", "web/two.js")),
    ]


def test_a_test_stays_with_what_it_tests() -> None:
    paths = ["src/cart.py", "src/order.py", "tests/test_cart.py", "tests/test_order.py"]
    found = shared_out(change(*map(file, paths)), dict.fromkeys(paths, 5), 10)
    assert [members for _, members in found] == [
        ("src/cart.py", "tests/test_cart.py"),
        ("src/order.py", "tests/test_order.py"),
    ]


def test_an_importer_stays_with_what_it_imports() -> None:
    seen = change(
        file("app/aaa.py"),
        file("app/bbb.py", FileKind.SOURCE, "+import os"),
        file("zoo/main.py", FileKind.SOURCE, "+from app.aaa import thing"),
        file("zoo/other.py", FileKind.SOURCE, "+import sys"),
    )
    sizes = {each.path: 5 for each in seen.patch.files}
    assert [set(members) for _, members in shared_out(seen, sizes, 10)] == [
        {"app/aaa.py", "zoo/main.py"},
        {"app/bbb.py", "zoo/other.py"},
    ]


def test_a_file_larger_than_a_part_is_one_by_itself() -> None:
    sizes = {"a/small.py": 2, "b/huge.py": 50, "c/small.py": 2}
    found = shared_out(change(*map(file, sizes)), sizes, 10)
    assert ("b/huge.py", ("b/huge.py",)) in found
    assert len(found) == 3


@given(
    st.dictionaries(
        st.from_regex(r"(?:[ab]/){0,3}(?:test_)?[xyz]{1,2}\.(?:py|go)", fullmatch=True),
        st.integers(1, 30),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 60),
)
def test_every_path_is_in_exactly_one_part_and_no_part_is_too_large(
    sizes: dict[str, int], most: int
) -> None:
    found = parts(change(*map(file, sizes)), tuple(sizes), sizes, most)
    if not found:
        assert sum(sizes.values()) <= most
        return
    assert sorted(path for each in found for path in each.paths) == sorted(sizes)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    for each in found:
        assert sum(sizes[path] for path in each.paths) <= most or len(each.paths) == 1
