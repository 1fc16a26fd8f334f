"""The quick path: all targets at once, whole columns at a time.

A decision after one bar is filled at the open of the next, worse by half the spread and
the slippage. `console.backtest.events` does the same bar by bar, and the tests hold the
two against each other.
"""

import numpy as np

from console.backtest.bars import Bars
from console.backtest.rules import Rules
from console.backtest.strategy import SignalStrategy, Targets
from console.backtest.trades import Run, Trades


def run_signals(strategy: SignalStrategy, bars: Bars, rules: Rules) -> Run:
    """Return what the strategy would have made of these bars."""
    return run_targets(strategy.targets(bars), bars, rules)


def run_targets(targets: Targets, bars: Bars, rules: Rules) -> Run:
    """Return what holding these targets, each from the next bar on, would have made.

    Raises:
        ValueError: when there is not one target a bar.
    """
    if targets.shape != bars.at.shape:
        raise ValueError(f"{len(bars)} bars need as many targets, {len(targets)} were given")
    held = rules.limited(targets, bars)[:-1]
    changes = np.flatnonzero(held[1:] != held[:-1]) + 2
    if len(held) and held[0] != 0:
        changes = np.concatenate(([1], changes))
    sides = held[changes - 1]
    ends = np.append(changes[1:], len(bars))
    inside = sides != 0
    return Run(
        bars=bars,
        rules=rules,
        trades=_trades(changes[inside], ends[inside], sides[inside], bars, rules),
    )


def _trades(
    entry: np.ndarray[tuple[int], np.dtype[np.intp]],
    leave: np.ndarray[tuple[int], np.dtype[np.intp]],
    side: np.ndarray[tuple[int], np.dtype[np.int8]],
    bars: Bars,
    rules: Rules,
) -> Trades:
    costs, last = rules.costs, len(bars) - 1
    is_open, out = leave > last, np.minimum(leave, last)
    entry_price = bars.open[entry] * (1 + side * costs.worse)
    exit_price = np.where(is_open, bars.close[out], bars.open[out] * (1 - side * costs.worse))
    if costs.has_fees:
        entry_fee = costs.fees(entry_price, bars.factor[entry])
        cost = entry_fee + np.where(is_open, 0.0, costs.fees(exit_price, bars.factor[out]))
    else:
        entry_fee, cost = np.zeros_like(entry_price), np.zeros_like(entry_price)
    if costs.borrow_percent > 0:
        borrowed = costs.borrowed(bars)
        cost += np.where(side < 0, borrowed[out] - borrowed[entry], 0.0)
    gain = side * (exit_price - entry_price) - cost
    if rules.qty is None:
        growth = 1 + rules.fraction * gain / entry_price
        cash = rules.cash * np.concatenate(([1.0], np.cumprod(growth)[:-1]))[: len(gain)]
        qty = rules.fraction * cash / entry_price
    else:
        qty = rules.qty / bars.factor[entry]
        cash = rules.cash + np.concatenate(([0.0], np.cumsum(qty * gain)[:-1]))[: len(gain)]
    made = Trades(
        entry=entry,
        exit=leave,
        side=side,
        qty=qty,
        entry_price=entry_price,
        exit_price=exit_price,
        entry_fee=entry_fee * qty,
        cost=cost * qty,
        pnl=gain * qty,
        cash=cash,
    )
    ruined = cash <= 0
    return made.first(int(np.argmax(ruined))) if ruined.any() else made
