"""Bars kept at the live edge: the newest one follows the tape."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from console.domain.market import Bar, Timeframe, Trade
from widgets.figures import NEW_YORK


def with_trade(bars: Sequence[Bar], trade: Trade, timeframe: Timeframe) -> Sequence[Bar]:
    """Return the bars after `trade`: the last one changed, or a new one begun.

    A trade older than the last bar changes nothing. A console hears of the newest
    trade only, so the volume of the live bar counts what was heard, not the tape.
    """
    start = starts_at(trade.at, timeframe)
    if not bars or start > bars[-1].at:
        return (*bars, _begin(trade, start))
    last = bars[-1]
    if start < last.at:
        return bars
    grown = replace(
        last,
        high=max(last.high, trade.price),
        low=min(last.low, trade.price),
        close=trade.price,
        volume=last.volume + trade.size,
        vwap=_average(last, trade),
    )
    return (*bars[:-1], grown)


def starts_at(at: datetime, timeframe: Timeframe) -> datetime:
    """Return when the bar begins that `at` falls into; days begin at midnight in New York."""
    if timeframe is Timeframe.DAY_1:
        local = at.astimezone(NEW_YORK)
        return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    seconds = int(at.timestamp()) // timeframe.seconds * timeframe.seconds
    return datetime.fromtimestamp(seconds, UTC)


def _average(bar: Bar, trade: Trade) -> float | None:
    """Return the average price within the bar and the trade, if that of the bar is known."""
    volume = bar.volume + trade.size
    if bar.vwap is None or not volume > 0:
        return None
    return (bar.vwap * bar.volume + trade.price * trade.size) / volume


def _begin(trade: Trade, start: datetime) -> Bar:
    return Bar(
        symbol=trade.symbol,
        at=start,
        open=trade.price,
        high=trade.price,
        low=trade.price,
        close=trade.price,
        volume=trade.size,
        vwap=trade.price,
    )
