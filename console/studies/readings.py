"""All readings of one symbol, in the order in which they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from console.domain.market import Bar
from console.domain.readings import Reading, Unit
from console.domain.windows import MarketWindow
from console.studies import columns
from console.studies.activity import trades_per_minute
from console.studies.bounds import LEAST_PRICE, MOST_PRICE, MOST_TIME
from console.studies.columns import Quotes, Trades
from console.studies.day_range import day_range
from console.studies.measures import Measure, unknown
from console.studies.momentum import momentum
from console.studies.spread import imbalance, mean_spread, spread
from console.studies.volatility import realised_volatility
from console.studies.vwap import gap, vwap

MINUTE = 60.0
FIVE_MINUTES = 300.0
VOLATILITY_SECONDS = 900.0
OTHER_TIME_SECONDS = 12 * 3_600.0
"""Ticks older than this, and none younger: a replayed tape, which has its own time."""

Named = tuple[str, Unit, Measure]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The window made fit to compute on, and the moment it is looked at."""

    trades: Trades
    quotes: Quotes
    day: Bar | None
    now: float

    @property
    def last(self) -> Measure:
        """The price of the newest trade that sets it."""
        setting = np.flatnonzero(self.trades.sets_last)
        if len(setting) == 0:
            return unknown("needs 1 trade, has none")
        newest = setting[-1]
        at = float(self.trades.at[newest])
        return Measure(value=float(self.trades.price[newest]), sample=1, at=at)


def take_readings(symbol: str, window: MarketWindow) -> tuple[Reading, ...]:
    """Return every reading of the symbol that this window gives, unknown ones too.

    Raises:
        ValueError: when the columns of the window are not of one length.
    """
    seen = _look(window)
    named = (*_of_trades(seen), *_of_quotes(seen))
    ahead = window.now.timestamp() - seen.now
    return tuple(_reading(symbol, *one, ahead=ahead) for one in named)


def _look(window: MarketWindow) -> _Seen:
    now = market_time(window)
    return _Seen(
        trades=columns.trades(
            window.trade_at,
            window.trade_price,
            window.trade_size,
            window.trade_sets_last,
            window.trade_sets_range,
            until=now,
        ),
        quotes=columns.quotes(
            window.quote_at,
            window.bid,
            window.bid_size,
            window.ask,
            window.ask_size,
            until=now,
        ),
        day=None if window.day is None else window.day.bar,
        now=now,
    )


def market_time(window: MarketWindow) -> float:
    """Return the moment the readings are taken at, in seconds since the epoch.

    The desk's time, unless the market is ahead of it (clocks differ, a tape may run
    fast) or in another age (a tape): then the time of the newest tick.
    """
    now = window.now.timestamp()
    newest = max(_newest(window.trade_at), _newest(window.quote_at))
    if newest < 0:
        return now
    if newest > now or newest < now - OTHER_TIME_SECONDS:
        return newest
    return now


def _newest(at: Sequence[float]) -> float:
    times = np.asarray(at, dtype=np.float64)
    return float(np.max(times, initial=-1.0, where=(times >= 0) & (times <= MOST_TIME)))


def _of_trades(seen: _Seen) -> tuple[Named, ...]:
    average = _noted(_average(seen), seen.trades.left_out, "trades")
    days = _range(seen)
    return (
        ("VWAP", Unit.PRICE, average),
        ("gap to VWAP", Unit.PERCENT, gap(average, seen.last)),
        ("momentum 1 min", Unit.PERCENT, momentum(seen.quotes, now=seen.now, seconds=MINUTE)),
        ("momentum 5 min", Unit.PERCENT, momentum(seen.quotes, now=seen.now, seconds=FIVE_MINUTES)),
        ("trades", Unit.PER_MINUTE, trades_per_minute(seen.trades, now=seen.now, seconds=MINUTE)),
        (
            "trades, 5 min mean",
            Unit.PER_MINUTE,
            trades_per_minute(seen.trades, now=seen.now, seconds=FIVE_MINUTES),
        ),
        ("day low", Unit.PRICE, days[0]),
        ("day high", Unit.PRICE, days[1]),
        ("place in day range", Unit.PERCENT, days[2]),
    )


def _of_quotes(seen: _Seen) -> tuple[Named, ...]:
    quotes, now = seen.quotes, seen.now
    out = quotes.left_out
    mean = mean_spread(quotes, now=now, seconds=FIVE_MINUTES)
    mean_bp = mean_spread(quotes, now=now, seconds=FIVE_MINUTES, in_basis_points=True)
    volatility = realised_volatility(quotes, now=now, seconds=VOLATILITY_SECONDS)
    return (
        ("spread", Unit.PRICE, spread(quotes)),
        ("spread in bp", Unit.BASIS_POINTS, spread(quotes, in_basis_points=True)),
        ("spread, 5 min mean", Unit.PRICE, _noted(mean, out, "quotes")),
        ("spread in bp, 5 min mean", Unit.BASIS_POINTS, _noted(mean_bp, out, "quotes")),
        ("realised volatility", Unit.PERCENT, _noted(volatility, out, "quotes")),
        ("quote imbalance", Unit.PERCENT, imbalance(quotes)),
    )


def _average(seen: _Seen) -> Measure:
    """The session's VWAP where the source gives one, else that of the trades seen."""
    day = seen.day
    if day is not None and day.vwap is not None and LEAST_PRICE <= day.vwap <= MOST_PRICE:
        sample = day.trade_count or len(seen.trades)
        return Measure(value=day.vwap, sample=sample, at=seen.last.at, note="of the session")
    average = vwap(seen.trades)
    if average.value is None:
        return average
    since = datetime.fromtimestamp(float(seen.trades.at[0]), UTC)
    return replace(average, note=f"of the trades since {since:%H:%M:%S} UTC")


def _range(seen: _Seen) -> tuple[Measure, Measure, Measure]:
    day = seen.day
    found = day_range(
        None if day is None else day.low,
        None if day is None else day.high,
        seen.trades,
        began=0.0 if day is None else day.at.timestamp(),
        count=None if day is None else day.trade_count,
    )
    return found.low, found.high, found.position


def _noted(measure: Measure, left_out: int, kind: str) -> Measure:
    if left_out == 0:
        return measure
    parts = [measure.note] if measure.note else []
    return replace(measure, note="; ".join([*parts, f"{left_out} unsound {kind} left out"]))


def _reading(symbol: str, name: str, unit: Unit, measure: Measure, *, ahead: float) -> Reading:
    """Tell a measure, its time put on the desk's clock: a tape's age is true that way too."""
    return Reading(
        symbol=symbol,
        name=name,
        value=measure.value,
        unit=unit,
        sample=measure.sample,
        at=None if measure.at is None else datetime.fromtimestamp(measure.at + ahead, UTC),
        note=measure.note,
    )
