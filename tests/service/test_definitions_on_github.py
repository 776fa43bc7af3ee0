"""A definition of an unchanged file on its way from GitHub to the model's prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.plan import Change
from bot.domain.pull import RepoPolicy
from bot.engine.steps import KeptSteps
from bot.sandbox import Sandbox
from bot.sandbox.git import LINK, SUBMODULE, Content, Special
from bot.service.review_pull import ReviewPull
from bot.settings import load
from bot.store.memory import RunsInMemory, TextsInMemory
from bot.wiring import review_pull
from tests.fakes.model import FakeModel
from tests.service.conftest import Scene

TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PRICES = f"""KEY = "{TOKEN}"


def price(item):
    headers = {{"Authorization": "{TOKEN}"}}
    return ask(item, headers)
"""
BASE: dict[str, Content] = {
    "shop/cart.py": "def total(items):\n    return 0\n",
    "shop/prices.py": PRICES,
}
HEAD: dict[str, Content] = {
    "shop/cart.py": (
        "from shop.prices import price\n\n\n"
        "def total(items):\n    return sum(price(item) for item in items)\n"
    )
}


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as model:
        yield model


def a_scene(github: Sandbox, tmp_path: Path, model: FakeModel, base: dict[str, Content]) -> Scene:
    repo = github.create_repo("acme/shop", files=base)
    repo.branch("change")
    repo.commit("change", HEAD, "Change")
    number = repo.open_pull(head="change", author="mia")
    settings = load(
        {
            "APP_ID": str(github.app.id),
            "PRIVATE_KEY": github.app.private_key,
            "GITHUB_API_URL": github.url,
            "AI_REVIEW_HOME": str(tmp_path),
            "ANTHROPIC_API_KEY": "k" * 24,
            "ANTHROPIC_BASE_URL": model.url,
        },
        env_file=None,
    )
    runs = RunsInMemory()
    review: ReviewPull = review_pull(settings, TextsInMemory(), runs)
    return Scene(github, repo, number, review.host, runs, review)  # type: ignore[arg-type]


async def read(scene: Scene, policy: RepoPolicy | None = None) -> Change:
    pull = await scene.host.pull(scene.pull)
    return await scene.review.reader.read(pull, policy or RepoPolicy())


def graphql_calls(scene: Scene) -> int:
    return sum(each.path == "/graphql" for each in scene.github.requests)


async def test_it_reaches_the_prompt_with_line_numbers_and_without_its_secret(
    github: Sandbox, tmp_path: Path, model: FakeModel, steps: KeptSteps
) -> None:
    scene = a_scene(github, tmp_path, model, BASE)
    await scene.review(steps, scene.asked(), "run-1")
    [check] = scene.repo.pull(scene.number).checks
    assert check.conclusion == "success"
    prompt = str(model.of("security")[0].body)
    assert "## shop/prices.py: price (called in shop/cart.py)" in prompt
    assert "     4   def price(item):" in prompt
    assert "     6       return ask(item, headers)" in prompt
    assert "     5       headers = " in prompt
    assert "«redacted" in prompt
    assert TOKEN not in prompt
    assert "understanding only" in prompt


async def test_one_call_more_is_made_and_none_without_need(
    github: Sandbox, tmp_path: Path, model: FakeModel
) -> None:
    scene = a_scene(github, tmp_path, model, BASE)
    github.forget_requests()
    change = await read(scene)
    assert [each.name for each in change.definitions] == ["price"]
    assert graphql_calls(scene) == 2
    scene.repo.push(scene.number, {"shop/cart.py": "def total(items):\n    return len(items)\n"})
    github.forget_requests()
    assert (await read(scene)).definitions == ()
    assert graphql_calls(scene) == 1


async def test_without_a_model_nobody_is_asked(scene: Scene) -> None:
    scene.repo.push(scene.number, HEAD)  # type: ignore[arg-type]
    scene.github.forget_requests()
    await read(scene)
    assert graphql_calls(scene) == 1


@pytest.mark.parametrize(
    ("base", "said"),
    [
        pytest.param(
            {"shop/prices.py": Special(LINK, "../secret.py"), "secret.py": PRICES},
            "(a link)",
            id="link",
        ),
        pytest.param(
            {"shop/prices": Special(LINK, "../lib"), "lib/__init__.py": PRICES},
            None,
            id="link to a folder",
        ),
        pytest.param(
            {"shop/prices.py": Special(SUBMODULE, "a" * 40)}, "(not a file)", id="submodule"
        ),
        pytest.param({"shop/prices.py": b"\0" + PRICES.encode()}, "(binary)", id="binary"),
        pytest.param({"shop/prices.py": PRICES + "#" * 512_000}, "(over 512 kB)", id="large"),
    ],
)
async def test_what_is_no_file_of_the_repository_is_not_read(
    github: Sandbox, tmp_path: Path, model: FakeModel, base: dict[str, Content], said: str | None
) -> None:
    scene = a_scene(github, tmp_path, model, {**BASE, "shop/prices.py": None, **base})
    change = await read(scene)
    assert change.definitions == ()
    clause = f"what is called in shop/prices.py {said}"
    assert change.not_shown == ((clause,) if said else ())


async def test_a_forks_head_is_read_from_the_base_repository(
    github: Sandbox, tmp_path: Path, model: FakeModel
) -> None:
    scene = a_scene(github, tmp_path, model, BASE)
    fork = scene.repo.fork("eve")
    fork.branch("theirs")
    moved: dict[str, Content] = {"shop/prices.py": None, "shop/lib/prices.py": PRICES}
    fork.commit("theirs", {**moved, "shop/cart.py": "total = 1\n"}, "Move")
    scene.repo.commit("main", {"shop/prices.py": "def price(item):\n    return 1\n"}, "Later")
    scene.number = scene.repo.open_pull(head="theirs", author="eve", fork=True)
    scene.repo.push(
        scene.number,
        {"shop/cart.py": "from shop.lib.prices import price\n\ntotal = price(1)\n"},
    )
    [price] = (await read(scene)).definitions
    assert (price.path, price.start) == ("shop/lib/prices.py", 4)


async def test_a_refusal_is_a_clause_and_the_review_goes_on(
    github: Sandbox, tmp_path: Path, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = a_scene(github, tmp_path, model, BASE)
    host, asked = scene.review.reader.host, 0

    class SecondTime:
        def __getattr__(self, name: str) -> Any:
            return getattr(host, name)

        async def texts(self, pull: Any, paths: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == 2:
                github.fault("POST", "/graphql", times=9, status=403)
            return await host.texts(pull, paths)

    reader = replace(scene.review.reader, host=SecondTime())
    change = await reader.read(await scene.host.pull(scene.pull), RepoPolicy())
    github.faults.waiting.clear()
    assert change.definitions == ()
    [clause] = change.not_shown
    assert clause.startswith("what is called outside of the change (GitHub")


async def test_what_the_policy_ignores_is_not_read(
    github: Sandbox, tmp_path: Path, model: FakeModel
) -> None:
    scene = a_scene(github, tmp_path, model, BASE)
    change = await read(scene, RepoPolicy(ignore=("shop/prices*",)))
    assert change.definitions == ()
