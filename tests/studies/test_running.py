"""Studies bar by bar: they say what the columns say, whatever was cut off and added again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.market import Bar, Timeframe
from console.studies.bar_columns import bar_columns
from console.studies.bollinger import bollinger
from console.studies.catalog import BY_NAME
from console.studies.pivot_rules import PivotRules
from console.studies.pivot_signal import pivot_signal
from console.studies.pivots import find_pivots, provisional_pivots
from console.studies.running import RunningBands, RunningEma, RunningSma, RunningVwap
from console.studies.running_pivots import PivotState, RunningPivots, signal_of, state_of
from tests.test_imports import HEAVY, loaded_by

START = datetime(2026, 11, 25, 14, 28, tzinfo=UTC)
"""Two minutes before an open; two days later is a half day."""

price = st.integers(95, 105).map(float) | st.sampled_from([float("nan"), 0.0, 1e12])
rows = st.tuples(
    st.sampled_from([1, 1, 1, 2, 30, 180, 1_440]),
    price,
    price,
    st.sampled_from([0.0, 100.0, 250.0]),
    st.none() | st.floats(90, 110),
)
markets = st.lists(rows, min_size=1, max_size=80)
cuts = st.lists(st.tuples(st.integers(1, 80), st.integers(0, 12)), max_size=6)


def bars_of(rows):
    at, bars = START, []
    for step, opened, close, volume, vwap in rows:
        at += timedelta(minutes=step)
        bars.append(
            Bar(
                symbol="SPY",
                at=at,
                open=opened,
                high=max(opened, close) + 1,
                low=min(opened, close) - 1,
                close=close,
                volume=volume,
                vwap=vwap,
            )
        )
    return bars


def told(running, bars, cuts):
    """Add the bars, on the way going back some and adding other ones in their place."""
    due = dict(cuts)
    for count, bar in enumerate(bars, 1):
        running.add(bar)
        back = min(due.get(count, 0), count)
        running.cut(count - back)
        for early in bars[count - back : count]:
            running.add(replace(early, high=early.high + 50, close=101.5, vwap=None))
        running.cut(count - back)
        for early in bars[count - back : count]:
            running.add(early)
    return running


def as_column(values):
    return np.array([np.nan if value is None else value for value in values])


def same(one, other):
    np.testing.assert_allclose(as_column(one), other, rtol=1e-9, atol=1e-9, equal_nan=True)


@settings(max_examples=40)
@given(rows=markets, cuts=cuts)
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("sma", lambda: (RunningSma(20), RunningSma(50))),
        ("ema", lambda: (RunningEma(12), RunningEma(26))),
        ("vwap", lambda: (RunningVwap(),)),
        ("bollinger", lambda: (RunningBands(),)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_bar_by_bar_they_say_what_the_columns_say(name, make, rows, cuts):
    bars = bars_of(rows)
    columns = BY_NAME[name].lines(bar_columns(bars), Timeframe.MIN_1)

    found = {}
    for running in make():
        found |= told(running, bars, cuts).lines

    assert found.keys() == columns.keys()
    for line, values in found.items():
        same(values, columns[line])


@settings(max_examples=40)
@given(rows=markets, cuts=cuts)
def test_short_windows_say_it_too(rows, cuts):
    bars = bars_of(rows)
    close = bar_columns(bars).close

    found = told(RunningBands(3, 1.5), bars, cuts).lines

    for values, column in zip(found.values(), bollinger(close, 3, 1.5), strict=True):
        same(values, column)


@settings(max_examples=40)
@given(
    rows=markets,
    cuts=cuts,
    rules=st.builds(
        PivotRules,
        window=st.sampled_from([3, 5, 11]),
        min_distance=st.integers(0, 9),
        min_swing=st.sampled_from([0.0, 0.02]),
    ),
)
def test_pivots_are_those_of_the_finished_bars_and_what_they_may_become(rows, cuts, rules):
    bars = bars_of(rows)
    every, over = bar_columns(bars), bar_columns(bars[:-1])
    finished = find_pivots(over.high, over.low, rules)
    maybe = provisional_pivots(every.high, every.low, rules)
    newly = find_pivots(every.high, every.low, rules)

    found = told(RunningPivots(rules), bars, cuts)

    assert [(p.place, p.confirmed, p.price, p.is_peak) for p in found.confirmed()] == rows_of(
        finished
    )
    expected = [(row[0], row[2], row[3]) for row in rows_of(newly) if row[1] == len(bars) - 1]
    expected += [(row[0], row[2], row[3]) for row in rows_of(maybe)]
    assert [(p.place, p.price, p.is_peak) for p in found.provisional()] == expected


@settings(max_examples=40)
@given(rows=markets)
def test_their_signal_is_that_of_the_finished_bars(rows):
    bars = bars_of(rows)
    running = told(RunningPivots(), bars, [])
    over = bar_columns(bars[:-1])

    expected = pivot_signal(over.high, over.low, over.close)

    told_now = signal_of(running.confirmed(), bars)
    same([told_now], expected[-1:] if len(expected) else [np.nan])


def rows_of(pivots):
    return [
        *zip(
            pivots.place.tolist(),
            pivots.confirmed.tolist(),
            pivots.price.tolist(),
            pivots.is_peak.tolist(),
            strict=True,
        )
    ]


def walk(*closes):
    return bars_of([(1, close, close, 100.0, None) for close in closes])


@pytest.mark.parametrize(
    ("later", "state"),
    [
        ([97.0, 97.0], PivotState.HOLDS),
        ([99.0, 97.0, 97.0], PivotState.HOLDS),
        ([100.0, 97.0], PivotState.TOUCHED),
        ([100.0, 102.0, 97.0], PivotState.BROKEN),
        ([97.0, 102.0], PivotState.HOLDS),
    ],
)
def test_a_pivot_holds_until_a_finished_bar_closes_beyond_it(later, state):
    bars = walk(97.0, 98.0, 100.0, 98.0, 97.0, *later)
    running = RunningPivots(PivotRules(window=5))
    for bar in bars:
        running.add(bar)

    [peak] = [pivot for pivot in running.confirmed() if pivot.is_peak]

    assert (peak.place, peak.price, state_of(peak, bars)) == (2, 101.0, state)


def test_what_may_vanish_is_provisional():
    bars = walk(97.0, 98.0, 100.0, 98.0)
    running = RunningPivots(PivotRules(window=5))
    for bar in bars:
        running.add(bar)

    [peak] = running.provisional()

    assert running.confirmed() == ()
    assert state_of(peak, bars) is PivotState.PROVISIONAL


def test_a_console_keeps_them_without_anything_heavy():
    modules = ("console.studies.running", "console.studies.running_pivots")

    assert loaded_by(*modules) & {*HEAVY, "numpy"} == set()
