"""Coins: paid in full, in parts, round the clock, against the book of their own market."""

from decimal import Decimal

import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import MarketOrderRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.orders import TimeInForce as Lasting
from console.venue.shown import Shown
from console.venue.trading.hours import SessionHours, TradingDay
from console.venue.trading.order_requests import read_ticket
from console.venue.trading.rejections import Rejection
from console.venue.wire.timestamps import DAY, new_york, parse
from tests.venue.fakes import CASH, NOON, open_pit, terms
from tests.venue.schemas import problems

PAIR = "BTC/USD"
TICKET = {"symbol": PAIR, "side": "buy", "type": "market", "time_in_force": "gtc", "qty": "0.01"}
REFUSED = [
    ({"time_in_force": "day"}, 422, 42210000, "invalid crypto time_in_force"),
    ({"type": "stop", "stop_price": 1}, 422, 42210000, "invalid order type for crypto order"),
    ({"type": "trailing_stop", "trail_price": 1}, 422, 42210000, "invalid order type for crypto"),
    ({"order_class": "bracket"}, 422, 42210000, "not allowed for advanced order_class: bracket"),
    ({"extended_hours": True}, 422, 42210000, "extended_hours is not supported"),
    ({"qty": "0.0000000001"}, 422, 40010001, "no more than 9 decimal places"),
    ({"notional": 5}, 422, 40010001, "only one of qty or notional"),
    ({"qty": None}, 422, 40010001, "qty or notional is required"),
    ({"qty": "0.0001"}, 403, 40310000, "cost basis must be >= minimal amount of order 10"),
    ({"qty": None, "notional": "9.99"}, 403, 40310000, "minimal amount of order 10"),
    ({"qty": "2000000"}, 403, 40310000, "insufficient balance for USD (requested: "),
    (
        {"side": "sell"},
        403,
        40310000,
        "insufficient balance for BTC (requested: 0.01, available: 0)",
    ),
]


def shown(
    bid: object, ask: object, *, size: object = 1, last: object = None, last_size: object = 0
):
    """Return a book of two levels a side, the second a dollar out and twice as deep."""
    low, high, much = Decimal(str(bid)), Decimal(str(ask)), Decimal(str(size))
    return Shown(
        symbol=PAIR,
        at=NOON,
        bids=[(low, much), (low - 1, 2 * much)],
        asks=[(high, much), (high + 1, 2 * much)],
        last=Decimal(str(last)) if last is not None else high,
        last_size=Decimal(str(last_size)),
    )


def coins(side: str, qty: object, **more: object):
    """Return an order in coins; market and good till canceled unless named otherwise."""
    kept = {"time_in_force": Lasting.GTC} | more
    return terms(side, qty, PAIR, **kept)


def coin_pit(**more: object):
    pit = open_pit(**more)
    pit.exchange.on_shown(shown(1000, 1001))
    return pit


@pytest.mark.parametrize(("change", "status", "code", "words"), REFUSED)
def test_what_coins_do_not_allow_is_refused_in_alpacas_words(change, status, code, words):
    pit = coin_pit()

    with pytest.raises(Rejection) as refused:
        pit.submit(read_ticket(TICKET | change))

    assert (refused.value.status, refused.value.code) == (status, code)
    assert words in refused.value.message
    assert pit.exchange.blotter.orders == {}


def test_a_market_order_walks_the_book_and_waits_for_the_next_print():
    pit = coin_pit()

    order = pit.submit(coins("buy", 5))
    first = [(fill.qty, fill.price) for fill in pit.fills]
    pit.exchange.on_shown(shown(1000, 1002, size=4))

    assert first == [(1, 1001), (2, 1002)]
    assert pit[order].status is OrderStatus.FILLED
    assert pit.fills[-1].price == 1002
    assert pit.account.cash == CASH - 1001 - 2 * 1002 - 2 * 1002


def test_a_resting_limit_trades_at_its_price_when_a_print_goes_through_it():
    pit = coin_pit()
    order = pit.submit(coins("buy", 2, limit_price=990))

    pit.exchange.on_shown(shown(1000, 1001, last=989.5, last_size="0.25"))

    assert pit[order].filled_qty == Decimal("0.25")
    assert pit.fills[-1].price == 990


def test_a_stop_limit_is_set_off_by_a_print():
    pit = coin_pit()
    pit.submit(coins("buy", 1))
    more = {"type": OrderType.STOP_LIMIT, "stop_price": 995, "limit_price": 990}
    order = pit.submit(coins("sell", 1, **more))

    pit.exchange.on_shown(shown(994, 996, last=994, last_size=1))

    assert pit[order].status is OrderStatus.FILLED
    assert pit.fills[-1].price == 994


def test_coins_trade_while_the_stock_market_sleeps():
    night = SessionHours(
        [TradingDay(day=new_york(NOON + DAY).date(), opens_at=NOON + DAY, closes_at=NOON + 2 * DAY)]
    )
    pit = coin_pit(hours=night)

    assert pit.submit(coins("buy", 1)).status is OrderStatus.FILLED


