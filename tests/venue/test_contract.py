"""Every route of the venue, called by alpaca-py, answers in the published shape."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.enums import CorporateActionsType, MarketType, MostActivesBy
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.news import NewsClient
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.screener import ScreenerClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    CryptoBarsRequest,
    CryptoLatestBarRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoLatestTradeRequest,
    CryptoQuoteRequest,
    CryptoSnapshotRequest,
    CryptoTradesRequest,
    MarketMoversRequest,
    MostActivesRequest,
    NewsRequest,
    OptionBarsRequest,
    OptionChainRequest,
    OptionLatestQuoteRequest,
    OptionLatestTradeRequest,
    OptionSnapshotRequest,
    OptionTradesRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    CreateWatchlistRequest,
    GetOptionContractsRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    UpdateWatchlistRequest,
)

from console.venue.server import Options, application, open_floor
from tests.venue.rig import RunningVenue
from tests.venue.schemas import problems, routes

STOCKS, PAIRS = ["AAPL", "MSFT"], ["BTC/USD", "ETH/USD"]
WHEN = {"start": datetime(2020, 1, 1, tzinfo=UTC), "limit": 3}
AGED = (datetime.now(UTC) - timedelta(days=80)).date()


class Session:
    """Clients of one account, and every answer they got."""

    def __init__(self, venue):
        self.venue = venue
        self.answers = []
        self._clients = {}

    def of(self, kind):
        if kind not in self._clients:
            line = self.venue.line
            client = kind(line["key"], line["secret"], url_override=line["trading_url"])
            client._session.hooks["response"].append(self._note)
            self._clients[kind] = client
        return self._clients[kind]

    def _note(self, answer, **_):
        self.answers.append(answer)

    def close(self):
        for client in self._clients.values():
            client._session.close()


@pytest.fixture(scope="module")
def session():
    venue = RunningVenue("--seed", "7")
    session = Session(venue)
    try:
        for call in (orders, positions, account, watchlists, stocks, coins, options, the_rest):
            call(session)
        yield session
    finally:
        session.close()
        venue.stop()


def bid(symbol="KO"):
    terms = {"qty": 1, "side": OrderSide.BUY, "time_in_force": TimeInForce.GTC, "limit_price": 1.5}
    return LimitOrderRequest(symbol=symbol, **terms)


def orders(session):
    client, venue = session.of(TradingClient), session.venue
    first = client.submit_order(bid())
    client.get_orders()
    client.get_order_by_id(first.id)
    client.get_order_by_client_id(first.client_order_id)
    venue.until_order({"id": first.id}, "new")
    second = client.replace_order_by_id(first.id, ReplaceOrderRequest(limit_price=1.25))
    venue.until_order({"id": second.id}, "new")
    client.cancel_order_by_id(second.id)
    client.submit_order(bid("F"))
    client.cancel_orders()


def positions(session):
    client, venue = session.of(TradingClient), session.venue
    terms = {"qty": 3, "side": OrderSide.BUY, "time_in_force": TimeInForce.DAY}
    order = client.submit_order(MarketOrderRequest(symbol="AAPL", **terms))
    venue.until_order({"id": order.id}, "filled")
    client.get_all_positions()
    client.get_open_position("AAPL")
    order = client.close_position("AAPL", ClosePositionRequest(qty="1"))
    venue.until_order({"id": order.id}, "filled")
    client.close_all_positions(cancel_orders=True)
    contract = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(APIError, match="no position"):
        client.exercise_options_position(contract)
    with pytest.raises(APIError, match="no position"):
        client.post(f"/positions/{contract}/do-not-exercise")


def account(session):
    client = session.of(TradingClient)
    client.get_account()
    settings = client.get_account_configurations()
    client.set_account_configurations(settings)
    client.get("/account/activities")
    client.get("/account/activities/FILL")
    client.get_portfolio_history()
    client.get_clock()
    client.get_calendar()
    client._request("GET", "/clock", api_version="v3")
    client._request("GET", "/calendar/NYSE", api_version="v3")
    client.get_all_assets()
    client.get_asset("AAPL")


def watchlists(session):
    client = session.of(TradingClient)
    made = client.create_watchlist(CreateWatchlistRequest(name="Tech", symbols=["AAPL"]))
    client.get_watchlists()
    client.get_watchlist_by_id(made.id)
    client.update_watchlist_by_id(made.id, UpdateWatchlistRequest(name="Big", symbols=["KO"]))
    client.add_asset_to_watchlist_by_id(made.id, "F")
    client.remove_asset_from_watchlist_by_id(made.id, "F")
    by_name = "/watchlists:by_name?name=Big"
    client.get(by_name)
    client.post(by_name, {"symbol": "F"})
    client.put(by_name, {"name": "Big", "symbols": ["KO"]})
    client.delete(by_name)
    made = client.create_watchlist(CreateWatchlistRequest(name="Gone", symbols=["AAPL"]))
    client.delete_watchlist_by_id(made.id)


def stocks(session):
    client, named = session.of(StockHistoricalDataClient), {"symbol_or_symbols": STOCKS}
    client.get_stock_bars(StockBarsRequest(timeframe=TimeFrame.Day, **named, **WHEN))
    client.get_stock_quotes(StockQuotesRequest(**named, **WHEN))
    client.get_stock_trades(StockTradesRequest(**named, **WHEN))
    client.get_stock_latest_bar(StockLatestBarRequest(**named))
    client.get_stock_latest_quote(StockLatestQuoteRequest(**named))
    client.get_stock_latest_trade(StockLatestTradeRequest(**named))
    client.get_stock_snapshot(StockSnapshotRequest(**named))
    for path in ("bars?timeframe=1Day&", "quotes?", "trades?"):
        client.get(f"/stocks/AAPL/{path}start=2020-01-01&limit=3")
    for path in ("bars/latest", "quotes/latest", "trades/latest", "snapshot"):
        client.get(f"/stocks/AAPL/{path}")
    client.get("/stocks/auctions?symbols=AAPL,MSFT")
    client.get("/stocks/AAPL/auctions")
    client.get("/stocks/meta/conditions/trade?tape=A")
    client.get("/stocks/meta/exchanges")


def coins(session):
    client, named = session.of(CryptoHistoricalDataClient), {"symbol_or_symbols": PAIRS}
    client.get_crypto_bars(CryptoBarsRequest(timeframe=TimeFrame.Day, **named, **WHEN))
    client.get_crypto_quotes(CryptoQuoteRequest(**named, **WHEN))
    client.get_crypto_trades(CryptoTradesRequest(**named, **WHEN))
    client.get_crypto_latest_bar(CryptoLatestBarRequest(**named))
    client.get_crypto_latest_quote(CryptoLatestQuoteRequest(**named))
    client.get_crypto_latest_trade(CryptoLatestTradeRequest(**named))
    client.get_crypto_latest_orderbook(CryptoLatestOrderbookRequest(**named))
    client.get_crypto_snapshot(CryptoSnapshotRequest(**named))


def options(session):
    trading, client = session.of(TradingClient), session.of(OptionHistoricalDataClient)
    asked = GetOptionContractsRequest(underlying_symbols=["SPY"], limit=2)
    symbols = [one.symbol for one in trading.get_option_contracts(asked).option_contracts]
    trading.get_option_contract(symbols[0])
    named = {"symbol_or_symbols": symbols}
    client.get_option_chain(OptionChainRequest(underlying_symbol="SPY"))
    client.get_option_snapshot(OptionSnapshotRequest(**named))
    client.get_option_latest_quote(OptionLatestQuoteRequest(**named))
    client.get_option_latest_trade(OptionLatestTradeRequest(**named))
    client.get_option_trades(OptionTradesRequest(**named, **WHEN))
    client.get_option_bars(OptionBarsRequest(timeframe=TimeFrame.Day, **named, **WHEN))
    client.get_option_exchange_codes()
    client.get("/options/meta/conditions/quote")


def the_rest(session):
    trading, screener = session.of(TradingClient), session.of(ScreenerClient)
    screener.get_most_actives(MostActivesRequest(by=MostActivesBy.TRADES))
    for market_type in MarketType:
        screener.get_market_movers(MarketMoversRequest(market_type=market_type))
    session.of(NewsClient).get_news(NewsRequest(limit=3))
    actions = session.of(CorporateActionsClient)
    kinds = [CorporateActionsType.CASH_DIVIDEND]
    actions.get_corporate_actions(CorporateActionsRequest(start=AGED, types=kinds))
    actions._request("GET", "/corporate-actions", api_version="v1beta1")
    announced = "/corporate_actions/announcements"
    span = {"since": AGED.isoformat(), "until": datetime.now(UTC).date().isoformat()}
    found = trading.get(announced, {"ca_types": "Dividend", **span})
    trading.get(f"{announced}/{found[0]['id']}")


def pattern(template):
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template) + "$")


def named_by(path, templates):
    """Return which template a path is of: the one with the fewest holes."""
    fitting = [template for template in templates if pattern(template).match(path)]
    return min(fitting, key=lambda template: template.count("{"), default=None)


def path_of(answer):
    return urlsplit(answer.url).path.replace("%3A", ":").replace("%2F", "/")


def test_alpaca_py_calls_every_route_there_is(session):
    app = application(open_floor(Options()))
    table = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and not route.resource.canonical.startswith("/control")
    }
    templates = {path for _, path in table}

    called = {(a.request.method, named_by(path_of(a), templates)) for a in session.answers}

    assert table - called == set()


def test_every_answer_alpaca_py_got_is_of_the_published_shape(session):
    published = routes()
    found = []
    for answer in session.answers:
        method, path = answer.request.method.lower(), path_of(answer)
        template = named_by(path, [route for verb, route in published if verb == method])
        if template and answer.ok and answer.status_code != 204:
            found += [(method, path, problem) for problem in problems(method, template, answer)]

    assert found == []


def test_no_answer_alpaca_py_got_was_an_error_but_the_two_refusals(session):
    refused = [path_of(answer).split("/")[-1] for answer in session.answers if not answer.ok]

    assert sorted(refused) == ["do-not-exercise", "exercise"]
    assert all("X-Request-ID" in answer.headers for answer in session.answers)
