from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import reduce

import alpaca.trading.enums as theirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.adapters.alpaca import holdings, orders
from console.adapters.alpaca.executions import activity_fill, trade_update
from console.adapters.alpaca.outside import Garbled, plain
from console.adapters.alpaca.sessions import closed_phase
from console.domain.events import FillBooked, OrderUpdated
from console.domain.exposure import free_to_close
from console.domain.market import Phase
from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.protectors import protectors
from console.domain.state import TradingState, apply
from tests.adapters.fakes import ORDER, ours


def read(**said):
    return orders.order(ORDER | said, ours)


@pytest.mark.parametrize("status", theirs.OrderStatus)
def test_every_alpaca_status_has_a_meaning_here(status):
    assert status.value in orders.STATUS


@pytest.mark.parametrize("status", [s for s in OrderStatus if not s.is_ours])
def test_every_broker_status_of_ours_can_come(status):
    assert orders.STATUS[status.value] is status


def test_every_alpaca_type_time_in_force_and_side_has_a_meaning_here():
    assert {each.value for each in theirs.OrderType} <= set(orders.TYPE)
    assert {each.value for each in theirs.TimeInForce} <= set(orders.TIME_IN_FORCE)
    assert {each.value for each in theirs.OrderSide} <= set(orders.SIDE)


def test_a_status_without_a_meaning_counts_as_open_and_says_its_word():
    order = read(status="quantum\x1b[2J")

    assert order.is_open
    assert "quantum" in order.reason
    assert "\x1b" not in order.reason


def test_an_order_for_money_has_the_quantity_it_comes_to():
    at_limit = read(qty=None, notional="1000", limit_price="200")
    at_market = read(qty=None, notional="1000", limit_price=None, type="market")

    assert at_limit.request.qty == 5
    assert at_market.request.qty == orders.SMALLEST_QTY
    assert "$1000" in at_market.reason


def test_an_order_of_several_legs_is_told_with_each_leg():
    leg = ORDER | {"id": "leg", "client_order_id": "leg", "status": "held"}
    parent = ORDER | {"symbol": "", "side": None, "type": "mleg", "legs": [leg]}

    parent_read, leg_read = orders.orders([parent], ours)

    assert parent_read.request.symbol == orders.NO_SYMBOL
    assert leg_read.status is OrderStatus.HELD
    assert leg_read.parent == parent_read.broker_id
    assert not leg_read.is_foreign  # it came with an order of ours


def test_a_price_of_nothing_is_no_price():
    order = read(type="limit", limit_price="-1.20")

    assert order.request.order_type is OrderType.MARKET
    assert order.request.limit_price is None


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["1e999999", "NaN", "-1", "Infinity", "1_0", "2026-10-08", "9" * 5000]),
    st.lists(st.none(), max_size=1),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
)


@given(st.dictionaries(st.sampled_from(sorted(ORDER)), VALUES))
def test_a_strange_order_is_read_or_called_garbled(strange):
    try:
        order = orders.order(ORDER | strange, ours)
    except (Garbled, ValueError):
        return

    assert order.request.qty > 0
    assert order.broker_id


@given(st.text())
def test_plain_text_is_printable_on_one_line(text):
    assert plain(text).isprintable()


def update(event="fill", **data):
    filled = {"status": "filled", "filled_qty": "10", "filled_avg_price": "190.1"}
    said = {
        "event": event,
        "execution_id": "e1",
        "timestamp": "2026-10-08T14:31:00Z",
        "order": ORDER | filled,
        "price": "190.1",
        "qty": "10",
    }
    return {"stream": "trade_updates", "data": said | data}


def test_a_fill_is_told_as_the_order_and_the_execution():
    told, booked = trade_update(update(), ours)

    assert isinstance(told, OrderUpdated)
    assert told.order.status is OrderStatus.FILLED
    assert isinstance(booked, FillBooked)
    assert (booked.fill.qty, booked.fill.order) == (10, "kc-1")


def test_an_execution_is_named_alike_by_the_stream_and_by_the_activities():
    streamed = trade_update(update(execution_id="e1"), ours)[1].fill
    listed = activity_fill(
        activity(id="20261008143100000::other", order_id=ORDER["id"], cum_qty="10.0")
    )

    assert listed.execution_id == streamed.execution_id


def test_two_executions_of_an_order_have_two_names():
    first, second = (activity_fill(activity(cum_qty=qty)) for qty in ("3", "6"))

    assert first.execution_id != second.execution_id