def test_dollars_reserved_for_coins_are_lent_four_times_less():
    pit = coin_pit()
    open_orders = pit.exchange.blotter.open_orders

    pit.submit(coins("buy", 10, limit_price=900))
    power = pit.account.worth.buying_power(
        open_orders.reserved, in_full=open_orders.reserved_in_full
    )

    assert power == 4 * (CASH - 9_000)
    with pytest.raises(Rejection, match="insufficient balance for USD"):
        pit.submit(coins("buy", 101, limit_price=901))


books = st.tuples(st.integers(900, 1100), st.integers(1, 30), st.integers(0, 4), st.integers(0, 3))
tickets = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.decimals("0.011", "4", places=9),
    st.none() | st.integers(900, 1100),
    st.sampled_from([Lasting.GTC, Lasting.IOC]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(books | tickets, max_size=40))
def test_cash_and_coins_add_up_and_no_fill_is_better_than_the_book(session):
    pit = coin_pit()

    for action in session:
        before = len(pit.fills)
        if isinstance(action[0], int):
            bid, width, size, printed = action
            pit.exchange.on_shown(shown(bid, bid + width, size=size, last=bid, last_size=printed))
        else:
            submit_or_not(pit, *action)
        for fill in pit.fills[before:]:
            assert is_no_better_than_shown(pit, fill)

    spent = sum((f.side.sign * f.qty * f.price for f in pit.fills), Decimal(0))
    held = sum((f.side.sign * f.qty for f in pit.fills), Decimal(0))
    assert pit.account.cash == CASH - spent >= 0
    assert pit.account.position_qty(PAIR) == held >= 0


def submit_or_not(pit, side, qty, limit, lasting) -> None:
    more = {} if limit is None else {"limit_price": limit}
    try:
        pit.submit(coins(side, qty, time_in_force=lasting, **more))
    except Rejection:
        pit.settle()


def is_no_better_than_shown(pit, fill) -> bool:
    book = pit.view.shown[PAIR]
    if fill.side is Side.BUY:
        return fill.price >= min(book.asks[0][0], book.last)
    return fill.price <= max(book.bids[0][0], book.last)


def test_alpaca_py_buys_coins_lists_them_and_closes_them(venue):
    client = TradingClient(
        venue.line["key"], venue.line["secret"], url_override=venue.line["trading_url"]
    )
    asked = MarketOrderRequest(
        symbol=PAIR, qty=0.002, side=OrderSide.BUY, time_in_force=TimeInForce.GTC
    )

    order = client.submit_order(asked)
    filled = venue.until_order({"id": str(order.id)}, "filled")
    by_pair = venue.get("/v2/positions/BTC%2FUSD")
    position = client.get_open_position("BTCUSD")
    closing = client.close_position("BTCUSD")

    assert (filled["asset_class"], filled["symbol"]) == ("crypto", PAIR)
    assert problems("get", "/v2/positions/{symbol_or_asset_id}", by_pair) == []
    assert (position.symbol, position.asset_class.value) == ("BTCUSD", "crypto")
    assert position.exchange.value == "CRYPTO"
    assert position.qty == "0.002"
    assert venue.until_order({"id": str(closing.id)}, "filled")["time_in_force"] == "gtc"
    assert venue.get("/v2/positions").json() == []
    listed = venue.get("/v2/orders", status="all", symbols="BTCUSD", asset_class="crypto").json()
    assert [each["id"] for each in listed] == [str(closing.id), str(order.id)]
    assert venue.get("/v2/orders", status="all", asset_class="us_equity").json() == []


def test_coins_and_orders_in_them_outlive_a_kill(start_venue, tmp_path):
    options = ("--books", str(tmp_path / "books"))
    venue = start_venue(*options)
    bought = {"symbol": "ETH/USD", "notional": "50", "time_in_force": "gtc"}
    venue.until_order(venue.order(**bought), "filled")
    resting = venue.order(
        symbol="ETH/USD", qty="0.1", type="limit", limit_price="500", time_in_force="gtc"
    )
    venue.until_order(resting, "new")

    before = venue.get("/v2/positions/ETHUSD").json()
    venue.kill()
    again = start_venue(*options)

    after = again.get("/v2/positions/ETHUSD").json()
    assert after["qty"] == before["qty"]
    assert Decimal(after["current_price"]) > 0
    assert again.get(f"/v2/orders/{resting['id']}").json()["status"] == "new"
    assert again.delete(f"/v2/orders/{resting['id']}").status_code == 204
    history = again.get("/v2/account/portfolio/history", period="1D", timeframe="1Min").json()
    assert abs(history["equity"][-1] - 100_000) < 100


def test_a_coin_expires_after_ninety_days():
    pit = coin_pit()
    order = pit.submit(coins("buy", 1, limit_price=900))

    pit.wait_until(parse("2026-04-06T21:00:00Z"))

    assert pit[order].status is OrderStatus.EXPIRED
