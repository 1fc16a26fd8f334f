"""Unmodified alpaca-py against a real venue process: every trading route, model mode."""

from decimal import Decimal

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    AssetStatus,
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    QueryOrderStatus,
    TimeInForce,
)
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)

from tests.venue.rig import until

LISTED = {
    "AAPL", "MSFT", "SPY", "TSLA", "NVDA", "AMZN", "GOOG", "AMD", "QQQ", "F", "KO", "INTC",
}  # fmt: skip


@pytest.fixture
def client(venue):
    client = TradingClient(
        venue.line["key"], venue.line["secret"], url_override=venue.line["trading_url"]
    )
    yield client
    client._session.close()


def buy(symbol: str = "AAPL", qty: float = 10, **more: object) -> MarketOrderRequest:
    return MarketOrderRequest(
        symbol=symbol, qty=qty, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, **more
    )


def resting(symbol: str = "AAPL", price: float = 5.25, **more: object) -> LimitOrderRequest:
    return LimitOrderRequest(
        symbol=symbol,
        qty=10,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.GTC,
        limit_price=price,
        **more,
    )


def until_status(client, order, status):
    def look():
        found = client.get_order_by_id(order.id)
        return found if found.status is status else None

    return until(look)


def test_a_fresh_account_holds_its_cash_and_nothing_else(client):
    account = client.get_account()

    assert (account.cash, account.equity, account.multiplier) == ("100000", "100000", "4")
    assert Decimal(account.buying_power) == 400_000
    assert account.shorting_enabled
    assert client.get_all_positions() == []
    assert client.get_orders() == []


def test_the_clock_is_open_and_the_calendar_is_the_real_exchanges(client):
    clock = client.get_clock()
    days = client.get_calendar(GetCalendarRequest(start="2024-07-01", end="2024-07-08"))

    assert clock.is_open
    assert clock.next_close > clock.timestamp
    assert [(d.date.day, d.close.hour) for d in days] == [
        (1, 16),
        (2, 16),
        (3, 13),
        (5, 16),
        (8, 16),
    ]


def test_every_promised_symbol_is_listed_and_found_by_symbol_and_by_id(client):
    assets = client.get_all_assets(GetAssetsRequest(status=AssetStatus.ACTIVE))

    by_symbol = {asset.symbol: asset for asset in assets}
    assert by_symbol.keys() >= LISTED
    promised = [by_symbol[symbol] for symbol in LISTED]
    assert all(a.tradable and a.shortable and a.fractionable for a in promised)
    assert client.get_asset("KO").id == by_symbol["KO"].id
    assert client.get_asset(str(by_symbol["KO"].id)).symbol == "KO"
    with pytest.raises(APIError, match="asset not found for NOPE"):
        client.get_asset("NOPE")


def test_a_market_order_is_pending_then_filled_and_makes_a_position(client):
    answered = client.submit_order(buy(client_order_id="first"))
    filled = until_status(client, answered, OrderStatus.FILLED)

    position = client.get_open_position("AAPL")
    assert answered.status in (OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED)
    assert filled.order_class is OrderClass.SIMPLE
    assert (filled.filled_qty, position.qty, position.side.value) == ("10", "10", "long")
    assert position.avg_entry_price == filled.filled_avg_price
    assert client.get_order_by_client_id("first").id == answered.id
    spent = Decimal(filled.filled_avg_price) * 10
    assert Decimal(client.get_account().cash) == 100_000 - spent


def test_every_kind_of_order_rests_and_comes_back_as_it_was_sent(client):
    client.submit_order(buy(qty=40))
    until(client.get_all_positions)
    last = round(float(client.get_open_position("AAPL").current_price))
    sell = {"symbol": "AAPL", "qty": 1, "side": OrderSide.SELL, "time_in_force": TimeInForce.GTC}
    requests = [
        LimitOrderRequest(limit_price=last + 50, **sell),
        StopOrderRequest(stop_price=last - 50, **sell),
        StopLimitOrderRequest(stop_price=last - 50, limit_price=last - 51, **sell),
        TrailingStopOrderRequest(trail_percent=20, **sell),
        TrailingStopOrderRequest(trail_price=50.5, **sell),
    ]

    orders = [until_status(client, client.submit_order(r), OrderStatus.NEW) for r in requests]

    assert [o.type for o in orders] == [
        OrderType.LIMIT,
        OrderType.STOP,
        OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP,
        OrderType.TRAILING_STOP,
    ]
    assert float(orders[0].limit_price) == last + 50
    assert float(orders[2].stop_price) == last - 50
    assert (orders[3].trail_percent, orders[4].trail_price) == ("20", "50.5")
    assert float(orders[4].stop_price) == pytest.approx(float(orders[4].hwm) - 50.5)
    assert {o.id for o in client.get_orders()} == {o.id for o in orders}


