"""Studies of bars over the day, each against the plainest way to compute it."""

import math
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.market import Bar, Timeframe
from console.studies.bar_columns import bar_columns
from console.studies.bar_volatility import bar_volatility, bipower_volatility
from console.studies.half_days import regular_close
from console.studies.percentiles import own_percentile
from console.studies.relative_volume import relative_volume
from console.studies.session_time import MINUTES_A_YEAR, SESSIONS_A_YEAR, exchange_clock
from console.studies.session_vwap import session_vwap
from console.studies.tape_vwap import Print, TapeVwap
from console.venue.trading.calendar import load

NEW_YORK = ZoneInfo("America/New_York")


def bar(at, close, volume=100.0, vwap=None):
    return Bar(
        symbol="SPY", at=at, open=close, high=close, low=close, close=close, volume=volume,
        vwap=vwap,
    )  # fmt: skip


def minutes(day, first, count):
    """The starts of some minutes, the first at a time such as 9:30 in New York."""
    hour, minute = divmod(first, 100)
    begin = datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)
    return [begin.astimezone(UTC) + timedelta(minutes=n) for n in range(count)]


@pytest.mark.filterwarnings("ignore:Series.values returning")  # pandas' word to that calendar
def test_the_year_is_that_of_the_exchanges_calendar():
    first, last = (datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1e9 for year in (2006, 2026))
    days = [day for day in load() if first <= day.opens_at < last]
    lengths = [(day.closes_at - day.opens_at) / 60e9 for day in days]

    assert pytest.approx(len(lengths) / 20) == SESSIONS_A_YEAR
    assert pytest.approx(sum(lengths) / 20) == MINUTES_A_YEAR


@pytest.mark.filterwarnings("ignore:Series.values returning")  # as above
def test_the_close_of_every_day_is_that_of_the_exchanges_calendar():
    days = [
        day for day in load() if day.opens_at >= datetime(2004, 1, 1, tzinfo=UTC).timestamp() * 1e9
    ]
    closes = [datetime.fromtimestamp(day.closes_at / 1e9, NEW_YORK) for day in days]

    told = {close.date(): close.hour * 3_600 + close.minute * 60 for close in closes}

    assert {day: regular_close(day) for day in told} == told
    assert len(set(told.values())) == 2


@given(at=st.lists(st.datetimes(datetime(1998, 1, 1), datetime(2040, 1, 1)), max_size=20))  # noqa: DTZ001 - made UTC below
def test_the_exchanges_clock_is_that_of_the_time_zone(at):
    moments = [one.replace(tzinfo=UTC) for one in at]

    day, second = exchange_clock(np.array([one.timestamp() for one in moments]))

    for number, seconds, moment in zip(day, second, moments, strict=True):
        local = moment.astimezone(NEW_YORK)
        assert date(1970, 1, 1) + timedelta(days=number) == local.date()
        clock = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        assert seconds == pytest.approx(clock.total_seconds() + local.microsecond / 1e6, abs=1e-4)


def test_vwap_begins_anew_at_each_open_and_counts_what_traded():
    rows = [
        *zip(minutes(date(2026, 3, 6), 929, 4), [50, 10, 11, 12], [9, 1, 0, 3], strict=True),
        *zip(minutes(date(2026, 3, 9), 929, 3), [50, 20, 22], [9, 0, 4], strict=True),
        *zip(minutes(date(2026, 3, 9), 1559, 2), [24, 90], [4, 9], strict=True),
    ]
    bars = bar_columns(bar(at, price, volume) for at, price, volume in rows)

    found = session_vwap(bars)

    nan = math.nan
    expected = [nan, 10, 10, (10 + 3 * 12) / 4, nan, nan, 22, 23, nan]
    np.testing.assert_allclose(found, expected, equal_nan=True)
    assert session_vwap(bars, extended=True)[1] == pytest.approx((50 * 9 + 10) / 10)


def test_the_vwap_of_a_half_day_ends_at_its_close():
    friday = date(2026, 11, 27)
    rows = [
        *zip(minutes(friday, 930, 2), [10, 12], [1, 1], strict=True),
        *zip(minutes(friday, 1259, 2), [14, 90], [2, 9], strict=True),
    ]
    bars = bar_columns(bar(at, price, volume) for at, price, volume in rows)

    found = session_vwap(bars)

    np.testing.assert_allclose(found, [10, 11, 12.5, math.nan], equal_nan=True)


