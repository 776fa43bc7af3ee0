from __future__ import annotations

from dataclasses import replace

import pytest

from bot.diff.allowance import FRAME_TOKENS
from bot.diff.definitions import shown
from bot.diff.tokens import tokens
from bot.domain.plan import Definition, Width
from bot.domain.pull import RepoPolicy
from bot.planning.fit import measure
from tests.planning.changes import change, file

ONE = Definition("lib.py", "price", 3, 4, "def price(item):\n    return item.price", ("a.py",))
SIZE = tokens(shown(ONE))


@pytest.mark.parametrize(
    ("width", "paths", "allowance", "more"),
    [
        pytest.param(Width.DEFINITIONS, ["a.py"], 2_000, SIZE + FRAME_TOKENS, id="shown"),
        pytest.param(Width.DEFINITIONS, ["a.py"], SIZE - 1, SIZE - 1 + FRAME_TOKENS, id="at most"),
        pytest.param(Width.DEFINITIONS, ["b.py"], 2_000, 0, id="not called there"),
        pytest.param(Width.FUNCTIONS, ["a.py"], 2_000, 0, id="functions only"),
        pytest.param(Width.HUNKS, ["a.py"], 2_000, 0, id="hunks only"),
    ],
)
def test_what_the_change_calls_is_weighed_where_it_may_be_shown(
    width: Width, paths: list[str], allowance: int, more: int
) -> None:
    plain = change(file("a.py"), file("b.py"))
    calling = replace(plain, definitions=(ONE,))
    without = measure(plain, RepoPolicy(), paths, width, allowance)
    weighed = measure(calling, RepoPolicy(), paths, width, allowance)
    assert weighed.files == without.files
    assert weighed.shared == without.shared + more