def test_orders_are_listed_by_every_filter(client):
    first = client.submit_order(resting("AAPL"))
    second = client.submit_order(resting("MSFT"))
    until_status(client, second, OrderStatus.NEW)
    client.cancel_order_by_id(first.id)
    until_status(client, first, OrderStatus.CANCELED)

    def listed(**filters: object) -> list[str]:
        return [o.symbol for o in client.get_orders(GetOrdersRequest(**filters))]

    assert listed() == ["MSFT"]
    assert listed(status=QueryOrderStatus.CLOSED) == ["AAPL"]
    assert listed(status=QueryOrderStatus.ALL) == ["MSFT", "AAPL"]
    assert listed(status=QueryOrderStatus.ALL, direction="asc") == ["AAPL", "MSFT"]
    assert listed(status=QueryOrderStatus.ALL, limit=1) == ["MSFT"]
    assert listed(status=QueryOrderStatus.ALL, symbols=["AAPL"]) == ["AAPL"]
    assert listed(status=QueryOrderStatus.ALL, side=OrderSide.SELL) == []
    assert listed(status=QueryOrderStatus.ALL, after=first.submitted_at) == ["MSFT", "AAPL"]
    assert listed(status=QueryOrderStatus.ALL, until=first.submitted_at) == []


def test_a_replacement_takes_the_place_of_the_old_order(client):
    old = until_status(client, client.submit_order(resting()), OrderStatus.NEW)

    new = client.replace_order_by_id(old.id, ReplaceOrderRequest(qty=20, limit_price=5.5))

    gone = client.get_order_by_id(old.id)
    assert (gone.status, gone.replaced_by, new.replaces) == (OrderStatus.REPLACED, new.id, old.id)
    assert (new.qty, new.limit_price) == ("20", "5.5")
    assert until_status(client, new, OrderStatus.NEW).client_order_id != old.client_order_id


def test_cancel_all_cancels_each_and_a_second_cancel_is_refused(client):
    orders = [client.submit_order(resting(symbol)) for symbol in ("AAPL", "MSFT")]

    answers = client.cancel_orders()

    assert {(a.id, a.status) for a in answers} == {(o.id, 200) for o in orders}
    until_status(client, orders[0], OrderStatus.CANCELED)
    with pytest.raises(APIError, match="order is already in") as refused:
        client.cancel_order_by_id(orders[0].id)
    assert (refused.value.status_code, refused.value.code) == (422, 42210000)


def test_positions_close_by_quantity_by_percentage_and_all_at_once(client):
    for symbol in ("KO", "MSFT"):
        client.submit_order(buy(symbol, 10))
    until(lambda: len(client.get_all_positions()) == 2)

    by_qty = client.close_position("KO", ClosePositionRequest(qty="4"))
    until_status(client, by_qty, OrderStatus.FILLED)
    half = client.close_position("KO", ClosePositionRequest(percentage="50"))
    until_status(client, half, OrderStatus.FILLED)
    left = client.get_open_position("KO").qty
    answers = client.close_all_positions(cancel_orders=True)

    assert (by_qty.qty, half.qty, left) == ("4", "3", "3")
    assert [(a.symbol, a.status) for a in answers] == [("KO", 200), ("MSFT", 200)]
    assert until(lambda: client.get_all_positions() == [])
    assert client.close_all_positions() == []
    with pytest.raises(APIError, match="position does not exist"):
        client.close_position("KO")


def test_without_cancel_orders_a_held_position_fails_by_itself(client):
    client.submit_order(buy("KO", 10))
    until(client.get_all_positions)
    held = client.submit_order(
        LimitOrderRequest(
            symbol="KO", qty=10, side=OrderSide.SELL, time_in_force=TimeInForce.DAY, limit_price=900
        )
    )

    (answer,) = client.close_all_positions()

    assert answer.status == 403
    assert "insufficient qty available" in answer.body.message
    assert client.get_order_by_id(held.id).status is OrderStatus.NEW


def test_fills_are_activities(client):
    order = client.submit_order(buy("KO", 10))
    until_status(client, order, OrderStatus.FILLED)

    activities = client.get("/account/activities", {"activity_types": "FILL"})

    assert sum(int(a["qty"]) for a in activities) == 10
    assert {a["order_id"] for a in activities} == {str(order.id)}
    assert client.get("/account/activities/DIV") == []
    rest = client.get("/account/activities", {"page_token": activities[-1]["id"]})
    assert rest == []


