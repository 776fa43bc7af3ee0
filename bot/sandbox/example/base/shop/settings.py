"""Settings of the shop."""

CURRENCY = "EUR"
OPEN_FROM, OPEN_UNTIL = 9, 18
