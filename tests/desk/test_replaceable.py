"""Which working orders can be given which new terms, and why not."""

from decimal import Decimal

import pytest

from console.desk.replaceable import UNSETTLED, not_replaceable
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType
from console.domain.receipts import Outcome
from tests.builders import buy, order, sell

D = Decimal


def objection(working, **terms) -> str:
    """Return why an order cannot be given the terms; empty when it can."""
    refusal = not_replaceable(working, terms)
    assert refusal is None or refusal.outcome is Outcome.DENIED
    return "" if refusal is None else refusal.detail


@pytest.mark.parametrize("status", OrderStatus)
def test_only_a_working_order_can_be_replaced(status):
    told = objection(order(status=status), limit_price=D(191))

    name, words = "buy 10 AAPL @ 190.10 day", status.value.replace("_", " ")
    if status.is_closed:
        assert told == f"{name} is {words} already; nothing was replaced."
    elif status.is_ours or status in UNSETTLED:
        assert told == f"{name} is {words}; it can be replaced once it is working."
    else:
        assert told == ""


def test_an_order_that_the_broker_has_not_named_yet_cannot_be_replaced():
    assert "once it is working" in objection(order(broker_id=None), limit_price=D(191))


@pytest.mark.parametrize(("qty", "words"), [("5", ""), ("4", "4 are filled already"), ("3", "4 a")])
def test_a_new_quantity_is_more_than_what_is_filled(qty, words):
    told = objection(order(filled="4"), qty=D(qty))

    assert told.startswith(words)
    assert bool(told) is bool(words)


def trailing(**trail):
    return order(wanted=sell(limit=None, order_type=OrderType.TRAILING_STOP, key="k", **trail))


@pytest.mark.parametrize(
    ("working", "terms", "words"),
    [
        (trailing(trail_price=D(1)), {"trail_price": D(2)}, ""),
        (trailing(trail_percent=D(1)), {"trail_percent": D(2)}, ""),
        (trailing(trail_price=D(1)), {"trail_percent": D(2)}, "trails in dollars, and goes on to"),
        (trailing(trail_percent=D(1)), {"trail_price": D(2)}, "trails in percent, and goes on to"),
        (order(), {"trail_price": D(2)}, "has no trail: cancel it"),
        (order(), {"stop_price": D(2)}, "has no stop price: cancel it"),
        (order(wanted=buy(limit=None, key="k")), {"limit_price": D(2)}, "has no limit price: can"),
    ],
)
def test_a_price_is_replaced_by_one_of_its_kind(working, terms, words):
    told = objection(working, **terms)

    assert words in told
    assert bool(told) is bool(words)


def member(kind: OrderClass, role: LegRole, filled: str = "0", **more):
    wanted = sell(limit="196", key="k", order_class=kind)
    return order("k", wanted=wanted, role=role, filled=filled, **more)


@pytest.mark.parametrize(
    ("working", "words"),
    [
        (member(OrderClass.OTO, LegRole.STOP_LOSS), "The exit of an OTO cannot be replaced"),
        (member(OrderClass.OTO, LegRole.ENTRY), ""),
        (member(OrderClass.BRACKET, LegRole.STOP_LOSS), ""),
        (member(OrderClass.BRACKET, LegRole.TAKE_PROFIT, filled="4"), ""),
        (member(OrderClass.BRACKET, LegRole.ENTRY, filled="4"), "Its exits belong to what is fil"),
        (member(OrderClass.OCO, LegRole.TAKE_PROFIT), ""),
    ],
)
def test_the_price_of_an_order_with_exits_is_replaced_while_that_means_one_thing(working, words):
    told = objection(working, limit_price=D(197))

    assert told.startswith(words)
    assert bool(told) is bool(words)


@pytest.mark.parametrize(
    ("kind", "whose"),
    [
        (OrderClass.BRACKET, "a bracket"),
        (OrderClass.OCO, "an OCO"),
        (OrderClass.OTO, "an OTO"),
    ],
)
def test_orders_of_one_group_keep_one_quantity_and_one_life(kind, whose):
    working = member(kind, LegRole.ENTRY)

    for terms in ({"qty": D(20)}, {"time_in_force": "gtc"}):
        assert f"The orders of {whose} have one quantity and one life" in objection(
            working, **terms
        )


def test_every_reason_is_told_at_once():
    dollars = order(wanted=buy(notional=D(50), key="n"), filled="4")

    told = objection(dollars, qty=D(4), stop_price=D(180))

    assert told == (
        "4 are filled already; the new quantity must be more. "
        "An order for dollars cannot be replaced: cancel it and write a new one. "
        "buy $50 AAPL @ 190.10 day has no stop price: cancel it and write a new order."
    )


def test_a_trail_of_the_wrong_kind_is_told_once():
    told = objection(trailing(trail_price=D(1)), trail_percent=D(2), limit_price=D(5))

    assert told.count("trails in dollars") == 1
    assert "has no" not in told
