"""What a reading is remembered under: every block of a change, as each reviewer would read it.

The key of a block holds its content and its path, the function around it, and all that the
reviewer is told with it: brief, category, floor, how many findings it may report, the rules, the
maintainers' instructions and notes, the analysers' evidence on the block. When any of it changes,
the block is read again. So it is when a better tier is to read it than has: the rank of the tier
is part of the key, the model itself is not. The same block twice in a file is two blocks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from bot.diff.blocks import Block, blocks
from bot.diff.excerpt import widenable
from bot.diff.standing import digest
from bot.domain.finding import Evidence
from bot.domain.patch import Patch
from bot.domain.plan import Change, Reviewer
from bot.domain.pull import RepoPolicy, ReviewerPolicy
from bot.reviewing.prompt import DEEPEST

FORM = 1
"""Raised when keys are made differently: everything is then read once more."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a reviewer would read of the whole change: `paths`, none where it is not chosen.

    `rank` is that of the tier its risk asks for, 0 for the one that reads least well. A lower tier
    that the budget forces does not lower it: the same budget would force it again. `beside` are
    files it does not read now; what it found there before still stands. `bound`: it is not asked
    to look there either, whatever became of what it found.
    """

    reviewer: Reviewer
    paths: tuple[str, ...]
    rank: int = 0
    beside: tuple[str, ...] = ()
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What else an answer depends on: the text all reviewers share, and the repository's wishes.

    `best` is the highest rank there is.
    """

    rules: str
    policy: RepoPolicy
    best: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """One block as one reviewer would read it.

    `keys` are those of a reading at the rank it asks for, then of each better one. `lesser` are
    those of the others: they do not spare a reading, but what was found then still stands.
    """

    reviewer: str
    path: str
    block: Block
    keys: tuple[str, ...]
    lesser: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that the shares hold, in their order and the patch's."""

    shares: tuple[Share, ...]
    units: tuple[Unit, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything to ask the memory for."""
        return tuple(key for unit in self.units for key in (*unit.keys, *unit.lesser))


def catalogue(change: Change, shares: Sequence[Share], terms: Terms) -> Catalogue:
    """Every block of every share, with the keys of its readings."""
    wanted = {path for share in shares for path in (*share.paths, *share.beside)}
    patch = Patch(tuple(file for file in change.patch.files if file.path in wanted))
    texts = widenable(patch, {each.path: each.text for each in change.texts})
    beside = _beside(change, patch, terms.policy)
    found = {file.path: blocks(file, texts.get(file.path)) for file in patch.files}
    units: list[Unit] = []
    for share in shares:
        reads = version(share.reviewer, terms)
        ranks = range(max(share.rank, terms.best) + 1)
        mine = frozenset((*share.paths, *share.beside))
        for path in (file.path for file in patch.files if file.path in mine):
            for block, told in zip(found[path], beside.of(path, found[path]), strict=True):
                keys = tuple(key(reads, path, block, rank, told) for rank in ranks)
                by_rank = keys[share.rank :], keys[: share.rank]
                units.append(Unit(share.reviewer.name, path, block, *by_rank))
    return Catalogue(tuple(shares), tuple(units))


def version(reviewer: Reviewer, terms: Terms) -> str:
    """A digest of all that a reviewer is told, whatever it reads."""
    own = terms.policy.reviewers.get(reviewer.name, ReviewerPolicy()).instructions.strip()
    notes = tuple(each.text for each in terms.policy.guides)
    asked = (reviewer.floor.value, reviewer.max_findings, own, terms.rules.strip(), *notes)
    return digest((reviewer.name, reviewer.category.value, reviewer.brief.strip(), *asked))


def key(reads: str, path: str, block: Block, rank: int, told: Sequence[object] = ()) -> str:
    """What one reading of a block is remembered under: 64 hex digits.

    `reads` is the reviewer's version, `rank` how well it reads. `told` is what it is told of this
    block alone: instructions, evidence, and how many like it stand above in the file.
    """
    return digest((FORM, reads, path, block.form, block.standing, rank, tuple(told)))


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is shown with the blocks of each file."""

    instructions: dict[str, tuple[str, ...]]
    evidence: dict[str, list[Evidence]]

    def of(self, path: str, found: Sequence[Block]) -> list[tuple[object, ...]]:
        """One for each block, whatever their order: evidence never depends on line numbers."""
        on = _evidence(found, self.evidence.get(path, ()))
        seen: Counter[tuple[object, ...]] = Counter()
        told: list[tuple[object, ...]] = []
        for block, said in zip(found, on, strict=True):
            alike = (block.form, block.standing, *said)
            told.append((self.instructions[path], said, seen[alike]))
            seen[alike] += 1
        return told


def _beside(change: Change, patch: Patch, policy: RepoPolicy) -> _Beside:
    said: dict[str, list[str]] = {file.path: [] for file in patch.files}
    shallow = [path for path in said if path.count("/") <= DEEPEST]
    for each in policy.instructions:
        for path in GitIgnoreSpec.from_lines(each.paths).match_files(shallow):
            said[path].append(each.text.strip())
    evidence: defaultdict[str, list[Evidence]] = defaultdict(list)
    for claim in change.evidence:
        evidence[claim.path].append(claim)
    return _Beside({path: tuple(texts) for path, texts in said.items()}, dict(evidence))


def _evidence(
    found: Sequence[Block], evidence: Iterable[Evidence]
) -> list[tuple[tuple[str, ...], ...]]:
    """What the analysers say of each block, without numbers of lines."""
    order = sorted(range(len(found)), key=lambda nth: found[nth].new)
    ends = [found[nth].new[1] for nth in order]
    on: list[list[tuple[str, ...]]] = [[] for _ in found]
    for each in evidence:
        said = (each.tool, each.rule, each.category.value, each.severity.value)
        for nth in order[bisect_left(ends, each.line) :]:
            start, end = found[nth].new
            if start > each.end_line:
                break
            if start <= end:  # what only removes has no line of its own
                on[nth].append(said)
    return [tuple(sorted(each)) for each in on]
