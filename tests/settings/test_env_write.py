"""Writing `.env`: private, whole, and nothing else of it lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.settings.env_file import read_env_file
from bot.settings.env_write import write_env, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / ".env"
    write_env(path, {"APP_ID": "12"})
    assert (path.read_text(), mode(path)) == ("APP_ID=12\n", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_other_lines_stay_and_old_values_go(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nPORT=9000\nAPP_ID=1\nexport WEBHOOK_SECRET='old'\nLOG_LEVEL=debug")
    path.chmod(0o644)
    write_env(path, {"APP_ID": "2", "WEBHOOK_SECRET": "new"})
    assert path.read_text() == (
        "# mine\nPORT=9000\nLOG_LEVEL=debug\nAPP_ID=2\nWEBHOOK_SECRET=new\n"
    )
    assert mode(path) == 0o600


@given(st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), min_size=1))
@settings(max_examples=100)
def test_any_value_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    path = tmp_path_factory.mktemp("env") / ".env"
    write_env(path, {"WEBHOOK_SECRET": value})
    assert read_env_file(path) == {"WEBHOOK_SECRET": value}


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_private(tmp_path / "file" / "key.pem", "secret")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
