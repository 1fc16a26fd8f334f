"""One test for every study: what it says at a bar does not change when later bars come."""

import importlib
import inspect
import pkgutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import console.studies as package
from console.domain.market import Bar, Timeframe
from console.studies import (
    atr,
    averages,
    bar_columns,
    bar_volatility,
    bollinger,
    macd,
    percentiles,
    pivot_rules,
    pivot_signal,
    pivots,
    regime,
    relative_volume,
    rsi,
    session_time,
    session_vwap,
    sliding,
    smoothing,
    timeframe_view,
)
from console.studies.catalog import CATALOG, pivot_lines
from console.studies.frames import Frames

MINUTE = Timeframe.MIN_1
SHORT = regime.RegimeRules(month=3, trend=4, history=9, least=3)
START = datetime(2026, 3, 5, 14, 28, tzinfo=UTC)
"""Two minutes before an open; the clocks change three days later."""


def combined(bars):
    """The timeframe view after each bar, bars that are none left out."""
    frames, told = Frames(), []
    for row in zip(bars.at, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True):
        if not np.isnan(row).any():
            frames.add(row[0], row[1:])
        view = timeframe_view.view_timeframes(frames)
        told.append(np.nan if view.combined is None else view.combined)
    return np.array(told)


def known_pivots(bars):
    """How many pivots are confirmed by each bar."""
    found = pivots.find_pivots(
        bars.high, bars.low, pivot_rules.PivotRules(window=3, min_swing=0.01)
    )
    return np.searchsorted(found.confirmed, np.arange(len(bars)), side="right")


def regime_numbers(bars):
    names = list(regime.Regime)
    closes = {"SPY": bars.close, "QQQ": bars.high, "IWM": bars.low}
    return np.array([names.index(one) for one in regime.regimes(bars.at, closes, SHORT)])


STUDIES = {
    sliding.sliding_sum: lambda bars: sliding.sliding_sum(bars.close, 5),
    sliding.sliding_max: lambda bars: sliding.sliding_max(bars.close, 5),
    sliding.sliding_min: lambda bars: sliding.sliding_min(bars.close, 5),
    sliding.sliding_variance: lambda bars: sliding.sliding_variance(bars.close, 5),
    smoothing.smoothed: lambda bars: smoothing.smoothed(bars.close, warm_up=3, weight=0.2),
    averages.sma: lambda bars: averages.sma(bars.close, 5),
    averages.ema: lambda bars: averages.ema(bars.close, 5),
    rsi.rsi: lambda bars: rsi.rsi(bars.close, 5),
    atr.true_range: lambda bars: atr.true_range(bars.high, bars.low, bars.close),
    atr.atr: lambda bars: atr.atr(bars.high, bars.low, bars.close, 5),
    bollinger.bollinger: lambda bars: np.stack(bollinger.bollinger(bars.close, 5), axis=1),
    macd.macd: lambda bars: np.stack(macd.macd(bars.close, 3, 5, 2), axis=1),
    session_time.exchange_clock: lambda bars: np.stack(
        session_time.exchange_clock(bars.at), axis=1
    ),
    session_vwap.session_vwap: lambda bars: np.stack(
        [session_vwap.session_vwap(bars, extended=extended) for extended in (False, True)], axis=1
    ),
    relative_volume.relative_volume: lambda bars: relative_volume.relative_volume(
        bars.at, bars.volume
    ),
    bar_volatility.bar_volatility: lambda bars: bar_volatility.bar_volatility(
        bars.at, bars.close, MINUTE, 5
    ),
    bar_volatility.bipower_volatility: lambda bars: bar_volatility.bipower_volatility(
        bars.at, bars.close, MINUTE, 5
    ),
    percentiles.own_percentile: lambda bars: percentiles.own_percentile(bars.close, 9, least=3),
    regime.facts_of: lambda bars: regime.facts_of(bars.at, bars.close, SHORT).trend,
    regime.regimes: regime_numbers,
    pivots.find_pivots: known_pivots,
    pivot_signal.pivot_signal: lambda bars: pivot_signal.pivot_signal(
        bars.high, bars.low, bars.close, pivot_rules.PivotRules(window=3)
    ),
    timeframe_view.view_timeframes: combined,
    pivot_lines: lambda bars: np.stack([*pivot_lines(bars).values()], axis=1),
}
"""How each study is run on bars: a number, or a row of them, for every bar."""

