"""A working tree's change, held against what git itself does with it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bot.diff.split import split
from bot.domain.changed import LINK, Blob
from bot.domain.patch import FileStatus
from bot.errors import UserError
from bot.workspace.files import MOST_BYTES, read_file
from bot.workspace.tree import WorkingTree, open_tree


class Repo:
    """A real repository with one commit on main."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent)}
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "mia@example.invalid")
        self.git("config", "user.name", "mia")
        self.write("app.py", "first = 1\n")
        self.commit()

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment,
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def write(self, path: str, text: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "A change")
        return self.git("rev-parse", "HEAD")

    def tree(self) -> WorkingTree:
        return open_tree(self.folder, self.environment)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def changed(repo: Repo, ref: str | None = None) -> dict[str, FileStatus]:
    tree = repo.tree()
    return {each.path: each.status for each in split(tree.diff(tree.base(ref)))}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_change_is_all_since_the_branch_left_main_committed_or_not(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "feature")
    repo.write("committed.py", "a = 1\n")
    repo.commit()
    repo.write("staged.py", "b = 1\n")
    repo.git("add", "staged.py")
    repo.write("app.py", "first = 2\n")
    repo.write("folder/new é.py", "c = 1\n")
    assert changed(repo) == {
        "app.py": FileStatus.MODIFIED,
        "committed.py": FileStatus.ADDED,
        "folder/new é.py": FileStatus.ADDED,
        "staged.py": FileStatus.ADDED,
    }


def test_what_came_to_main_since_is_no_part_of_it(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "feature")
    repo.write("mine.py", "a = 1\n")
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.write("theirs.py", "b = 1\n")
    repo.commit()
    repo.git("switch", "-q", "feature")
    assert changed(repo) == {"mine.py": FileStatus.ADDED}


def test_a_file_moved_without_git_is_a_rename(repo: Repo) -> None:
    repo.write("long.py", "".join(f"line_{n} = {n}\n" for n in range(30)))
    repo.commit()
    (repo.folder / "long.py").rename(repo.folder / "moved.py")
    [file] = split(repo.tree().diff(repo.git("rev-parse", "HEAD")))
    assert (file.path, file.status, file.previous_path) == (
        "moved.py",
        FileStatus.RENAMED,
        "long.py",
    )


def test_reading_leaves_the_repository_as_it_was(repo: Repo) -> None:
    repo.write("new.py", "a = 1\n")
    before = snapshot(repo.folder)
    assert changed(repo) == {"new.py": FileStatus.ADDED}
    assert snapshot(repo.folder) == before


def test_ignored_files_and_repositories_within_are_left_out(repo: Repo) -> None:
    repo.write(".gitignore", "secret.env\n")
    repo.commit()
    repo.write("secret.env", "a = 1\n")
    Repo(repo.folder / "inner")
    assert changed(repo) == {}


def test_it_is_read_from_any_folder_of_the_tree(repo: Repo) -> None:
    repo.write("deep/down/x.py", "a = 1\n")
    tree = open_tree(repo.folder / "deep" / "down", repo.environment)
    assert tree.root == repo.folder.resolve()
    assert [each.path for each in split(tree.diff(tree.base()))] == ["deep/down/x.py"]


def test_the_default_branch_is_what_origin_says_it_is(repo: Repo, tmp_path: Path) -> None:
    repo.git("branch", "trunk")
    repo.write("app.py", "first = 2\n")
    repo.commit()
    repo.git("clone", "-q", "--branch", "trunk", str(repo.folder), str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    git = ["git", "-C", str(clone)]
    subprocess.run([*git, "checkout", "-q", "origin/main"], check=True)
    subprocess.run([*git, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"])
    tree = open_tree(clone, repo.environment)
    assert tree.base() == repo.git("rev-parse", "trunk")
    assert tree.base("origin/main") == repo.git("rev-parse", "main")


@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param(("core.hooksPath", "{folder}"), id="hooks"),
        pytest.param(("core.fsmonitor", "{folder}/run"), id="fsmonitor"),
        pytest.param(("diff.external", "{folder}/run"), id="external diff"),
        pytest.param(("diff.evil.command", "{folder}/run"), id="diff driver"),
        pytest.param(("diff.evil.textconv", "{folder}/run"), id="textconv"),
        pytest.param(("core.pager", "{folder}/run"), id="pager"),
        pytest.param(("diff.noprefix", "true"), id="no prefix"),
        pytest.param(("diff.mnemonicPrefix", "true"), id="mnemonic prefix"),
        pytest.param(("color.ui", "always"), id="colour"),
        pytest.param(("diff.relative", "true"), id="relative"),
        pytest.param(("diff.orderFile", "{folder}/order"), id="order"),
        pytest.param(("diff.suppressBlankEmpty", "true"), id="blank rows"),
        pytest.param(("diff.context", "0"), id="context"),
    ],
)
def test_configuration_runs_nothing_and_changes_nothing(
    repo: Repo, tmp_path: Path, configuration: tuple[str, str]
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    ran = tmp_path / "ran"
    for name in ("run", "post-index-change"):
        (tools / name).write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
        (tools / name).chmod(0o755)
    repo.write(".gitattributes", "*.py diff=evil\n")
    repo.write("app.py", "first = 1\n\nsecond = 2\n")
    base = repo.commit()
    repo.write("app.py", "first = 1\n\nsecond = 3\n")
    repo.write("new.py", "a = 1\n")
    wanted = repo.tree().diff(base)
    name, value = configuration
    repo.git("config", name, value.format(folder=tools))
    assert repo.tree().diff(base) == wanted
    assert not ran.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("GIT_DIR", "/nowhere"), ("GIT_EXTERNAL_DIFF", "/bin/false"), ("GIT_INDEX_FILE", "/x")],
)
def test_the_environment_does_not_steer_git(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    repo.write("new.py", "a = 1\n")
    monkeypatch.setenv(name, value)
    assert changed(repo) == {"new.py": FileStatus.ADDED}


def test_outside_of_a_repository_the_person_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not in a git working tree") as caught:
        open_tree(tmp_path, {"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": "/"})
    assert "--diff" in caught.value.remedy


def test_without_git_the_person_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"git was not found\."):
        open_tree(tmp_path, {"PATH": str(tmp_path)})


