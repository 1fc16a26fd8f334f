import numpy as np
import pytest

from console.backtest.window import FIRST_ROOM, History, LookAhead
from tests.backtest.markets import random_walk


def seen_until(bars, count):
    history = History(bars.symbol, bars.frame)
    for place in range(count):
        history.append(bars, place)
    return history.window()


@pytest.mark.parametrize("count", [1, 7, FIRST_ROOM, FIRST_ROOM + 1])
def test_a_window_holds_the_past_as_it_was(count):
    bars = random_walk(FIRST_ROOM + 9, seed=1)

    window = seen_until(bars, count)

    for name in ("at", "day", "open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(window, name), getattr(bars, name)[:count])
    assert window.now == bars.at[count - 1] + 60


def test_touching_the_future_raises():
    window = seen_until(random_walk(20, seed=1), 10)

    with pytest.raises(LookAhead, match="bar 10 has not ended"):
        window.close_of(10)
    with pytest.raises(IndexError):
        window.close[10]


def test_the_array_behind_a_slice_does_not_know_the_future_either():
    window = seen_until(random_walk(20, seed=1), 10)

    behind = window.close.base

    assert np.isnan(behind[10:]).all()


def test_a_strategy_cannot_write_to_the_past():
    window = seen_until(random_walk(20, seed=1), 10)

    with pytest.raises(ValueError, match="read-only"):
        window.close[0] = 1