def test_a_session_whose_beginning_is_not_among_the_bars_has_no_vwap():
    first, second = date(2026, 3, 5), date(2026, 3, 6)
    rows = [(at, 10.0) for at in minutes(first, 1000, 2)] + [
        (at, 20.0) for at in minutes(second, 945, 2)
    ]
    bars = bar_columns(bar(at, price) for at, price in rows)

    np.testing.assert_equal(session_vwap(bars), [math.nan, math.nan, 20, 20])


def test_a_bars_own_average_price_goes_before_the_typical_one():
    first, second = minutes(date(2026, 3, 6), 930, 2)
    bars = bar_columns([bar(first, 10, 5, 11), bar(second, 10, 5)])

    assert session_vwap(bars).tolist() == [11, 10.5]


prints = st.builds(
    Print,
    id=st.integers(0, 9),
    price=st.sampled_from([0.0, 9.99, 10.0, 10.01]),
    size=st.sampled_from([0.0, 1.0, 100.0]),
    conditions=st.sets(st.sampled_from("@FTIMQ9B4")),
)
tellings = st.tuples(st.sampled_from(["add", "cancel", "correct"]), prints, st.integers(0, 9))


@given(told=st.lists(tellings, max_size=40))
def test_the_vwap_of_the_tape_is_that_of_the_prints_that_stand_in_the_end(told):
    tape, standing = TapeVwap(), {}
    for kind, one, original in told:
        if kind == "cancel":
            tape.cancel(original)
            standing.pop(original, None)
            continue
        if kind == "correct":
            tape.correct(original, one)
            standing.pop(original, None)
        else:
            tape.add(one)
        standing[one.id] = one
    counted = [p for p in standing.values() if not set("MQ9B4") & set(p.conditions) and p.price > 0]
    size = sum(Fraction(p.size) for p in counted)
    paid = sum(Fraction(p.size) * Fraction(p.price) for p in counted)

    assert tape.value == (float(paid / size) if size else None)
    tape.reset()
    assert tape.value is None


@settings(max_examples=40)
@given(data=st.data())
def test_relative_volume_compares_each_time_of_day_with_itself(data):
    volumes, told = {}, []
    for day in range(2, 14):
        for place, at in enumerate(minutes(date(2026, 3, day), 930, 5)):
            if data.draw(st.booleans()):
                volume = float(data.draw(st.integers(0, 5)))
                volumes[day, place] = volume
                told.append((at, day, place, volume))
    if not told:
        return
    first = told[0][1]
    days = sorted({day for _, day, _, _ in told})

    def so_far(day, place):
        return sum(volumes.get((day, n), 0) for n in range(place + 1))

    found = relative_volume(
        np.array([at.timestamp() for at, *_ in told]), np.array([v for *_, v in told]), days=6
    )

    for value, (_, day, place, _) in zip(found, told, strict=True):
        earlier = [one for one in days if one < day][-6:]
        usual = [so_far(one, place) for one in earlier if one != first]
        if len(usual) < 5 or sum(usual) == 0:
            assert math.isnan(value)
        else:
            assert value == pytest.approx(so_far(day, place) / (sum(usual) / len(usual)))


def volatility_by_hand(at, close, window, *, is_bipower=False):
    steps = []
    for (t0, p0), (t1, p1) in pairwise(zip(at, close, strict=True)):
        is_night = t0.astimezone(NEW_YORK).date() != t1.astimezone(NEW_YORK).date()
        passed = (t1 - t0).total_seconds() / 60
        steps.append((0.0, 0.0) if is_night else (math.log(p1 / p0), passed))
    if is_bipower:
        pairs = [
            (math.pi / 2 * abs(a * b), math.sqrt(s * t)) for (a, s), (b, t) in pairwise(steps)
        ][-window:]
    else:
        pairs = [(a * a, s) for a, s in steps[-window:]]
    spent = sum(time for _, time in pairs)
    return math.sqrt(sum(part for part, _ in pairs) / spent * MINUTES_A_YEAR) * 100


def test_volatility_counts_the_trading_time_its_returns_took():
    at = [*minutes(date(2026, 3, 5), 1555, 5), *minutes(date(2026, 3, 6), 930, 7)]
    del at[9]  # a minute without a trade
    close = 100 + np.array([0, 1, 3, 2, 2, 30, 31, 29, 28, 30, 31])
    times = np.array([one.timestamp() for one in at])

    found = bar_volatility(times, close, Timeframe.MIN_1, 6)
    smooth = bipower_volatility(times, close, Timeframe.MIN_1, 6)

    assert found[-1] == pytest.approx(volatility_by_hand(at, close, 6))
    assert smooth[-1] == pytest.approx(volatility_by_hand(at, close, 6, is_bipower=True))
    assert np.isnan(found[:6]).all()
    assert not np.isnan(found[6:]).any()


