"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.contract.checked import checked


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-goldens", action="store_true", help="write golden files anew")


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Sandbox]:
    """A GitHub on loopback, held against GitHub's own description when the test ends."""
    with checked(Sandbox(tmp_path / "github")) as sandbox:
        yield sandbox
