"""Prints that are reported late: after their minute ended and its bar was told.

Off-exchange prints may be reported up to ten seconds after the trade, and later ones are
marked out of sequence. Here some minutes of a stock have one of them, told up to half a
minute after the minute's end, at a price the minute had seen.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from random import Random

from console.venue.markets.daytime import MINUTE, SECOND
from console.venue.markets.market import MarketBar, TradeTick

LATE_SHARE = 0.1
"""Share of a stock's minutes that have a late print."""

_SOONEST, _LATEST = 3.0, 25.0
"""Seconds after the minute's end at which it is told."""

_LAST_SECONDS = 5.0
_MOST_LOTS = 5
_OFF_EXCHANGE = "D"
_IDS_A_MINUTE, _LATE_ID = 10_000, 8_999
_at = attrgetter("at")

BarOf = Callable[[str, int], MarketBar | None]


class LatePrints:
    """Which minutes have one, and when it is told: a function of the seed alone."""

    def __init__(self, symbols: Iterable[str], *, seed: int, since: int) -> None:
        self._symbols = tuple(symbols)
        self._seed = seed
        self._told_until = since

    def told(self, now: int, bar_of: BarOf) -> list[TradeTick]:
        """Return the late prints told since the last call, by the minute bars they belong to."""
        before, self._told_until = self._told_until, max(now, self._told_until)
        ended = range(before // MINUTE - 1, now // MINUTE)
        found = [
            late
            for minute in ended[-2:]
            for symbol in self._symbols
            if (late := self._late(symbol, minute * MINUTE, before, now, bar_of))
        ]
        return sorted(found, key=_at)

    def _late(
        self, symbol: str, minute: int, before: int, now: int, bar_of: BarOf
    ) -> TradeTick | None:
        rng = Random(f"{self._seed}:{symbol}:{minute}")  # noqa: S311 - a seeded market, no secret
        if rng.random() >= LATE_SHARE:
            return None
        ends_at = minute + MINUTE
        told_at = ends_at + round(rng.uniform(_SOONEST, _LATEST) * SECOND)
        bar = bar_of(symbol, minute) if before < told_at <= now else None
        if bar is None:
            return None
        at = ends_at - round(rng.uniform(0.05, _LAST_SECONDS) * SECOND)
        price = min(max(round(bar.vwap, 2), bar.low), bar.high)
        size = 100 * rng.randint(1, _MOST_LOTS)
        trade_id = minute // MINUTE * _IDS_A_MINUTE + _LATE_ID
        return TradeTick(symbol, at, price, size, _OFF_EXCHANGE, trade_id, is_late=True)
