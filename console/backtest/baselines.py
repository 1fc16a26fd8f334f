"""What a strategy must beat: holding the market, and holding it by chance.

The random baseline keeps the strategy's own holding times and sides and throws them at
other moments: what is left is its timing.
"""

from dataclasses import dataclass

import numpy as np

from console.backtest.rules import Rules
from console.backtest.strategy import Targets
from console.backtest.trades import Run
from console.backtest.vectorised import run_targets
from console.studies.columns import Column

DRAWS = 200


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Chance:
    """The total returns of random entries with the run's own exposure."""

    returns: Column
    """Sorted."""
    beaten: float
    """The share of them that the run did better than."""

    @property
    def median(self) -> float:
        """The middle one."""
        return float(np.median(self.returns))


def buy_and_hold(run: Run) -> Run:
    """Return what buying after the first bar and never selling would have made."""
    rules = run.rules
    calm = Rules(
        cash=rules.cash,
        fraction=rules.fraction,
        qty=rules.qty,
        costs=rules.costs,
        calendar=rules.calendar,
    )
    return run_targets(np.ones(len(run.bars), dtype=np.int8), run.bars, calm)


def by_chance(run: Run, *, seed: int, draws: int = DRAWS) -> Chance | None:
    """Return what the run's holding times make at random moments; None without a trade."""
    if len(run.trades) == 0:
        return None
    chance = np.random.default_rng(seed)
    made = np.sort([_draw(run, chance).total_return for _ in range(draws)])
    return Chance(returns=made, beaten=float(np.mean(made < run.total_return)))


def _draw(run: Run, chance: np.random.Generator) -> Run:
    """Return one run with the holdings in another order and other gaps between them."""
    count = len(run.bars) - 1
    lengths = np.minimum(run.trades.exit, len(run.bars)) - run.trades.entry
    lengths = np.maximum(lengths, 1)
    order = chance.permutation(len(lengths))
    free = max(count - int(lengths.sum()), 0)
    cuts = np.sort(chance.integers(0, free + 1, len(lengths)))
    gaps = np.diff(np.concatenate(([0], cuts, [free])))
    sides = np.concatenate((run.trades.side[order], [0]))
    holding = np.concatenate((lengths[order], [0]))
    pieces = np.column_stack((np.zeros_like(sides), sides)).ravel()
    targets: Targets = np.repeat(pieces, np.column_stack((gaps, holding)).ravel())
    targets = np.concatenate((targets[:count], [0])).astype(np.int8)
    return run_targets(targets, run.bars, run.rules)
