"""Everybody meets here: settings become adapters, adapters become use cases.

The only package that knows both ports and adapters. What a command does not need it does not
import.
"""

from __future__ import annotations

from bot.wiring.duties import duties, missed, reconcile
from bot.wiring.parts import (
    analyzers,
    database,
    github,
    language_model,
    migrate,
    own_version,
    warm_up,
)
from bot.wiring.reviews import (
    Shelf,
    desk,
    examiner,
    house,
    judge,
    judge_here,
    memory,
    opinions,
    reader,
    review_pull,
    run_commands,
    shelf,
)
from bot.wiring.servers import Replaying, recover, replaying, web, worker

__all__ = [
    "Replaying",
    "Shelf",
    "analyzers",
    "database",
    "desk",
    "duties",
    "examiner",
    "github",
    "house",
    "judge",
    "judge_here",
    "language_model",
    "memory",
    "migrate",
    "missed",
    "opinions",
    "own_version",
    "reader",
    "reconcile",
    "recover",
    "replaying",
    "review_pull",
    "run_commands",
    "shelf",
    "warm_up",
    "web",
    "worker",
]
