"""Bare git repositories: commits made without a working tree, trees read, diffs made by git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LINK, SUBMODULE = "120000", "160000"
_GIT = shutil.which("git") or "git"
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false", "-c", "gc.auto=0")


class NoSuchObject(Exception):
    """The repository holds nothing under that name."""


@dataclass(frozen=True)
class Special:
    """An entry of a tree that is no file: a LINK to the path `names`, a SUBMODULE at a commit."""

    mode: str
    names: str


Content = str | bytes | Special | None
"""What a commit puts at a path; None removes what is there."""


@dataclass(frozen=True)
class Commit:
    """A commit as git tells it. `when` is ISO 8601."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    when: str
    message: str


@dataclass(frozen=True)
class Entry:
    """One entry of a tree. `kind` is blob, tree or commit; `size` 0 for what is no blob."""

    mode: str
    kind: str
    sha: str
    size: int
    path: str


@dataclass(frozen=True)
class Git:
    """One bare repository. Branches live under `heads`, so that forks can share the objects."""

    path: Path
    heads: str = "refs/heads/"

    @classmethod
    def create(cls, path: Path) -> Git:
        """Make an empty bare repository in `path`."""
        path.mkdir(parents=True, exist_ok=True)
        git = cls(path)
        if not (path / "HEAD").exists():
            git.run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(path))
        return git

    def run(self, *args: str, given: bytes = b"") -> bytes:
        """Run git with `args` in the repository; NoSuchObject when it refuses."""
        done = subprocess.run(
            [_GIT, *_QUIET, *args],
            cwd=self.path,
            input=given,
            capture_output=True,
            check=False,
            env=_environment(self.path),
        )
        if done.returncode:
            raise NoSuchObject(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, *args: str) -> str:
        """What git prints, as text, without the final newline."""
        return self.run(*args).decode(errors="replace").removesuffix("\n")

    def resolve(self, name: str) -> str:
        """The full id of the commit called `name`: a branch, a tag or an id."""
        whole = len(name) == 40 and name.isalnum()
        names = (name,) if whole else (f"{self.heads}{name}", f"refs/tags/{name}", name)
        for candidate in names:
            try:
                return self.object_id(f"{candidate}^{{commit}}")
            except NoSuchObject:
                continue
        raise NoSuchObject(name)

    def object_id(self, name: str) -> str:
        """The id of any object, such as `<commit>:<path>`."""
        return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", name)

    def branches(self) -> dict[str, str]:
        """Every branch and its newest commit."""
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)", self.heads)
        pairs = (line.rsplit(" ", 1) for line in lines.splitlines())
        return {ref.removeprefix(self.heads): sha for ref, sha in pairs}

    def point(self, branch: str, sha: str) -> None:
        """Make `branch` name `sha`, wherever it pointed before."""
        self.run("update-ref", f"{self.heads}{branch}", sha)

    def commit(
        self,
        parent: str | None,
        files: Mapping[str, Content],
        message: str,
        author: str,
        when: datetime,
        branch: str,
    ) -> str:
        """Make a commit on `parent` that writes `files` (None removes one) and move `branch` to it.

        Its id is returned. `parent` None: it is the first.
        """
        seconds = int(when.timestamp())
        script = [
            f"commit {self.heads}{branch}\nmark :1\n"
            f"committer {author} <{author}@example.invalid> {seconds} +0000\n".encode(),
            _data(message.encode()),
        ]
        if parent:
            script.append(f"from {parent}\n".encode())
        for path, content in files.items():
            script.append(_change(path, content))
        script.append(b"get-mark :1\n")
        printed = self.run(
            "fast-import", "--quiet", "--date-format=raw", "--force", given=b"".join(script)
        )
        return printed.decode().strip()

    def read(self, sha: str) -> bytes:
        """The bytes of the blob `sha`."""
        return self.run("cat-file", "blob", sha)

    def entries(self, commit: str, path: str) -> list[Entry]:
        """What the folder `path` of `commit` holds ("" for the root), or the file `path` itself."""
        where = [] if not path else [path]
        found = self._tree(commit, where)
        if len(found) == 1 and found[0].path == path and found[0].kind == "tree":
            found = self._tree(commit, [f"{path}/"])
        return found

    def entry(self, commit: str, path: str) -> list[Entry]:
        """The entry of that very path, a folder's own one too; [] when there is none."""
        return self._tree(commit, [path]) if path else []

    def _tree(self, commit: str, where: list[str]) -> list[Entry]:
        printed = self.run("--literal-pathspecs", "ls-tree", "-l", "-z", commit, "--", *where)
        found = []
        for line in printed.decode(errors="replace").split("\0")[:-1]:
            facts, _, name = line.partition("\t")
            mode, kind, sha, size = facts.split()
            found.append(Entry(mode, kind, sha, int(size) if size != "-" else 0, name))
        return found

    def log(self, *what: str) -> list[Commit]:
        """The commits `what` selects, oldest first."""
        shape = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%B%x00%x00"
        printed = self.text("log", "--reverse", "--topo-order", shape, *what, "--")
        found = []
        for record in printed.split("\0\0\n"):
            parts = record.removesuffix("\0\0").split("\0")
            if len(parts) == 7:
                sha, tree, parents, author, email, when, message = parts
                found.append(
                    Commit(
                        sha, tree, tuple(parents.split()), author, email, when, message.strip("\n")
                    )
                )
        return found

    def merge_base(self, one: str, other: str) -> str:
        """Where two lines of history part."""
        return self.text("merge-base", one, other)

    def count(self, since: str, until: str) -> int:
        """How many commits `until` has that `since` has not."""
        return int(self.text("rev-list", "--count", f"{since}..{until}"))


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(_GIT).parent}{os.pathsep}{os.defpath}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_DIR": str(home),
    }


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _change(path: str, content: Content) -> bytes:
    quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode()
    if content is None:
        return b'D "%s"\n' % quoted
    if isinstance(content, Special):
        if content.mode == SUBMODULE:
            return b'M 160000 %s "%s"\n' % (content.names.encode(), quoted)
        return b'M 120000 inline "%s"\n%s' % (quoted, _data(content.names.encode()))
    raw = content.encode() if isinstance(content, str) else content
    return b'M 100644 inline "%s"\n%s' % (quoted, _data(raw))
