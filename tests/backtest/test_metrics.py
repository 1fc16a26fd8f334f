import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.backtest.baselines import buy_and_hold, by_chance
from console.backtest.metrics import drawdown, measure, returns, sharpe
from console.backtest.rules import Costs, Rules
from console.backtest.sessions import Calendar
from console.backtest.vectorised import run_targets
from console.domain.market import Timeframe
from tests.backtest.markets import bars_of, markets, random_walk, rules

YEAR = Rules(calendar=Calendar(sessions_a_year=252.0))


def test_two_round_trips_by_hand():
    closes = [10, 10, 12, 12, 10, 9, 9]
    said = np.array([1, 1, 0, 1, 1, 0, 0], dtype=np.int8)

    metrics = measure(run_targets(said, bars_of(closes), Rules(cash=1_000, qty=10)))

    # bought at 10 and sold at 12, bought at 12 and sold at 9: opens are the closes before
    assert metrics.trades == 2
    assert metrics.total_return == pytest.approx((20 - 30) / 1_000)
    assert metrics.expectancy == pytest.approx(-5)
    assert metrics.win_rate == 0.5
    assert metrics.pay_off == pytest.approx(20 / 30)
    assert metrics.exposure == pytest.approx(4 / 7)
    assert metrics.max_drawdown == pytest.approx(-30 / 1_020)


def test_without_a_trade_nothing_is_claimed():
    metrics = measure(run_targets(np.zeros(50, dtype=np.int8), random_walk(50, seed=1), Rules()))

    assert metrics.trades == 0
    assert metrics.total_return == metrics.max_drawdown == metrics.exposure == 0
    assert (metrics.expectancy, metrics.pay_off, metrics.win_rate, metrics.sharpe) == (None,) * 4


def test_less_than_a_year_is_not_annualised():
    short = run_targets(np.ones(300, dtype=np.int8), random_walk(300, seed=1), Rules())
    days = bars_of(100 * 1.0005 ** np.arange(732), frame=Timeframe.DAY_1)
    long = run_targets(np.ones(732, dtype=np.int8), days, Rules())

    assert measure(short).annual_return is None
    whole = measure(long)
    assert whole.annual_return == pytest.approx((1 + whole.total_return) ** (365.25 / 732) - 1)


@pytest.mark.parametrize(
    ("frame", "count", "a_year"),
    [(Timeframe.MIN_1, 3 * 390, 252 * 390), (Timeframe.DAY_1, 300, 252)],
)
def test_a_sharpe_ratio_is_annualised_by_the_bars_a_year_has(frame, count, a_year):
    bars = random_walk(count, seed=4, frame=frame)
    run = run_targets(np.ones(count, dtype=np.int8), bars, YEAR)

    found = measure(run).sharpe

    changes = returns(run.equity(), run.rules.cash)
    assert found.value == pytest.approx(
        changes.mean() / changes.std(ddof=1) * math.sqrt(a_year), rel=1e-9
    )


def test_the_interval_holds_the_true_ratio_95_times_out_of_100():
    chance, truth, sample = np.random.default_rng(11), 0.1, 1_000
    hits = 0
    for _ in range(1_000):
        skewed = chance.exponential(1.0, sample) - 1.0 + truth
        found = sharpe(skewed, 1.0)
        hits += found.low <= truth <= found.high

    assert 930 <= hits <= 970


def test_fewer_than_30_returns_have_no_sharpe_ratio_nor_has_what_never_moved():
    assert sharpe(np.arange(29.0), 252) is None
    assert sharpe(np.zeros(100), 252) is None


def test_a_drawdown_counts_from_the_cash_begun_with():
    assert drawdown(np.array([90.0, 120.0, 60.0]), 100.0).tolist() == pytest.approx(
        [-0.1, 0.0, -0.5]
    )


def test_buy_and_hold_buys_once_and_stays():
    bars = random_walk(200, seed=2)
    run = run_targets(np.zeros(200, dtype=np.int8), bars, Rules(flat_minutes=5))

    held = buy_and_hold(run)

    assert held.trades.entry.tolist() == [1]
    assert held.total_return == pytest.approx(bars.close[-1] / bars.open[1] - 1)


def test_random_entries_have_the_exposure_of_the_run_and_repeat_with_their_seed():
    bars = random_walk(1_000, seed=2)
    said = (np.arange(1_000) % 50 < 20).astype(np.int8)
    run = run_targets(said, bars, Rules(costs=Costs(fee_bps=1)))

    one, again, other = (by_chance(run, seed=seed, draws=20) for seed in (7, 7, 8))

    assert one.returns.tolist() == again.returns.tolist() != other.returns.tolist()
    assert 0 <= one.beaten <= 1


def test_there_is_no_chance_to_beat_without_a_trade():
    run = run_targets(np.zeros(50, dtype=np.int8), random_walk(50, seed=1), Rules())

    assert by_chance(run, seed=1) is None


@given(st.data(), markets(most=40), rules())
def test_figures_stay_in_their_bounds(data, bars, terms):
    said = data.draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=len(bars), max_size=len(bars)))

    run = run_targets(np.array(said, dtype=np.int8), bars, terms)
    metrics = measure(run)

    assert 0 <= metrics.exposure <= 1
    assert metrics.max_drawdown <= 0
    assert metrics.cost >= 0
    if metrics.sharpe is not None:
        assert metrics.sharpe.low <= metrics.sharpe.value <= metrics.sharpe.high
    if len(run.trades):
        chance = by_chance(run, seed=1, draws=3)
        assert np.isfinite(chance.returns).all()
