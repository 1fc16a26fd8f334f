"""`killcord chart`: the newest bars of a symbol as candles in any shell, drawn by plotext."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from console.commands import exits
from console.commands.asking import attached
from console.domain.market import Bar, Timeframe
from console.folders import StateFolder
from console.link.errors import DeskRefused

NEW_YORK = ZoneInfo("America/New_York")
WIDEST, TALLEST = 160, 40
COLUMNS_A_BAR = 2


async def chart(folder: StateFolder, symbol: str, timeframe: Timeframe) -> int:
    """Print the newest bars of one symbol, as many as the terminal is wide."""
    size = shutil.get_terminal_size()
    width, height = min(size.columns, WIDEST), min(size.lines - 2, TALLEST)
    async with attached(folder) as desk:
        try:
            bars = await desk.link.bars(symbol, timeframe, max(width // COLUMNS_A_BAR - 6, 10))
        except DeskRefused as refused:
            print(refused)
            return exits.FAILED
    if not bars:
        print(f"There are no bars of {symbol} at {timeframe.value}.")
        return exits.FAILED
    in_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(candles(symbol, timeframe, bars, (width, height), in_colour=in_colour))
    return exits.DONE


def candles(
    symbol: str,
    timeframe: Timeframe,
    bars: Sequence[Bar],
    size: tuple[int, int],
    *,
    in_colour: bool,
) -> str:
    """Return a candlestick chart of `size` columns and rows, with New York times below."""
    import plotext  # noqa: PLC0415 - an eighth of a second, for this command only

    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(*size)
    figure.title(f"{symbol} {timeframe.value}  {bars[-1].close:,.2f}")
    signal = figure.candlestick(
        {
            "date": list(range(len(bars))),
            "open": [bar.open for bar in bars],
            "close": [bar.close for bar in bars],
            "high": [bar.high for bar in bars],
            "low": [bar.low for bar in bars],
        }
    )
    figure.draw(signal)
    marks = range(0, len(bars), max(len(bars) // 6, 1))
    words = "%m-%d" if timeframe is Timeframe.DAY_1 else "%H:%M"
    times = [bars[mark].at.astimezone(NEW_YORK).strftime(words) for mark in marks]
    figure.ruler("x").ticks(list(marks), times)
    drawn = str(figure.build().string())
    return drawn if in_colour else str(plotext.uncolorize(drawn))
