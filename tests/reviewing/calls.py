"""A caller for tests: the real one, over whatever model a test brings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from bot.domain.ledger import Budget
from bot.domain.plan import Tier
from bot.engine.steps import KeptSteps
from bot.ports.ledger import Ledger
from bot.ports.model import LanguageModel
from bot.reviewing.asking import Ask
from bot.reviewing.calling import Account, Caller, Patience, through
from bot.reviewing.raw import kept
from bot.store.ledger_memory import LedgerInMemory
from tests.reviewing.making import PRICES

PLENTY = Budget(Decimal(100))


async def no_time(seconds: float) -> None:
    """Tests do not wait."""


def caller(
    model: LanguageModel,
    ledger: Ledger | None = None,
    budget: Budget = PLENTY,
    tiers: Mapping[str, Tier] | None = None,
    sleep: Callable[[float], Awaitable[None]] = no_time,
    **more: Any,
) -> Caller:
    """The core's own caller, for the run "run"."""
    return Caller(
        model=model,
        ledger=ledger or LedgerInMemory(),
        account=Account("run", None, budget),
        tiers=tiers or {},
        prices=more.pop("prices", PRICES),
        now=lambda: 1_790_000_000.0,
        sleep=sleep,
        keep=kept,
        patience=more.pop("patience", Patience()),
        **more,
    )


def asking(model: LanguageModel, steps: KeptSteps | None = None, **more: Any) -> Ask:
    """Ask `model` by plain steps."""
    return through(steps or KeptSteps(), caller(model, **more), at_once=8)
