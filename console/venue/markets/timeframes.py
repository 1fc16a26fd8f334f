"""Bars of any timeframe the API knows, made from the few a market keeps."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from console.domain.market import Timeframe
from console.venue.markets.market import MarketBar
from console.venue.wire.timestamps import MINUTE, new_york, new_york_midnight

HOUR = 60 * MINUTE
MOST_MINUTES = 59
MOST_HOURS = 23
MONTHS = (1, 2, 3, 4, 6, 12)

_PATTERN = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)")


@dataclass(frozen=True, slots=True)
class BarSpan:
    """How long a bar lasts: the market's own timeframe it is made of, and where each one starts."""

    source: Timeframe
    start_of: Callable[[int], int] | None = None
    """None when the market's own bars are the answer."""

    def resample(self, bars: Sequence[MarketBar]) -> list[MarketBar]:
        """Return the market's bars brought together, oldest first."""
        start_of = self.start_of
        if start_of is None:
            return [*bars]
        groups = groupby(bars, key=lambda bar: start_of(bar.at))
        return [together(start, group) for start, group in groups]


def bar_span(text: str) -> BarSpan | None:
    """Return what a timeframe such as `15Min`, `1Day` or `3Month` means, or None for nonsense."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    return _UNITS[match[2]](int(match[1]))


def _minutes(count: int) -> BarSpan | None:
    own = {1: Timeframe.MIN_1, 5: Timeframe.MIN_5, 15: Timeframe.MIN_15}
    if count in own:
        return BarSpan(own[count])
    if not 1 <= count <= MOST_MINUTES:
        return None
    return BarSpan(Timeframe.MIN_1, lambda at: at - at % (count * MINUTE))


def _hours(count: int) -> BarSpan | None:
    if count == 1:
        return BarSpan(Timeframe.HOUR_1)
    if not 1 <= count <= MOST_HOURS:
        return None
    return BarSpan(Timeframe.HOUR_1, lambda at: at - at % (count * HOUR))


def _days(count: int) -> BarSpan | None:
    return BarSpan(Timeframe.DAY_1) if count == 1 else None


def _weeks(count: int) -> BarSpan | None:
    return BarSpan(Timeframe.DAY_1, _week_start) if count == 1 else None


def _months(count: int) -> BarSpan | None:
    if count not in MONTHS:
        return None
    return BarSpan(Timeframe.DAY_1, lambda at: _month_start(at, count))


_UNITS: dict[str, Callable[[int], BarSpan | None]] = {
    "Min": _minutes,
    "T": _minutes,
    "Hour": _hours,
    "H": _hours,
    "Day": _days,
    "D": _days,
    "Week": _weeks,
    "W": _weeks,
    "Month": _months,
    "M": _months,
}


def _week_start(at: int) -> int:
    day = new_york(at).date()
    return new_york_midnight(day - timedelta(days=day.weekday()))


def _month_start(at: int, count: int) -> int:
    day = new_york(at).date()
    return new_york_midnight(day.replace(day=1, month=(day.month - 1) // count * count + 1))


def together(start: int, bars: Iterable[MarketBar]) -> MarketBar:
    """Return some bars as one that starts at `start`."""
    parts = [*bars]
    volume = sum(bar.volume for bar in parts)
    turnover = sum(bar.vwap * bar.volume for bar in parts)
    return MarketBar(
        start,
        parts[0].open,
        max(bar.high for bar in parts),
        min(bar.low for bar in parts),
        parts[-1].close,
        volume,
        sum(bar.trade_count for bar in parts),
        round(turnover / volume, 6) if volume else parts[-1].close,
    )
