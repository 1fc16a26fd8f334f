"""A halted symbol takes orders and trades nothing until it is let go."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.domain.orders import OrderStatus, OrderType, TimeInForce
from console.venue.trading.members import Members, new_account
from console.venue.trading.rejections import Rejection
from console.venue.view import MarketView
from tests.venue.fakes import NOON, buy, open_pit, quote, sell, trade


def test_an_order_in_a_halt_waits_as_accepted_and_comes_in_at_its_end():
    pit = open_pit()
    pit.engine.halted.add("AAPL")

    order = pit.submit(buy(10))
    waiting = pit[order]
    pit.engine.halted.clear()
    pit.exchange.resume("AAPL", NOON)

    assert waiting.status is OrderStatus.ACCEPTED
    assert pit[order].status is OrderStatus.FILLED


def test_what_works_stands_still_in_a_halt_and_stops_sleep():
    pit = open_pit()
    pit.submit(buy(10))
    resting = pit.submit(sell(5, limit_price=101))
    stop = pit.submit(sell(5, type=OrderType.STOP, stop_price=90))
    pit.engine.halted.add("AAPL")

    pit.tick(quote(102, 102.02), trade(80))
    stood = (pit[resting].filled_qty, pit[stop].is_triggered)
    canceled = pit.cancel(stop)
    pit.engine.halted.clear()
    pit.engine.match_both("AAPL", NOON)

    assert stood == (0, False)
    assert canceled.status is OrderStatus.CANCELED
    assert pit[resting].status is OrderStatus.FILLED


def test_an_immediate_order_in_a_halt_is_canceled():
    pit = open_pit()
    pit.engine.halted.add("AAPL")

    assert pit.submit(buy(10, time_in_force=TimeInForce.IOC)).status is OrderStatus.CANCELED


def test_a_halt_is_everybodys_and_its_end_lets_what_waited_trade():
    view = MarketView(["AAPL", "MSFT"])
    members = Members(view=view, opened=new_account(Decimal(100_000), NOON))
    second = members.admit(new_account(Decimal(100_000), NOON))
    members.first.on_ticks([quote(99.99, 100.01), trade(100)])
    resting = members.first.submit(buy(10, limit_price=99), NOON)
    members.first.settle(NOON)

    members.halt("AAPL")
    waiting = second.submit(buy(10), NOON)
    second.settle(NOON)
    members.first.on_ticks([quote(98.99, 99.00)])
    stood = len(members.first.blotter.fills) + len(second.blotter.fills)
    members.resume("AAPL", NOON)

    assert stood == 0
    assert second.blotter.order(waiting.id).status is OrderStatus.FILLED
    assert members.first.blotter.order(resting.id).status is OrderStatus.FILLED


@pytest.mark.parametrize("may_close", [True, False])
def test_suspended_trading_lets_positions_be_closed_or_not(may_close):
    pit = open_pit()
    pit.submit(buy(10))
    pit.exchange.configure(replace(pit.account.settings, suspend_trade=True))
    pit.engine.may_close_suspended = may_close

    refused = [buy(1), buy(1, symbol="MSFT")] + ([] if may_close else [sell(10)])
    for asked in refused:
        with pytest.raises(Rejection, match="new orders are rejected by user request"):
            pit.submit(asked)

    assert not may_close or pit.submit(sell(10)).status is OrderStatus.FILLED


def test_the_suspension_knob_is_set_by_command(venue):
    venue.until_order(venue.order(symbol="KO", qty="1"), "filled")
    venue.patch("/v2/account/configurations", {"suspend_trade": True})

    refused = venue.delete("/v2/positions/KO")
    venue.control("suspension", closing=True)

    assert refused.status_code == 403
    assert venue.delete("/v2/positions/KO").status_code == 200


def test_a_halt_on_command_holds_an_order_until_its_end(venue):
    venue.control("halt", symbol="KO", halted=True)
    order = venue.order(symbol="KO", qty="1")
    waiting = venue.until_order(order, "accepted")

    venue.control("halt", symbol="KO", halted=False)

    assert venue.until_order(waiting, "filled")["filled_qty"] == "1"
