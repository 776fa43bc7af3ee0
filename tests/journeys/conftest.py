"""One installation for all journeys of a test process; every test has its own repository."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.contract.checked import checked
from tests.fakes.model import FakeModel
from tests.journeys.system import System

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def model() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@contextmanager
def installation(
    folders: pytest.TempPathFactory, model: FakeModel, limit_s: int = 60
) -> Iterator[System]:
    """GitHub and a running system, whose calls may take that many seconds."""
    folder: Path = folders.mktemp("system")
    with checked(Sandbox(folder / "github")) as github:
        one = System(github, model, folder / "home", limit_s)
        try:
            one.start()
            yield one
        finally:
            one.stop()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, model: FakeModel) -> Iterator[System]:
    with installation(tmp_path_factory, model) as one:
        yield one


def shop(system: System) -> RepoScene:
    """A repository with one changed branch."""
    made = system.github.create_repo(f"acme/shop{next(NUMBERS)}", files=BASE)
    made.branch("change")
    made.commit("change", HEAD, "Change")
    return made


@pytest.fixture
def repo(system: System, model: FakeModel) -> Iterator[RepoScene]:
    """A repository with one changed branch, and a model that has nothing to say."""
    model.reset()
    yield shop(system)
    system.github.faults.waiting.clear()


BASE = {
    "src/login.py": "def login(user):\n    return user\n\n\ndef unrelated():\n    return 1\n",
    "src/cart.js": "export const total = (a, b) => a + b;\n",
    "README.md": "# Shop\n",
}
HEAD = {
    "src/login.py": (
        "def login(user, password):\n"
        "    if password == user.password:\n"
        "        return user\n"
        "    return None\n"
        "\n\ndef unrelated():\n    return 1\n"
    ),
    "src/cart.js": "export const total = (a, b) => a + b;\nexport const none = 0;\n",
    "README.md": "# Shop\n\nSells things.\n",
}
