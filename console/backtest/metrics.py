"""What a run is worth, with how sure one can be of it.

Nothing is annualised from a stretch shorter than a year, as the Global Investment
Performance Standards (GIPS 2020) have it, except the Sharpe ratio, which is a rate and
comes with its interval.
"""

import math
from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Bars
from console.backtest.rules import YEAR_SECONDS
from console.backtest.sessions import Calendar
from console.backtest.trades import Run
from console.studies.columns import Column

NORMAL_95 = 1.959963984540054
LEAST_RETURNS = 30
LEAST_YEARS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpe:
    """A yearly Sharpe ratio, and the bounds that hold it 95 times out of 100."""

    value: float
    low: float
    high: float
    sample: int
    """How many returns it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The figures of one run; None is not known. Shares of one, not percents."""

    total_return: float
    annual_return: float | None
    """None below a year."""
    sharpe: Sharpe | None
    """None below 30 returns, and where nothing moved."""
    max_drawdown: float
    """The deepest fall from a peak of the equity, below 0."""
    trades: int
    """Those with an exit."""
    win_rate: float | None
    expectancy: float | None
    """What a trade brought on average, in dollars."""
    pay_off: float | None
    """The average win over the average loss."""
    exposure: float
    """In which share of the bars something was held."""
    cost: float
    """Dollars of fees and borrowing; spread and slippage are in the prices."""


def measure(run: Run, equity: Column | None = None) -> Metrics:
    """Return the figures of a run; `equity` where it is known already."""
    curve = run.equity() if equity is None else equity
    pnl = run.trades.pnl[run.closed]
    wins, losses = pnl[pnl > 0], pnl[pnl < 0]
    has_both = len(wins) > 0 and len(losses) > 0
    held = np.minimum(run.trades.exit, len(run.bars)) - run.trades.entry
    return Metrics(
        total_return=float(curve[-1]) / run.rules.cash - 1,
        annual_return=_annual(run, float(curve[-1])),
        sharpe=sharpe(returns(curve, run.rules.cash), bars_a_year(run)),
        max_drawdown=float(drawdown(curve, run.rules.cash).min()),
        trades=len(pnl),
        win_rate=len(wins) / len(pnl) if len(pnl) else None,
        expectancy=float(pnl.mean()) if len(pnl) else None,
        pay_off=float(wins.mean() / -losses.mean()) if has_both else None,
        exposure=float(held.sum()) / len(run.bars),
        cost=float(run.trades.cost.sum()),
    )


def bars_a_year(run: Run) -> float:
    """Return how many bars a year of the run's bars has."""
    return bars_in_a_year(run.bars, run.rules.calendar)


def bars_in_a_year(bars: Bars, calendar: Calendar) -> float:
    """Return how many bars a year has: the calendar's sessions, times the bars of one.

    Bars of a session are counted in the data: a thin symbol has fewer minutes than a day
    has, and extended hours have more.
    """
    sessions = int(np.count_nonzero(np.diff(bars.day))) + 1
    return calendar.sessions_a_year * len(bars) / sessions


def sharpe(changes: Column, a_year: float) -> Sharpe | None:
    """Return the mean over the standard deviation of the changes, a year, with bounds.

    No rate is taken off: cash earns nothing here. The standard error is that of Lo (2002),
    "The Statistics of Sharpe Ratios", Financial Analysts Journal 58(4), for independent
    returns, with the terms of Mertens (2002) for skewness and fat tails:
    sqrt((1 - skew SR + (kurtosis - 1) / 4 SR^2) / n), SR of one bar. Returns that depend
    on each other make the true interval wider.
    """
    yearly = sharpe_ratio(changes, a_year)
    if yearly is None:
        return None
    count, root = len(changes), math.sqrt(a_year)
    apart = changes - changes.mean()
    square = apart * apart
    variance = float(square.mean())
    skew = float((square * apart).mean()) / variance**1.5
    kurtosis = float((square * square).mean()) / variance**2
    ratio = yearly / root
    inside = 1 - skew * ratio + (kurtosis - 1) / 4 * ratio * ratio
    reach = NORMAL_95 * math.sqrt(max(inside, 0.0) / count) * root
    return Sharpe(value=yearly, low=yearly - reach, high=yearly + reach, sample=count)


def sharpe_ratio(changes: Column, a_year: float) -> float | None:
    """Return the ratio alone, a year; None below 30 changes, and where nothing moved."""
    count = len(changes)
    if count < LEAST_RETURNS:
        return None
    mean = float(changes.mean())
    apart = changes - mean
    variance = float(np.square(apart, out=apart).sum()) / (count - 1)
    if not variance > 0 or not math.isfinite(variance):
        return None
    return mean / math.sqrt(variance) * math.sqrt(a_year)


def returns(equity: Column, cash: float) -> Column:
    """Return the change of each close on the one before; the first on the cash.

    From where the equity is gone there is nothing to lose: 0.
    """
    before = np.concatenate(([cash], equity[:-1]))
    if equity.min() > 0:
        changes: Column = equity / before
        return np.subtract(changes, 1, out=changes)
    return np.divide(equity - before, before, out=np.zeros_like(equity), where=before > 0)


def drawdown(equity: Column, cash: float) -> Column:
    """Return how far each close lies below the highest so far, as a share of it, 0 or less."""
    peaks = np.maximum(np.maximum.accumulate(equity), cash)
    return equity / peaks - 1


def _annual(run: Run, final: float) -> float | None:
    years = (float(run.bars.at[-1] - run.bars.at[0]) + run.bars.frame.seconds) / YEAR_SECONDS
    if years < LEAST_YEARS or final <= 0:
        return None
    return float((final / run.rules.cash) ** (1 / years)) - 1
