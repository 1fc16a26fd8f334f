"""How far a closing order reaches through the market, and how much of it goes at once."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.closing_price import RanAway, closing_limit, exit_order, slice_qty, touch_of
from console.desk.flatten_limits import FlattenLimits
from console.domain.market import Phase
from console.domain.orders import OrderType, Side, TimeInForce
from tests.builders import market_clock, position, quote

D = Decimal
LIMITS = FlattenLimits(collar=D("0.01"), reach=D("0.03"), slice_of_quote=10, most_slices=10)


def test_the_touch_is_the_far_side_of_the_market_on_its_tick():
    told = quote(bid=190.004, ask=190.106)

    assert (touch_of(told, Side.BUY), touch_of(told, Side.SELL)) == (D("190.11"), D("190.00"))


@pytest.mark.parametrize(
    ("side", "touch", "limit"),
    [
        (Side.SELL, "100", "99.00"),
        (Side.BUY, "100", "101.00"),
        (Side.SELL, "98", "97.02"),
        (Side.BUY, "102", "103.00"),
        (Side.SELL, "97.5", "97.00"),
        (Side.SELL, "97", "97.00"),
        (Side.BUY, "103", "103.00"),
        (Side.SELL, "110", "108.90"),
    ],
)
def test_a_limit_goes_a_collar_through_the_touch_and_never_out_of_reach(side, touch, limit):
    assert closing_limit(D(touch), D(100), side, LIMITS) == D(limit)


@pytest.mark.parametrize(("side", "touch"), [(Side.SELL, "96.99"), (Side.BUY, "103.01")])
def test_a_market_that_ran_out_of_reach_is_told_with_how_far(side, touch):
    with pytest.raises(RanAway) as ran:
        closing_limit(D(touch), D(100), side, LIMITS)

    assert str(ran.value) == (
        f"the market ran from 100 to {touch}, over 3%: confirm again if it is to be closed there"
    )


@pytest.mark.parametrize(
    ("held", "side", "limit"), [("10", Side.SELL, "188.10"), ("-10", Side.BUY, "192.00")]
)
def test_an_exit_is_a_plain_day_order_through_the_market(held, side, limit):
    made = exit_order(position(qty=held), D(4), quote(), None, LIMITS)

    assert (made.symbol, made.side, made.qty, made.limit_price) == ("AAPL", side, 4, D(limit))
    assert (made.order_type, made.time_in_force) == (OrderType.LIMIT, TimeInForce.DAY)
    assert (made.client_order_id, made.extended_hours) == ("", False)


@pytest.mark.parametrize("phase", Phase)
def test_an_exit_outside_the_regular_session_says_so(phase):
    clock = replace(market_clock(), phase=phase)

    made = exit_order(position(), D(10), quote(), clock, LIMITS)

    assert made.extended_hours is (phase is not Phase.REGULAR)


@pytest.mark.parametrize(
    ("qty", "bid_size", "ask_size", "sell", "buy"),
    [
        ("100", 3.0, 4.05, "30", "41"),
        ("1000", 3.0, 4.05, "100", "100"),
        ("1001", 3.0, 4.05, "101", "101"),
        ("20", 3.0, 4.05, "20", "20"),
        ("5", 0.0, 0.04, "1", "1"),
        ("0.5", 3.0, 4.05, "0.5", "0.5"),
    ],
)
def test_a_slice_is_a_part_of_what_is_shown_in_whole_shares_and_not_too_small(
    qty, bid_size, ask_size, sell, buy
):
    told = replace(quote(), bid_size=bid_size, ask_size=ask_size)

    assert slice_qty(D(qty), told, Side.SELL, LIMITS) == D(sell)
    assert slice_qty(D(qty), told, Side.BUY, LIMITS) == D(buy)
