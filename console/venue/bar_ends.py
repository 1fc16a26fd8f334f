"""What is told when a minute has ended: its bars, and later what changes them."""

from typing import TYPE_CHECKING

from console.domain.market import Timeframe
from console.venue.streams.subscriptions import BarTold, Told
from console.venue.wire.timestamps import MINUTE

if TYPE_CHECKING:
    from console.venue.floor import Floor


def bars_ended(floor: "Floor", before: int, until: int) -> list[Told]:
    """Return the minute and day bars of each minute that ended."""
    told: list[Told] = []
    for minute in range(before // MINUTE, until // MINUTE):
        for symbol in floor.listings:
            told += _of_minute(floor, symbol, minute * MINUTE)
    return told


def _of_minute(floor: "Floor", symbol: str, start: int) -> list[Told]:
    bars = floor.market.bars(symbol, Timeframe.MIN_1, start, start)
    if not bars:
        return []
    told: list[Told] = [BarTold("bars", "b", symbol, bars[-1])]
    if day := floor.latest_bar(symbol, Timeframe.DAY_1):
        told.append(BarTold("dailyBars", "d", symbol, day))
    return told


def late_prints(floor: "Floor", until: int) -> list[Told]:
    """Return the prints that come late and the bars they change; no order trades on them."""
    told: list[Told] = []
    for trade in floor.market.late(until):
        floor.view.see_late(trade)
        minute = trade.at - trade.at % MINUTE
        bars = floor.market.bars(trade.symbol, Timeframe.MIN_1, minute, minute)
        told += [trade, *(BarTold("updatedBars", "u", trade.symbol, bar) for bar in bars)]
    return told
