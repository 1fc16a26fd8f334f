"""Bars are what the prints say, on every grid."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.venue.markets.bars import BarBook, aggregate, bar_end, bar_start, window
from console.venue.markets.daytime import MINUTE, NEW_YORK, SECOND
from console.venue.markets.market import TradeTick

FOREVER = 2**62
MONDAY = 1_784_520_000 * SECOND
HOUR = 60 * MINUTE


def instant(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()) * SECOND


def booked(prints):
    book = BarBook(["AAPL"])
    for trade in prints:
        book.add(trade)
    return book


@st.composite
def tapes(draw):
    gaps = st.sampled_from([0, MINUTE - 1, MINUTE]) | st.integers(0, 5 * MINUTE)
    steps = draw(
        st.lists(st.tuples(gaps, st.integers(100, 99_999), st.integers(1, 10_000)), max_size=60)
    )
    at, prints = MONDAY, []
    for gap, cents, size in steps:
        at += gap
        prints.append(TradeTick("AAPL", at, cents / 100, size, "Q", len(prints)))
    return prints


@given(tapes(), st.sampled_from(Timeframe))
def test_a_bar_sums_up_the_prints_of_its_period(prints, timeframe):
    bars = booked(prints).bars("AAPL", timeframe, 0, FOREVER)

    for bar in bars:
        inside = [t for t in prints if bar.at <= t.at < bar_end(bar.at, timeframe)]
        prices = [t.price for t in inside]
        assert (bar.open, bar.high, bar.low, bar.close) == (
            prices[0],
            max(prices),
            min(prices),
            prices[-1],
        )
        assert bar.volume == sum(t.size for t in inside)
        assert bar.trade_count == len(inside)
        assert bar.vwap == pytest.approx(
            sum(t.price * t.size for t in inside) / bar.volume, abs=1e-4
        )
    assert sum(bar.trade_count for bar in bars) == len(prints)


@given(tapes(), st.sampled_from(Timeframe))
def test_bars_come_in_order_and_start_on_their_grid(prints, timeframe):
    bars = booked(prints).bars("AAPL", timeframe, 0, FOREVER)

    starts = [bar.at for bar in bars]
    assert starts == sorted(set(starts))
    assert all(bar_start(at, timeframe) == at for at in starts)


@given(tapes(), st.integers(0, 59), st.sampled_from(Timeframe))
def test_more_prints_change_no_bar_but_the_last(prints, cut, timeframe):
    before = booked(prints[:cut]).bars("AAPL", timeframe, 0, FOREVER)

    after = booked(prints).bars("AAPL", timeframe, 0, FOREVER)

    assert before[:-1] == after[: len(before[:-1])]


@given(tapes(), st.integers(-HOUR, 3 * HOUR), st.integers(0, 3 * HOUR), st.sampled_from(Timeframe))
def test_a_stretch_of_bars_is_cut_from_the_whole(prints, offset, length, timeframe):
    book = booked(prints)
    start, end = MONDAY + offset, MONDAY + offset + length

    found = book.bars("AAPL", timeframe, start, end)

    whole = book.bars("AAPL", timeframe, 0, FOREVER)
    assert found == [bar for bar in whole if start <= bar.at <= end]


def test_a_print_on_the_minute_opens_the_next_bar():
    prints = [TradeTick("AAPL", MONDAY + i * MINUTE, 10.0, 100, "Q", i) for i in range(3)]

    bars = booked(prints).bars("AAPL", Timeframe.MIN_1, 0, FOREVER)

    assert [bar.at for bar in bars] == [MONDAY, MONDAY + MINUTE, MONDAY + 2 * MINUTE]


def test_finished_minutes_may_be_booked_without_their_prints():
    first = TradeTick("AAPL", MONDAY, 10.0, 100, "Q", 1)
    minute = booked([first]).bars("AAPL", Timeframe.MIN_1, 0, FOREVER)[0]
    book = booked([first])

    book.extend("AAPL", [replace(minute, at=MONDAY + MINUTE, close=11.0)])
    book.add(TradeTick("AAPL", MONDAY + 2 * MINUTE, 12.0, 100, "Q", 2))

    assert [bar.close for bar in book.bars("AAPL", Timeframe.MIN_1, 0, FOREVER)] == [
        10.0,
        11.0,
        12.0,
    ]


def test_a_day_is_new_york_s_even_when_the_clocks_change():
    saturday, sunday, monday = map(instant, ("2026-10-31", "2026-11-01", "2026-11-02"))

    assert bar_end(saturday, Timeframe.DAY_1) == sunday
    assert bar_end(sunday, Timeframe.DAY_1) == monday == sunday + 25 * HOUR
    assert bar_start(monday - 1, Timeframe.DAY_1) == sunday
    assert window(Timeframe.DAY_1, saturday + 1, sunday) == (sunday, monday - 1)


def test_no_minutes_make_no_bars():
    assert [aggregate([], timeframe) for timeframe in Timeframe] == [[]] * len(Timeframe)
