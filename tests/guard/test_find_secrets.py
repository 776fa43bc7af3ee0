from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard.sample import hexadecimal, made_up
from bot.guard.secrets import find_secrets
from tests.examples import examples

GITHUB = "ghp_" + "a" * 36
PASSWORD = "v9" + "Kq!x2Lm" + "7Zt"


@pytest.mark.parametrize(
    "text",
    [
        'password = "changeme"',
        'password = "password123"',
        'password = "xxxxxxxxxxxx"',
        'password = "${DB_PASSWORD}"',
        'password = "<token>"',
        "password = os.environ['DB_PASSWORD']",
        "password = getpass.getpass()",
        'token_type = "access_token"',
        'secret_name = "my-app/production/database"',
        'api_key = "{{ vault_api_key }}"',
        'password = "%(password)s"',
        'error = "The password is wrong."',
        'PASSWORD_FIELD = "user_password_2"',
        "TOKEN=$(get_token)",
        "SECRET_KEY=",
        "password: str | None = None",
        "if token == expected_token:",
        'secretKeyRef: "database-credentials"',
        "postgres://postgres:postgres@localhost/app",
        "https://example.com/a:b@c",
        'integrity="sha512-' + made_up(86) + '=="',
        "commit " + hexadecimal(40),
        "token-bucket-rate-limiter-with-a-long-name",
        "-----BEGIN CERTIFICATE-----\n" + made_up(64) + "\n-----END CERTIFICATE-----",
        'if "-----BEGIN PRIVATE KEY-----" in text:',
        "AKIA" + "IOSFODNN7" + "EXAMPLE",
    ],
)
def test_ordinary_code_holds_no_secret(text: str) -> None:
    assert find_secrets(text) == ()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        pytest.param(f'password = "{PASSWORD}"', PASSWORD, id="assignment"),
        pytest.param(f"'db_password': '{PASSWORD}',", PASSWORD, id="mapping"),
        pytest.param(f'"apiKey": "{PASSWORD}"', PASSWORD, id="json"),
        pytest.param(f'config["secret"] = "{PASSWORD}"', PASSWORD, id="index"),
        pytest.param(f"DB_PASSWORD={PASSWORD}\n", PASSWORD, id="env file"),
        pytest.param(f"SECRET_KEY_BASE={hexadecimal(40)}", hexadecimal(40), id="env key"),
        pytest.param(f"api_key: {hexadecimal(32)}\nnext: 1", hexadecimal(32), id="yaml"),
        pytest.param(f"mongodb+srv://app:{PASSWORD}@c.example.net", PASSWORD, id="mongodb+srv"),
        pytest.param(f"postgresql+psycopg://a:{PASSWORD}@db/x", PASSWORD, id="driver"),
        pytest.param(f"redis://:{PASSWORD}@cache:6379/0", PASSWORD, id="no user"),
        pytest.param(f"https://bob:{PASSWORD}@git.internal/x", PASSWORD, id="basic auth"),
        pytest.param(f"https://x-access-token:{GITHUB}@github.com/a", GITHUB, id="token in a url"),
        pytest.param(f"Authorization: Basic {made_up(40)}", made_up(40), id="header"),
        pytest.param(f"a\\n{GITHUB}\\nb", GITHUB, id="behind an escaped line feed"),
        pytest.param(f"a\\nsk-{made_up(48)}", f"sk-{made_up(48)}", id="short prefix, escaped"),
        pytest.param("ghs_" + "a.b-c_d" * 70, "ghs_" + "a.b-c_d" * 70, id="stateless App token"),
    ],
)
def test_exactly_the_secret_is_found(text: str, hidden: str) -> None:
    [secret] = find_secrets(text)
    assert text[secret.start : secret.end] == hidden


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", ""])
@pytest.mark.parametrize("joint", ["\n", "\r\n", "\\n", '\\n"\n    "'])
def test_a_private_key_of_any_kind_is_one_secret(kind: str, joint: str) -> None:
    lines = [f"-----BEGIN {kind}PRIVATE KEY-----", made_up(64), made_up(64), made_up(20)]
    key = joint.join([*lines, f"-----END {kind}PRIVATE KEY-----"])
    [secret] = find_secrets(f'key = "{key}"\nafter = 1')
    assert (secret.title, secret.start, secret.end) == ("private key", 7, 7 + len(key))


def test_a_key_cut_off_before_its_end_is_hidden_as_far_as_it_goes() -> None:
    body = "\n".join(made_up(64 + n)[-64:] for n in range(4))
    text = f"-----BEGIN PRIVATE KEY-----\n{body}\n\ndef f(): ..."
    [secret] = find_secrets(text)
    assert text[secret.end :].strip() == "def f(): ..."


def test_lines_are_counted_from_one() -> None:
    assert [secret.line for secret in find_secrets(f"\n\n{GITHUB}\n{GITHUB}")] == [3, 4]


def test_offsets_hold_in_texts_that_grow_when_folded() -> None:
    text = "İİİ " + GITHUB
    [secret] = find_secrets(text)
    assert text[secret.start : secret.end] == GITHUB


def test_the_surest_pattern_names_a_secret_and_the_widest_match_hides_it() -> None:
    token = "ghp_" + made_up(36)
    text = f'token = "prefix9!{token}"'
    [secret] = find_secrets(text)
    assert secret.name == "github-pat"
    assert text[secret.start : secret.end] == f"prefix9!{token}"


PIECES = st.sampled_from(
    [
        GITHUB,
        f'password = "{PASSWORD}"',
        "\n",
        " ",
        "é",
        "token=",
        "://a:",
        "@b",
        "-" * 5,
        "eyJ",
        "AAA",
    ]
)


@examples(150)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=15).map("".join))
def test_secrets_are_ordered_and_apart(text: str) -> None:
    found = find_secrets(text)
    for one, other in pairwise(found):
        assert one.start < one.end <= other.start
    assert all(secret.line == text.count("\n", 0, secret.start) + 1 for secret in found)
