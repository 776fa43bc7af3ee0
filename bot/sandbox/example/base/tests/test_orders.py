from decimal import Decimal

from shop.orders import Order


def test_an_empty_order_costs_nothing():
    assert Order("mia").total() == Decimal(0)
