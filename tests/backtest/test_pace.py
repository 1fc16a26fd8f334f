"""The quick Sharpe ratio of a sweep is that of the equity curve, whatever is held and when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.backtest.metrics import bars_a_year, returns, sharpe_ratio
from console.backtest.pace import Pace
from console.backtest.rules import Costs, Rules
from console.backtest.vectorised import run_targets
from tests.backtest.markets import random_walk


def slow_sharpe(run):
    return sharpe_ratio(returns(run.equity(), run.rules.cash), bars_a_year(run))


@given(
    targets=st.lists(st.sampled_from([-1, 0, 0, 1, 1]), min_size=31, max_size=150),
    seed=st.integers(0, 50),
    rules=st.builds(
        Rules,
        costs=st.builds(
            Costs, spread_bps=st.sampled_from([0.0, 3.0]), fee_bps=st.sampled_from([0.0, 0.0, 2.0])
        ),
        fraction=st.sampled_from([1.0, 1.0, 0.5]),
        may_short=st.booleans(),
    ),
)
def test_it_is_the_ratio_of_the_equity_curve(targets, seed, rules):
    bars = random_walk(len(targets), seed=seed)
    run = run_targets(np.array(targets, dtype=np.int8), bars, rules)

    quick = Pace.of(bars, rules).sharpe(run, is_at_opens=True)

    assert quick == pytest.approx(slow_sharpe(run), rel=1e-9, abs=1e-9, nan_ok=False)


def test_the_quick_way_is_taken_where_it_holds_and_nowhere_else():
    bars = random_walk(60, seed=1)
    plain = [Rules(), Rules(costs=Costs(spread_bps=1, slippage_bps=1, borrow_percent=3))]
    others = [
        Rules(may_short=True),
        Rules(fraction=0.5),
        Rules(qty=10),
        Rules(costs=Costs(fee_bps=1)),
        Rules(costs=Costs(fee_per_share=0.01)),
    ]

    assert [Pace.of(bars, rules).is_plain for rules in plain] == [True, True]
    assert [Pace.of(bars, rules).is_plain for rules in others] == [False] * 5


def test_where_nothing_is_held_there_is_no_ratio():
    bars, rules = random_walk(60, seed=1), Rules()
    run = run_targets(np.zeros(60, dtype=np.int8), bars, rules)

    assert Pace.of(bars, rules).sharpe(run, is_at_opens=True) is None
