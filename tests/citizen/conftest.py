"""What tests of good behaviour share: a pull request and a worker's parts; servers under attack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.citizen.scene import BASE
from tests.service.conftest import building, ledger, queue, scene, steps
from tests.service.office import Building, built

__all__ = ["building", "ledger", "queue", "scene", "steps"]


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    """An installation whose first pull request nobody asks about."""
    with built(tmp_path_factory.mktemp("besieged"), BASE, [{"src/decoy.py": "x = 1\n"}]) as made:
        yield made
