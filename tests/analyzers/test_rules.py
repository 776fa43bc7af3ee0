"""Every rule of ours proves itself: it fires on each bad example and on no good one."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bot.analyzers.astgrep_child import matches
from bot.analyzers.rules import Rule, load_rules, read_rule
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
RULES = load_rules(ROOT / "config" / "rules")
EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def fires(rule: Rule, language: str, text: str) -> bool:
    return bool(matches(text, language, [(rule.id, rule.search)]))


@EACH_RULE
def test_a_rule_fires_on_each_bad_example_in_each_language(rule: Rule) -> None:
    tried = itertools.product(rule.languages, rule.bad)
    assert [each for each in tried if not fires(rule, *each)] == []


@EACH_RULE
def test_a_rule_is_silent_on_each_good_example_in_each_language(rule: Rule) -> None:
    tried = itertools.product(rule.languages, rule.good)
    assert [each for each in tried if fires(rule, *each)] == []


@EACH_RULE
def test_a_rule_is_named_after_its_file_and_speaks_in_sentences(rule: Rule) -> None:
    assert rule.file.stem == rule.id
    assert rule.id.split("-")[0] in {"python", "js", "ts", "go", "java", "ruby", "php", "c"}
    assert not rule.title.endswith(".")
    assert rule.message.endswith(".")
    assert len(rule.message) > 40


def test_every_category_and_language_is_covered() -> None:
    assert len(RULES) >= 48
    covered = {(rule.languages[0], rule.category.value) for rule in RULES}
    wanted = itertools.product(
        ("python", "javascript", "go", "java", "ruby", "php", "c"),
        ("security", "performance", "quality"),
    )
    assert set(wanted) - covered == set()


GOOD_RULE = """
id: python-shout
languages: [python]
severity: low
category: quality
title: Do not shout
message: Shouting wakes the neighbours. Whisper.
rule: {pattern: shout($A)}
bad: ["shout(1)"]
good: ["whisper(1)"]
"""


def written(folder: Path, text: str, name: str = "own/python-shout.yml") -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_an_operator_may_add_a_folder_of_rules(tmp_path: Path) -> None:
    written(tmp_path, GOOD_RULE)
    assert [rule.id for rule in load_rules(tmp_path)] == ["python-shout"]


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        pytest.param("severity: loud", "severity: low", "field severity", id="severity"),
        pytest.param(
            "languages: [klingon]", "languages: [python]", "field languages.0", id="language"
        ),
        pytest.param("id: Shout It", "id: python-shout", "field id", id="id"),
        pytest.param("bad: []", 'bad: ["shout(1)"]', "field bad", id="no example"),
        pytest.param(
            "rule: {pattren: x}", "rule: {pattern: shout($A)}", "field rule.pattren", id="key"
        ),
        pytest.param("rule: {kind: nope}", "rule: {pattern: shout($A)}", "field rule", id="kind"),
        pytest.param("rule: {}", "rule: {pattern: shout($A)}", "field rule", id="empty rule"),
        pytest.param("colour: red\nseverity: low", "severity: low", "field colour", id="extra"),
        pytest.param("severity: [", "severity: low", "not YAML", id="not yaml"),
    ],
)
def test_a_wrong_rule_is_refused_by_file_and_field(
    tmp_path: Path, wrong: str, right: str, named: str
) -> None:
    assert right in GOOD_RULE
    file = written(tmp_path, GOOD_RULE.replace(right, wrong))
    with pytest.raises(ConfigError) as refused:
        read_rule(file)
    assert str(file) in refused.value.what
    assert named in refused.value.what
    assert refused.value.remedy


def test_an_id_is_used_once(tmp_path: Path) -> None:
    first = written(tmp_path, GOOD_RULE, "one/a.yml")
    second = written(tmp_path, GOOD_RULE, "two/a.yml")
    with pytest.raises(ConfigError) as refused:
        load_rules(tmp_path)
    assert str(first) in refused.value.what
    assert str(second) in refused.value.what


def test_a_missing_folder_of_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_rules(tmp_path / "nowhere")
