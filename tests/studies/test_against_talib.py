"""Studies of bars against TA-Lib, pandas and sums made one window at a time."""

import math

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from console.studies.atr import atr, true_range
from console.studies.averages import ema, sma
from console.studies.bollinger import bollinger
from console.studies.macd import macd
from console.studies.rsi import rsi
from console.studies.sliding import sliding_max, sliding_min, sliding_sum, sliding_variance
from console.studies.smoothing import smoothed

windows = st.integers(1, 40)
lengths = st.integers(0, 200)


def walk(seed, length=600):
    random = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.002, length))), 2)
    high = close + np.round(random.random(length), 2)
    low = close - np.round(random.random(length), 2)
    return high, low, close


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("window", [2, 3, 14, 50])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_averages_rsi_and_atr_are_those_of_talib(window, seed):
    high, low, close = walk(seed)

    same(sma(close, window), talib.SMA(close, window))
    same(ema(close, window), talib.EMA(close, window))
    same(rsi(close, window), talib.RSI(close, window))
    same(atr(high, low, close, window), talib.ATR(high, low, close, window))
    same(true_range(high, low, close), talib.TRANGE(high, low, close))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bollinger_bands_are_those_of_talib_and_macd_is_where_its_beginning_has_faded(seed):
    _, _, close = walk(seed)

    for ours, theirs in zip(bollinger(close), talib.BBANDS(close, 20, 2, 2)[::-1], strict=True):
        same(ours, theirs)
    for ours, theirs in zip(macd(close), talib.MACD(close), strict=True):
        same(ours[400:], theirs[400:])
    same(macd(close).line, talib.EMA(close, 12) - talib.EMA(close, 26))


@given(seed=st.integers(0, 999), length=lengths, window=windows)
def test_windows_are_those_of_pandas(seed, length, window):
    values = walk(seed, length)[2]
    rolling = pd.Series(values).rolling(window)

    same(sliding_sum(values, window), rolling.sum())
    same(sliding_max(values, window), rolling.max())
    same(sliding_min(values, window), rolling.min())
    exact = [np.var(values[max(end - window, 0) : end]) for end in range(1, length + 1)]
    exact[: min(window - 1, length)] = [math.nan] * min(window - 1, length)
    same(sliding_variance(values, window), exact)


@given(seed=st.integers(0, 999), length=lengths, window=windows)
def test_smoothing_by_doubling_is_smoothing_one_after_the_other(seed, length, window):
    values, weight = walk(seed, length)[2], 1 / window
    expected = [math.nan] * length
    for place in range(window - 1, length):
        if place == window - 1:
            expected[place] = float(np.mean(values[:window]))
            continue
        before = expected[place - 1]
        expected[place] = before + weight * (values[place] - before)

    same(smoothed(values, warm_up=window, weight=weight), expected)


@pytest.mark.parametrize("window", [1, 37, 5_000, 9_000])
def test_columns_longer_than_a_block_are_no_different(window):
    close = walk(6, 20_000)[2]
    rolling = pd.Series(close).rolling(window)

    same(sliding_sum(close, window), rolling.sum())
    same(sliding_max(close, window), rolling.max())
    same(sliding_variance(close, window)[window - 1 :: 997], rolling.var(ddof=0)[window - 1 :: 997])
    if window > 1:
        same(ema(close, window), talib.EMA(close, window))
    np.testing.assert_array_equal(ema(close[:9_000], window), ema(close, window)[:9_000])
    np.testing.assert_array_equal(sma(close[:9_000], window), sma(close, window)[:9_000])


def test_a_price_of_cents_is_summed_without_rounding():
    cents = np.random.default_rng(5).integers(10_000, 20_000, 5_000).astype(float)

    exact = np.convolve(cents.astype(int), np.ones(37, dtype=int), mode="valid")

    assert sliding_sum(cents, 37)[36:].tolist() == exact.tolist()


def test_the_variance_of_small_moves_at_a_high_price_keeps_its_digits():
    values = 1e9 + np.array([1.0, 2.0, 3.0, 4.0] * 10)

    assert sliding_variance(values, 4)[3:] == pytest.approx(1.25, rel=1e-12)


def test_a_nan_spoils_the_windows_that_hold_it_and_no_other():
    values = np.arange(20.0)
    values[8] = math.nan

    assert np.flatnonzero(np.isnan(sma(values, 3))).tolist() == [0, 1, 8, 9, 10]
    assert np.flatnonzero(np.isnan(ema(values, 3))).tolist() == [0, 1, 8, 9, 10]
    same(ema(values, 3)[9:], talib.EMA(values[9:], 3))


def test_a_market_that_stands_still_is_at_the_middle_and_one_that_rises_at_the_top():
    assert rsi(np.full(30, 5.0))[14:].tolist() == [50.0] * 16
    assert rsi(np.arange(30.0))[14:].tolist() == [100.0] * 16
    assert rsi(-np.arange(30.0))[14:].tolist() == [0.0] * 16


@pytest.mark.parametrize("length", [0, 1, 2])
def test_too_few_bars_give_nothing_but_nan(length):
    few = np.full(length, 5.0)
    columns = [sma(few, 3), ema(few, 3), rsi(few, 3), atr(few, few, few, 3), *bollinger(few, 3)]

    assert all(len(one) == length and np.isnan(one).all() for one in [*columns, *macd(few)])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: sma(np.ones(3), 0), "at least 1 value"),
        (lambda: ema(np.ones(3), 0), "at least 1 value"),
        (lambda: rsi(np.ones(3), 0), "at least 1 value"),
        (lambda: bollinger(np.ones(3), 2, 0), "width above 0"),
        (lambda: macd(np.ones(3), 26, 12), "shorter than the slow"),
        (lambda: atr(np.ones(3), np.ones(3), np.ones(2)), "one length"),
        (lambda: sma(np.ones((2, 2)), 1), "one column"),
        (lambda: smoothed(np.ones(3), warm_up=1, weight=0), "above 0 and at most"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()
