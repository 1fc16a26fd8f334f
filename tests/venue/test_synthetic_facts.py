"""The synthetic market has the stylised facts of a real one, and offers nothing for free."""

from datetime import datetime
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import pytest

from console.domain.market import Timeframe
from console.venue.markets.daytime import CLOSE, MINUTE, NEW_YORK, OPEN, SECOND, midnight
from console.venue.markets.flow import arrivals
from console.venue.markets.market import QuoteTick
from console.venue.markets.synthetic import SyntheticMarket

SYMBOLS = ("AAPL", "AMD", "F", "KO", "NVDA", "SPY", "TSLA")
NOON = int(datetime(2026, 9, 16, 12, tzinfo=NEW_YORK).timestamp()) * SECOND
SEEDS = (1, 2, 3)


@lru_cache
def market(seed):
    return SyntheticMarket(seed=seed, now=NOON)


@lru_cache
def returns_by_day(seed, symbol):
    """Regular-session minute returns, an array for each whole day of history."""
    bars = market(seed).bars(symbol, Timeframe.MIN_1, 0, NOON)
    days = {}
    for bar in bars:
        day = datetime.fromtimestamp(bar.at // SECOND, tz=NEW_YORK).date()
        if OPEN <= (bar.at - midnight(day)) // MINUTE < CLOSE:
            days.setdefault(day, []).append(bar.close)
    return [np.diff(np.log(closes)) for closes in days.values() if len(closes) == CLOSE - OPEN]


def returns(seed, symbol):
    return np.concatenate(returns_by_day(seed, symbol))


def autocorrelation(series, lag):
    return np.corrcoef(series[lag:], series[:-lag])[0, 1]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_large_moves_follow_large_moves_but_their_sign_is_news(symbol):
    sizes, signed = [], []

    for seed in SEEDS:
        for day in returns_by_day(seed, symbol):
            middle = day[45:-45]
            sizes.append(np.mean([autocorrelation(np.abs(middle), lag) for lag in range(1, 6)]))
            signed.append(np.mean([autocorrelation(middle, lag) for lag in range(2, 7)]))

    error = np.std(signed) / np.sqrt(len(signed))
    assert np.mean(sizes) > 5 * error
    assert abs(np.mean(signed)) < 4 * error
    assert np.mean(sizes) > np.mean(signed) + 5 * error


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_tails_are_fat(symbol):
    sample = np.concatenate([returns(seed, symbol) for seed in SEEDS])

    kurtosis = np.mean((sample - sample.mean()) ** 4) / sample.var() ** 2

    assert kurtosis > 3.5


def test_stocks_move_together_and_those_of_a_sector_more_so():
    matrix = {
        pair: np.mean([np.corrcoef(*(returns(seed, s) for s in pair))[0, 1] for seed in SEEDS])
        for pair in combinations(SYMBOLS, 2)
    }

    assert min(matrix.values()) > 0.05
    assert matrix["AMD", "NVDA"] > matrix["AMD", "KO"]
    assert matrix["AMD", "NVDA"] > matrix["AAPL", "F"]


def test_the_day_is_loud_at_its_ends():
    volume = np.zeros(CLOSE - OPEN)
    for seed in SEEDS:
        for bar in market(seed).bars("AAPL", Timeframe.MIN_1, 0, NOON):
            day = datetime.fromtimestamp(bar.at // SECOND, tz=NEW_YORK).date()
            minute = (bar.at - midnight(day)) // MINUTE - OPEN
            if 0 <= minute < volume.size:
                volume[minute] += bar.volume

    midday = volume[150:240].mean()
    assert volume[:30].mean() > 1.5 * midday
    assert volume[-30:].mean() > 1.3 * midday


def test_there_is_no_drift():
    days = np.array(
        [
            np.log(bar.close / bar.open)
            for seed in range(20)
            for bar in SyntheticMarket(seed=seed, now=NOON).bars("KO", Timeframe.DAY_1, 0, NOON)
        ]
    )

    assert abs(days.mean()) < 4 * days.std() / np.sqrt(days.size)


def test_arrivals_excite_each_other():
    rng = np.random.default_rng(5)
    counts = []
    for _ in range(50):
        times, is_calm = arrivals(rng, 6.0)
        counts.append(np.histogram(times[~is_calm], bins=60, range=(0, 60))[0])

    dispersion = np.var(counts) / np.mean(counts)

    assert dispersion > 2


def test_order_flow_is_persistent_yet_foretells_no_return():
    source = SyntheticMarket(seed=11, now=NOON)
    ticks = []
    for minute in range(0, 42, 14):
        ticks.extend(source.advance(NOON + minute * MINUTE))

    for symbol in ("AAPL", "AMD", "NVDA", "SPY", "TSLA"):
        signs, moves = signs_and_moves(ticks, symbol)
        error = 1 / np.sqrt(signs.size)
        assert autocorrelation(signs, 1) > 0.4
        assert np.corrcoef(signs, moves)[0, 1] > 0.3
        assert abs(np.corrcoef(signs[:-1], moves[1:])[0, 1]) < 4 * error


def signs_and_moves(ticks, symbol):
    """Each trade's sign, and how far the mid goes from before it until before the next.

    The prints of one sweep are one trade.
    """
    mid, traded_at, before, signs = None, None, [], []
    for tick in ticks:
        if tick.symbol != symbol:
            continue
        if isinstance(tick, QuoteTick):
            mid = (tick.bid + tick.ask) / 2
        elif mid is not None and tick.price != mid and tick.at != traded_at:
            traded_at = tick.at
            signs.append(np.sign(tick.price - mid))
            before.append(mid)
    moves = np.array([b - a for a, b in pairwise(before)])
    return np.array(signs[:-1]), moves
