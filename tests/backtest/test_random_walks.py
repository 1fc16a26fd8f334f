"""On a random walk nothing can be earned before costs, and costs are what is lost."""

import math

import numpy as np
import pytest

from console.backtest.catalogue import STRATEGIES
from console.backtest.lookahead import Peeking
from console.backtest.rules import Costs, Rules
from console.backtest.vectorised import run_signals
from tests.backtest.markets import random_walk

WALKS = 120
BARS = 1_500
FIXED = Rules(qty=100, may_short=True)


def earned(strategy, rules, walks=WALKS):
    """Return the mean total return over many walks, and its standard error."""
    made = [
        run_signals(strategy, random_walk(BARS, seed=seed), rules).total_return
        for seed in range(walks)
    ]
    return float(np.mean(made)), float(np.std(made, ddof=1)) / math.sqrt(walks)


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_a_random_walk_earns_nothing_before_costs(name):
    mean, error = earned(STRATEGIES[name](), FIXED)

    assert abs(mean) < 3.5 * error
    assert error > 0


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_the_same_with_look_ahead_switched_on_is_no_longer_chance(name):
    mean, error = earned(Peeking(STRATEGIES[name](), 5), FIXED, walks=40)

    assert abs(mean) > 10 * error


def test_costs_are_lost_on_random_walks():
    charged = Rules(qty=100, may_short=True, costs=Costs(spread_bps=10))

    mean, error = earned(STRATEGIES["sma-cross"](), charged)

    assert mean < -3.5 * error
