"""Tapes for the studies: what markets send, and what they should not."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from console.domain.market import Bar, Day
from console.domain.windows import MarketWindow
from console.studies import columns
from console.studies.columns import Quotes, Trades

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
NOW = NOON.timestamp()

prices = st.integers(1_000, 100_000).map(lambda cents: cents / 100)
sizes = st.integers(1, 5_000).map(float)
ages = st.integers(0, 1_000_000).map(lambda millis: millis / 1_000)
any_float = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def trade_tapes(draw: st.DrawFn, *, least: int = 0) -> Trades:
    rows = draw(st.lists(st.tuples(ages, prices, sizes), min_size=least, max_size=60))
    rows.sort(key=lambda row: -row[0])
    return trades(*((NOW - age, price, size) for age, price, size in rows))


@st.composite
def quote_tapes(draw: st.DrawFn, *, least: int = 0) -> Quotes:
    ticks = st.integers(-3, 20)
    rows = draw(st.lists(st.tuples(ages, prices, sizes, ticks, sizes), min_size=least, max_size=60))
    rows.sort(key=lambda row: -row[0])
    return quotes(*((NOW - age, bid, bs, bid + tick / 100, az) for age, bid, bs, tick, az in rows))


@st.composite
def windows(draw: st.DrawFn) -> MarketWindow:
    """A window of any floats at all."""
    trade_rows = draw(st.lists(st.tuples(*[any_float] * 3), max_size=20))
    quote_rows = draw(st.lists(st.tuples(*[any_float] * 5), max_size=20))
    bar = draw(
        st.none()
        | st.builds(
            Bar,
            symbol=st.just("AAPL"),
            at=st.just(NOON),
            open=any_float,
            high=any_float,
            low=any_float,
            close=any_float,
            volume=any_float,
            vwap=st.none() | any_float,
            trade_count=st.none() | st.integers(0, 10**9),
        )
    )
    return window(trade_rows, quote_rows, bar=bar)


def trades(*rows: tuple[float, float, float]) -> Trades:
    at, price, size = _columns(rows, 3)
    return columns.trades(at, price, size, until=NOW)


def quotes(*rows: tuple[float, float, float, float, float]) -> Quotes:
    return columns.quotes(*_columns(rows, 5), until=NOW)


def standing(*rows: tuple[float, float, float]) -> Quotes:
    """Quotes of `age, bid, ask`, a hundred shares each side."""
    return quotes(*((NOW - age, bid, 100.0, ask, 100.0) for age, bid, ask in rows))


def window(
    trade_rows: list[tuple[float, ...]],
    quote_rows: list[tuple[float, ...]],
    *,
    bar: Bar | None = None,
    now: datetime = NOON,
) -> MarketWindow:
    trade_at, price, size = _columns(trade_rows, 3)
    quote_at, bid, bid_size, ask, ask_size = _columns(quote_rows, 5)
    return MarketWindow(
        trade_at=trade_at,
        trade_price=price,
        trade_size=size,
        quote_at=quote_at,
        bid=bid,
        bid_size=bid_size,
        ask=ask,
        ask_size=ask_size,
        day=Day(symbol="AAPL", bar=bar, previous_close=None),
        now=now,
    )


def _columns(rows: object, count: int) -> list[np.ndarray]:
    table = np.array(list(rows), dtype=np.float64).reshape(-1, count)
    return [table[:, number] for number in range(count)]
