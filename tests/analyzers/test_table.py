"""What we say of other tools' rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.analyzers.table import Entry, Table, load_table
from bot.domain.finding import Category, Severity
from bot.errors import ConfigError

RULES = Path(__file__).parents[2] / "config" / "rules"
TABLE = Table(
    (),
    (),
    Severity.LOW,
    Category.QUALITY,
    {
        "S": Entry(severity=Severity.MEDIUM, category=Category.SECURITY),
        "S60": Entry(message="Pass a list."),
        "S602": Entry(severity=Severity.HIGH, title="A shell runs text"),
    },
)


@pytest.mark.parametrize(
    ("code", "severity", "category", "title", "message"),
    [
        ("S602", "high", "security", "A shell runs text", "Pass a list."),
        ("S601", "medium", "security", "Said by the tool", "Pass a list."),
        ("S1", "medium", "security", "Said by the tool", "said by the tool; at length."),
        ("B1", "low", "quality", "Said by the tool", "said by the tool; at length."),
    ],
)
def test_the_most_exact_entry_counts(
    code: str, severity: str, category: str, title: str, message: str
) -> None:
    words = TABLE.tell(code, "said by the tool; at length.")
    assert (words.severity, words.category, words.title, words.message) == (
        severity,
        category,
        title,
        message,
    )


def test_the_tools_own_severity_counts_before_our_default() -> None:
    assert TABLE.tell("B1", "x", Severity.HIGH).severity is Severity.HIGH
    assert TABLE.tell("S602", "x", Severity.LOW).severity is Severity.HIGH


@pytest.mark.parametrize("tool", ["ruff", "zizmor", "oxlint", "gitleaks"])
def test_our_tables_speak_in_sentences(tool: str) -> None:
    for code, entry in load_table(RULES, tool).rules.items():
        assert not (entry.title or "").endswith("."), code
        assert entry.message is None or entry.message.strip()[-1] in ".?", code


def test_ruffs_rules_weigh_what_they_should() -> None:
    table = load_table(RULES, "ruff")
    for code, severity, category in (
        ("S608", Severity.HIGH, Category.SECURITY),
        ("B006", Severity.MEDIUM, Category.QUALITY),
        ("PERF401", Severity.LOW, Category.PERFORMANCE),
        ("ASYNC251", Severity.MEDIUM, Category.PERFORMANCE),
        ("F821", Severity.HIGH, Category.QUALITY),
    ):
        words = table.tell(code, "x")
        assert (words.severity, words.category) == (severity, category)


def test_a_wrong_table_is_refused_by_file_and_field(tmp_path: Path) -> None:
    file = tmp_path / "tools" / "ruff.yml"
    file.parent.mkdir()
    file.write_text("default_category: quality\ndefault_severity: mild\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_table(tmp_path, "ruff")
    assert f"{file}: field default_severity" in refused.value.what


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_table(tmp_path, "ruff")
