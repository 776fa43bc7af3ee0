"""A small stateful GitHub on loopback. It imports nothing else of bot, so it can contradict it."""

from bot.sandbox.github import Sandbox
from bot.sandbox.scene import RepoScene

__all__ = ["RepoScene", "Sandbox"]
