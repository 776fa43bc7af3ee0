"""Pull requests that grow head by head, made of small functions that can be told apart."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Mark, Patch
from bot.domain.plan import Change, HeadText, ToolReport
from bot.planning.signals import signals
from tests.diff.edits import edit

PYTHON = """\
def step_{n}(items, limit):
    # what comes in is counted first
    total = {v} + len(items)
    rows = pick_{n}(items, total)
    for row in rows[:limit]:
        total += row.weight_{n} * {v}7
    return total + {n}


def idle_{n}(one):
    return one.same_{n}


def also_{n}(one):
    return one.other_{n}


"""
SCRIPT = """\
export function step_{n}(items, limit) {{
  const total = {v} + items.length;
  const rows = pick_{n}(items, total);
  return rows.slice(0, limit).map((row) => row.weight_{n} * {v}7);
}}

export function idle_{n}(one) {{
  return one.same_{n};
}}

export function also_{n}(one) {{
  return one.other_{n};
}}

"""
LOOSE = """\
export function step_{n}(items, limit) {{
    const total={v}+items.length;
    const rows=pick_{n}(items,total);
    return rows.slice(0, limit)
        .map((row) => row.weight_{n} * {v}7);
}}

export function idle_{n}(one) {{
  return one.same_{n};
}}

export function also_{n}(one) {{
  return one.other_{n};
}}

"""
PATHS = (
    "src/cart.py",
    "src/auth/login.py",
    "web/app.js",
    "web/list.js",
    "tests/test_cart.py",
    "lib/far.py",
)
RULES = (("ruff", "S608"), ("ruff", "C901"), ("secrets", "token"), ("rules", "slow-loop"))


@dataclass(frozen=True, slots=True)
class Piece:
    """One function of a file. `variant` 0: as in the base. `loose`: formatted otherwise."""

    nth: int
    variant: int
    loose: bool = False


@lru_cache(maxsize=4_096)
def _text(path: str, pieces: tuple[Piece, ...]) -> str:
    return "".join(map(_written, [path] * len(pieces), pieces))


def _written(path: str, piece: Piece) -> str:
    form = PYTHON if path.endswith(".py") else LOOSE if piece.loose else SCRIPT
    return form.format(n=piece.nth, v=piece.variant + 1)


@lru_cache(maxsize=4_096)
def _diff(path: str, pieces: tuple[Piece, ...]) -> FileDiff:
    base = tuple(Piece(each.nth, 0) for each in pieces)
    return edit(path, _text(path, base), _text(path, pieces))


@dataclass
class Pull:
    """One pull request: its files at the newest head, and what else is known of them."""

    number: int
    files: dict[str, tuple[Piece, ...]]
    unknown: frozenset[str]
    unread: tuple[FileDiff, ...]
    evidence: dict[tuple[str, int], tuple[str, str, Severity, Category]]
    incomplete: tuple[str, ...]
    heads: list[str] = field(default_factory=list)

    def push(self, chance: random.Random, how: str) -> None:
        """The next head: "same", "formatted" or "changed"."""
        self.heads.append(f"{self.number:02}{len(self.heads):02}{'abc' * 12}")
        for path, pieces in self.files.items():
            self.files[path] = tuple(_pushed(each, chance, how) for each in pieces)

    def rows(self) -> dict[str, dict[int, str]]:
        """The lines of each file that is known whole, by number."""
        known = (path for path in self.files if path not in self.unknown)
        return {
            path: dict(enumerate(_text(path, self.files[path]).split("\n"), 1)) for path in known
        }

    def change(self) -> Change:
        """What the newest head shows."""
        diffs = (_diff(path, pieces) for path, pieces in self.files.items())
        patch = Patch((*(each for each in diffs if each.hunks), *self.unread))
        texts = {path: _text(path, pieces) for path, pieces in self.files.items()}
        evidence = tuple(
            found
            for (path, nth), said in self.evidence.items()
            for found in _evidence(patch.file(path), texts[path], nth, said)
        )
        tools = (ToolReport("ruff", "1", len(texts), evidence, self.incomplete),)
        known = (HeadText(path, text) for path, text in texts.items() if path not in self.unknown)
        return Change(patch, tuple(known), signals(patch, evidence), tools)


def _pushed(piece: Piece, chance: random.Random, how: str) -> Piece:
    if how == "formatted":
        return replace(piece, loose=chance.random() < 0.5)
    if how == "changed" and chance.random() < 0.4:
        return replace(piece, variant=chance.randrange(4))
    return piece


def _evidence(
    file: FileDiff | None, text: str, nth: int, said: tuple[str, str, Severity, Category]
) -> list[Evidence]:
    """What an analyser says of one function, where the change adds the line."""
    tool, rule, severity, category = said
    where = [n for n, row in enumerate(text.split("\n"), 1) if f"pick_{nth}(" in row]
    lines = file.lines() if file else ()
    added = {each.new for each in lines if each.mark is Mark.ADDED}
    title = f"analyser rule {rule} matched"
    return [
        Evidence(
            tool, rule, file.path, line, line, severity, category, title, "Look here, and again."
        )
        for line in where
        if file and line in added
    ]


def opened(number: int, chance: random.Random) -> Pull:
    """A pull request of one to three files, before its first head is pushed."""
    paths = chance.sample(PATHS, chance.randint(1, 3))
    files = {
        path: tuple(
            Piece(10 * PATHS.index(path) + nth, chance.choice((0, 1, 1, 2)))
            for nth in range(chance.randint(1, 3))
        )
        for path in paths
    }
    spots = [(path, each.nth) for path, pieces in files.items() for each in pieces]
    evidence = {
        spot: (
            *chance.choice(RULES),
            chance.choice(tuple(Severity)),
            chance.choice(tuple(Category)),
        )
        for spot in spots
        if chance.random() < 0.3
    }
    return Pull(
        number=number,
        files=files,
        unknown=frozenset(path for path in paths if chance.random() < 0.15),
        unread=(_UNREAD,) if chance.random() < 0.1 else (),
        evidence=evidence,
        incomplete=("one file could not be parsed",) if chance.random() < 0.05 else (),
    )


_UNREAD = FileDiff(
    "src/large.py",
    FileStatus.MODIFIED,
    FileKind.SOURCE,
    unread="too large for GitHub to show",
    counted_lines=9_000,
)
