"""A finding is put where its code is now, and nowhere else."""

from __future__ import annotations

import pytest

from bot.diff.blocks import Block
from bot.domain.finding import Suggestion
from bot.domain.memory import Seen
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch, Side
from bot.domain.plan import Change, HeadText
from bot.reviewing.carry import carry
from tests.reviewing.making import finding

SEEN = Seen("k", "security", "0123456789", (), line=10)


def block(first: int, last: int) -> Block:
    return Block(0, 2, (first, last), (first, first - 1), "", "")


def text(**rows: str) -> Change:
    """A head version of 200 rows; `r12` names row 12."""
    named = {int(name[1:]): row for name, row in rows.items()}
    head = "\n".join(named.get(n, f"row {n}") for n in range(1, 201))
    return Change(Patch(), (HeadText("src/cart.py", head),))


@pytest.mark.parametrize(
    ("line", "change", "now", "found"),
    [
        pytest.param(12, text(r12="danger()"), (10, 14), 12, id="where it was"),
        pytest.param(12, text(r112="danger()"), (110, 114), 112, id="as far as its block"),
        pytest.param(12, text(r113="danger()"), (110, 114), 113, id="and a little further"),
        pytest.param(
            12, text(r12="danger()", r112="danger()"), (110, 114), 112, id="the right one"
        ),
        pytest.param(90, text(r190="  danger( )"), (10, 14), 190, id="the only one, far away"),
        pytest.param(90, text(r150="danger()", r190="danger()"), (10, 14), None, id="one of two"),
        pytest.param(12, text(r12="dan", r13="ger()"), (10, 14), 12, id="wrapped"),
        pytest.param(12, text(r12="if (x) danger();"), (10, 14), 12, id="joined with others"),
        pytest.param(12, text(r42="dan", r43="ger()"), (10, 14), None, id="wrapped elsewhere"),
        pytest.param(12, text(), (10, 14), None, id="gone"),
    ],
)
def test_it_goes_where_its_quote_is(
    line: int, change: Change, now: tuple[int, int], found: int | None
) -> None:
    claim = finding(line=line, end_line=line, quote="danger()")
    carried = carry(claim, SEEN, block(*now), change)
    assert (carried.line if carried else None) == found


def test_it_keeps_its_fingerprint_when_its_code_is_wrapped_anew() -> None:
    claim = finding(line=12, end_line=12, quote="danger(one, two)")
    carried = carry(claim, SEEN, block(10, 14), text(r12="danger(", r13="one,", r14="two)"))
    assert carried is not None
    assert carried.fingerprint == claim.fingerprint
    assert carried.since == "0123456"


@pytest.mark.parametrize(
    ("end", "row", "kept"),
    [
        pytest.param(12, "danger()", True, id="the same row"),
        pytest.param(12, "danger( )", False, id="formatted"),
        pytest.param(13, "danger()", False, id="several rows: the others may have changed"),
    ],
)
def test_a_suggestion_stays_only_on_the_row_it_replaces(end: int, row: str, kept: bool) -> None:
    claim = finding(line=12, end_line=end, quote="danger()", suggestion=Suggestion("safe()"))
    carried = carry(claim, SEEN, block(10, 14), text(r12=row))
    assert carried is not None
    assert (carried.suggestion is not None) is kept


@pytest.mark.parametrize(
    ("line", "end", "moved"),
    [
        pytest.param(12, 15, (112, 115), id="as long as before"),
        pytest.param(12, 150, (112, 112), id="beyond the file: its first line"),
    ],
)
def test_its_end_moves_with_it(line: int, end: int, moved: tuple[int, int]) -> None:
    claim = finding(line=line, end_line=end, quote="danger()")
    carried = carry(claim, SEEN, block(110, 114), text(r112="danger()"))
    assert carried is not None
    assert (carried.line, carried.end_line) == moved


def test_without_a_text_the_diff_is_searched_on_the_findings_side() -> None:
    hunk = Hunk(7, 3, 9, 3, "", (" same", "-gone()", "+come()\r", " same"))
    file = FileDiff("src/cart.py", FileStatus.MODIFIED, FileKind.SOURCE, (hunk,))
    change = Change(Patch((file,)))
    right = carry(finding(line=10, quote="come()"), SEEN, block(10, 10), change)
    left = carry(finding(line=8, quote="gone()", side=Side.LEFT), SEEN, block(10, 10), change)
    assert (right and right.line, left and left.line) == (10, 8)
    assert carry(finding(line=8, quote="gone()"), SEEN, block(10, 10), change) is None
    assert carry(finding(path="other.py"), SEEN, block(10, 10), change) is None


def test_what_quotes_nothing_stands_as_long_as_its_block() -> None:
    claim = finding(line=12, end_line=12, quote="")
    assert (carry(claim, SEEN, block(110, 114), text()) or claim).line == 112
    assert carry(claim, SEEN, block(310, 314), text()) is None
