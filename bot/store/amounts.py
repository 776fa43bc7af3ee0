"""Dollars as whole picodollars, so that every database adds them up to the last digit.

SQLite has no decimal numbers: text would be added as binary fractions. A picodollar is 1e-12
dollars. Prices are dollars per million tokens with at most six decimals (bot/settings/files.py
sees to it), so one token costs a whole number of them, and every bill is exact. A 64-bit column
holds 9.2 million dollars.
"""

from __future__ import annotations

from decimal import Decimal

from bot.domain.money import Usd

PICO = 10**12
"""Picodollars in a dollar."""

MOST_USD = Decimal(1_000_000)
"""No limit is higher: what adds up below it, and one amount on top, fits into 64 bits."""


def up(amount: Decimal) -> int:
    """Picodollars of a worst case; a finer amount is rounded up. ValueError below 0."""
    numerator, denominator = _parts(amount)
    return -(-numerator * PICO // denominator)


def down(amount: Decimal) -> int:
    """Picodollars of a limit; a finer amount is rounded down, one above `MOST_USD` is that."""
    numerator, denominator = _parts(min(amount, MOST_USD))
    return numerator * PICO // denominator


def exactly(amount: Decimal) -> int:
    """Picodollars of a bill. ValueError when they are no whole number, or nobody can owe that."""
    numerator, denominator = _parts(amount)
    whole, rest = divmod(numerator * PICO, denominator)
    if rest or amount > MOST_USD:
        raise ValueError(f"not an amount of whole picodollars up to ${MOST_USD}: {amount}")
    return whole


def usd(pico: int) -> Usd:
    """The same in dollars, without closing zeros."""
    dollars, rest = divmod(pico, PICO)
    return Usd(Decimal(f"{dollars}.{rest:012}".rstrip("0").rstrip(".")))


def _parts(amount: Decimal) -> tuple[int, int]:
    if amount.is_nan() or amount < 0:
        raise ValueError(f"not an amount of dollars: {amount}")
    return amount.as_integer_ratio()
