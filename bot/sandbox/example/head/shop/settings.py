"""Settings of the shop."""

CURRENCY = "EUR"
OPEN_FROM, OPEN_UNTIL = 8, 19
STOCK_API_TOKEN = "@@TOKEN@@"
