"""What a change calls is read from GitHub: at its head, in one call, and nothing but files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.plan import Change
from bot.domain.pull import PullRef, RepoPolicy
from bot.ports.code_host import CodeHost
from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.git import LINK, SUBMODULE, Content, Special
from bot.service.reading import Reader
from bot.settings import load
from bot.wiring import github as host_of
from bot.wiring import reader

PRICES = "KEY = 1\n\n\ndef price(item):\n    return item.price\n"
BASE: dict[str, Content] = {
    "shop/cart.py": "def total(items):\n    return 0\n",
    "shop/prices.py": PRICES,
}
CALLS = (
    "from shop.prices import price\n\n\n"
    "def total(items):\n    return sum(price(item) for item in items)\n"
)


@dataclass
class Scene:
    """A pull request that calls what it does not change, and what reads it."""

    github: Sandbox
    repo: RepoScene
    number: int
    reader: Reader

    async def read(self, ignore: tuple[str, ...] = ()) -> Change:
        head = self.repo.pull(self.number).head_sha
        ids = (self.repo.id, self.number, head, self.github.installation.id)
        pull = await self.reader.host.pull(PullRef(self.repo.full_name, *ids))
        return await self.reader.read(pull, RepoPolicy(ignore=ignore))

    @property
    def texts_asked_for(self) -> int:
        return sum(each.path == "/graphql" for each in self.github.requests)


Make = Callable[..., Scene]


@pytest.fixture
def scene(github: Sandbox, tmp_path: Path) -> Make:
    def make(base: dict[str, Content] = BASE, key: str = "k" * 24) -> Scene:
        repo = github.create_repo("acme/shop", files=base)
        repo.branch("change")
        repo.commit("change", {"shop/cart.py": CALLS}, "Change")
        number = repo.open_pull(head="change", author="mia")
        settings = load(
            {
                "APP_ID": str(github.app.id),
                "PRIVATE_KEY": github.app.private_key,
                "GITHUB_API_URL": github.url,
                "AI_REVIEW_HOME": str(tmp_path),
                "ANTHROPIC_API_KEY": key,
            },
            env_file=None,
        )
        github.forget_requests()
        return Scene(github, repo, number, reader(settings, host_of(settings)))

    return make


async def test_one_call_more_is_made_and_none_without_need(scene: Make) -> None:
    calling = scene()
    [price] = (await calling.read()).definitions
    assert (price.path, price.name, price.start, price.end) == ("shop/prices.py", "price", 4, 5)
    assert calling.texts_asked_for == 2
    calling.repo.push(calling.number, {"shop/cart.py": "def total(items):\n    return 1\n"})
    calling.github.forget_requests()
    assert (await calling.read()).definitions == ()
    assert calling.texts_asked_for == 1


async def test_without_a_model_nobody_is_asked(scene: Make) -> None:
    keyless = scene(key="")
    assert (await keyless.read()).definitions == ()
    assert keyless.texts_asked_for == 1


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
    scene: Make, base: dict[str, Content], said: str | None
) -> None:
    change = await scene({"shop/cart.py": BASE["shop/cart.py"], **base}).read()
    assert change.definitions == ()
    clause = f"what is called in shop/prices.py {said}"
    assert change.not_shown == ((clause,) if said else ())


async def test_a_forks_head_is_read_from_the_base_repository(scene: Make) -> None:
    calling = scene()
    fork = calling.repo.fork("eve")
    fork.branch("theirs")
    moved: dict[str, Content] = {"shop/prices.py": None, "shop/lib/prices.py": PRICES}
    fork.commit("theirs", {**moved, "shop/cart.py": "total = 1\n"}, "Move")
    calling.repo.commit("main", {"shop/prices.py": "def price(item):\n    return 1\n"}, "Later")
    calling.number = calling.repo.open_pull(head="theirs", author="eve", fork=True)
    calling.repo.push(
        calling.number,
        {"shop/cart.py": "from shop.lib.prices import price\n\ntotal = price(1)\n"},
    )
    [price] = (await calling.read()).definitions
    assert (price.path, price.start) == ("shop/lib/prices.py", 4)


class RefusesTheSecond:
    """A host whose GitHub refuses every text but the change's own."""

    def __init__(self, host: CodeHost, github: Sandbox) -> None:
        self.host, self.github, self.asked = host, github, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)

    async def texts(self, pull: Any, paths: Any) -> Any:
        self.asked += 1
        if self.asked == 2:
            self.github.fault("POST", "/graphql", times=9, status=403)
        return await self.host.texts(pull, paths)


async def test_a_refusal_is_a_clause_and_the_review_goes_on(scene: Make) -> None:
    calling = scene()
    refusing = RefusesTheSecond(calling.reader.host, calling.github)
    calling.reader = replace(calling.reader, host=cast(CodeHost, refusing))
    change = await calling.read()
    assert (change.definitions, [each.path for each in change.texts]) == ((), ["shop/cart.py"])
    [clause] = change.not_shown
    assert clause.startswith("what is called outside of the change (GitHub")


async def test_what_the_policy_ignores_is_not_read(scene: Make) -> None:
    assert (await scene().read(ignore=("shop/prices*",))).definitions == ()
