from __future__ import annotations

import time

import pytest

from bot.guard.pattern import Pattern, Where
from bot.guard.patterns import BY_NAME, PATTERNS
from bot.guard.redact import redact
from bot.guard.secrets import find_secrets, matches

HOSTILE = 40_000
every_pattern = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)


@every_pattern
def test_a_pattern_finds_its_bad_example_under_its_own_name(pattern: Pattern) -> None:
    assert [secret.name for secret in find_secrets(pattern.bad)] == [pattern.name]


@every_pattern
def test_nothing_is_found_in_a_patterns_good_example(pattern: Pattern) -> None:
    assert find_secrets(pattern.good) == ()


@every_pattern
def test_a_bad_example_is_gone_after_redaction(pattern: Pattern) -> None:
    assert pattern.title in redact(pattern.bad).text
    assert find_secrets(redact(pattern.bad).text) == ()


def hostile(pattern: Pattern, literal: str) -> list[str]:
    """40 kB each: what the pattern looks for, begun again and again, or never ended."""
    begun = pattern.bad[: len(pattern.bad) * 2 // 3]
    repeated = [literal, begun]
    endless = ["a1"]
    if pattern.where is not Where.STRETCH:
        repeated += [literal + tail for tail in ("a1 ", "\n", '="', ":a@")]
        endless += [" ", "\n", "a=", ":"]
    return [each * (HOSTILE // len(each)) for each in repeated] + [
        literal + each * (HOSTILE // len(each)) for each in endless
    ]


@pytest.mark.slow
@every_pattern
def test_hostile_repetition_takes_linear_time(pattern: Pattern) -> None:
    """Quadratic work on 40 kB would be 10**9 steps: many seconds instead of a millisecond."""
    for literal in pattern.near[:1]:
        for text in hostile(pattern, literal):
            started = time.process_time()
            list(matches(pattern, literal, text, text.lower()))
            assert time.process_time() - started < 1


def test_names_are_unique_and_there_are_many() -> None:
    assert len(BY_NAME) == len(PATTERNS) >= 60


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda each: each.name)
def test_prefilter_literals_are_lower_case(pattern: Pattern) -> None:
    assert pattern.near
    assert all(literal == literal.lower() and len(literal) >= 2 for literal in pattern.near)
