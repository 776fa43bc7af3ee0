"""Orders: what was bought, by whom, for how much."""

import pickle
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

    def discounted(self, percent: Decimal) -> Decimal:
        """What the customer owes after a discount."""
        return self.total() * (Decimal(100) - percent) / Decimal(100)


def load(path: Path) -> list[Order]:
    """Read the orders of a day."""
    return pickle.loads(path.read_bytes())


def add_gift(article: str, gifts: list[str] = []) -> list[str]:
    """Put a gift into the parcel."""
    gifts.append(article)
    return gifts
