from decimal import Decimal

from shop.orders import Order


def test_an_empty_order_costs_nothing():
    assert Order("mia").total() == Decimal(0)


def test_a_discount_is_taken_off():
    order = Order("mia", [("tea", Decimal(10))])
    assert order.discounted(Decimal(20)) == Decimal(8)
