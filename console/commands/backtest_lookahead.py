"""`killcord backtest --check-lookahead`, and look-ahead switched on to try it with."""

import argparse
from dataclasses import asdict

from console.backtest.bars import Bars
from console.backtest.lookahead import Glimpse, Peeking, find_glimpse
from console.backtest.strategy import SignalStrategy, Strategy
from console.commands import exits
from console.commands.tables import as_json

PEEKED = "; LOOK-AHEAD IS SWITCHED ON"


def check(strategy: Strategy, bars: Bars, options: argparse.Namespace) -> int:
    """Say whether a decision changes with its future; the exit status says it too."""
    glimpse, words = verdict(strategy, bars, options)
    if options.json:
        print(as_json({"looks_ahead": glimpse is not None, "glimpse": _plain(glimpse)}))
    else:
        print(words)
    return exits.DONE if glimpse is None else exits.FAILED


def verdict(
    strategy: Strategy, bars: Bars, options: argparse.Namespace
) -> tuple[Glimpse | None, str]:
    """Return the first decision found that rests on the future, and a sentence on it."""
    judged, name = peeked(strategy, options), options.strategy
    if not isinstance(judged, SignalStrategy):
        return None, (
            f"{name} cannot look ahead: it is shown one bar after another, and what "
            "comes next is not there yet."
        )
    glimpse = find_glimpse(judged, bars, seed=options.seed)
    if glimpse is None:
        return None, (
            f"{name} does not look ahead here: with its future cut off or made up, "
            "every decision stayed what it was."
        )
    words = {1: "long", 0: "flat", -1: "short"}
    return glimpse, (
        f"{name} LOOKS AHEAD: with the {glimpse.experiment} from bar "
        f"{glimpse.cut + 1} on, the decision after bar {glimpse.bar + 1} turns from "
        f"{words[glimpse.was]} to {words[glimpse.became]}."
    )


def _plain(glimpse: Glimpse | None) -> object:
    return None if glimpse is None else asdict(glimpse)


def peeked(strategy: Strategy, options: argparse.Namespace) -> Strategy:
    """Return the strategy, with look-ahead switched on where that was asked for.

    Raises:
        ValueError: when it cannot be.
    """
    if options.peek <= 0:
        return strategy
    if isinstance(strategy, SignalStrategy):
        return Peeking(strategy, options.peek)
    raise ValueError(f"{options.strategy} decides bar by bar: no bar to come can be shown to it")
