"""Bars for the back-tests: random walks in cents, and the ones hypothesis draws."""

import numpy as np
from hypothesis import strategies as st

from console.backtest.bars import Bars, Split, make_bars
from console.backtest.rules import Costs, Rules
from console.domain.market import Timeframe

MONDAY_OPEN = 1_380_893_400.0 + 3 * 86_400
"""2013-10-07 09:30 in New York."""
SESSION = 390
DAY = 86_400.0


def bars_of(closes, *, frame=Timeframe.MIN_1, splits=(), opens=None, highs=None, lows=None):
    """Return minute bars of these closes, opening where the one before closed."""
    closes = np.asarray(closes, dtype=np.float64)
    opens = np.concatenate((closes[:1], closes[:-1])) if opens is None else np.asarray(opens, float)
    highs = np.maximum(opens, closes) if highs is None else np.asarray(highs, float)
    lows = np.minimum(opens, closes) if lows is None else np.asarray(lows, float)
    return make_bars(
        "TEST",
        frame,
        times(len(closes), frame),
        prices=(opens, highs, lows, closes),
        volume=np.full(len(closes), 100.0),
        splits=splits,
    )


def times(count, frame=Timeframe.MIN_1):
    """Return when bars begin: every day, or the minutes of sessions of 390."""
    places = np.arange(count)
    if frame is Timeframe.DAY_1:
        return MONDAY_OPEN + places * DAY
    return MONDAY_OPEN + (places // SESSION) * DAY + (places % SESSION) * 60.0


def random_walk(count, *, seed, spread=0.001, frame=Timeframe.MIN_1, price=100.0):
    """Return bars of a walk whose next step nobody can know: the mean growth is 0."""
    chance = np.random.default_rng(seed)
    steps = np.exp(chance.normal(-spread * spread / 2, spread, (count, 2)))
    path = price * np.cumprod(steps.ravel()).reshape(count, 2)
    opens, closes = path.T
    wide = np.exp(np.abs(chance.normal(0, spread, (count, 2))))
    return make_bars(
        "WALK",
        frame,
        times(count, frame),
        prices=(
            opens,
            np.maximum(opens, closes) * wide[:, 0],
            np.minimum(opens, closes) / wide[:, 1],
            closes,
        ),
        volume=chance.integers(100, 10_000, count).astype(float),
    )


@st.composite
def markets(draw: st.DrawFn, *, least: int = 2, most: int = 120) -> Bars:
    """Any history a market can have, in cents, with gaps, splits and thin bars."""
    count = draw(st.integers(least, most))
    cents = st.integers(800, 1_200)
    rows = draw(st.lists(st.tuples(cents, cents, cents, cents), min_size=count, max_size=count))
    table = np.array(rows, dtype=np.float64) / 100
    gaps = draw(st.lists(st.sampled_from([60, 300, 86_400]), min_size=count, max_size=count))
    at = MONDAY_OPEN + np.cumsum(gaps)
    place = st.sampled_from(at.tolist())
    cut = st.builds(Split, at=place, ratio=st.sampled_from([0.1, 0.5, 2.0, 3.0]))
    volume = draw(st.lists(st.integers(0, 9_999), min_size=count, max_size=count))
    prices = (table[:, 0], table.max(axis=1), table.min(axis=1), table[:, 3])
    splits = draw(st.lists(cut, max_size=2, unique_by=lambda split: split.at))
    return make_bars("ANY", Timeframe.MIN_1, at, prices=prices, volume=volume, splits=splits)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Any terms a broker can have."""
    cost = st.sampled_from([0.0, 0.005, 2.0, 30.0])
    return Rules(
        cash=draw(st.sampled_from([1_000.0, 100_000.0])),
        fraction=draw(st.sampled_from([0.1, 1.0, 4.0])),
        qty=draw(st.none() | st.sampled_from([1.0, 150.0])),
        costs=draw(
            st.builds(
                Costs,
                fee_per_share=st.sampled_from([0.0, 0.005]),
                fee_bps=cost,
                spread_bps=cost,
                slippage_bps=cost,
                borrow_percent=st.sampled_from([0.0, 3.0, 200.0]),
            )
        ),
        may_short=draw(st.booleans()),
        flat_minutes=draw(st.none() | st.sampled_from([5.0, 60.0])),
    )
