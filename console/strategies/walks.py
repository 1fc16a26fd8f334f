"""Random walks to try a strategy on: nothing can be earned there before costs."""

import math
from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Bars, make_bars
from console.backtest.rules import Rules
from console.backtest.running import run_strategy
from console.backtest.strategy import Strategy
from console.domain.market import Timeframe
from console.studies.columns import Column

WALKS, BARS = 16, 300
STEP = 0.001
OPEN = 1_380_893_400.0 + 3 * 86_400
"""2013-10-07 09:30 in New York."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What was earned on random walks."""

    mean: float
    """The average total return, a share of one."""
    error: float
    """Its standard error; 0 when nothing was ever held."""

    @property
    def errors(self) -> float:
        """How many standard errors the mean is away from 0."""
        return abs(self.mean) / self.error if self.error else 0.0


def edge_on_walks(strategy: Strategy, *, seed: int) -> Edge:
    """Return what the strategy makes of random walks where trading is free."""
    rules = Rules(qty=100, may_short=True)
    made = [
        run_strategy(strategy, walk(seed * WALKS + number), rules).total_return
        for number in range(WALKS)
    ]
    return Edge(mean=float(np.mean(made)), error=float(np.std(made, ddof=1)) / math.sqrt(WALKS))


def walk(seed: int) -> Bars:
    """Return minutes of a market whose next step nobody can know: its mean growth is 0."""
    chance = np.random.default_rng(seed)
    steps = np.exp(chance.normal(-STEP * STEP / 2, STEP, (BARS, 2)))
    path: Column = np.asarray(100.0 * np.cumprod(steps.ravel()), dtype=np.float64)
    opens, closes = path[::2], path[1::2]
    wide = np.exp(np.abs(chance.normal(0, STEP, (BARS, 2))))
    return make_bars(
        "WALK",
        Timeframe.MIN_1,
        np.linspace(OPEN, OPEN + (BARS - 1) * 60.0, BARS),
        prices=(
            opens,
            np.maximum(opens, closes) * wide[:, 0],
            np.minimum(opens, closes) / wide[:, 1],
            closes,
        ),
        volume=chance.integers(100, 10_000, BARS).astype(np.float64),
    )
