"""Several accounts on one market: one line by price and time, one touch to share, books apart."""

import json
from decimal import Decimal

import pytest
import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import MarketOrderRequest
from websockets.sync.client import connect

from console.venue.trading.members import Members, new_account
from console.venue.view import MarketView
from tests.venue.fakes import NOON, buy, quote, sell, trade
from tests.venue.rig import until


def open_members(*ticks):
    """Return two accounts on a market that stands at 100 with 100 shares on each side."""
    view = MarketView(["AAPL", "MSFT"])
    members = Members(view=view, opened=new_account(Decimal(100_000), NOON))
    second = members.admit(new_account(Decimal(50_000), NOON))
    members.first.on_ticks([quote(99.99, 100.01), trade(100), *ticks])
    return members.first, second


def take(exchange, asked):
    order = exchange.submit(asked, NOON)
    exchange.settle(NOON)
    return order


def now(exchange, order):
    return exchange.blotter.orders[order.id]


def test_what_one_account_took_is_not_there_for_the_other():
    first, second = open_members()

    take(first, buy(80))
    late = take(second, buy(80))

    assert now(second, late).filled_qty == 20


def test_the_better_price_goes_first_and_then_the_earlier_whoevers_it_is():
    first, second = open_members()
    early = take(first, buy(60, limit_price=99.50))
    better = take(second, buy(60, limit_price=99.60))
    late = take(second, buy(60, limit_price=99.50))

    first.on_ticks([quote(99.40, 99.45)])

    filled = [now(second, better), now(first, early), now(second, late)]
    assert [o.filled_qty for o in filled] == [60, 40, 0]


def test_one_print_fills_no_more_than_its_size_over_all_accounts():
    first, second = open_members()
    orders = [take(x, buy(60, limit_price=99.50)) for x in (first, second)]

    first.on_ticks([trade(99.40, size=70)])

    assert [now(first, orders[0]).filled_qty, now(second, orders[1]).filled_qty] == [60, 10]


def test_accounts_may_stand_on_both_sides_and_do_not_meet():
    first, second = open_members()

    bid = take(first, buy(10, limit_price=99.99))
    offer = take(second, sell(10, limit_price=100.01))

    assert now(first, bid).filled_qty == now(second, offer).filled_qty == 0


def client_of(venue, pair):
    return TradingClient(pair["key"], pair["secret"], url_override=venue.line["trading_url"])


@pytest.fixture
def two(venue):
    pairs = [venue.line, venue.control("accounts", cash=50_000)]
    clients = [client_of(venue, pair) for pair in pairs]
    yield clients
    for client in clients:
        client._session.close()


def test_each_key_sees_its_own_account(two):
    first, second = two
    order = MarketOrderRequest(
        symbol="KO", qty=5, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, client_order_id="one"
    )

    placed = first.submit_order(order)
    second.submit_order(order)
    until(first.get_all_positions)
    until(second.get_all_positions)
    second.close_all_positions()
    until(lambda: not second.get_all_positions())

    assert (first.get_account().cash, second.get_account().cash) != ("100000", "50000")
    assert first.get_account().id != second.get_account().id
    assert first.get_open_position("KO").qty == "5"
    with pytest.raises(APIError, match="order not found for"):
        second.get_order_by_id(placed.id)


def test_a_secret_fits_its_own_key_only(venue):
    other = venue.control("accounts")
    headers = {"APCA-API-KEY-ID": other["key"], "APCA-API-SECRET-KEY": venue.line["secret"]}

    refused = requests.get(venue.line["trading_url"] + "/v2/account", headers=headers, timeout=30)

    assert refused.status_code == 401


def test_order_events_are_told_to_their_own_account(venue):
    other = venue.control("accounts")

    def listen(socket, pair):
        socket.send(json.dumps({"action": "auth", "key": pair["key"], "secret": pair["secret"]}))
        socket.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        socket.recv()
        socket.recv()

    url = venue.line["trading_stream_url"]
    with connect(url, compression=None) as mine, connect(url, compression=None) as theirs:
        listen(mine, venue.line)
        listen(theirs, other)
        first = client_of(venue, venue.line)
        second = client_of(venue, other)
        asked = {"symbol": "KO", "qty": "1", "side": "buy", "type": "market",
                 "time_in_force": "day"}  # fmt: skip
        first.post("/orders", {**asked, "client_order_id": "mine"})
        second.post("/orders", {**asked, "client_order_id": "theirs"})
        heard = [json.loads(s.recv())["data"]["order"] for s in (mine, theirs)]
        first._session.close()
        second._session.close()

    assert [order["client_order_id"] for order in heard] == ["mine", "theirs"]


def test_every_account_comes_back_after_a_kill(start_venue, tmp_path):
    books = str(tmp_path / "books")
    venue = start_venue("--seed", "7", "--books", books, "--accounts", "2")
    pair = venue.line["accounts"][0]
    third = venue.control("accounts", cash=1_234)
    client = client_of(venue, pair)
    client.post("/orders", {"symbol": "KO", "qty": "3", "side": "buy", "type": "market",
                            "time_in_force": "day"})  # fmt: skip
    until(client.get_all_positions)
    before = client.get_account().cash
    client._session.close()

    venue.kill()
    again = start_venue("--seed", "7", "--books", books, "--accounts", "2")
    back, poor = client_of(again, pair), client_of(again, third)

    assert (back.get_account().cash, back.get_open_position("KO").qty) == (before, "3")
    assert poor.get_account().cash == "1234"
    assert again.get("/v2/positions").json() == []
    for client in (back, poor):
        client._session.close()


def test_each_account_has_a_rate_limit_of_its_own(start_venue):
    venue = start_venue("--rate-limit", "3", "--accounts", "2")
    (second,) = venue.line["accounts"]
    keys = {"APCA-API-KEY-ID": second["key"], "APCA-API-SECRET-KEY": second["secret"]}

    spent = [venue.get("/v2/account").status_code for _ in range(4)]
    url = venue.line["trading_url"] + "/v2/account"
    other = requests.get(url, headers=keys, timeout=60)
    nobody = requests.get(url, headers={"APCA-API-KEY-ID": "PKNOBODY"}, timeout=60)

    assert spent == [200, 200, 200, 429]
    assert (other.status_code, other.headers["X-RateLimit-Remaining"]) == (200, "2")
    assert (nobody.status_code, nobody.headers["X-RateLimit-Remaining"]) == (401, "2")
