"""A sandbox with a clock turned by hand, and one pull request in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.contract.checked import checked
from tests.sandbox.asking import Client, HandClock, as_installation

OLD = "".join(f"line {n}\n" for n in range(1, 41))
NEW = OLD.replace("line 4\n", "line four\nand more\n").replace("line 30\n", "")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def github(tmp_path: Path, clock: HandClock) -> Iterator[Sandbox]:
    with checked(Sandbox(tmp_path, clock=clock)) as sandbox:
        yield sandbox


@pytest.fixture
def repo(github: Sandbox) -> RepoScene:
    """`acme/shop` with pull request 1: lines 4 and 30 of src/cart.py changed."""
    made = github.create_repo("acme/shop", {"src/cart.py": OLD, "README.md": "# Shop\n"})
    github.person("mia", permission="write")
    made.commit("feature", {"src/cart.py": NEW}, "Change the cart")
    made.open_pull("feature", title="Change the cart", body="Please.")
    return made


@pytest.fixture
def bot(github: Sandbox, repo: RepoScene) -> Client:
    return as_installation(github)
