"""What can be typed after `killcord study`; light, for every start reads it."""

import argparse

from console.domain.market import Timeframe

OF_BARS = (
    "sma",
    "ema",
    "rsi",
    "atr",
    "vwap",
    "bollinger",
    "macd",
    "relative-volume",
    "volatility",
    "pivots",
)
TIMEFRAMES, REGIME = "timeframes", "regime"
MOST_BARS = 10_000


def add_study(study: argparse.ArgumentParser) -> None:
    """Add the arguments of `killcord study`."""
    study.add_argument(
        "name",
        choices=[*OF_BARS, TIMEFRAMES, REGIME],
        metavar="NAME",
        help=", ".join(
            [*OF_BARS, f"{TIMEFRAMES} (of 1-minute bars)", f"{REGIME} (of SPY, QQQ and IWM)"]
        ),
    )
    study.add_argument("symbol", nargs="?", type=str.upper, help=f"whose bars; none for {REGIME}")
    study.add_argument(
        "--timeframe", choices=list(Timeframe), type=Timeframe, default=Timeframe.MIN_1
    )
    study.add_argument(
        "--bars", type=_count, default=500, metavar="N", help="how many bars to ask for"
    )
    study.add_argument("--json", action="store_true", help="JSON instead of words")


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_BARS:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_BARS} bars, not {count}")
    return count