@pytest.mark.parametrize("ref", ["nowhere", "--all", "-h", "", "a\0b", "HEAD:app.py"])
def test_a_base_that_is_no_commit_is_named(repo: Repo, ref: str) -> None:
    with pytest.raises(UserError, match="There is no commit") as caught:
        repo.tree().base(ref)
    assert "--base" in caught.value.remedy


def test_no_default_branch_asks_for_one(repo: Repo) -> None:
    repo.git("branch", "-m", "main", "something")
    with pytest.raises(UserError, match="No default branch was found"):
        repo.tree().base()


def test_a_repository_without_a_commit_is_told_so(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(["git", "init", "-q", str(tmp_path / "empty")], env=environment, check=True)
    with pytest.raises(UserError, match="has no commit yet"):
        open_tree(tmp_path / "empty", environment).base()


def test_histories_that_never_met_are_told(repo: Repo) -> None:
    repo.git("switch", "-q", "--orphan", "apart")
    repo.write("x.py", "a = 1\n")
    repo.commit()
    with pytest.raises(UserError, match="no commit in common"):
        repo.tree().base()


def test_a_merge_under_way_is_told(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "feature")
    repo.write("app.py", "first = 2\n")
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.write("app.py", "first = 3\n")
    repo.commit()
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "feature")
    with pytest.raises(UserError, match="in the middle of a merge"):
        repo.tree().diff("HEAD")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"a\0b", "binary", id="binary"),
        pytest.param(b"x" * (MOST_BYTES + 1), "over 512 kB", id="large"),
        pytest.param(None, "absent", id="absent"),
    ],
)
def test_a_text_that_is_not_read_says_why(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "x.py").write_bytes(content)
    blob = read_file(tmp_path, "x.py")
    assert (blob.text, blob.why) == (None, why)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "key").write_text("k")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside" / "key")
    (root / "folder").symlink_to(tmp_path / "outside")
    os.mkfifo(root / "pipe")
    for path in ("folder/key", "../outside/key", str(tmp_path / "outside" / "key"), "pipe", ".."):
        assert read_file(root, path).text is None
    assert read_file(root, "link") == Blob("link", None, LINK)


def test_of_the_rest_of_the_tree_only_what_git_would_keep_is_read(repo: Repo) -> None:
    repo.write(".gitignore", "local.py\nbuilt/\n")
    repo.write("kept.py", "a = 1\n")
    repo.commit()
    Repo(repo.folder / "inner")
    repo.write("new é.py", "b = 1\n")
    repo.write("local.py", "password = 1\n")
    repo.write("built/x.py", "c = 1\n")
    (repo.folder / "link.py").symlink_to("kept.py")
    (repo.folder / "folder").symlink_to("built")
    (repo.folder.parent / "outside.py").write_text("d = 1\n")
    tree = repo.tree()
    found = {
        "kept.py": "a = 1\n",
        "new é.py": "b = 1\n",
        "local.py": None,
        "built/x.py": None,
        "link.py": None,
        "folder/x.py": None,
        "inner/app.py": None,
        ".git/config": None,
        "absent.py": None,
        ":(top)kept.py": None,
        "--others": None,
        "*.py": None,
    }
    assert {each.path: each.text for each in tree.others(list(found))} == found
    assert tree.others([]) == ()


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd"])
def test_a_path_out_of_the_tree_gives_no_text(repo: Repo, path: str) -> None:
    (repo.folder.parent / "outside.py").write_text("d = 1\n")
    assert [each.text for each in repo.tree().others([path, "app.py"])] == [None, "first = 1\n"]


def test_the_trees_own_policy_is_read(repo: Repo) -> None:
    assert repo.tree().policy() is None
    repo.write(".github/ai-review.yml", "fail_at: low\n")
    assert repo.tree().policy() == "fail_at: low\n"


def test_a_policy_behind_a_link_is_refused(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ai-review.yml").write_text("fail_at: never\n")
    (repo.folder / ".github").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="behind a link"):
        repo.tree().policy()
