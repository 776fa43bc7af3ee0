"""Which deliveries are worth having, by name alone: their payload is not here."""

from __future__ import annotations

from bot.domain.asked import Ignored
from bot.errors import RejectedDelivery
from bot.intake.route import route


def may_ask(event: str, action: str) -> bool:
    """Whether a delivery of that event and action may ask something of us.

    Routing looks at both before it looks at anything else, so whatever gets as far as missing a
    field would have been looked into.
    """
    try:
        return not isinstance(route(event, {"action": action}, None), Ignored)
    except RejectedDelivery:
        return True
