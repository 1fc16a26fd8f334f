"""Every answer holds to the schema Alpaca publishes for its route."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.venue.rig import RunningVenue, until
from tests.venue.schemas import problems, routes

BOTH = {"symbols": "AAPL, msft", "start": "2020-01-01"}
COINS = {"symbols": "BTC/USD,eth/usd"}
MANY = {**BOTH, "timeframe": "1Hour", "limit": 7}
ANNOUNCEMENTS = "/v2/corporate_actions/announcements"
CRYPTO = "/v1beta3/crypto/{loc}/"


def days_ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


ASKED = [
    ("/v2/account", {}),
    ("/v2/account/configurations", {}),
    ("/v2/account/activities", {}),
    ("/v2/account/activities/{activity_type}", {"activity_type": "FILL"}),
    ("/v2/account/portfolio/history", {"period": "1D"}),
    ("/v2/assets", {}),
    ("/v2/assets/{symbol_or_asset_id}", {"symbol_or_asset_id": "ETH%2FUSD"}),
    ("/v2/calendar", {"start": "2025-11-01", "end": "2025-12-31"}),
    ("/v3/calendar/{market}", {"market": "NYSE"}),
    ("/v2/clock", {}),
    ("/v3/clock", {}),
    ("/v2/orders", {"status": "all"}),
    ("/v2/positions", {}),
    ("/v2/positions/{symbol_or_asset_id}", {"symbol_or_asset_id": "AAPL"}),
    ("/v2/watchlists", {}),
    ("/v2/stocks/bars", MANY),
    ("/v2/stocks/{symbol}/bars", {**MANY, "symbol": "AAPL", "adjustment": "all"}),
    ("/v2/stocks/bars/latest", BOTH),
    ("/v2/stocks/{symbol}/bars/latest", {"symbol": "AAPL"}),
    ("/v2/stocks/quotes", {**BOTH, "limit": 3}),
    ("/v2/stocks/{symbol}/quotes", {"symbol": "AAPL"}),
    ("/v2/stocks/quotes/latest", BOTH),
    ("/v2/stocks/{symbol}/quotes/latest", {"symbol": "aapl"}),
    ("/v2/stocks/trades", {**BOTH, "limit": 3}),
    ("/v2/stocks/{symbol}/trades", {"symbol": "AAPL"}),
    ("/v2/stocks/trades/latest", BOTH),
    ("/v2/stocks/{symbol}/trades/latest", {"symbol": "AAPL"}),
    ("/v2/stocks/snapshots", BOTH),
    ("/v2/stocks/{symbol}/snapshot", {"symbol": "AAPL"}),
    ("/v2/stocks/auctions", BOTH),
    ("/v2/stocks/{symbol}/auctions", {"symbol": "AAPL", "start": "2020-01-01", "limit": 1}),
    ("/v2/stocks/meta/conditions/{ticktype}", {"ticktype": "quote", "tape": "C"}),
    ("/v2/stocks/meta/exchanges", {}),
    ("/v1beta1/options/meta/conditions/{ticktype}", {"ticktype": "trade"}),
    ("/v1beta1/options/meta/exchanges", {}),
    ("/v1beta1/screener/stocks/most-actives", {"top": 3}),
    ("/v1beta1/screener/{market_type}/movers", {"market_type": "stocks"}),
    ("/v1beta1/screener/{market_type}/movers", {"market_type": "crypto", "top": 1}),
    (CRYPTO + "bars", {**COINS, "timeframe": "5Min", "limit": 3}),
    (CRYPTO + "quotes", {**COINS, "limit": 3}),
    (CRYPTO + "trades", {**COINS, "limit": 3, "sort": "desc"}),
    (CRYPTO + "latest/bars", COINS),
    (CRYPTO + "latest/quotes", COINS),
    (CRYPTO + "latest/trades", COINS),
    (CRYPTO + "latest/orderbooks", COINS),
    (CRYPTO + "snapshots", COINS),
    ("/v1beta1/news", {"limit": 3, "include_content": "True"}),
    ("/v1beta1/news", {"symbols": "AAPL", "sort": "asc"}),
    ("/v1/corporate-actions", {"start": "2020-01-01"}),
    (ANNOUNCEMENTS, {"ca_types": "Dividend", "since": days_ago(80), "until": days_ago(0)}),
    ("/v2/options/contracts", {"show_deliverables": "true", "limit": 3}),
    ("/v1beta1/options/snapshots/{underlying_symbol}", {"underlying_symbol": "SPY"}),
]


@pytest.fixture(scope="module")
def busy_venue():
    """Return a venue with a position, a fill, an open order and a watchlist."""
    venue = RunningVenue("--seed", "7")
    venue.until_order(venue.order(qty="10"), "filled")
    venue.order(type="limit", limit_price="1.5", qty="1", time_in_force="gtc")
    venue.post("/v2/watchlists", {"name": "Tech", "symbols": ["AAPL"]})
    until(lambda: venue.get("/v2/positions").json())
    yield venue
    venue.stop()


@pytest.mark.parametrize(("route", "query"), ASKED, ids=lambda part: str(part)[:40])
def test_the_answer_is_of_the_published_shape(busy_venue, route, query):
    named = {"loc": "us", **query}
    rest = {name: value for name, value in query.items() if f"{{{name}}}" not in route}

    answer = busy_venue.get(route.format(**named), **rest)

    assert answer.status_code == 200, answer.text
    assert problems("get", route, answer) == []
    assert answer.json() != {}


def test_a_watchlist_is_of_the_published_shape_however_it_is_changed(busy_venue):
    made = busy_venue.post("/v2/watchlists", {"name": "Shapes", "symbols": ["AAPL", "BRK.A"]})
    path = f"/v2/watchlists/{made.json()['id']}"

    added = busy_venue.post(path, {"symbol": "TWTR"})
    removed = busy_venue.delete(path + "/AAPL")

    assert problems("post", "/v2/watchlists", made) == []
    assert problems("post", "/v2/watchlists/{watchlist_id}", added) == []
    assert problems("delete", "/v2/watchlists/{watchlist_id}/{symbol}", removed) == []
    assert problems("get", "/v2/watchlists/{watchlist_id}", busy_venue.get(path)) == []


def test_a_contract_and_its_quotes_are_of_the_published_shape(busy_venue):
    listed = busy_venue.get("/v2/options/contracts", underlying_symbols="SPY", limit=2).json()
    symbols = ",".join(contract["symbol"] for contract in listed["option_contracts"])
    one = "/v2/options/contracts/{symbol_or_id}"

    told = busy_venue.get(one.format(symbol_or_id=symbols.split(",")[0]))

    assert problems("get", one, told) == []
    for kind in ("snapshots", "quotes/latest", "trades/latest", "trades"):
        answer = busy_venue.get(f"/v1beta1/options/{kind}", symbols=symbols)
        assert problems("get", f"/v1beta1/options/{kind}", answer) == []
    bars = busy_venue.get("/v1beta1/options/bars", symbols=symbols, timeframe="1Day")
    assert problems("get", "/v1beta1/options/bars", bars) == []
    ids = busy_venue.get(ANNOUNCEMENTS, ca_types="dividend", since=days_ago(80), until=days_ago(0))
    found = busy_venue.get(f"{ANNOUNCEMENTS}/{ids.json()[0]['id']}")
    assert problems("get", ANNOUNCEMENTS + "/{id}", found) == []


UNSERVED = (
    "/v1/locates",
    "/v2beta1/events/",
    "/v1beta1/events/",
    "/v2/positions/{symbol_or_contract_id}/",
    "/v2/tokenization/",
    "/v2/wallets",
    "/v1beta1/fixed_income/",
    "/v1beta1/forex/",
    "/v1beta1/logos/",
)
"""Lending, tokens, wallets, exercise, bonds, currencies and pictures are not for this venue."""


def test_every_published_route_is_served_but_those_named_here(busy_venue):
    missing = []
    for method, route in routes():
        path = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", route)
        answer = busy_venue.http.request(method, busy_venue.line["trading_url"] + path)
        if answer.status_code == 405 or "endpoint not found" in answer.text:
            missing.append(route)

    assert [route for route in missing if not route.startswith(UNSERVED)] == []
