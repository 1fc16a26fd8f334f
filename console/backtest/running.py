"""Any strategy over past bars: signals on whole columns, all others bar by bar."""

from console.backtest.bars import Bars
from console.backtest.events import run_events
from console.backtest.rules import Rules
from console.backtest.strategy import SignalStrategy, Strategy
from console.backtest.trades import Run
from console.backtest.vectorised import run_signals


def run_strategy(strategy: Strategy, bars: Bars, rules: Rules, *, bar_by_bar: bool = False) -> Run:
    """Return what the strategy would have made of these bars."""
    if isinstance(strategy, SignalStrategy) and not bar_by_bar:
        return run_signals(strategy, bars, rules)
    return run_events(strategy, bars, rules).run
