"""git itself, as the judge of what a diff means."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.patch import FileDiff, Mark

FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """One row of a tree. Of a submodule `content` is the commit's id."""

    content: bytes
    mode: str = FILE


Tree = Mapping[str, bytes | Entry]


class Git:
    """A repository of loose trees: no working copy, so that any name can be tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trees = 0
        self.blobs: dict[bytes, str] = {}
        self.run("init", "-q", "--bare", ".")

    def run(self, *words: str, stdin: bytes = b"", index: str = "index") -> bytes:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_INDEX_FILE": str(self.folder / index),
        }
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=env, input=stdin, capture_output=True, check=True
        )
        return done.stdout

    def tree(self, files: Tree) -> str:
        rows = b""
        for path, each in files.items():
            entry = each if isinstance(each, Entry) else Entry(each)
            blob = entry.content.decode() if entry.mode == SUBMODULE else self.blob(entry.content)
            rows += f"{entry.mode} {blob}\t{path}\0".encode("utf-8", "surrogateescape")
        self.trees += 1
        index = f"index{self.trees}"
        self.run("update-index", "-z", "--index-info", stdin=rows, index=index)
        return self.run("write-tree", index=index).decode().strip()

    def blob(self, content: bytes) -> str:
        if content not in self.blobs:
            made = self.run("hash-object", "-w", "--stdin", stdin=content)
            self.blobs[content] = made.decode().strip()
        return self.blobs[content]

    def diff(self, old: str, new: str, *flags: str) -> str:
        return text_of(self.run("diff", "--full-index", "-M", "-C", *flags, old, new))


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def lines_of(content: bytes) -> list[str]:
    """The lines as git counts them: only a line feed ends one."""
    lines = text_of(content).split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def check_against_blobs(file: FileDiff, old: bytes, new: bytes) -> None:
    """Every numbered line is the blob's line, and the diff turns one blob into the other."""
    before, after = lines_of(old), lines_of(new)
    removed, added = set(), set()
    for line in file.lines():
        if line.old is not None:
            assert before[line.old - 1] == line.text
        if line.new is not None:
            assert after[line.new - 1] == line.text
        if line.mark is Mark.REMOVED:
            removed.add(line.old)
        if line.mark is Mark.ADDED:
            added.add(line.new)
    kept = [text for number, text in enumerate(before, 1) if number not in removed]
    assert kept == [text for number, text in enumerate(after, 1) if number not in added]
    assert file.changed_lines == len(removed) + len(added)
