"""What several tests of the analysers share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "config" / "rules"


@pytest.fixture(scope="session")
def few_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real tables and one rule a language: reading all the rules takes a third of a second."""
    folder = tmp_path_factory.mktemp("rules")
    shutil.copytree(RULES / "tools", folder / "tools")
    for rule in ("python/python-csrf-exempt.yml", "javascript/js-debugger.yml"):
        (folder / rule).parent.mkdir()
        shutil.copy(RULES / rule, folder / rule)
    return folder
