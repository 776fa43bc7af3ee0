"""What a working tree changes against the branch it will be merged into."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.diff.places import normal
from bot.domain.changed import ABSENT, Blob
from bot.errors import UserError
from bot.workspace.files import read_file
from bot.workspace.git import Git, Refused

DEFAULTS = ("origin/main", "origin/master", "main", "master")
"""Where a change is usually merged into, when origin/HEAD does not say."""

DIFF = (
    "diff",
    "--full-index",
    "--find-renames",
    "--unified=3",
    "--inter-hunk-context=0",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "-O/dev/null",
    "--submodule=short",
    "--ignore-submodules=dirty",  # else git runs inside the submodules, under their configuration
)


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """One working tree, at its root."""

    git: Git

    @property
    def root(self) -> Path:
        """The folder that holds `.git`."""
        return self.git.folder

    def base(self, ref: str | None = None) -> str:
        """The commit the change begins at: where HEAD and `ref` parted.

        `ref` None: the default branch. Raises UserError.
        """
        head = self._commit("HEAD")
        if head is None:
            raise UserError(
                "This repository has no commit yet.", remedy="Commit what there was before."
            )
        other = self._default() if ref is None else self._commit(ref)
        if other is None:
            raise UserError(
                f"There is no commit {ref!r} here.",
                remedy="Name a branch, tag or commit of this repository with --base.",
            )
        try:
            return self.git.text("merge-base", head, other)
        except Refused as error:
            raise UserError(
                f"HEAD and {ref or 'the default branch'} have no commit in common here.",
                remedy="Fetch the whole history (git fetch --unshallow) or name another --base.",
            ) from error

    def diff(self, base: str) -> str:
        """The change from `base` to the files as they are now, new ones included.

        Raises UserError in the middle of a merge. Bytes that are no UTF-8 are replaced.
        """
        if self.git.run("ls-files", "--unmerged"):
            raise UserError(
                "Some files are in the middle of a merge.",
                remedy="Resolve the conflicts and `git add` the files first.",
            )
        with tempfile.TemporaryDirectory(prefix="ai-review-") as folder:
            return self._diff(base, Path(folder)).decode("utf-8", "replace")

    def texts(self, paths: Sequence[str]) -> tuple[Blob, ...]:
        """The files as they are now, in the order asked."""
        return tuple(read_file(self.root, path) for path in paths)

    def others(self, paths: Sequence[str]) -> tuple[Blob, ...]:
        """The same for files of the repository the change does not name.

        Those that git ignores count as absent: they are this machine's own and often hold secrets.
        So do those of a submodule, which are another repository's.
        """
        within = [path for path in paths if normal(path) == path]
        ours = ("--cached", "--others", "--exclude-standard", "-z", "--")
        names = self.git.run("ls-files", *ours, *within) if within else b""
        kept = {name.decode("utf-8", "surrogateescape") for name in names.split(b"\0")}
        return tuple(
            read_file(self.root, path) if path in kept else Blob(path, None, ABSENT)
            for path in paths
        )

    def policy(self) -> str | None:
        """Text of the tree's own `.github/ai-review.yml`; None when there is none."""
        blob = read_file(self.root, ".github/ai-review.yml")
        if blob.text is None and blob.why != ABSENT:
            raise UserError(
                f".github/ai-review.yml cannot be read: {blob.why}.",
                remedy="Make it a plain UTF-8 file.",
            )
        return blob.text

    def _diff(self, base: str, folder: Path) -> bytes:
        """In a copy of the index that also names the new files: the repository stays as it is."""
        index = self.root / self.git.text("rev-parse", "--git-path", "index")
        objects = self.root / self.git.text("rev-parse", "--git-path", "objects")
        own = {
            "GIT_INDEX_FILE": str(folder / "index"),
            "GIT_OBJECT_DIRECTORY": str(folder),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects),
        }
        if index.exists():
            # With its time: git tells by it which files may have changed since it was written.
            shutil.copy2(index, folder / "index")
        listed = self.git.run("ls-files", "--others", "--exclude-standard", "-z", more=own)
        new = [each for each in listed.split(b"\0") if each and not each.endswith(b"/")]
        if new:
            names = ("--pathspec-from-file=-", "--pathspec-file-nul")
            self.git.run("add", "--intent-to-add", *names, given=b"\0".join(new), more=own)
        return self.git.run(*DIFF, base, "--", more=own)

    def _default(self) -> str:
        named: str | None = None
        with contextlib.suppress(Refused):  # a remote added by hand does not say
            named = self.git.text("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
        for name in (*([named] if named else []), *DEFAULTS):
            found = self._commit(name)
            if found is not None:
                return found
        raise UserError(
            "No default branch was found (origin/HEAD, main or master).",
            remedy="Name the branch this change goes to with --base.",
        )

    def _commit(self, ref: str) -> str | None:
        verify = ("rev-parse", "--verify", "--quiet", "--end-of-options")
        try:
            return self.git.text(*verify, f"{ref}^{{commit}}")
        except (Refused, ValueError):  # ValueError: a name with a zero byte
            return None


def open_tree(folder: Path, environment: Mapping[str, str]) -> WorkingTree:
    """The working tree that `folder` is in. Raises UserError when it is in none."""
    git = Git(folder, environment)
    try:
        root = git.text("rev-parse", "--show-toplevel")
    except Refused as error:
        if "dubious ownership" in str(error):
            raise UserError(
                f"git does not trust {folder}, which belongs to somebody else.",
                remedy=f"Allow it: git config --global --add safe.directory {folder}",
            ) from error
        raise UserError(
            f"{folder} is not in a git working tree.",
            remedy="Change to one, or name a diff with --diff or a pull request with --repo.",
        ) from error
    return WorkingTree(Git(Path(root), environment))


def _quoted(folder: Path) -> str:
    """A path for git's list of folders, in which a colon would end it."""
    name = str(folder)
    if os.pathsep not in name and not name.startswith('"'):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
