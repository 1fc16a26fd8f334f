import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Bar
from console.domain.readings import Reading, Unit
from console.domain.windows import MarketWindow
from console.studies.readings import take_readings
from tests.studies.strategies import NOON, NOW, window, windows


def lively_window(*, bar: Bar | None = None) -> MarketWindow:
    """Ten minutes of a quote and a trade every half second around 100 dollars."""
    moments = NOW - np.arange(1_200, 0, -1) / 2
    mids = 100 + np.sin(np.arange(1_200) / 50)
    trade_rows = [(at, mid, 100.0) for at, mid in zip(moments, mids, strict=True)]
    quote_rows = [
        (at, mid - 0.01, 300.0, mid + 0.01, 100.0) for at, mid in zip(moments, mids, strict=True)
    ]
    return window(trade_rows, quote_rows, bar=bar)


def named(readings: tuple[Reading, ...]) -> dict[str, Reading]:
    return {reading.name: reading for reading in readings}


def day_bar(*, vwap: float | None) -> Bar:
    return Bar(
        symbol="AAPL",
        at=NOON - timedelta(hours=3),
        open=100,
        high=105,
        low=95,
        close=100,
        volume=1e6,
        vwap=vwap,
        trade_count=9_000,
    )


def test_a_lively_market_gives_every_reading() -> None:
    readings = take_readings("AAPL", lively_window(bar=day_bar(vwap=None)))

    assert [reading.name for reading in readings if reading.value is None] == []
    assert {reading.symbol for reading in readings} == {"AAPL"}
    found = named(readings)
    assert found["trades"].value == pytest.approx(120, abs=1)
    assert found["spread"].value == pytest.approx(0.02)
    assert found["spread in bp"].unit is Unit.BASIS_POINTS
    assert found["quote imbalance"].value == 50
    assert (found["day low"].value, found["day high"].value) == (95, 105)


def test_the_vwap_says_what_it_is_of() -> None:
    of_session = named(take_readings("AAPL", lively_window(bar=day_bar(vwap=101.5))))["VWAP"]
    of_trades = named(take_readings("AAPL", lively_window()))["VWAP"]

    assert (of_session.value, of_session.note) == (101.5, "of the session")
    assert of_session.sample == 9_000
    assert of_trades.note == "of the trades since 16:50:00 UTC"
    assert of_trades.sample == 1_200


def test_every_reading_tells_the_time_of_its_newest_observation() -> None:
    readings = take_readings("AAPL", lively_window(bar=day_bar(vwap=None)))

    assert {reading.at for reading in readings} == {NOON - timedelta(seconds=0.5)}


def test_an_empty_window_gives_no_number_and_says_why() -> None:
    readings = take_readings("AAPL", window([], []))

    assert all(reading.value is None and reading.note for reading in readings)


def test_unsound_quotes_are_left_out_and_counted() -> None:
    crossed = (NOW - 0.1, 101.0, 100.0, 99.0, 100.0)
    one_sided = (NOW - 0.05, 0.0, 0.0, 99.0, 100.0)
    rows = [(NOW - 1, 99.99, 100.0, 100.01, 100.0), crossed, one_sided]

    found = named(take_readings("AAPL", window([], rows)))

    assert found["spread"].value == pytest.approx(0.02)
    assert found["spread, 5 min mean"].note == "2 unsound quotes left out"


def test_a_tape_of_another_age_is_read_at_its_own_time() -> None:
    lively = lively_window()

    years_later = NOON + timedelta(days=4_000)
    found = take_readings("AAPL", replace(lively, now=years_later))

    newest = NOON - timedelta(seconds=0.5)
    at_the_time = take_readings("AAPL", replace(lively, now=newest))
    assert [(r.name, r.value, r.sample, r.note) for r in found] == [
        (r.name, r.value, r.sample, r.note) for r in at_the_time
    ]
    assert _ages(found, years_later) == pytest.approx(_ages(at_the_time, newest), abs=1e-3)


def test_a_market_ahead_of_the_desks_clock_is_read_at_its_own_time() -> None:
    found = named(take_readings("AAPL", replace(lively_window(), now=NOON - timedelta(seconds=5))))

    assert found["trades"].value == pytest.approx(120, abs=1)
    assert found["spread"].at == NOON - timedelta(seconds=5)


def _ages(readings: tuple[Reading, ...], now: datetime) -> list[float]:
    return [(now - reading.at).total_seconds() for reading in readings if reading.at is not None]


@given(seen=windows())
def test_no_floats_at_all_bring_out_a_nan_or_break_it(seen: MarketWindow) -> None:
    for reading in take_readings("AAPL", seen):
        assert reading.value is None or math.isfinite(reading.value)
        assert reading.value is not None or reading.note
        assert reading.sample >= 0


@given(order=st.permutations(range(12)))
def test_rows_out_of_order_are_put_in_order(order: list[int]) -> None:
    rows = [(NOW - n, 100.0 + n, 1.0 + n) for n in range(11, -1, -1)]

    shuffled = window([rows[n] for n in order], [])

    assert take_readings("AAPL", shuffled) == take_readings("AAPL", window(rows, []))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        take_readings("AAPL", replace(lively_window(), trade_size=[1.0]))
