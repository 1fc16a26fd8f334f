from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from tests.widgets import sample
from widgets.live_bars import starts_at, with_trade

BARS = sample.bars(3)


def trade_at(at, price=200.0):
    return replace(sample.trade("AAPL", price), at=at)


def test_a_trade_within_the_last_bar_moves_its_close_and_its_reach():
    made = with_trade(BARS, trade_at(BARS[-1].at + timedelta(seconds=30)), Timeframe.MIN_1)

    assert len(made) == 3
    assert (made[-1].close, made[-1].high) == (200.0, 200.0)
    assert made[-1].open == BARS[-1].open
    assert made[:-1] == BARS[:-1]


def test_a_trade_after_the_last_bar_begins_a_new_one():
    made = with_trade(BARS, trade_at(BARS[-1].at + timedelta(seconds=70)), Timeframe.MIN_1)

    assert len(made) == 4
    assert made[-1].at == BARS[-1].at + timedelta(minutes=1)
    assert made[-1].open == made[-1].close == 200.0


def test_a_trade_of_the_past_changes_nothing():
    assert with_trade(BARS, trade_at(BARS[0].at), Timeframe.MIN_1) is BARS


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        (datetime(2026, 7, 2, 1, tzinfo=UTC), datetime(2026, 7, 1, 4, tzinfo=UTC)),
        (datetime(2026, 12, 2, 6, tzinfo=UTC), datetime(2026, 12, 2, 5, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_new_york(day, midnight):
    assert starts_at(day, Timeframe.DAY_1) == midnight


@given(st.integers(0, 10_000), st.floats(1, 1_000))
def test_a_bar_always_holds_its_open_and_close(seconds, price):
    made = with_trade(BARS, trade_at(BARS[-1].at + timedelta(seconds=seconds), price),
                      Timeframe.MIN_1)  # fmt: skip

    last = made[-1]
    assert last.low <= min(last.open, last.close)
    assert max(last.open, last.close) <= last.high
