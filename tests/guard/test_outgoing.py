from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard.outgoing import OURS, withhold
from bot.guard.sample import made_up
from bot.guard.sanitise import inline, prose

SECRET = "wh/Se+ret_9*xyz &<Q`|[7]"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(SECRET, id="plain"),
        pytest.param(SECRET.encode().hex(), id="hexadecimal"),
        pytest.param(SECRET.encode().hex().upper(), id="upper-case hexadecimal"),
        pytest.param(quote(SECRET), id="URL, slashes kept"),
        pytest.param(quote(SECRET, safe=""), id="URL"),
        pytest.param(quote(SECRET, safe="").lower(), id="lower-case URL"),
        pytest.param(quote_plus(SECRET), id="form"),
        pytest.param(inline(SECRET, 200), id="escaped line"),
        pytest.param(prose(SECRET, 200), id="escaped prose"),
    ],
)
def test_our_secret_is_withheld_however_it_is_written(written: str) -> None:
    assert withhold(f"a {written} b", [SECRET]) == f"a {OURS} b"


@settings(deadline=None)
@given(st.binary(max_size=7), st.binary(max_size=7), st.sampled_from([True, False]))
def test_base64_hides_nothing_at_any_alignment(before: bytes, after: bytes, url: bool) -> None:
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    text = withhold(encode(before + SECRET.encode() + after).decode(), [SECRET])
    assert OURS in text
    for shift in range(3):
        core = encode(bytes(shift) + SECRET.encode()).decode()[4:-4]
        assert core not in text


def test_one_line_of_our_key_is_enough() -> None:
    lines = [made_up(64), made_up(70)[-64:]]
    key = "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])
    assert withhold(f"x {lines[1]} y", [key]) == f"x {OURS} y"


def test_token_shapes_of_anybody_are_withheld() -> None:
    assert withhold("ghs_" + "a" * 36, []) == "«redacted: GitHub App token»"


@pytest.mark.parametrize("secrets", [[], [""], ["abc"], ["-----BEGIN X-----"]])
def test_ordinary_words_pass(secrets: list[str]) -> None:
    text = "An abc of findings.\n\n<!-- ai-review:run=1-2-" + "0f" * 20 + "-1 -->\n\ud800"
    assert withhold(text, secrets) == text
