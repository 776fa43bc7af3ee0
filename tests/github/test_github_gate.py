"""The last gate before GitHub."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from bot.github.gate import MOST_BODY, MOST_MESSAGE, MOST_TITLE, Gate

SECRET = "whsec/" + "k3y+" * 6
GATE = Gate(lambda: (SECRET, ""))


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(SECRET, id="plain"),
        pytest.param(base64.b64encode(SECRET.encode()).decode(), id="base64"),
        pytest.param(SECRET.encode().hex(), id="hex"),
        pytest.param(quote(SECRET, safe=""), id="URL-encoded"),
        pytest.param("ghp_" + "a" * 36, id="personal token"),
        pytest.param("ghs_12_" + "eyJ" + "b" * 200 + "." + "c" * 300, id="installation token"),
    ],
)
def test_no_secret_passes_in_any_form(leak: str) -> None:
    for passed in (GATE.body, GATE.title, GATE.message):
        kept = passed(f"before {leak} after")
        assert leak not in kept
        assert kept.startswith("before")


def test_plain_words_pass_unchanged() -> None:
    assert GATE.body("3 findings, worst **high** 🦉") == "3 findings, worst **high** 🦉"


def test_texts_are_cut_to_githubs_limits() -> None:
    assert len(GATE.body("é" * 70_000)) == MOST_BODY
    assert len(GATE.title("t" * 300)) == MOST_TITLE
    message = GATE.message("é" * 40_000)
    assert len(message.encode()) <= MOST_MESSAGE
    assert message.endswith("…")


def test_half_a_surrogate_pair_does_not_stop_a_post() -> None:
    assert GATE.body("x\ud83dy") == "x?y"
