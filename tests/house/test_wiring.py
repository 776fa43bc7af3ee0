"""What only the place where everybody meets can get wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.domain.wishes import Limit
from bot.guard.material import boundary
from bot.sandbox import Sandbox
from bot.settings import load
from bot.store.database import open_database
from bot.store.our_name import OurName
from bot.store.runs import StoredRuns
from bot.store.wishes import StoredWishes
from bot.wiring import duties, house, language_model, migrate


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


@pytest.mark.slow
def test_a_worker_looks_for_what_was_missed_where_it_is_an_app(
    github: Sandbox, tmp_path: Path
) -> None:
    app = {"APP_ID": str(github.app.id), "PRIVATE_KEY": github.app.private_key}
    known = {"AI_REVIEW_HOME": str(tmp_path), "GITHUB_API_URL": github.url}
    settings = load({**known, **app}, env_file=None)
    migrate(settings)
    github.create_repo("acme/shop", files={"a.py": "a = 1\n"})
    plan = {each.name: each for each in duties(settings).duties}
    assert {name: (each.every_s, each.alone) for name, each in plan.items()} == {
        "end what hangs": (60, False),
        "our name": (86_400, True),
        "missed deliveries": (300, True),
        "reconciliation": (3600, True),
    }
    engine = open_database(settings.database_url)
    ended = RunRecord("7-1-a-1", "acme/shop", 7, 1, "a" * 40, 5, "opened", RunStatus.COMPLETED, 1.0)
    asyncio.run(StoredRuns(engine).begin(replace(ended, finished=1.0)))
    old, once = PullRef("acme/shop", 7, 1, "a" * 40, 5), Limit(1, 9e12)
    kept = StoredWishes(engine)
    assert asyncio.run(kept.admit(old, "finding", "a", 1.0, once))
    assert OurName(engine).known() == ""
    for each in plan.values():
        each.do()
    assert OurName(engine).known() == github.app.slug
    assert asyncio.run(kept.admit(old, "finding", "b", 2.0, once))  # "a" was pruned
    engine.dispose()
    asked = {each.path for each in github.requests}
    assert {"/app/hook/deliveries", "/app/installations", "/installation/repositories"} <= asked
    bare = load({**known, "GITHUB_TOKEN": "a" * 40}, env_file=None)
    assert [each.name for each in duties(bare).duties] == ["end what hangs"]
