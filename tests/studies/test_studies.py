"""Each study against the plainest way to compute it, and against its laws."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies import columns
from console.studies.activity import trades_per_minute
from console.studies.columns import Quotes, Trades
from console.studies.day_range import day_range
from console.studies.measures import Measure
from console.studies.momentum import momentum
from console.studies.spread import imbalance, mean_spread, spread
from console.studies.volatility import TRADING_SECONDS_A_YEAR, realised_volatility
from console.studies.vwap import gap, vwap
from tests.studies.strategies import (
    NOW,
    ages,
    quote_tapes,
    quotes,
    standing,
    trade_tapes,
    trades,
)

horizons = st.sampled_from([1.0, 60.0, 300.0, 2_000.0])


def scaled_trades(tape: Trades, factor: float) -> Trades:
    return trades(*zip(tape.at, tape.price * factor, tape.size, strict=True))


def scaled_quotes(tape: Quotes, factor: float) -> Quotes:
    rows = zip(
        tape.at, tape.bid * factor, tape.bid_size, tape.ask * factor, tape.ask_size, strict=True
    )
    return quotes(*rows)


def same(one: Measure, other: Measure) -> bool:
    if one.value is None or other.value is None:
        return one.value is other.value
    return math.isclose(one.value, other.value, rel_tol=1e-9, abs_tol=1e-7)


@given(tape=trade_tapes(least=1))
def test_vwap_is_the_exact_weighted_average(tape: Trades) -> None:
    rows = [
        (Fraction(float(p)), Fraction(float(s))) for p, s in zip(tape.price, tape.size, strict=True)
    ]
    exact = sum(p * s for p, s in rows) / sum(s for _, s in rows)

    found = vwap(tape)

    assert found.value == pytest.approx(float(exact), rel=1e-12)
    assert (found.sample, found.at) == (len(tape), tape.at[-1])
    assert tape.price.min() <= found.value <= tape.price.max()


@given(tape=trade_tapes(least=1), factor=st.sampled_from([0.5, 2.0, 8.0]))
def test_vwap_scales_with_the_price_and_the_gap_does_not(tape: Trades, factor: float) -> None:
    last, scaled_last = (
        Measure(value=float(tape.price[-1]) * by, sample=1, at=None) for by in (1.0, factor)
    )
    scaled = vwap(scaled_trades(tape, factor))

    assert scaled.value == pytest.approx((vwap(tape).value or 0) * factor)
    assert same(gap(scaled, scaled_last), gap(vwap(tape), last))


@given(tape=quote_tapes(), seconds=horizons)
def test_momentum_is_that_of_the_two_quotes_one_would_look_up(tape: Quotes, seconds: float) -> None:
    sound = [
        (at, (bid + ask) / 2)
        for at, bid, ask in zip(tape.at, tape.bid, tape.ask, strict=True)
        if bid <= ask
    ]
    before = [mid for at, mid in sound if at <= NOW - seconds]

    found = momentum(tape, now=NOW, seconds=seconds)

    if not before:
        assert found.value is None
        assert found.note.startswith(f"needs {seconds:g} s of quotes, has ")
        return
    assert found.value == pytest.approx((sound[-1][1] / before[-1] - 1) * 100, abs=1e-9)


@given(tape=quote_tapes(), seconds=horizons)
def test_the_mean_spread_weighs_each_by_how_long_it_stood(tape: Quotes, seconds: float) -> None:
    total = weight = 0.0
    for n in range(len(tape)):
        until = tape.at[n + 1] if n + 1 < len(tape) else NOW
        stood = max(until - max(tape.at[n], NOW - seconds), 0)
        if tape.bid[n] <= tape.ask[n]:
            total, weight = total + stood * (tape.ask[n] - tape.bid[n]), weight + stood

    found = mean_spread(tape, now=NOW, seconds=seconds)

    if weight == 0:
        assert found.value is None
        return
    assert found.value == pytest.approx(total / weight, abs=1e-9)


@given(tape=quote_tapes(least=1))
def test_a_spread_is_never_below_zero_and_a_mean_lies_among_them(tape: Quotes) -> None:
    sound = tape.sound()
    now, mean = spread(tape), mean_spread(tape, now=NOW, seconds=2_000)

    assert (now.value is None) == (len(sound) == 0)
    if now.value is not None:
        assert now.value >= 0
    if mean.value is not None:
        spreads = sound.ask - sound.bid
        assert spreads.min() - 1e-9 <= mean.value <= spreads.max() + 1e-9


@given(tape=quote_tapes(), factor=st.sampled_from([0.5, 2.0, 8.0]))
def test_what_is_measured_in_percent_does_not_know_the_price(tape: Quotes, factor: float) -> None:
    scaled = scaled_quotes(tape, factor)

    assert same(momentum(tape, now=NOW, seconds=60), momentum(scaled, now=NOW, seconds=60))
    assert same(spread(tape, in_basis_points=True), spread(scaled, in_basis_points=True))
    assert same(
        realised_volatility(tape, now=NOW, seconds=900),
        realised_volatility(scaled, now=NOW, seconds=900),
    )
    assert same(imbalance(tape), imbalance(scaled))


@given(tape=trade_tapes(), seconds=horizons)
def test_trades_per_minute_are_counted(tape: Trades, seconds: float) -> None:
    found = trades_per_minute(tape, now=NOW, seconds=seconds)
    young = sum(1 for at in tape.at if at > NOW - seconds)

    if len(tape) and NOW - tape.at[0] >= seconds:
        assert found.value == pytest.approx(young * 60 / seconds)
        assert found.sample == young
    elif len(tape) and NOW - tape.at[0] >= 10:
        assert found.value == pytest.approx((len(tape) - 1) * 60 / (NOW - tape.at[0]))
        assert found.note.startswith("over the ")
    else:
        assert found.value is None


@given(tape=quote_tapes(least=10))
def test_realised_volatility_is_the_root_of_the_squared_returns(tape: Quotes) -> None:
    found = realised_volatility(tape, now=NOW, seconds=900)
    if found.value is None:
        return
    sound = tape.sound()
    mids = []
    for back in range(found.sample, -1, -1):
        standing_then = [
            (b + a) / 2
            for t, b, a in zip(sound.at, sound.bid, sound.ask, strict=True)
            if t <= NOW - back
        ]
        mids.append(standing_then[-1])
    squares = sum(math.log(after / before) ** 2 for before, after in pairwise(mids))

    expected = math.sqrt(squares / found.sample * TRADING_SECONDS_A_YEAR) * 100

    assert found.value == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_realised_volatility_finds_the_volatility_of_a_random_walk() -> None:
    yearly, seconds = 0.30, 900
    random = np.random.default_rng(1)
    steps = random.normal(0, yearly / math.sqrt(TRADING_SECONDS_A_YEAR), (40, seconds + 1))
    found = []
    for walk in 100 * np.exp(np.cumsum(steps, axis=1)):
        tape = standing(*((seconds - n, mid - 0.005, mid + 0.005) for n, mid in enumerate(walk)))
        found.append(realised_volatility(tape, now=NOW, seconds=seconds).value)

    assert np.mean(found) == pytest.approx(yearly * 100, rel=0.02)


@given(tape=trade_tapes(), quoted=quote_tapes(), later=ages, seconds=horizons)
def test_what_comes_later_changes_nothing_of_the_past(
    tape: Trades, quoted: Quotes, later: float, seconds: float
) -> None:
    then = NOW - later
    rows = (tape.at, tape.price, tape.size)
    quoted_rows = (quoted.at, quoted.bid, quoted.bid_size, quoted.ask, quoted.ask_size)
    past, quoted_past = tape.at <= then, quoted.at <= then

    with_future = all_measures(
        columns.trades(*rows, until=then), columns.quotes(*quoted_rows, until=then), then, seconds
    )
    without = all_measures(
        columns.trades(*(row[past] for row in rows), until=NOW),
        columns.quotes(*(row[quoted_past] for row in quoted_rows), until=NOW),
        then,
        seconds,
    )

    assert with_future == without


def all_measures(tape: Trades, quoted: Quotes, now: float, seconds: float) -> list[object]:
    return [
        vwap(tape),
        trades_per_minute(tape, now=now, seconds=seconds),
        day_range(50, 60, tape, began=0, count=None),
        momentum(quoted, now=now, seconds=seconds),
        spread(quoted),
        mean_spread(quoted, now=now, seconds=seconds),
        realised_volatility(quoted, now=now, seconds=seconds),
        imbalance(quoted),
    ]


def test_a_crossed_quote_ends_the_time_of_the_one_before() -> None:
    tape = standing((30, 10.00, 10.02), (20, 10.05, 10.01), (10, 10.00, 10.06))

    found = mean_spread(tape, now=NOW, seconds=300)

    assert found.value == pytest.approx(0.04)
    assert (found.sample, tape.left_out) == (2, 1)


def test_a_quote_made_at_the_very_moment_looked_back_to_counts() -> None:
    tape = standing((61, 99.99, 100.01), (60, 199.99, 200.01), (1, 99.99, 100.01))

    assert momentum(tape, now=NOW, seconds=60).value == pytest.approx(-50)


def test_a_trade_made_at_the_very_moment_looked_back_to_is_too_old() -> None:
    tape = trades((NOW - 61, 5, 1), (NOW - 60, 5, 1), (NOW - 59, 5, 1))

    assert trades_per_minute(tape, now=NOW, seconds=60).value == 1


def test_imbalance_is_plus_a_hundred_when_all_is_bid() -> None:
    assert imbalance(quotes((NOW, 10, 300, 10.01, 0))).value == 100
    assert imbalance(quotes((NOW, 10, 100, 10.01, 300))).value == -50
    assert imbalance(quotes((NOW, 10, 0, 10.01, 0))).note == "needs a quote with sizes, has none"


def test_the_days_range_is_widened_by_what_was_seen_since() -> None:
    tape = trades((NOW - 9, 90, 1), (NOW - 5, 100, 1), (NOW - 1, 103, 1))

    found = day_range(99, 102, tape, began=NOW - 6, count=50)

    assert (found.low.value, found.high.value, found.position.value) == (99, 103, 100)
    assert found.low.sample == 50


def test_a_print_that_sets_no_price_counts_in_volume_alone() -> None:
    on_time = [(NOW - 5, 100.0, 100.0), (NOW - 3, 101.0, 100.0)]
    at, price, size = zip(*on_time, (NOW - 1, 90.0, 200.0), strict=True)
    tape = columns.trades(at, price, size, (1, 1, 0), (1, 1, 0), until=NOW)

    found = day_range(99, 102, tape, began=NOW - 6, count=None)

    assert vwap(tape).value == pytest.approx(95.25)
    assert (found.low.value, found.high.value) == (99, 102)
    assert found.position.value == pytest.approx(200 / 3)
    assert found.position.at == NOW - 3


def test_a_day_of_nothing_but_such_prints_has_no_place_in_its_range() -> None:
    tape = columns.trades([NOW - 1], [100.0], [1.0], [0], [1], until=NOW)

    found = day_range(99, 102, tape, began=0, count=7)

    assert (found.low.value, found.high.value, found.position.value) == (99, 102, None)


@given(tape=trade_tapes(), low=st.floats(1, 1_000), wide=st.floats(0, 100))
def test_the_place_in_the_range_lies_between_0_and_100(
    tape: Trades, low: float, wide: float
) -> None:
    found = day_range(low, low + wide, tape, began=0, count=None)

    if found.position.value is not None:
        assert 0 <= found.position.value <= 100


def test_too_little_is_said_in_words_and_never_zero() -> None:
    nothing, nobody = trades(), quotes()

    assert vwap(nothing).note == "needs 1 trade, has none"
    assert momentum(nobody, now=NOW, seconds=60).note == "needs 60 s of quotes, has none"
    assert spread(nobody).note == "needs a two-sided quote, has none"
    assert trades_per_minute(trades((NOW - 3, 5, 1)), now=NOW, seconds=60).note == (
        "needs 10 s of trades, has 3 s"
    )
    few = standing(*((n, 10, 10.01) for n in range(20, 0, -1)))
    assert realised_volatility(few, now=NOW, seconds=900).note == "needs 30 s of quotes, has 20 s"
    assert day_range(None, None, nothing, began=0, count=None).low.note == (
        "needs the day's bar, has none"
    )


def test_a_measure_is_a_number_or_nothing() -> None:
    with pytest.raises(ValueError, match="it is nan"):
        Measure(value=math.nan, sample=1, at=0)
