"""The two paths are one: what columns say at once is what happens bar by bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.backtest.bars import Split, make_bars
from console.backtest.events import run_events
from console.backtest.rules import Costs, Rules
from console.backtest.seeds.momentum import Momentum
from console.backtest.seeds.pivot_turns import PivotTurns
from console.backtest.seeds.sma_cross import SmaCross
from console.backtest.seeds.vwap_reversion import VwapReversion
from console.backtest.strategy import Intent, SignalStrategy, Strategy, Target
from console.backtest.vectorised import run_signals, run_targets
from console.domain.market import Timeframe
from tests.backtest.markets import bars_of, markets, random_walk, rules, times

SEEDS = (
    SmaCross(fast=2, slow=5),
    Momentum(bars=3, threshold_percent=1.0),
    VwapReversion(gap_percent=1.0),
    PivotTurns(window=3, near_percent=10.0),
)


class Scripted(SignalStrategy):
    """Says what it was told to say after each bar."""

    name = "scripted"

    def __init__(self, said):
        self._said = np.array(said, dtype=np.int8)

    def targets(self, seen):
        return self._said[: len(seen)]


def assert_same(strategy, bars, terms):
    quick, careful = run_signals(strategy, bars, terms), run_events(strategy, bars, terms)

    ours, theirs = quick.trades, careful.run.trades
    for name in ("entry", "exit", "side"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist(), name
    for name in ("qty", "entry_price", "exit_price", "entry_fee", "cost", "pnl", "cash"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-7, abs=1e-6)
    assert quick.equity() == pytest.approx(careful.equity, rel=1e-7, abs=1e-6)
    assert quick.final_equity == pytest.approx(careful.equity[-1], rel=1e-7, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(st.data(), markets(most=40), rules())
def test_any_targets_make_the_same_trades_and_equity_on_both_paths(data, bars, terms):
    said = st.lists(st.sampled_from([-1, 0, 1]), min_size=len(bars), max_size=len(bars))

    assert_same(Scripted(data.draw(said)), bars, terms)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), markets(), rules())
def test_every_seed_strategy_trades_the_same_on_both_paths(strategy, bars, terms):
    assert_same(strategy, bars, terms)


def test_a_decision_is_filled_at_the_open_of_the_next_bar_worse_by_spread_and_slippage():
    bars = bars_of([10, 11, 12, 13], opens=[10, 10.5, 11.5, 12.5])
    terms = Rules(cash=1_000, qty=10, costs=Costs(spread_bps=20, slippage_bps=10))

    run = run_targets(np.array([1, 0, 0, 0], dtype=np.int8), bars, terms)

    assert run.trades.entry.tolist() == [1]
    assert run.trades.entry_price[0] == pytest.approx(10.5 * 1.002)
    assert run.trades.exit_price[0] == pytest.approx(11.5 * 0.998)
    assert run.final_equity == pytest.approx(1_000 + 10 * (11.5 * 0.998 - 10.5 * 1.002))


def test_fees_are_on_shares_as_traded_and_a_split_makes_no_profit():
    traded = [100.0, 100.0, 25.0, 25.0]
    at = times(4, Timeframe.DAY_1)
    split = Split(at=at[2], ratio=4.0)
    bars = make_bars(
        "X", Timeframe.DAY_1, at, prices=[traded] * 4, volume=[1.0] * 4, splits=[split]
    )
    terms = Rules(cash=1_000, qty=10, costs=Costs(fee_per_share=0.01))

    run = run_targets(np.array([1, 1, 0, 0], dtype=np.int8), bars, terms)

    assert run.trades.cost[0] == pytest.approx(10 * 0.01 + 40 * 0.01)
    assert run.final_equity == pytest.approx(1_000 - 0.5)


def test_borrowing_costs_by_the_time_a_short_is_held():
    bars = bars_of([100.0] * 5, frame=Timeframe.DAY_1)
    terms = Rules(cash=1_000, qty=1, costs=Costs(borrow_percent=36.525), may_short=True)

    run = run_targets(np.array([-1, -1, -1, 0, 0], dtype=np.int8), bars, terms)

    assert run.trades.cost[0] == pytest.approx(100 * 0.36525 * 3 / 365.25)


def test_nothing_is_entered_once_the_cash_is_gone():
    bars = bars_of([10, 10, 40, 40, 40, 50], opens=[10, 10, 40, 40, 40, 40])
    said = np.array([-1, 0, 1, 1, 1, 1], dtype=np.int8)

    run = run_targets(said, bars, Rules(cash=1_000, may_short=True))

    assert len(run.trades) == 1
    assert run.final_equity == run.equity()[-1] == pytest.approx(-2_000)


def test_positions_are_closed_before_the_day_ends():
    bars = random_walk(780, seed=3)

    run = run_targets(np.ones(780, dtype=np.int8), bars, Rules(flat_minutes=5))

    assert run.trades.entry.tolist() == [1, 391]
    assert run.trades.exit.tolist() == [385, 775]


class Bracketed(Strategy):
    """Enters once at a limit, with a stop and a take-profit."""

    name = "bracketed"

    def __init__(self, **intent):
        self._intent = intent

    def decide(self, window):
        if len(window) > 1 and not window.held:
            return Intent(target=Target.FLAT)
        return Intent(target=Target.LONG, **self._intent)


def played(intent, *, opens, highs, lows, closes):
    bars = bars_of(closes, opens=opens, highs=highs, lows=lows)
    return run_events(Bracketed(**intent), bars, Rules(cash=1_000, qty=1)).run.trades


def test_inside_a_bar_the_stop_is_taken_before_the_profit():
    trades = played(
        {"stop_price": 9.0, "take_profit_price": 11.0},
        opens=[10, 10, 10],
        highs=[10, 10, 12],
        lows=[10, 10, 8],
        closes=[10, 10, 10],
    )

    assert trades.exit.tolist() == [2]
    assert trades.exit_price.tolist() == [9.0]


def test_a_gap_beyond_the_stop_is_filled_where_the_market_opens():
    trades = played(
        {"stop_price": 9.0}, opens=[10, 10, 7], highs=[10, 10, 8], lows=[10, 10, 7],
        closes=[10, 10, 8],
    )  # fmt: skip

    assert trades.exit_price.tolist() == [7.0]


@pytest.mark.parametrize(("low", "entered"), [(9.5, 0), (9.49, 1)])
def test_a_limit_is_filled_only_when_the_market_trades_through_it(low, entered):
    trades = played(
        {"limit_price": 9.5}, opens=[10, 10], highs=[10, 10], lows=[10, low], closes=[10, 10]
    )

    assert len(trades) == entered


def test_a_take_profit_is_filled_at_its_price():
    trades = played(
        {"take_profit_price": 11.0}, opens=[10, 10, 10], highs=[10, 10, 12], lows=[10, 10, 10],
        closes=[10, 10, 10],
    )  # fmt: skip

    assert trades.exit_price.tolist() == [11.0]
