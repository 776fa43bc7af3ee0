"""Whatever an answer depends on is part of the key; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.finding import Category, Severity
from bot.domain.patch import FileDiff, Hunk, Patch
from bot.domain.plan import Change, HeadText
from bot.domain.pull import Instruction, RepoPolicy, ReviewerPolicy
from bot.reviewing.keys import Catalogue, Share, Terms, catalogue
from tests.reviewing.making import CART, a_change, evidence, reviewer

PATHS = ("src/cart.py", "src/util.py")
TERMS = Terms("Be brief.", RepoPolicy(), best=2)
SHARE = Share(reviewer(), PATHS, rank=1)


def keys(change: Change, share: Share = SHARE, terms: Terms = TERMS) -> tuple[str, ...]:
    """The keys at the rank asked for."""
    return tuple(unit.keys[0] for unit in catalogue(change, (share,), terms).units)


def policy(**more: object) -> Terms:
    return replace(TERMS, policy=replace(RepoPolicy(), **more))


def wish(name: str) -> Terms:
    return policy(reviewers={name: ReviewerPolicy(instructions="x")})


def edited(old: str, new: str) -> Change:
    """The same change with other text in its first file."""
    change = a_change()
    cart, util = change.patch.files
    [hunk] = cart.hunks
    body = tuple(row.replace(old, new) for row in hunk.body)
    files = (replace(cart, hunks=(replace(hunk, body=body),)), util)
    return replace(
        change, patch=Patch(files), texts=(HeadText("src/cart.py", CART.replace(old, new)),)
    )


BEFORE = keys(a_change())


def brief(**more: object) -> Callable[[], tuple[str, ...]]:
    return lambda: keys(a_change(), replace(SHARE, reviewer=replace(reviewer(), **more)))


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(brief(name="other"), id="name"),
        pytest.param(brief(brief="Look again."), id="brief"),
        pytest.param(brief(category=Category.QUALITY), id="category"),
        pytest.param(brief(floor=Severity.HIGH), id="floor"),
        pytest.param(brief(max_findings=3), id="most findings"),
        pytest.param(lambda: keys(a_change(), terms=replace(TERMS, rules="Be kind.")), id="rules"),
        pytest.param(
            lambda: keys(a_change(), terms=wish("security")),
            id="instructions for the reviewer",
        ),
        pytest.param(
            lambda: keys(a_change(), terms=policy(instructions=(Instruction(("src/**",), "x"),))),
            id="instructions for the files",
        ),
        pytest.param(lambda: keys(a_change(), replace(SHARE, rank=2)), id="a better tier"),
    ],
)  # fmt: skip
def test_another_question_has_other_keys(after: Callable[[], tuple[str, ...]]) -> None:
    assert not set(after()) & set(BEFORE)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(brief(tier="deep", tier_low="x", signals=("y",)), id="tier and signals"),
        pytest.param(brief(brief="You review for security.\n"), id="ends of the brief"),
        pytest.param(
            lambda: keys(a_change(), terms=wish("quality")),
            id="another reviewer's instructions",
        ),
        pytest.param(
            lambda: keys(a_change(), terms=policy(instructions=(Instruction(("docs/**",), "x"),))),
            id="other files' instructions",
        ),
        pytest.param(lambda: keys(a_change((evidence(line=4),))), id="evidence beside a block"),
        pytest.param(lambda: keys(a_change((evidence(path="x.py"),))), id="evidence elsewhere"),
        pytest.param(lambda: keys(edited("import db", "import db as db")), id="another row"),
    ],
)  # fmt: skip
def test_the_same_question_has_the_same_keys(after: Callable[[], tuple[str, ...]]) -> None:
    assert after() == BEFORE


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param(a_change((evidence(),)), (False, True), id="evidence on it"),
        pytest.param(edited("order_id", "order"), (False, True), id="its own rows"),
        pytest.param(edited("return sum", "return max"), (False, True), id="its function"),
    ],
)
def test_only_the_block_it_touches_gets_another_key(
    change: Change, same: tuple[bool, bool]
) -> None:
    assert tuple(one == other for one, other in zip(keys(change), BEFORE, strict=True)) == same


def test_evidence_that_moves_with_its_block_is_the_same() -> None:
    def shifted(by: int) -> Change:
        change = a_change((evidence(line=5 + by),))
        cart, util = change.patch.files
        hunk = replace(cart.hunks[0], old_start=3 + by, new_start=3 + by)
        text = HeadText("src/cart.py", "#\n" * by + CART)
        return replace(change, patch=Patch((replace(cart, hunks=(hunk,)), util)), texts=(text,))

    assert keys(shifted(4)) == keys(shifted(0))


def test_each_better_rank_has_a_key_of_its_own() -> None:
    [first, *_] = catalogue(a_change(), (SHARE,), TERMS).units
    assert len(first.keys) == 2
    [best, *_] = catalogue(a_change(), (replace(SHARE, rank=2),), TERMS).units
    assert best.keys == first.keys[1:]


def test_a_rank_above_the_best_is_its_own() -> None:
    [first, *_] = catalogue(a_change(), (replace(SHARE, rank=5),), TERMS).units
    assert len(first.keys) == 1


def test_the_same_block_twice_is_two() -> None:
    rows = (" a", "+grant()", " b", "+grant()", " c")
    cart, util = a_change().patch.files
    twice = Patch((replace(cart, hunks=(Hunk(1, 3, 1, 5, "", rows),)), util))
    found = keys(Change(twice))
    assert len(found) == len(set(found)) == 3
    once = Patch((replace(cart, hunks=(Hunk(1, 3, 1, 4, "", rows[:3] + rows[4:]),)), util))
    assert keys(Change(once)) == (found[0], found[2])


def test_a_path_is_part_of_the_key() -> None:
    moved = replace(a_change().patch.files[1], path="src/tool.py")
    change = Change(Patch((moved,)))
    assert keys(change, replace(SHARE, paths=("src/tool.py",))) != BEFORE[1:]


def test_units_are_those_of_each_share_in_the_patchs_order() -> None:
    shares = (Share(reviewer("quality"), PATHS[::-1]), Share(reviewer(), ("src/util.py", "gone")))
    found: Catalogue = catalogue(a_change(), shares, TERMS)
    assert [(each.reviewer, each.path) for each in found.units] == [
        ("quality", "src/cart.py"),
        ("quality", "src/util.py"),
        ("security", "src/util.py"),
    ]
    assert len(found.keys) == len(set(found.keys)) == 9


def test_evidence_over_several_blocks_is_on_each_of_them() -> None:
    rows = ("+a", " b", "+c", " d", "-e")
    file: FileDiff = replace(a_change().patch.files[0], hunks=(Hunk(1, 3, 1, 4, "", rows),))
    share = replace(SHARE, paths=("src/cart.py",))
    bare = Change(Patch((file,)))
    told = replace(bare, tools=a_change((evidence(line=1, end_line=9),)).tools)
    same = [one == other for one, other in zip(keys(bare, share), keys(told, share), strict=True)]
    assert same == [False, False, True]
