"""The web process: it verifies, routes, queues and answers. Nothing else, so it answers at once."""

from bot.web.app import create_app

__all__ = ["create_app"]
