from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.guard.patterns import PATTERNS
from bot.guard.redact import Redacted, redact
from bot.guard.sample import made_up
from tests.examples import examples

GITHUB = "ghp_" + "a" * 36


def test_a_secret_is_replaced_in_its_line() -> None:
    redacted = redact(f"a = 1\nt = '{GITHUB}'  # mine\n")
    assert redacted == Redacted(
        "a = 1\nt = '«redacted: GitHub token»'  # mine\n", ((2, "GitHub token"),)
    )


def test_a_key_block_keeps_its_lines() -> None:
    key = f"-----BEGIN EC PRIVATE KEY-----\n{made_up(64)}\n-----END EC PRIVATE KEY-----"
    assert redact(f"x\n{key}\ny").text == "x\n" + "«redacted: private key»\n" * 3 + "y"


def test_text_without_secrets_is_untouched() -> None:
    text = "def f(password: str) -> str:\n    return hash(password)\r\n"
    assert redact(text) == Redacted(text, ())


HOSTILE = st.one_of(
    st.sampled_from([pattern.bad for pattern in PATTERNS]),
    st.sampled_from([pattern.bad[len(pattern.bad) // 2 :] for pattern in PATTERNS]),
    st.sampled_from(["\n", "\r\n", " ", '"', "'", "=", "-----", ":", "@", "://", "\\n", "«", "»"]),
    st.text(max_size=10),
)
TEXTS = st.lists(HOSTILE, max_size=12).map("".join)


@examples(200)
@given(TEXTS)
def test_redaction_keeps_the_number_of_lines(text: str) -> None:
    assert redact(text).text.count("\n") == text.count("\n")


@examples(200)
@given(TEXTS)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once) == Redacted(once, ())


@examples(100)
@given(TEXTS, TEXTS)
def test_a_token_among_anything_is_gone(before: str, after: str) -> None:
    assert GITHUB not in redact(f"{before}\n{GITHUB}\n{after}").text
