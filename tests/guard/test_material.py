from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.rows import visible as in_one_row
from bot.guard.material import boundary, visible, wrap

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200b\u2060b", "a<U+200B><U+2060>b"),
        ("\U000e0041", "<U+E0041>"),
        ("\x00\x1b[0m", "<U+0000><U+001B>[0m"),
        ("a\r\nb\n", "a\r\nb\n"),
        ("a\rb", "a<U+000D>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("\ud800", "<U+D800>"),
        ("\tdéjà vu 日本 ❤\ufe0f", "\tdéjà vu 日本 ❤\ufe0f"),
    ],
)
def test_unseen_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_control_and_format_character_of_unicode_is_unseen() -> None:
    unseen = [
        chr(point)
        for point in range(0x110000)
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    ]
    assert [each for each in unseen if visible(each) == each] == ["\t", "\n"]


@given(st.text())
def test_lines_stay_and_twice_changes_nothing(text: str) -> None:
    once = visible(text)
    assert once.count("\n") == text.count("\n")
    assert visible(once) == once


def test_a_row_of_code_hides_nothing_either() -> None:
    """The tables of bot/diff, which must not import bot/guard, say the same and one more."""
    every = "".join(map(chr, range(0x110000)))
    spelled = [set(re.findall(r"<U\+(\w+)>", show(every))) for show in (visible, in_one_row)]
    assert spelled[1] - spelled[0] == {"000A"}
    assert spelled[0] <= spelled[1]
    assert in_one_row("a\n\r\u3164\U000e0100b") == "a<U+000A><U+000D><U+3164><U+E0100>b"


def test_a_boundary_is_the_same_for_a_replay_and_for_nobody_else() -> None:
    assert boundary(KEY, "run") == boundary(KEY, "run")
    assert len({boundary(KEY, "run"), boundary(KEY, "other"), boundary(b"x", "run")}) == 3


@given(st.text(), st.text())
def test_material_cannot_end_its_own_block(name: str, text: str) -> None:
    mark = boundary(KEY, "run")
    block = wrap(name + mark, mark + text + mark.upper() + mark[:10] + mark, mark)
    assert block.lower().count(mark) == 2
    assert block.startswith(f"[{mark} begins: ")
    assert block.endswith(f"\n[{mark} ends]")


def test_a_block_holds_its_text_as_it_is() -> None:
    assert wrap("a\nb.py", "x\n y", "mark") == "[mark begins: a b.py]\nx\n y\n[mark ends]"
