"""Whether the process lives, whether it can work, and a word for who opens the address."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>AI Review</title>
<h1>AI Review is running</h1>
<p>It reviews the pull requests of the repositories it is installed on.
Its webhook address is <code>/webhooks/github</code>.</p>
</html>
"""


def health(ready: Callable[[], tuple[str, ...]]) -> Blueprint:
    """The routes `/healthz`, `/readyz` and `/`."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "ok"}  # touches nothing: an outage elsewhere must not restart us

    @pages.get("/readyz")
    def able() -> tuple[dict[str, object], int]:
        problems = ready()
        if problems:
            return {"status": "not ready", "problems": problems}, 503
        return {"status": "ok"}, 200

    @pages.get("/")
    def home() -> str:
        return PAGE

    return pages