@pytest.mark.parametrize("frame", [Timeframe.MIN_1, Timeframe.MIN_5, Timeframe.DAY_1])
def test_volatility_is_that_of_a_random_walk_in_every_frame(frame):
    yearly, calm = 0.3, []
    random = np.random.default_rng(2)
    days = [date(2026, 3, 2) + timedelta(days=n) for n in range(4)]
    at = [one for day in days for one in minutes(day, 930, 390)][:: frame.seconds // 60]
    part = frame.seconds / 60 / MINUTES_A_YEAR
    if frame is Timeframe.DAY_1:
        at = [datetime(2020, 1, 1, 5, tzinfo=UTC) + timedelta(days=n) for n in range(600)]
        part = 1 / SESSIONS_A_YEAR
    times = np.array([one.timestamp() for one in at])
    for _ in range(40):
        close = 100 * np.exp(np.cumsum(random.normal(0, yearly * math.sqrt(part), len(at))))
        calm.append(
            (
                bar_volatility(times, close, frame, len(at) - 1)[-1],
                bipower_volatility(times, close, frame, len(at) - 2)[-1],
            )
        )

    assert np.mean(calm, axis=0) == pytest.approx([30, 30], rel=0.02)


def test_a_jump_is_in_the_volatility_and_hardly_in_what_is_without_jumps():
    at = np.array([one.timestamp() for one in minutes(date(2026, 3, 5), 930, 300)])
    random = np.random.default_rng(3)
    returns = random.normal(0, 0.0005, 300)
    calm = bar_volatility(at, np.exp(np.cumsum(returns)), Timeframe.MIN_1, 250)[-1]
    returns[200] += 0.05

    close = np.exp(np.cumsum(returns))

    assert bar_volatility(at, close, Timeframe.MIN_1, 250)[-1] > 5 * calm
    assert bipower_volatility(at, close, Timeframe.MIN_1, 250)[-1] < 2 * calm


@given(values=st.lists(st.integers(0, 9).map(float) | st.just(math.nan), max_size=40))
def test_a_percentile_is_counted_among_what_was_before(values):
    found = own_percentile(np.array(values), 10, least=3)

    for place, value in enumerate(values):
        before = [one for one in values[max(place - 10, 0) : place] if not math.isnan(one)]
        if len(before) < 3 or math.isnan(value):
            assert math.isnan(found[place])
            continue
        rank = sum(one < value for one in before) + sum(one == value for one in before) / 2
        assert found[place] == pytest.approx(rank / len(before) * 100)


def test_percentiles_are_those_of_pandas():
    values = np.random.default_rng(4).normal(size=200)

    ranks = pd.Series(values).rolling(51).rank()  # 1 for the lowest of 50 before and itself

    np.testing.assert_allclose(own_percentile(values, 50, least=50)[50:], (ranks[50:] - 1) * 2)


AT = datetime(2026, 3, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: bar_columns([bar(AT, 1), bar(AT, 1)]), "bar 1 does not: sort them"),
        (lambda: bar_columns([bar(AT, 1), bar(AT - timedelta(minutes=1), 1)]), "order of time"),
        (lambda: relative_volume(np.array([2.0, 1.0]), np.ones(2)), "order of time"),
        (lambda: relative_volume(np.ones(1), np.ones(2)), "one length"),
        (lambda: relative_volume(np.ones(1), np.ones(1), days=4), "5 days or more"),
        (lambda: bar_volatility(np.ones(1), np.ones(2), Timeframe.MIN_1), "one length"),
        (lambda: bar_volatility(np.array([math.nan]), np.ones(1), Timeframe.MIN_1), "order"),
        (lambda: own_percentile(np.ones(3), 2, least=3), "cannot need"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


def test_prices_and_volumes_no_market_has_become_unknown():
    after = [AT + timedelta(minutes=n) for n in range(3)]
    bars = bar_columns([bar(after[0], -1.0), bar(after[1], math.inf, -5.0), bar(after[2], 7)])

    assert np.isnan(bars.close).tolist() == [True, True, False]
    assert np.isnan(bars.volume).tolist() == [False, True, False]
