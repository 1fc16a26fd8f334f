"""What orders could do at their worst."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from console.domain.exposure import free_to_close, reduces, worst_price
from console.domain.orders import OrderStatus, OrderType, Side
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
