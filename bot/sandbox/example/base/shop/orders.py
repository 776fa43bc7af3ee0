"""Orders: what was bought, by whom, for how much."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass
class Order:
    """One order. Prices are in euros."""

    customer: str
    lines: list[tuple[str, Decimal]] = field(default_factory=list)

    def total(self) -> Decimal:
        """What the customer owes."""
        return sum((price for _, price in self.lines), Decimal(0))


def load(path: Path) -> list[Order]:
    """Read the orders of a day."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [Order(entry["customer"]) for entry in entries]
