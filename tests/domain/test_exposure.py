"""What orders could do at their worst."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from console.domain.exposure import free_to_close, leaves_by_side, reduces, worst_price
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
