"""What protects a position, and how it is put back for what is left of it."""

from decimal import Decimal

import pytest

from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType
from console.domain.protectors import is_protected, protectors, restored
from tests.builders import at, buy, order, position, sell

D = Decimal
KINDS = {
    OrderType.STOP: {"limit": None, "stop_price": D(180)},
    OrderType.STOP_LIMIT: {"limit": "179", "stop_price": D(180)},
    OrderType.TRAILING_STOP: {"limit": None, "trail_price": D(5), "stop_price": D(184)},
    OrderType.LIMIT: {"limit": "200"},
    OrderType.MARKET: {"limit": None},
}


def closing(key: str, kind: OrderType = OrderType.STOP, qty: str = "10", filled="0", **ties):
    wanted = sell(qty, key=key, order_type=kind, **KINDS[kind], **ties.pop("terms", {}))
    return order(key, filled=filled, wanted=wanted, **ties)


def test_open_orders_that_close_a_position_protect_it_in_the_order_they_were_placed():
    orders = [
        closing("c", submitted_at=at(2)),
        closing("b", submitted_at=at(1)),
        closing("a", submitted_at=at(2)),
        closing("over", status=OrderStatus.CANCELED),
        order("adds", wanted=buy(key="adds")),
        order("other", wanted=sell(key="other", symbol="MSFT")),
    ]

    assert [told.key for told in protectors(position(), orders)] == ["b", "a", "c"]
    assert [told.key for told in protectors(position(qty="-10"), orders)] == ["adds"]


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_stop_of_some_kind_ends_a_loss(kind):
    ends_a_loss = kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)

    assert is_protected(position(), [closing("a", OrderType.LIMIT), closing("b", kind)]) is (
        ends_a_loss
    )
    assert not is_protected(position("MSFT"), [closing("b", kind)])


def test_a_single_order_is_put_back_as_a_new_one_for_what_it_had_left():
    (again,) = restored([closing("a", qty="10", filled="4")], D(100))

    assert str(again) == "sell 6 AAPL stop 180.00 day"
    assert again.client_order_id == ""


def test_no_more_is_protected_than_is_left_and_stops_come_first():
    lifted = [
        closing("a", OrderType.LIMIT, qty="10"),
        closing("b", OrderType.STOP, qty="10"),
        closing("c", OrderType.TRAILING_STOP, qty="10"),
    ]

    whole = [str(again) for again in restored(lifted, D(25))]
    part = [str(again) for again in restored(lifted, D(10))]

    assert whole == [
        "sell 10 AAPL stop 180.00 day",
        "sell 10 AAPL trail 5.00 day",
        "sell 5 AAPL @ 200.00 day",
    ]
    assert part == ["sell 10 AAPL stop 180.00 day"]
    assert restored(lifted, D(0)) == ()


def test_the_same_is_put_back_in_whatever_order_it_was_lifted():
    low, high = (
        order(key, wanted=sell(key=key, limit=None, order_type=OrderType.STOP, stop_price=price))
        for key, price in (("a", D(181)), ("b", D(180)))
    )

    assert restored([low, high], D(15)) == restored([high, low], D(15))


def exits(kind: OrderClass, stop: OrderType = OrderType.STOP, filled: str = "0"):
    """The two exits of one group, the profit's filled in part."""
    terms = {"terms": {"order_class": kind}, "group": "g-1"}
    return [
        closing(
            "p", OrderType.LIMIT, filled=filled, role=LegRole.TAKE_PROFIT, parent="b-0", **terms
        ),
        closing("l", stop, role=LegRole.STOP_LOSS, parent="b-0", **terms),
    ]


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (OrderType.STOP, "sell 10 AAPL oco tp 200.00 sl 180.00 day"),
        (OrderType.STOP_LIMIT, "sell 10 AAPL oco tp 200.00 sl 180.00/179.00 day"),
    ],
)
def test_the_exits_of_one_group_are_put_back_as_one_oco(stop, words):
    for kind in (OrderClass.BRACKET, OrderClass.OCO):
        (again,) = restored(exits(kind, stop, filled="4"), D(100))

        assert str(again) == words
        assert (again.order_class, again.limit_price, again.stop_price) == (
            OrderClass.OCO,
            D(200),
            None,
        )


def test_a_group_without_its_stop_is_put_back_as_the_profit_it_took():
    (again,) = restored(exits(OrderClass.BRACKET)[:1], D(100))

    assert (str(again), again.order_class) == ("sell 10 AAPL @ 200.00 day", OrderClass.SIMPLE)


def test_a_stop_alone_of_its_group_is_put_back_as_a_stop():
    (again,) = restored(exits(OrderClass.OTO)[1:], D(4))

    assert (str(again), again.order_class) == ("sell 4 AAPL stop 180.00 day", OrderClass.SIMPLE)


def test_an_oco_goes_before_a_plain_profit_for_it_ends_a_loss():
    alone = closing("z", OrderType.LIMIT, qty="10")

    first, second = restored([alone, *exits(OrderClass.BRACKET)], D(15))

    assert (first.order_class, first.qty) == (OrderClass.OCO, D(10))
    assert str(second) == "sell 5 AAPL @ 200.00 day"


def test_a_trailing_stop_begins_to_trail_anew_and_dollars_come_back_as_shares():
    trailing = closing("a", OrderType.TRAILING_STOP)
    dollars = order("b", wanted=sell("3", key="b", limit="200", notional=D(600)))

    first, second = restored([dollars, trailing], D(100))

    assert (first.stop_price, first.trail_price) == (None, D(5))
    assert (second.notional, second.qty) == (None, D(3))
