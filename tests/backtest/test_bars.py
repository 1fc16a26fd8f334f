import numpy as np
import pytest

from console.backtest.bars import BadBars, Split, make_bars
from console.backtest.sessions import Calendar, exchange_days, exchange_minutes
from console.domain.market import Timeframe
from tests.backtest.markets import MONDAY_OPEN, bars_of, times

GOOD = {"at": [0.0, 60.0], "prices": [[10, 10], [12, 12], [9, 9], [11, 11]], "volume": [5, 5]}


def test_nobody_can_write_to_the_bars():
    bars = bars_of([10, 11, 12])

    with pytest.raises(ValueError, match="read-only"):
        bars.close[0] = 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"at": [60.0, 60.0]}, "row 2 of X does not begin after the row before"),
        ({"at": [0.0, float("nan")]}, "row 2 of X has no time"),
        ({"prices": [[10, 0], [12, 12], [9, 0], [11, 11]]}, "row 2 of X has a price"),
        ({"prices": [[10, 10], [12, 12], [9, 10.5], [11, 11]]}, "row 2 of X has a low above"),
        ({"prices": [[10, 10], [10.5, 12], [9, 9], [11, 11]]}, "row 1 of X has a high below"),
        ({"volume": [5, float("nan")]}, "row 2 of X has no volume"),
        ({"volume": [5]}, "different lengths"),
        ({"at": [0.0], "prices": [[1]] * 4, "volume": [1]}, "at least 2 bars, it has 1"),
    ],
)
def test_what_no_market_made_is_refused_with_its_row(change, sentence):
    with pytest.raises(BadBars, match=sentence):
        make_bars("X", Timeframe.MIN_1, **{**GOOD, **change})


def test_after_a_split_prices_count_as_many_times_and_before_it_they_stay():
    traded = [100.0, 104.0, 26.0, 27.0]
    at = times(4, Timeframe.DAY_1)

    bars = make_bars(
        "X",
        Timeframe.DAY_1,
        at,
        prices=[traded] * 4,
        volume=[10, 10, 40, 40],
        splits=[Split(at=at[2], ratio=4.0)],
    )

    assert bars.close.tolist() == [100.0, 104.0, 104.0, 108.0]
    assert bars.volume.tolist() == [10, 10, 10, 10]


def test_days_and_minutes_are_those_of_new_york_in_summer_and_in_winter():
    summer, winter = MONDAY_OPEN, MONDAY_OPEN + 70 * 86_400 + 3_600

    minutes = exchange_minutes(np.array([summer, winter]))
    late = exchange_days(np.array([summer + 14 * 3_600, summer + 15 * 3_600]))

    assert minutes.tolist() == [570, 570]
    assert late[1] - late[0] == 1


def test_the_regular_session_ends_early_on_a_half_day():
    at = times(390)
    day = int(exchange_days(at)[0])

    whole = Calendar(sessions_a_year=252).is_regular(at, 60)
    half = Calendar(sessions_a_year=252, half_days={day: 13 * 60}).is_regular(at, 60)

    assert (whole.sum(), half.sum()) == (390, 210)
    assert Calendar(sessions_a_year=252).is_regular(at - 60, 60).sum() == 389