@pytest.mark.parametrize("event", [*theirs.TradeEvent, "something new"])
def test_no_event_is_unreadable(event):
    assert isinstance(trade_update(update(event), ours)[0], OrderUpdated)


def activity(**said):
    told = {
        "id": "20261008143000123::e1",
        "order_id": "o1",
        "side": "sell_short",
        "symbol": "AAPL",
        "qty": "3",
        "cum_qty": "3",
        "price": "190.1",
        "transaction_time": "2026-10-08T14:30:00Z",
    }
    return told | said


def test_a_short_sale_is_a_sell():
    fill = activity_fill(activity())

    assert (fill.side, fill.order) == (Side.SELL, "o1")


def test_a_short_has_a_quantity_below_zero():
    said = {"symbol": "AAPL", "qty": "-5", "side": "short", "avg_entry_price": "1"}

    (position,) = holdings.positions([said])

    assert position.qty == -5
    assert position.qty_available == 5


def test_a_position_without_a_quantity_spoils_the_whole_answer():
    with pytest.raises(Garbled):
        holdings.positions([{"symbol": "AAPL", "avg_entry_price": "1"}])


@pytest.mark.parametrize(
    ("symbol", "asset_class", "known"),
    [
        ("BTCUSD", "crypto", "BTC/USD"),
        ("BTC/USD", "crypto", "BTC/USD"),
        ("ETHUSDT", "crypto", "ETH/USDT"),
        ("USDTUSD", "crypto", "USDT/USD"),
        ("ETHBTC", "crypto", "ETH/BTC"),
        ("USD", "us_equity", "USD"),
        ("USD", "crypto", "USD"),
    ],
)
def test_a_coin_has_one_name_on_orders_and_on_positions(symbol, asset_class, known):
    said = {"symbol": symbol, "asset_class": asset_class, "qty": "2", "avg_entry_price": "1"}

    (position,) = holdings.positions([said])

    assert position.symbol == known
    assert read(symbol=symbol, asset_class=asset_class).request.symbol == known


def test_a_coins_own_stop_is_counted_against_its_position():
    held = {"symbol": "BTCUSD", "asset_class": "crypto", "qty": "2", "avg_entry_price": "1"}
    (position,) = holdings.positions([held])
    resting = read(symbol="BTC/USD", asset_class="crypto", side="sell", qty="1.5", status="new")

    assert free_to_close(position, [resting]) == Decimal("0.5")
    assert protectors(position, [resting]) == (resting,)


def test_a_cancel_that_the_broker_refuses_leaves_the_order_working():
    working = {"status": "new", "updated_at": "2026-10-08T14:31:02Z"}
    pending = {"status": "pending_cancel", "updated_at": "2026-10-08T14:31:01Z"}
    told = [
        *trade_update(update("pending_cancel", order=ORDER | pending), ours),
        *trade_update(update("order_cancel_rejected", order=ORDER | working), ours),
    ]

    state = reduce(apply, told, TradingState())

    (order,) = state.orders.values()
    assert (order.status, len(state.fills)) == (OrderStatus.NEW, 0)


def test_an_account_that_may_not_trade_is_blocked():
    money = {"equity": "10", "cash": "5", "trade_suspended_by_user": True}

    account = holdings.account(money, datetime.now(UTC))

    assert (account.is_blocked, account.is_suspended) == (True, True)
    assert account.equity == Decimal(10)


FRIDAY = date(2026, 11, 20)
HALF_DAY = date(2026, 11, 27)
DAYS = {FRIDAY: (time(9, 30), time(20)), HALF_DAY: (time(9, 30), time(17))}


@pytest.mark.parametrize(
    ("there", "phase"),
    [
        ("2026-11-20T03:59-05:00", Phase.OVERNIGHT),
        ("2026-11-20T04:00-05:00", Phase.PRE_MARKET),
        ("2026-11-20T16:00-05:00", Phase.AFTER_HOURS),
        ("2026-11-20T20:00-05:00", Phase.CLOSED),
        ("2026-11-19T20:00-05:00", Phase.OVERNIGHT),
        ("2026-11-21T12:00-05:00", Phase.CLOSED),
        ("2026-11-26T12:00-05:00", Phase.CLOSED),
        ("2026-11-27T14:00-05:00", Phase.AFTER_HOURS),
        ("2026-11-27T18:00-05:00", Phase.CLOSED),
    ],
)
def test_the_part_of_the_day_follows_the_brokers_calendar(there, phase):
    assert closed_phase(datetime.fromisoformat(there), DAYS) is phase
