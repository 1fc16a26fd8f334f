"""Pivots against a plain double loop, bar by bar, cut short, and on markets without memory."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Bar
from console.studies.pivot_rules import PivotRules
from console.studies.pivot_signal import pivot_signal
from console.studies.pivot_stream import PivotStream
from console.studies.pivots import find_pivots, provisional_pivots

START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
few_prices = st.integers(1, 6).map(float) | st.just(math.nan)
bars = st.lists(st.tuples(few_prices, st.integers(0, 3)), max_size=80)
rules = st.builds(
    PivotRules,
    window=st.sampled_from([3, 5, 11]),
    min_distance=st.integers(0, 9),
    min_swing=st.sampled_from([0.0, 0.1, 0.5]),
)


def columns(rows):
    low = np.array([float(low) for low, _ in rows])
    return low + np.array([float(reach) for _, reach in rows]), low


def by_double_loop(high, low, rules):
    """Return (place, is_peak, price), looked for the slow way and from the definition."""
    half, found, newest = rules.half, [], {}
    for place in range(half, len(high) - half):
        for is_peak, prices in ((True, high), (False, [-price for price in low])):
            before = [prices[n] for n in range(place - half, place)]
            after = [prices[n] for n in range(place + 1, place + half + 1)]
            if not all(prices[place] > price for price in before):
                continue
            if not all(prices[place] >= price for price in after):
                continue
            price = float((high if is_peak else low)[place])
            like, opposite = newest.get(is_peak), newest.get(not is_peak)
            if like and place - like[0] < rules.min_distance:
                continue
            swing = (price - opposite[1]) * (1 if is_peak else -1) if opposite else math.inf
            if rules.min_swing and opposite and swing < rules.min_swing * opposite[1]:
                continue
            newest[is_peak] = place, price
            found.append((place, is_peak, price))
    return found


def rows_of(found):
    return list(
        zip(found.place.tolist(), found.is_peak.tolist(), found.price.tolist(), strict=True)
    )


def bar(place, high, low):
    at = START + timedelta(minutes=place)
    return Bar(symbol="SPY", at=at, open=low, high=high, low=low, close=low, volume=1)


@given(rows=bars, rules=rules)
def test_pivots_are_those_of_the_definition(rows, rules):
    high, low = columns(rows)

    found = find_pivots(high, low, rules)

    assert rows_of(found) == by_double_loop(high, low, rules)
    assert (found.confirmed - found.place == rules.half).all()


@given(rows=bars, rules=rules)
def test_bar_by_bar_the_same_pivots_come_when_they_are_confirmed(rows, rules):
    high, low = columns(rows)
    stream = PivotStream(rules)

    told = [stream.add(bar(n, high[n], low[n])) for n in range(len(high))]

    found = find_pivots(high, low, rules)
    streamed = [(n, pivot) for n, pivots in enumerate(told) for pivot in pivots]
    assert [(n, p.is_peak, p.price) for n, p in streamed] == [
        (at, is_peak, price)
        for at, (_, is_peak, price) in zip(found.confirmed.tolist(), rows_of(found), strict=True)
    ]
    assert all(p.confirmed_at == START + timedelta(minutes=n) for n, p in streamed)
    assert all(p.confirmed_at - p.at == timedelta(minutes=rules.half) for _, p in streamed)


@given(rows=bars, rules=rules, end=st.integers(0, 80))
def test_what_was_confirmed_stays_confirmed(rows, rules, end):
    high, low = columns(rows)

    early, late = find_pivots(high[:end], low[:end], rules), find_pivots(high, low, rules)

    known = late.confirmed < end
    assert rows_of(early) == [row for row, was in zip(rows_of(late), known, strict=True) if was]


@given(rows=bars, rules=rules)
def test_every_confirmed_pivot_was_provisional_at_every_bar_before(rows, rules):
    high, low = columns(rows)
    for place, is_peak, price in rows_of(find_pivots(high, low, rules)):
        for end in range(place + 1, place + rules.half + 1):
            seen = provisional_pivots(high[:end], low[:end], rules)

            assert (place, is_peak, price) in rows_of(seen)
            assert (seen.confirmed == end).all()


def test_of_a_plateau_the_first_bar_is_the_peak():
    high = np.array([1, 2, 3, 3, 3, 2, 1.0])

    found = find_pivots(high, np.zeros(7), PivotRules(window=5))

    assert rows_of(found) == [(2, True, 3.0)]


def test_a_bar_that_is_not_known_makes_its_neighbours_unknown():
    high = np.array([1, 2, 5, 2, math.nan, 1, 2, 5, 2, 1.0])

    found = find_pivots(high, high - 1, PivotRules(window=5))

    assert rows_of(found) == [(7, True, 5.0)]


@pytest.mark.parametrize("count", [0, 1, 10])
def test_fewer_bars_than_a_window_have_no_pivot(count):
    high = np.arange(float(count))

    assert len(find_pivots(high, high)) == 0
    assert np.isnan(pivot_signal(high, high, high)).all()


def test_the_signal_lasts_three_bars_after_confirmation_and_two_percent_from_the_price():
    low = np.array([10, 9, 8, 7, 6, 100, 6, 7, 8, 9, 10, 11, 11, 11, 11, 11.0])
    low[5] = 5
    close = np.full(16, 5.1)
    rising = np.maximum.accumulate(np.full(16, 20.0) + np.arange(16))

    signal = pivot_signal(rising, low, close)
    close[12] = 5.11

    assert signal[10:].tolist() == [1, 1, 1, 1, 0, 0]
    assert np.isnan(signal[:10]).all()
    assert pivot_signal(rising, low, close)[12] == 0


def test_a_peak_and_a_trough_confirmed_by_one_bar_say_nothing():
    high, low = np.array([2, 2, 4, 2, 2.0]), np.array([2, 2, 1, 2, 2.0])

    assert pivot_signal(high, low, high, PivotRules(window=5, near=9))[4] == 0


def test_rules_and_bars_that_make_no_sense_are_refused():
    stream = PivotStream()
    stream.add(bar(1, 2, 1))

    with pytest.raises(ValueError, match="odd and at least 3"):
        PivotRules(window=10)
    with pytest.raises(ValueError, match="cannot be below 0"):
        PivotRules(min_swing=math.nan)
    with pytest.raises(ValueError, match="one length"):
        find_pivots(np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="in the order of time"):
        stream.add(bar(0, 2, 1))


def random_walks(count, length):
    random = np.random.default_rng(7)
    steps = random.normal(0, 0.001, (count, length, 4))
    path = 100 * np.exp(np.cumsum(steps.reshape(count, -1), axis=1)).reshape(count, length, 4)
    return path.max(axis=2), path.min(axis=2), path[:, :, -1]


def edges(signal_of, after=5):
    """Return the mean gain of following the signal for some bars, in standard errors."""
    gains = []
    for high, low, close in zip(*random_walks(60, 2_000), strict=True):
        signal = np.nan_to_num(signal_of(high, low, close))[:-after]
        gains.append(float(signal @ np.log(close[after:] / close[:-after])))
    return np.mean(gains) / (np.std(gains) / math.sqrt(len(gains)))


def test_on_a_random_walk_the_signal_has_no_edge():
    assert abs(edges(pivot_signal)) < 3


def test_a_signal_that_saw_the_future_is_found_out_by_the_same_measure():
    def at_the_pivot_itself(high, low, close):
        found, signal = find_pivots(high, low), np.zeros(len(close))
        signal[found.place] = np.where(found.is_peak, -1, 1)
        return signal

    assert edges(at_the_pivot_itself) > 30
