"""How long each prompt gets, and which files there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.diff.allowance import ALLOWANCE, most_tokens
from bot.diff.excerpt import excerpt, widenable
from bot.diff.tokens import tokens
from bot.domain.plan import Change, Width
from bot.domain.pull import RepoPolicy

FRAME_TOKENS = 1_500
"""Boundaries, headings, the answer's schema and the vendor's own frame around one prompt."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of what reviewers see, at most: of each file with its evidence, and of `shared`, the
    repository's instructions and the definitions the change calls, which every reviewer gets.
    """

    files: Mapping[str, int] = field(default_factory=dict)
    shared: int = 0

    def of(self, paths: Sequence[str]) -> int:
        """The part all reviewers share, when it shows `paths`."""
        return self.shared + sum(self.files[path] for path in paths)


def measure(
    change: Change,
    policy: RepoPolicy,
    paths: Sequence[str],
    width: Width = Width.FUNCTIONS,
    allowance: int = ALLOWANCE,
) -> Sizes:
    """Weigh the files of `paths`, each with what `width` shows around its hunks.

    `allowance` is what the definitions the change calls may take beside them, in tokens.
    """
    wanted = frozenset(paths)
    texts = {} if width is Width.HUNKS else {each.path: each.text for each in change.texts}
    around = widenable(change.patch, texts)
    files = {
        file.path: tokens(excerpt(file, around.get(file.path))) + tokens(file.path)
        for file in change.patch.files
        if file.path in wanted
    }
    for each in change.evidence:
        if each.path in files:
            files[each.path] += tokens(f"{each.path} {each.title} {each.tool} {each.rule}") + 10
    said = sum(tokens("\n".join((*each.paths, each.text))) for each in policy.instructions)
    if width is Width.DEFINITIONS:
        said += most_tokens(change, paths, allowance)
    return Sizes(files, said)


def fitting(
    paths: Sequence[str], sizes: Sizes, room: int, risky: frozenset[str | None]
) -> tuple[str, ...]:
    """The paths there is room for, in the order given; those of `risky` are placed first."""
    left = room - sizes.shared
    placed: set[str] = set()
    for path in sorted(paths, key=lambda each: each not in risky):
        if sizes.files[path] <= left:
            left -= sizes.files[path]
            placed.add(path)
    return tuple(path for path in paths if path in placed)