NOT_OVER_TIME = {
    "activity.trades_per_minute": "of ticks, cut short in test_studies",
    "columns.trades": "of ticks, cut short in test_studies",
    "columns.quotes": "of ticks, cut short in test_studies",
    "columns.is_price": "each price by itself",
    "day_range.day_range": "of ticks, cut short in test_studies",
    "fund_days.side_by_side": "each day by itself",
    "half_days.is_half_day": "of the calendar",
    "measures.unknown": "a value",
    "momentum.momentum": "of ticks, cut short in test_studies",
    "readings.take_readings": "of ticks up to its window's now",
    "readings.market_time": "of ticks up to its window's now",
    "spread.imbalance": "of ticks, cut short in test_studies",
    "spread.mean_spread": "of ticks, cut short in test_studies",
    "spread.spread": "of ticks, cut short in test_studies",
    "volatility.realised_volatility": "of ticks, cut short in test_studies",
    "vwap.gap": "two values",
    "vwap.vwap": "of ticks, cut short in test_studies",
    "bar_columns.bar_columns": "each bar by itself",
    "bar_columns.in_order": "returns what it is given",
    "bar_columns.sound_prices": "each price by itself",
    "running.newest": "of the values it is given",
    "running.sound_price": "a value",
    "running_pivots.signal_of": "of the last bar, in test_running",
    "running_pivots.state_of": "of one pivot, in test_running",
    "session_time.regular_closes": "each day by itself",
    "sliding.tops": "each window by itself",
    "smoothing.by_run": "gives runs to the study it is given",
    "pivots.provisional_pivots": "says of the last bars what may still change",
    "timeframe_view.direction_of": "a value",
    "attention.attention": "of one moment",
    "portfolio.weigh": "of one moment",
    "sectors.read_sectors": "a file",
    "session_summary.summarise": "of a day that is over",
}


def public_functions():
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for name, one in inspect.getmembers(module, inspect.isfunction):
            if one.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", one


def test_every_study_is_in_the_table_or_has_a_reason_not_to_be():
    missing = {name for name, one in public_functions() if one not in STUDIES}

    assert missing == set(NOT_OVER_TIME)


prices = st.integers(95, 105).map(float)
rows = st.tuples(
    st.sampled_from([1, 1, 1, 2, 30, 180, 1_440, 4_000]),
    prices,
    prices,
    st.sampled_from([0.0, 100.0, 250.0]),
    st.sampled_from([False] * 12 + [True]),
)
minutes = st.lists(rows, min_size=1, max_size=60)


def bars_of(rows):
    at, told = START, []
    for step, opened, close, volume, is_unknown in rows:
        at += timedelta(minutes=step)
        price = float("nan") if is_unknown else close
        high, low = max(opened, close) + 1, min(opened, close) - 1
        told.append(
            Bar(symbol="SPY", at=at, open=opened, high=high, low=low, close=price, volume=volume)
        )
    return bar_columns.bar_columns(told)


@pytest.mark.parametrize("study", STUDIES, ids=lambda one: one.__name__)
@settings(max_examples=40)
@given(rows=minutes, cut=st.integers(1, 60))
def test_what_comes_later_changes_nothing_said_before(study, rows, cut):
    bars = bars_of(rows)
    run = STUDIES[study]

    early, whole = run(bars.until(cut)), run(bars)

    np.testing.assert_allclose(early, whole[:cut], rtol=1e-9, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("study", CATALOG, ids=lambda one: one.name)
@settings(max_examples=40)
@given(rows=minutes, cut=st.integers(1, 60), timeframe=st.sampled_from(Timeframe))
def test_what_comes_later_changes_nothing_in_the_catalog(study, rows, cut, timeframe):
    bars = bars_of(rows)

    early, whole = study.lines(bars.until(cut), timeframe), study.lines(bars, timeframe)

    for name, line in whole.items():
        np.testing.assert_allclose(
            early[name], line[:cut], rtol=1e-9, atol=1e-12, equal_nan=True, err_msg=name
        )


@pytest.mark.parametrize("study", CATALOG, ids=lambda one: one.name)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_bars_and_a_single_one_have_lines_of_their_length(study, count):
    bars = bars_of([(1, 100.0, 101.0, 0.0, False)] * count)

    lines = study.lines(bars, MINUTE)

    assert {name: len(line) for name, line in lines.items()} == dict.fromkeys(lines, count)


def test_a_study_that_looks_ahead_is_found_out():
    bars = bars_of([(1, 100.0, 100.0 + n % 3, 1.0, False) for n in range(20)])
    centred = np.convolve(bars.close, np.ones(3) / 3, mode="same")

    early = np.convolve(bars.until(10).close, np.ones(3) / 3, mode="same")

    assert not np.allclose(early, centred[:10])
