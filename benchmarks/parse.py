"""How long it takes to read a diff, and whether every line of a real one can be anchored.

Run: python benchmarks/parse.py [--corpus DIR]

DIR holds cases/<id>/change.diff with a meta.json (`additions`, `deletions`), and huge/*.diff.gz.
Exits 1 when a count differs or a line cannot be anchored.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.diff.parse import patch_of  # noqa: E402
from bot.diff.split import split  # noqa: E402
from bot.domain.patch import Anchor, FileDiff, Patch, Side  # noqa: E402

T = TypeVar("T")
MB = 1_000_000
ROWS = ("    total = price * {0} + tax", "    return total_{0}", "", "def item_{0}(price, tax):")


def main() -> int:
    """Print the timings, then the corpus; the exit status says whether the corpus held."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--corpus", type=Path, help="folder with cases/ and huge/")
    corpus: Path | None = options.parse_args().corpus
    print("diff             split  patch_of    line scan   git numstat   peak memory")
    for size in (1, 20):
        text = generated(size * MB)
        print(f"generated {size:>2} MB  {timings(text)}")
    for name, text in huge(corpus):
        print(f"{name:<15}  {timings(text)}")
    return 0 if corpus is None else check(corpus)


def generated(size: int) -> str:
    """Make a diff of about `size` characters, the same every time: files of 20 hunks of 14 rows."""
    parts: list[str] = []
    length = number = 0
    while length < size:
        number += 1
        part = (
            f"diff --git a/src/f{number}.py b/src/f{number}.py\nindex {number:07}..1234567 100644\n"
        )
        part += f"--- a/src/f{number}.py\n+++ b/src/f{number}.py\n"
        for hunk in range(20):
            part += f"@@ -{hunk * 50 + 1},10 +{hunk * 50 + 1},10 @@ def item_{hunk}(price, tax):\n"
            rows = [ROWS[row % 4].format(number + row) for row in range(14)]
            marks = "   ----++++   "
            part += "".join(f"{mark}{row}\n" for mark, row in zip(marks, rows, strict=True))
        parts.append(part)
        length += len(part)
    return "".join(parts)


def timings(text: str) -> str:
    """Seconds for each way of reading `text`, and the peak of ours beyond the text itself."""
    split_s, files = timed(lambda: split(text))
    parse_s, _ = timed(lambda: patch_of(files))
    scan_s, _ = timed(lambda: sum(row[:1] in "+-" for row in text.split("\n")))
    git_s, _ = timed(lambda: numstat(text))
    tracemalloc.start()
    patch_of(split(text))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    times = f"{split_s:6.3f} s  {parse_s:6.3f} s   {scan_s:6.3f} s    {git_s:6.3f} s"
    return f"{times}   {peak / MB:6.0f} MB"


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """The best of three runs, in seconds, and what the last one gave."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        result = act()
        best = min(best, time.perf_counter() - began)
    return best, result


def numstat(text: str) -> bytes:
    """Let git count the same diff, for scale. It reads, it applies nothing."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["git", "apply", "--numstat", "-"],
            cwd=folder,
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=True,
        )
    return done.stdout


def huge(corpus: Path | None) -> Iterator[tuple[str, str]]:
    """Names and texts of the compressed diffs."""
    for path in sorted(corpus.glob("huge/*.gz")) if corpus else ():
        yield path.name.partition(".")[0], decoded(gzip.decompress(path.read_bytes()))


def decoded(raw: bytes) -> str:
    """Any bytes as text, and back without loss."""
    return raw.decode("utf-8", "surrogateescape")


def check(corpus: Path) -> int:
    """Parse every diff; compare counts with the corpus; try every line as an anchor."""
    wanted = {}
    for path in sorted(corpus.glob("cases/*/meta.json")):
        meta = json.loads(path.read_text(encoding="utf-8"))
        text = decoded((path.parent / "change.diff").read_bytes())
        wanted[meta["id"]] = (text, meta["additions"], meta["deletions"])
    index = corpus / "huge" / "index.json"
    told = json.loads(index.read_text(encoding="utf-8"))["diffs"] if index.exists() else []
    counts = {each["id"]: (each["additions"], each["deletions"]) for each in told}
    for name, text in huge(corpus):
        wanted[name] = (text, *counts[name])
    failures = files_read = lines_tried = 0
    for name, (text, additions, deletions) in wanted.items():
        files = split(text)
        patch = patch_of(files)
        tried, refused = anchored(patch)
        counted = (sum(each.additions for each in files), sum(each.deletions for each in files))
        files_read += len(files)
        lines_tried += tried
        if refused or counted != (additions, deletions):
            failures += 1
            print(f"{name}: counted {counted}, told {(additions, deletions)}, {refused} refused")
    print(
        f"corpus: {len(wanted)} diffs, {files_read} files, {lines_tried} lines tried as anchors, "
        f"{failures} diffs differ"
    )
    return 1 if failures else 0


def anchored(patch: Patch) -> tuple[int, int]:
    """How many numbered lines were tried, and how many a comment could not be placed on."""
    tried = refused = 0
    for file in patch.files:
        for anchor in anchors(file):
            tried += 1
            refused += not Patch((file,)).accepts(anchor)
    return tried, refused


def anchors(file: FileDiff) -> Iterator[Anchor]:
    """Every line of both versions that the diff shows."""
    for line in file.lines():
        if line.new is not None:
            yield Anchor(file.path, line.new, line.new, Side.RIGHT)
        if line.old is not None:
            yield Anchor(file.path, line.old, line.old, Side.LEFT)


if __name__ == "__main__":
    sys.exit(main())
