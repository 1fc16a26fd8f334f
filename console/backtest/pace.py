"""The Sharpe ratio of a run without its equity curve, where every bar's change is known beforehand.

Who is all in or all out, long only, and pays by the price alone (spread and slippage, no fee)
gains from bar to bar what the close gains, whichever bars he holds. Only the bars of an entry
and an exit are his own. So sums over the bars, taken once, serve every choice of a sweep.
"""

import math
from dataclasses import dataclass
from weakref import ref

import numpy as np

from console.backtest.bars import Bars
from console.backtest.metrics import LEAST_RETURNS, bars_in_a_year, returns, sharpe_ratio
from console.backtest.rules import Rules
from console.backtest.trades import Run
from console.studies.columns import Column


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Pace:
    """What the runs of one sweep share."""

    a_year: float
    """How many bars a year has."""
    sums: Column
    """Of the closes' changes before each bar; one more than there are bars."""
    squares: Column
    """Of their squares."""
    is_plain: bool
    """Whether the rules are those this module's first lines speak of."""

    @classmethod
    def of(cls, bars: Bars, rules: Rules) -> "Pace":
        """Return what runs over these bars under these rules share; the last is kept."""
        if _kept and _kept[0][0]() is bars.close and _kept[0][1] == rules:
            return _kept[0][2]
        made = cls._reckoned(bars, rules)
        _kept[:] = [(ref(bars.close), rules, made)]
        return made

    @classmethod
    def _reckoned(cls, bars: Bars, rules: Rules) -> "Pace":
        changes = bars.close[1:] / bars.close[:-1] - 1
        sums, squares = np.zeros(len(bars) + 1), np.zeros(len(bars) + 1)
        np.cumsum(changes, out=sums[2:])
        np.cumsum(changes * changes, out=squares[2:])
        return cls(
            a_year=bars_in_a_year(bars, rules.calendar),
            sums=sums,
            squares=squares,
            is_plain=rules.fraction == 1
            and rules.qty is None
            and not rules.may_short
            and not rules.costs.has_fees,
        )

    def sharpe(self, run: Run, *, is_at_opens: bool) -> float | None:
        """Return the run's Sharpe ratio a year; `is_at_opens`: all its fills are at opens."""
        if not (self.is_plain and is_at_opens):
            return sharpe_ratio(returns(run.equity(), run.rules.cash), self.a_year)
        return self._quick(run)

    def _quick(self, run: Run) -> float | None:
        trades, close, count = run.trades, run.bars.close, len(run.bars)
        if count < LEAST_RETURNS:
            return None
        ends = np.minimum(trades.exit, count)
        is_left = trades.exit < count
        entered = close[trades.entry] / trades.entry_price - 1
        left = trades.exit_price[is_left] / close[trades.exit[is_left] - 1] - 1
        total = (self.sums[ends] - self.sums[trades.entry + 1]).sum() + entered.sum() + left.sum()
        squared = (self.squares[ends] - self.squares[trades.entry + 1]).sum()
        squared += np.square(entered).sum() + np.square(left).sum()
        mean = float(total) / count
        variance = (float(squared) - count * mean * mean) / (count - 1)
        if not variance > 0 or not math.isfinite(variance):
            return None
        return mean / math.sqrt(variance) * math.sqrt(self.a_year)


_kept: list[tuple[ref[Column], Rules, Pace]] = []
