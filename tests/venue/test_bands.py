"""Limit up, limit down: nothing trades beyond a band, and a market stuck at one is paused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import connect

from console.venue.bands import LIMIT_STATE, PAUSE, REFERENCE_SPAN, Bands, Verdict
from console.venue.markets.market import QuoteTick
from console.venue.wire.timestamps import MINUTE, SECOND
from tests.venue.fakes import NOON, quote, trade

PATIENCE = 60


def opened(price=100):
    """Return bands that a trade has set."""
    bands = Bands()
    bands.within([trade(price)])
    list(bands.verdicts(NOON))
    return bands


@pytest.mark.parametrize(
    ("price", "down", "up"), [(100, 95, 105), (2, 1.6, 2.4), (0.5, 0.35, 0.65), (0.1, 0.02, 0.18)]
)
def test_bands_lie_as_far_from_the_first_trade_as_the_plan_says(price, down, up):
    band = opened(price).of("AAPL")

    assert (band.down, band.up) == (down, up)


def test_before_the_close_the_bands_are_twice_as_wide_and_then_as_before():
    bands = opened()
    widths = []
    for minutes_left in (26, 25, 1, 390):
        bands.widen(minutes_left * MINUTE)
        band = bands.of("AAPL")
        widths.append((band.down, band.up))

    assert widths == [(95, 105), (90, 110), (90, 110), (95, 105)]


def test_a_stock_first_seen_before_the_close_has_the_wider_bands():
    bands = Bands()
    bands.widen(MINUTE)
    bands.within([trade(100)])

    assert (bands.of("AAPL").down, bands.of("AAPL").up) == (90, 110)


prices = st.integers(8_000, 12_000).map(lambda cents: cents / 100)
gaps = st.integers(0, 40)
quotes = st.tuples(prices, st.integers(1, 200), gaps).map(
    lambda q: (quote(q[0], round(q[0] + q[1] / 100, 2)), q[2])
)
prints = st.tuples(prices, gaps).map(lambda t: (trade(t[0]), t[1]))


@given(st.lists(quotes | prints, max_size=80))
def test_no_trade_and_no_price_one_can_trade_at_lies_beyond_a_band(tape):
    bands, now = opened(), NOON

    for tick, gap in tape:
        now += gap * SECOND
        band = bands.of("AAPL")
        down, up = band.down, band.up
        for kept in bands.within([type(tick)(tick.symbol, now, *fields(tick))]):
            told = [kept.bid, kept.ask] if isinstance(kept, QuoteTick) else [kept.price]
            assert all(price == 0 or down <= price <= up for price in told)


def fields(tick):
    if isinstance(tick, QuoteTick):
        return tick.bid, tick.bid_size, tick.ask, tick.ask_size
    return tick.price, tick.size, tick.exchange, tick.trade_id


def test_the_reference_follows_the_mean_trade_of_five_minutes_by_whole_percents():
    bands = opened()

    bands.within([trade(101, at=NOON + 1)])
    still = bands.of("AAPL").reference
    bands.within([trade(103, at=NOON + REFERENCE_SPAN + 2)])

    assert still == 100
    assert bands.of("AAPL").reference == 103


def test_fifteen_seconds_at_a_band_are_a_pause_of_five_minutes():
    bands = opened()

    (limit,) = bands.within([quote(93, 94)])
    early = list(bands.verdicts(NOON + LIMIT_STATE - 1))
    late = list(bands.verdicts(NOON + LIMIT_STATE))
    waiting = list(bands.verdicts(NOON + LIMIT_STATE + PAUSE - 1))
    ended = list(bands.verdicts(NOON + LIMIT_STATE + PAUSE))
    anew = bands.within([trade(93.5)])

    assert (limit.bid, limit.bid_size, limit.ask) == (0, 0, 95)
    assert (early, waiting) == ([], [])
    assert late == [("AAPL", Verdict.PAUSED)]
    assert ended == [("AAPL", Verdict.RESUMED)]
    assert (len(anew), bands.of("AAPL").reference) == (1, 93.5)


def test_a_market_that_comes_back_within_its_bands_is_not_paused():
    bands = opened()

    bands.within([quote(106, 107), quote(104, 104.5)])

    assert list(bands.verdicts(NOON + LIMIT_STATE)) == []


def test_a_venue_with_bands_tells_them_and_pauses_a_market_that_falls_through(start_venue):
    venue = start_venue("--seed", "7", "--luld", "--speed", "60")
    with connect(venue.line["stream_url"] + "/v2/sip", additional_headers=venue.headers) as stream:
        told = messages(stream)
        stream.send(
            json.dumps({"action": "subscribe", "statuses": ["KO"], "lulds": ["KO"], "trades": []})
        )
        assert next(m for m in told if m["T"] == "subscription")["lulds"] == ["KO"]
        last = venue.get("/v2/stocks/KO/trades/latest").json()["trade"]["p"]
        venue.control("price", symbol="KO", price=round(last * 0.8, 2))

        statuses = []
        while len(statuses) < 2:
            message = next(m for m in told if m["T"] in "sl")
            if message["T"] == "s":
                statuses.append((message["sc"], message["rc"]))
            else:
                assert message["d"] < message["u"]

    assert statuses == [("P", "LUDP"), ("T", "")]
    trades = venue.get("/v2/stocks/KO/trades", limit=5, sort="desc").json()["trades"]
    assert trades[0]["p"] > last * 0.7


def messages(stream):
    """Yield what a stream tells, one by one."""
    while True:
        yield from json.loads(stream.recv(timeout=PATIENCE))
