"""Unmodified alpaca-py against a real venue process: every market-data route."""

from datetime import UTC, datetime, timedelta

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import (
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit

from tests.venue.rig import until

BOTH = ["AAPL", "MSFT"]


@pytest.fixture
def client(shared_venue):
    line = shared_venue.line
    client = StockHistoricalDataClient(line["key"], line["secret"], url_override=line["data_url"])
    yield client
    client._session.close()


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.mark.parametrize(
    "timeframe",
    [
        TimeFrame.Minute,
        TimeFrame(5, TimeFrameUnit.Minute),
        TimeFrame(7, TimeFrameUnit.Minute),
        TimeFrame(15, TimeFrameUnit.Minute),
        TimeFrame.Hour,
        TimeFrame(4, TimeFrameUnit.Hour),
        TimeFrame.Day,
        TimeFrame.Week,
        TimeFrame(3, TimeFrameUnit.Month),
    ],
    ids=str,
)
def test_bars_of_every_timeframe_are_whole_and_in_order(client, timeframe):
    request = StockBarsRequest(
        symbol_or_symbols=BOTH, timeframe=timeframe, start=days_ago(3), feed=DataFeed.IEX
    )
    if timeframe.unit_value in (TimeFrameUnit.Day, TimeFrameUnit.Week, TimeFrameUnit.Month):
        request.start = days_ago(100)

    bars = client.get_stock_bars(request)

    for symbol in BOTH:
        times = [bar.timestamp for bar in bars[symbol]]
        assert times == sorted(set(times))
        assert all(b.low <= min(b.open, b.close) for b in bars[symbol])
        assert all(b.high >= max(b.open, b.close) for b in bars[symbol])


def test_pages_join_into_what_one_page_would_have_said(shared_venue):
    query = {
        "symbols": "AAPL,MSFT",
        "timeframe": "1Min",
        "start": days_ago(0.2).isoformat(),
        "end": days_ago(0.02).isoformat(),
    }
    whole = shared_venue.get("/v2/stocks/bars", limit=10_000, **query).json()["bars"]

    pages: dict[str, list] = {"AAPL": [], "MSFT": []}
    token = None
    while True:
        more = {"page_token": token} if token else {}
        page = shared_venue.get("/v2/stocks/bars", limit=70, **query, **more).json()
        assert sum(len(bars) for bars in page["bars"].values()) <= 70
        for symbol, bars in page["bars"].items():
            pages[symbol] += bars
        if (token := page["next_page_token"]) is None:
            break

    assert pages == whole


def test_descending_pages_begin_with_the_newest(shared_venue):
    query = {"symbols": "AAPL", "timeframe": "1Min", "sort": "desc", "limit": 5}
    query["start"], query["end"] = days_ago(0.1).isoformat(), days_ago(0.01).isoformat()

    first = shared_venue.get("/v2/stocks/bars", **query).json()
    second = shared_venue.get(
        "/v2/stocks/bars", **query, page_token=first["next_page_token"]
    ).json()

    times = [bar["t"] for page in (first, second) for bar in page["bars"]["AAPL"]]
    assert times == sorted(set(times), reverse=True)
    assert len(times) == 10


def test_latest_and_snapshots_tell_of_one_market(client):
    quote = client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=BOTH))
    trade = client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAPL"))
    bar = client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=BOTH))
    snapshot = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=BOTH))["AAPL"]

    assert quote.keys() == bar.keys() == set(BOTH)
    assert 0 < quote["AAPL"].bid_price < quote["AAPL"].ask_price
    assert trade["AAPL"].price == pytest.approx(snapshot.latest_trade.price, rel=0.05)
    assert snapshot.daily_bar.timestamp > snapshot.previous_daily_bar.timestamp
    assert snapshot.minute_bar.close == pytest.approx(snapshot.latest_quote.ask_price, rel=0.05)


def test_quotes_and_trades_that_were_seen_can_be_read_again(client):
    start = days_ago(0.1)

    quotes = until(
        lambda: client.get_stock_quotes(
            StockQuotesRequest(symbol_or_symbols="AAPL", start=start)
        ).data.get("AAPL")
    )
    trades = until(
        lambda: client.get_stock_trades(
            StockTradesRequest(symbol_or_symbols=["AAPL"], start=start)
        ).data.get("AAPL")
    )

    assert all(q.bid_price < q.ask_price for q in quotes)
    assert all(t.price > 0 and t.size > 0 for t in trades)


def test_a_symbol_nobody_lists_is_left_out_and_nonsense_is_refused(shared_venue, client):
    known = shared_venue.get("/v2/stocks/quotes/latest", symbols="AAPL,ZZZZ").json()
    odd = shared_venue.get("/v2/stocks/quotes/latest", symbols="A;B")

    assert known["quotes"].keys() == {"AAPL"}
    assert (odd.status_code, odd.json()) == (400, {"message": "invalid symbol: A;B"})
    with pytest.raises(APIError) as refused:
        client.get("/stocks/bars", {"symbols": "AAPL", "timeframe": "2Days"})
    assert refused.value.status_code == 400


def test_one_symbols_routes_put_it_beside_the_data(shared_venue):
    start = days_ago(1).isoformat()

    bars = shared_venue.get("/v2/stocks/AAPL/bars", timeframe="1Min", start=start).json()
    latest = shared_venue.get("/v2/stocks/AAPL/trades/latest").json()
    snapshot = shared_venue.get("/v2/stocks/AAPL/snapshot").json()

    assert (bars["symbol"], latest["symbol"], snapshot["symbol"]) == ("AAPL", "AAPL", "AAPL")
    assert bars["bars"][0].keys() == {"t", "o", "h", "l", "c", "v", "n", "vw"}
    assert latest["trade"]["p"] > 0
    assert {"latestTrade", "latestQuote", "minuteBar", "dailyBar"} <= snapshot.keys()
