from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.sandbox.diff import carried, changed_files
from bot.sandbox.git import Git, NoSuchObject
from tests.examples import examples
from tests.sandbox.asking import NOON

texts = st.lists(st.sampled_from(["a", "b", "", "@@ -1 +1 @@", "diff --git a b", "\\ x", "é\r"]))
few = examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git.create(tmp_path / "repo.git")


def two_versions(git: Git, old: list[str], new: list[str]) -> tuple[str, str]:
    first = git.commit(None, {"f": "\n".join(old), "keep": "x"}, "Old", "mia", NOON, "main")
    return first, git.commit(first, {"f": "\n".join(new)}, "New", "mia", NOON, "main")


@few
@given(old=texts, new=texts)
def test_every_place_in_a_diff_is_the_line_it_says(
    git: Git, old: list[str], new: list[str]
) -> None:
    base, head = two_versions(git, old, new)
    files = changed_files(git, base, head)
    assert [file.path for file in files] == (["f"] if "\n".join(old) != "\n".join(new) else [])
    for file in files:
        for (side, number), place in file.places.items():
            lines = new if side == "RIGHT" else old
            assert place.text[1:] == lines[number - 1]
            assert place.text[0] in (" +" if side == "RIGHT" else " -")
        added = [k for k, place in file.places.items() if place.text[0] == "+"]
        deleted = [k for k, place in file.places.items() if place.text[0] == "-"]
        assert (len(added), len(deleted)) == (file.additions, file.deletions)


@few
@given(old=texts, new=texts)
def test_a_line_is_carried_to_an_equal_line_in_order(
    git: Git, old: list[str], new: list[str]
) -> None:
    base, head = two_versions(git, old, new)
    lines = "\n".join(old).split("\n")[: len(old)]
    found = [carried(git, base, head, "f", n) for n in range(1, len(lines) + 1)]
    kept = [n for n in found if n is not None]
    assert kept == sorted(set(kept))
    for number, there in enumerate(found, start=1):
        if there is not None and lines[number - 1]:
            assert new[there - 1] == old[number - 1]


@pytest.mark.parametrize(
    "path", ['"quoted".py', "tab\there", "back\\slash", "ü/ñ", ":(top)x", "-rf", "a b", "[a]*?"]
)
def test_any_name_is_kept_as_it_is(git: Git, path: str) -> None:
    first = git.commit(None, {"README": "x"}, "First", "mia", NOON, "main")
    second = git.commit(first, {path: "1\n"}, "Second", "mia", NOON, "main")
    [file] = changed_files(git, first, second)
    assert (file.path, file.patch) == (path, "@@ -0,0 +1 @@\n+1")
    [entry] = git.entries(second, path)
    assert git.read(entry.sha) == b"1\n"
    third = git.commit(second, {path: None}, "Third", "mia", NOON, "main")
    assert git.entries(third, path) == []


def test_a_link_that_becomes_a_file_keeps_the_others_patches_in_place(git: Git) -> None:
    first = git.commit(None, {"a": "x\n", "b": "x\n", "c": "x\n"}, "First", "mia", NOON, "main")
    link = git.run("hash-object", "-w", "--stdin", given=b"a").decode().strip()
    tree = git.run("mktree", given=_tree(git, first, link)).decode().strip()
    second = git.text("-c", "user.name=m", "-c", "user.email=m@m", "commit-tree", tree, "-m", "x")
    found = {file.path: (file.status, file.patch) for file in changed_files(git, first, second)}
    assert found == {"b": ("changed", None), "c": ("modified", "@@ -1 +1 @@\n-x\n+y")}


def _tree(git: Git, commit: str, link: str) -> bytes:
    other = git.run("hash-object", "-w", "--stdin", given=b"y\n").decode().strip()
    kept = git.object_id(f"{commit}:a")
    return f"100644 blob {kept}\ta\n120000 blob {link}\tb\n100644 blob {other}\tc\n".encode()


@pytest.mark.parametrize("name", ["nope", "--help", "-1", "a b", "", "main~9"])
def test_what_is_not_there_is_told(git: Git, name: str) -> None:
    git.commit(None, {"README": "x"}, "First", "mia", NOON, "main")
    with pytest.raises(NoSuchObject):
        git.resolve(name)


def test_no_configuration_of_the_machine_is_read(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.noprefix")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert "noprefix" not in git.text("config", "--list")
