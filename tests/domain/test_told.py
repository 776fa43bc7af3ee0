"""Findings as people name them."""

from __future__ import annotations

import pytest

from bot.domain.command import Unclear
from bot.domain.finding import Category, Severity
from bot.domain.run import Found, FoundStatus
from bot.domain.told import Told, point


def told(fingerprint: str, path: str, line: int) -> Told:
    found = Found(
        fingerprint,
        ("security",),
        Severity.HIGH,
        Category.SECURITY,
        path,
        line,
        "A claim",
        "code",
        FoundStatus.POSTED,
    )
    return Told(found, "a" * 40)


ONE = told("abc123ffffffffff", "src/login.py", 12)
TWO = told("abc124ffffffffff", "src/login.py", 40)
TWIN = told("0123456789abcdef", "src/cart.js", 3)
OTHER = told("fedcba9876543210", "src/cart.js", 3)
KNOWN = (ONE, TWO, TWIN, OTHER)


@pytest.mark.parametrize(
    ("name", "means"),
    [
        pytest.param("abc123", ONE, id="six digits"),
        pytest.param("ABC124FF", TWO, id="in capitals"),
        pytest.param("`abc123ffffffffff`", ONE, id="whole, as code"),
        pytest.param("src/login.py:40", TWO, id="place"),
        pytest.param("./src/login.py:12", ONE, id="place from here"),
    ],
)
def test_point(name: str, means: Told) -> None:
    assert point(name, KNOWN) == means


@pytest.mark.parametrize(
    ("name", "why", "nearest"),
    [
        pytest.param("abc12", "six or more digits", "", id="too short"),
        pytest.param("abcdef", "No finding of this pull request", "", id="no such"),
        pytest.param("src/login.py:13", "No finding of this pull request", "", id="no such line"),
        pytest.param("src/logn.py:12", "No finding", "src/login.py:40", id="a slip"),
        pytest.param("src/cart.js:3", "2 findings are called that: 01234567, fedcba98", "", id="2"),
        pytest.param("the second one", "six or more digits", "", id="words"),
    ],
)
def test_what_names_none_or_several_is_not_guessed(name: str, why: str, nearest: str) -> None:
    got = point(name, KNOWN)
    assert isinstance(got, Unclear)
    assert why in got.why
    assert (got.said, got.nearest) == (name, nearest)
