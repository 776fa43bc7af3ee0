"""One repository with an open pull request, and what a worker and a receiver hold of it."""

from __future__ import annotations

from tests.service.conftest import building, ledger, queue, scene, steps

__all__ = ["building", "ledger", "queue", "scene", "steps"]
