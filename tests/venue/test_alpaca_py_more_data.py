"""Unmodified alpaca-py against a real venue: screener, news, options, coins, corporate actions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from alpaca.data.enums import Adjustment, CorporateActionsType, MarketType, MostActivesBy
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.historical.news import NewsClient
from alpaca.data.historical.option import OptionHistoricalDataClient
from alpaca.data.historical.screener import ScreenerClient
from alpaca.data.requests import (
    CorporateActionsRequest,
    CryptoBarsRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoQuoteRequest,
    CryptoSnapshotRequest,
    CryptoTradesRequest,
    MarketMoversRequest,
    MostActivesRequest,
    NewsRequest,
    OptionChainRequest,
    OptionLatestQuoteRequest,
    OptionSnapshotRequest,
    StockBarsRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import ContractType, CorporateActionType
from alpaca.trading.requests import (
    GetCorporateAnnouncementsRequest,
    GetOptionContractsRequest,
)

PAIRS = ["BTC/USD", "ETH/USD"]


@pytest.fixture
def client_of(shared_venue):
    """Return a maker of clients that are closed when the test is over."""
    made = []

    def make(kind):
        line = shared_venue.line
        made.append(kind(line["key"], line["secret"], url_override=line["data_url"]))
        return made[-1]

    yield make
    for client in made:
        client._session.close()


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def test_the_screener_tells_what_the_venues_own_market_did(client_of):
    screener = client_of(ScreenerClient)

    active = screener.get_most_actives(MostActivesRequest(by=MostActivesBy.TRADES, top=3))
    moved = screener.get_market_movers(MarketMoversRequest(market_type=MarketType.STOCKS, top=5))

    counts = [stock.trade_count for stock in active.most_actives]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 3
    assert all(mover.change > 0 for mover in moved.gainers)
    assert all(mover.change < 0 for mover in moved.losers)


def test_news_is_paged_from_the_newest_back(client_of):
    found = client_of(NewsClient).get_news(NewsRequest(limit=70, start=days_ago(5)))

    articles = found.data["news"]
    assert len({article.id for article in articles}) == 70
    times = [article.created_at for article in articles]
    assert times == sorted(times, reverse=True)


def test_hostile_news_comes_through_as_it_was_published(shared_venue, client_of):
    shared_venue.control("news", headline="Look", symbols=["KO"], hostile=True)

    found = client_of(NewsClient).get_news(NewsRequest(symbols="KO", limit=1))

    (article,) = found.data["news"]
    assert article.headline.startswith("Look \x1b]52;")
    assert "\u202e" in article.summary


def test_coins_have_bars_prints_quotes_and_books(client_of):
    coins = client_of(CryptoHistoricalDataClient)
    start = days_ago(0.05)

    bars = coins.get_crypto_bars(
        CryptoBarsRequest(symbol_or_symbols=PAIRS, timeframe=TimeFrame.Minute, start=start)
    )
    trades = coins.get_crypto_trades(CryptoTradesRequest(symbol_or_symbols="BTC/USD", start=start))
    quotes = coins.get_crypto_quotes(
        CryptoQuoteRequest(symbol_or_symbols=PAIRS, start=start, limit=5)
    )
    latest = coins.get_crypto_latest_quote(CryptoLatestQuoteRequest(symbol_or_symbols=PAIRS))
    books = coins.get_crypto_latest_orderbook(CryptoLatestOrderbookRequest(symbol_or_symbols=PAIRS))
    snapshots = coins.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols=PAIRS))

    assert bars.data.keys() == latest.keys() == books.keys() == snapshots.keys() == set(PAIRS)
    assert all(quote.bid_price < quote.ask_price for quote in quotes["BTC/USD"])
    assert books["ETH/USD"].bids[0].price < books["ETH/USD"].asks[0].price
    assert snapshots["BTC/USD"].daily_bar.low <= snapshots["BTC/USD"].latest_trade.price
    minute = bars["BTC/USD"][3]
    prints = [
        trade
        for trade in trades["BTC/USD"]
        if minute.timestamp <= trade.timestamp < minute.timestamp + timedelta(minutes=1)
    ]
    assert (minute.open, minute.close) == (prints[0].price, prints[-1].price)
    assert (minute.high, minute.low) == (max(p.price for p in prints), min(p.price for p in prints))
    assert minute.trade_count == len(prints)
    assert minute.volume == pytest.approx(sum(p.size for p in prints))


@pytest.mark.parametrize(
    "timeframe",
    [
        TimeFrame(45, TimeFrameUnit.Minute),
        TimeFrame(6, TimeFrameUnit.Hour),
        TimeFrame.Day,
        TimeFrame.Week,
        TimeFrame(2, TimeFrameUnit.Month),
    ],
    ids=str,
)
def test_coins_have_bars_of_every_timeframe_in_pages_that_join(shared_venue, timeframe):
    path = "/v1beta3/crypto/us/bars"
    query = {"symbols": ",".join(PAIRS), "timeframe": timeframe.value}
    query["start"], query["end"] = days_ago(100).isoformat(), days_ago(1).isoformat()

    for sort in ("asc", "desc"):
        whole = shared_venue.get(path, **query, sort=sort, limit=10_000).json()["bars"]
        joined: dict[str, list] = {}
        token = None
        for _ in range(400):
            page = shared_venue.get(
                path, **query, sort=sort, limit=997, **({"page_token": token} if token else {})
            ).json()
            for pair, bars in page["bars"].items():
                joined.setdefault(pair, []).extend(bars)
            if (token := page["next_page_token"]) is None:
                break
        assert joined == whole
        assert whole.keys() == set(PAIRS)


def test_dividends_lower_the_bars_before_them_and_nothing_else(client_of):
    request = CorporateActionsRequest(
        symbols=["KO"],
        types=[CorporateActionsType.CASH_DIVIDEND],
        start=days_ago(500).date(),
        end=days_ago(-60).date(),
    )
    found = client_of(CorporateActionsClient).get_corporate_actions(request)
    dividends = found.data["cash_dividends"]

    def bars(adjustment):
        request = StockBarsRequest(
            symbol_or_symbols="KO",
            timeframe=TimeFrame.Day,
            start=days_ago(250),
            adjustment=adjustment,
        )
        return client_of(StockHistoricalDataClient).get_stock_bars(request)["KO"]

    # the bar of the running day goes on between two requests
    raw, lowered = bars(Adjustment.RAW)[:-1], bars(Adjustment.ALL)[:-1]
    ratios = [after.close / before.close for before, after in zip(raw, lowered, strict=True)]

    assert len(dividends) == 4
    assert ratios[-1] == pytest.approx(1, abs=0.02)
    assert all(before <= after + 1e-4 for before, after in pairwise(ratios))
    assert ratios[0] < 1
    assert bars(Adjustment.SPLIT)[:-1] == raw


def test_an_announced_split_divides_the_bars_before_it(venue):
    today = venue.get("/v2/clock").json()["timestamp"][:10]
    query = {"timeframe": "1Day", "start": days_ago(8).date().isoformat()}
    raw = venue.get("/v2/stocks/F/bars", **query).json()["bars"]

    venue.control(
        "corporate-action", type="forward_split", symbol="F", new_rate=4, old_rate=1, ex_date=today
    )
    split = venue.get("/v2/stocks/F/bars", **query, adjustment="split").json()["bars"]
    told = venue.get("/v1/corporate-actions", symbols="F").json()["corporate_actions"]

    assert split[0]["c"] == pytest.approx(raw[0]["c"] / 4, abs=0.001)
    assert split[0]["v"] == raw[0]["v"] * 4
    assert split[-1]["o"] == raw[-1]["o"]
    assert told["forward_splits"][0]["new_rate"] == 4


def test_a_chain_is_listed_quoted_and_valued(shared_venue, client_of):
    line = shared_venue.line
    trading = TradingClient(line["key"], line["secret"], url_override=line["trading_url"])
    options = client_of(OptionHistoricalDataClient)
    listed = trading.get_option_contracts(
        GetOptionContractsRequest(
            underlying_symbols=["AAPL"],
            expiration_date_gte=days_ago(-20).date(),
            type=ContractType.CALL,
            limit=20,
        )
    ).option_contracts
    trading._session.close()
    symbols = [contract.symbol for contract in listed]

    chain = options.get_option_chain(
        OptionChainRequest(underlying_symbol="AAPL", type=ContractType.CALL)
    )
    quotes = options.get_option_latest_quote(OptionLatestQuoteRequest(symbol_or_symbols=symbols))
    snapshots = options.get_option_snapshot(OptionSnapshotRequest(symbol_or_symbols=symbols))

    assert set(symbols) <= chain.keys()
    assert quotes.keys() == snapshots.keys() == set(symbols)
    by_strike = [snapshots[contract.symbol] for contract in sorted(listed, key=_strike)]
    first = [s for s in by_strike if s.symbol[4:10] == by_strike[0].symbol[4:10]]
    deltas = [snapshot.greeks.delta for snapshot in first]
    assert deltas == sorted(deltas, reverse=True)
    assert all(0 <= delta <= 1 for delta in deltas)
    assert all(quote.bid_price <= quote.ask_price for quote in quotes.values())


def _strike(contract):
    return contract.strike_price


def test_only_what_is_written_as_an_option_is_taken_for_one(shared_venue):
    odd = shared_venue.get("/v1beta1/options/snapshots", symbols="AAPL")
    unknown = shared_venue.get("/v2/options/contracts/AAPL990101C00001000")
    unlisted = shared_venue.get("/v1beta1/options/snapshots/KO")

    assert (odd.status_code, odd.json()) == (400, {"message": "invalid symbol: AAPL"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, 40410000)
    assert unlisted.json() == {"snapshots": {}, "next_page_token": None}


def test_the_older_announcements_are_told_in_the_words_asked_for(shared_venue):
    line = shared_venue.line
    client = TradingClient(line["key"], line["secret"], url_override=line["trading_url"])

    with pytest.deprecated_call():
        found = client.get_corporate_announcements(
            GetCorporateAnnouncementsRequest(
                ca_types=[CorporateActionType.DIVIDEND],
                since=days_ago(85).date(),
                until=days_ago(0).date(),
            )
        )
    client._session.close()

    assert found
    assert {action.ca_type for action in found} == {CorporateActionType.DIVIDEND}
    too_long = shared_venue.get(
        "/v2/corporate_actions/announcements",
        ca_types="Dividend",
        since="2025-01-01",
        until="2025-12-31",
    )
    assert too_long.status_code == 422
