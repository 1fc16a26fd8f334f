"""The stocks that are drawn only when asked for."""

from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.venue.markets.daytime import MINUTE
from console.venue.markets.market import Listing
from console.venue.markets.wide import WideMarket

NOW = 1_795_000_000 * 1_000_000_000
DAY = 1_440 * MINUTE


class Narrow:
    """A market of one stock that has no bars."""

    listings = (Listing(symbol="AAPL", name="Apple", exchange="NASDAQ"),)
    starts_at = None

    def bars(self, symbol, timeframe, start, end):
        return [(symbol, timeframe, start, end)]


MARKET = WideMarket(Narrow(), 300, seed=1)


@given(
    number=st.integers(1, 300),
    timeframe=st.sampled_from(list(Timeframe)),
    start=st.integers(NOW - 3 * DAY, NOW),
    length=st.integers(0, 2 * DAY),
)
def test_drawn_bars_are_bars_and_the_same_whoever_asks(number, timeframe, start, length):
    symbol, end = f"Z{number:05}", start + length

    bars = MARKET.bars(symbol, timeframe, start, end)
    again = WideMarket(Narrow(), 300, seed=1).bars(symbol, timeframe, start, end)

    assert [*bars] == [*again] == [*bars[:1], *bars[1:]]
    assert [bar.at for bar in bars] == sorted({bar.at for bar in bars})
    assert all(start <= bar.at <= end for bar in bars)
    assert all(0 < bar.low <= min(bar.open, bar.close) for bar in bars)
    assert all(max(bar.open, bar.close) <= bar.high and bar.trade_count > 0 for bar in bars)


def test_the_market_beside_them_is_left_as_it_is():
    assert len(MARKET.listings) == 301
    assert MARKET.bars("AAPL", Timeframe.MIN_1, 1, 2) == [("AAPL", Timeframe.MIN_1, 1, 2)]
