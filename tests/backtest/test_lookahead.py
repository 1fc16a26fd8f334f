"""No decision rests on the future, and one that does is caught."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.backtest.catalogue import STRATEGIES
from console.backtest.events import run_events
from console.backtest.lookahead import Peeking, find_glimpse
from console.backtest.rules import Rules
from console.backtest.strategy import SignalStrategy
from console.backtest.vectorised import run_signals
from tests.backtest.markets import markets, random_walk
from tests.backtest.test_paths import SEEDS

NAMES = sorted(STRATEGIES)


class WholeSample(SignalStrategy):
    """Buys below the mean of all prices, the ones to come too: the classic mistake."""

    name = "whole-sample"

    def targets(self, seen):
        return (seen.close < seen.close.mean()).astype(np.int8)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), markets(), st.data())
def test_trades_up_to_a_bar_from_data_up_to_it_equal_those_from_all_data(strategy, bars, data):
    cut = data.draw(st.integers(1, len(bars)))
    rules = Rules(may_short=True)

    part = strategy.targets(bars.between(0, cut))
    whole = strategy.targets(bars)

    assert part.tolist() == whole[:cut].tolist()
    if cut >= 2:
        ours = run_signals(strategy, bars.between(0, cut), rules).trades
        all_of_them = run_signals(strategy, bars, rules).trades
        done = int((ours.exit < cut).sum())
        assert ours.pnl[:done].tolist() == all_of_them.pnl[:done].tolist()
        assert ours.entry.tolist() == all_of_them.entry[: len(ours)].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_no_strategy_of_ours_looks_ahead(name):
    assert find_glimpse(STRATEGIES[name](), random_walk(2_000, seed=5), seed=1) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ahead", [1, 5])
def test_look_ahead_that_is_switched_on_is_caught(name, ahead):
    glimpse = find_glimpse(Peeking(STRATEGIES[name](), ahead), random_walk(2_000, seed=5), seed=1)

    assert glimpse is not None
    assert glimpse.bar < glimpse.cut


def test_a_mean_over_the_whole_sample_is_caught():
    glimpse = find_glimpse(WholeSample(), random_walk(500, seed=5), seed=1)

    assert glimpse is not None


def test_bar_by_bar_a_cheat_has_nothing_to_look_at():
    bars = random_walk(300, seed=8)
    honest, cheat = STRATEGIES["momentum"](), Peeking(STRATEGIES["momentum"](), 1)

    ours = run_events(honest, bars, Rules()).run.trades
    theirs = run_events(cheat, bars, Rules()).run.trades

    assert theirs.entry.tolist() == ours.entry.tolist()
