"""What an order would do to a holding, and what orders claim that the account does not show yet."""

from decimal import Decimal

import pytest

from console.desk.coverage import could_meet, may_be_sold_short, stays_on_one_side, unseen_cost
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType
from tests.builders import account, asset, at, buy, order, sell
from tests.desk.test_gate import facts

D = Decimal
OCO = {"order_class": OrderClass.OCO, "take_profit": D(196), "stop_loss": D(187)}


def sent(key: str, wanted=None, submitted: float = 1.0, **more):
    """An order that left after the account was last heard of."""
    return order(key, wanted=wanted or buy(key=key), submitted_at=at(submitted), **more)


@pytest.mark.parametrize(
    ("told", "claimed"),
    [
        (sent("kc-t-1"), "1901.00"),
        (sent("kc-t-1", status=OrderStatus.PARTIALLY_FILLED, filled="4"), "1901.00"),
        (sent("kc-t-1", status=OrderStatus.FILLED, filled="10"), "1901.00"),
        (sent("kc-t-1", status=OrderStatus.CANCELED, filled="4"), "760.40"),
        (sent("kc-t-1", status=OrderStatus.ABSENT, broker_id=None), "0"),
        (sent("kc-t-1", submitted=0.0), "0"),
        (sent("kc-t-1", submitted=-5.0, status=OrderStatus.IN_FLIGHT, broker_id=None), "1901.00"),
        (sent("kc-t-1", submitted=-5.0, status=OrderStatus.UNKNOWN, broker_id=None), "1901.00"),
        (sent("kc-t-1", wanted=sell(key="kc-t-1", **OCO)), "0"),
    ],
)
def test_an_order_claims_all_it_may_cost_until_the_account_shows_it(told, claimed):
    assert unseen_cost(facts(orders=[told])) == D(claimed)


def test_what_several_orders_claim_adds_up_and_an_exit_of_what_is_held_claims_nothing():
    orders = [
        sent("kc-t-1", wanted=buy("2", key="kc-t-1")),
        sent("kc-t-2", wanted=buy("3", key="kc-t-2")),
        sent("kc-t-3", wanted=sell("4", key="kc-t-3")),
    ]

    assert unseen_cost(facts(held="4", orders=orders)) == 5 * D("190.10")
    assert unseen_cost(facts(held="-4", orders=orders)) == 4 * D("190.1") * D("1.03")
    assert unseen_cost(facts(orders=orders)) == 5 * D("190.10") + 4 * D("190.1") * D("1.03")


def test_an_order_that_is_replaced_claims_nothing_beside_its_successor():
    old, other = sent("kc-t-1"), sent("kc-t-2", wanted=buy("2", key="kc-t-2"))

    assert unseen_cost(facts(orders=[old, other], replacing=old)) == 2 * D("190.10")


def test_what_cannot_be_priced_is_not_known_and_not_nothing():
    blind = sent("kc-t-1", wanted=buy(key="kc-t-1", symbol="MSFT", limit=None))

    assert unseen_cost(facts(orders=[sent("kc-t-2"), blind])) is None


def test_without_an_account_every_order_is_unseen():
    early = sent("kc-t-1", submitted=-5.0)

    assert unseen_cost(facts(account=None, orders=[early])) == D("1901.00")


@pytest.mark.parametrize(
    ("qty", "claimed", "detail"),
    [
        ("6", "4", ""),
        ("7", "4", "You hold 10 AAPL, 6 free of other orders: sell at most 6."),
        ("1", "10", "You hold 10 AAPL, 0 free of other orders: cancel those orders first."),
    ],
)
def test_what_closes_a_holding_is_no_more_than_what_is_free_of_it(qty, claimed, detail):
    resting = order(wanted=sell(claimed, limit="195", key="kc-t-1"))

    check = stays_on_one_side("short sale", sell(qty), facts(held="10", orders=[resting]))

    assert (check.rule, check.passed) == ("short sale", not detail)
    assert check.detail == (detail or "closes 6 of 10")


def test_a_short_is_covered_by_no_more_than_it_is():
    known = facts(held="-10")

    assert stays_on_one_side("short sale", buy("10"), known).detail == "closes 10 of 10"
    told = stays_on_one_side("short sale", buy("11"), known)
    assert told.detail == "You hold -10 AAPL, 10 free of other orders: buy at most 10."


@pytest.mark.parametrize(
    ("known", "qty", "words"),
    [
        ({}, "10", ""),
        ({"asset": None}, "10", "You hold no AAPL, and it cannot be sold short."),
        (
            {"asset": asset(is_shortable=False)},
            "10",
            "You hold no AAPL, and it cannot be sold short.",
        ),
        (
            {"account": account(may_short=False)},
            "10",
            "You hold no AAPL, and this account may not sell short.",
        ),
        ({"account": None}, "10", "You hold no AAPL, and this account may not sell short."),
        ({}, "0.5", "A short sale needs whole shares."),
        (
            {"orders": [order(wanted=buy(limit="180", key="kc-t-1"))]},
            "10",
            "Cancel the open purchase first: buy 10 AAPL @ 180.00 day.",
        ),
        ({"orders": [order(wanted=buy(key="kc-t-1", symbol="MSFT"))]}, "10", ""),
        ({"orders": [order(wanted=sell(key="kc-t-1"))]}, "10", ""),
    ],
)
def test_a_short_sale_needs_shares_to_borrow_a_leave_and_no_purchase_in_its_way(known, qty, words):
    check = may_be_sold_short("short sale", sell(qty), facts(**known))

    assert (check.rule, check.passed) == ("short sale", not words)
    assert check.detail == (words or "sells 10 short")


def test_every_order_is_looked_at_for_a_purchase_and_the_exit_of_a_short_is_none():
    exit_ = order(
        "kc-t-1",
        wanted=buy(key="kc-t-1", order_class=OrderClass.BRACKET),
        role=LegRole.STOP_LOSS,
        parent="b-0",
    )
    entry = order("kc-t-2", wanted=buy("3", key="kc-t-2"))

    assert may_be_sold_short("short sale", sell(), facts(orders=[exit_])).passed
    assert not may_be_sold_short("short sale", sell(), facts(orders=[exit_, entry])).passed


STOP = {"limit": None, "order_type": OrderType.STOP}
TRAIL = {"limit": None, "order_type": OrderType.TRAILING_STOP, "trail_price": D(1)}


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (buy(limit="190.00"), sell(limit="190.00"), True),
        (buy(limit="190.00"), sell(limit="190.01"), False),
        (buy(limit="190.01"), sell(limit="190.00"), True),
        (buy(limit=None), sell(limit="500"), True),
        (buy(limit="1"), sell(**STOP, stop_price=D(187)), True),
        (buy(limit="200"), sell(**TRAIL), False),
        (buy(limit=None), sell(**TRAIL), False),
        (buy(limit="200"), sell(limit="190", **OCO), False),
        (
            buy(limit="180", order_type=OrderType.STOP_LIMIT, stop_price=D(179)),
            sell(limit="185"),
            False,
        ),
    ],
)
def test_two_orders_meet_where_their_prices_do_whichever_is_asked_for_the_other(one, other, meets):
    assert could_meet(one, other) is meets
    assert could_meet(other, one) is meets


def test_a_holding_of_the_other_side_is_no_reason_to_claim_nothing():
    adding = sent("kc-t-1", wanted=buy("2", key="kc-t-1"))

    assert unseen_cost(facts(held="10", orders=[adding])) == 2 * D("190.10")
