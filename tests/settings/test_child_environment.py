from __future__ import annotations

import pytest

from bot.settings.child import child_environment


def test_a_process_we_start_gets_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "PRIVATE_KEY",
        "WEBHOOK_SECRET",
        "ANTHROPIC_API_KEY",
        "GITHUB_TOKEN",
        "DATABASE_URL",
    ):
        monkeypatch.setenv(name, "ours")
    monkeypatch.setenv("PATH", "/programs")
    monkeypatch.setenv("HOME", "/home/of/us")
    given = child_environment({"HOME": "/elsewhere", "PORT": "1"})
    assert given["PATH"] == "/programs"
    assert (given["HOME"], given["PORT"]) == ("/elsewhere", "1")
    assert "ours" not in given.values()
