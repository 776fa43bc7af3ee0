"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import examples

if TYPE_CHECKING:
    from bot.sandbox import Sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-goldens", action="store_true", help="write golden files anew")


def pytest_configure(config: pytest.Config) -> None:
    examples.choose(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    examples.join(config, items)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Sandbox]:
    """A GitHub on loopback, held against GitHub's own description when the test ends."""
    from bot.sandbox import Sandbox  # slow to load, and most tests need none
    from tests.contract.checked import checked

    with checked(Sandbox(tmp_path / "github")) as sandbox:
        yield sandbox
