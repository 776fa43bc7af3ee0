"""The sandbox in a browser."""

from __future__ import annotations

from flask import Blueprint, abort

from bot.sandbox.state import World


def pages(world: World) -> Blueprint:
    """Pages over `world`: a pull request as its readers would see it."""
    site = Blueprint("pages", __name__)

    @site.get("/<owner>/<repo>/pull/<int:number>")
    def pull(owner: str, repo: str, number: int) -> str:
        found = world.repo(f"{owner}/{repo}")
        if found is None or number not in found.pulls:
            abort(404)
        return f"#{number}"

    return site
