"""What orders could do at their worst."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.exposure import cost, free_to_close, leaves_by_side, reduces, worst_price
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType, Side
from tests.builders import buy, order, position, quote, request, sell

whole = st.integers(1, 50)


@given(
    st.integers(-50, 50),
    st.lists(st.tuples(st.sampled_from(Side), whole), max_size=4),
    st.sampled_from(Side),
    whole,
)
def test_an_order_that_reduces_never_flips_whatever_else_fills(held, working, side, qty):
    holding = position(qty=str(held)) if held else None
    open_orders = [
        order(f"kc-t-{n}", OrderStatus.UNKNOWN, wanted=request(s, str(q), key=f"kc-t-{n}"))
        for n, (s, q) in enumerate(working)
    ]
    wanted = request(side, str(qty))

    if reduces(wanted, holding, open_orders):
        closing = sum(o.leaves_qty for o in open_orders if o.request.side is side)
        worst = Decimal(held) + side.sign * (closing + wanted.qty)
        assert worst * held >= 0
        assert abs(worst) < abs(held)


def test_what_open_orders_claim_is_not_free():
    resting = order(wanted=sell("4", key="kc-t-1"))

    assert free_to_close(position(qty="10"), [resting]) == 6
    assert free_to_close(None, [resting]) == 0


def test_the_worst_price_of_each_kind_of_order():
    touch = quote(bid=100.0, ask=101.0)
    stop = buy(limit=None, order_type=OrderType.STOP, stop_price=Decimal(100))
    low_stop = buy(limit=None, order_type=OrderType.STOP, stop_price=Decimal(10))

    assert worst_price(buy(limit="99"), touch) == Decimal(99)
    assert worst_price(buy(limit=None), touch) == Decimal("101.0")
    assert worst_price(stop, touch) == Decimal("102.500")
    assert worst_price(low_stop, touch) == Decimal("10.40")
    assert worst_price(sell(limit="100"), touch) == Decimal("104.030")
    assert worst_price(buy(limit=None), None) is None


def exit_leg(key, qty, role, status=OrderStatus.NEW, filled="0", **ties):
    wanted = sell(qty, key=key, order_class=OrderClass.BRACKET)
    return order(key, status, filled, wanted=wanted, role=role, group="g-1", **ties)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_the_exits_of_one_group_claim_their_shares_once(qty, of_profit, of_loss):
    profit = exit_leg("p", str(qty), LegRole.TAKE_PROFIT, filled=str(min(of_profit, qty)))
    loss = exit_leg("l", str(qty), LegRole.STOP_LOSS, filled=str(min(of_loss, qty)))

    claimed = leaves_by_side([profit, loss], "AAPL", Side.SELL)

    assert claimed == max(profit.leaves_qty, loss.leaves_qty)


@given(st.integers(1, 50), st.integers(0, 50))
def test_a_held_exit_claims_no_more_than_its_entry_has_brought_in(qty, filled):
    got = str(min(filled, qty))
    wanted = buy(str(qty), key="kc-t-1", order_class=OrderClass.BRACKET)
    status = OrderStatus.PARTIALLY_FILLED
    entry = order("kc-t-1", status, got, wanted=wanted, role=LegRole.ENTRY, group="g-1")
    held = exit_leg("l", str(qty), LegRole.STOP_LOSS, OrderStatus.HELD)

    assert leaves_by_side([entry, held], "AAPL", Side.SELL) == Decimal(got)
    assert leaves_by_side([held], "AAPL", Side.SELL) == Decimal(qty)


def test_an_order_and_what_may_replace_it_claim_their_shares_once():
    old = order("kc-t-1", wanted=sell("10", key="kc-t-1"), filled="4")
    new = order(
        "kc-t-2",
        OrderStatus.UNKNOWN,
        wanted=sell("10", key="kc-t-2"),
        replaces="b-kc-t-1",
        broker_id=None,
    )

    assert leaves_by_side([old, new], "AAPL", Side.SELL) == 10
    assert free_to_close(position(qty="16"), [new, old]) == 6


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.sampled_from(["alone", "group", "chain"]), whole, whole), max_size=4),
    whole,
)
def test_whatever_legs_and_replacements_do_what_reduces_never_over_fills(held, working, qty):
    open_orders, worst = [], Decimal(0)
    for n, (kind, one, other) in enumerate(working):
        open_orders += pair(kind, n, one, other)
        worst += one if kind == "alone" else max(one, other)
    wanted = sell(str(qty), key="kc-t-new")

    if reduces(wanted, position(qty=str(held)), open_orders):
        assert worst + qty <= held


def pair(kind, n, one, other):
    """One order alone, two exits of one group, or an order and what may replace it."""
    first = order(f"kc-t-{n}", wanted=sell(str(one), key=f"kc-t-{n}"))
    if kind == "alone":
        return [first]
    key = f"kc-t-{n}-b"
    if kind == "chain":
        status = OrderStatus.IN_FLIGHT
        new = order(key, status, wanted=sell(str(other), key=key), replaces=first.broker_id)
        return [first, new]
    exits = ((first.key, one, LegRole.TAKE_PROFIT), (key, other, LegRole.STOP_LOSS))
    return [
        order(
            name,
            wanted=sell(str(size), key=name, order_class=OrderClass.OCO),
            role=role,
            group=f"g-{n}",
        )
        for name, size, role in exits
    ]


@pytest.mark.parametrize(
    ("held", "side", "qty", "is_reducing"),
    [
        ("10", Side.SELL, "10", True),
        ("10", Side.SELL, "10.000000001", False),
        ("1", Side.SELL, "1", True),
        ("-10", Side.BUY, "10", True),
        ("-10", Side.BUY, "11", False),
        ("10", Side.BUY, "1", False),
        ("0", Side.SELL, "1", False),
    ],
)
def test_an_order_reduces_up_to_all_that_is_held_and_not_beyond(held, side, qty, is_reducing):
    assert reduces(request(side, qty), position(qty=held), []) is is_reducing


def test_without_a_holding_nothing_reduces():
    assert not reduces(sell("1"), None, [])


TRAIL = {"limit": None, "order_type": OrderType.TRAILING_STOP}
STOP = {"limit": None, "order_type": OrderType.STOP}


@pytest.mark.parametrize(
    ("asked", "ask", "worst"),
    [
        (buy(limit="190.10"), 100.0, "190.10"),
        (buy(limit=None), 100.0, "100.0"),
        (buy(limit=None), 0.5, "0.5"),
        (buy(limit=None), 0.0, None),
        (buy(**STOP, stop_price=Decimal("49.99")), 40.0, "51.9896"),
        (buy(**STOP, stop_price=Decimal(50)), 40.0, "51.250"),
        (buy(**TRAIL, trail_price=Decimal(3)), 100.0, "103.0"),
        (buy(**TRAIL, trail_percent=Decimal(2)), 100.0, "102.0"),
        (sell(limit=None), 100.0, "103.000"),
        (sell(limit="200"), 100.0, "200"),
        (sell(limit="90"), 100.0, "103.000"),
        (sell(**STOP, stop_price=Decimal(110)), 100.0, "110"),
        (sell(limit="90"), 0.0, "90"),
        (sell(limit=None), 0.0, None),
    ],
)
def test_the_worst_price_of_an_order(asked, ask, worst):
    told = quote(bid=max(ask - 0.1, 0.0), ask=ask)

    expected = None if worst is None else Decimal(worst)
    assert worst_price(asked, told) == expected
    assert cost(asked, Decimal(2), told) == (None if expected is None else expected * 2)


def held_leg(**more):
    return order(
        "kc-t-1",
        OrderStatus.HELD,
        wanted=sell(key="kc-t-1"),
        role=LegRole.STOP_LOSS,
        **more,
    )


def entry(filled: str, **more):
    return order("kc-t-2", wanted=buy(key="kc-t-2"), filled=filled, role=LegRole.ENTRY, **more)


def test_a_held_leg_claims_what_its_entry_has_brought_in_by_whatever_they_are_tied():
    by_parent = [held_leg(parent="b-kc-t-2"), entry("4")]
    by_group = [held_leg(group="g"), entry("3", group="g")]

    assert leaves_by_side(by_parent, "AAPL", Side.SELL) == 4
    assert leaves_by_side(by_group, "AAPL", Side.SELL) == 3


@pytest.mark.parametrize(
    "ties",
    [
        {"broker_id": "b-other"},
        {"broker_id": None},
        {"group": "another"},
    ],
)
def test_an_entry_that_a_held_leg_is_not_tied_to_limits_it_in_nothing(ties):
    leg = held_leg(group="g") if "group" in ties else held_leg()

    assert leaves_by_side([leg, entry("4", **ties)], "AAPL", Side.SELL) == 10


def test_a_chain_of_replacements_claims_its_shares_once_from_whichever_link_it_is_told():
    links = [
        order(
            f"kc-t-{number}",
            wanted=sell(qty, key=f"kc-t-{number}"),
            replaces=None if number == 1 else f"b-kc-t-{number - 1}",
        )
        for number, qty in ((1, "10"), (2, "12"), (3, "7"))
    ]

    assert leaves_by_side(links, "AAPL", Side.SELL) == 12
    assert leaves_by_side([*reversed(links)], "AAPL", Side.SELL) == 12


def test_an_exit_that_works_claims_all_it_may_sell_though_its_entry_is_filled_in_part():
    working = order(
        "kc-t-1", wanted=sell("10", key="kc-t-1"), role=LegRole.STOP_LOSS, parent="b-kc-t-2"
    )

    assert leaves_by_side([working, entry("4")], "AAPL", Side.SELL) == 10
