"""What can be typed after `killcord backtest`, and the terms it means."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from console.domain.market import Timeframe

NAMES = ("sma-cross", "vwap-reversion", "momentum", "pivot-turns")
"""Those of `console.backtest.catalogue`, which is not imported for a line of help."""


def add_backtest(command: argparse.ArgumentParser) -> None:
    """Add the options of `killcord backtest`."""
    names = f"{', '.join(NAMES)}, or one of --code"
    command.add_argument("strategy", metavar="STRATEGY", help=names)
    command.add_argument("symbol", type=str.upper)
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the strategy; may be said again",
    )
    _add_code(command)
    command.add_argument("--json", action="store_true", help="JSON instead of words")
    command.add_argument("--report", type=Path, metavar="FILE", help="write an HTML report, too")
    command.add_argument(
        "--check-lookahead",
        action="store_true",
        help="only try whether a decision changes with its future; 1 if one does",
    )
    command.add_argument(
        "--peek",
        type=int,
        default=0,
        metavar="N",
        help="switch look-ahead on, by so many bars: a wrong result, to try the check with",
    )
    _add_data(command)
    _add_terms(command)
    _add_search(command)


def add_backtests(command: argparse.ArgumentParser) -> None:
    """Add the options of `killcord backtests`."""
    command.add_argument("keys", nargs="*", metavar="NUMBER", help="compare these, side by side")
    command.add_argument("--json", action="store_true", help="JSON instead of words")
    command.add_argument(
        "--report", type=Path, metavar="FILE", help="write the HTML report of the one that is named"
    )


def split(text: str) -> tuple[float, float]:
    """Read `2020-08-31=4`: from that day on one share is four."""
    day, _, ratio = text.partition("=")
    try:
        at = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
        return at, float(ratio)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no split: say its day and its shares for one, such as 2020-08-31=4"
        ) from None


def day(text: str) -> date:
    """Read a day of the exchange."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2013-10-07") from None


def pair(text: str) -> tuple[str, str]:
    """Read `NAME=VALUE`.

    Raises:
        ValueError: when it is none.
    """
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise ValueError(f"{text!r} says no value: write it as name=value, such as fast=10")
    return name.replace("-", "_"), value


def _add_code(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--code", type=Path, metavar="FILE", help="take the strategy from this file, in the sandbox"
    )
    command.add_argument(
        "--cpu", type=int, default=10, metavar="S", help="processor time it may take (default: 10)"
    )
    command.add_argument(
        "--bar-by-bar",
        action="store_true",
        help="show it one bar after another, as live trading does; slower, and the same",
    )


def _add_data(command: argparse.ArgumentParser) -> None:
    data = command.add_argument_group("the bars")
    data.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="Parquet or CSV with ts, symbol, open, high, low, close, volume; else the desk's bars",
    )
    data.add_argument("--dataset", metavar="NAME", help="a dataset with such columns instead")
    data.add_argument(
        "--from", dest="since", type=day, metavar="DAY", help="the first day, such as 2013-10-07"
    )
    data.add_argument("--to", dest="until", type=day, metavar="DAY", help="the last day")
    data.add_argument(
        "--timeframe",
        choices=list(Timeframe),
        type=Timeframe,
        help="how long a bar is (default: 1Min, or as in the file)",
    )
    data.add_argument("--bars", type=int, default=1_000, metavar="N", help="how many of the desk's")
    data.add_argument(
        "--session",
        choices=("regular", "all"),
        default="regular",
        help="which bars of the day count (default: regular)",
    )
    data.add_argument(
        "--split",
        type=split,
        action="append",
        default=[],
        metavar="DAY=RATIO",
        help="a split in the file's prices, which are as traded: 2020-08-31=4",
    )


def _add_terms(command: argparse.ArgumentParser) -> None:
    terms = command.add_argument_group("the terms; nothing costs anything unless said here")
    terms.add_argument("--cash", type=float, default=100_000.0, help="dollars to begin with")
    terms.add_argument(
        "--fraction", type=float, default=1.0, help="of the equity in one entry (default: 1)"
    )
    terms.add_argument("--qty", type=float, help="so many shares in one entry instead")
    terms.add_argument("--short", action="store_true", help="let it sell short, too")
    terms.add_argument(
        "--flat-minutes",
        type=float,
        metavar="N",
        help="hold nothing from so long before the day's close",
    )
    for name, words in (
        ("fee-per-share", "dollars a share"),
        ("fee-bps", "basis points of each fill"),
        ("spread-bps", "basis points, of which a fill pays half"),
        ("slippage-bps", "basis points a fill is worse than the touch"),
        ("borrow-percent", "percent a year of what is held short"),
    ):
        terms.add_argument(f"--{name}", type=float, default=0.0, metavar="X", help=words)


def _add_search(command: argparse.ArgumentParser) -> None:
    search = command.add_argument_group("many runs")
    search.add_argument(
        "--sweep",
        action="append",
        default=[],
        metavar="NAME=RANGE",
        help="try all of 5:50:5 or 5,10,20; may be said again, for every combination",
    )
    search.add_argument(
        "--walk-forward",
        type=int,
        metavar="FOLDS",
        help="with --sweep: choose on the past, trade what came next",
    )
    search.add_argument("--processes", type=int, metavar="N", help="how many (default: all cores)")
    search.add_argument(
        "--dask", metavar="ADDRESS", help="sweep on the Dask cluster of this scheduler"
    )
    search.add_argument("--seed", type=int, default=1, help="of everything that is by chance")
