"""Prints that are told after their minute ended: in the bars, on REST and on the stream."""

from operator import attrgetter

import aiohttp
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.venue.markets.bars import BarBook, aggregate
from console.venue.markets.daytime import MINUTE, SECOND
from console.venue.markets.late import LatePrints
from console.venue.markets.market import MarketBar, TradeTick
from console.venue.markets.synthetic import SyntheticMarket
from console.venue.view import MarketView
from tests.venue.rig import PATIENCE

NOON = 1_784_566_800 * SECOND
"""A Monday, 13:00 in New York."""

FOREVER = 2**62
prices = st.integers(9_900, 10_100).map(lambda cents: cents / 100)
sizes = st.integers(1, 900)
offsets = st.integers(0, 10 * MINUTE - 1)


def prints(rows):
    return [
        TradeTick("KO", NOON + at, price, size, "Q", number)
        for number, (at, price, size) in enumerate(sorted(rows))
    ]


def told(market, until, *, step=SECOND):
    late = []
    for now in range(NOON, until + 1, step):
        market.advance(now)
        late += market.late(now)
    return late


@given(
    st.lists(st.tuples(offsets, prices, sizes), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), sizes), max_size=5),
    st.sampled_from([Timeframe.MIN_1, Timeframe.MIN_5, Timeframe.HOUR_1, Timeframe.DAY_1]),
)
def test_a_late_print_counts_in_every_bar_it_belongs_to_and_closes_none(rows, lates, timeframe):
    book, on_time = BarBook(["KO"]), prints(rows)
    for trade in on_time:
        book.add(trade)
        book.bars("KO", timeframe, 0, FOREVER)
    before = book.bars("KO", timeframe, 0, FOREVER)
    of_known = [(on_time[i % len(on_time)], size) for i, size in lates]

    for known, size in of_known:
        book.add_late(TradeTick("KO", known.at, known.price, size, "D", 0, is_late=True))

    after = book.bars("KO", timeframe, 0, FOREVER)
    minutes = book.bars("KO", Timeframe.MIN_1, 0, FOREVER)
    assert [(b.at, b.open, b.high, b.low, b.close) for b in after] == [
        (b.at, b.open, b.high, b.low, b.close) for b in before
    ]
    assert sum(b.volume for b in after) == sum(t.size for t in on_time) + sum(s for _, s in lates)
    assert sum(b.trade_count for b in after) == len(on_time) + len(lates)
    assert [(b.at, b.volume) for b in after] == [
        (b.at, b.volume) for b in aggregate(minutes, timeframe)
    ]


def test_a_late_print_of_a_minute_that_is_not_booked_changes_nothing():
    book = BarBook(["KO"])
    book.add(TradeTick("KO", NOON + 5 * MINUTE, 100.0, 10, "Q", 1))

    book.add_late(TradeTick("KO", NOON, 100.0, 10, "D", 2, is_late=True))

    assert [b.volume for b in book.bars("KO", Timeframe.MIN_1, 0, FOREVER)] == [10]


def test_late_prints_come_after_their_minute_within_half_a_minute():
    bar = MarketBar(NOON, 100.0, 100.5, 99.5, 100.1, 1_000, 10, 100.033)
    late = LatePrints(["KO", "F", "AAPL"], seed=3, since=NOON)
    found = []
    for now in range(NOON, NOON + 60 * MINUTE, SECOND):
        found += [(now, trade) for trade in late.told(now, lambda _symbol, _minute: bar)]

    assert len(found) > 5
    for now, trade in found:
        ended_at = trade.at - trade.at % MINUTE + MINUTE
        assert ended_at + 3 * SECOND <= now <= ended_at + 26 * SECOND
        assert 99.5 <= trade.price <= 100.5


def test_the_market_counts_what_it_tells_late_and_the_steps_do_not_matter():
    until = NOON + 20 * MINUTE
    market, other = (SyntheticMarket(seed=5, now=NOON) for _ in range(2))

    late = told(market, until)
    again = told(other, until, step=5 * SECOND)

    assert late
    assert sorted(again, key=attrgetter("at")) == sorted(late, key=attrgetter("at"))
    for trade in late:
        minute = trade.at - trade.at % MINUTE
        bars = [m.bars(trade.symbol, Timeframe.MIN_1, minute, minute) for m in (market, other)]
        assert bars[0] == bars[1]


async def test_the_stream_tells_the_late_print_then_the_bar_it_changed(start_venue):
    venue = start_venue("--seed", "7", "--speed", "60")
    async with aiohttp.ClientSession(headers=venue.headers) as session:
        socket = await session.ws_connect(venue.line["stream_url"] + "/v2/iex")
        channels = {"trades": ["*"], "bars": ["*"], "updatedBars": ["*"]}
        await socket.send_json({"action": "subscribe", **channels})
        bars, late, updated = {}, {}, None
        while updated is None:
            for each in await socket.receive_json(timeout=PATIENCE):
                if each["T"] == "b":
                    bars[each["S"], each["t"]] = each
                elif each["T"] == "t" and "Z" in each["c"]:
                    late[each["S"]] = each
                elif each["T"] == "u" and (each["S"], each["t"]) in bars:
                    updated = each

    bar, trade = bars[updated["S"], updated["t"]], late[updated["S"]]
    history = venue.get(f"/v2/stocks/{updated['S']}/bars", timeframe="1Min", start=updated["t"])
    assert trade["t"][:16] == updated["t"][:16]
    assert updated["v"] == bar["v"] + trade["s"]
    assert updated["n"] == bar["n"] + 1
    assert (updated["o"], updated["c"]) == (bar["o"], bar["c"])
    assert history.json()["bars"][0]["v"] == updated["v"]


def test_a_late_print_stands_among_the_older_ones_and_is_no_last_price():
    view = MarketView(["KO"])
    for number in (1, 3):
        view.see(TradeTick("KO", number, 50.0 + number, 1, "Q", number))

    view.see_late(TradeTick("KO", 2, 60.0, 1, "D", 2, is_late=True))

    assert [t.trade_id for t in view.trade_history["KO"].between(0, 9)] == [1, 2, 3]
    assert view.trades["KO"].trade_id == 3
