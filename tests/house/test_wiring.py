"""What only the place where everybody meets can get wrong."""

from __future__ import annotations

from pathlib import Path

from bot.guard.material import boundary
from bot.settings import load
from bot.wiring import house, language_model


def key(home: Path, **more: str) -> bytes:
    return house(load({"AI_REVIEW_HOME": str(home), **more}, env_file=None)).key


def test_a_boundary_is_made_of_what_only_this_server_knows(tmp_path: Path) -> None:
    one = key(tmp_path, GITHUB_TOKEN="a" * 40)
    assert one == key(tmp_path, GITHUB_TOKEN="a" * 40), "a replay would not match"
    assert one != key(tmp_path, GITHUB_TOKEN="b" * 40)
    assert key(tmp_path) != key(tmp_path), "without a secret it must be chance"
    assert boundary(one, "run") != boundary(key(tmp_path, GITHUB_TOKEN="b" * 40), "run")


def test_without_a_models_key_there_is_no_model_and_the_plan_knows(tmp_path: Path) -> None:
    bare = load({"AI_REVIEW_HOME": str(tmp_path)}, env_file=None)
    assert language_model(bare) is None
    assert house(bare).desk.static_only
    keyed = load({"AI_REVIEW_HOME": str(tmp_path), "ANTHROPIC_API_KEY": "k" * 24}, env_file=None)
    assert language_model(keyed) is not None
    assert not house(keyed).desk.static_only