def test_configurations_ignore_nulls_and_suspend_trade_works(client):
    settings = client.get_account_configurations()
    settings.suspend_trade = True

    changed = client.set_account_configurations(settings)

    assert changed.suspend_trade
    assert client.get_account().trade_suspended_by_user
    with pytest.raises(APIError, match="new orders are rejected by user request") as refused:
        client.submit_order(buy())
    assert refused.value.status_code == 403


def test_a_short_sale_is_a_negative_position(client):
    order = client.submit_order(
        MarketOrderRequest(symbol="KO", qty=5, side=OrderSide.SELL, time_in_force=TimeInForce.DAY)
    )
    until_status(client, order, OrderStatus.FILLED)

    position = client.get_open_position("KO")

    assert (position.qty, position.side.value) == ("-5", "short")
    assert Decimal(position.cost_basis) < 0
    assert client.get("/account/activities/FILL")[0]["side"] == "sell_short"


def test_dollars_and_parts_of_a_share_trade(client):
    by_notional = client.submit_order(
        MarketOrderRequest(
            symbol="KO", notional=100, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
        )
    )
    by_part = client.submit_order(buy("KO", 0.5))

    filled = until_status(client, by_notional, OrderStatus.FILLED)
    until_status(client, by_part, OrderStatus.FILLED)

    assert (filled.qty, filled.notional) == (None, "100")
    whole = Decimal(client.get_open_position("KO").qty)
    assert whole == Decimal(filled.filled_qty) + Decimal("0.5")


def test_wrong_keys_get_alpacas_401(venue):
    client = TradingClient("PKWRONG", "wrong", url_override=venue.line["trading_url"])

    with pytest.raises(APIError) as refused:
        client.get_account()

    client._session.close()
    assert refused.value.status_code == 401
    assert refused.value.response.json() == {"message": "unauthorized."}


def price_of(venue, symbol: str) -> float:
    """Move a market to where the test knows its way."""
    venue.control("price", symbol=symbol, price=100)
    return 100.0


def test_a_bracket_comes_with_its_legs_and_its_stop_is_released_when_the_profit_is_taken(
    client, venue
):
    last = price_of(venue, "KO")
    entry = client.submit_order(
        buy(
            "KO",
            order_class=OrderClass.BRACKET,
            take_profit=TakeProfitRequest(limit_price=last + 5),
            stop_loss=StopLossRequest(stop_price=last - 50),
        )
    )
    until_status(client, entry, OrderStatus.FILLED)
    profit = until_status(client, entry.legs[0], OrderStatus.NEW)

    flat = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL))
    nested = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL, nested=True))
    position = client.get_open_position("KO")
    venue.control("price", symbol="KO", price=last + 6)

    assert [leg.status for leg in entry.legs] == [OrderStatus.HELD, OrderStatus.HELD]
    assert [leg.order_class for leg in entry.legs] == [OrderClass.BRACKET, OrderClass.BRACKET]
    assert {o.id for o in flat} == {entry.id, *(leg.id for leg in entry.legs)}
    assert all(o.legs is None for o in flat)
    assert [[leg.id for leg in o.legs] for o in nested] == [[leg.id for leg in entry.legs]]
    assert position.qty_available == "0"
    until_status(client, profit, OrderStatus.FILLED)
    until_status(client, entry.legs[1], OrderStatus.CANCELED)


def test_an_oco_exits_a_position_and_an_oto_protects_one(client, venue):
    last = price_of(venue, "KO")
    protected = client.submit_order(
        buy(
            "KO",
            order_class=OrderClass.OTO,
            stop_loss=StopLossRequest(stop_price=last - 50, limit_price=last - 51),
        )
    )
    until_status(client, protected.legs[0], OrderStatus.NEW)
    client.cancel_order_by_id(protected.legs[0].id)
    until_status(client, protected.legs[0], OrderStatus.CANCELED)
    oco = client.submit_order(
        LimitOrderRequest(
            symbol="KO",
            qty=10,
            side=OrderSide.SELL,
            time_in_force=TimeInForce.GTC,
            order_class=OrderClass.OCO,
            take_profit=TakeProfitRequest(limit_price=last + 50),
            stop_loss=StopLossRequest(stop_price=last - 5),
        )
    )
    until_status(client, oco, OrderStatus.NEW)

    venue.control("price", symbol="KO", price=last - 6)

    assert oco.limit_price == str(int(last + 50))
    until_status(client, oco.legs[0], OrderStatus.FILLED)
    assert client.get_order_by_id(oco.id).status is OrderStatus.CANCELED
    assert client.get_all_positions() == []
