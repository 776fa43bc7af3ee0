"""`pytest tests/reporting --renew-goldens` writes the golden files anew: then read their diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    renew = request.config.getoption("--renew-goldens", default=False)

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if renew:
            path.write_bytes(text.encode("utf-8"))
        assert text.encode("utf-8") == path.read_bytes(), f"{name} reads otherwise now"

    return compare
